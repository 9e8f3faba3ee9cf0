import { NodeConnectors } from "@effect-connectors/node"
import * as HttpIncomingMessage from "@effect/platform/HttpIncomingMessage"
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import { syncBuiltinESMExports } from "node:module"
import type * as Net from "node:net"
import type { Transform } from "node:stream"
import Zlib from "node:zlib"
import { vi } from "vitest"
import { attempt, bufferedOf, evidence } from "./support/attempts.js"
import { http, raw } from "./support/servers.js"

const gzips = (times: number, data: string | Buffer): Buffer =>
  Array.from({ length: times }).reduce<Buffer>((packed) => Zlib.gzipSync(packed), Buffer.from(data))

const okHead = "HTTP/1.1 200 OK\r\n"

/** Writes for as long as the other side takes it, and says how much that was. */
const endless = (socket: Net.Socket, head: string) => {
  const chunk = Buffer.alloc(65_536, 97)
  let written = 0
  socket.write(`${head}\r\n`)
  const more = () => {
    while (!socket.destroyed && written < 1e9) {
      written += chunk.length
      if (!socket.write(chunk)) return
    }
  }
  socket.on("drain", more)
  more()
  return () => written
}

describe("sizes", () => {
  it.scoped("a 2xx body over the limit fails and closes the connection", () =>
    Effect.gen(function* () {
      let written = () => 0
      const server = yield* raw((socket) => {
        written = endless(socket, okHead)
      })
      const client = yield* NodeConnectors.make()
      const found = yield* evidence(attempt({ maxBodyBytes: 100_000 })(client.get(server.base)))
      assert.deepInclude(found, { sent: true, phase: "body", code: "BODY_TOO_LARGE", status: 200, timedOut: false })
      yield* server.allClosed
      assert.isBelow(written(), 50_000_000)
    })
  )

  it.scoped("a body of the limit passes, one byte more does not", () =>
    Effect.gen(function* () {
      const server = yield* http((request, response) => response.end("x".repeat(Number(request.url?.slice(1)))))
      const client = yield* NodeConnectors.make()
      const get = (size: number) => attempt({ maxBodyBytes: 70_000 })(client.get(`${server.base}/${size}`))
      assert.strictEqual(bufferedOf(yield* get(70_000)).text.length, 70_000)
      assert.strictEqual((yield* evidence(get(70_001)))?.code, "BODY_TOO_LARGE")
    })
  )

  it.scoped("a body in very many pieces is put together", () =>
    Effect.gen(function* () {
      const pieces = Array.from({ length: 20_000 }, (_, i) => String(i % 10))
      const server = yield* raw((socket) => {
        socket.write(`${okHead}transfer-encoding: chunked\r\n\r\n`)
        socket.write(`${pieces.map((piece) => `1\r\n${piece}\r\n`).join("")}0\r\n\r\n`)
      })
      const client = yield* NodeConnectors.make()
      const response = yield* attempt({ maxBodyBytes: 20_000 })(client.get(server.base))
      assert.strictEqual(bufferedOf(response).text, pieces.join(""))
    })
  )

  it.scoped("an error body is cut and the connection dropped", () =>
    Effect.gen(function* () {
      const server = yield* raw((socket) => {
        endless(socket, "HTTP/1.1 503 Busy\r\n")
      })
      const client = yield* NodeConnectors.make()
      const response = yield* attempt({ maxErrorBodyBytes: 5_000 })(client.get(server.base))
      assert.strictEqual(response.status, 503)
      assert.deepStrictEqual(bufferedOf(response), { text: "a".repeat(5_000), byteLength: 5_000, truncated: true })
      yield* server.allClosed
    })
  )

  it.scoped("200 error responses leave no unread socket", () =>
    Effect.gen(function* () {
      const server = yield* http((_, response) => response.writeHead(500).end("e".repeat(900)))
      const client = yield* NodeConnectors.make({ connections: 4 })
      const one = Effect.map(client.get(server.base), (response) => response.status)
      const statuses = yield* Effect.replicateEffect(one, 200, { concurrency: 20 }).pipe(attempt())
      assert.strictEqual(statuses.filter((status) => status === 500).length, 200)
      assert.isAtMost(server.opened, 4)
    })
  )

  it.scoped("outside of an attempt MaxBodySize is kept", () =>
    Effect.gen(function* () {
      const server = yield* raw((socket) => {
        endless(socket, okHead)
      })
      const client = yield* NodeConnectors.make()
      const response = yield* client.get(server.base)
      const text = HttpIncomingMessage.withMaxBodySize(response.text, Option.some(100_000))
      assert.strictEqual((yield* evidence(Effect.as(text, response)))?.code, "BODY_TOO_LARGE")
      yield* server.allClosed
    })
  )
})

