import { assert, describe, it } from "@effect/vitest"
import { toStringUnknown } from "effect/Inspectable"
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

const number = { type: "number" }
const boolean = { type: "boolean" }

type Row = readonly [schema: unknown, given: unknown, becomes: unknown]

const accepted: ReadonlyArray<Row> = [
  ...[
    ["12", 12],
    [" 12 ", 12],
    ["+5", 5],
    ["-5", -5],
    ["1.0", 1],
    ["1.00", 1],
    ["+1.0", 1],
    ["1_000", 1000]
  ].map(([given, becomes]): Row => [integer, given, becomes]),
  [integer, "1_000.0", 1000],
  [integer, "007", 7],
  [integer, "-0", 0],
  [integer, -0, 0],
  [integer, 3.0, 3],
  [integer, true, 1],
  [integer, false, 0],
  [integer, 12n, 12],
  [integer, 9007199254740991, 9007199254740991],
  [integer, -9007199254740991n, -9007199254740991],
  [integer, "9007199254740993", 9007199254740993n],
  [integer, "-1_234_567_890_123_456_789.00", -1234567890123456789n],
  [integer, "+12345678901234567890123", 12345678901234567890123n],
  [integer, 9007199254740993n, 9007199254740993n],
  [number, "9007199254740993", 9007199254740993n],
  [number, "9007199254740993.0", 9007199254740993n],
  [number, 9007199254740993n, 9007199254740993n],
  [number, 12n, 12],
  [number, "9007199254740993.5", 9007199254740994],
  [number, "1e18", 1e18],
  [{ type: "object" }, { a: 9007199254740993n }, { a: 9007199254740993n }],
  [{ type: "array", items: integer }, ["9007199254740993"], [9007199254740993n]],
  [{ anyOf: [text, integer] }, 9007199254740993n, 9007199254740993n],
  [{ $ref: "#" }, 9007199254740993n, 9007199254740993n],
  [number, "1.5", 1.5],
  [number, "1e3", 1000],
  [number, "1E+3", 1000],
  [number, ".5", 0.5],
  [number, "5.", 5],
  [number, "-.5", -0.5],
  [number, "1_000.5", 1000.5],
  [number, "1e1_0", 1e10],
  [number, 2, 2],
  [number, true, 1],
  ...["true", "T", "YES", "y", "On", "1", 1, true].map((given): Row => [boolean, given, true]),
  ...["false", "f", "No", "N", "OFF", "0", 0, -0, false].map((given): Row => [boolean, given, false]),
  [text, "  x ", "x"],
  [text, "5", "5"],
  [{ type: "array", items: integer }, ["1", 2], [1, 2]],
  [{ type: "array", items: text }, [" a ", ""], [" a ", ""]],
  [{ type: "array", items: optional(integer) }, ["1", null], [1, null]],
  [{ type: "array", items: { type: "array", items: integer } }, [["1", 2], []], [[1, 2], []]],
  [{ type: "array" }, [1, "x", null, { a: null }], [1, "x", null, { a: null }]],
  [{ type: "object" }, { a: null, b: " x ", c: "" }, { a: null, b: " x ", c: "" }],
  [
    { type: "object", properties: {} },
    { a: null, b: 1 },
    { a: null, b: 1 }
  ],
  [{ anyOf: [integer, text] }, "5", "5"],
  [{ anyOf: [integer, text] }, 5, 5],
  [{ anyOf: [integer, text] }, true, 1],
  [{ anyOf: [boolean, integer, text] }, 1, 1],
  [{ anyOf: [boolean, integer, text] }, "true", "true"],
  [{ anyOf: [integer, number] }, "5", 5],
  [{ anyOf: [integer, number] }, "1.5", 1.5],
  [{ anyOf: [number, boolean] }, "true", true],
  [{ anyOf: [number, boolean] }, "1", 1],
  [
    {
      anyOf: [
        { type: "array", items: integer },
        { type: "array", items: text }
      ]
    },
    ["1"],
    ["1"]
  ],
  [{ anyOf: [{ type: "array", items: integer }, integer] }, ["1"], [1]],
  [{ anyOf: [{ type: "array", items: integer }, integer] }, "1", 1],
  [optional({ type: "object", properties: { x: text } }), { x: 1, junk: 2 }, { x: 1, junk: 2 }],
  [{ anyOf: [{ $ref: "#" }, integer] }, "5", "5"]
]

