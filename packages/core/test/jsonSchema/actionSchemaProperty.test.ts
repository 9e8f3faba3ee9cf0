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

/** Runs a property; `check` says whether the input was accepted, so that the rest of the property was checked. */
const countAccepted = (
  check: (action: ActionSchema.ActionSchema, input: Properties) => boolean
): { readonly accepted: number; readonly refused: number } => {
  let accepted = 0
  FastCheck.assert(
    FastCheck.property(properties, inputs, schemas, (all, input, D) => {
      if (check(actionOf(all, { $defs: { D } }, "gl"), input)) accepted++
    }),
    runs
  )
  return { accepted, refused: runs.numRuns - accepted }
}

/** The part of an input that the action declares. */
const declaredPart = (action: ActionSchema.ActionSchema, input: Properties): Properties =>
  Object.fromEntries(Object.entries(input).filter(([name]) => action.declares(name)))

/** A cleaned input as an input. */
const inputOf = (cleaned: ActionSchema.Cleaned): Properties => ({
  ...cleaned.values,
  ...Object.fromEntries(cleaned.files.map(([name, files, isList]) => [name, isList ? files : files[0]]))
})

describe("action schema, for any schema and any input", () => {
  it("validate throws nothing, and each issue has a message and a fix", () => {
    const count = countAccepted((action, input) => {
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
      return Either.isRight(action.validate(input))
    })
    assert.isAbove(count.accepted, 150)
    assert.isAbove(count.refused, 200)
  })

  it("validate accepts its own result and returns it unchanged", () => {
    const { accepted } = countAccepted((action, input) => {
      const found = action.validate(input)
      if (Either.isLeft(found)) return false
      const once = found.right
      const twice = Either.getOrThrow(action.validate(inputOf(once)))
      assert.deepStrictEqual(twice.values, once.values)
      assert.deepStrictEqual(Object.keys(twice.values), Object.keys(once.values))
      assert.deepStrictEqual(twice.ignored, [])
      assert.strictEqual(twice.files.length, once.files.length)
      return true
    })
    assert.isAbove(accepted, 150)
  })

  it("an input that strict validation accepts is accepted without it too, with the same names", () => {
    const { accepted } = countAccepted((action, input) => {
      const checked = [input, declaredPart(action, input)].map((each) => {
        const strict = action.validate(each, { strict: true })
        if (Either.isLeft(strict)) return false
        const cleaned = Either.getOrThrow(action.validate(each))
        assert.deepStrictEqual(Object.keys(cleaned.values), Object.keys(strict.right.values))
        assert.deepStrictEqual(cleaned.ignored, [])
        return true
      })
      return checked.includes(true)
    })
    assert.isAbove(accepted, 150)
  })

  it("the Schema decodes what validate accepts, to the values that are sent", () => {
    const count = countAccepted((action, input) => {
      // a Schema leaves out unknown names, files too, so that it can be extended
      const found = action.validate(declaredPart(action, input))
      const decoded = Schema.decodeUnknownEither(action.schema)(input)
      assert.strictEqual(Either.isRight(decoded), Either.isRight(found))
      if (Either.isLeft(found) || Either.isLeft(decoded)) return false
      const known = found.right.files.filter(([name]) => action.declares(name))
      const files = Object.fromEntries(known.map(([name, all, isList]) => [name, isList ? all.length : 1]))
      for (const name of Object.keys(files)) assert.property(decoded.right, name)
      const rest = Object.fromEntries(
        Object.entries(decoded.right).filter(([name, value]) => value !== undefined && !Object.hasOwn(files, name))
      )
      assert.deepStrictEqual(rest, { ...found.right.values })
      return true
    })
    assert.isAbove(count.accepted, 150)
    assert.isAbove(count.refused, 200)
  })
})
