import type { ApiError } from "@effect-connectors/core/ApiError"
import * as NodeConnectors from "@effect-connectors/node/NodeConnectors"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import { gzipSync } from "node:zlib"
import * as Retry from "@effect-connectors/core/Retry"
import { apiOver, type CallName, callNames, callsOn, goodBody } from "../../../core/test/support/api.js"
import {
  badResponse,
  bodyCut,
  bodyUnreadable,
  type Expected,
  never,
  noAnswer,
  notSent,
  refusedForGood,
  transient
} from "../../../core/test/support/matrix.js"
import { type Act, closedPort, head, rawServer, type Served, whole } from "../../../core/test/support/rawServer.js"

const transports = { node: NodeConnectors.layer, fetch: FetchHttpClient.layer }
type Transport = keyof typeof transports
const transportNames: ReadonlyArray<Transport> = ["node", "fetch"]

type Expectations = Readonly<Record<CallName, Expected>>

interface Fault {
  readonly act: Act
  /** What only one of the two transports can see. */
  readonly expected: Expectations | Readonly<Record<Transport, Expectations>>
}

const good = JSON.stringify(goodBody)
const any = "*"
const json = { "content-type": "application/json" }
const ok: Expectations = Object.assign({}, ...callNames.map((name) => ({ [name]: { sends: 1, tag: "ok" } })))
const empty: Expectations = { ...bodyUnreadable("empty", any), idempotent: { sends: 1, tag: "ok" } }
const noContent: Expectations = {
  ...ok,
  safe: { sends: 1, tag: "UnexpectedBody" },
  declared: { sends: 1, tag: "UnexpectedBody" }
}
const zipped = gzipSync(good)
// fetch gives what it could unpack, and no error: then it is bad JSON and no cut
const zipCut: Fault["expected"] = { node: bodyCut(any), fetch: bodyUnreadable("invalid", any) }
const stalled: Expectations = {
  ...bodyCut(any),
  safe: { sends: 3, tag: "UnexpectedBody", status: 200 },
  declared: { sends: 3, tag: "UnexpectedBody", status: 200 }
}

const writing =
  (text: string | Uint8Array): Act =>
  (socket) =>
    void socket.write(text)
const thenEnd =
  (text: string | Uint8Array): Act =>
  (socket) =>
    void socket.end(text)
const thenReset =
  (text: string): Act =>
  (socket) =>
    void socket.write(text, () => socket.resetAndDestroy())