const refusedRows: ReadonlyArray<readonly [schema: unknown, given: unknown, at?: string]> = [
  ...["1.5", 1.5, "1e3", "0x10", "1.", ".0", "--5", "+-5", "+ 5", "1 000", "1__0", "_1", "1_", "1.0_0", "٣", "abc"].map(
    (given) => [integer, given] as const
  ),
  [integer, null],
  [integer, []],
  [integer, {}],
  // it has been rounded
  [integer, 2 ** 53],
  [integer, "9".repeat(4301)],
  [integer, NaN],
  [integer, Infinity],
  ...["nan", "inf", "-Infinity", "1e400", "0x10", "1e", "e5", ".", "_1", "1_", "1__0", "٣", NaN, -Infinity, {}].map(
    (given) => [number, given] as const
  ),
  ...["maybe", "1.0", "truely", 2, 0.5, [], {}, null].map((given) => [boolean, given] as const),
  ...[5, true, { a: 1 }, [], 5n, new Date(0), Symbol("s"), () => "x"].map((given) => [text, given] as const),
  [{ type: "array", items: integer }, "1,2"],
  [{ type: "array", items: integer }, { length: 0 }],
  [{ type: "array", items: integer }, ["x"], "x.0"],
  [{ type: "array", items: text }, ["a", null], "x.1"],
  [{ type: "array", items: boolean }, [" true "], "x.0"],
  [{ type: "array" }, [1, NaN], "x.1"],
  [{ type: "array" }, [undefined], "x.0"],
  [{ type: "array" }, new Set([1])],
  [{ type: "object" }, [1]],
  [{ type: "object" }, "{}"],
  [{ type: "object" }, new Map([["a", 1]])],
  [{ type: "object" }, new Date(0)],
  [{ type: "object" }, { a: [{ b: Infinity }] }, "x.a.0.b"],
  [{ type: "object" }, { a: () => 1 }, "x.a"],
  [{ type: "object" }, { a: new Map() }, "x.a"],
  [{ type: "object" }, { a: new Date(NaN) }, "x.a"],
  [{ $ref: "#" }, NaN],
  [{ $ref: "#" }, { a: NaN }, "x.a"],
  [{ anyOf: [{ $ref: "#" }, integer] }, { a: NaN }, "x.a"],
  [{ anyOf: [integer, text] }, 5.5],
  [{ anyOf: [integer, text] }, null],
  [{ anyOf: [integer, { type: "array", items: integer }] }, ["x"]],
  [{ anyOf: [text, { type: "object" }] }, { a: NaN }, "x.a"]
]

const show = (value: unknown): string => (typeof value === "string" ? `"${value}"` : toStringUnknown(value, 0))

