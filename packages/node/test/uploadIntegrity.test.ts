import * as ConnectorFile from "@effect-connectors/core/ConnectorFile"
import type { NodeConnectorsOptions } from "@effect-connectors/node/NodeConnectors"
import * as NodeFile from "@effect-connectors/node/NodeFile"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { randomBytes } from "node:crypto"
import * as Fs from "node:fs"
import * as Http from "node:http"
import * as Https from "node:https"
import * as Net from "node:net"
import { join } from "node:path"
import { cert, key } from "./support/certificate.js"
import { listening } from "./support/servers.js"
import { accepting, contentOf, done, folder, mebibyte, platform, sent, sha256, turn } from "./support/uploads.js"

// more than the two ends of a socket hold, so that pieces wait in this process
const size = 16 * mebibyte + 12_345

/** A server that stops reading again and again, so that a client has to wait with what it has read. */
class SlowUploads {
  /** What came of each upload so far, in the order of their arrival. */
  readonly arrived: Array<Array<Buffer>> = []
  private opened = false
  private readonly waiting: Array<() => void> = []

  readonly accept: Http.RequestListener = accepting((request, response) => {
    const chunks: Array<Buffer> = []
    this.arrived.push(chunks)
    let unread = 0
    const start = () => {
      request.on("data", (chunk: Buffer) => {
        chunks.push(chunk)
        unread += chunk.length
        if (unread < mebibyte) return
        unread = 0
        request.pause()
        after(20, () => request.resume())
      })
    }
    request.on("error", () => {})
    request.on("end", () => done(response))
    if (this.opened) start()
    else this.waiting.push(start)
  })

  get started(): number {
    return this.arrived.length
  }

  /** Starts to read what came. */
  readonly read = () => {
    this.opened = true
    for (const start of this.waiting.splice(0)) start()
  }
}

const after = (turns: number, run: () => void): void => {
  if (turns === 0) return run()
  setImmediate(() => after(turns - 1, run))
}

/** A client has sent what the sockets take, and has read no further. */
const stalled = (uploads: SlowUploads, count = 1) =>
  Effect.gen(function* () {
    while (uploads.started < count) yield* turn
    for (let turns = 0; turns < 1_000; turns++) yield* turn
  })

/** A proxy that opens tunnels to this machine, and refuses some of its requests. */
const proxying = (server: Http.Server, refused: ReadonlyArray<number> = []) => {
  let requests = 0
  server.on("connect", (request: Http.IncomingMessage, socket: Net.Socket) => {
    if (refused.includes(requests++)) return void socket.destroy()
    const upstream = Net.connect(Number((request.url ?? "").split(":")[1]), "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connected\r\n\r\n")
      socket.pipe(upstream)
      upstream.pipe(socket)
    })
    for (const end of [socket, upstream]) end.on("error", () => {})
    socket.on("close", () => upstream.destroy())
  })
  return server
}

interface Reached {
  readonly baseUrl: string
  readonly options: NodeConnectorsOptions
}

const trusted = { tls: { ca: cert } }
const plain = (uploads: SlowUploads) => listening(Http.createServer(uploads.accept))
const secure = (uploads: SlowUploads) => listening(Https.createServer({ cert, key }, uploads.accept))
const tunnel = (refused?: ReadonlyArray<number>) => listening(proxying(Http.createServer(), refused))
const secureTunnel = Effect.suspend(() => listening(proxying(Https.createServer({ cert, key }))))

const transports: Readonly<Record<string, (uploads: SlowUploads) => Effect.Effect<Reached, never, Scope.Scope>>> = {
  http: (uploads) => Effect.map(plain(uploads), ({ base }) => ({ baseUrl: base, options: {} })),
  https: (uploads) =>
    Effect.map(secure(uploads), ({ port }) => ({ baseUrl: `https://127.0.0.1:${port}`, options: trusted })),
  "http through a tunnel": (uploads) =>
    Effect.map(Effect.all([plain(uploads), tunnel()]), ([server, proxy]) => ({
      baseUrl: server.base,
      options: { proxy: proxy.base }
    })),
  "https through a tunnel": (uploads) =>
    Effect.map(Effect.all([secure(uploads), tunnel()]), ([server, proxy]) => ({
      baseUrl: `https://127.0.0.1:${server.port}`,
      options: { ...trusted, proxy: proxy.base }
    })),
  "https through a tunnel over TLS": (uploads) =>
    Effect.map(Effect.all([secure(uploads), secureTunnel]), ([server, proxy]) => ({
      baseUrl: `https://127.0.0.1:${server.port}`,
      options: { ...trusted, proxy: `https://127.0.0.1:${proxy.port}` }
    }))
}

const written = (path: string, content: Uint8Array) => {
  Fs.writeFileSync(path, content)
  return NodeFile.fromPath(path)
}

const digests = (uploads: SlowUploads) => uploads.arrived.map((chunks) => sha256(contentOf(Buffer.concat(chunks))))

/** Content in pieces of these sizes in turn, all of them in one buffer: the least that the contract of a source allows. */
const inOneBuffer = (content: Buffer, sizes: ReadonlyArray<number>) =>
  ConnectorFile.fromStream(
    ({ isTransient }) => {
      assert.isTrue(isTransient)
      const shared = Buffer.alloc(Math.max(...sizes))
      let at = 0
      let pieces = 0
      return Stream.repeatEffectOption(
        Effect.suspend(() => {
          if (at === content.length) return Effect.fail(Option.none())
          return Effect.map(turn, () => {
            const length = Math.min(sizes[pieces++ % sizes.length] ?? 1, content.length - at)
            content.copy(shared, 0, at, at + length)
            at += length
            return shared.subarray(0, length)
          })
        })
      )
    },
    { filename: "a.bin", size: content.length }
  )