describe("compression", () => {
  const text = "compressed ".repeat(1_000)
  const encodings: ReadonlyArray<readonly [string, Buffer]> = [
    ["gzip", Zlib.gzipSync(text)],
    ["deflate", Zlib.deflateSync(text)],
    ["deflate", Zlib.deflateRawSync(text)],
    ["br", Zlib.brotliCompressSync(text)],
    ["br, gzip", Zlib.gzipSync(Zlib.brotliCompressSync(text))],
    ["gzip, br, gzip, gzip, deflate", Zlib.deflateSync(gzips(2, Zlib.brotliCompressSync(Zlib.gzipSync(text))))],
    ["identity", Buffer.from(text)]
  ]
  const serve = (status: number, encoding: string, body: Buffer) =>
    http((_, response) => {
      response.writeHead(status, { "content-encoding": encoding, "content-length": body.length }).end(body)
    })

  it.scoped.each(encodings)("decodes %s", ([encoding, body]) =>
    Effect.gen(function* () {
      const server = yield* serve(200, encoding, body)
      const client = yield* NodeConnectors.make()
      const response = yield* attempt({ maxBodyBytes: text.length })(client.get(server.base))
      assert.deepStrictEqual(bufferedOf(response), { text, byteLength: body.length, truncated: false })
      assert.strictEqual(yield* response.text, text)
    })
  )

  const wrong: ReadonlyArray<readonly [string, string, Buffer, string, boolean]> = [
    ["cut gzip", "gzip", Zlib.gzipSync(text).subarray(0, -12), "CONTENT_ENCODING_CUT", false],
    ["cut deflate", "deflate", Zlib.deflateSync(text).subarray(0, -6), "CONTENT_ENCODING_CUT", false],
    ["cut br", "br", Zlib.brotliCompressSync(text).subarray(0, -6), "CONTENT_ENCODING_CUT", false],
    ["not gzip", "gzip", Buffer.from(text), "CONTENT_ENCODING_INVALID", true],
    ["unknown", "zstd", Buffer.from(text), "CONTENT_ENCODING_UNSUPPORTED", true],
    ["six encodings", "gzip, gzip, gzip, gzip, gzip, gzip", gzips(6, text), "CONTENT_ENCODING_UNSUPPORTED", true],
    ["two in the wrong order", "gzip, br", gzips(1, Zlib.brotliCompressSync(text)), "CONTENT_ENCODING_INVALID", true],
    ["a bomb", "gzip", Zlib.gzipSync(Buffer.alloc(50_000_000)), "BODY_TOO_LARGE", true]
  ]
  it.scoped.each(wrong)("fails: %s", ([, encoding, body, code, permanent]) =>
    Effect.gen(function* () {
      const server = yield* serve(200, encoding, body)
      const client = yield* NodeConnectors.make()
      const found = yield* evidence(attempt()(client.get(server.base)))
      assert.deepInclude(found, { sent: true, phase: "body", code, permanent, status: 200 })
    })
  )

  it.scoped("decoding ends with an interrupt", () =>
    Effect.gen(function* () {
      const started = yield* Deferred.make<Transform>()
      const { createGunzip } = Zlib
      const spy = vi.spyOn(Zlib, "createGunzip").mockImplementation((options) => {
        const gunzip = createGunzip(options)
        // once whoever made it has it
        queueMicrotask(() => Deferred.unsafeDone(started, Effect.succeed(gunzip)))
        return gunzip
      })
      syncBuiltinESMExports()
      yield* Effect.addFinalizer(() =>
        Effect.sync(() => {
          spy.mockRestore()
          syncBuiltinESMExports()
        })
      )
      const server = yield* serve(200, "gzip", Zlib.gzipSync(Buffer.alloc(100_000_000)))
      const client = yield* NodeConnectors.make()
      const fiber = yield* Effect.fork(attempt({ maxBodyBytes: 200_000_000 })(client.get(server.base)))
      const gunzip = yield* Deferred.await(started)
      assert.isFalse(gunzip.destroyed)
      yield* Fiber.interrupt(fiber)
      assert.isTrue(gunzip.destroyed)
      assert.isFalse(gunzip.readableEnded)
    })
  )

  it.scoped("an error response keeps what could be decoded", () =>
    Effect.gen(function* () {
      const server = yield* serve(500, "gzip", Zlib.gzipSync(Buffer.alloc(1_000_000, 97)))
      const client = yield* NodeConnectors.make()
      const response = yield* attempt({ maxErrorBodyBytes: 2_000 })(client.get(server.base))
      assert.strictEqual(bufferedOf(response).text, "a".repeat(2_000))
      assert.isTrue(bufferedOf(response).truncated)
    })
  )
})

