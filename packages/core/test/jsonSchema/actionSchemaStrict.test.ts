import { assert, describe, it } from "@effect/vitest"
import {
  actionOf,
  issueTexts,
  issuePaths,
  integer,
  optional,
  type Properties,
  validated,
  text
} from "../support/actionKit.js"

const strict = { strict: true }

const $defs = {
  Color: { enum: ["red", "green"] },
  Point: { type: "object", properties: { x: integer, y: integer }, required: ["x"], additionalProperties: false },
  Tree: {
    type: "object",
    properties: { value: integer, children: { type: "array", items: { $ref: "#/$defs/Tree" } } }
  },
  "a/b c": { type: "integer" },
  Loop: { $ref: "#/$defs/Loop" },
  Fork: { anyOf: [{ $ref: "#/$defs/Fork" }, { $ref: "#/$defs/Fork" }] }
}

interface Rule {
  readonly schema: unknown
  readonly fits: ReadonlyArray<unknown>
  readonly misses: ReadonlyArray<readonly [value: unknown, at: string]>
}

const format = (name: string, fits: ReadonlyArray<string>, misses: ReadonlyArray<string>): Rule => ({
  schema: { type: "string", format: name },
  fits,
  misses: misses.map((value) => [value, "x"])
})

const at = (...values: ReadonlyArray<unknown>) => values.map((value) => [value, "x"] as const)