describe("integrity of uploads to a server that reads slowly", () => {
  for (const [name, reach] of Object.entries(transports)) {
    it.scopedLive.each([1, 2])(`${name}: two files at once over %s connections`, (connections) =>
      Effect.gen(function* () {
        const uploads = new SlowUploads()
        const { baseUrl, options } = yield* reach(uploads)
        const contents = [randomBytes(size), randomBytes(size)]
        const at = yield* folder
        const files = yield* Effect.forEach(contents, (content, index) => written(join(at, `${index}.bin`), content))
        const fiber = yield* Effect.forEach(files, sent, { concurrency: 2 }).pipe(
          Effect.provide(platform(baseUrl, { ...options, connections })),
          Effect.fork
        )
        yield* stalled(uploads, connections)
        uploads.read()
        yield* Fiber.join(fiber)
        assert.sameMembers(digests(uploads), contents.map(sha256))
      })
    )

    it.scopedLive.each([[16_384], [40_000], [65_535], [65_536], [1, 100_000, 20_000, 65_537, 300_000, 60_000]])(
      `${name}: pieces of %s, … bytes from one buffer`,
      (sizes) =>
        Effect.gen(function* () {
          const uploads = new SlowUploads()
          const { baseUrl, options } = yield* reach(uploads)
          const content = randomBytes(size)
          const fiber = yield* Effect.fork(
            Effect.provide(sent(inOneBuffer(content, sizes)), platform(baseUrl, options))
          )
          yield* stalled(uploads)
          uploads.read()
          yield* Fiber.join(fiber)
          assert.deepStrictEqual(digests(uploads), [sha256(content)])
        })
    )
  }

  it.scopedLive("a call is sent whole after a connection that was refused", () =>
    Effect.gen(function* () {
      const uploads = new SlowUploads()
      const server = yield* plain(uploads)
      // the first connection of discovery, and that of the upload
      const proxy = yield* tunnel([0, 2])
      const content = randomBytes(size)
      const file = yield* written(join(yield* folder, "a.bin"), content)
      uploads.read()
      yield* Effect.provide(sent(file), platform(server.base, { proxy: proxy.base }))
      assert.strictEqual(proxy.opened, 4)
      assert.deepStrictEqual(digests(uploads), [sha256(content)])
    })
  )

  it.scopedLive("an upload that is given up spoils neither what it sent nor the next one", () =>
    Effect.gen(function* () {
      const uploads = new SlowUploads()
      const server = yield* plain(uploads)
      const contents = [randomBytes(size), randomBytes(size)]
      const at = yield* folder
      const [first, second] = yield* Effect.forEach(contents, (content, index) =>
        written(join(at, `${index}.bin`), content)
      )
      yield* Effect.gen(function* () {
        const given = yield* Effect.fork(sent(first ?? assert.fail()))
        yield* stalled(uploads)
        yield* Fiber.interrupt(given)
        const other = yield* Effect.fork(sent(second ?? assert.fail()))
        yield* stalled(uploads, 2)
        uploads.read()
        yield* Fiber.join(other)
      }).pipe(Effect.provide(platform(server.base, { connections: 1 })))
      const [begun = [], whole = []] = uploads.arrived
      const part = Buffer.concat(begun)
      const start = part.subarray(part.indexOf("\r\n\r\n") + 4)
      assert.isTrue((contents[0] ?? part).subarray(0, start.length).equals(start))
      assert.strictEqual(sha256(contentOf(Buffer.concat(whole))), sha256(contents[1] ?? part))
    })
  )

  const changing = (change: (path: string) => void) =>
    Effect.gen(function* () {
      const uploads = new SlowUploads()
      const server = yield* plain(uploads)
      const path = join(yield* folder, "a.bin")
      const content = randomBytes(2 * size)
      const file = yield* written(path, content)
      const fiber = yield* Effect.fork(Effect.either(Effect.provide(sent(file), platform(server.base))))
      // some of the file has come: it is open
      while (![...server.open].some(({ bytesRead }) => bytesRead > 32_768)) yield* turn
      yield* stalled(uploads)
      change(path)
      uploads.read()
      return { result: yield* Fiber.join(fiber), uploads, content }
    })

  it.scopedLive("a file that grows is sent as it was", () =>
    Effect.gen(function* () {
      const { content, result, uploads } = yield* changing((path) => Fs.appendFileSync(path, randomBytes(mebibyte)))
      assert.isTrue(Either.isRight(result))
      assert.deepStrictEqual(digests(uploads), [sha256(content)])
    })
  )

  it.scopedLive.each([
    ["shrinks", (path: string) => Fs.truncateSync(path, 2 * size - 1)],
    ["is written over", (path: string) => Fs.utimesSync(path, 1, 1)]
  ] as const)("a file that %s is not sent to its end", ([, change]) =>
    Effect.gen(function* () {
      const { content, result, uploads } = yield* changing(change)
      assert.include(Either.getOrThrow(Either.flip(result)), { code: "CHANGED" })
      const [part = []] = uploads.arrived
      assert.isFalse(Buffer.concat(part).includes("\r\n--", content.length))
    })
  )
})
