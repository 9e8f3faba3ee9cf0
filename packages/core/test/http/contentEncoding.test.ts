import type { ApiError } from "@effect-connectors/core/ApiError"
import { assert, describe, it } from "@effect/vitest"
import type * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FastCheck from "effect/FastCheck"
import * as Stream from "effect/Stream"
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib"
import { decoded, EncodingFailed } from "../../src/internal/http/contentEncoding.js"
import { peeked } from "../../src/internal/http/peekedBody.js"
import { apiOver, calls } from "../support/api.js"
import { answer, fakeClient } from "../support/fakeClient.js"

const good = Buffer.from('{"connection":{"slug":"crm"},"result":1}')
const packings: Readonly<Record<string, (bytes: Uint8Array) => Buffer>> = {
  gzip: (bytes) => gzipSync(bytes),
  "x-gzip": (bytes) => gzipSync(bytes),
  deflate: (bytes) => deflateSync(bytes),
  bare: (bytes) => deflateRawSync(bytes)
}
const nameOf = (packing: string): string => (packing === "bare" ? "deflate" : packing)

const read = (bytes: Uint8Array, encoding: string, call: "safe" | "unsafe") =>
  Effect.flatMap(
    apiOver(
      fakeClient(answer(200, { bytes: new Uint8Array(bytes), headers: { "content-encoding": encoding } })).client,
      { retry: "none", maxBodyBytes: 100_000 }
    ),
    (api): Effect.Effect<unknown, ApiError> => calls[call](api)
  )

const codeOf = (bytes: Uint8Array, encoding: string) =>
  Effect.map(Effect.flip(read(bytes, encoding, "unsafe")), (error) => [
    error._tag,
    error._tag === "OutcomeUnknown" ? error.code : undefined
  ])

describe("a packed body over a client that does not decode", () => {
  for (const [packing, pack] of Object.entries(packings)) {
    it.scoped(`${packing}: is read, and a cut or damaged one is not`, () =>
      Effect.gen(function* () {
        const packed = pack(good)
        const name = nameOf(packing)
        yield* read(packed, name, "safe")
        yield* read(packed, `identity, ${name.toUpperCase()}`, "unsafe")
        yield* read(gzipSync(packed), `${name}, gzip`, "unsafe")
        assert.deepStrictEqual(yield* codeOf(packed.subarray(0, -3), name), ["OutcomeUnknown", "CONTENT_ENCODING_CUT"])
        const damaged = Buffer.from(packed)
        damaged.fill(0xff, packing === "bare" ? 0 : packing === "deflate" ? 2 : 10)
        assert.deepStrictEqual(yield* codeOf(damaged, name), ["OutcomeUnknown", "CONTENT_ENCODING_INVALID"])
        const cut = yield* Effect.flip(read(packed.subarray(0, -3), name, "safe"))
        assert.deepInclude({ ...cut }, { _tag: "UnexpectedBody", reason: "truncated" })
        const wrong = yield* Effect.flip(read(damaged, name, "safe"))
        assert.deepInclude({ ...wrong }, { _tag: "UnexpectedBody", reason: "invalid", retryable: false })
      })
    )
  }

  it.scoped("an unknown encoding, or more of them than anyone needs, is a failure", () =>
    Effect.gen(function* () {
      for (const encoding of ["foo", "gzip, foo", "gzip, gzip, gzip, gzip, gzip, gzip"]) {
        const packed = encoding.split(", ").reduce<Uint8Array>((bytes) => gzipSync(bytes), good)
        assert.deepStrictEqual(yield* codeOf(packed, encoding), ["OutcomeUnknown", "CONTENT_ENCODING_UNSUPPORTED"])
      }
      const error = yield* Effect.flip(read(gzipSync(good), "foo", "safe"))
      assert.deepInclude({ ...error }, { _tag: "UnexpectedBody", reason: "wrong type" })
    })
  )

  it.scoped("br is read where the runtime has it, and a failure where not", () =>
    Effect.gen(function* () {
      const exit = yield* Effect.exit(read(brotliCompressSync(good), "br", "unsafe"))
      const has = yield* Effect.isSuccess(Effect.try(() => Reflect.construct(DecompressionStream, ["brotli"])))
      assert.strictEqual(Exit.isSuccess(exit), has)
    })
  )

  it.scoped("a bomb ends at the limit", () =>
    Effect.gen(function* () {
      const bomb = gzipSync(Buffer.alloc(50_000_000))
      assert.deepStrictEqual(yield* codeOf(bomb, "gzip"), ["OutcomeUnknown", "BODY_TOO_LARGE"])
      assert.deepStrictEqual(yield* codeOf(gzipSync(bomb), "gzip, gzip"), ["OutcomeUnknown", "BODY_TOO_LARGE"])
    })
  )

  it.scoped("a body that its client has decoded is left as it is", () => read(good, "gzip", "unsafe"))
})

