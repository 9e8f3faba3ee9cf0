import * as Action from "@effect-connectors/core/Action"
import type { BosaApi } from "@effect-connectors/core/BosaApi"
import * as ConnectorFile from "@effect-connectors/core/ConnectorFile"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { timed, virtual } from "../support/api.js"
import { bosaFake, bosaOver, ok, optional, quick, row, rows, text } from "../support/bosaKit.js"
import { answer, answerStream, hang, json, type Reply } from "../support/fakeClient.js"

const binary = { "content-type": "application/octet-stream" }

/** An answer whose body comes as the Stream says, on the Clock. */
const streaming =
  (body: Stream.Stream<Uint8Array>, headers: Readonly<Record<string, string>> = binary): Reply =>
  (request) =>
    Effect.sync(() =>
      Object.defineProperty(
        HttpClientResponse.fromWeb(request, new Response(null, { headers: { ...headers } })),
        "stream",
        {
          value: body
        }
      )
    )

const downloadOf = (reply: Reply, options: Action.ActionOptions = {}) =>
  Effect.gen(function* () {
    const fake = bosaFake(rows, reply)
    const bosa = yield* bosaOver(fake.client)
    return {
      fake,
      download: bosa
        .connect("demo")
        .action("act")
        .pipe((act) => act.with({ options }), Action.download)
    }
  })

const piece = (size: number, fill = 1) => new Uint8Array(size).fill(fill)

