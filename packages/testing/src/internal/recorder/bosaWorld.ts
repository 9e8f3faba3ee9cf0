import type { BosaAction, BosaConnector, BosaFailure, BosaWorld } from "../../BosaWorld.js"
import type { Json, JsonObject } from "../../Executor.js"
import { isArray, isObject } from "../fakeServer/json.js"
import { bytesOf } from "./content.js"
import { decode } from "./forms.js"
import { anyOf, isOk, objectIn, type Seen, textIn, without } from "./seen.js"

type Open<A> = { -readonly [K in keyof A]: A[K] }

interface Draft {
  readonly name: string
  readonly actions: Map<string, Open<BosaAction>>
  rows: JsonObject
}

interface Pages {
  readonly items: Map<string, ReadonlyArray<Json>>
  isWhole: boolean
}

const ownPaths = /^\/(connectors|clients|users|auth|oauth|catalog|api|artifacts)(\/|$)/

const failureIn = ({ answer, json }: Seen): BosaFailure => {
  const error = objectIn(objectIn(json)["error"])
  const { code, message } = error
  const { retry_after_seconds: seconds, retryable } = objectIn(error["recovery"])
  return {
    status: answer.status,
    ...(typeof code === "string" ? { code } : {}),
    ...(typeof message === "string" ? { message } : {}),
    ...(typeof retryable === "boolean" ? { retryable } : {}),
    ...(typeof seconds === "number" ? { retryAfterSeconds: seconds } : {}),
    ...(isObject(error["details"]) ? { details: error["details"] } : {})
  }
}

const declaredIn = (row: JsonObject): JsonObject => {
  const request = objectIn(objectIn(row["parameters"])["request"])
  return anyOf(objectIn(request["schema"])) ?? objectIn(row["request_body"])
}

/** The connectors that were seen, and what could not be. @internal */
export class BosaSeen {
  readonly unknown: Array<string> = []
  private readonly drafts = new Map<string, Draft>()
  private readonly byPath = new Map<string, Open<BosaAction>>()
  private readonly pages = new Map<string, Pages>()
  private readonly results = new Map<string, Set<string>>()
  private isAsked = false

  get world(): BosaWorld | undefined {
    if (!this.isAsked) return undefined
    for (const [path, { isWhole }] of this.pages) {
      if (!isWhole) this.unknown.push(`${path}: its last page was not seen, so the list ends early`)
    }
    for (const [path, results] of this.results) {
      if (results.size > 1) this.unknown.push(`${path} had ${results.size} different results: the world has the last`)
    }
    return { connectors: Array.from(this.drafts.values(), ofDraft) }
  }

  see(seen: Seen): void {
    this.isAsked = true
    if (ownPaths.test(seen.path)) return this.own(seen)
    if (seen.method === "POST") this.execute(seen)
  }

  private own(seen: Seen): void {
    const isDiscovery = seen.method === "GET" && /^\/connectors(\/|\/names)?$/.test(seen.path)
    if (!isOk(seen)) return
    if (!isDiscovery) {
      const call = `${seen.method} ${seen.path}`
      this.unknown.push(`${call}: users, links, skills and the catalog are not taken into the world`)
      return
    }
    if (isArray(seen.json)) return seen.json.forEach((name) => void this.draft(textIn(name) ?? ""))
    for (const [name, rows] of Object.entries(objectIn(seen.json))) this.discovered(name, objectIn(rows))
  }

  private discovered(connector: string, rows: JsonObject): void {
    const draft = this.draft(connector)
    for (const [name, row] of Object.entries(rows)) {
      if (!isObject(row)) continue
      const path = textIn(row["path"])
      if (path === undefined || ownPaths.test(path)) {
        draft.rows = { ...draft.rows, [name]: row }
        continue
      }
      const action = this.action(connector, name, path)
      const { properties, required } = declaredIn(row)
      if (isObject(properties)) action.properties = properties
      if (isArray(required)) action.required = required.filter((one) => typeof one === "string")
      if (typeof row["docstring"] === "string") action.docstring = row["docstring"]
      // as it was told, whatever a row has besides
      action.fields = without(row, "method", "path", "docstring")
    }
  }

  private draft(name: string): Draft {
    const draft = this.drafts.get(name) ?? { name, actions: new Map(), rows: {} }
    if (name !== "") this.drafts.set(name, draft)
    return draft
  }

  private action(connector: string, name: string, path: string): Open<BosaAction> {
    const { actions } = this.draft(connector)
    const before = this.byPath.get(path) ?? actions.get(name)
    const action: Open<BosaAction> = before ?? { name, ...(path === `/${connector}/${name}` ? {} : { path }) }
    actions.set(name, action)
    this.byPath.set(path, action)
    return action
  }

  private actionAt(path: string): Open<BosaAction> | undefined {
    const [, connector = "", name = "", ...more] = path.split("/")
    const known = this.byPath.get(path)
    if (known !== undefined || name === "" || more.length > 0) return known
    return this.action(decode("uri", connector), decode("uri", name), path)
  }

  private execute(seen: Seen): void {
    const action = this.actionAt(seen.path)
    if (action === undefined) return
    if (!isOk(seen)) {
      const isAnswered = action.value !== undefined || action.pages !== undefined || action.file !== undefined
      if (!isAnswered && seen.answer.status >= 400) action.error = failureIn(seen)
      return
    }
    delete action.error
    const body = objectIn(seen.json)
    const { data, meta } = body
    if (seen.json === undefined) return this.file(action, seen)
    if (isArray(data) && isObject(meta) && typeof meta["has_next"] === "boolean") {
      return this.page(action, seen, data, meta)
    }
    const results = this.results.get(seen.path) ?? new Set()
    this.results.set(seen.path, results.add(JSON.stringify(data ?? null)))
    action.value = data ?? null
    if (isObject(meta)) action.meta = meta
  }

  private file(action: Open<BosaAction>, { answer }: Seen): void {
    const disposition = answer.headers["content-disposition"]
    action.file = {
      contentType: answer.headers["content-type"] ?? "",
      base64: Buffer.from(bytesOf(answer.body)).toString("base64"),
      ...(disposition === undefined ? {} : { headers: { "content-disposition": disposition } })
    }
  }

  private page(action: Open<BosaAction>, seen: Seen, data: ReadonlyArray<Json>, meta: JsonObject): void {
    const pages = this.pages.get(seen.path) ?? { items: new Map(), isWhole: false }
    this.pages.set(seen.path, pages)
    const by = typeof meta["page"] === "number" ? "page" : "cursor"
    pages.items.set(String(meta["page"] ?? seen.sent["cursor"] ?? "first"), data)
    pages.isWhole ||= meta["has_next"] === false
    action.pages = {
      items: Array.from(pages.items.values()).flat(),
      by,
      ...(typeof meta["limit"] === "number" && meta["limit"] > 0 ? { perPage: meta["limit"] } : {})
    }
  }
}

const ofDraft = ({ actions, name, rows }: Draft): BosaConnector => ({
  name,
  actions: Array.from(actions.values()),
  ...(anyOf(rows) === undefined ? {} : { rows })
})