describe("coercion", () => {
  for (const [schema, given, becomes] of accepted) {
    it(`${JSON.stringify(schema)} takes ${show(given)} as ${show(becomes)}`, () => {
      assert.deepStrictEqual(validated(actionOf({ x: schema }), { x: given }).values, { x: becomes })
    })
  }
  for (const [schema, given, at = "x"] of refusedRows) {
    it(`${JSON.stringify(schema)} refuses ${show(given)} at ${at}`, () => {
      assert.deepStrictEqual(issuePaths(actionOf({ x: schema }), { x: given }), [at])
    })
  }

  it("an object that JSON does not write by its fields is not an object parameter", () => {
    const schemas = [{ type: "object" }, { type: "object", properties: { y: optional(integer) } }]
    const odd = [
      new Map([["y", 1]]),
      new Set(),
      new Date(0),
      Promise.resolve({ y: 1 }),
      new ArrayBuffer(1),
      new Uint16Array(1)
    ]
    for (const schema of schemas) {
      for (const x of odd) assert.deepStrictEqual(issuePaths(actionOf({ x: schema }), { x }), ["x"])
    }
  })

  it("the message for a union names its types when they are few", () => {
    const forms = Array.from({ length: 60 }, (_, depth) => {
      let form: unknown = integer
      for (let i = 0; i < depth; i++) form = { type: "array", items: form }
      return form
    })
    const action = actionOf({ few: { anyOf: [integer, boolean] }, many: { anyOf: forms } })
    assert.deepStrictEqual(issueTexts(action, { few: {}, many: {} }), [
      "expected integer or boolean, got an object; pass integer or boolean",
      "expected one of 60 types, got an object; pass one of 60 types"
    ])
  })

  it("the message for text that is not a finite number says so", () => {
    for (const x of ["nan", "-inf", "Infinity", NaN]) {
      assert.deepStrictEqual(issueTexts(actionOf({ x: number }), { x }), ["has no form in JSON; pass a finite number"])
    }
  })

  it("an object with toJSON is sent inside plain data", () => {
    const when = new Date(0)
    assert.deepStrictEqual(validated(actionOf({ x: { type: "object" } }), { x: { when } }).values, { x: { when } })
  })

  it("a value that does not change is returned as the same object", () => {
    const list = ["a", "b"]
    const data = { a: [1] }
    const values = validated(actionOf({ list: { type: "array", items: text }, data: { type: "object" } }), {
      list,
      data
    }).values
    assert.strictEqual(values.list, list)
    assert.strictEqual(values.data, data)
  })
})

