import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { differences } from "./differences.js"
import { decode, load, loadOwn } from "./format.js"
import { type Mismatches, replay, requestMismatches } from "./replay.js"

const execute = {
  id: "execute",
  call: { op: "actions.execute", args: { slug: "crm", action: "a", body: { b: 1, a: 2 } } },
  server_script: [{ responses: [{ status: 200, json: { ok: true } }] }],
  requests: [
    {
      method: "POST",
      path: "/api/v1/connections/crm/actions/a/execute",
      headers: { "x-service-token": "TOK" },
      body_json: { a: 2, b: 1 }
    }
  ],
  outcome: { completed: { ok: true } }
}
const [request] = execute.requests

const list = {
  id: "list",
  call: { op: "connections.list", args: { relayId: "r", authorized: true } },
  server_script: [{ responses: [{ status: 200, json: { connections: [] } }] }],
  requests: [
    {
      method: "GET",
      path: "/api/v1/connections",
      query: [
        ["relay_id", "r"],
        ["authorized", "true"]
      ]
    }
  ],
  outcome: { json: { connections: [] } }
}
const [listing] = list.requests

const mismatches = (given: unknown): Effect.Effect<Mismatches> =>
  Either.match(decode(given), { onLeft: (why) => Effect.succeed([why]), onRight: (vector) => replay(vector, "node") })

const passes = (name: string, given: unknown): void =>
  it.live(`passes ${name}`, () => Effect.map(mismatches(given), (found) => assert.deepStrictEqual(found, [])))

const refuses = (name: string, given: unknown, reason: string): void =>
  it.live(`refuses ${name}`, () => Effect.map(mismatches(given), (found) => assert.include(found.join("\n"), reason)))