const faults = (trap: string): Readonly<Record<string, Fault>> => ({
  fine: { act: whole(200, good), expected: ok },
  gzip: {
    act: (socket) => {
      socket.write(head(200, { ...json, "content-encoding": "gzip", "content-length": zipped.length }))
      socket.write(zipped)
    },
    expected: ok
  },
  bom: { act: whole(200, `\ufeff${good}`), expected: ok },
  "one-byte-at-a-time": {
    act: (socket) => {
      for (const byte of Buffer.from(head(200, { ...json, "content-length": good.length }) + good))
        socket.write(Buffer.from([byte]))
    },
    expected: ok
  },
  "reset-before-the-status": {
    act: (socket) => void socket.resetAndDestroy(),
    expected: noAnswer({ code: any, phase: any })
  },
  "end-before-the-status": { act: (socket) => void socket.end(), expected: noAnswer({ code: any, phase: any }) },
  "end-in-the-status": { act: thenEnd("HTTP/1.1 20"), expected: noAnswer({ code: any, phase: any }) },
  "reset-in-the-head": { act: thenReset("HTTP/1.1 200 OK\r\ncontent-"), expected: noAnswer({ code: any, phase: any }) },
  silence: { act: () => undefined, expected: noAnswer({ code: "ATTEMPT_TIMEOUT", phase: any }) },
  "head-then-silence": { act: writing(head(200, { ...json, "content-length": 10 }) + "{"), expected: stalled },
  "no-http": { act: thenEnd("SSH-2.0-OpenSSH_9.6\r\n\r\n"), expected: badResponse(any) },
  "head-of-40-KiB": { act: whole(200, good, { "x-long": "x".repeat(40_000) }), expected: badResponse(any) },
  "unasked-100": {
    act: writing(`HTTP/1.1 100 Continue\r\n\r\n${head(200, { ...json, "content-length": good.length })}${good}`),
    // the fetch of Node ends the connection at this head, and the response behind it is lost
    expected: { node: ok, fetch: noAnswer({ code: any, phase: any }) }
  },
  "two-lengths": {
    act: writing(`HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}`),
    expected: badResponse(any)
  },
  "body-cut": {
    act: thenEnd(head(200, { ...json, "content-length": good.length + 1 }) + good),
    expected: bodyCut(any)
  },
  "body-reset": {
    act: thenReset(head(200, { ...json, "content-length": good.length + 1 }) + good),
    expected: bodyCut(any)
  },
  "chunks-cut": {
    act: thenEnd(`${head(200, { ...json, "transfer-encoding": "chunked" })}${good.length.toString(16)}\r\n${good}\r\n`),
    expected: bodyCut(any)
  },
  "gzip-cut": {
    act: (socket) => {
      const some = zipped.subarray(0, zipped.length - 12)
      socket.write(head(200, { ...json, "content-encoding": "gzip", "content-length": some.length }))
      socket.write(some)
    },
    expected: zipCut
  },
  html: {
    act: whole(200, "<html>", { "content-type": "text/html" }),
    expected: bodyUnreadable("wrong type", "NOT_JSON")
  },
  "bad-json": { act: whole(200, '{"a":'), expected: bodyUnreadable("invalid", "INVALID_BODY") },
  deep: { act: whole(200, "[".repeat(201) + "]".repeat(201)), expected: bodyUnreadable("too deep", "BODY_TOO_DEEP") },
  empty: { act: whole(200, ""), expected: empty },
  "no-content": { act: (socket) => void socket.write("HTTP/1.1 204 No Content\r\n\r\n"), expected: noContent },
  "404-cut": { act: thenEnd(`${head(404, { ...json, "content-length": 50 })}{`), expected: never(404) },
  "503-reset": { act: thenReset(`${head(503, { ...json, "content-length": 50 })}{`), expected: transient(503) },
  "429-after-0": { act: whole(429, "{}", { "retry-after": "0" }), expected: transient(429) },
  "429-after-an-hour": { act: whole(429, "{}", { "retry-after": "3600" }), expected: { ...onlyOnce(transient(429)) } },
  ...Object.fromEntries(
    [408, 425, 500, 502, 503, 504].map((status) => [
      `s${status}`,
      { act: whole(status, "{}"), expected: transient(status) }
    ])
  ),
  ...Object.fromEntries(
    [400, 401, 403, 404, 405, 409, 410, 413, 415, 422, 501, 505, 599].map((status) => [
      `s${status}`,
      { act: whole(status, "{}"), expected: never(status) }
    ])
  ),
  ...Object.fromEntries(
    [301, 302, 303, 307, 308].map((status) => [
      `s${status}`,
      { act: whole(status, "", { location: `${trap}/stolen` }), expected: never(status) }
    ])
  )
})

function onlyOnce(expected: Expectations): Expectations {
  return Object.assign({}, ...callNames.map((name) => ({ [name]: { ...expected[name], sends: 1 } })))
}

const has = (expected: Fault["expected"]): expected is Readonly<Record<Transport, Expectations>> => "node" in expected

const fieldsOf = (error: ApiError): Record<string, unknown> => ({ ...error, tag: error._tag })

