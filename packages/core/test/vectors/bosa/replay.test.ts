import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { differenceOf, differences } from "./differences.js"
import { decode, load, loadOwn, type Vector } from "./format.js"
import type { Mismatches } from "./matching.js"
import { mismatches, replay, type TransportName, transports } from "./replay.js"
import { partsOf } from "./requests.js"
import { unobserved } from "./unobserved.js"

const discovered = {
  demo: {
    get: {
      method: "POST",
      path: "/demo/get",
      docstring: "D.",
      parameters: {
        request: {
          schema: { properties: { id: { type: "integer" }, page: { anyOf: [{ type: "integer" }, { type: "null" }] } } }
        }
      }
    },
    upload: {
      method: "POST",
      path: "/demo/upload",
      docstring: "D.",
      parameters: {
        request: {
          schema: { properties: { name: { type: "string" }, file: { type: "string", format: "binary" } } }
        }
      }
    }
  }
}
const fixtures = { discovered, discovery: [{ method: "GET", responses: [{ json: { $fixture: "discovered" } }] }] }

const discoveryRequest = { method: "GET", path: "/connectors/", query: [["modules", "demo"]], headers: {} }
const ran = {
  method: "POST",
  path: "/demo/get",
  headers: { "content-type": "application/json", "x-api-key": "KEY1" },
  body_json: { id: 1 }
}
const execute = {
  id: "execute",
  client_version: ["gl-0.1.15"],
  call: [{ op: "execute", args: { app: "demo", action: "get", input_: { id: "1" } } }],
  server_script: [
    { fixture: "discovery" },
    { method: "POST", path: "/demo/get", responses: [{ json: { data: { a: [1] }, meta: null } }] }
  ],
  requests: [discoveryRequest, ran],
  outcome: [{ op: "execute", returns: [{ data: { a: [1] }, meta: null }, 200] }]
}

const answering = (response: object, ...others: ReadonlyArray<object>) => ({
  ...execute,
  server_script: [{ fixture: "discovery" }, { method: "POST", responses: [response, ...others] }]
})
const returning = (returns: unknown) => ({ ...execute, outcome: [{ op: "execute", returns }] })
const raising = (raises: object, given: object = execute) => ({ ...given, outcome: [{ op: "execute", raises }] })
const requesting = (change: object) => ({ ...execute, requests: [discoveryRequest, { ...ran, ...change }] })

const found = (given: unknown, transport: TransportName): Effect.Effect<Mismatches> =>
  Either.match(decode(given, fixtures), {
    onLeft: (why) => Effect.succeed([why]),
    onRight: (vector) =>
      Effect.map(replay(vector, vector.call, vector.client_version[0], transport), (replayed) =>
        mismatches(vector, replayed)
      )
  })

const passes = (name: string, given: unknown): void => {
  for (const transport of transports) {
    it.live(`passes ${name}, ${transport}`, () =>
      Effect.map(found(given, transport), (all) => assert.deepStrictEqual(all, []))
    )
  }
}

const refuses = (name: string, given: unknown, reason: string): void =>
  it.live(`refuses ${name}`, () =>
    Effect.map(found(given, "in process"), (all) => assert.include(all.join("\n"), reason))
  )

