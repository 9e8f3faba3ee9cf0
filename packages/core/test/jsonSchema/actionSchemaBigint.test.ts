import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import { actionOf, integer, issuePaths, issueTexts, validated } from "../support/actionKit.js"

const strict = { strict: true }

/** 2^63 - 1 and its neighbors, which are one number to JavaScript. */
const most = 9223372036854775807n

interface Rule {
  readonly schema: object
  readonly fits: ReadonlyArray<unknown>
  readonly misses: ReadonlyArray<unknown>
}

const rules: ReadonlyArray<Rule> = [
  { schema: { maximum: most }, fits: [most, most - 1n, 5, "9223372036854775807"], misses: [most + 1n] },
  { schema: { minimum: -most }, fits: [-most, 0], misses: [-most - 1n, "-9223372036854775808"] },
  { schema: { exclusiveMaximum: most }, fits: [most - 1n], misses: [most, most + 1n] },
  { schema: { exclusiveMinimum: most }, fits: [most + 1n], misses: [most, 7] },
  { schema: { maximum: most, exclusiveMaximum: true }, fits: [most - 1n], misses: [most] },
  { schema: { maximum: 100 }, fits: [100n], misses: [101n, most] },
  { schema: { enum: [most, 5] }, fits: [most, "9223372036854775807", 5, 5n], misses: [most - 1n, most + 1n, 6n] },
  { schema: { const: most }, fits: [most], misses: [most + 1n, most - 1n] },
  { schema: { enum: [1e20] }, fits: [100000000000000000000n], misses: [100000000000000000001n] },
  {
    schema: { multipleOf: 10 },
    fits: [9223372036854775800n, 20n],
    misses: [most, 9223372036854775801n, 9007199254740991]
  },
  { schema: { multipleOf: 1e9 }, fits: [0, 1e9], misses: [1, 999999999] },
  { schema: { multipleOf: 0.25 }, fits: [most], misses: [] },
  { schema: { multipleOf: 1.5 }, fits: [9223372036854775806n], misses: [most] },
  { schema: { multipleOf: 1e-7 }, fits: [most], misses: [] },
  { schema: { multipleOf: 1e21 }, fits: [3n * 10n ** 21n], misses: [3n * 10n ** 21n + 1n] },
  { schema: { multipleOf: most }, fits: [most, 2n * most, 0], misses: [most + 1n, 5] }
]

describe("rules of a schema with bigints", () => {
  for (const { fits, misses, schema } of rules) {
    const name = Object.entries(schema)
      .map(([key, value]) => `${key} ${String(value)}`)
      .join(", ")
    it(`${name}: judged by all digits`, () => {
      const action = actionOf({ x: { ...integer, ...schema } })
      for (const x of fits) assert.deepStrictEqual(issueTexts(action, { x }, strict), [], String(x))
      for (const x of misses) assert.deepStrictEqual(issuePaths(action, { x }, strict), ["x"], String(x))
    })
  }

  it("uniqueItems: two that round to one number are not the same", () => {
    const action = actionOf({ x: { type: "array", items: integer, uniqueItems: true } })
    assert.deepStrictEqual(issueTexts(action, { x: [most, most - 1n, most - 2n] }, strict), [])
    assert.deepStrictEqual(issuePaths(action, { x: [most, 1, String(most)] }, strict), ["x"])
    assert.deepStrictEqual(issuePaths(actionOf({ x: { uniqueItems: true, type: "array" } }), { x: [5, 5n] }, strict), [
      "x"
    ])
  })

  it("a bigint is an integer and a number, and nothing else", () => {
    for (const type of ["integer", "number", ["integer", "null"]]) {
      assert.deepStrictEqual(issueTexts(actionOf({ x: { allOf: [{ type }] } }), { x: most }, strict), [])
    }
    for (const type of ["string", "boolean", "array", "object", "null"]) {
      assert.deepStrictEqual(issuePaths(actionOf({ x: { allOf: [{ type }] } }), { x: most }, strict), ["x"])
    }
  })

  it("the message shows all digits of the limit", () => {
    assert.deepStrictEqual(issueTexts(actionOf({ x: { ...integer, maximum: most } }), { x: most + 1n }, strict), [
      "is over 9223372036854775807; pass 9223372036854775807 or less"
    ])
    assert.deepStrictEqual(issueTexts(actionOf({ x: { ...integer, enum: [most] } }), { x: 1n }, strict), [
      "is not one of the allowed values; pass one of 9223372036854775807"
    ])
  })

  it("a number that was rounded before is refused, with what to pass", () => {
    assert.deepStrictEqual(issueTexts(actionOf({ x: integer }), { x: 2 ** 63 }), [
      "is a number over 2^53, which JavaScript rounds; pass it as a bigint, or as text"
    ])
  })

  it("whole numbers of any size, as bigint or as text, keep their digits", () => {
    const action = actionOf({ x: integer, y: { type: "number" } })
    FastCheck.assert(
      FastCheck.property(FastCheck.bigInt({ min: -(10n ** 60n), max: 10n ** 60n }), (whole) => {
        for (const given of [whole, String(whole)]) {
          const { x, y } = validated(action, { x: given, y: given }).values
          assert.deepStrictEqual([String(x), String(y)], [String(whole), String(whole)])
          assert.strictEqual(typeof x, Number.isSafeInteger(Number(whole)) ? "number" : "bigint")
        }
      })
    )
  })

  it("limits hold for bigints as they do for whole numbers", () => {
    FastCheck.assert(
      FastCheck.property(
        FastCheck.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }),
        FastCheck.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }),
        FastCheck.bigInt({ min: 1n, max: 10n ** 10n }),
        (value, limit, step) => {
          const fits = (schema: object): boolean =>
            issueTexts(actionOf({ x: { ...integer, ...schema } }), { x: value }, strict).length === 0
          assert.strictEqual(fits({ minimum: limit }), value >= limit)
          assert.strictEqual(fits({ exclusiveMaximum: limit }), value < limit)
          assert.strictEqual(fits({ multipleOf: Number(step) }), value % step === 0n)
          assert.strictEqual(fits({ const: limit }), value === limit)
          // a thousandth of a whole step
          assert.strictEqual(fits({ multipleOf: Number(`${step}e-3`) }), (value * 1000n) % step === 0n)
        }
      ),
      { numRuns: 300 }
    )
  })
})
