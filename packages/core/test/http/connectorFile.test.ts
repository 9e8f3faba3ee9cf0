import * as ConnectorFile from "@effect-connectors/core/ConnectorFile"
import { assert, describe, it } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { inspect } from "node:util"

const bytesOf = (...values: ReadonlyArray<number>) => Uint8Array.from(values)

const read = (file: ConnectorFile.ConnectorFile) =>
  Effect.map(Stream.runCollect(file.stream), (pieces) => Chunk.toReadonlyArray(pieces).flatMap((piece) => [...piece]))

const codeOf = <A>(effect: Effect.Effect<A, ConnectorFile.FileError>) => Effect.map(Effect.flip(effect), (e) => e.code)

describe("a file in memory", () => {
  it.effect("gives its bytes, as a whole and in pieces of 64 KiB, again and again", () =>
    Effect.gen(function* () {
      const content = new Uint8Array(150_000).map((_, index) => index % 251)
      const file = ConnectorFile.fromBytes(content, { filename: "a.bin" })
      assert.isTrue(file.isReplayable)
      assert.strictEqual(file.size, 150_000)
      for (let time = 0; time < 2; time++) {
        const pieces = Chunk.toReadonlyArray(yield* Stream.runCollect(file.stream))
        assert.deepStrictEqual(
          pieces.map((piece) => piece.length),
          [65_536, 65_536, 18_928]
        )
        assert.deepStrictEqual(Buffer.concat(pieces), Buffer.from(content))
        assert.deepStrictEqual(yield* file.bytes, content)
      }
    })
  )

  it.effect("is UTF-8 when made of text", () =>
    Effect.gen(function* () {
      const file = ConnectorFile.fromText("ž", { contentType: "text/plain" })
      assert.deepStrictEqual([...(yield* file.bytes)], [0xc5, 0xbe])
      assert.strictEqual(file.contentType, "text/plain")
      assert.isUndefined(file.filename)
    })
  )

  it.effect("may be empty", () =>
    Effect.gen(function* () {
      const file = ConnectorFile.fromText("")
      assert.deepStrictEqual(yield* read(file), [])
      assert.strictEqual(file.size, 0)
    })
  )
})

describe("a file that is a Stream", () => {
  it.effect("is read once unless it says otherwise", () =>
    Effect.gen(function* () {
      const file = ConnectorFile.fromStream(Stream.make(bytesOf(1), bytesOf(2, 3)), { filename: "a" })
      assert.isFalse(file.isReplayable)
      assert.deepStrictEqual(yield* read(file), [1, 2, 3])
      const error = yield* Effect.flip(read(file))
      assert.deepInclude(error, { _tag: "FileError", code: "ALREADY_READ", filename: "a" })
      assert.strictEqual(yield* codeOf(file.bytes), "ALREADY_READ")
    })
  )

  it.effect("a replayable file from a function calls it each time it is read", () =>
    Effect.gen(function* () {
      let made = 0
      const file = ConnectorFile.fromStream(() => Stream.make(bytesOf(++made)), { replayable: true })
      assert.strictEqual(made, 0)
      assert.isTrue(file.isReplayable)
      assert.deepStrictEqual([yield* read(file), yield* read(file)], [[1], [2]])
    })
  )

  it.effect("fails when it is shorter than its size, and passes on no byte over it", () =>
    Effect.gen(function* () {
      const sized = (size: number) =>
        ConnectorFile.fromStream(Stream.make(bytesOf(1, 2), bytesOf(3)), { size, replayable: true })
      assert.deepStrictEqual(yield* read(sized(3)), [1, 2, 3])
      assert.strictEqual(yield* codeOf(read(sized(4))), "SIZE_MISMATCH")
      const passed: Array<number> = []
      const longer = Stream.runForEach(sized(2).stream, (piece) => Effect.sync(() => passed.push(...piece)))
      assert.strictEqual(yield* codeOf(longer), "SIZE_MISMATCH")
      assert.deepStrictEqual(passed, [1, 2])
    })
  )

  it.effect("counts its bytes again each time it is read", () =>
    Effect.gen(function* () {
      const file = ConnectorFile.fromStream(Stream.make(bytesOf(1, 2)), { size: 2, replayable: true })
      assert.deepStrictEqual(
        [yield* read(file), yield* read(file)],
        [
          [1, 2],
          [1, 2]
        ]
      )
    })
  )

  it.effect("holds no more than its limit in memory", () =>
    Effect.gen(function* () {
      let pulled = 0
      const endless = Stream.repeatEffect(Effect.sync(() => new Uint8Array(++pulled && 10)))
      assert.strictEqual(yield* codeOf(ConnectorFile.fromStream(endless, { maxBytes: 25 }).bytes), "TOO_LARGE")
      assert.strictEqual(pulled, 3)
      const exact = ConnectorFile.fromStream(Stream.make(bytesOf(1, 2), bytesOf(3)), { maxBytes: 3 })
      assert.deepStrictEqual(yield* exact.bytes, bytesOf(1, 2, 3))
    })
  )

  it.effect("is not even opened when its size is over the limit", () =>
    Effect.gen(function* () {
      let opened = 0
      const file = ConnectorFile.fromStream(() => Stream.make(bytesOf(++opened)), { size: 11, maxBytes: 10 })
      assert.strictEqual(yield* codeOf(file.bytes), "TOO_LARGE")
      assert.strictEqual(opened, 0)
    })
  )

  it.effect("reports the code of its source and nothing else of it", () =>
    Effect.gen(function* () {
      const failing = (error: unknown) => read(ConnectorFile.fromStream(Stream.fail(error)))
      const error = yield* Effect.flip(failing({ code: "ENOENT", path: "CANARY" }))
      assert.strictEqual(error.code, "ENOENT")
      assert.notInclude(inspect(error) + error.message, "CANARY")
      for (const odd of [new Error("CANARY"), { code: "canary secret" }, "CANARY", undefined]) {
        assert.strictEqual(yield* codeOf(failing(odd)), "SOURCE_FAILED")
      }
    })
  )
})

describe("the details of a file", () => {
  it("has header names in lower case", () => {
    assert.deepStrictEqual(ConnectorFile.fromText("", { headers: { "X-A": "B" } }).headers, { "x-a": "B" })
  })

  it("shows neither content nor headers when it is printed", () => {
    const file = ConnectorFile.fromText("CANARY", { filename: "a.txt", headers: { "set-cookie": "CANARY" } })
    assert.notInclude(inspect(file), "CANARY")
    assert.notInclude(JSON.stringify(file), "CANARY")
    assert.include(JSON.stringify(file), "a.txt")
  })

  it.effect("can be replaced, the content stays", () =>
    Effect.gen(function* () {
      const received = ConnectorFile.fromText("x", { filename: "a.txt", contentType: "t/a", headers: { date: "d" } })
      const sent = received.pipe(ConnectorFile.withDetails({ filename: "b.txt", headers: {} }))
      assert.deepInclude(sent, { filename: "b.txt", contentType: "t/a", headers: {}, size: 1, isReplayable: true })
      assert.deepStrictEqual(yield* sent.bytes, bytesOf(0x78))
      assert.strictEqual(received.filename, "a.txt")
    })
  )

  it("a file is recognized by its type id alone", () => {
    assert.isTrue(ConnectorFile.isConnectorFile(ConnectorFile.fromText("")))
    for (const other of [undefined, null, "file", {}, new Uint8Array(1), new Blob([])]) {
      assert.isFalse(ConnectorFile.isConnectorFile(other))
    }
  })
})
