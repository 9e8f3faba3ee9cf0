import * as ConnectorFile from "@effect-connectors/core/ConnectorFile"
import * as NodeFile from "@effect-connectors/node/NodeFile"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { randomBytes } from "node:crypto"
import * as Fs from "node:fs"
import { join } from "node:path"
import { Readable } from "node:stream"
import { Agent } from "undici"
import { contentOf, done, folder, mebibyte, sending, serving, settled, sha256, turn } from "./support/uploads.js"

const isOpen = (path: string): boolean =>
  Fs.readdirSync("/proc/self/fd").some((fd) => {
    try {
      return Fs.readlinkSync(`/proc/self/fd/${fd}`) === path
    } catch {
      return false
    }
  })

describe("uploads", () => {
  it.scopedLive("a source is read no further than the socket takes it", () =>
    Effect.gen(function* () {
      let release: (() => void) | undefined
      let received = 0
      const server = yield* serving((request, response) => {
        release = () => {
          request.on("data", (chunk: Buffer) => (received += chunk.length))
          request.on("end", () => done(response))
        }
      })
      let read = 0
      const piece = new Uint8Array(64 * 1024)
      const pieces = Stream.range(1, 1024, 1).pipe(
        Stream.map(() => {
          read += piece.length
          return piece
        })
      )
      const file = ConnectorFile.fromStream(pieces, { filename: "a.bin", size: 64 * mebibyte })
      const fiber = yield* Effect.fork(sending(server.base, file))
      while (release === undefined) yield* turn
      // what the two ends of the socket hold is for the system to choose
      assert.isBelow(yield* settled(() => read), 24 * mebibyte)
      release()
      yield* Fiber.join(fiber)
      assert.strictEqual(read, 64 * mebibyte)
      assert.isAbove(received, 64 * mebibyte)
    })
  )

  it.scopedLive("a piece is asked for when the one before is taken", () =>
    Effect.gen(function* () {
      const server = yield* serving((_, response) => done(response))
      let body: Readable | undefined
      const agent = yield* Effect.acquireRelease(
        Effect.sync(() => new Agent()),
        (agent) => Effect.promise(() => agent.destroy())
      )
      const dispatcher = agent.compose((dispatch) => (options, handler) => {
        if (!(options.body instanceof Readable)) return dispatch(options, handler)
        body = options.body
        return true
      })
      let read = 0
      const pieces = Stream.map(Stream.range(1, 100, 1), (n) => {
        read++
        return new Uint8Array(64 * 1024).fill(n)
      })
      const file = ConnectorFile.fromStream(pieces, { filename: "a.bin" })
      const fiber = yield* Effect.fork(sending(server.base, file, { dispatcher }))
      while (body === undefined) yield* turn
      const taken = body
      let count = 0
      taken.on("data", () => {
        count++
        taken.pause()
      })
      for (let step = 1; step <= 20; step++) {
        taken.resume()
        yield* settled(() => count)
        assert.strictEqual(count, step)
        assert.isAtMost(read, count)
      }
      yield* Fiber.interrupt(fiber)
      taken.destroy()
    })
  )

  it.scopedLive("a file from disk arrives as it is at a server that reads slowly, again and again", () =>
    Effect.gen(function* () {
      const path = join(yield* folder, "a.bin")
      const content = randomBytes(5 * mebibyte + 12_345)
      Fs.writeFileSync(path, content)
      const digests: Array<string> = []
      const server = yield* serving((request, response) => {
        const chunks: Array<Buffer> = []
        request.on("data", (chunk: Buffer) => {
          chunks.push(chunk)
          request.pause()
          setImmediate(() => request.resume())
        })
        request.on("end", () => {
          digests.push(sha256(contentOf(Buffer.concat(chunks))))
          done(response)
        })
      })
      const file = yield* NodeFile.fromPath(path)
      yield* Effect.forEach([1, 2, 3, 4], () => sending(server.base, file), { concurrency: 2 })
      assert.deepStrictEqual(new Set(digests), new Set([sha256(content)]))
      assert.strictEqual(digests.length, 4)
    })
  )

  it.scopedLive("a dispatcher of the user's may keep the pieces", () =>
    Effect.gen(function* () {
      const path = join(yield* folder, "a.bin")
      const content = randomBytes(3 * mebibyte)
      Fs.writeFileSync(path, content)
      const digests: Array<string> = []
      const server = yield* serving((request, response) => {
        const chunks: Array<Buffer> = []
        request.on("data", (chunk: Buffer) => void chunks.push(chunk))
        request.on("end", () => {
          digests.push(sha256(contentOf(Buffer.concat(chunks))))
          done(response)
        })
      })
      const agent = yield* Effect.acquireRelease(
        Effect.sync(() => new Agent()),
        (agent) => Effect.promise(() => agent.destroy())
      )
      const dispatcher = agent.compose((dispatch) => (options, handler) => {
        const { body } = options
        if (!(body instanceof Readable)) return dispatch(options, handler)
        const kept: Array<Uint8Array> = []
        body.on("data", (chunk: Uint8Array) => void kept.push(chunk))
        body.on("end", () => dispatch({ ...options, body: Buffer.concat(kept) }, handler))
        return true
      })
      yield* sending(server.base, yield* NodeFile.fromPath(path), { dispatcher })
      assert.deepStrictEqual(digests, [sha256(content)])
    })
  )

  it.runIf(process.platform === "linux")("an upload that is given up closes its file", () =>
    Effect.gen(function* () {
      const path = Fs.realpathSync(yield* folder) + "/a.bin"
      Fs.writeFileSync(path, "")
      Fs.truncateSync(path, 64 * mebibyte)
      let started = 0
      const server = yield* serving(() => void started++)
      const fiber = yield* Effect.fork(sending(server.base, yield* NodeFile.fromPath(path)))
      while (started === 0 || !isOpen(path)) yield* turn
      yield* Fiber.interrupt(fiber)
      for (let turns = 0; turns < 10_000 && isOpen(path); turns++) yield* turn
      assert.isFalse(isOpen(path))
    }).pipe(Effect.scoped, Effect.runPromise)
  )
})