const rules: ReadonlyArray<Rule> = [
  { schema: { $ref: "#/$defs/Color" }, fits: ["red"], misses: at("blue", 1, null) },
  { schema: { $ref: "#/definitions/Old" }, fits: [1], misses: at("1", 1.5) },
  { schema: { $ref: "#/$defs/a~1b%20c" }, fits: [1], misses: at("a") },
  {
    schema: { $ref: "#/$defs/Point" },
    fits: [{ x: 1 }, { x: 1, y: 2 }],
    misses: [
      [{}, "x.x"],
      [{ y: "2" }, "x.x|x.y"],
      [{ x: 1, yy: 2 }, "x.yy"],
      ["p", "x"]
    ]
  },
  {
    schema: { $ref: "#/$defs/Tree" },
    fits: [{ value: 1, children: [{ value: 2, children: [] }] }],
    misses: [[{ value: 1, children: [{ children: [{ value: "x" }] }] }, "x.children.0.children.0.value"]]
  },
  { schema: { oneOf: [text, integer] }, fits: ["a", 1], misses: at(1.5, null, []) },
  { schema: { oneOf: [integer, { type: "number", minimum: 5 }] }, fits: [1, 5.5], misses: at(7, 1.5) },
  { schema: { allOf: [{ minLength: 2 }, { maxLength: 3 }] }, fits: ["ab", 5], misses: at("a", "abcd") },
  { schema: { anyOf: [{ type: "integer", minimum: 5 }, text] }, fits: [5, "x"], misses: at(4) },
  { schema: optional({ type: "integer", minimum: 5 }), fits: [5, "6", null], misses: at(4, "4") },
  {
    schema: optional({ type: "object", properties: { x: integer }, additionalProperties: false }),
    fits: [{ x: 1 }],
    misses: [
      [{ x: "1" }, "x.x"],
      [{ z: 1 }, "x.z"]
    ]
  },
  { schema: { type: "string", enum: ["a", "b"] }, fits: ["a", " b "], misses: at("c") },
  { schema: { type: "integer", enum: [1, 2] }, fits: [1, "2"], misses: at(3) },
  { schema: { enum: [{ a: 1, b: 2 }, null] }, fits: [{ b: 2, a: 1 }, null], misses: at({ a: 1 }, "null") },
  { schema: { const: [1] }, fits: [[1]], misses: at([2], 1) },
  { schema: { not: text }, fits: [1], misses: at("a") },
  {
    schema: { if: { type: "string" }, then: { minLength: 2 }, else: { type: "integer" } },
    fits: ["ab", 1],
    misses: at("a", 1.5)
  },
  { schema: false, fits: [], misses: at(1, null) },
  { schema: true, fits: [1, null, {}], misses: [] },
  { schema: { type: "number", minimum: 1, maximum: 2 }, fits: [1, 2, "1.5"], misses: at(0.99, 2.01) },
  { schema: { type: "number", exclusiveMinimum: 1, exclusiveMaximum: 2 }, fits: [1.5], misses: at(1, 2) },
  { schema: { type: "number", minimum: 1, exclusiveMinimum: true }, fits: [1.5], misses: at(1) },
  { schema: { type: "number", multipleOf: 0.1 }, fits: [0.3, 1, 0], misses: at(0.35) },
  { schema: { type: "integer", multipleOf: 0 }, fits: [1], misses: [] },
  { schema: { type: "string", minLength: 2, maxLength: 3 }, fits: ["ab", "😀😀😀"], misses: at("a", "😀", "abcd") },
  { schema: { type: "string", pattern: "^[a-z]{2}\\d+$" }, fits: ["ab1"], misses: at("ab", "AB1") },
  { schema: { type: "array", minItems: 1, maxItems: 2 }, fits: [[1]], misses: at([], [1, 2, 3]) },
  {
    schema: { type: "array", uniqueItems: true },
    fits: [[1, "1"]],
    misses: at(
      [1, 1],
      [
        { a: 1, b: 2 },
        { b: 2, a: 1 }
      ]
    )
  },
  {
    schema: { type: "array", items: { type: "integer", minimum: 1 } },
    fits: [["1", 2]],
    misses: [[[1, 0, "-1"], "x.1|x.2"]]
  },
  { schema: { type: "array", prefixItems: [text, integer] }, fits: [["a", 1, null]], misses: [[["a", "b"], "x.1"]] },
  {
    schema: { type: "object", additionalProperties: integer, maxProperties: 2 },
    fits: [{ a: 1 }],
    misses: [
      [{ a: "1" }, "x.a"],
      [{ a: 1, b: 2, c: 3 }, "x"]
    ]
  },
  {
    schema: { type: "object", patternProperties: { "^s_": text }, additionalProperties: false, minProperties: 1 },
    fits: [{ s_a: "b" }],
    misses: [
      [{ s_a: 1 }, "x.s_a"],
      [{ t: 1 }, "x.t"],
      [{}, "x"]
    ]
  },
  {
    schema: { type: "object", properties: { a: text, b: optional(text) }, required: ["a", "b"] },
    fits: [{ a: "1", b: "2" }, { a: "1", b: null }, { a: "1" }],
    misses: [[{ b: "2" }, "x.a"]]
  },
  format("date", ["2024-02-29", "2000-02-29"], ["2023-02-29", "1900-02-29", "2024-13-01", "2024-1-1", "x"]),
  format("time", ["10:20:30Z", "10:20:30.5+02:00"], ["24:00:00Z", "10:20", "10:20:30"]),
  format("date-time", ["2024-01-01T10:20:30Z"], ["not-a-date", "2024-01-01", "2024-02-30T10:20:30Z"]),
  format("duration", ["P1D", "PT1H30M", "P2W"], ["P", "PT", "1D"]),
  format("email", ["a.b+c@d-e.org"], ["a", "@b.c", "a@", "a b@c.d", ".a@b.c", "a@-b.c"]),
  format("hostname", ["a.b-c.org", "localhost"], ["-a.b", "a..b", "a_b"]),
  format("ipv4", ["127.0.0.1", "255.255.255.255"], ["256.0.0.1", "1.2.3", "1.2.3.4.", "01.2.3.4"]),
  format("ipv6", ["::1", "2001:db8::8a2e:370:7334"], ["1.2.3.4", "::1::", "12345::"]),
  format("uri", ["https://a.b/c?d#e", "mailto:a@b.c"], ["/a/b", "a b", "http://a b"]),
  format("uuid", ["6ba7b810-9dad-11d1-80b4-00c04fd430c8"], ["6ba7b810", "6ba7b8109dad11d180b400c04fd430c8"]),
  format("no such format", ["anything"], [])
]

