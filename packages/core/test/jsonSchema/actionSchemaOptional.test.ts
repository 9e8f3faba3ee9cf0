import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { assert, describe, it } from "@effect/vitest"
import { actionOf, integer, issuePaths, optional, type Properties, text, validated } from "../support/actionKit.js"

const modes = [{ strict: false }, { strict: true }]

/** The names that are missing from an empty input, the same with and without `strict`. */
const missingIn = (properties: Properties, more: Properties = {}): ReadonlyArray<string> => {
  const action = actionOf(properties, more)
  const [plain, strict] = modes.map((mode) =>
    Either.match(action.validate({}, mode), {
      onLeft: (issues) => issues.map(({ path }) => path.join(".")),
      onRight: ({ values }) => {
        assert.deepStrictEqual(values, {})
        return []
      }
    })
  )
  assert.deepStrictEqual(strict, plain)
  const listed = action.parameters.filter(({ name, required }) => required && !name.includes("."))
  assert.deepStrictEqual(
    listed.map(({ name }) => name),
    plain
  )
  // the Schema says the same
  assert.strictEqual(Either.isRight(Schema.decodeUnknownEither(action.schema)({})), plain?.length === 0)
  return plain ?? []
}

describe("a parameter that the server calls optional", () => {
  it("has a default, or stands outside of the schema's required list", () => {
    const properties = { a: text, b: integer, c: { type: "integer", default: 1 }, d: { type: "string", default: null } }
    assert.deepStrictEqual(missingIn(properties), ["a", "b"])
    assert.deepStrictEqual(missingIn(properties, { required: ["a"] }), ["a"])
    assert.deepStrictEqual(missingIn(properties, { required: ["a", "c", "nobody"] }), ["a"])
    assert.deepStrictEqual(missingIn(properties, { required: ["c"] }), [])
  })

  it("is as on the wire where the schema has no list: an empty one is none", () => {
    const properties = { a: text, b: optional(text), c: { anyOf: [text, integer] }, d: {}, e: { oneOf: [text] } }
    for (const required of [undefined, null, [], "a", { a: true }]) {
      assert.deepStrictEqual(missingIn(properties, { required }), ["a", "c"], JSON.stringify(required))
    }
  })

  it("is nullable in the words of OpenAPI 3.0, with any form of schema", () => {
    const forms = [
      { type: "string", nullable: true },
      { type: "integer", nullable: true, minimum: 5 },
      { type: "object", nullable: true, properties: { x: text } },
      { type: "array", nullable: true, items: text },
      { anyOf: [text, integer], nullable: true },
      { oneOf: [text, { type: "boolean" }], nullable: true },
      { allOf: [text], nullable: true },
      { type: "string", enum: ["a"], nullable: true },
      { schema: text, nullable: true },
      { schema: { type: "string", nullable: true } },
      { anyOf: [text, { type: "integer", nullable: true }] },
      { oneOf: [text, { type: "null" }] }
    ]
    for (const form of forms) {
      const note = JSON.stringify(form)
      assert.deepStrictEqual(missingIn({ x: form }, { required: ["x"] }), [], note)
      const top = actionOf({ x: form }, { required: ["x"] })
      const nested = actionOf({ o: { type: "object", properties: { x: form }, required: ["x"] } })
      for (const mode of modes) {
        validated(top, { x: null }, mode)
        validated(nested, { o: {} }, mode)
        validated(nested, { o: { x: null } }, mode)
        const list = actionOf({ l: { type: "array", items: form } })
        assert.deepStrictEqual(validated(list, { l: [null] }, mode).values, { l: [null] }, note)
      }
    }
    for (const nullable of [false, "true", 1, null]) {
      assert.deepStrictEqual(missingIn({ x: { type: "string", nullable } }), ["x"], String(nullable))
    }
  })

  it("is the same inside of an object, where forms and references keep their own rules", () => {
    const fields = { a: text, b: { type: "string", default: "b" }, c: optional(text), d: text }
    const object = { type: "object", properties: fields, required: ["a", "b", "c"] }
    const action = actionOf({ o: object, list: { type: "array", items: object } })
    for (const mode of modes) {
      assert.deepStrictEqual(validated(action, { o: { a: "1" }, list: [{ a: "1" }] }, mode).values, {
        o: { a: "1" },
        list: [{ a: "1" }]
      })
      assert.deepStrictEqual(issuePaths(action, { o: {}, list: [{}] }, mode), ["o.a", "list.0.a"])
    }
    // one of several forms is told by what it requires
    const form = actionOf({ x: { oneOf: [object, integer] }, y: { $ref: "#/$defs/O" } }, { $defs: { O: object } })
    assert.deepStrictEqual(issuePaths(form, { x: { a: "1" } }, { strict: true }), ["x.b", "x.c"])
    assert.deepStrictEqual(issuePaths(form, { y: { a: "1" } }, { strict: true }), ["y.b", "y.c"])
  })

  it("still needs the right type when it is given", () => {
    const action = actionOf({ a: text, n: { type: "integer", default: 1 } }, { required: ["a"] })
    for (const mode of modes) {
      assert.deepStrictEqual(issuePaths(action, { a: "1", n: "x" }, mode), ["n"])
      assert.deepStrictEqual(issuePaths(action, { a: null }, mode), ["a"])
      // null is nothing, as it is for what is nullable
      assert.deepStrictEqual(validated(action, { a: "1", n: null }, mode).values, { a: "1" })
      const nested = actionOf({ o: { type: "object", properties: { n: { type: "integer", default: 1 }, a: text } } })
      assert.deepStrictEqual(validated(nested, { o: { n: null, a: "1" } }, mode).values, { o: { a: "1" } })
      assert.deepStrictEqual(issuePaths(nested, { o: { a: null } }, mode), ["o.a"])
      assert.deepStrictEqual(validated(action, { a: "1", n: "2" }, mode).values, { a: "1", n: 2 })
    }
  })

  it("needs no invention of 13 values for the action that was met in the field", () => {
    const strings = ["body", "title", "state", "state_reason", "type", "issue_number", "milestone", "duplicate_of"]
    const properties = {
      method: { type: "string", enum: ["create", "update"] },
      owner: text,
      repo: text,
      ...Object.fromEntries(strings.map((name) => [name, text])),
      labels: { type: "array", items: text },
      assignees: { type: "array", items: text }
    }
    const input = { method: "create", owner: "o", repo: "r", title: "t" }
    const action = actionOf(properties, { required: ["method", "owner", "repo"] })
    for (const mode of modes) assert.deepStrictEqual(validated(action, input, mode).values, input)
  })
})
