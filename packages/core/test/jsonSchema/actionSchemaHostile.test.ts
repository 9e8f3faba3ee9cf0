import { assert, describe, it } from "@effect/vitest"
import * as Either from "effect/Either"
import { actionOf, issuePaths, integer, optional, type Properties, validated, text } from "../support/actionKit.js"

const strict = { strict: true }

const nest = (levels: number, wrap: (inner: unknown) => unknown, core: unknown): unknown => {
  let schema = core
  for (let i = 0; i < levels; i++) schema = wrap(schema)
  return schema
}

const inSelf = (): Properties => {
  const schema: Record<string, unknown> = { type: "object" }
  schema.properties = { a: schema, b: schema }
  schema.anyOf = [schema, schema]
  return schema
}

describe("a hostile schema", () => {
  const wraps: Readonly<Record<string, (inner: unknown) => unknown>> = {
    objects: (inner) => ({ type: "object", properties: { a: inner } }),
    lists: (inner) => ({ type: "array", items: inner }),
    unions: (inner) => ({ anyOf: [inner, text] }),
    wrappers: (inner) => ({ schema: inner }),
    combinations: (inner) => ({ allOf: [inner] })
  }
  for (const [name, wrap] of Object.entries(wraps)) {
    it(`nested in 5000 ${name} is read to a bounded depth`, () => {
      const action = actionOf({ deep: nest(5000, wrap, integer), y: text })
      assert.isTrue(action.declares("deep"))
      assert.isBelow(action.parameters.length, 100)
      assert.include(issuePaths(action, { deep: {}, y: 1 }), "y")
      assert.include(issuePaths(action, { deep: {}, y: 1 }, strict), "y")
      assert.isNotEmpty(action.unchecked)
    })
  }

  it("that contains itself is read to an end", () => {
    const action = actionOf({ x: inSelf(), y: optional(inSelf()) })
    assert.isNotEmpty(action.unchecked)
    assert.isTrue(Either.isLeft(action.validate({ x: 1 }, strict)))
    assert.isTrue(Either.isLeft(action.validate({ x: 1 })))
  })

  it("with too many parts still declares every name", () => {
    const wide = { type: "array", items: { anyOf: Array.from({ length: 60_000 }, () => integer) } }
    const action = actionOf({ wide, y: integer })
    assert.isTrue(action.declares("y"))
    assert.deepStrictEqual(action.skipped, [{ name: "y", reason: "the schema is too large" }])
    assert.deepStrictEqual(validated(action, { wide: [1], y: "z" }).values, { wide: [1], y: "z" })
  })

  it("with 10,000 properties is usable", () => {
    const names = Array.from({ length: 10_000 }, (_, i) => `name_${i}`)
    const action = actionOf(Object.fromEntries(names.map((name) => [name, optional(integer)])))
    assert.strictEqual(action.parameters.length, 10_000)
    assert.deepStrictEqual(validated(action, { name_9999: "1", name_1: 2 }).values, { name_1: 2, name_9999: 1 })
    const unknown = Object.fromEntries(names.map((name) => [`${name}_`, 1]))
    assert.strictEqual(validated(action, unknown).ignored.length, 10_000)
    // not ten thousand of them
    const issues = issuePaths(action, unknown, strict)
    assert.strictEqual(issues.length, 101)
  })

  it("reads names such as `constructor` and `__proto__` as own fields only", () => {
    const properties: unknown = JSON.parse(
      `{"__proto__":{"type":"integer"},"constructor":{"type":"string"},"toString":{"anyOf":[{"type":"string"},{"type":"null"}]},` +
        `"o":{"type":"object","properties":{"constructor":{"anyOf":[{"type":"integer"},{"type":"null"}]},"__proto__":{"type":"integer"}}}}`
    )
    if (typeof properties !== "object" || properties === null) return assert.fail("no object")
    const action = actionOf({ ...properties })
    // what an object inherits is not given
    assert.deepStrictEqual(issuePaths(action, { o: {} }), ["constructor"])
    const input: Properties = JSON.parse(
      `{"constructor":"c","o":{"__proto__":{"polluted":1}},"__proto__":{"polluted":1}}`
    )
    const { ignored, values } = validated(action, input)
    assert.deepStrictEqual(Object.keys(values), ["constructor", "o"])
    assert.deepStrictEqual(values.o, {})
    assert.strictEqual(Object.getPrototypeOf(values), Object.prototype)
    assert.notProperty({}, "polluted")
    assert.deepStrictEqual(
      ignored.map(({ name }) => name),
      ["o.__proto__", "__proto__"]
    )
  })

  it("keeps an own `__proto__` field of a plain object", () => {
    const d: unknown = JSON.parse(`{"__proto__":{"polluted":1}}`)
    assert.strictEqual(validated(actionOf({ d: { type: "object" } }), { d }).values.d, d)
    assert.notProperty({}, "polluted")
  })
})

describe("a hostile input", () => {
  const action = actionOf({
    d: { type: "object" },
    list: { type: "array", items: { type: "object" } },
    any: { $ref: "#" }
  })

  it("that contains itself is refused with one issue", () => {
    const d: Record<string, unknown> = {}
    d.a = d
    d.b = [d, d]
    const paths = issuePaths(action, { d, list: [] })
    assert.strictEqual(paths.length, 1)
    assert.match(paths[0] ?? "", /^d\.a\.a\.a/)
  })

  it("that refers to the same parts exponentially often is refused", () => {
    let d: Readonly<Record<string, unknown>> = {}
    for (let i = 0; i < 60; i++) d = { a: d, b: d }
    assert.isTrue(Either.isLeft(action.validate({ d, list: [] })))
    assert.isTrue(Either.isLeft(actionOf({ u: { anyOf: [integer, { type: "object" }] } }).validate({ u: d })))
  })

  it("whose toJSON throws is refused", () => {
    const any = {
      toJSON: () => {
        throw new Error("CANARY")
      }
    }
    assert.deepStrictEqual(issuePaths(action, { d: {}, list: [], any }), ["any"])
  })

  for (const input of [null, undefined, 1, "x", [], new Map(), new Date(0)]) {
    it(`that is not an object is refused: ${String(input)}`, () => {
      const validate: (
        input: never
      ) => Either.Either<unknown, ReadonlyArray<{ readonly path: ReadonlyArray<string> }>> = action.validate
      const found = Reflect.apply(validate, undefined, [input])
      assert.isTrue(Either.isLeft(found))
    })
  }

  it("with more than 100 issues gets the first 100 and a count of the others", () => {
    const ids = actionOf({ ids: { type: "array", items: integer } })
    const found = ids.validate({ ids: Array.from({ length: 1000 }, () => "x") })
    if (Either.isRight(found)) return assert.fail("accepted")
    assert.strictEqual(found.left.length, 101)
    assert.match(found.left[100]?.message ?? "", /900 more/)
  })
})
