import type { BosaAction, BosaConnector, BosaFailure, BosaWorld } from "../../BosaWorld.js"
import type { Json, JsonObject } from "../../Executor.js"
import { jsonText } from "../data/jsonText.js"
import { isArray, isObject } from "../fakeServer/json.js"
import { bytesOf } from "./content.js"
import { decode } from "./encodings.js"
import { nonEmpty, isOk, objectIn, type CompletedExchange, textIn, without } from "./completedExchange.js"

type Mutable<A> = { -readonly [K in keyof A]: A[K] }

interface ConnectorDraft {
  readonly name: string
  readonly actions: Map<string, Mutable<BosaAction>>
  rows: JsonObject
}

interface SeenPages {
  readonly items: Map<string, ReadonlyArray<Json>>
  isWhole: boolean
}

const platformPaths = /^\/(connectors|clients|users|auth|oauth|catalog|api|artifacts)(\/|$)/

const failureIn = ({ response, json }: CompletedExchange): BosaFailure => {
  const error = objectIn(objectIn(json)["error"])
  const { code, message } = error
  const { retry_after_seconds: seconds, retryable } = objectIn(error["recovery"])
  return {
    status: response.status,
    ...(typeof code === "string" ? { code } : {}),
    ...(typeof message === "string" ? { message } : {}),
    ...(typeof retryable === "boolean" ? { retryable } : {}),
    ...(typeof seconds === "number" ? { retryAfterSeconds: seconds } : {}),
    ...(isObject(error["details"]) ? { details: error["details"] } : {})
  }
}

const declaredIn = (row: JsonObject): JsonObject => {
  const request = objectIn(objectIn(row["parameters"])["request"])
  return nonEmpty(objectIn(request["schema"])) ?? objectIn(row["request_body"])
}

/** Builds the BOSA part of a world from exchanges, and lists what they do not show. @internal */
export class BosaWorldBuilder {
  readonly unknown: Array<string> = []
  private readonly drafts = new Map<string, ConnectorDraft>()
  private readonly byPath = new Map<string, Mutable<BosaAction>>()
  private readonly pages = new Map<string, SeenPages>()
  private readonly results = new Map<string, Set<string>>()
  private hasExchanges = false

  world(): { readonly bosa?: BosaWorld } {
    if (!this.hasExchanges) return {}
    for (const [path, { isWhole }] of this.pages) {
      if (!isWhole) this.unknown.push(`${path}: its last page was not seen, so the list ends early`)
    }
    for (const [path, results] of this.results) {
      if (results.size > 1) this.unknown.push(`${path} had ${results.size} different results: the world has the last`)
    }
    return { bosa: { connectors: Array.from(this.drafts.values(), connectorOf) } }
  }

  add(exchange: CompletedExchange): void {
    this.hasExchanges = true
    if (platformPaths.test(exchange.path)) return this.platformCall(exchange)
    if (exchange.method === "POST") this.execute(exchange)
  }

  private platformCall(exchange: CompletedExchange): void {
    const isDiscovery = exchange.method === "GET" && /^\/connectors(\/|\/names)?$/.test(exchange.path)
    if (!isOk(exchange)) return
    if (!isDiscovery) {
      const call = `${exchange.method} ${exchange.path}`
      this.unknown.push(`${call}: users, links, skills and the catalog are not taken into the world`)
      return
    }
    if (isArray(exchange.json)) return exchange.json.forEach((name) => void this.draft(textIn(name) ?? ""))
    for (const [name, rows] of Object.entries(objectIn(exchange.json))) this.addRows(name, objectIn(rows))
  }

  private addRows(connector: string, rows: JsonObject): void {
    const draft = this.draft(connector)
    for (const [name, row] of Object.entries(rows)) {
      if (!isObject(row)) continue
      const path = textIn(row["path"])
      if (path === undefined || platformPaths.test(path)) {
        draft.rows = { ...draft.rows, [name]: row }
        continue
      }
      const action = this.action(connector, name, path)
      const { properties, required } = declaredIn(row)
      if (isObject(properties)) action.properties = properties
      if (isArray(required)) action.required = required.filter((one) => typeof one === "string")
      if (typeof row["docstring"] === "string") action.docstring = row["docstring"]
      // the other fields of the row, unchanged
      action.fields = without(row, "method", "path", "docstring")
    }
  }

  private draft(name: string): ConnectorDraft {
    const draft = this.drafts.get(name) ?? { name, actions: new Map(), rows: {} }
    if (name !== "") this.drafts.set(name, draft)
    return draft
  }

  private action(connector: string, name: string, path: string): Mutable<BosaAction> {
    const { actions } = this.draft(connector)
    const before = this.byPath.get(path) ?? actions.get(name)
    const action: Mutable<BosaAction> = before ?? { name, ...(path === `/${connector}/${name}` ? {} : { path }) }
    actions.set(name, action)
    this.byPath.set(path, action)
    return action
  }

  private actionAt(path: string): Mutable<BosaAction> | undefined {
    const [, connector = "", name = "", ...more] = path.split("/")
    const known = this.byPath.get(path)
    if (known !== undefined || name === "" || more.length > 0) return known
    return this.action(decode("uri", connector), decode("uri", name), path)
  }

  private execute(exchange: CompletedExchange): void {
    const action = this.actionAt(exchange.path)
    if (action === undefined) return
    if (!isOk(exchange)) {
      const hasResult = action.value !== undefined || action.pages !== undefined || action.file !== undefined
      if (!hasResult && exchange.response.status >= 400) action.error = failureIn(exchange)
      return
    }
    delete action.error
    const body = objectIn(exchange.json)
    const { data, meta } = body
    if (exchange.json === undefined) return this.file(action, exchange)
    if (isArray(data) && isObject(meta) && typeof meta["has_next"] === "boolean") {
      return this.page(action, exchange, data, meta)
    }
    const results = this.results.get(exchange.path) ?? new Set()
    this.results.set(exchange.path, results.add(jsonText(data ?? null)))
    action.value = data ?? null
    if (isObject(meta)) action.meta = meta
  }

  private file(action: Mutable<BosaAction>, { response }: CompletedExchange): void {
    const disposition = response.headers["content-disposition"]
    action.file = {
      contentType: response.headers["content-type"] ?? "",
      base64: Buffer.from(bytesOf(response.body)).toString("base64"),
      ...(disposition === undefined ? {} : { headers: { "content-disposition": disposition } })
    }
  }

  private page(
    action: Mutable<BosaAction>,
    exchange: CompletedExchange,
    data: ReadonlyArray<Json>,
    meta: JsonObject
  ): void {
    const pages = this.pages.get(exchange.path) ?? { items: new Map(), isWhole: false }
    this.pages.set(exchange.path, pages)
    const by = typeof meta["page"] === "number" ? "page" : "cursor"
    pages.items.set(String(meta["page"] ?? exchange.sent["cursor"] ?? "first"), data)
    pages.isWhole ||= meta["has_next"] === false
    action.pages = {
      items: Array.from(pages.items.values()).flat(),
      by,
      ...(typeof meta["limit"] === "number" && meta["limit"] > 0 ? { perPage: meta["limit"] } : {})
    }
  }
}

const connectorOf = ({ actions, name, rows }: ConnectorDraft): BosaConnector => ({
  name,
  actions: Array.from(actions.values()),
  ...(nonEmpty(rows) === undefined ? {} : { rows })
})