const short = (value: unknown) => JSON.stringify(value) ?? "undefined"

describe("strict validation", () => {
  for (const { fits, misses, schema } of rules) {
    // next to the property, so that `required` says nothing of it
    const action = actionOf({ x: schema, other: optional(text) }, { $defs, definitions: { Old: integer } })
    for (const value of fits) {
      it(`${short(schema)} takes ${short(value)}`, () => {
        assert.deepStrictEqual(
          Object.keys(validated(action, { x: value }, strict).values),
          value === null && action.parameters.length > 1 ? [] : ["x"]
        )
      })
    }
    for (const [value, paths] of misses) {
      it(`${short(schema)} refuses ${short(value)} at ${paths}`, () => {
        assert.strictEqual(issuePaths(action, { x: value }, strict).join("|"), paths)
      })
    }
  }

  it("coerces first, and sends what was coerced", () => {
    const action = actionOf({ x: { type: "integer", minimum: 10 }, o: { type: "object", properties: { y: integer } } })
    assert.deepStrictEqual(validated(action, { x: " 12 ", o: { y: "1" } }, strict).values, { x: 12, o: { y: 1 } })
  })

  it("is off by default", () => {
    const action = actionOf({
      e: { type: "string", enum: ["a"] },
      d: { type: "string", format: "date" },
      n: { type: "integer", minimum: 5 },
      r: { $ref: "#/$defs/Color" }
    })
    assert.deepStrictEqual(validated(action, { e: "z", d: "z", n: 1, r: 1 }).values, { e: "z", d: "z", n: 1, r: 1 })
  })

  it("lists the allowed values in its fix", () => {
    const action = actionOf({ e: { type: "string", enum: ["a", "b"] }, n: { type: "integer", maximum: 5 } })
    assert.deepStrictEqual(issueTexts(action, { e: "z", n: 9 }, strict), [
      `is not one of the allowed values; pass one of "a", "b"`,
      "is over 5; pass 5 or less"
    ])
  })

  it("reports the issues of the alternative that was meant", () => {
    const cat = { type: "object", properties: { kind: { const: "cat" }, lives: integer }, required: ["kind"] }
    const action = actionOf({ pet: { oneOf: [cat, text] } })
    assert.deepStrictEqual(issuePaths(action, { pet: { kind: "cat", lives: "9" } }, strict), ["pet.lives"])
  })
})

it("strict validation: `required` counts own fields only", () => {
  const action = actionOf({ x: { $ref: "#/$defs/C" } }, { $defs: { C: { required: ["constructor"] } } })
  assert.deepStrictEqual(issuePaths(action, { x: {} }, strict), ["x.constructor"])
})

