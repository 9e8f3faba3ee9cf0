import * as Action from "@effect-connectors/core/Action"
import { Auth } from "@effect-connectors/core/Auth"
import type { BosaApi } from "@effect-connectors/core/BosaApi"
import * as ConnectorFile from "@effect-connectors/core/ConnectorFile"
import * as NodeConnectors from "@effect-connectors/node/NodeConnectors"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { Socket } from "node:net"
import { inspect } from "node:util"
import { bosaOver, row } from "../../../core/test/support/bosaKit.js"
import { type Act, closedPort, head, rawServer, whole } from "../../../core/test/support/rawServer.js"

const transports = { node: NodeConnectors.layer, fetch: FetchHttpClient.layer }

const act = row({ file: { anyOf: [{ type: "string", format: "binary" }, { type: "null" }] } })
const discovery = JSON.stringify({ demo: { act } })
const auth = Auth.bosa({ apiKey: Redacted.make("CANARY-key"), userToken: Redacted.make("CANARY-user") })

const run = (name: string, program: () => Effect.Effect<void, unknown, Scope.Scope>): void =>
  it(name, () => Effect.runPromise(Effect.scoped(Effect.suspend(program))))

/** Discovery gets its response; an action gets the given one. */
const withDiscovery =
  (action: Act): Act =>
  (socket, request) =>
    request.method === "GET" ? whole(200, discovery, { connection: "close" })(socket, request) : action(socket, request)

const kibibyte = 1024
const mebibyte = 1024 * kibibyte
const binary = { "content-type": "application/octet-stream" }

/** Chunks for as long as the client reads. */
const endless = (written: { bytes: number }): Act => {
  const chunk = Buffer.concat([Buffer.from("10000\r\n"), Buffer.alloc(64 * kibibyte, 7), Buffer.from("\r\n")])
  const more = (socket: Socket): void => {
    while (socket.writable && written.bytes < 512 * mebibyte) {
      written.bytes += 64 * kibibyte
      if (!socket.write(chunk)) return void socket.once("drain", () => more(socket))
    }
  }
  return (socket) => {
    socket.write(head(200, { ...binary, "transfer-encoding": "chunked" }))
    more(socket)
  }
}

interface Uploads {
  readonly url: string
  readonly closed: Effect.Effect<void>
  readonly started: Effect.Effect<void>
  readonly bodies: Array<Buffer>
}

/** A server that reads what is uploaded, with any framing. */
const uploads: Effect.Effect<Uploads, never, Scope.Scope> = Effect.gen(function* () {
  const bodies: Array<Buffer> = []
  const [started, closed] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    if (request.method === "GET")
      return void response.writeHead(200, { "content-type": "application/json" }).end(discovery)
    const chunks: Array<Buffer> = []
    request.socket.once("close", () => Deferred.unsafeDone(closed, Effect.void))
    request.on("error", () => undefined)
    request.on("data", (chunk: Buffer) => {
      chunks.push(chunk)
      Deferred.unsafeDone(started, Effect.void)
    })
    request.on("end", () => {
      bodies.push(Buffer.concat(chunks))
      response.writeHead(200, { "content-type": "application/json" }).end("{}")
    })
  }
  const server = yield* Effect.acquireRelease(
    Effect.async<ReturnType<typeof createServer>>((resume) => {
      const made = createServer(handle)
      made.listen(0, "127.0.0.1", () => resume(Effect.succeed(made)))
    }),
    (made) =>
      Effect.async<void>((resume) => {
        made.closeAllConnections()
        made.close(() => resume(Effect.void))
      })
  )
  const address = server.address()
  const port = typeof address === "object" && address !== null ? address.port : 0
  return { url: `http://127.0.0.1:${port}`, started: Deferred.await(started), closed: Deferred.await(closed), bodies }
})