describe("times", () => {
  it.scoped("a response without a head ends with its attempt", () =>
    Effect.gen(function* () {
      const server = yield* raw(() => {})
      const client = yield* NodeConnectors.make()
      const found = yield* evidence(attempt({ timeoutMillis: 60 })(client.get(server.base)))
      assert.deepInclude(found, { sent: true, phase: "request", code: "ATTEMPT_TIMEOUT", timedOut: true })
      assert.strictEqual(found?.permanent, false)
      yield* server.allClosed
    })
  )

  it.scoped("a limit longer than the wheel of deadlines turns in does not end in its first turn", () =>
    Effect.gen(function* () {
      const server = yield* raw(() => {})
      const client = yield* NodeConnectors.make()
      // a turn takes 51.2 seconds: the place of these limits comes before that of the short one
      const long = yield* Effect.forEach([51_200, 51_250, 51_300, 102_450], (timeoutMillis) =>
        Effect.fork(attempt({ timeoutMillis })(client.get(server.base)))
      )
      const found = yield* evidence(attempt({ timeoutMillis: 300 })(client.get(server.base)))
      assert.strictEqual(found?.code, "ATTEMPT_TIMEOUT")
      for (const fiber of long) assert.isTrue(Option.isNone(yield* Fiber.poll(fiber)))
      yield* Fiber.interruptAll(long)
    })
  )

  it.scoped("a body that stops", () =>
    Effect.gen(function* () {
      const server = yield* raw((socket) => socket.write(`${okHead}content-length: 9\r\n\r\nabc`))
      const client = yield* NodeConnectors.make()
      const found = yield* evidence(attempt({ idleMillis: 60 })(client.get(server.base)))
      assert.deepInclude(found, {
        sent: true,
        phase: "body",
        code: "UND_ERR_BODY_TIMEOUT",
        timedOut: true,
        status: 200
      })
      yield* server.allClosed
    })
  )

  it.scoped("a body that drips ends with its attempt", () =>
    Effect.gen(function* () {
      const server = yield* raw((socket) => {
        socket.write(`${okHead}content-length: 1000000\r\n\r\n`)
        const drip = setInterval(() => socket.write("."), 5)
        socket.on("close", () => clearInterval(drip))
      })
      const client = yield* NodeConnectors.make()
      const found = yield* evidence(attempt({ timeoutMillis: 150, idleMillis: 5_000 })(client.get(server.base)))
      assert.deepInclude(found, { sent: true, phase: "body", code: "ATTEMPT_TIMEOUT", timedOut: true, status: 200 })
      yield* server.allClosed
    })
  )

  it.scoped("waiting for a connection counts, and nothing is sent after it", () =>
    Effect.gen(function* () {
      const heads: Array<string> = []
      const server = yield* raw((_, head) => heads.push(head.slice(0, 6)))
      const client = yield* NodeConnectors.make({ connections: 1 })
      const [first, second] = yield* Effect.all(
        [
          evidence(attempt({ timeoutMillis: 400 })(client.get(`${server.base}/1`))),
          evidence(attempt({ timeoutMillis: 50 })(client.get(`${server.base}/2`)))
        ],
        { concurrency: 2 }
      )
      assert.deepInclude(first, { sent: true, timedOut: true })
      assert.deepInclude(second, { sent: false, phase: "connect", code: "ATTEMPT_TIMEOUT", timedOut: true })
      yield* server.allClosed
      assert.deepStrictEqual(heads, ["GET /1"])
    })
  )

  it.scoped("a TLS handshake that never ends", () =>
    Effect.gen(function* () {
      const server = yield* raw(() => {})
      const client = yield* NodeConnectors.make({ connectTimeout: "50 millis" })
      const found = yield* evidence(attempt()(client.get(`https://127.0.0.1:${server.port}/`)))
      assert.deepInclude(found, { sent: false, phase: "connect", code: "UND_ERR_CONNECT_TIMEOUT", timedOut: false })
      yield* server.allClosed
    })
  )

  it.scoped("an attempt that ends while its connection is being made sends nothing", () =>
    Effect.gen(function* () {
      const server = yield* raw(() => {})
      const client = yield* NodeConnectors.make()
      const slow = attempt({ timeoutMillis: 50 })(client.get(`https://127.0.0.1:${server.port}/`))
      assert.deepInclude(yield* evidence(slow), {
        sent: false,
        phase: "connect",
        code: "ATTEMPT_TIMEOUT",
        timedOut: true
      })
    })
  )
})
