import type { ApiError } from "@effect-connectors/core/ApiError"
import { Auth } from "@effect-connectors/core/Auth"
import * as NodeConnectors from "@effect-connectors/node/NodeConnectors"
import * as FetchTransport from "@effect-connectors/core/FetchTransport"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import type { Socket } from "node:net"
import { apiOver, callNames, callsOn, goodBody, type Options } from "../../../core/test/support/api.js"
import { type Act, head, rawServer, whole } from "../../../core/test/support/rawServer.js"
import { printed, recording } from "../../../core/test/support/sinks.js"

const good = JSON.stringify(goodBody)
const transports = { node: NodeConnectors.layer, fetch: FetchHttpClient.layer, "fetch, direct": FetchTransport.layer }
const mebibyte = 1024 * 1024

const run = (name: string, program: () => Effect.Effect<void, unknown, Scope.Scope>): void =>
  it(name, () => Effect.runPromise(Effect.scoped(Effect.suspend(program))))

const slugs: ReadonlyArray<readonly [slug: string, raw: string]> = [
  ["crm", "crm"],
  ["a/b", "a%2Fb"],
  ["a?b#c", "a%3Fb%23c"],
  ["%2e%2e", "%252e%252e"],
  ["...", "..."],
  ["ž", "%C5%BE"],
  ["a b", "a%20b"],
  ["@h:1/x", "%40h%3A1%2Fx"]
]

