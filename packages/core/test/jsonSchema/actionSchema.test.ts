import * as ActionSchema from "@effect-connectors/core/ActionSchema"
import * as Dialect from "@effect-connectors/core/Dialect"
import { assert, describe, it } from "@effect/vitest"
import * as Either from "effect/Either"
import { actionOf, issuePaths, integer, optional, type Properties, validated, text } from "../support/actionKit.js"

const binary = { type: "string", format: "binary" }

const listOf = (properties: Properties, dialect: Dialect.Dialect = "bosa") =>
  actionOf(properties, {}, dialect).parameters.map(
    ({ name, required, type }) => `${name}: ${type}${required ? " required" : ""}`
  )

describe("ActionSchema.parameters", () => {
  it("names types in neutral words and flattens nested objects", () => {
    const properties = {
      s: text,
      i: integer,
      f: { type: "number" },
      b: { type: "boolean" },
      arr: { type: "array", items: text },
      anyarr: { type: "array" },
      o: { type: "object", properties: { x: text, y: optional(integer) } },
      d: { type: "object" },
      u: { anyOf: [integer, text] },
      opt: optional(text),
      dflt: { type: "string", default: "zz" },
      en: { type: "string", enum: ["a", "b"] },
      when: { type: "string", format: "date-time" },
      mystery: { type: "weird" }
    }
    for (const dialect of Dialect.all) {
      assert.deepStrictEqual(listOf(properties, dialect), [
        "s: string required",
        "i: integer required",
        "f: number required",
        "b: boolean required",
        "arr: array<string> required",
        "anyarr: array required",
        "o: object required",
        "o.x: string required",
        "o.y: integer?",
        "d: object required",
        "u: integer|string required",
        "opt: string?",
        "dflt: string",
        "en: string required",
        "when: string required",
        "mystery: string required"
      ])
    }
  })

  it("flattens three levels of objects, but not the objects of a list or a union", () => {
    const inner = { type: "object", properties: { z: text } }
    const properties = {
      o: { type: "object", properties: { y: inner } },
      list: { type: "array", items: inner },
      either: optional(inner)
    }
    assert.deepStrictEqual(listOf(properties), [
      "o: object required",
      "o.y: object required",
      "o.y.z: string required",
      "list: array<object> required",
      "either: object?"
    ])
  })

  const listings: ReadonlyArray<readonly [what: string, property: unknown, type: string, dialect?: Dialect.Dialect]> = [
    ["a union with null", optional({ type: "boolean" }, integer, text), "boolean|integer|string?"],
    ["an optional list", optional({ type: "array", items: integer }), "array<integer>?"],
    ["lists in a list", { type: "array", items: { type: "array", items: integer } }, "array<array<integer>> required"],
    ["the type null alone", { type: "null" }, "string required"],
    ["a schema in a schema", { schema: text }, "string required"],
    ["a list of types", { type: ["integer", "string"] }, "integer|string required"],
    ["a list of types with null", { type: ["string", "null"] }, "string?"],
    ["a reference among others", { anyOf: [{ $ref: "#/$defs/X" }, text] }, "any"],
    ["a reference or null", optional({ $ref: "#/$defs/X" }), "any?"],
    ["a file", binary, "string required", "bosa"],
    ["a file in 0.3", binary, "binary required", "bosa-0.3"],
    ["a file in gl", binary, "binary required", "gl"],
    ["files", { type: "array", items: binary }, "array<string> required", "bosa"],
    ["files in 0.3", { type: "array", items: binary }, "array<binary> required", "bosa-0.3"],
    ["a file or text", optional(binary, text), "string?", "bosa"],
    ["a file or text in gl", optional(binary, text), "binary|string?", "gl"]
  ]
  for (const [what, property, type, dialect] of listings) {
    it(`lists ${what} as ${type}`, () => {
      assert.deepStrictEqual(listOf({ x: property }, dialect), [`x: ${type}`])
    })
  }

  it("leaves out names that start with an underscore", () => {
    const action = actionOf({ _x: text, y: text })
    assert.deepStrictEqual(
      action.parameters.map((parameter) => parameter.name),
      ["y"]
    )
    assert.isFalse(action.declares("_x"))
    assert.isTrue(action.declares("y"))
    assert.isFalse(action.declares("toString"))
  })

  it("binaries lists the parameters that take only files", () => {
    assert.deepStrictEqual(actionOf({ x: binary }, {}, "bosa").binaries, ["x"])
    assert.deepStrictEqual(actionOf({ x: optional({ type: "array", items: binary }) }).binaries, ["x"])
    assert.deepStrictEqual(actionOf({ x: text, y: { type: "object", properties: { f: binary } } }).binaries, [])
  })
})

