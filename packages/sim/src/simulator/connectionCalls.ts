import type { Execution } from "@effect-connectors/core/Job"
import type { ExecuteOptions } from "@effect-connectors/core/ConnectionHandle"
import type { ApiError } from "@effect-connectors/core/ApiError"
import * as Effect from "effect/Effect"
import { told, written } from "./calls.js"
import type { Dice } from "./random.js"
import type { Invoked, RetryClass, Told } from "./history.js"
import { type Process, store } from "./process.js"
import { awkward } from "./world.js"

/** A call drawn for a process: it ends whatever becomes of it. */
export type Operation = (process: Process, dice: Dice) => Effect.Effect<unknown, unknown>

const api = "/api/v1"
const segment = encodeURIComponent

/** A renewal of credentials is one more. */
export const sends = (process: Process, attempts: number): number => attempts + (process.tenant.isRefreshing ? 1 : 0)

const deadlineOf = (dice: Dice): { readonly deadline?: number } =>
  dice.chance(0.3) ? { deadline: dice.between(1, 12) * 1000 } : {}

const invoked = (
  process: Process,
  dice: Dice,
  path: string,
  more: Partial<Invoked> & { readonly class: RetryClass }
): Invoked => ({
  policy: "default",
  maxSends: sends(process, 3),
  path: api + path,
  ...deadlineOf(dice),
  ...more
})

const slugTold =
  (slug: string) =>
  (value: { readonly slug: string | undefined }): Told =>
    value.slug === slug ? {} : { wrong: `asked for ${slug}, got ${value.slug}` }

const executionTold = (execution: Execution): Told =>
  execution._tag === "Accepted" ? { job: execution.job.jobId } : told(execution.value)

const slugs = ["crm", awkward, "warehouse"] as const
// names that no request may be made of, or that are other paths when they are not encoded
const hostile = [
  "",
  ".",
  "..",
  "a\u0000b",
  "\ud800",
  "x".repeat(600),
  "../../jobs",
  "crm/../web",
  "crm?x=1",
  "%2e%2e"
] as const

const reads: Readonly<Record<string, Operation>> = {
  list: (process, dice) =>
    written(
      process.desk,
      "connections.list",
      invoked(process, dice, "/connections", { class: "safe" }),
      process.connections.list(),
      (all) => (all.length === 5 ? {} : { wrong: `${all.length} connections` })
    ),
  get: (process, dice) => {
    const slug = dice.pick(slugs)
    const path = `/connections/${segment(slug)}`
    return written(
      process.desk,
      "connections.get",
      invoked(process, dice, path, { class: "safe" }),
      process.connections.get(slug),
      slugTold(slug)
    )
  },
  hostile: (process, dice) => {
    const slug = dice.pick(hostile)
    const path = slug === "\ud800" ? "none" : `/connections/${segment(slug)}`
    return written(
      process.desk,
      "connections.get",
      invoked(process, dice, path, { class: "safe" }),
      process.connections.get(slug),
      slugTold(slug)
    )
  },
  inputs: (process, dice) =>
    written(
      process.desk,
      "actions.inputs",
      invoked(process, dice, "/connections/crm/actions/note/inputs", { class: "safe" }),
      process.connections.actions.inputs("crm", "note"),
      () => ({})
    ),
  select: (process, dice) => execute(process, dice, "sql.select", "safe"),
  httpGet: (process, dice) => execute(process, dice, "http.get", "safe")
}

type Typed = "sql.select" | "http.get" | "sql.insert" | "http.post" | "file.upload"

const typed = (
  { connections }: Process,
  operation: Typed,
  body: { readonly marker: string },
  options: ExecuteOptions
): { readonly path: string; readonly run: Effect.Effect<Execution, ApiError> } => {
  switch (operation) {
    case "sql.select":
      return { path: "/connections/warehouse/sql/select", run: connections.sql.select("warehouse", body, options) }
    case "http.get":
      return { path: "/connections/web/http/get", run: connections.http.get("web", body, options) }
    case "sql.insert":
      return { path: "/connections/warehouse/sql/insert", run: connections.sql.insert("warehouse", body, options) }
    case "http.post":
      return { path: "/connections/web/http/post", run: connections.http.post("web", body, options) }
    case "file.upload":
      return { path: "/connections/files/file/uploadFile", run: connections.file.upload("files", body, options) }
  }
}

const execute = (
  process: Process,
  dice: Dice,
  operation: Typed,
  retryClass: RetryClass,
  policy: "default" | "declared" = "default"
) => {
  const id = process.desk.recorder.call()
  const marker = `k${id}`
  const { path, run } = typed(process, operation, { marker }, policy === "declared" ? { retry: "idempotent" } : {})
  const call = invoked(process, dice, path, { class: retryClass, policy, marker })
  return written(process.desk, operation, call, run, executionTold, id)
}

/** Runs a saved action; what becomes a job is stored as soon as that is known. */
export const run = (
  process: Process,
  dice: Dice,
  slug: string,
  action: string,
  options: ExecuteOptions = {},
  stores = true
): Effect.Effect<Execution, ApiError> => {
  const id = process.desk.recorder.call()
  const marker = `k${id}`
  const path = `/connections/${segment(slug)}/actions/${segment(action)}/execute`
  const call = invoked(process, dice, path, { class: "unsafe", marker })
  const execution = process.connections.actions.execute(slug, action, { input: { marker } }, options)
  const stored = Effect.tap(execution, (done) =>
    Effect.sync(() => {
      if (stores && done._tag === "Accepted") store(process, id, "actions.execute", done.job)
    })
  )
  return written(process.desk, "actions.execute", call, stored, executionTold, id)
}

const writes: Readonly<Record<string, Operation>> = {
  note: (process, dice) => run(process, dice, "crm", "note"),
  noteAwkward: (process, dice) => run(process, dice, awkward, awkward),
  slow: (process, dice) => run(process, dice, "crm", "slow"),
  forced: (process, dice) => run(process, dice, "crm", "forced"),
  insert: (process, dice) => execute(process, dice, "sql.insert", "unsafe"),
  post: (process, dice) => execute(process, dice, "http.post", "unsafe"),
  upload: (process, dice) => execute(process, dice, "file.upload", "unsafe", dice.pick(["default", "declared"])),
  setActive: (process, dice) =>
    written(
      process.desk,
      "connections.setActive",
      invoked(process, dice, "/connections/web/toggle-active", { class: "idempotent" }),
      process.connections.setActive("web", true),
      () => ({})
    )
}

/** What is called on connections, beside jobs. */
export const connectionCalls: Readonly<Record<string, Operation>> = { ...reads, ...writes }