describe("the BOSA replay", () => {
  passes("an execute as it is", execute)
  refuses("another path", requesting({ path: "/demo/other" }), "request 2 path: expected '/demo/other'")
  refuses("another method", requesting({ method: "PUT" }), "request 2 method")
  refuses("another server", requesting({ server: "other" }), "request 2 server")
  refuses("another body", requesting({ body_json: { id: 2 } }), "request 2 body.id: expected 2, got 1")
  refuses("a body that is not expected", requesting({ body_json: undefined }), "request 2 body")
  refuses("a header with another value", requesting({ headers: { ...ran.headers, "x-api-key": "K" } }), "x-api-key")
  refuses(
    "a header that was not sent",
    requesting({ headers: { ...ran.headers, "x-more": "1" } }),
    "header x-more: expected '1', got undefined"
  )
  refuses(
    "a header that is not expected",
    requesting({ headers: { "content-type": "application/json" } }),
    "header x-api-key: expected undefined, got 'KEY1'"
  )
  refuses("a query that was not sent", requesting({ query: [["a", "b"]] }), "request 2 query")
  refuses(
    "a query that is not expected",
    { ...execute, requests: [{ ...discoveryRequest, query: undefined }, ran] },
    "request 1 query"
  )
  refuses(
    "a query in another form",
    { ...execute, requests: [{ ...discoveryRequest, raw_query: "modules=DEMO" }, ran] },
    "request 1 raw query"
  )
  refuses("more requests than expected", { ...execute, requests: [discoveryRequest] }, "requests: expected")
  refuses("fewer requests than expected", { ...execute, requests: [discoveryRequest, ran, ran] }, "requests: expected")

  refuses("another answer", returning([{ data: { a: [2] }, meta: null }, 200]), "[0].data.a[0]: expected 2, got 1")
  refuses("an answer with less", returning([{ data: { a: [1] } }, 200]), "[0].meta")
  refuses("an answer with more", returning([{ data: { a: [1], b: 1 }, meta: null }, 200]), "[0].data.b")
  refuses("another status", returning([{ data: { a: [1] }, meta: null }, 201]), "[1]: expected 201, got 200")
  refuses("an outcome that says nothing", { ...execute, outcome: [{ op: "execute" }] }, "the outcome says nothing")
  refuses(
    "more steps than taken",
    { ...execute, outcome: [...execute.outcome, ...execute.outcome] },
    "steps: expected 2"
  )
  refuses("a success that is to fail", raising({ kind: "timeout" }), "step 1 execute: expected")

  const lost = answering({ drop: true })
  passes("a lost answer", raising({ kind: "transport" }, lost))
  refuses("another cause", raising({ kind: "invalid_parameters" }, lost), "expected 'InvalidRequest'")
  refuses("a cause that it does not know", raising({ kind: "bad luck" }, lost), `does not know the cause "bad luck"`)
  refuses("no cause", raising({}, lost), "the vector names no cause")
  refuses("a failure that is to succeed", lost, "failed with OutcomeUnknown")
  refuses("another tag", raising({ tag: "NotSent" }, lost), "tag: expected 'NotSent'")

  const wrong = {
    ...execute,
    call: [{ op: "execute", args: { app: "demo", action: "get", input_: { id: "x", page: "y" } } }],
    requests: [discoveryRequest]
  }
  const fields = { id: "integer", page: "integer" }
  passes("the fields at fault", raising({ kind: "invalid_parameters", fields }, wrong))
  refuses("fewer fields", raising({ kind: "invalid_parameters", fields: { id: "integer" } }, wrong), "fields: expected")
  refuses("words that cannot be read", raising({ kind: "invalid_parameters", mentions: ["zz"] }, wrong), `"zz" cannot`)
  refuses("a place that cannot be read", raising({ kind: "invalid_parameters", at: ["zz"] }, wrong), `"zz" cannot`)
  refuses("a key that cannot be read", raising({ kind: "invalid_parameters", key: "zz" }, wrong), `"zz" cannot`)

  const envelope = { error: { code: "NO_SUCH", message: "none", request_id: "r-1" } }
  const missing = {
    ...execute,
    call: [{ op: "has_integration", args: { app: "demo", token: "T" } }],
    server_script: [{ responses: [{ status: 404, json: envelope }] }],
    requests: [
      {
        method: "GET",
        path: "/connectors/demo/integration-exists",
        headers: { "x-api-key": "KEY1", authorization: "Bearer T" }
      }
    ]
  }
  const has = (raises: object) => ({
    ...missing,
    outcome: [{ op: "has_integration", raises: { kind: "http_status", ...raises } }]
  })
  passes("a failure by status", has({ status_code: 404, api_code: "NO_SUCH", request_id: "r-1", mentions: ["none"] }))
  refuses("another status of a failure", has({ status_code: 403 }), "status: expected 403, got 404")
  refuses("another code", has({ api_code: "OTHER" }), "code: expected 'OTHER'")
  refuses("another request id", has({ request_id: "r-2" }), "request id: expected 'r-2', got 'r-1'")

  const again = {
    ...answering({ status: 503, json: {} }, { json: { data: 1 } }),
    client_version: ["0.1.6"],
    call: [{ op: "execute", args: { app: "demo", action: "get", input_: { id: 1 }, max_attempts: 2 } }],
    requests: [discoveryRequest, ran, ran],
    outcome: [{ op: "execute", returns: [{ data: 1 }, 200] }]
  }
  passes("a wait in virtual time", { ...again, waits_s: [[1, 2]] })
  refuses("a wait that is too long", { ...again, waits_s: [[0, 0.5]] }, "wait 1: expected [ 0, 0.5 ]")
  refuses("a wait that is too short", { ...again, waits_s: [[2, 3]] }, "wait 1: expected [ 2, 3 ]")
  refuses("a wait that is not expected", { ...again, waits_s: [] }, "waits: expected []")

  const late = (delay: number) => ({
    ...answering({ delay, json: { data: 1 } }),
    call: [{ op: "execute", args: { app: "demo", action: "get", input_: { id: 1 }, timeout: 5 } }]
  })
  passes("an answer that is late", { ...late(4), outcome: [{ op: "execute", returns: [{ data: 1 }, 200] }] })
  passes("an answer that is too late", raising({ kind: "timeout" }, late(6)))

  const page = { data: [1], meta: { page: 1, has_next: 1 }, status: 200, is_list: true, has_next: 1, has_prev: null }
  const run = (change: object) => ({
    ...answering({ json: { data: page.data, meta: page.meta } }),
    call: [{ op: "run", args: { app: "demo", action: "get", id: 1 } }],
    outcome: [{ op: "run", returns: { $response: { ...page, ...change } } }]
  })
  passes("a page", run({}))
  refuses("another page", run({ data: [2] }), "page.data[0]")
  refuses("a page without a next one", run({ has_next: null }), "page.has_next: expected false, got true")
  refuses("a page that is not a list", run({ is_list: false }), "page.is_list")

  const file = { text: "abc", filename: "a.txt", content_type: "text/plain", headers: { "Content-Length": "3" } }
  const download = (change: object) => ({
    ...answering({
      base64: "YWJj",
      headers: { "Content-Type": "text/plain", "Content-Disposition": "attachment; filename=a.txt" }
    }),
    outcome: [
      {
        op: "execute",
        returns: [
          {
            $file: {
              ...file,
              headers: { "content-type": "text/plain", "content-disposition": "{any}", ...file.headers },
              ...change
            }
          },
          200
        ]
      }
    ]
  })
  passes("a file", download({}))
  refuses("another content", download({ text: "abd" }), "file content")
  refuses("another name of a file", download({ filename: "b.txt" }), "file filename")
  refuses("another type of a file", download({ content_type: "text/html" }), "file type")
  refuses("other headers of a file", download({ headers: {} }), "file headers")

  const part = (change: object = {}) => ({
    headers: { "Content-Disposition": 'form-data; name="file"; filename="f"', "Content-Type": "text/x" },
    text: "a\r\n--b",
    ...change
  })
  const name = { headers: { "Content-Disposition": 'form-data; name="name"' }, text: "N" }
  const upload = (...multipart: ReadonlyArray<object>) => ({
    ...answering({ json: {} }),
    call: [
      {
        op: "execute",
        args: {
          app: "demo",
          action: "upload",
          input_: { file: { $file: { text: "a\r\n--b", filename: "f", content_type: "text/x" } }, name: "N" }
        }
      }
    ],
    requests: [
      discoveryRequest,
      {
        method: "POST",
        path: "/demo/upload",
        headers: { "x-api-key": "KEY1", "content-type": "multipart/form-data; boundary={boundary}" },
        multipart
      }
    ],
    outcome: [{ op: "execute", returns: [{}, 200] }]
  })
  passes("a form", upload(name, part()))
  refuses("parts in another order", upload(part(), name), "request 2 part 1")
  refuses("another part", upload(name, part({ text: "a" })), "request 2 part 2 content")
  refuses("another head of a part", upload(name, part({ headers: name.headers })), "part 2 header content-type")
  refuses("fewer parts", upload(name), "request 2 parts: expected 1, got 2")

  const made = (change: object, schema: object) => ({
    ...execute,
    call: [{ op: "tools", args: { app: "demo" } }],
    requests: [discoveryRequest],
    outcome: [
      {
        op: "tools",
        returns: {
          names: ["demo_get_tool", "demo_upload_tool"],
          first: { class: "Any", name: "demo_get_tool", description: "D.", schema, ...change }
        }
      }
    ]
  })
  const flat = { properties: { id: {}, page: {} } }
  const below = (name: string) => ({
    properties: { token: {}, request: { $ref: "#/$defs/Get" } },
    $defs: {
      Get: {
        properties: {
          [name]: { type: "integer" },
          page: { anyOf: [{ type: "integer" }, { type: "null" }] }
        }
      }
    }
  })
  passes("tools", made({}, flat))
  passes("tools with their parameters below", made({}, below("id")))
  refuses("a tool with another description", made({ description: "E." }, flat), "first.description")
  refuses("a tool with other parameters", made({}, { properties: { id: {} } }), "first parameters names")
  refuses("a tool with others below", made({}, below("no")), "first parameters.no")

  refuses("an operation that it does not know", { ...execute, call: [{ op: "a.b" }] }, `no operation "a.b"`)
  refuses(
    "arguments that the call does not take",
    { ...execute, call: [{ op: "modules", args: { x: 1 } }], outcome: [{ op: "modules", returns: [] }] },
    `"x"`
  )
  refuses("an expectation that it does not know", { ...execute, waits: [] }, `"waits"`)
  refuses("a fixture that is not there", { ...execute, server_script: [{ fixture: "zz" }] }, "no fixture zz")
})

