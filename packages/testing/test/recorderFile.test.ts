import { Recorder, type RecorderOptions } from "@effect-connectors/testing/Recorder"
import * as Recording from "@effect-connectors/testing/Recording"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import { existsSync } from "node:fs"
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

const folder = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "recorder-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true }))
)

const text = (file: string) => Effect.promise(() => readFile(file, "utf8"))

/** A platform that keeps the URLs of its requests. */
const counting = () => {
  const requested: Array<string> = []
  const layer = Layer.succeed(
    HttpClient.HttpClient,
    HttpClient.make((request) => {
      requested.push(request.url)
      return Effect.succeed(HttpClientResponse.fromWeb(request, new Response(`answer to ${request.url}`)))
    })
  )
  return { requested, layer }
}

const get = (url: string) => Effect.flatMap(HttpClient.get(url), ({ text }) => text)

const recorded = (file: string, below: Layer.Layer<HttpClient.HttpClient>, options?: RecorderOptions) =>
  Recorder.layer(file, options).pipe(Layer.provide([below, NodeFileSystem.layer]))

const url = "http://localhost:1/x?access_token=0123456789"

describe("Recorder.layer: file", () => {
  it.scoped("mode auto: records once, then replays and fails for a new request", () =>
    Effect.gen(function* () {
      const file = join(yield* folder, "a.json")
      const { requested, layer } = counting()
      const program = Effect.zip(
        get(url),
        Effect.map(Recorder, ({ mode }) => mode)
      )
      const run = program.pipe(Effect.provide(recorded(file, layer)))
      assert.deepStrictEqual(yield* run, [`answer to ${url}`, "record"])
      assert.deepStrictEqual(yield* run, [`answer to ${url}`, "replay"])
      assert.lengthOf(requested, 1)
      const more = Effect.gen(function* () {
        const { missed, unused } = yield* Recorder
        const before = (yield* unused).length
        const exit = yield* Effect.exit(get("http://localhost:1/y"))
        return [before, Exit.isFailure(exit), yield* missed]
      }).pipe(Effect.provide(recorded(file, layer)))
      const [before, failed, missed] = yield* more
      assert.deepStrictEqual([before, failed], [1, true])
      assert.match(String(missed), /^GET \/y was not recorded; the nearest, number 1 \(GET \/x\)/)
      assert.lengthOf(requested, 1)
    })
  )

  it.scoped("mode auto: a run whose assertion fails leaves no recording behind, and the next run records again", () =>
    Effect.gen(function* () {
      const path = yield* folder
      const file = join(path, "a.json")
      const { requested, layer } = counting()
      const direct = recorded(file, layer)
      const nested = Layer.effect(HttpClient.HttpClient, HttpClient.HttpClient).pipe(Layer.provide(direct))
      const assertion = Effect.sync(() => assert.fail("the program's own assertion"))
      const failing: ReadonlyArray<Effect.Effect<unknown, unknown>> = [
        Effect.zipRight(get(url), assertion).pipe(Effect.provide(direct)),
        Effect.zipRight(get(url), assertion).pipe(Effect.provide(nested)),
        Effect.zipRight(get(url), Effect.fail("a typed failure")).pipe(Effect.provide(direct))
      ]
      for (const run of failing) {
        assert.isTrue(Exit.isFailure(yield* Effect.exit(run)))
        assert.deepStrictEqual(yield* Effect.promise(() => readdir(path)), [])
      }
      const before = requested.length
      yield* get(url).pipe(Effect.provide(recorded(file, layer)))
      assert.lengthOf(requested, before + 1)
      assert.lengthOf((yield* Recording.fromJsonText(yield* text(file))).exchanges, 1)
    })
  )

  it.scoped("mode record: a run that fails is recorded, and mode auto leaves a file that it replays as it is", () =>
    Effect.gen(function* () {
      const file = join(yield* folder, "a.json")
      const { layer } = counting()
      const failing = Effect.zipRight(get(url), Effect.fail("a typed failure"))
      yield* Effect.exit(failing.pipe(Effect.provide(recorded(file, layer, { mode: "record" }))))
      const first = yield* text(file)
      assert.lengthOf((yield* Recording.fromJsonText(first)).exchanges, 1)
      yield* Effect.exit(failing.pipe(Effect.provide(recorded(file, layer))))
      assert.strictEqual(yield* text(file), first)
    })
  )

  it.scoped("file: only its owner can read it, and recording again writes the same text", () =>
    Effect.gen(function* () {
      const file = join(yield* folder, "a.json")
      const run = get(url).pipe(Effect.provide(recorded(file, counting().layer, { mode: "record" })))
      yield* run
      const first = yield* text(file)
      assert.strictEqual((yield* Effect.promise(() => stat(file))).mode & 0o777, 0o600)
      assert.match(first, /^\{\n {2}"format": "effect-connectors\/recording",\n {2}"version": 1,\n/)
      const recording = yield* Recording.fromJsonText(first)
      assert.strictEqual(Recording.toJsonText(recording), first)
      yield* run
      assert.strictEqual(yield* text(file), first)
    })
  )

  it.scoped("file: is complete after an interruption, and unchanged after a run without requests", () =>
    Effect.gen(function* () {
      const path = yield* folder
      const file = join(path, "a.json")
      const { layer } = counting()
      const hasResponse = yield* Deferred.make<void>()
      const program = get(url).pipe(
        Effect.zipRight(Deferred.succeed(hasResponse, undefined)),
        Effect.zipRight(Effect.never),
        Effect.provide(recorded(file, layer))
      )
      const fiber = yield* Effect.fork(program)
      yield* Deferred.await(hasResponse)
      yield* Fiber.interrupt(fiber)
      const first = yield* text(file)
      assert.lengthOf((yield* Recording.fromJsonText(first)).exchanges, 1)
      yield* Effect.void.pipe(Effect.provide(recorded(file, layer, { mode: "record" })))
      assert.strictEqual(yield* text(file), first)
      assert.deepStrictEqual(yield* Effect.promise(() => readdir(path)), ["a.json"])
    })
  )

  it.scoped(
    "file: a missing, unwritable or invalid one fails before a request is sent, and the message says what to do",
    () =>
      Effect.gen(function* () {
        const path = yield* folder
        const { requested, layer } = counting()
        const failure = (file: string, options?: RecorderOptions) =>
          Effect.flip(get(url).pipe(Effect.provide(recorded(file, layer, options))))
        const missing = yield* failure(join(path, "none.json"), { mode: "replay" })
        assert.deepInclude(missing, { _tag: "RecorderFailure", reason: "Missing" })
        assert.match(missing.message, /there is no recording .*none\.json: record it first/)
        const unwritable = yield* failure(join(path, "no/such/folder.json"))
        assert.deepInclude(unwritable, { _tag: "RecorderFailure", reason: "Unwritable" })
        assert.match(unwritable.message, /cannot be written: NotFound/)
        const invalid = join(path, "invalid.json")
        const recording = { format: "effect-connectors/recording", version: 1, salt: "0".repeat(32), startedAt: 0 }
        const wrong: ReadonlyArray<readonly [string, RegExp]> = [
          ["{", /invalid\.json cannot be read: it is not JSON\. Correct it, or remove it and record again/],
          ["{}", /cannot be read at format: is missing/],
          [
            JSON.stringify({ ...recording, version: 2, exchanges: [] }),
            /cannot be read at version: Expected 1, actual 2/
          ],
          [
            JSON.stringify({ ...recording, exchanges: [{ at: 0 }] }),
            /cannot be read at exchanges\[0\]\.took: is missing/
          ],
          [JSON.stringify({ ...recording, exchanges: [], more: 1 }), /cannot be read at more: /]
        ]
        for (const [content, message] of wrong) {
          yield* Effect.promise(() => writeFile(invalid, content))
          const error = yield* failure(invalid)
          assert.strictEqual(error._tag, "RecordingInvalid")
          assert.match(error.message, message)
        }
        assert.deepStrictEqual(requested, [])
        assert.isFalse(existsSync(join(path, "none.json")))
      })
  )
})