for (const [transport, layer] of Object.entries(transports)) {
  const api = <E = never>(url: string, options: Options = {}, auth?: Layer.Layer<Auth, E>) =>
    Effect.flatMap(Layer.build(layer), (context) =>
      apiOver(
        Context.get(context, HttpClient.HttpClient),
        { baseUrl: url, retry: Schedule.recurs(2), ...options },
        auth
      )
    )

  describe(transport, () => {
    run("the server sees exactly the path that was meant", () =>
      Effect.gen(function* () {
        const server = yield* rawServer(whole(200, good))
        const client = yield* api(`${server.url}/proxy/`)
        for (const [slug] of slugs) yield* client.actions.execute(slug, slug, {}, { async: true, timeoutMs: 5000 })
        assert.deepStrictEqual(
          server.requests.map((request) => request.target),
          slugs.map(([, raw]) => `/proxy/api/v1/connections/${raw}/actions/${raw}/execute?async=true&timeout_ms=5000`)
        )
      })
    )

    run("headers: one value of each, ours replaced in any letter case, and the ids of the span, once", () =>
      Effect.gen(function* () {
        const server = yield* rawServer(whole(200, good))
        const client = yield* api(
          server.url,
          { extraHeaders: { "X-SERVICE-TOKEN": "theirs" } },
          Auth.serviceToken(Redacted.make("ours"))
        )
        yield* recording(client.get("crm").pipe(Effect.withSpan("mine")))
        const headers = server.requests[0]?.headers ?? {}
        assert.strictEqual(headers["x-service-token"], "theirs")
        for (const name of ["tracestate", "cookie", "authorization"]) assert.notProperty(headers, name)
        assert.strictEqual(headers["traceparent"], "00-trace-span-2-01")
        assert.strictEqual(headers["b3"], "trace-span-2-1-span-1")
      })
    )

    for (const [name, act] of [
      ["503", whole(503, "{}")],
      ["a reset", (socket) => void socket.resetAndDestroy()],
      ["a cut body", (socket) => void socket.end(`${head(200, { "content-length": 100 })}{`)]
    ] satisfies ReadonlyArray<readonly [string, Act]>) {
      run(`100 executes that get ${name} are sent 100 times`, () =>
        Effect.gen(function* () {
          const server = yield* rawServer(act)
          const client = yield* api(server.url, { retry: Schedule.forever })
          const calls = Array.from({ length: 100 }, (_, index) =>
            client.actions.execute("crm", "a", { input: { index } }, { async: index % 2 === 0 })
          )
          const ends = yield* Effect.forEach(calls, Effect.flip, { concurrency: 10 })
          const marks = server.requests.map((request) => request.body)
          assert.strictEqual(new Set(marks).size, 100)
          assert.strictEqual(marks.length, 100)
          assert.isTrue(ends.every((error) => error._tag === (name === "503" ? "ServerFailed" : "OutcomeUnknown")))
        })
      )
    }

    run("an interrupt closes the connection at once", () =>
      Effect.gen(function* () {
        for (const response of ["", `${head(200, { "content-length": 100 })}{`]) {
          const arrived = yield* Deferred.make<void>()
          const server = yield* rawServer((socket) => {
            socket.write(response)
            Deferred.unsafeDone(arrived, Effect.void)
          })
          const fiber = yield* Effect.fork((yield* api(server.url)).get("crm"))
          yield* Deferred.await(arrived)
          assert.isTrue(Exit.isInterrupted(yield* Fiber.interrupt(fiber)))
          yield* server.quiet
          assert.strictEqual(server.requests.length, 1)
        }
      })
    )

    run("a body over the limit is let go, announced or not, and not read to its end", () =>
      Effect.gen(function* () {
        let written = 0
        const chunk = Buffer.concat([
          Buffer.from(`${mebibyte.toString(16)}\r\n`),
          Buffer.alloc(mebibyte, " "),
          Buffer.from("\r\n")
        ])
        const endless = (socket: Socket): void => {
          while (socket.writable && written < 512 * mebibyte) {
            written += chunk.length
            if (!socket.write(chunk)) {
              socket.once("drain", () => endless(socket))
              return
            }
          }
        }
        const json = { "content-type": "application/json" }
        const acts: ReadonlyArray<Act> = [
          (socket) => {
            socket.write(head(200, { ...json, "transfer-encoding": "chunked" }))
            endless(socket)
          },
          (socket) => void socket.write(`${head(200, { ...json, "content-length": 1024 * mebibyte })}{`)
        ]
        for (const act of acts) {
          written = 0
          const server = yield* rawServer(act)
          const error = yield* Effect.flip(
            (yield* api(server.url, { attemptTimeout: "10 seconds", retry: "none" })).get("crm")
          )
          assert.strictEqual(error._tag === "UnexpectedBody" && error.reason, "too large")
          assert.strictEqual(server.requests.length, 1)
          yield* server.quiet
          assert.isBelow(written, 64 * mebibyte)
        }
      })
    )

    run("no secret in any error that real sockets give", () =>
      Effect.gen(function* () {
        const page = `<html>CANARY-page</html>`
        const secret = { "set-cookie": "a=CANARY-setcookie", location: "https://h.example/?t=CANARY-location" }
        const acts: ReadonlyArray<Act> = [
          (socket) => void socket.resetAndDestroy(),
          (socket) => void socket.end("CANARY not http\r\n\r\n"),
          (socket) => void socket.end(`${head(200, { ...secret, "content-length": 100 })}CANARY`),
          (socket) => void socket.end(`${head(503, { ...secret, "content-length": 100 })}CANARY`),
          whole(200, page, { ...secret, "content-type": "text/html" }),
          ...[302, 400, 401, 403, 404, 429, 500].map((status) =>
            whole(status, page, { ...secret, "content-type": "text/html" })
          ),
          () => undefined
        ]
        const auth = Auth.headers({
          "x-service-token": Redacted.make("CANARY-token"),
          cookie: Redacted.make("CANARY-cookie"),
          "x-csrf-token": Redacted.make("CANARY-csrf")
        })
        let errors = 0
        for (const act of acts) {
          const server = yield* rawServer(act)
          const client = yield* api(
            server.url,
            { attemptTimeout: act.length === 0 ? "200 millis" : "20 seconds", retry: Schedule.recurs(1) },
            auth
          )
          const runs: ReadonlyArray<Effect.Effect<unknown, ApiError>> = [
            client.list({ relayId: "CANARY-query" }),
            client.actions.execute("crm", "a", { input: { password: "CANARY-body" } })
          ]
          for (const call of runs) {
            const { exit, recorded } = yield* recording(Effect.tapErrorCause(call, (cause) => Effect.logError(cause)))
            if (Exit.isSuccess(exit)) throw new Error("expected a failure")
            const error = Cause.squash(exit.cause)
            if (typeof error !== "object" || error === null) throw new Error("expected an error")
            const texts = {
              ...(yield* Effect.promise(() => printed(error, exit.cause))),
              ...recorded.lines,
              spans: recorded.spans
            }
            assert.deepStrictEqual(
              Object.entries(texts)
                .filter(([, text]) => /CANARY/.test(String(text)))
                .map(([sink]) => sink),
              []
            )
            errors++
          }
        }
        console.log(`leak over ${transport}: 0 of ${errors} errors`)
      })
    )

    run("every class of call reaches the server once when all is well", () =>
      Effect.gen(function* () {
        const server = yield* rawServer(whole(200, good))
        const client = yield* api(server.url)
        for (const call of callNames) {
          const running: Effect.Effect<unknown, ApiError> = callsOn(call)[call](client)
          yield* running
        }
        assert.strictEqual(server.requests.length, callNames.length)
      })
    )
  })
}
