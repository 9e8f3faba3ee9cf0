import type { ExecuteOptions, Parameters } from "@effect-connectors/core/ConnectionHandle"
import type { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import type { ApiError } from "@effect-connectors/core/ApiError"
import type { Execution } from "@effect-connectors/core/Job"
import * as JobProtocol from "@effect-connectors/core/JobProtocol"
import { JobRef } from "@effect-connectors/core/JobRef"
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { virtual } from "../support/api.js"
import { answer, json } from "../support/fakeClient.js"
import { platform } from "../support/connectionsKit.js"

type Execute = (
  api: ConnectionsApi.Service,
  body: Readonly<Record<string, unknown>>,
  options: ExecuteOptions
) => Effect.Effect<Execution, ApiError>

const executes: Readonly<Record<string, readonly [path: string, execute: Execute]>> = {
  "actions.execute": [
    "/api/v1/connections/c/actions/a/execute",
    (api, body, options) => api.actions.execute("c", "a", { extra: body }, options)
  ],
  "http.get": ["/api/v1/connections/c/http/get", (api, body, options) => api.http.get("c", body, options)],
  "http.post": ["/api/v1/connections/c/http/post", (api, body, options) => api.http.post("c", body, options)],
  "http.patch": ["/api/v1/connections/c/http/patch", (api, body, options) => api.http.patch("c", body, options)],
  "http.put": ["/api/v1/connections/c/http/put", (api, body, options) => api.http.put("c", body, options)],
  "http.delete": ["/api/v1/connections/c/http/delete", (api, body, options) => api.http.delete("c", body, options)],
  "file.read": ["/api/v1/connections/c/file/readFile", (api, body, options) => api.file.read("c", body, options)],
  "file.upload": ["/api/v1/connections/c/file/uploadFile", (api, body, options) => api.file.upload("c", body, options)],
  "file.append": ["/api/v1/connections/c/file/appendFile", (api, body, options) => api.file.append("c", body, options)],
  "file.list": ["/api/v1/connections/c/file/listFiles", (api, body, options) => api.file.list("c", body, options)],
  "file.rename": ["/api/v1/connections/c/file/renameFile", (api, body, options) => api.file.rename("c", body, options)],
  "file.move": ["/api/v1/connections/c/file/moveFile", (api, body, options) => api.file.move("c", body, options)],
  "file.delete": ["/api/v1/connections/c/file/deleteFile", (api, body, options) => api.file.delete("c", body, options)],
  "sql.query": ["/api/v1/connections/c/sql/query", (api, body, options) => api.sql.query("c", body, options)],
  "sql.select": ["/api/v1/connections/c/sql/select", (api, body, options) => api.sql.select("c", body, options)],
  "sql.insert": ["/api/v1/connections/c/sql/insert", (api, body, options) => api.sql.insert("c", body, options)],
  "sql.update": ["/api/v1/connections/c/sql/update", (api, body, options) => api.sql.update("c", body, options)],
  "sql.delete": ["/api/v1/connections/c/sql/delete", (api, body, options) => api.sql.delete("c", body, options)],
  "sql.execute": ["/api/v1/connections/c/sql/execute", (api, body, options) => api.sql.execute("c", body, options)]
}

const queries: ReadonlyArray<readonly [options: ExecuteOptions, query: string]> = [
  [{}, ""],
  [{ async: false }, ""],
  [{ async: true }, "?async=true"],
  [{ timeoutMs: 5000 }, "?timeout_ms=5000"],
  [{ async: false, timeoutMs: 5000 }, "?timeout_ms=5000"],
  [{ timeoutMs: 5000, async: true }, "?async=true&timeout_ms=5000"]
]

describe("how an execute is called", () => {
  for (const [name, [path, execute]] of Object.entries(executes)) {
    virtual(`${name}: the query of async and timeout_ms, with the body as it was given`, () =>
      Effect.gen(function* () {
        const { api, lines } = yield* platform([json({})])
        for (const [options] of queries) yield* execute(api, { more: 1 }, options)
        assert.deepStrictEqual(
          lines().map(({ body, line }) => [line, body]),
          queries.map(([, query]) => [`POST ${path}${query}`, `{"more":1}`])
        )
      })
    )

    virtual(`${name}: execution options go into the body's options`, () =>
      Effect.gen(function* () {
        const { api, lines } = yield* platform([json({})])
        yield* execute(api, { more: 1 }, { execution: { source: "agent", debug: true }, async: true })
        assert.deepStrictEqual(
          lines().map(({ body, line }) => [line, body]),
          [[`POST ${path}?async=true`, `{"more":1,"options":{"source":"agent","debug":true}}`]]
        )
      })
    )
  }

  for (const timeoutMs of [0, -1, 1.5, Number.NaN, Infinity, 2 ** 53]) {
    virtual(`a timeout of ${timeoutMs} is refused before anything is sent`, () =>
      Effect.gen(function* () {
        const { api, lines } = yield* platform([json({})])
        const error = yield* Effect.flip(api.sql.select("c", {}, { timeoutMs }))
        assert.deepStrictEqual(
          [error._tag === "InvalidRequest" && error.issues.map(({ path }) => path), lines()],
          [[["timeoutMs"]], []]
        )
      })
    )
  }
})

describe("execution options", () => {
  const merged = (name: string, body: Parameters, execution: Parameters, sent: string): void =>
    virtual(name, () =>
      Effect.gen(function* () {
        const { api, lines } = yield* platform([json({})])
        yield* api.http.post("c", body, { execution })
        assert.strictEqual(lines()[0]?.body, sent)
      })
    )
  merged(
    "are stronger than the same keys given, and leave the others",
    { path: "/", options: { debug: false, keep: 1 } },
    { debug: true, purpose: "test" },
    `{"path":"/","options":{"debug":true,"keep":1,"purpose":"test"}}`
  )
  merged("that are none leave the body as it is", { path: "/" }, {}, `{"path":"/"}`)
  merged("that are none leave given options as they are", { options: {}, path: "/" }, {}, `{"options":{},"path":"/"}`)
  merged("without values are none", { path: "/" }, { debug: undefined }, `{"path":"/"}`)
  merged(
    "without a value do not take away what was given",
    { options: { debug: true } },
    { debug: undefined, source: "s" },
    `{"options":{"debug":true,"source":"s"}}`
  )
  merged("may be null", {}, { debug: null }, `{"options":{"debug":null}}`)

  virtual("leave the caller's objects as they are", () =>
    Effect.gen(function* () {
      const { api } = yield* platform([json({})])
      const body = { input: {}, options: { keep: 1 } }
      yield* api.actions.execute("c", "a", body, { execution: { debug: true } })
      assert.deepStrictEqual(body, { input: {}, options: { keep: 1 } })
    })
  )

  for (const options of [[], null, "debug"]) {
    virtual(`are refused next to options that are ${JSON.stringify(options)}`, () =>
      Effect.gen(function* () {
        const { api, lines } = yield* platform([json({})])
        const error = yield* Effect.flip(
          api.http.post("c", JSON.parse(JSON.stringify({ options })), { execution: { debug: true } })
        )
        assert.deepStrictEqual(
          [error._tag === "InvalidRequest" && error.issues.map(({ path }) => path), lines()],
          [[["body", "options"]], []]
        )
      })
    )
  }
})

describe("what an execute ends in", () => {
  const accepted = (name: string, text: string, jobId: string, options: ExecuteOptions = {}): void =>
    virtual(`a job: ${name}`, () =>
      Effect.gen(function* () {
        const { api } = yield* platform([answer(200, { text })])
        const execution = yield* api.actions.execute("c", "a", {}, options)
        assert.strictEqual(execution._tag === "Accepted" ? execution.job.jobId : execution._tag, jobId)
      })
    )
  const completed = (name: string, value: unknown): void =>
    virtual(`done: ${name}`, () =>
      Effect.gen(function* () {
        const { api } = yield* platform([json(value)])
        const execution = yield* api.actions.execute("c", "a", {}, { async: true })
        assert.deepStrictEqual(execution._tag === "Completed" ? execution.value : execution._tag, value)
      })
    )

  accepted("an id that is text", `{"job_id":"job-9"}`, "job-9", { async: true })
  accepted("an id that was not requested", `{"job_id":"job-9","result":1}`, "job-9")
  accepted("an id that is a number", `{"job_id":42}`, "42")
  accepted("0", `{"job_id":0}`, "0")
  accepted("a number over 2^53, to its last digit", `{"job_id":9007199254740993}`, "9007199254740993")
  accepted(
    "one over 10^21, which is printed in powers",
    `{"job_id" : 1234567890123456789012345}`,
    "1234567890123456789012345"
  )
  accepted(
    "a long number, and not a shorter one that stands before it",
    `{"echo":{"job_id":5},"job_id":9007199254740993}`,
    "9007199254740993"
  )
  accepted(
    "long text, and not a number next to it",
    `{"job_id":"9007199254740993","parent":{"job_id":12}}`,
    "9007199254740993"
  )
  accepted("a job inside of `job`", `{"job":{"job_id":"j","status":"QUEUED"}}`, "j")
  accepted("a job inside of `data`", `{"data":{"job_id":9007199254740993,"state":"in progress"}}`, "9007199254740993")

  completed("no id, though a job was requested", { result: 5 })
  completed("an id that is null", { job_id: null, result: 5 })
  completed("an id that is empty", { job_id: "", result: 5 })
  completed("an id that is neither text nor a number", { job_id: { id: 1 } })
  completed("data that has a field of that name", { data: { job_id: 7, title: "Plumber" } })
  completed("data that is a job at its end", { data: { job_id: 7, status: "done" } })
  completed("a list", [1, 2])
  completed("text", "yes")
  completed("null", null)
  completed("false", false)

  virtual("a reference that is plain JSON and names where it came from", () =>
    Effect.gen(function* () {
      const { api } = yield* platform([answer(202, { json: { job_id: 7 }, headers: { "x-request-id": "q-1" } })])
      const execution = yield* api.connection("c d").sql.select({}, { async: true })
      assert.deepStrictEqual(execution._tag === "Accepted" ? JobRef.encode(execution.job) : execution._tag, {
        v: 1,
        api: "connections",
        origin: "http://localhost:8081",
        jobId: "7",
        operation: "sql.select",
        connection: "c d",
        submittedAt: 1_700_000_000_000,
        requestId: "q-1"
      })
    })
  )

  virtual("a job by the names of a protocol of one's own, to its last digit", () =>
    Effect.gen(function* () {
      const protocol = JobProtocol.make({ jobId: ["job-id (v2)"] })
      const text = `{"job_id":"other","job-id (v2)":9007199254740993}`
      const { api } = yield* platform([answer(200, { text })], { jobs: { protocol } })
      const execution = yield* api.http.post("c")
      assert.strictEqual(execution._tag === "Accepted" && execution.job.jobId, "9007199254740993")
    })
  )
})