describe("download", () => {
  virtual("piece by piece: nothing is read before it is taken, and no more than is taken", () =>
    Effect.gen(function* () {
      let made = 0
      const reply = answerStream(200, (controller) => controller.enqueue(piece(1024, made++)), binary)
      const { download } = yield* downloadOf(reply)
      const file = yield* download
      assert.isAtMost(made, 1)
      let size = 0
      yield* Stream.runForEach(Stream.take(file.stream, 100), ({ length }) => Effect.sync(() => void (size += length)))
      assert.strictEqual(size, 100 * 1024)
      assert.isAtMost(made, 103)
    })
  )

  virtual("what is said of it: its name without the folders, its type, its length and the answer's headers", () =>
    Effect.gen(function* () {
      const headers = {
        ...binary,
        "content-disposition": "attachment; filename=\"x.bin\"; filename*=UTF-8''..%2F..%2F%C5%BE.bin",
        "content-length": "3",
        "x-request-id": "req-1"
      }
      const { download } = yield* downloadOf(streaming(Stream.make(piece(3)), headers))
      const file = yield* download
      assert.deepStrictEqual([file.filename, file.contentType, file.size], ["ž.bin", "application/octet-stream", 3])
      assert.strictEqual(file.headers["x-request-id"], "req-1")
      assert.isFalse(file.isReplayable)
      assert.deepStrictEqual(yield* file.bytes, piece(3))
      const again = yield* Effect.flip(file.bytes)
      assert.strictEqual(again.code, "ALREADY_READ")
    })
  )

  virtual("cut in the middle: the pieces, then a FileError and never a short file", () =>
    Effect.gen(function* () {
      const reply = answerStream(
        200,
        (controller, pulls) => {
          if (pulls < 3) controller.enqueue(piece(10))
          else
            controller.error(
              Object.assign(new TypeError("terminated"), {
                cause: Object.assign(new Error("cut"), { code: "ECONNRESET" })
              })
            )
        },
        binary
      )
      const { download, fake } = yield* downloadOf(reply, { maxAttempts: 3, replayUnsafe: true })
      const file = yield* download
      let pieces = 0
      const error = yield* Effect.flip(Stream.runForEach(file.stream, () => Effect.sync(() => void pieces++)))
      assert.deepStrictEqual([error._tag, error.code, pieces, fake.actions.length], ["FileError", "ECONNRESET", 3, 1])
    })
  )

  virtual("shorter than announced: SIZE_MISMATCH", () =>
    Effect.gen(function* () {
      const { download } = yield* downloadOf(streaming(Stream.make(piece(3)), { ...binary, "content-length": "4" }))
      assert.strictEqual((yield* Effect.flip((yield* download).bytes)).code, "SIZE_MISMATCH")
    })
  )

  virtual("no head in time: OutcomeUnknown, after 30 seconds or the call's own time", () =>
    Effect.gen(function* () {
      for (const [options, millis] of [
        [{}, 30_000],
        [{ timeout: "2 seconds" }, 2_000]
      ] as const) {
        const { download, fake } = yield* downloadOf(hang, options)
        const ended = yield* timed(download)
        const error = ended.result._tag === "Left" ? ended.result.left : undefined
        assert.deepStrictEqual(
          [ended.millis, error?._tag, error?._tag === "OutcomeUnknown" && error.code, fake.actions.length],
          [millis, "OutcomeUnknown", "ATTEMPT_TIMEOUT", 1]
        )
      }
    })
  )

  virtual("it may take any time while something comes", () =>
    Effect.gen(function* () {
      const slow = Stream.repeatEffect(Effect.as(Effect.sleep("29 seconds"), piece(10))).pipe(Stream.take(20))
      const { download } = yield* downloadOf(streaming(slow))
      const { millis, result } = yield* timed(Effect.flatMap(download, (file) => file.bytes))
      assert.deepStrictEqual([millis, result._tag === "Right" && result.right.length], [580_000, 200])
    })
  )

  for (const [name, options, millis] of [
    ["30 seconds", {}, 30_000],
    ["the call's own time", { timeout: "5 seconds" }, 5_000]
  ] as const) {
    virtual(`a pause of ${name} ends it`, () =>
      Effect.gen(function* () {
        const stuck = Stream.concat(Stream.make(piece(10)), Stream.never)
        const { download } = yield* downloadOf(streaming(stuck), options)
        const file = yield* download
        const ended = yield* timed(Stream.runDrain(file.stream))
        const error = ended.result._tag === "Left" ? ended.result.left : undefined
        assert.deepStrictEqual([error?._tag, error?.code, ended.millis], ["FileError", "ATTEMPT_TIMEOUT", millis])
      })
    )
  }

  virtual("JSON is UnexpectedBody, with the body", () =>
    Effect.gen(function* () {
      const { download, fake } = yield* downloadOf(quick({ data: 1 }))
      const error = yield* Effect.flip(download)
      assert.deepStrictEqual(
        [error._tag, "body" in error && error.body, fake.actions.length],
        ["UnexpectedBody", { data: 1 }, 1]
      )
    })
  )

  virtual("a failure is one, and its page is in the body", () =>
    Effect.gen(function* () {
      const { download } = yield* downloadOf(answer(503, { text: "<h1>", headers: { "content-type": "text/html" } }))
      const error = yield* Effect.flip(download)
      if (error._tag !== "ServerFailed" || !ConnectorFile.isConnectorFile(error.body)) throw new Error(error._tag)
      assert.strictEqual(new TextDecoder().decode(yield* error.body.bytes), "<h1>")
    })
  )

  virtual("maxAttempts holds until the file is opened", () =>
    Effect.gen(function* () {
      const fake = bosaFake(rows, json({}, 503), streaming(Stream.make(piece(3))))
      const act = (yield* bosaOver(fake.client)).connect("demo").action("act").pipe(Action.maxAttempts(2))
      assert.deepStrictEqual(yield* (yield* Action.download(act)).bytes, piece(3))
      assert.strictEqual(fake.actions.length, 2)
    })
  )

  virtual("an attempt that gave no file is ended before the next one is sent", () =>
    Effect.gen(function* () {
      const signals: Array<AbortSignal> = []
      let endedBefore: ReadonlyArray<boolean> = []
      const client = HttpClient.make((request, _, signal) => {
        const sent = { at: 0, method: request.method, url: request.url, headers: {}, body: "" }
        if (request.method === "GET") return quick({ demo: rows })(request, sent)
        endedBefore = signals.map(({ aborted }) => aborted)
        signals.push(signal)
        return (signals.length === 1 ? json({}, 503) : streaming(Stream.make(piece(3))))(request, sent)
      })
      const act = (yield* bosaOver(client)).connect("demo").action("act").pipe(Action.maxAttempts(2))
      assert.deepStrictEqual(yield* (yield* Action.download(act)).bytes, piece(3))
      assert.deepStrictEqual(endedBefore, [true])
    })
  )

  virtual("who stops reading lets go of the rest", () =>
    Effect.gen(function* () {
      let canceled = 0
      const open: Reply = (request) =>
        Effect.sync(() => {
          const body = new ReadableStream<Uint8Array>({
            pull: (controller) => controller.enqueue(piece(10)),
            cancel: () => void canceled++
          })
          return HttpClientResponse.fromWeb(request, new Response(body, { headers: binary }))
        })
      const { download } = yield* downloadOf(open)
      yield* Effect.scoped(Effect.flatMap(download, (file) => Stream.runDrain(Stream.take(file.stream, 2))))
      assert.strictEqual(canceled, 1)
    })
  )
})

const upload = { act: row({ file: { type: "string", format: "binary" }, note: optional(text) }) }

const bodyOf = ({ body }: HttpClientRequest.HttpClientRequest): Stream.Stream<Uint8Array, unknown> =>
  body._tag === "Stream" ? body.stream : Stream.empty

/** Reads what is uploaded as a transport does, then answers. */
const taking = (then: Reply, seen: Array<Uint8Array> = []) =>
  HttpClient.make((request) => {
    const sent = { at: 0, method: request.method, url: request.url, headers: {}, body: "" }
    if (request.method === "GET") return quick({ demo: upload })(request, sent)
    return Stream.runForEach(bodyOf(request), (bytes) => Effect.sync(() => void seen.push(bytes))).pipe(
      Effect.mapError((cause) => new HttpClientError.RequestError({ request, reason: "Transport", cause })),
      Effect.zipRight(then(request, sent))
    )
  })

