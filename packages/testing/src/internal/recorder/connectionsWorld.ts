import type { Json, JsonObject, Kind } from "../../Executor.js"
import type { JobStep, JobPlan, WorldAction, WorldConnection, WorldHttpAnswer, WorldTrigger } from "../../World.js"
import { isObject } from "../fakeServer/json.js"
import { match } from "../connections/routes.js"
import { anyOf, isOk, objectIn, objectsIn, type Seen, textIn, without } from "./seen.js"

type Open<A> = { -readonly [K in keyof A]: A[K] }

/** What is known of a connection by now. */
interface Draft {
  readonly slug: string
  row: JsonObject
  kind: Kind | undefined
  readonly actions: Map<string, Open<WorldAction>>
  readonly triggers: Map<string, WorldTrigger>
  readonly answers: Map<string, WorldHttpAnswer>
  readonly files: Map<string, string>
}

/** A job that was seen to begin. */
interface Begun {
  readonly action: Open<WorldAction>
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
  return typeof id === "string" || typeof id === "number" ? String(id) : undefined
}

const failureIn = ({ answer, json }: Seen): NonNullable<JobPlan["fails"]> => {
  const { code, message } = objectIn(json)
  return {
    status: answer.status,
    message: textIn(message) ?? `status ${answer.status}`,
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

const ofDraft = ({ actions, answers, files, kind, row, slug, triggers }: Draft): WorldConnection => {
  const { active, authorized, display_name: name, kind: word, relay_id: relay, template_id: template } = row
  const fields = anyOf(
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

/** The connections that were seen, and what could not be. @internal */
export class ConnectionsSeen {
  readonly unknown: Array<string> = []
  private readonly drafts = new Map<string, Draft>()
  private readonly jobs = new Map<string, Begun>()
  private readonly results = new Map<string, Set<string>>()

  get connections(): ReadonlyArray<WorldConnection> {
    for (const [name, results] of this.results) {
      if (results.size > 1) this.unknown.push(`${name} had ${results.size} different results: the world has the last`)
    }
    return Array.from(this.drafts.values(), ofDraft)
  }

  see(seen: Seen): void {
    const found = match(seen.method, seen.path)
    if (found._tag !== "Found") return
    const { action = "", connection = "", job = "", trigger = "" } = found.parameters
    if (found.name === "actions.execute") return this.execute(connection, action, seen)
    if (found.name === "jobs.get") return this.poll(job, seen)
    if (!isOk(seen)) return
    const body = objectIn(seen.json)
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
        return this.typed(connection, found.name, seen)
    }
  }

  private draft(slug: string): Draft {
    const known = this.drafts.get(slug)
    if (known !== undefined) return known
    const draft: Draft = {
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

  private actionOf(connection: string, slug: string): Open<WorldAction> {
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
    const fields = anyOf(without(row, "slug", "name"))
    if (typeof row["name"] === "string") action.name = row["name"]
    if (fields !== undefined) action.fields = fields
  }

  private trigger(connection: string, row: JsonObject): void {
    const slug = textIn(row["slug"])
    if (slug === undefined || slug === "") return
    const name = textIn(row["name"])
    const fields = anyOf(without(row, "slug", "name", "config", "subscriptions"))
    this.draft(connection).triggers.set(slug, {
      slug,
      inputs: objectsIn(objectIn(row["config"])["inputs"]),
      ...(name === undefined ? {} : { name }),
      ...(fields === undefined ? {} : { fields })
    })
  }

  private execute(connection: string, slug: string, seen: Seen): void {
    const action = this.actionOf(connection, slug)
    const id = isOk(seen) ? jobIn(seen.json) : undefined
    if (id !== undefined) return void this.jobs.set(id, { action, at: seen.at, steps: [] })
    if (!isOk(seen)) {
      // a refusal of the platform's own says nothing of the work
      const isRefused = seen.answer.status >= 400 && seen.answer.status < 500
      if (action.result === undefined && isRefused) action.fails = failureIn(seen)
      return this.resulted(`${connection}/${slug}`, seen.json)
    }
    delete action.fails
    action.result = objectIn(seen.json)["result"] ?? seen.json ?? null
    this.resulted(`${connection}/${slug}`, seen.json)
  }

  private resulted(name: string, json: Json | undefined): void {
    const results = this.results.get(name) ?? new Set()
    results.add(JSON.stringify(json))
    this.results.set(name, results)
  }

  private poll(id: string, seen: Seen): void {
    const begun = this.jobs.get(id)
    if (begun === undefined) {
      if (isOk(seen)) this.unknown.push(`the job ${id} was not seen to begin: it is not in the world`)
      return
    }
    if (!isOk(seen)) return
    const { steps } = begun
    const step = stepIn(steps.length === 0 ? 0 : Math.max(seen.at - begun.at, 0), seen.json)
    const last = steps.at(-1)
    // in force from when it was first seen
    if (last === undefined || JSON.stringify({ ...step, atMillis: 0 }) !== JSON.stringify({ ...last, atMillis: 0 })) {
      steps.push(step)
    }
    begun.action.steps = [...steps]
    if (step.result !== undefined) begun.action.result = step.result
  }

  private typed(connection: string, name: string, { json, sent }: Seen): void {
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
    this.unknown.push(`${connection}: ${name} was asked, and what is behind it is not in the world`)
  }
}