for (const [transport, layer] of Object.entries(transports)) {
  const api = (url: string, options: BosaApi.Options = {}) =>
    Effect.flatMap(Layer.build(layer), (context) =>
      bosaOver(Context.get(context, HttpClient.HttpClient), { baseUrl: url, ...options }, auth)
    )

  describe(transport, () => {
    run("the server sees the path, the headers and the body that were meant", () =>
      Effect.gen(function* () {
        const server = yield* rawServer(withDiscovery(whole(200, "{}")))
        const bosa = yield* api(`${server.url}/pre/`)
        yield* bosa.execute(
          "demo",
          "act",
          {},
          { token: Redacted.make("t"), headers: { "X-Own": "1", AUTHORIZATION: "x" } }
        )
        assert.deepStrictEqual(
          server.requests.map(({ body, method, target }) => [method, target, body]),
          [
            ["GET", "/pre/connectors/?modules=demo", ""],
            ["POST", "/pre/demo/act", "{}"]
          ]
        )
        const [found, acted] = server.requests.map(({ headers }) => headers)
        for (const name of ["x-api-key", "authorization", "cookie"]) assert.notProperty(found, name)
        assert.deepInclude(acted, { "x-api-key": "CANARY-key", authorization: "Bearer t", "x-own": "1" })
      })
    )

    run("a redirect is not followed, and nothing reaches the other origin", () =>
      Effect.gen(function* () {
        const other = yield* rawServer(whole(200, "{}"))
        for (const status of [301, 302, 303, 307, 308]) {
          const server = yield* rawServer(withDiscovery(whole(status, "{}", { location: `${other.url}/x` })))
          const error = yield* Effect.flip((yield* api(server.url)).execute("demo", "act", {}, { maxAttempts: 3 }))
          assert.deepStrictEqual([error._tag, server.requests.length], ["UnexpectedRedirect", 2])
        }
        assert.strictEqual(other.requests.length, 0)
      })
    )

    run("200 executes on a cold client: 1 discovery, 200 actions", () =>
      Effect.gen(function* () {
        const server = yield* rawServer(withDiscovery(whole(200, "{}")))
        const bosa = yield* api(server.url)
        const calls = Array.from({ length: 200 }, () => bosa.execute("demo", "act"))
        yield* Effect.all(calls, { concurrency: 50, discard: true })
        assert.strictEqual(server.requests.filter(({ method }) => method === "GET").length, 1)
        assert.strictEqual(server.requests.length, 201)
      })
    )

    for (const [name, act] of [
      ["a reset", (socket) => void socket.resetAndDestroy()],
      ["an end", (socket) => void socket.end()],
      [
        "a cut body",
        (socket) => void socket.end(`${head(200, { "content-type": "application/json", "content-length": 100 })}{`)
      ],
      ["a cut file", (socket) => void socket.end(`${head(200, { ...binary, "content-length": 100 })}x`)],
      ["no JSON", whole(200, "{")]
    ] satisfies ReadonlyArray<readonly [string, Act]>) {
      run(`${name}: sent once, and OutcomeUnknown, whatever maxAttempts says`, () =>
        Effect.gen(function* () {
          const server = yield* rawServer(withDiscovery(act))
          const bosa = yield* api(server.url)
          for (let n = 1; n <= 5; n++) {
            const error = yield* Effect.flip(bosa.execute("demo", "act", {}, { maxAttempts: 11 }))
            assert.strictEqual(error._tag, "OutcomeUnknown")
          }
          assert.strictEqual(server.requests.length, 6)
        })
      )
    }

    run("nobody listens: discovery is Unreachable, and nothing else is tried", () =>
      Effect.gen(function* () {
        const bosa = yield* api(`http://127.0.0.1:${yield* closedPort}`, { retry: "none" })
        const error = yield* Effect.flip(bosa.execute("demo", "act"))
        assert.deepStrictEqual(
          [error._tag, error._tag === "Unreachable" && error.code],
          ["Unreachable", "ECONNREFUSED"]
        )
      })
    )

    run("a download comes in pieces: who reads slowly holds the server back, and the scope's end closes it", () =>
      Effect.gen(function* () {
        const written = { bytes: 0 }
        const server = yield* rawServer(withDiscovery(endless(written)))
        const action = (yield* api(server.url)).connect("demo").action("act")
        const scope = yield* Scope.make()
        const file = yield* Scope.extend(Action.download(action), scope)
        let read = 0
        yield* Stream.runForEachWhile(file.stream, ({ length }) => Effect.sync(() => (read += length) < 32 * mebibyte))
        assert.isAtLeast(read, 32 * mebibyte)
        assert.isBelow(written.bytes, read + 64 * mebibyte)
        yield* Scope.close(scope, Exit.void)
        yield* server.quiet
      })
    )

    run("a download that nobody reads is closed by its scope", () =>
      Effect.gen(function* () {
        const written = { bytes: 0 }
        const server = yield* rawServer(withDiscovery(endless(written)))
        const action = (yield* api(server.url)).connect("demo").action("act")
        yield* Effect.scoped(Action.download(action))
        yield* server.quiet
        assert.isBelow(written.bytes, 64 * mebibyte)
      })
    )

    run("a download that is cut: its pieces, then a FileError", () =>
      Effect.gen(function* () {
        for (const end of ["end", "resetAndDestroy"] as const) {
          const sentHead = head(200, { ...binary, "content-length": 100 })
          const server = yield* rawServer(
            withDiscovery((socket) => void socket.write(`${sentHead}0123456789`, () => socket[end]()))
          )
          const action = (yield* api(server.url)).connect("demo").action("act")
          const error = yield* Effect.flip(Effect.scoped(Effect.flatMap(Action.download(action), (file) => file.bytes)))
          // a reset may come before what was written is read
          if (end === "end") assert.strictEqual(error._tag, "FileError")
          else assert.include(["FileError", "OutcomeUnknown"], error._tag)
          assert.strictEqual(server.requests.length, 2)
        }
      })
    )

    run("a download that fails leaves no connection open", () =>
      Effect.gen(function* () {
        const server = yield* rawServer(
          withDiscovery((socket, request) =>
            whole(503, "<h1>", { "content-type": "text/html", connection: "close" })(socket, request)
          )
        )
        const action = (yield* api(server.url)).connect("demo").action("act")
        const error = yield* Effect.flip(Effect.scoped(Action.download(action)))
        if (error._tag !== "ServerFailed" || !ConnectorFile.isConnectorFile(error.body)) throw new Error(error._tag)
        assert.strictEqual(new TextDecoder().decode(yield* error.body.bytes), "<h1>")
      })
    )

    run("an upload of 16 MiB as a Stream arrives whole", () =>
      Effect.gen(function* () {
        const server = yield* uploads
        const source = Stream.range(0, 255).pipe(
          Stream.map((n) => new Uint8Array(64 * kibibyte).fill(n)),
          Stream.rechunk(1)
        )
        const file = ConnectorFile.fromStream(source, { filename: "a.bin" })
        yield* (yield* api(server.url)).execute("demo", "act", { file })
        const [body] = server.bodies
        const from = body?.indexOf("\r\n\r\n") ?? 0
        const content = body?.subarray(from + 4, from + 4 + 16 * mebibyte)
        assert.strictEqual(server.bodies.length, 1)
        for (let n = 0; n < 256; n++) {
          const piece = content?.subarray(n * 64 * kibibyte, (n + 1) * 64 * kibibyte)
          assert.isTrue(piece?.equals(Buffer.alloc(64 * kibibyte, n)), `piece ${n}`)
        }
      })
    )

    run("an upload whose source fails: one of our errors, and the server gets no whole body", () =>
      Effect.gen(function* () {
        const server = yield* uploads
        const failing = Stream.concat(
          Stream.make(new Uint8Array(kibibyte)),
          Stream.fail({ code: "ENOENT", message: "CANARY-source" })
        )
        const file = ConnectorFile.fromStream(failing, { filename: "a.bin" })
        const error = yield* Effect.flip((yield* api(server.url)).execute("demo", "act", { file }, { maxAttempts: 3 }))
        assert.include(["OutcomeUnknown", "NotSent"], error._tag)
        assert.notInclude(inspect(error, { depth: 9 }) + error.message, "CANARY")
        assert.strictEqual(server.bodies.length, 0)
      })
    )

    run("an upload that is interrupted closes its connection and its source", () =>
      Effect.gen(function* () {
        const server = yield* uploads
        const closed = yield* Deferred.make<void>()
        const source = Stream.concat(Stream.make(new Uint8Array(128 * kibibyte)), Stream.never).pipe(
          Stream.ensuring(Deferred.succeed(closed, undefined))
        )
        const file = ConnectorFile.fromStream(source, { filename: "a.bin" })
        const bosa = yield* api(server.url)
        const fiber = yield* Effect.fork(bosa.execute("demo", "act", { file }))
        yield* server.started
        assert.isTrue(Exit.isInterrupted(yield* Fiber.interrupt(fiber)))
        yield* server.closed
        yield* Deferred.await(closed)
        assert.strictEqual(server.bodies.length, 0)
      })
    )

    run("an interrupt of an action closes its connection", () =>
      Effect.gen(function* () {
        const arrived = yield* Deferred.make<void>()
        const server = yield* rawServer(withDiscovery(() => Deferred.unsafeDone(arrived, Effect.void)))
        const fiber = yield* Effect.fork((yield* api(server.url)).execute("demo", "act"))
        yield* Deferred.await(arrived)
        assert.isTrue(Exit.isInterrupted(yield* Fiber.interrupt(fiber)))
        yield* server.quiet
        assert.strictEqual(server.requests.length, 2)
      })
    )
  })
}