const executing = (
  bosa: BosaApi.Service,
  source: Stream.Stream<Uint8Array, unknown>,
  options: Action.ActionOptions = {}
) => bosa.execute("demo", "act", { file: ConnectorFile.fromStream(source, { filename: "a.bin" }), note: "n" }, options)

describe("upload", () => {
  virtual("a Stream is sent as it comes, and its bytes arrive", () =>
    Effect.gen(function* () {
      const seen: Array<Uint8Array> = []
      const bosa = yield* bosaOver(taking(ok, seen))
      yield* executing(
        bosa,
        Stream.range(1, 1_000).pipe(
          Stream.map((n) => piece(64, n % 256)),
          Stream.rechunk(1)
        )
      )
      const total = seen.reduce((sum, { length }) => sum + length, 0)
      assert.isAbove(seen.length, 1_000)
      assert.isAbove(total, 64_000)
      assert.isBelow(total, 65_000)
    })
  )

  virtual("it may take any time while it moves", () =>
    Effect.gen(function* () {
      const slow = Stream.repeatEffect(Effect.as(Effect.sleep("29 seconds"), piece(10))).pipe(Stream.take(20))
      const { millis, result } = yield* timed(executing(yield* bosaOver(taking(ok)), slow))
      assert.deepStrictEqual([result._tag, millis], ["Right", 580_000])
    })
  )

  for (const [name, options, millis] of [
    ["30 seconds", {}, 30_000],
    ["the call's own time", { timeout: "5 seconds" }, 5_000]
  ] as const) {
    virtual(`a source that rests for ${name} ends it, and its outcome is unknown`, () =>
      Effect.gen(function* () {
        const stuck = Stream.concat(Stream.make(piece(10)), Stream.never)
        const ended = yield* timed(executing(yield* bosaOver(taking(ok)), stuck, options))
        const error = ended.result._tag === "Left" ? ended.result.left : undefined
        assert.deepStrictEqual(
          [error?._tag, error?._tag === "OutcomeUnknown" && error.code, ended.millis],
          ["OutcomeUnknown", "ATTEMPT_TIMEOUT", millis]
        )
      })
    )

    virtual(`a server that says nothing for ${name} after it ends it too`, () =>
      Effect.gen(function* () {
        const ended = yield* timed(executing(yield* bosaOver(taking(hang)), Stream.make(piece(10)), options))
        assert.deepStrictEqual(
          [ended.result._tag === "Left" && ended.result.left._tag, ended.millis],
          ["OutcomeUnknown", millis]
        )
      })
    )
  }

  virtual("a source that fails: one of our errors, with its code and nothing of its own", () =>
    Effect.gen(function* () {
      for (const [failure, code] of [
        [{ code: "ENOENT", message: "CANARY" }, "ENOENT"],
        [new Error("CANARY"), "SOURCE_FAILED"]
      ] as const) {
        const source = Stream.concat(Stream.make(piece(10)), Stream.fail(failure))
        const error = yield* Effect.flip(executing(yield* bosaOver(taking(ok)), source, { maxAttempts: 3 }))
        if (error._tag !== "OutcomeUnknown") throw new Error(error._tag)
        assert.strictEqual(error.code, code)
        assert.notInclude(JSON.stringify(error) + error.message, "CANARY")
      }
    })
  )

  virtual("a call that is given up ends the source, also where the transport goes on to read it", () =>
    Effect.gen(function* () {
      let closed = 0
      const source = Stream.concat(Stream.make(piece(10)), Stream.never).pipe(
        Stream.ensuring(Effect.sync(() => void closed++))
      )
      const reading = HttpClient.make((request) =>
        request.method === "GET"
          ? quick({ demo: upload })(request, { at: 0, method: "GET", url: request.url, headers: {}, body: "" })
          : Effect.zipRight(Effect.forkDaemon(Effect.ignore(Stream.runDrain(bodyOf(request)))), Effect.never)
      )
      const bosa = yield* bosaOver(reading)
      assert.strictEqual((yield* Effect.flip(executing(bosa, source, { timeout: "5 seconds" })))._tag, "OutcomeUnknown")
      yield* Effect.sleep(1)
      assert.strictEqual(closed, 1)
      const fiber = yield* Effect.fork(executing(bosa, source))
      yield* Effect.sleep("1 second")
      yield* Fiber.interrupt(fiber)
      yield* Effect.sleep(1)
      assert.strictEqual(closed, 2)
    })
  )

  virtual("an interrupt ends the source", () =>
    Effect.gen(function* () {
      let closed = 0
      const source = Stream.concat(Stream.make(piece(10)), Stream.never).pipe(
        Stream.ensuring(Effect.sync(() => void closed++))
      )
      const fiber = yield* Effect.fork(executing(yield* bosaOver(taking(ok)), source))
      yield* Effect.sleep("1 second")
      assert.isTrue(Exit.isInterrupted(yield* Fiber.interrupt(fiber)))
      assert.strictEqual(closed, 1)
    })
  )
})
