import type { InputSchema } from "@effect-connectors/core/ActionTools"
import { BosaTest } from "@effect-connectors/testing/BosaTest"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { bosaFake, bosaOver, integer, ok, optional, row, type Rows, text } from "../support/bosaKit.js"

const schemaOf = Effect.fnUntraced(function* (action: Rows) {
  const bosa = yield* bosaOver(bosaFake({ act: action }, ok).client)
  const [tool] = yield* bosa.tools("demo")
  return tool?.inputSchema ?? assert.fail("no tool")
})

/** The schema of the one parameter `p`. */
const written = (p: unknown, more: Rows = {}) =>
  Effect.map(
    schemaOf(row({ p }, { request_body: { type: "object", properties: { p }, ...more } })),
    ({ properties }) => properties["p"]
  )

const objectOf = (properties: Rows, ...required: ReadonlyArray<string>): InputSchema => ({
  type: "object",
  properties,
  required,
  additionalProperties: false
})

const file = (description = "A file.") => ({
  type: "object",
  description,
  properties: {
    filename: { type: "string" },
    contentType: { type: "string", description: "Its media type, such as text/plain." },
    base64: { type: "string", contentEncoding: "base64" }
  },
  required: ["filename", "base64"],
  additionalProperties: false
})

describe("the schema of a tool", () => {
  it.effect("has the parameters at top level, and requires those that the server requires", () =>
    Effect.gen(function* () {
      const properties = { owner: text, dflt: { type: "string", default: "d" }, q: optional(text), n: integer }
      const body = { title: "ActRequest", type: "object", properties, required: ["q"] }
      const schema = yield* schemaOf(row(properties, { request_body: body }))
      assert.deepStrictEqual(schema, { ...objectOf(properties, "owner", "n"), title: "ActRequest" })
    })
  )

  it.effect("needs no request_body, and no parameters", () =>
    Effect.gen(function* () {
      for (const request_body of [undefined, null, "x", [], { properties: 7 }]) {
        const schema = yield* schemaOf(row({ x: text }, { request_body }))
        assert.deepStrictEqual(schema, objectOf({ x: text }, "x"))
        for (const parameters of [{}, { request: null }]) {
          assert.deepStrictEqual(yield* schemaOf(row({}, { request_body, parameters })), objectOf({}))
        }
      }
    })
  )

  it.effect("takes descriptions from request_body, but only for names that are sent", () =>
    Effect.gen(function* () {
      const described = { type: "string", description: "Whose.", minLength: 1, "x-order": 1, example: "ann" }
      const schema = yield* schemaOf(
        row(
          { owner: text, page: optional(integer) },
          { request_body: { properties: { owner: described, gone: text } } }
        )
      )
      assert.deepStrictEqual(schema.properties, {
        owner: { type: "string", description: "Whose.", minLength: 1 },
        page: optional(integer)
      })
      assert.deepStrictEqual(schema.required, ["owner"])
    })
  )

  it.effect("keeps the definitions that it refers to, and no others", () =>
    Effect.gen(function* () {
      const $defs = {
        Node: { type: "object", properties: { next: { $ref: "#/$defs/Node" }, kind: { $ref: "#/definitions/Kind" } } },
        Other: text
      }
      const properties = {
        a: { $ref: "#/$defs/Node" },
        b: optional({ $ref: "#/$defs/Missing" }),
        c: { $ref: "x.json" }
      }
      const request_body = { properties, $defs, definitions: { Kind: { enum: ["x", "y"] } } }
      const schema = yield* schemaOf(row(properties, { request_body }))
      assert.deepStrictEqual(schema.properties, { a: { $ref: "#/$defs/Node" }, b: optional({}), c: {} })
      assert.deepStrictEqual(schema.$defs, {
        Node: { type: "object", properties: { next: { $ref: "#/$defs/Node" }, kind: { $ref: "#/$defs/Kind" } } },
        Kind: { enum: ["x", "y"] }
      })
      assert.deepStrictEqual(schema.required, [])
    })
  )

  it.effect("keeps what any pointer into the document leads to, in circles too", () =>
    Effect.gen(function* () {
      const group = {
        type: "object",
        properties: { and: { type: "array", items: { $ref: "#/properties/filter/anyOf/0" } } }
      }
      const properties = {
        filter: { anyOf: [group, { type: "object", properties: { field: text }, required: ["field"] }] },
        one: { $ref: "#/properties/filter/anyOf/1" },
        "a/b": { type: "array", items: { type: "integer", minimum: 1 } },
        odd: { $ref: "#/properties/a~1b/items" },
        same: { allOf: [{ $ref: "#/properties/a~1b/items" }] },
        whole: { $ref: "#" },
        named: { $ref: "#/$defs/Page%5Bstr%5D" },
        nowhere: { $ref: "#/properties/filter/anyOf/2" },
        circle: { $ref: "#/properties/circle" },
        ring: { anyOf: [text, { $ref: "#/$defs/Ring" }] }
      }
      const $defs = {
        "Page[str]": { type: "object", title: "Page" },
        Ring: { allOf: [{ $ref: "#/$defs/Ring2" }] },
        Ring2: { $ref: "#/$defs/Ring" }
      }
      for (const request_body of [undefined, { properties, $defs }]) {
        const schema = yield* schemaOf(
          row(properties, { request_body, parameters: { request: { schema: { properties, $defs } } } })
        )
        const first = { $ref: "#/$defs/properties_filter_anyOf_0" }
        const and = { type: "object", properties: { and: { type: "array", items: first } } }
        const field = { type: "object", properties: { field: text }, required: ["field"] }
        assert.deepInclude(schema.properties, {
          filter: { anyOf: [and, field] },
          one: { $ref: "#/$defs/properties_filter_anyOf_1" },
          odd: { $ref: "#/$defs/properties_a_1b_items" },
          same: { allOf: [{ $ref: "#/$defs/properties_a_1b_items" }] },
          whole: { $ref: "#/$defs/root" },
          named: { $ref: "#/$defs/Page_5Bstr_5D" },
          nowhere: {},
          circle: {},
          ring: { anyOf: [text, {}] }
        })
        assert.deepInclude(schema.$defs, {
          properties_filter_anyOf_0: and,
          properties_filter_anyOf_1: field,
          properties_a_1b_items: { type: "integer", minimum: 1 },
          Page_5Bstr_5D: { type: "object", title: "Page" }
        })
        const names = Object.keys(schema.$defs ?? {})
        assert.strictEqual(new Set(names).size, names.length)
        // each reference leads to a definition
        const refs = JSON.stringify(schema).matchAll(/"\$ref":"#\/\$defs\/([^"]+)"/g)
        for (const [, name] of refs) assert.include(names, name)
      }
    })
  )

  it.effect("has names of its own for definitions that are called the same, and bears long chains of them", () =>
    Effect.gen(function* () {
      const requested = { a: { $ref: "#/$defs/X" }, b: { $ref: "#/definitions/X" } }
      const $defs: Rows = { X: text }
      const schema = yield* schemaOf(
        row(requested, {
          parameters: { request: { schema: { properties: requested, $defs, definitions: { X: integer } } } },
          request_body: { properties: { a: { $ref: "#/$defs/X" } }, $defs: { X: { type: "boolean" } } }
        })
      )
      const named = (name: string) => ({ $ref: `#/$defs/${name}` })
      assert.deepStrictEqual(schema.properties, { a: named("X"), b: named("X_2") })
      assert.deepStrictEqual(schema.$defs, { X: { type: "boolean" }, X_2: integer })
      const chain = Object.fromEntries(
        Array.from({ length: 20_000 }, (_, n) => [
          `D${n}`,
          { type: "object", properties: { next: { $ref: `#/$defs/D${n + 1}` } } }
        ])
      )
      const plain = Object.fromEntries(
        Array.from({ length: 20_000 }, (_, n) => [`P${n}`, { $ref: `#/$defs/P${n + 1}` }])
      )
      const start = { d: { $ref: "#/$defs/D0" }, p: { $ref: "#/$defs/P0" } }
      const long = yield* schemaOf(
        row(start, { parameters: { request: { schema: { properties: start, $defs: { ...chain, ...plain } } } } })
      )
      assert.isAbove(Object.keys(long.$defs ?? {}).length, 20_000)
    })
  )

  it.effect("reads nested objects as the server does, and leaves those in a union unchanged", () =>
    Effect.gen(function* () {
      const nested = { type: "object", properties: { x: text, y: optional(integer), _z: text }, required: ["y"] }
      const asSent = objectOf({ x: text, y: optional(integer) })
      assert.deepStrictEqual(yield* written(nested), asSent)
      assert.deepStrictEqual(yield* written({ type: "array", items: nested }), { type: "array", items: asSent })
      assert.deepStrictEqual(yield* written(optional(nested)), optional(nested))
      assert.deepStrictEqual(yield* written({ schema: nested }), asSent)
      assert.deepStrictEqual(yield* written({ type: "object", additionalProperties: integer }), {
        type: "object",
        additionalProperties: integer
      })
    })
  )

  it.effect("describes a file as an object that holds base64", () =>
    Effect.gen(function* () {
      const binary = { type: "string", format: "binary" }
      assert.deepStrictEqual(yield* written({ ...binary, description: "The logo.", title: "F" }), file("The logo."))
      assert.deepStrictEqual(yield* written(optional(binary)), { anyOf: [file(), { type: "null" }] })
      assert.deepStrictEqual(yield* written({ type: "array", items: binary }), { type: "array", items: file() })
      // no file can be sent from inside an object
      const inside = yield* written({ type: "object", properties: { f: binary } })
      assert.deepStrictEqual(inside, objectOf({ f: text }, "f"))
    })
  )

  it.effect("is valid for any description from the server", () =>
    Effect.gen(function* () {
      const cases: ReadonlyArray<readonly [given: unknown, made: unknown]> = [
        [{ type: "weird" }, text],
        [{ type: "null" }, text],
        [{ type: ["string", "weird", "null", "string"] }, { type: ["string", "null"] }],
        [{ type: [] }, {}],
        [{ type: "string", pattern: "(" }, text],
        [
          { type: "string", pattern: "^a+$", format: 7, title: 1, description: null },
          { ...text, pattern: "^a+$" }
        ],
        [
          { type: "integer", minimum: "0", exclusiveMinimum: true, multipleOf: 0, maximum: 9 },
          { ...integer, maximum: 9 }
        ],
        [{ type: "string", minLength: -1, maxLength: 1.5, enum: [], examples: "x" }, text],
        [
          { type: "string", enum: ["a"], const: "a", deprecated: "yes", nullable: true },
          { anyOf: [{ ...text, const: "a", enum: ["a"] }, { type: "null" }] }
        ],
        [{ anyOf: [text, { type: "null" }], nullable: true }, { anyOf: [text, { type: "null" }] }],
        [{ oneOf: [text, integer], nullable: true }, { anyOf: [{ oneOf: [text, integer] }, { type: "null" }] }],
        [{ type: ["string", "null"], nullable: true }, { type: ["string", "null"] }],
        [{ nullable: true }, {}],
        [
          { type: "array", items: [text], minItems: 1, uniqueItems: "no" },
          { type: "array", minItems: 1 }
        ],
        [{ type: "array", items: 7 }, { type: "array" }],
        [
          { oneOf: [text, 7], allOf: [], not: text },
          { oneOf: [text, {}], not: text }
        ],
        [
          { anyOf: [{ type: "object", required: [1, "a", "a"], properties: 7 }] },
          { anyOf: [{ type: "object", required: ["a"] }] }
        ],
        [true, true],
        [7, {}],
        [null, {}]
      ]
      for (const [given, made] of cases) assert.deepStrictEqual(yield* written(given), made, JSON.stringify(given))
    })
  )

  it.effect("has a bounded size for any description from the server", () =>
    Effect.gen(function* () {
      let deep: unknown = text
      for (let level = 0; level < 150; level++) deep = { type: "array", items: deep }
      const wide = { anyOf: Array.from({ length: 60_000 }, () => text) }
      for (const p of [deep, wide]) {
        const json = JSON.stringify(yield* written(p))
        assert.isAtMost(json.split('"string"').length, 50_001)
        assert.isBelow(json.split('"items"').length, 70)
      }
      const polluted: Rows = JSON.parse('{"__proto__":{"type":"string"},"constructor":{"type":"string"}}')
      const schema = yield* schemaOf(row(polluted))
      assert.deepStrictEqual([Object.keys(schema.properties), schema.required], [["constructor"], ["constructor"]])
    })
  )

  it.effect("is plain JSON and has no token parameter, for every action of the platform", () =>
    Effect.gen(function* () {
      const test = yield* BosaTest.make()
      const bosa = yield* bosaOver(test.client)
      const tools = yield* bosa.tools(["demo", "github", "notes"])
      assert.isAbove(tools.length, 15)
      for (const { inputSchema, name } of tools) {
        assert.deepStrictEqual(JSON.parse(JSON.stringify(inputSchema)), inputSchema, name)
        assert.notIncludeMembers(Object.keys(inputSchema.properties), ["token", "identifier", "timeout"], name)
        for (const required of inputSchema.required) assert.property(inputSchema.properties, required, name)
      }
    })
  )
})
