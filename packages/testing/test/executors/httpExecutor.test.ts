import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import { assert, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/TestClock"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import { describe } from "vitest"
import type { JsonObject, Operation } from "../../src/Executor.js"
import * as httpExecutor from "../../src/internal/executors/httpExecutor.js"

/** A server on this machine; gives its origin. */
const listen = (answer: (request: IncomingMessage, response: ServerResponse, body: string) => void) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.async<ReturnType<typeof createServer>>((resume) => {
        const server = createServer((request, response) => {
          let body = ""
          request.on("data", (chunk) => (body += String(chunk)))
          request.on("end", () => answer(request, response, body))
        })
        server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
      }),
      (server) =>
        Effect.async<void>((resume) => {
          server.close(() => resume(Effect.void))
          server.closeAllConnections()
        })
    ),
    (server) => {
      const address = server.address()
      return `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`
    }
  )

const echo = listen((request, response, body) => {
  response.writeHead(201, { "content-type": "application/json; charset=utf-8", "x-kept": "yes" })
  const { headers, method, url } = request
  response.end(
    JSON.stringify({ method, url, body, type: headers["content-type"] ?? null, custom: headers["x-custom"] ?? null })
  )
})

const caller = (baseUrl: string) =>
  Effect.map(HttpClient.HttpClient, (client) => {
    const executor = httpExecutor.make(client, baseUrl)
    const connection = { slug: "web", kind: "http", baseUrl } as const
    const call = (operation: Operation, body: JsonObject) => executor({ connection, operation, body })
    return { call, refusal: (operation: Operation, body: JsonObject) => Effect.flip(call(operation, body)) }
  }).pipe(Effect.provide(NodeHttpClient.layer))

describe("http executor", () => {
  it.scoped("sends method, path, query, headers and body, and gives the response", () =>
    Effect.gen(function* () {
      const { call } = yield* caller(`${yield* echo}/base/`)
      const answer = yield* call("http.post", {
        path: "/items?x=1",
        query: { a: "b c", list: [1, true], none: null },
        headers: { "X-Custom": "c" },
        body: { n: 1 }
      })
      assert.include(answer, { status: 201 })
      assert.deepInclude(answer, {
        body: {
          method: "POST",
          url: "/base/items?x=1&a=b+c&list=1&list=true",
          body: '{"n":1}',
          type: "application/json",
          custom: "c"
        }
      })
      assert.include(JSON.stringify(answer), '"x-kept":"yes"')
    })
  )

  it.scoped("supports each method, and sends text unchanged", () =>
    Effect.gen(function* () {
      const { call } = yield* caller(yield* echo)
      for (const method of ["get", "delete"] as const) {
        const answer = yield* call(`http.${method}`, { path: "p" })
        assert.deepInclude(answer, {
          body: { method: method.toUpperCase(), url: "/p", body: "", type: null, custom: null }
        })
      }
      for (const method of ["put", "patch"] as const) {
        const answer = yield* call(`http.${method}`, {
          url: "/p",
          data: "<a/>",
          headers: { "content-type": "text/xml" }
        })
        assert.deepInclude(answer, {
          body: { method: method.toUpperCase(), url: "/p", body: "<a/>", type: "text/xml", custom: null }
        })
      }
    })
  )

  it.scoped("gives responses of every status, redirects included, and bodies of every kind", () =>
    Effect.gen(function* () {
      const base = yield* listen((request, response) => {
        if (request.url === "/moved") response.writeHead(302, { location: "http://example.com/" }).end()
        else if (request.url === "/bytes") response.writeHead(200).end(Buffer.from([0, 255]))
        else if (request.url === "/broken") response.writeHead(500, { "content-type": "application/json" }).end("{")
        else response.writeHead(404, { "content-type": "text/plain" }).end("no")
      })
      const { call } = yield* caller(base)
      assert.include(yield* call("http.get", { path: "/moved" }), { status: 302, body: null })
      assert.include(yield* call("http.get", { path: "/bytes" }), { status: 200, body: "AP8=", encoding: "base64" })
      assert.include(yield* call("http.get", { path: "/broken" }), { status: 500, body: "{" })
      assert.include(yield* call("http.get", { path: "/else" }), { status: 404, body: "no" })
    })
  )

  it.scoped("refuses every host but its own on this machine", () =>
    Effect.gen(function* () {
      const base = yield* echo
      const { call, refusal } = yield* caller(`${base}/base`)
      const own = yield* call("http.get", { url: `${base}/base/x` })
      assert.include(own, { status: 201 })
      for (const target of [
        "http://example.com/",
        "//example.com/x",
        "http://127.0.0.1:1/base/x",
        "https://127.0.0.1/base",
        "file:///etc/passwd",
        `${base}/other`,
        "../other",
        "x/%2e%2e/../../other"
      ]) {
        const { code, status } = yield* refusal("http.get", { path: target })
        assert.deepStrictEqual([target, status, code], [target, 400, "HOST_REFUSED"])
      }
      for (const far of [
        "http://example.com",
        "http://10.0.0.1",
        "http://127.0.0.1.example.com",
        "https://127.0.0.1",
        "http://0.0.0.0"
      ]) {
        const there = yield* caller(far)
        assert.strictEqual((yield* there.refusal("http.get", { path: "/" })).code, "HOST_REFUSED", far)
      }
    })
  )

  it.scoped("refuses headers and parameters that cannot be sent", () =>
    Effect.gen(function* () {
      const { refusal } = yield* caller(yield* echo)
      for (const body of [
        { headers: { Host: "example.com" } },
        { headers: { "transfer-encoding": "chunked" } },
        { headers: { a: "b\r\nc: d" } },
        { headers: { "a b": "c" } },
        { headers: { a: 1 } },
        { query: { a: {} } },
        { query: "a=b" },
        { path: 7 }
      ]) {
        assert.strictEqual((yield* refusal("http.get", body)).code, "INVALID_PARAMETERS", JSON.stringify(body))
      }
    })
  )

  it.scoped("fails when nothing listens, and when the response breaks off", () =>
    Effect.gen(function* () {
      const gone = yield* Effect.scoped(echo)
      const nothing = yield* caller(gone)
      const refused = yield* nothing.refusal("http.get", {})
      assert.deepStrictEqual([refused.status, refused.code], [502, "UNREACHABLE"])
      assert.match(refused.message, /ECONNREFUSED/)
      const cut = yield* caller(
        yield* listen((request, response) => {
          response.writeHead(200, { "content-length": 100 })
          response.write("half", () => request.socket.destroy())
        })
      )
      assert.strictEqual((yield* cut.refusal("http.get", {})).code, "UNREACHABLE")
    })
  )

  it.scoped("fails after 10 s without a response", () =>
    Effect.gen(function* () {
      const arrived = yield* Deferred.make<void>()
      const base = yield* listen(() => Deferred.unsafeDone(arrived, Effect.void))
      const { refusal } = yield* caller(base)
      const fiber = yield* Effect.fork(refusal("http.get", {}))
      yield* Deferred.await(arrived)
      yield* TestClock.adjust("9999 millis")
      assert.isTrue((yield* Fiber.poll(fiber))._tag === "None")
      yield* TestClock.adjust("1 millis")
      const { code, status } = yield* Fiber.join(fiber)
      assert.deepStrictEqual([status, code], [504, "TIMEOUT"])
    })
  )
})
