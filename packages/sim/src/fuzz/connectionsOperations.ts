import type { ReadError, WriteError } from "@effect-connectors/core/ApiError"
import type { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import { JobRef } from "@effect-connectors/core/JobRef"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { apiTags, jobTags, type Operation, operation, readTags, writeTags } from "./operation.js"

type Api = ConnectionsApi.Service

const connection = {
  slug: "crm",
  displayName: "CRM",
  description: "d",
  active: true,
  authorized: true,
  relayId: "r1",
  templateId: 7
}
const action = { slug: "sync", displayName: "Sync", description: "d", connectionSlug: "crm" }
const field = { name: "id", type: "NUMBER", required: true, description: "d" }
const trigger = { slug: "t", displayName: "T", inputs: [field], subscriptions: [{ id: 1, targetUrl: "https://h/" }] }
const done = { result: { ok: [1, { a: null }] }, message: "m" }
const accepted = { job_id: "j1", status: "queued" }
const jobStates: Operation["good"] = [
  { job: { id: "j1", status: "running", progress: 0.5, message: "half" } },
  { job: { id: "j1", status: "completed", result: { n: 1 } } },
  { job_id: "j1", state: "failed", error: { message: "no", code: "X" } },
  { id: "j1", status: "cancelled" },
  { status: "RUNNING", progress: { current: 1, total: 3 }, retry_after: 2 }
]

const reads = (name: string, run: (api: Api) => Effect.Effect<unknown, ReadError>, ...good: Operation["good"]) =>
  operation({ name, tags: readTags, run: ({ connections }) => run(connections), good })

const writes = (name: string, run: (api: Api) => Effect.Effect<unknown, WriteError>, ...good: Operation["good"]) =>
  operation({ name, tags: writeTags, run: ({ connections }) => run(connections), good })

const ref = (api: Api) =>
  JobRef.make({
    v: 1,
    api: "connections",
    origin: api.origin,
    jobId: "j1",
    operation: "actions.execute",
    submittedAt: 0
  })

const submit = (api: Api) => api.actions.execute("crm", "sync", { input: { id: 1 } }, { async: true })
const followed = { deadline: "15 seconds" } as const
const typed = { ...followed, output: Schema.Struct({ n: Schema.Number }) }

/** Every operation of Connections. */
export const connectionsOperations: ReadonlyArray<Operation> = [
  reads("connections.list", (api) => api.list({ relayId: "r" }), { connections: [connection, connection] }, [
    connection
  ]),
  reads("connections.get", (api) => api.get("crm"), { connection }, connection),
  writes("connections.authorize", (api) => api.authorize("crm"), { url: "https://h/" }),
  writes("connections.unauthorize", (api) => api.unauthorize("crm"), {}),
  writes("connections.setActive", (api) => api.setActive("crm", true), { active: true }),
  reads("catalog", (api) => api.catalog, { actions: [action] }, [action]),
  reads("actions.list", (api) => api.actions.list("crm"), { actions: [action, action] }),
  reads("actions.get", (api) => api.actions.get("crm", "sync"), { action }, action),
  reads("actions.inputs", (api) => api.actions.inputs("crm", "sync"), { inputs: [field, field] }, [field]),
  reads("actions.outputs", (api) => api.actions.outputs("crm", "sync"), { outputs: [field] }),
  writes("actions.execute", (api) => api.actions.execute("crm", "sync", { input: {} }), done, accepted),
  writes("actions.execute async", submit, accepted, { job: { id: 7 } }),
  reads("http.get", (api) => api.http.get("crm", { path: "/" }), done),
  writes("http.post", (api) => api.http.post("crm", { path: "/" }), done),
  reads("file.read", (api) => api.file.read("crm", { path: "/" }), done),
  writes("file.upload", (api) => api.file.upload("crm", { path: "/" }), done),
  reads("sql.select", (api) => api.sql.select("crm", { table: "t" }), done),
  writes("sql.query", (api) => api.sql.query("crm", { sql: "select 1" }), done),
  reads("triggers.list", (api) => api.triggers.list("crm"), { triggers: [trigger], account: { slug: "a" } }),
  reads("triggers.get", (api) => api.triggers.get("crm", "t"), { trigger, account: null }),
  writes("triggers.subscribe", (api) => api.triggers.subscribe("crm", "t", { targetUrl: "https://h/", service: "s" }), {
    subscriber: { id: 1, targetUrl: "https://h/" }
  }),
  writes("subscribers.remove", (api) => api.subscribers.remove(1), { success: true, message: "m" }),
  reads("jobs.get", (api) => api.jobs.get("j1"), ...jobStates),
  operation({
    name: "jobs.watch",
    tags: { ...readTags, ...jobTags },
    run: ({ connections }) => Stream.runCount(connections.jobs.watch(ref(connections), followed)),
    good: jobStates
  }),
  operation({
    name: "jobs.follow",
    tags: { ...apiTags, ...jobTags },
    run: ({ connections }) => Stream.runCount(connections.jobs.follow(submit(connections), followed)),
    good: jobStates,
    before: [accepted]
  }),
  operation({
    name: "jobs.result",
    tags: { ...apiTags, ...jobTags },
    run: ({ connections }) => connections.jobs.result(submit(connections), typed),
    good: [...jobStates, accepted],
    before: [accepted]
  }),
  operation({
    name: "jobs.results",
    tags: { ...apiTags, ...jobTags },
    run: ({ connections }) =>
      connections.jobs
        .results(Stream.make(submit(connections), submit(connections)), { ...typed, failures: "value" })
        .pipe(Stream.runCollect),
    good: [accepted, done]
  }),
  operation({
    name: "JobRef.decode",
    tags: readTags,
    // a reference from a store, which may be mutated as well
    run: ({ connections }) =>
      Effect.flatMap(connections.http.get("crm", {}), (execution) =>
        JobRef.decode(execution._tag === "Accepted" ? JobRef.encode(execution.job) : execution.value)
      ),
    good: [{ v: 1, api: "connections", origin: "http://localhost", jobId: "j", operation: "o", submittedAt: 1 }]
  })
]
