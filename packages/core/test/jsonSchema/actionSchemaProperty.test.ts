import type * as ActionSchema from "@effect-connectors/core/ActionSchema"
import * as ConnectorFile from "@effect-connectors/core/ConnectorFile"
import { assert, describe, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import * as Schema from "effect/Schema"
import { actionOf, type Properties } from "../support/actionKit.js"

const names = FastCheck.constantFrom("a", "b", "per_page", "o", "_hidden", "constructor", "__proto__", "toString")

const scalar = FastCheck.oneof(
  FastCheck.record({
    type: FastCheck.constantFrom("string", "integer", "number", "boolean", "object", "array", "weird")
  }),
  FastCheck.record({
    type: FastCheck.constant("string"),
    format: FastCheck.constantFrom("binary", "date", "email", "ipv6", "uri"),
    pattern: FastCheck.constantFrom("^a", "(", "^(a+)+$", "\\d")
  }),
  FastCheck.record({
    type: FastCheck.constantFrom("integer", "number"),
    minimum: FastCheck.integer({ min: -2, max: 2 }),
    multipleOf: FastCheck.constantFrom(0, 1, 0.1, 2)
  }),
  FastCheck.constantFrom<unknown>(
    { enum: ["a", 1, null] },
    { const: 1 },
    {},
    true,
    false,
    null,
    7,
    { $ref: "#" },
    { $ref: "#/$defs/D" },
    { $ref: "#/properties/a" },
    { $ref: "http://x" },
    { type: ["integer", "null"] },
    { type: [] },
    { type: 5 },
    { anyOf: 1 },
    { properties: 1, type: "object" },
    { items: [], type: "array" },
    { type: "null" }
  )
)

const { schema: schemas } = FastCheck.letrec<{ schema: unknown }>((tie) => ({
  schema: FastCheck.oneof(
    { maxDepth: 4, depthSize: "small", withCrossShrink: true },
    scalar,
    FastCheck.record({ type: FastCheck.constant("array"), items: tie("schema"), uniqueItems: FastCheck.boolean() }),
    FastCheck.record({
      type: FastCheck.constant("object"),
      properties: FastCheck.dictionary(names, tie("schema"), { maxKeys: 4 }),
      required: FastCheck.array(names, { maxLength: 2 }),
      additionalProperties: FastCheck.oneof(FastCheck.boolean(), tie("schema"))
    }),
    FastCheck.record({ anyOf: FastCheck.array(tie("schema"), { maxLength: 4 }) }),
    FastCheck.record({ anyOf: FastCheck.tuple(tie("schema"), FastCheck.constant({ type: "null" })) }),
    FastCheck.record({ oneOf: FastCheck.array(tie("schema"), { maxLength: 3 }), not: tie("schema") }),
    FastCheck.record({ allOf: FastCheck.array(tie("schema"), { maxLength: 3 }), schema: tie("schema") })
  )
}))

const file = ConnectorFile.fromText("x", { filename: "x.txt" })

const leaves = FastCheck.oneof(
  FastCheck.string(),
  FastCheck.double(),
  FastCheck.integer(),
  FastCheck.boolean(),
  FastCheck.constantFrom<unknown>(
    "12",
    " 5 ",
    "+1",
    "1.0",
    "1_000",
    "true",
    "off",
    "",
    "  ",
    "a",
    null,
    undefined,
    -0,
    1n,
    file,
    Uint8Array.of(1),
    new Date(0),
    new Map(),
    Symbol.iterator
  )
)

const { value: values } = FastCheck.letrec<{ value: unknown }>((tie) => ({
  value: FastCheck.oneof(
    { maxDepth: 4, depthSize: "small", withCrossShrink: true },
    leaves,
    FastCheck.array(tie("value"), { maxLength: 4 }),
    FastCheck.dictionary(names, tie("value"), { maxKeys: 5 })
  )
}))

const properties = FastCheck.dictionary(names, schemas, { maxKeys: 6 })
const inputs = FastCheck.dictionary(FastCheck.oneof(names, FastCheck.string({ maxLength: 4 })), values, { maxKeys: 6 })
const runs = { numRuns: 500, seed: 20260101 }

const each = (
  check: (action: ActionSchema.ActionSchema, input: Properties) => void
): { right: number; left: number } => {
  const seen = { right: 0, left: 0 }
  FastCheck.assert(
    FastCheck.property(properties, inputs, schemas, (all, input, D) => {
      const action = actionOf(all, { $defs: { D } }, "gl")
      if (Either.isRight(action.validate(input))) seen.right++
      else seen.left++
      check(action, input)
    }),
    runs
  )
  return seen
}

/** The input that gives the same result, when it was cleaned already. */
const again = (cleaned: ActionSchema.Cleaned): Properties => ({
  ...cleaned.values,
  ...Object.fromEntries(cleaned.files.map(([name, files, isList]) => [name, isList ? files : files[0]]))
})

describe("for any schema and any input", () => {
  it("nothing is thrown, and issues come with paths and fixes or not at all", () => {
    const seen = each((action, input) => {
      for (const strict of [false, true]) {
        const found = action.validate(input, { strict })
        if (Either.isRight(found)) continue
        assert.isNotEmpty(found.left)
        for (const issue of found.left) {
          assert.isNotEmpty(issue.message)
          assert.isNotEmpty(issue.fix)
        }
      }
      assert.isArray(action.parameters)
      assert.isArray(action.skipped)
      assert.isArray(action.unchecked)
      assert.isArray(action.binaries)
      assert.notProperty(Object.prototype, "polluted")
    })
    assert.isAbove(Math.min(seen.left, seen.right), 50)
  })

  it("what is sent is accepted again and gives the same", () => {
    each((action, input) => {
      const found = action.validate(input)
      if (Either.isLeft(found)) return
      const once = found.right
      const twice = Either.getOrThrow(action.validate(again(once)))
      assert.deepStrictEqual(twice.values, once.values)
      assert.deepStrictEqual(Object.keys(twice.values), Object.keys(once.values))
      assert.deepStrictEqual(twice.ignored, [])
      assert.strictEqual(twice.files.length, once.files.length)
    })
  })

  it("what is strictly right is right, and sent the same but for nulls that the schema asks for", () => {
    each((action, input) => {
      const strict = action.validate(input, { strict: true })
      if (Either.isLeft(strict)) return
      const cleaned = Either.getOrThrow(action.validate(input))
      assert.deepStrictEqual(Object.keys(cleaned.values), Object.keys(strict.right.values))
      assert.deepStrictEqual(cleaned.ignored, [])
    })
  })

  it("the Schema decodes what is accepted, to what is sent", () => {
    each((action, input) => {
      // a Schema leaves out what it does not know, files too, so that it can be extended
      const named = Object.fromEntries(Object.entries(input).filter(([name]) => action.declares(name)))
      const found = action.validate(named)
      const decoded = Schema.decodeUnknownEither(action.schema)(input)
      assert.strictEqual(Either.isRight(decoded), Either.isRight(found))
      if (Either.isLeft(found) || Either.isLeft(decoded)) return
      const known = found.right.files.filter(([name]) => action.declares(name))
      const files = Object.fromEntries(known.map(([name, all, isList]) => [name, isList ? all.length : 1]))
      for (const name of Object.keys(files)) assert.property(decoded.right, name)
      const rest = Object.fromEntries(
        Object.entries(decoded.right).filter(([name, value]) => value !== undefined && !Object.hasOwn(files, name))
      )
      assert.deepStrictEqual(rest, { ...found.right.values })
    })
  })
})
