/** Schemas of any number of fields, and inputs for them. */
import * as Schema from "effect/Schema"

type Fields = Readonly<Record<string, unknown>>

interface Kind {
  readonly json: Fields
  /** The same with a rule, for strict validation. */
  readonly ruled?: Fields
  readonly effect: Schema.Schema.AnyNoContext
  readonly right: unknown
  readonly wrong: unknown
}

const text = { type: "string" }
const integer = { type: "integer" }

const kinds: ReadonlyArray<Kind> = [
  { json: text, effect: Schema.String, right: "text", wrong: 1 },
  { json: integer, effect: Schema.Int, right: 5, wrong: "x" },
  { json: { type: "number" }, effect: Schema.Number, right: 1.5, wrong: [] },
  { json: { type: "boolean" }, effect: Schema.Boolean, right: true, wrong: 7 },
  { json: { type: "array", items: text }, effect: Schema.Array(Schema.String), right: ["a", "b"], wrong: "x" },
  { json: { anyOf: [integer, { type: "null" }] }, effect: Schema.NullOr(Schema.Int), right: 7, wrong: "x" },
  {
    json: { type: "object", properties: { a: text, b: integer }, required: ["a", "b"] },
    effect: Schema.Struct({ a: Schema.String, b: Schema.Int }),
    right: { a: "x", b: 2 },
    wrong: { a: "x", b: "y" }
  },
  { json: { anyOf: [integer, text] }, effect: Schema.Union(Schema.Int, Schema.String), right: "s", wrong: {} },
  { json: text, ruled: { type: "string", maxLength: 20 }, effect: Schema.String, right: "2026-01-01", wrong: 1 },
  { json: integer, ruled: { type: "integer", minimum: 0, maximum: 100 }, effect: Schema.Int, right: 50, wrong: "x" }
]

const kindOf = (index: number): Kind =>
  kinds[index % kinds.length] ?? { json: text, effect: Schema.String, right: "", wrong: 1 }

const range = (size: number): ReadonlyArray<number> => Array.from({ length: size }, (_, index) => index)

const fieldsOf = <A>(size: number, prefix: string, part: (kind: Kind) => A): Readonly<Record<string, A>> =>
  Object.fromEntries(range(size).map((index) => [`${prefix}${index}`, part(kindOf(index))]))

/** As discovery gives it. Closed: a name that is not declared is an error to ajv too. */
export const jsonSchema = (size: number, strict: boolean, closed: boolean, prefix = "f"): Fields => ({
  type: "object",
  properties: fieldsOf(size, prefix, ({ json, ruled }) => ({ ...((strict && ruled) || json) })),
  required: range(size).map((index) => `${prefix}${index}`),
  ...(closed ? { additionalProperties: false } : {})
})

export const effectSchema = (size: number) => Schema.Struct(fieldsOf(size, "f", ({ effect }) => effect))

export type InputKind = "right" | "many shapes" | "built by key" | "1 wrong" | "5 wrong"

/** Sixteen inputs. Those that are parsed have one shape, or each its own order; those built by key are dictionaries from 20 fields on. */
export const inputsOf = (kind: InputKind, size: number, prefix = "f"): ReadonlyArray<Fields> =>
  range(16).map((round) => {
    const wrong = kind === "1 wrong" ? 1 : kind === "5 wrong" ? 5 : 0
    const input: Record<string, unknown> = {}
    for (const index of range(size)) {
      const { right, wrong: other } = kindOf(index)
      input[`${prefix}${index}`] = structuredClone(index < wrong ? other : right)
    }
    if (kind === "built by key") return input
    const names = Object.keys(input)
    const start = kind === "many shapes" ? round % size : 0
    const turned = [...names.slice(start), ...names.slice(0, start)].map((name) => [name, input[name]])
    const parsed: Fields = JSON.parse(JSON.stringify(Object.fromEntries(turned)))
    return parsed
  })
