import type { Execution } from "@effect-connectors/core/Job"
import type { ExecuteOptions } from "@effect-connectors/core/ConnectionHandle"
import type { ApiError } from "@effect-connectors/core/ApiError"
import * as Effect from "effect/Effect"
import { returnedValue, recordCall } from "./callLog.js"
import type { SeededRandom } from "./seededRandom.js"
import type { Invoked, RetryClass, Returned } from "./history.js"
import { type ClientProcess, store } from "./clientProcess.js"
import { awkward } from "./world.js"

/** A call of a process. */
export type Operation = (process: ClientProcess, random: SeededRandom) => Effect.Effect<unknown, unknown>

const api = "/api/v1"
const segment = encodeURIComponent

/** A renewal of credentials adds one. */
export const sends = (process: ClientProcess, attempts: number): number =>
  attempts + (process.tenant.isRefreshing ? 1 : 0)

const deadlineOf = (random: SeededRandom): { readonly deadline?: number } =>
  random.chance(0.3) ? { deadline: random.between(1, 12) * 1000 } : {}

const invoked = (
  process: ClientProcess,
  random: SeededRandom,
  path: string,
  more: Partial<Invoked> & { readonly class: RetryClass }
): Invoked => ({
  policy: "default",
  maxSends: sends(process, 3),
  path: api + path,
  ...deadlineOf(random),
  ...more
})

const returnedSlug =
  (slug: string) =>
  (value: { readonly slug: string | undefined }): Returned =>
    value.slug === slug ? {} : { wrong: `requested ${slug}, got ${value.slug}` }

const returnedExecution = (execution: Execution): Returned =>
  execution._tag === "Accepted" ? { job: execution.job.jobId } : returnedValue(execution.value)

const slugs = ["crm", awkward, "warehouse"] as const
// names that are refused, or that are other paths when they are not encoded
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
  list: (process, random) =>
    recordCall(
      process.log,
      "connections.list",
      invoked(process, random, "/connections", { class: "safe" }),
      process.connections.list(),
      (all) => (all.length === 5 ? {} : { wrong: `${all.length} connections` })
    ),
  get: (process, random) => {
    const slug = random.pick(slugs)
    const path = `/connections/${segment(slug)}`
    return recordCall(
      process.log,
      "connections.get",
      invoked(process, random, path, { class: "safe" }),
      process.connections.get(slug),
      returnedSlug(slug)
    )
  },
  hostile: (process, random) => {
    const slug = random.pick(hostile)
    const path = slug === "\ud800" ? "none" : `/connections/${segment(slug)}`
    return recordCall(
      process.log,
      "connections.get",
      invoked(process, random, path, { class: "safe" }),
      process.connections.get(slug),
      returnedSlug(slug)
    )
  },
  inputs: (process, random) =>
    recordCall(
      process.log,
      "actions.inputs",
      invoked(process, random, "/connections/crm/actions/note/inputs", { class: "safe" }),
      process.connections.actions.inputs("crm", "note"),
      () => ({})
    ),
  select: (process, random) => execute(process, random, "sql.select", "safe"),
  httpGet: (process, random) => execute(process, random, "http.get", "safe")
}

type Typed = "sql.select" | "http.get" | "sql.insert" | "http.post" | "file.upload"

const typed = (
  { connections }: ClientProcess,
  operation: Typed,
  body: { readonly extra: { readonly marker: string } },
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
  process: ClientProcess,
  random: SeededRandom,
  operation: Typed,
  retryClass: RetryClass,
  policy: "default" | "declared" = "default"
) => {
  const id = process.log.recorder.call()
  const marker = `k${id}`
  const { path, run } = typed(
    process,
    operation,
    { extra: { marker } },
    policy === "declared" ? { retry: "idempotent" } : {}
  )
  const call = invoked(process, random, path, { class: retryClass, policy, marker })
  return recordCall(process.log, operation, call, run, returnedExecution, id)
}

/** Runs a saved action, and stores the job as soon as it is known. */
export const run = (
  process: ClientProcess,
  random: SeededRandom,
  slug: string,
  action: string,
  options: ExecuteOptions = {},
  stores = true,
  more: Readonly<Record<string, string>> = {}
): Effect.Effect<Execution, ApiError> => {
  const id = process.log.recorder.call()
  const marker = `k${id}`
  const path = `/connections/${segment(slug)}/actions/${segment(action)}/execute`
  const call = invoked(process, random, path, { class: "unsafe", marker })
  const execution = process.connections.actions.execute(slug, action, { input: { marker, ...more } }, options)
  const stored = Effect.tap(execution, (done) =>
    Effect.sync(() => {
      if (stores && done._tag === "Accepted") store(process, id, "actions.execute", done.job)
    })
  )
  return recordCall(process.log, "actions.execute", call, stored, returnedExecution, id)
}

const writes: Readonly<Record<string, Operation>> = {
  note: (process, random) => run(process, random, "crm", "note"),
  noteAwkward: (process, random) => run(process, random, awkward, awkward),
  slow: (process, random) => run(process, random, "crm", "slow"),
  forced: (process, random) => run(process, random, "crm", "forced"),
  insert: (process, random) => execute(process, random, "sql.insert", "unsafe"),
  post: (process, random) => execute(process, random, "http.post", "unsafe"),
  upload: (process, random) => execute(process, random, "file.upload", "unsafe", random.pick(["default", "declared"])),
  setActive: (process, random) =>
    recordCall(
      process.log,
      "connections.setActive",
      invoked(process, random, "/connections/web/toggle-active", { class: "idempotent" }),
      process.connections.setActive("web", true),
      () => ({})
    )
}

/** The calls on connections, without those on jobs. */
export const connectionCalls: Readonly<Record<string, Operation>> = { ...reads, ...writes }