const split = (bytes: Uint8Array, sizes: ReadonlyArray<number>): Stream.Stream<Uint8Array> => {
  const parts: Array<Uint8Array> = []
  let at = 0
  for (const size of sizes) {
    parts.push(bytes.subarray(at, at + size))
    at += size
  }
  return Stream.fromIterable([...parts, bytes.subarray(at)])
}

const all = (chunks: Chunk.Chunk<Uint8Array>): Buffer => Buffer.concat([...chunks])

describe("decoded", () => {
  it("gives back any bytes, packed by any encodings and cut into any pieces; without the last byte it fails", () =>
    FastCheck.assert(
      FastCheck.asyncProperty(
        FastCheck.uint8Array({ maxLength: 3_000 }),
        FastCheck.array(FastCheck.constantFrom("gzip", "deflate"), { minLength: 1, maxLength: 3 }),
        FastCheck.array(FastCheck.nat(40), { maxLength: 20 }),
        (bytes, encodings, sizes) =>
          Effect.runPromise(
            Effect.gen(function* () {
              const packed = encodings.reduce<Uint8Array>((given, name) => packings[name]?.(given) ?? given, bytes)
              const whole = yield* Stream.runCollect(decoded(split(packed, sizes), encodings, false))
              assert.isTrue(all(whole).equals(bytes))
              const failed = yield* Effect.flip(
                Stream.runDrain(decoded(split(packed.subarray(0, -1), sizes), encodings, false))
              )
              assert.instanceOf(failed, EncodingFailed)
            })
          )
      ),
      { numRuns: 60 }
    ))

  it.scoped("fails as its source does, and ends with its reader", () =>
    Effect.gen(function* () {
      const packed = gzipSync(Buffer.alloc(1_000_000))
      const failing = Stream.concat(Stream.make<[Uint8Array]>(packed.subarray(0, 500)), Stream.fail("broken"))
      assert.strictEqual(yield* Effect.flip(Stream.runDrain(decoded(failing, ["gzip"], false))), "broken")
      let isClosed = false
      const endless = Stream.concat(Stream.make<[Uint8Array]>(packed), Stream.never).pipe(
        Stream.ensuring(Effect.sync(() => void (isClosed = true)))
      )
      yield* Stream.runDrain(Stream.take(decoded(endless, ["gzip"], false), 1))
      assert.isTrue(isClosed)
    })
  )
})

describe("peeked", () => {
  it("gives the whole of any body: as bytes only when it begins as an object and is within the limit", () =>
    FastCheck.assert(
      FastCheck.asyncProperty(
        FastCheck.constantFrom("", " ", "{", "\n {", "[", "x", "\ufeff{"),
        FastCheck.uint8Array({ maxLength: 60 }),
        FastCheck.array(FastCheck.nat(9), { maxLength: 9 }),
        FastCheck.boolean(),
        (start, rest, sizes, isCut) =>
          Effect.runPromise(
            Effect.scoped(
              Effect.gen(function* () {
                const body = Buffer.concat([Buffer.from(start), rest])
                const source: Stream.Stream<Uint8Array, string> = isCut
                  ? Stream.concat(split(body, sizes), Stream.fail("cut"))
                  : split(body, sizes)
                const found = yield* peeked(source, 30, yield* Effect.scope)
                if (found instanceof Uint8Array) {
                  assert.isFalse(isCut)
                  assert.isTrue(Buffer.from(found).equals(body))
                  return
                }
                assert.isFalse(!isCut && start.includes("{") && body.length <= 30)
                const parts: Array<Uint8Array> = []
                const end = yield* Effect.exit(Stream.runForEach(found, (part) => Effect.sync(() => parts.push(part))))
                assert.isTrue(Buffer.concat(parts).equals(body))
                assert.strictEqual(Exit.isFailure(end), isCut)
              })
            )
          )
      )
    ))
})