describe("ActionSchema.validate", () => {
  const action = actionOf({ owner: text, q: optional(text), page: optional(integer), any: optional({ $ref: "#" }) })
  const cleaned: ReadonlyArray<readonly [input: Properties, values: Properties]> = [
    [{ owner: "  o  ", q: "" }, { owner: "o" }],
    [{ owner: "o", q: "   " }, { owner: "o" }],
    [
      { owner: "o", q: null, page: 1 },
      { owner: "o", page: 1 }
    ],
    [{ owner: "o", page: "" }, { owner: "o" }],
    [{ owner: "o", q: undefined }, { owner: "o" }],
    [{ owner: "o", any: null }, { owner: "o" }],
    [
      { page: " 2 ", q: "x", owner: "o" },
      { owner: "o", q: "x", page: 2 }
    ]
  ]
  for (const [input, values] of cleaned) {
    it(`${JSON.stringify(input)} is sent as ${JSON.stringify(values)}`, () => {
      const found = validated(action, input).values
      assert.deepStrictEqual(found, values)
      assert.deepStrictEqual(Object.keys(found), Object.keys(values))
    })
  }

  for (const owner of ["", null, undefined, "   ", "\n\t"]) {
    it(`refuses a required text of ${JSON.stringify(owner)}`, () => {
      assert.deepStrictEqual(issuePaths(action, { owner, q: "a" }), ["owner"])
    })
  }

  it("lists every missing parameter, in the order of the schema", () => {
    const required = actionOf({ a: text, b: integer, c: { type: "object" }, d: { type: "array" }, e: optional(text) })
    assert.deepStrictEqual(issuePaths(required, {}), ["a", "b", "c", "d"])
  })

  it("drops the unknown and null fields of a nested object, in the order of its schema", () => {
    const nested = actionOf({ o: { type: "object", properties: { x: text, y: optional(integer), z: text } } })
    const { ignored, values } = validated(nested, { o: { z: "", zz: 2, y: null, x: " 1 " } })
    assert.strictEqual(JSON.stringify(values), `{"o":{"x":" 1 ","z":""}}`)
    assert.deepStrictEqual(ignored, [{ name: "o.zz" }])
  })

  it("lists every issue with its path", () => {
    const nested = actionOf({
      i: integer,
      arr: { type: "array", items: integer },
      o: { type: "object", properties: { y: integer, p: { type: "object", properties: { q: boolean } } } },
      rows: { type: "array", items: { type: "object", properties: { id: integer } } }
    })
    const input = { i: "abc", arr: ["x", 1, "y"], o: { y: "no", p: {} }, rows: [{ id: 1 }, { id: [] }, 3] }
    assert.deepStrictEqual(issuePaths(nested, input), ["i", "arr.0", "arr.2", "o.y", "o.p.q", "rows.1.id", "rows.2"])
  })

  it("shows no value in its issues: it may be secret", () => {
    const all = actionOf({
      i: integer,
      f: number,
      b: boolean,
      s: text,
      arr: { type: "array", items: integer },
      u: { anyOf: [integer, boolean] },
      o: { type: "object", properties: { x: integer } },
      e: { type: "string", enum: ["a"], pattern: "^a$", format: "email" }
    })
    const secret = "CANARY"
    const inputs = [
      { i: secret, f: secret, b: secret, s: { secret }, arr: [secret], u: secret, o: { x: secret }, e: secret },
      { i: { secret }, f: [secret], b: { secret }, s: [secret], arr: secret, u: [secret], o: secret, e: [secret] }
    ]
    for (const input of inputs) {
      for (const strict of [false, true]) {
        const said = issueTexts(all, input, { strict })
        assert.isAtLeast(said.length, 7)
        assert.notInclude(said.join(), secret)
      }
    }
  })

  it("says what was expected, what was given, and what to do", () => {
    const action = actionOf({ i: integer, when: text, list: { type: "array", items: text }, o: { type: "object" } })
    assert.deepStrictEqual(issueTexts(action, { i: "abc", when: new Date(0), list: "a", o: [1] }), [
      "expected an integer, got text that is not a whole number; pass a whole number, or text that is one",
      "expected a string, got a Date; pass its `toISOString()`",
      "expected an array, got a string; pass an array, even for one element",
      "expected an object, got an array; pass a plain object"
    ])
  })
})

describe("an unknown name", () => {
  const action = actionOf({ per_page: optional(integer), owner: text, repository: optional(text) })

  it("is dropped and reported with the nearest name", () => {
    const { ignored, values } = validated(action, { owner: "o", perPage: 5, repositry: "r", wholly_different: 1 })
    assert.deepStrictEqual(values, { owner: "o" })
    assert.deepStrictEqual(ignored, [
      { name: "perPage", nearest: "per_page" },
      { name: "repositry", nearest: "repository" },
      { name: "wholly_different" }
    ])
  })

  it("is dropped for any value", () => {
    const odd = { a: null, b: NaN, c: () => 1, d: new Map(), e: new Uint8Array(1), f: [new Uint8Array(1)] }
    const { files, ignored, values } = validated(action, { owner: "o", ...odd })
    assert.deepStrictEqual(values, { owner: "o" })
    assert.deepStrictEqual(files, [])
    assert.deepStrictEqual(
      ignored.map((entry) => entry.name),
      Object.keys(odd)
    )
  })

  it("is an issue in strict validation", () => {
    assert.deepStrictEqual(issuePaths(action, { owner: "o", perPage: 5, zzz: 1 }, { strict: true }), ["perPage", "zzz"])
    assert.include(issueTexts(action, { owner: "o", ownr: 1 }, { strict: true }).join(), "did you mean owner?")
  })

  it("of a nested object is an issue in strict validation", () => {
    const nested = actionOf({ o: { type: "object", properties: { x: text } } })
    assert.deepStrictEqual(issuePaths(nested, { o: { x: "1", xx: 1 } }, { strict: true }), ["o.xx"])
  })
})