/** One call on its own client, so that no budget is shared; its end compared with the table. */
const compare = (
  name: string,
  baseUrl: string,
  transport: Transport,
  call: CallName,
  want: Expected,
  sends: () => number
) =>
  Effect.gen(function* () {
    const client = Context.get(yield* Layer.build(transports[transport]), HttpClient.HttpClient)
    const api = yield* apiOver(client, {
      baseUrl,
      retry: Schedule.recurs(2),
      attemptTimeout: /silence/.test(name) ? "250 millis" : "20 seconds"
    })
    const running: Effect.Effect<unknown, ApiError> = callsOn(name, Retry.idempotent(Schedule.recurs(2)))[call](api)
    const outcome = yield* Effect.either(running)
    const seen: Record<string, unknown> = Either.match(outcome, { onLeft: fieldsOf, onRight: () => ({ tag: "ok" }) })
    const { sends: wantedSends, ...wanted } = want
    const fields = Object.entries(wanted).filter(([, value]) => value !== any)
    const what = `${transport}, ${name}, ${call}: ${JSON.stringify(seen)}`
    assert.deepStrictEqual(
      Object.fromEntries(fields.map(([field]) => [field, seen[field]])),
      Object.fromEntries(fields),
      what
    )
    assert.strictEqual(sends(), wantedSends, `${what}: requests at the server`)
    return outcome
  }).pipe(Effect.scoped)

const slugOf = (request: Served): string => request.target.split("/")[4]?.replace(/\?.*/, "") ?? ""

describe("the fault matrix over sockets", () => {
  let cells = 0
  const names = Object.keys(faults("http://127.0.0.1:1"))

  for (const transport of transportNames) {
    for (const name of names) {
      it(`${transport}: ${name}`, () =>
        Effect.runPromise(
          Effect.scoped(
            Effect.gen(function* () {
              const trap = yield* rawServer(whole(200, good))
              const fault = faults(trap.url)[name]
              if (fault === undefined) throw new Error(name)
              const server = yield* rawServer(fault.act)
              const expected = has(fault.expected) ? fault.expected[transport] : fault.expected
              for (const call of callNames) {
                const slug = `${name}.${call}`
                const count = () => server.requests.filter((request) => slugOf(request) === slug).length
                yield* compare(slug, server.url, transport, call, expected[call], count)
                cells++
              }
              assert.strictEqual(trap.requests.length, 0, "the trap was reached")
            })
          )
        ))
    }

    const unread: ReadonlyArray<
      readonly [
        string,
        (port: number) => string,
        Readonly<Record<Transport, Expectations>>,
        "closed" | "resets" | "plain"
      ]
    > = [
      [
        "refused",
        (port) => `http://127.0.0.1:${port}`,
        { node: notSent("ECONNREFUSED"), fetch: notSent("ECONNREFUSED") },
        "closed"
      ],
      // with fetch this reset is the same as one after the request
      [
        "reset in the TLS handshake",
        (port) => `https://127.0.0.1:${port}`,
        { node: notSent("ECONNRESET"), fetch: noAnswer({ code: any, phase: any }) },
        "resets"
      ],
      [
        "TLS to a server without",
        (port) => `https://127.0.0.1:${port}`,
        { node: refusedForGood(any), fetch: refusedForGood(any) },
        "plain"
      ]
    ]
    for (const [name, urlOf, expected, kind] of unread) {
      it(`${transport}: ${name}`, () =>
        Effect.runPromise(
          Effect.scoped(
            Effect.gen(function* () {
              let connections = 0
              const port =
                kind === "closed"
                  ? yield* closedPort
                  : (yield* rawServer(
                      () => undefined,
                      (socket) => {
                        connections++
                        if (kind === "resets") socket.resetAndDestroy()
                        else socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")
                      }
                    )).port
              for (const call of callNames) {
                connections = 0
                const want = expected[transport][call]
                const outcome = yield* compare("x", urlOf(port), transport, call, { ...want, sends: 0 }, () => 0)
                const attempts = Either.isLeft(outcome) && "attempts" in outcome.left ? outcome.left.attempts : 0
                assert.strictEqual(attempts, want.sends, `${name}, ${call}: attempts`)
                if (kind !== "closed") assert.isAtLeast(connections, want.sends)
                cells++
              }
            })
          )
        ))
    }
  }

  it("the table is complete: each row ran on each transport", () => {
    assert.strictEqual(names.length, 51)
    assert.strictEqual(cells, 2 * (names.length + 3) * callNames.length)
    console.log(
      `socket matrix: ${cells} cells, ${names.length + 3} faults x ${callNames.length} classes x 2 transports`
    )
  })
})