describe("a property without a type", () => {
  const untyped: ReadonlyArray<readonly [property: unknown, reason: RegExp]> = [
    [{ $ref: "#/$defs/X" }, /\$ref/],
    [{ oneOf: [text, integer] }, /oneOf/],
    [{ allOf: [text] }, /allOf/],
    [{ enum: ["a"] }, /enum/],
    [{ const: 1 }, /const/],
    [{}, /no type/],
    [true, /boolean schema/],
    [false, /boolean schema/],
    [null, /not a schema/],
    ["string", /not a schema/],
    [{ anyOf: [] }, /no type/],
    [{ anyOf: [{ type: "null" }] }, /only null/],
    [{ type: "array", items: {} }, /items/],
    [{ type: "array", items: { $ref: "#/$defs/X" } }, /items: \$ref/]
  ]
  for (const [property, reason] of untyped) {
    it(`leaves the others usable, and its value is sent unchanged: ${JSON.stringify(property)}`, () => {
      const action = actionOf({ r: property, y: text })
      assert.deepStrictEqual(
        action.parameters.map((parameter) => parameter.name),
        ["y"]
      )
      assert.isTrue(action.declares("r"))
      assert.strictEqual(action.skipped[0]?.name, "r")
      assert.match(action.skipped[0]?.reason ?? "", reason)
      for (const r of [1, " x ", "", null, [1, { a: null }], { deep: [" "] }]) {
        assert.deepStrictEqual(validated(action, { r, y: "1" }), { values: { r, y: "1" }, files: [], ignored: [] })
      }
      assert.deepStrictEqual(validated(action, { y: "1" }).values, { y: "1" })
    })
  }

  it("inside a nested object is listed with its path, and its value is sent unchanged", () => {
    const action = actionOf({ o: { type: "object", properties: { r: { $ref: "#" }, x: text } } })
    assert.deepStrictEqual(action.skipped, [{ name: "o.r", reason: "$ref" }])
    assert.deepStrictEqual(validated(action, { o: { x: "1", r: { any: 1 } } }).values, { o: { r: { any: 1 }, x: "1" } })
  })
})

describe("ActionSchema.make", () => {
  for (const parameters of [{}, { request: null }, { request: undefined }]) {
    it(`makes an action without parameters of ${JSON.stringify(parameters)}`, () => {
      const action = Either.getOrThrow(ActionSchema.make(parameters, { dialect: "gl" }))
      assert.deepStrictEqual(action.parameters, [])
      assert.deepStrictEqual(validated(action, { x: 1 }), { values: {}, files: [], ignored: [{ name: "x" }] })
    })
  }

  const unreadable: ReadonlyArray<readonly [parameters: unknown, reason: string]> = [
    [undefined, `"parameters" is missing`],
    [null, `"parameters" is not an object`],
    [[], `"parameters" is not an object`],
    [{ request: 1 }, `"parameters.request" is not an object`],
    [{ request: { x: 1 } }, `"parameters.request.schema" is missing`],
    [{ request: { schema: { type: "object" } } }, `"parameters.request.schema.properties" is missing`],
    [{ request: { schema: { properties: [] } } }, `"parameters.request.schema.properties" is not an object`]
  ]
  for (const [parameters, reason] of unreadable) {
    it(`refuses parameters that it cannot read: ${reason}`, () => {
      assert.deepStrictEqual(ActionSchema.make(parameters, { dialect: "bosa" }), Either.left(reason))
    })
  }

  it("reads a property on first use, and once", () => {
    let reads = 0
    const properties = {
      get x() {
        reads++
        return text
      }
    }
    const made = ActionSchema.make({ request: { schema: { properties } } }, { dialect: "bosa" })
    assert.strictEqual(reads, 0)
    const action = Either.getOrThrow(made)
    assert.deepStrictEqual(issuePaths(action, {}), ["x"])
    assert.deepStrictEqual(issuePaths(action, {}), ["x"])
    assert.strictEqual(reads, 1)
  })
})