describe("a form that is odd", () => {
  const of = (text: string, type = "multipart/form-data; boundary=B") => partsOf(type, new TextEncoder().encode(text))

  it("is not a form", () => {
    assert.isString(of("--B\r\na: b\r\n\r\nc\r\n--B--\r\n", "text/plain"))
    for (const text of [
      "",
      "x--B--\r\n",
      "--B\r\na: b\r\n\r\nc\r\n",
      "--B\r\na: b\r\n\r\nc\r\n--B--",
      "--B\r\nno head\r\n--B--\r\n",
      "--BB\r\na: b\r\n\r\nc\r\n--B--\r\n"
    ]) {
      assert.isString(of(text), text)
    }
    assert.isArray(of("--B\r\na: b\r\n\r\nc\r\n--B--\r\n"))
  })
})

describe("a file of BOSA vectors", () => {
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
    withFile(JSON.stringify({ format: 1, fixtures, vectors: [execute, { id: "half" }, 5] }), (path) => {
      assert.deepStrictEqual(
        load(path).map(({ id, vector }) => [id, Either.isRight(vector)]),
        [
          ["execute", true],
          ["half", false],
          ["#2", false]
        ]
      )
    })
  })
})

const rightOf = <A>(either: Either.Either<A, string>): ReadonlyArray<A> => {
  if (Either.isLeft(either)) throw new Error(either.left)
  return [either.right]
}

