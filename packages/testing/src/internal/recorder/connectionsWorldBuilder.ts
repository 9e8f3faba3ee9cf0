import type { Json, JsonObject, Kind } from "../../Executor.js"
import type { JobStep, JobPlan, WorldAction, WorldConnection, WorldHttpAnswer, WorldTrigger } from "../../World.js"
import { jsonText } from "../data/jsonText.js"
import { isObject } from "../fakeServer/json.js"
import { match } from "../connections/routes.js"
import { nonEmpty, isOk, objectIn, objectsIn, type CompletedExchange, textIn, without } from "./completedExchange.js"

type Mutable<A> = { -readonly [K in keyof A]: A[K] }

/** What the exchanges so far show of a connection. */
interface ConnectionDraft {
  readonly slug: string
  row: JsonObject
  kind: Kind | undefined
  readonly actions: Map<string, Mutable<WorldAction>>
  readonly triggers: Map<string, WorldTrigger>
  readonly answers: Map<string, WorldHttpAnswer>
  readonly files: Map<string, string>
}

/** A job whose start is in the recording. */
interface StartedJob {
  readonly action: Mutable<WorldAction>
  readonly at: number
  readonly steps: Array<JobStep>
}

const kinds: Readonly<Record<string, Kind>> = { actions: "actions", http: "http", file: "file", sql: "sql" }

const methods: Readonly<Record<string, WorldHttpAnswer["method"]>> = {
  "http.get": "get",
  "http.post": "post",
  "http.patch": "patch",
  "http.put": "put",
  "http.delete": "delete"
}

const jobIn = (json: Json | undefined): string | undefined => {
  const { job_id: id } = objectIn(json)
  return typeof id === "string" || typeof id === "number" || typeof id === "bigint" ? String(id) : undefined
}

const failureIn = ({ response, json }: CompletedExchange): NonNullable<JobPlan["fails"]> => {
  const { code, message } = objectIn(json)
  return {
    status: response.status,
    message: textIn(message) ?? `status ${response.status}`,
    ...(typeof code === "string" ? { code } : {})
  }
}

const stepIn = (atMillis: number, json: Json | undefined): JobStep => {
  const { error, message, progress, result, status } = objectIn(json)
  return {
    atMillis,
    status: textIn(status) ?? "running",
    ...(progress === undefined ? {} : { progress }),
    ...(result === undefined ? {} : { result }),
    ...(error === undefined ? {} : { error }),
    ...(typeof message === "string" ? { message } : {})
  }
}

const connectionOf = ({ actions, answers, files, kind, row, slug, triggers }: ConnectionDraft): WorldConnection => {
  const { active, authorized, display_name: name, kind: word, relay_id: relay, template_id: template } = row
  const fields = nonEmpty(
    without(
      row,
      "slug",
      "display_name",
      "active",
      "authorized",
      "relay_id",
      "template_id",
      ...(kind === undefined ? [] : ["kind"])
    )
  )
  const known = kind ?? kinds[textIn(word) ?? ""]
  return {
    slug,
    ...(known === undefined ? {} : { kind: known }),
    ...(typeof name === "string" ? { displayName: name } : {}),
    ...(typeof active === "boolean" ? { active } : {}),
    ...(typeof authorized === "boolean" ? { authorized } : {}),
    ...(typeof relay === "string" && relay !== "" ? { relayId: relay } : {}),
    ...(typeof template === "string" && template !== "" ? { templateId: template } : {}),
    ...(actions.size === 0 ? {} : { actions: Array.from(actions.values()) }),
    ...(triggers.size === 0 ? {} : { triggers: Array.from(triggers.values()) }),
    ...(answers.size === 0 ? {} : { answers: Array.from(answers.values()) }),
    ...(files.size === 0 ? {} : { files: Object.fromEntries(files) }),
    ...(fields === undefined ? {} : { fields })
  }
}

/** Builds the connections of a world from exchanges, and lists what they do not show. @internal */
export class ConnectionsWorldBuilder {
  readonly unknown: Array<string> = []
  private readonly drafts = new Map<string, ConnectionDraft>()
  private readonly jobs = new Map<string, StartedJob>()
  private readonly results = new Map<string, Set<string>>()

  world(): { readonly connections: ReadonlyArray<WorldConnection> } {
    for (const [name, results] of this.results) {
      if (results.size > 1) this.unknown.push(`${name} had ${results.size} different results: the world has the last`)
    }
    return { connections: Array.from(this.drafts.values(), connectionOf) }
  }