describe("a rule that strict validation cannot check", () => {
  const notes: ReadonlyArray<readonly [schema: Properties, reason: RegExp, value: unknown]> = [
    [{ $ref: "https://example.org/schema.json" }, /not fetched/, 1],
    [{ $ref: "other.json#/a" }, /not fetched/, 1],
    [{ $ref: "#/$defs/Nowhere" }, /leads nowhere/, 1],
    [{ $ref: "#/$defs/constructor" }, /leads nowhere/, 1],
    [{ $ref: "#/$defs/%E0%A4%A" }, /leads nowhere/, 1],
    [{ type: "string", pattern: "(" }, /does not compile/, "a"],
    [{ type: "string", pattern: "a)" }, /does not compile/, "a"],
    [{ type: "string", pattern: "^(a+)+$" }, /within a repetition/, `${"a".repeat(50)}!`],
    [{ type: "string", pattern: "^(a|a)*$" }, /within a repetition/, `${"a".repeat(50)}!`],
    [{ type: "string", pattern: "^((a?){2}){2,30}$" }, /within a repetition/, "a"],
    [{ type: "string", pattern: "^(.*)\\1$" }, /refers back/, "a"],
    [{ type: "string", pattern: `^${"a?".repeat(40)}${"a".repeat(40)}$` }, /varies too much/, "a".repeat(39)],
    [{ type: "string", pattern: `^${"a*".repeat(9)}b` }, /varies too much/, "a".repeat(300)],
    [{ type: "string", pattern: "a{5000}" }, /repeats too often/, "a"],
    [{ type: "string", pattern: "a".repeat(2000) }, /too long/, "a"],
    [
      { type: "object", patternProperties: { "(": text }, additionalProperties: false },
      /names does not compile/,
      { a: 1 }
    ]
  ]
  for (const [schema, reason, value] of notes) {
    it(`is listed in unchecked, and accepts every value: ${short(schema).slice(0, 60)}`, () => {
      const action = actionOf({ x: schema }, { $defs })
      assert.deepStrictEqual(
        action.unchecked.map((note) => note.name),
        ["x"]
      )
      assert.match(action.unchecked[0]?.reason ?? "", reason)
      assert.deepStrictEqual(validated(action, { x: value }, strict).values, { x: value })
    })
  }

  it("is not listed when the rule can be checked", () => {
    assert.deepStrictEqual(
      actionOf({ x: { $ref: "#/$defs/Tree" }, y: { type: "string", pattern: "^a+$" } }, { $defs }).unchecked,
      []
    )
  })

  it("a text that is too long for its pattern is refused, and the pattern does not run", () => {
    const action = actionOf({ x: { type: "string", pattern: "\\d+.*x" } })
    assert.deepStrictEqual(validated(action, { x: "12x" }, strict).values, { x: "12x" })
    assert.include(issueTexts(action, { x: "1".repeat(50_000) }, strict).join(), "too long")
    assert.deepStrictEqual(validated(action, { x: "1".repeat(50_000) }).values, { x: "1".repeat(50_000) })
  })

  it("any pointer into the document is followed, in circles too", () => {
    const filter = {
      anyOf: [
        { type: "object", properties: { and: { type: "array", items: { $ref: "#/properties/filter/anyOf/0" } } } },
        { type: "object", properties: { field: text }, required: ["field"] }
      ]
    }
    const action = actionOf({
      filter,
      again: { $ref: "#/properties/filter" },
      second: { $ref: "#/properties/filter/anyOf/1" },
      "a/b~c d": integer,
      odd: { $ref: "#/properties/a~1b~0c%20d" },
      self: { type: "object", properties: { inner: { $ref: "#/properties/self" }, n: integer } },
      whole: { $ref: "#" }
    })
    assert.deepStrictEqual(action.unchecked, [])
    const accepted = { "a/b~c d": 1, self: { n: 1 }, filter: { and: [{ and: [] }] } }
    validated(action, { ...accepted, again: { field: "f" }, second: { field: "f" }, odd: 7, whole: { odd: 7 } }, strict)
    for (const [name, value, path] of [
      ["second", { and: [] }, "second.field"],
      ["odd", "x", "odd"],
      ["whole", { odd: "x" }, "whole.odd"],
      ["self", { n: 1, inner: { inner: { n: "x" } } }, "self.inner.inner.n"]
    ] as const) {
      assert.deepStrictEqual(issuePaths(action, { ...accepted, [name]: value }, strict), [path], name)
    }
    assert.deepStrictEqual(issuePaths(action, { ...accepted, again: { and: [{ and: [7] }] } }, strict).length, 1)
  })

  it("references that never end are refused after a limit", () => {
    for (const name of ["Loop", "Fork"]) {
      const action = actionOf({ x: { $ref: `#/$defs/${name}` } }, { $defs })
      assert.isAbove(issuePaths(action, { x: 1 }, strict).length, 0)
    }
  })
})
