import { assert, describe, it } from "@effect/vitest"
import * as Either from "effect/Either"
import { actionOf, integer, issueTexts, optional, type Properties, text, validated } from "../support/actionKit.js"

const strict = { strict: true }

const shop = {
  name: { type: "string", maxLength: 20 },
  count: { type: "integer", minimum: 0 },
  ratio: { type: "number" },
  open: { type: "boolean" },
  tags: { type: "array", items: text, uniqueItems: true },
  owner: { type: "object", properties: { id: text, age: optional(integer) }, required: ["id"] },
  key: { anyOf: [integer, text] },
  more: optional({ type: "object" }),
  any: { $ref: "#/$defs/Any" }
}

const action = actionOf(shop, { $defs: { Any: { enum: ["x", 1, null] } } })

const right = {
  name: "n",
  count: 5,
  ratio: 1.5,
  open: true,
  tags: ["a", "b"],
  owner: { id: "i", age: 7 },
  key: "k",
  more: { list: [1, { deep: null }] },
  any: null
}

/** An object whose properties are counted when they are read, however deep. */
const counted = (value: object, count: () => void): object =>
  new Proxy(value, {
    get: (target, name, receiver) => {
      count()
      const part: unknown = Reflect.get(target, name, receiver)
      return typeof part === "object" && part !== null ? counted(part, count) : part
    }
  })

describe("ActionSchema.validate, an input with nothing to clean", () => {
  for (const options of [{}, strict]) {
    it(`is the result itself, not a copy: ${JSON.stringify(options)}`, () => {
      assert.strictEqual(validated(action, right, options).values, right)
      const { more: _, ...without } = right
      assert.strictEqual(validated(action, without, options).values, without)
    })
  }

  const cleaned: ReadonlyArray<readonly [what: string, input: Properties]> = [
    ["names in another order", Object.fromEntries(Object.entries(right).reverse())],
    ["a text with white space", { ...right, name: " n" }],
    ["a text that is only white space at its end", { ...right, name: "n\u00a0" }],
    ["a text for a number", { ...right, count: "5" }],
    ["-0 for an integer", { ...right, count: -0 }],
    ["a bigint that a number holds", { ...right, count: 5n }],
    ["a null that is left out", { ...right, more: null }],
    ["an undefined value", { ...right, more: undefined }],
    ["an unknown name", { ...right, color: 1 }],
    ["a nested unknown name", { ...right, owner: { id: "i", color: 1 } }],
    ["a nested null that is left out", { ...right, owner: { id: "i", age: null } }],
    ["nested fields in another order", { ...right, owner: { age: 7, id: "i" } }],
    ["inherited names", Object.create(right)],
    ["no prototype", Object.assign(Object.create(null), right)]
  ]
  for (const [what, input] of cleaned) {
    it(`one with ${what} is not: what is sent is made for it`, () => {
      const found = action.validate(input)
      if (Either.isLeft(found)) return assert.deepStrictEqual(Object.keys(input), [])
      assert.notStrictEqual(found.right.values, input)
      const order = Object.keys(right).filter((name) => Object.hasOwn(found.right.values, name))
      assert.deepStrictEqual(Object.keys(found.right.values), order)
    })
  }

  it("the parts that need no cleaning are not copied", () => {
    const { values } = validated(action, { ...right, count: "5" })
    assert.strictEqual(values.tags, right.tags)
    assert.strictEqual(values.owner, right.owner)
    assert.deepStrictEqual(values, right)
    assert.deepStrictEqual(Object.keys(values), Object.keys(right))
  })
})

describe("ActionSchema.validate, the schema", () => {
  for (const options of [{}, strict]) {
    it(`is read once, on first use: ${JSON.stringify(options)}`, () => {
      let reads = 0
      const properties = Object.fromEntries(
        Object.entries(shop).map(([name, schema]) => [name, counted(schema, () => reads++)])
      )
      const lazy = actionOf(properties, { $defs: { Any: {} } })
      assert.strictEqual(reads, 0)
      validated(lazy, right, options)
      const first = reads
      assert.isAbove(first, 0)
      for (const input of [right, { ...right, count: "5" }, { ...right, count: [] }, {}]) lazy.validate(input, options)
      assert.strictEqual(reads, first)
    })
  }
})

describe("ActionSchema.validate, rules that lead back to themselves", () => {
  const self = { $ref: "#/properties/a" }
  const circles: ReadonlyArray<readonly [what: string, schema: Properties]> = [
    ["in a reference", self],
    ["in `not`", { not: self }],
    ["in `not`, twice", { not: { not: self } }],
    ["in `if`", { if: self, else: {} }],
    ["in `anyOf`, after a form that does not fit", { anyOf: [integer, self] }],
    ["in `oneOf`, after two forms that fit", { oneOf: [text, text, self] }],
    ["in `allOf`, after a rule that is broken", { allOf: [integer, self] }],
    ["in `oneOf` within `anyOf`, before a form that fits", { anyOf: [{ oneOf: [text, text, self] }, text] }]
  ]
  for (const [what, schema] of circles) {
    it(`the input is refused, not accepted unchecked: ${what}`, () => {
      assert.isNotEmpty(issueTexts(actionOf({ a: schema }), { a: "x" }, strict))
    })
  }
})