const own = loadOwn().flatMap(({ vector }) => rightOf(vector))
const others = unobserved.flatMap((given) => rightOf(decode(given)))

const isDiffering = (vector: Vector): boolean => differenceOf(vector) !== undefined
const differing = own.filter(isDiffering)

const checked = Effect.fnUntraced(function* (vector: Vector) {
  for (const version of vector.client_version) {
    const expected = differenceOf(vector)?.ours(vector, version)
    if (expected === undefined) return assert.fail(`${vector.id} does not differ`)
    const replayed = yield* replay(vector, expected.call, version, "in process")
    assert.deepStrictEqual(mismatches(expected, replayed), [], vector.id)
    assert.isNotEmpty(mismatches(vector, replayed), vector.id)
    // what stands in place of a vector is not an excuse: it can be wrong too
    const wrong = { ...expected, outcome: expected.outcome.map(({ op }) => ({ op, raises: { tag: "None" } })) }
    assert.isAtLeast(mismatches(wrong, replayed).length, expected.outcome.length, vector.id)
    const more = { ...expected, requests: [...expected.requests, { method: "GET", path: "/" }] }
    assert.isNotEmpty(mismatches(more, replayed), vector.id)
  }
})

describe("the deliberate differences", () => {
  it("are few", () => {
    assert.strictEqual(own.length, 363)
    assert.isAtMost(differing.length, 75)
  })

  it("are each of something, for a reason", () => {
    for (const difference of differences) {
      const { ids, reason } = difference
      assert.notStrictEqual(reason.trim(), "", String(ids))
      assert.isTrue(
        [...own, ...others].some((vector) => differenceOf(vector) === difference),
        `${String(ids)} is of no vector`
      )
    }
  })

  it.live("are checked as written", () => Effect.forEach(differing, checked, { discard: true }))

  it.live("are checked as written where our file shows none", () => Effect.forEach(others, checked, { discard: true }))
})
