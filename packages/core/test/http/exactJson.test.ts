import * as ExactJson from "@effect-connectors/core/ExactJson"
import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import * as Option from "effect/Option"
import { json } from "../support/jsonTexts.js"

const parsed = (text: string): unknown => Option.getOrThrow(ExactJson.parse(text))

const rounded = (value: unknown): unknown => {
  if (typeof value === "bigint") return Number(value)
  if (Array.isArray(value)) return value.map(rounded)
  if (typeof value !== "object" || value === null) return value
  const copy = {}
  for (const [name, part] of Object.entries(value)) {
    Object.defineProperty(copy, name, { value: rounded(part), configurable: true, enumerable: true, writable: true })
  }
  return copy
}

// a mark inside of a number may leave one that is too large to be a number
const holdsOnlyNumbers = (value: unknown): boolean =>
  typeof value === "object" && value !== null
    ? Object.values(value).every(holdsOnlyNumbers)
    : typeof value !== "number" || Number.isFinite(value)

describe("parse", () => {
  it("any JSON: what JSON.parse gives, but for whole numbers that it rounds", () => {
    FastCheck.assert(
      FastCheck.property(json, (text) => {
        const found = rounded(parsed(text))
        const expected: unknown = JSON.parse(text)
        assert.deepStrictEqual(found, expected)
        // the order of fields, and -0
        assert.strictEqual(JSON.stringify(found), JSON.stringify(expected))
      }),
      { numRuns: 1_000 }
    )
  })

  it("what is not JSON is none", () => {
    const broken = ["", " ", "{", "[1,]", "01234567890123456789", "{12345678901234567890:1}", "1 2", "'a'", '"', "NaN"]
    for (const text of broken) assert.isTrue(Option.isNone(ExactJson.parse(text)), text)
    FastCheck.assert(
      FastCheck.property(
        json,
        FastCheck.nat(),
        FastCheck.constantFrom("{", '"', "]", ",", "x", "\\"),
        (text, at, mark) => {
          const cut = at % (text.length + 1)
          const mutated = text.slice(0, cut) + mark + text.slice(cut)
          const isJson = Option.exists(
            Option.liftThrowable((it: string): unknown => JSON.parse(it))(mutated),
            holdsOnlyNumbers
          )
          assert.strictEqual(Option.isSome(ExactJson.parse(mutated)), isJson, mutated)
        }
      ),
      { numRuns: 1_000 }
    )
  })

  it("a large whole number is read wherever it stands, between numbers that are not", () => {
    for (const number of ["9007199254740993", "-12345678901234567890"]) {
      for (let pad = 0; pad < 40; pad++) {
        const text = `{"a":"${"x".repeat(pad)}","b":${number},"c":${"7".repeat(15)}}`
        assert.deepStrictEqual(parsed(text), { a: "x".repeat(pad), b: BigInt(number), c: 777777777777777 })
      }
    }
  })

  it("a number over the largest one is none, in any form and place, and in a string it is text", () => {
    for (const number of [
      "1e400",
      "-1E+309",
      "17976931348623157e293",
      `1${"0".repeat(300)}.5e9`,
      "0.1e310",
      "9".repeat(4301)
    ]) {
      for (const text of [number, `[1,${number}]`, `{"a":{"b":[${number}]}}`]) {
        assert.isTrue(Option.isNone(ExactJson.parse(text)), text.slice(0, 40))
      }
      assert.deepStrictEqual(parsed(`{"a":"${number}","e":1e5}`), { a: number, e: 1e5 })
    }
    assert.deepStrictEqual(parsed("[1e308,1e-400,1.7976931348623157e308]"), [1e308, 0, Number.MAX_VALUE])
  })

  it("100,000 levels are read", () => {
    const text = `${"[".repeat(100_000)}12345678901234567890${"]".repeat(100_000)}`
    assert.isTrue(Option.isSome(ExactJson.parse(text)))
  })
})

const whole = FastCheck.bigInt({ min: -(10n ** 30n), max: 10n ** 30n })

const value = FastCheck.letrec<{ readonly value: unknown }>((tie) => ({
  value: FastCheck.oneof(
    { maxDepth: 4 },
    FastCheck.oneof(
      whole.filter((it) => !Number.isSafeInteger(Number(it))),
      FastCheck.fullUnicodeString(),
      whole.map((it) => `\0${it}`),
      FastCheck.constantFrom("\0\0", '"\0', '"\0-5', "\\", '\\"\x001', "\0"),
      FastCheck.boolean(),
      FastCheck.constant(null),
      FastCheck.integer()
    ),
    FastCheck.array(tie("value"), { maxLength: 4 }),
    FastCheck.dictionary(
      FastCheck.oneof(
        FastCheck.fullUnicodeString().filter((name) => name !== "__proto__"),
        whole.map((it) => `\0${it}`),
        whole.map(String)
      ),
      tie("value"),
      { maxKeys: 4, noNullPrototype: true }
    )
  )
})).value

describe("stringify", () => {
  it("what is written is read as the same value", () => {
    FastCheck.assert(
      FastCheck.property(value, FastCheck.constantFrom(undefined, 2), (it, space) => {
        assert.deepStrictEqual(parsed(ExactJson.stringify(it, space) ?? ""), it)
      }),
      { numRuns: 1_000 }
    )
  })

  it("without bigints it is JSON.stringify", () => {
    FastCheck.assert(
      FastCheck.property(FastCheck.anything({ withDate: true, withBoxedValues: true, withSparseArray: true }), (it) => {
        assert.strictEqual(ExactJson.stringify(it), JSON.stringify(it))
        assert.strictEqual(ExactJson.stringify([it, 9n]), JSON.stringify([it, 9]))
      }),
      { numRuns: 500 }
    )
  })

  it("a bigint that toJSON gives is written too", () => {
    assert.strictEqual(
      ExactJson.stringify({ at: { toJSON: () => 12345678901234567890n } }),
      '{"at":12345678901234567890}'
    )
  })

  it("a program that gives bigints a toJSON changes nothing", () => {
    Object.defineProperty(BigInt.prototype, "toJSON", {
      configurable: true,
      value: function (this: bigint) {
        return String(this)
      }
    })
    try {
      assert.strictEqual(ExactJson.stringify({ a: [12345678901234567890n] }), '{"a":[12345678901234567890]}')
    } finally {
      Reflect.deleteProperty(BigInt.prototype, "toJSON")
    }
  })
})