  add(exchange: CompletedExchange): void {
    const found = match(exchange.method, exchange.path)
    if (found._tag !== "Found") return
    const { action = "", connection = "", job = "", trigger = "" } = found.parameters
    if (found.name === "actions.execute") return this.execute(connection, action, exchange)
    if (found.name === "jobs.get") return this.poll(job, exchange)
    if (!isOk(exchange)) return
    const body = objectIn(exchange.json)
    switch (found.name) {
      case "connections.list":
        return objectsIn(body["connections"]).forEach((row) => this.row(row))
      case "connections.get":
      case "connections.authorize":
      case "connections.unauthorize":
      case "connections.setActive":
        return this.row(objectIn(body["connection"]))
      case "actions.list":
        return objectsIn(body["actions"]).forEach((row) => this.action(connection, row))
      case "actions.get":
        return this.action(connection, objectIn(body["action"]))
      case "actions.inputs":
        return void (this.actionOf(connection, action).inputs = objectsIn(body["inputs"]))
      case "actions.outputs":
        return void (this.actionOf(connection, action).outputs = objectsIn(body["outputs"]))
      case "triggers.list":
        return objectsIn(body["triggers"]).forEach((row) => this.trigger(connection, row))
      case "triggers.get":
        return this.trigger(connection, { slug: trigger, ...objectIn(body["trigger"]) })
      default:
        return this.typedCall(connection, found.name, exchange)
    }
  }

  private draft(slug: string): ConnectionDraft {
    const known = this.drafts.get(slug)
    if (known !== undefined) return known
    const draft: ConnectionDraft = {
      slug,
      row: {},
      kind: undefined,
      actions: new Map(),
      triggers: new Map(),
      answers: new Map(),
      files: new Map()
    }
    this.drafts.set(slug, draft)
    return draft
  }

  private actionOf(connection: string, slug: string): Mutable<WorldAction> {
    const { actions } = this.draft(connection)
    const known = actions.get(slug) ?? { slug }
    actions.set(slug, known)
    return known
  }

  private row(row: JsonObject): void {
    const slug = textIn(row["slug"])
    if (slug !== undefined && slug !== "") this.draft(slug).row = row
  }

  private action(connection: string, row: JsonObject): void {
    const slug = textIn(row["slug"])
    if (slug === undefined || slug === "") return
    const action = this.actionOf(connection, slug)
    const fields = nonEmpty(without(row, "slug", "name"))
    if (typeof row["name"] === "string") action.name = row["name"]
    if (fields !== undefined) action.fields = fields
  }

  private trigger(connection: string, row: JsonObject): void {
    const slug = textIn(row["slug"])
    if (slug === undefined || slug === "") return
    const name = textIn(row["name"])
    const fields = nonEmpty(without(row, "slug", "name", "config", "subscriptions"))
    this.draft(connection).triggers.set(slug, {
      slug,
      inputs: objectsIn(objectIn(row["config"])["inputs"]),
      ...(name === undefined ? {} : { name }),
      ...(fields === undefined ? {} : { fields })
    })
  }

  private execute(connection: string, slug: string, exchange: CompletedExchange): void {
    const action = this.actionOf(connection, slug)
    const id = isOk(exchange) ? jobIn(exchange.json) : undefined
    if (id !== undefined) return void this.jobs.set(id, { action, at: exchange.at, steps: [] })
    if (!isOk(exchange)) {
      // a 5xx is an error of the platform, not a result of the action
      const isRefused = exchange.response.status >= 400 && exchange.response.status < 500
      if (action.result === undefined && isRefused) action.fails = failureIn(exchange)
      return this.addResult(`${connection}/${slug}`, exchange.json)
    }
    delete action.fails
    action.result = objectIn(exchange.json)["result"] ?? exchange.json ?? null
    this.addResult(`${connection}/${slug}`, exchange.json)
  }

  private addResult(name: string, json: Json | undefined): void {
    const results = this.results.get(name) ?? new Set()
    results.add(jsonText(json))
    this.results.set(name, results)
  }

  private poll(id: string, exchange: CompletedExchange): void {
    const started = this.jobs.get(id)
    if (started === undefined) {
      if (isOk(exchange)) this.unknown.push(`the job ${id} started before the recording: it is not in the world`)
      return
    }
    if (!isOk(exchange)) return
    const { steps } = started
    const step = stepIn(steps.length === 0 ? 0 : Math.max(exchange.at - started.at, 0), exchange.json)
    const last = steps.at(-1)
    // a step starts when it is first polled
    if (last === undefined || jsonText({ ...step, atMillis: 0 }) !== jsonText({ ...last, atMillis: 0 })) {
      steps.push(step)
    }
    started.action.steps = [...steps]
    if (step.result !== undefined) started.action.result = step.result
  }

  private typedCall(connection: string, name: string, { json, sent }: CompletedExchange): void {
    const [kind = ""] = name.split(".")
    const draft = this.draft(connection)
    const known = kinds[kind]
    if (known === undefined) return
    draft.kind = known
    const result = objectIn(json)["result"]
    const path = textIn(sent["path"]) ?? textIn(sent["url"]) ?? ""
    const method = methods[name]
    if (method !== undefined && isObject(result)) {
      const { body = null, status } = result
      const answer = { method, path, body, ...(typeof status === "number" ? { status } : {}) }
      return void draft.answers.set(`${method} ${path}`, answer)
    }
    if (name === "file.read" && isObject(result) && result["encoding"] !== "base64") {
      return void draft.files.set(path, textIn(result["content"]) ?? "")
    }
    this.unknown.push(`${connection}: ${name} was called, but its data is not in the world`)
  }
}