describe("the replay", () => {
  passes("an execute as it is", execute)
  passes("a list as it is", list)
  passes("a read whose connection closes", {
    ...list,
    server_script: [{ responses: [{ drop: true }] }],
    outcome: { fails: "Unreachable" }
  })
  passes("an execute whose connection closes after it was read", {
    ...execute,
    server_script: [{ responses: [{ drop: true }] }],
    outcome: { fails: "OutcomeUnknown" }
  })
  passes("the rule that fits, its answers in turn and the last one again", {
    ...list,
    call: { op: "connections.list", args: {}, retry: "default" },
    server_script: [
      { method: "POST", responses: [{ status: 500, text: "" }] },
      { path: "/api/v1/connections", responses: [{ status: 503, text: "" }, { json: [] }] }
    ],
    requests: [
      { method: "GET", path: "/api/v1/connections" },
      { method: "GET", path: "/api/v1/connections" }
    ],
    outcome: { json: [] }
  })

  const requests = (change: object) => ({ ...execute, requests: [{ ...request, ...change }] })
  refuses("another method", requests({ method: "PUT" }), "method: expected 'PUT', got 'POST'")
  refuses("another path", requests({ path: "/api/v1/x" }), "request 1 path")
  refuses("another body", requests({ body_json: { a: 2 } }), "request 1 body")
  refuses("a header with another value", requests({ headers: { "x-service-token": "T" } }), "header x-service-token")
  refuses("a header that is not there", requests({ headers: { "x-csrf-token": "T" } }), "header x-csrf-token")
  refuses(
    "a header that must not be there",
    requests({ absent_headers: ["X-Service-Token"] }),
    "header X-Service-Token"
  )
  refuses("a query that was not sent", requests({ query: [["async", "true"]] }), "request 1 query")
  refuses("a query that is not expected", { ...list, requests: [{ ...listing, query: undefined }] }, "request 1 query")
  refuses(
    "a query in another order",
    { ...list, requests: [{ ...listing, query: [...(listing?.query ?? [])].reverse() }] },
    "request 1 query"
  )
  refuses("a body that was not sent", { ...list, requests: [{ ...listing, body_json: {} }] }, "request 1 body")
  refuses("more requests than expected", { ...execute, requests: [] }, "requests: expected 0, got 1")
  refuses("fewer requests than expected", { ...execute, requests: [request, request] }, "request 2 was not sent")
  it("refuses a body where none is expected, which this library never sends", () => {
    const expected = { method: "GET", path: "/x" }
    const seen = { method: "GET", path: "/x", search: "", headers: new Map(), body: "" }
    assert.deepStrictEqual(requestMismatches("it", seen, expected), [])
    assert.deepStrictEqual(requestMismatches("it", { ...seen, body: "{}" }, expected), [
      "it body: expected '', got '{}'"
    ])
  })

  refuses("another answer", { ...list, outcome: { json: { connections: [1] } } }, "json: expected")
  refuses("another value", { ...execute, outcome: { completed: { ok: false } } }, "completed: expected")
  refuses("an execute that was no job", { ...execute, outcome: { accepted: "1" } }, "accepted: expected")
  refuses("a success that is to fail", { ...execute, outcome: { fails: "NotFound" } }, "expected NotFound")
  const missing = { ...execute, server_script: [{ responses: [{ status: 404, json: { m: 1 } }] }] }
  refuses("a failure that is to succeed", missing, "failed with NotFound")
  refuses("another tag", { ...missing, outcome: { fails: "Forbidden" } }, "fails: expected 'Forbidden'")
  refuses(
    "another status",
    { ...missing, outcome: { fails: "NotFound", status: 403 } },
    "status: expected 403, got 404"
  )
  refuses("another body of an error", { ...missing, outcome: { fails: "NotFound", body: {} } }, "body: expected {}")
  refuses("an outcome that says nothing", { ...execute, outcome: {} }, "the outcome says nothing")
  refuses(
    "a call to the other server that is expected and was not made",
    { ...execute, outcome: { completed: { ok: true }, other_requests: 1 } },
    "requests to the other server: expected 1, got 0"
  )
  const job = {
    ...list,
    call: { op: "jobs.get", args: { id: "j" } },
    requests: [{ method: "GET", path: "/api/v1/jobs/j" }]
  }
  const state = (outcome: object) => ({
    ...job,
    server_script: [{ responses: [{ json: { status: "RUNNING", progress: 40 } }] }],
    outcome
  })
  passes("a job's state", state({ state: "running", word: "RUNNING", progress: 0.4 }))
  refuses("another state", state({ state: "queued" }), "state: expected 'queued', got 'running'")
  refuses("another word", state({ state: "running", word: "running" }), "word: expected")
  refuses("another progress", state({ state: "running", progress: 0.5 }), "progress: expected")
  refuses("another result", state({ state: "running", result: 1 }), "result: expected")

  refuses("an operation that it does not know", { ...list, call: { op: "a.b", args: {} } }, `no operation "a.b"`)
  refuses("arguments that the call does not take", { ...list, call: { op: "connections.list", args: { x: 1 } } }, `"x"`)
  refuses("arguments where it takes none", { ...list, call: { op: "catalog.list", args: { x: 1 } } }, `"x"`)
  refuses("an expectation that it does not know", { ...list, outcome: { json: {}, waits: 1 } }, `"waits"`)
  refuses("a config that it does not know", { ...list, call: { ...list.call, config: { x: 1 } } }, `"x"`)
})

describe("a file of vectors", () => {
  const withFile = (text: string, use: (path: string) => void): void => {
    const folder = mkdtempSync(join(tmpdir(), "vectors-"))
    try {
      const path = join(folder, "vectors.json")
      writeFileSync(path, text)
      use(path)
    } finally {
      rmSync(folder, { recursive: true })
    }
  }

  it("is refused as a whole when it is not of the format, or empty", () => {
    for (const text of ["{", "{}", `{"format":1,"vectors":[]}`, `{"format":2,"vectors":[{}]}`]) {
      withFile(text, (path) => assert.throws(() => load(path), path))
    }
  })

  it("gives every vector, also one that is none", () => {
    withFile(JSON.stringify({ format: 1, vectors: [list, { id: "half" }, 5] }), (path) => {
      const loaded = load(path)
      assert.deepStrictEqual(
        loaded.map(({ id, vector }) => [id, Either.isRight(vector)]),
        [
          ["list", true],
          ["half", false],
          ["#2", false]
        ]
      )
    })
  })

  it("of ours holds each vector that differs on purpose, with a reason", () => {
    const ids = new Set(loadOwn().map(({ id }) => id))
    for (const { id, reason } of differences) {
      assert.isTrue(ids.has(id), `${id} is in no vector`)
      assert.notStrictEqual(reason.trim(), "", id)
    }
  })
})
