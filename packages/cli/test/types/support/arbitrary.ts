import * as FastCheck from "effect/FastCheck"
import type { Tenant, TenantAction } from "./tenant.ts"

type Json = unknown

const oddNames = [
  "list-items",
  "list_items",
  "listItems",
  "LIST_ITEMS",
  "class",
  "delete",
  "__proto__",
  "constructor",
  "toString",
  "1st",
  "42",
  "名前",
  "naïve café",
  "🚀",
  'quote"d',
  "back\\slash",
  "new\nline",
  "line\u2028separator",
  "*/ end",
  "@ts-expect-error",
  "${injected}",
  "`tick`",
  " ",
  "a.b[0]",
  "input",
  "bosa",
  "Schema",
  "ReadonlyArray",
  "x".repeat(400),
  `${"y".repeat(399)}z`
]

const name = FastCheck.oneof(
  FastCheck.constantFrom(...oddNames),
  FastCheck.string({ minLength: 1, maxLength: 12 }),
  FastCheck.string({ minLength: 1, maxLength: 6, unit: "binary" })
)

const oddDescriptions = [
  "ends */ early",
  "*/ export const injected: never = 1 /*",
  "@ts-expect-error",
  "* @ts-ignore",
  "/** nested */",
  "line one\n\n  line two\r\n@ts-nocheck\u2028three",
  "\u0000 control \u202e reversed",
  "",
  "a ".repeat(3_000)
]

const description = FastCheck.oneof(FastCheck.constantFrom(...oddDescriptions), FastCheck.string({ maxLength: 30 }))

const scalar = FastCheck.oneof(
  FastCheck.string({ maxLength: 6 }),
  FastCheck.constantFrom("*/", "a\nb", "\u2028", '"'),
  FastCheck.integer(),
  FastCheck.double({ noNaN: true, noDefaultInfinity: true }),
  FastCheck.boolean(),
  FastCheck.constant(null)
)

const described = (schema: FastCheck.Arbitrary<Json>): FastCheck.Arbitrary<Json> =>
  FastCheck.tuple(schema, FastCheck.option(description, { freq: 2 }), FastCheck.boolean()).map(([of, text, nullable]) =>
    typeof of === "object" && of !== null
      ? { ...of, ...(text === null ? {} : { description: text }), ...(nullable ? { nullable } : {}) }
      : of
  )

const definitions = ["Node", "list-items", "class"]

const { schema } = FastCheck.letrec<{ schema: Json; leaf: Json; object: Json }>((tie) => ({
  leaf: FastCheck.oneof(
    FastCheck.constantFrom<Json>(
      { type: "string" },
      { type: "integer" },
      { type: "number" },
      { type: "boolean" },
      { type: "null" },
      { type: "object" },
      { type: "array" },
      { type: "string", format: "binary" },
      { type: ["string", "null"] },
      { type: "mystery" },
      { type: "object", additionalProperties: true },
      {},
      true,
      false,
      null,
      "odd"
    ),
    FastCheck.record({ type: FastCheck.constant("string"), enum: FastCheck.array(scalar, { maxLength: 5 }) }),
    FastCheck.record({
      enum: FastCheck.array(FastCheck.oneof(scalar, FastCheck.constant({ a: 1 })), { maxLength: 5 })
    }),
    FastCheck.record({ const: scalar }),
    FastCheck.record({ type: FastCheck.constant("integer"), default: FastCheck.integer() }),
    FastCheck.constantFrom(...definitions, "nowhere").map((to) => ({ $ref: `#/$defs/${to}` })),
    FastCheck.constant({ $ref: "#" })
  ),
  object: FastCheck.tuple(
    FastCheck.dictionary(name, tie("schema"), { maxKeys: 5 }),
    FastCheck.option(FastCheck.array(name, { maxLength: 3 })),
    FastCheck.option(FastCheck.oneof(FastCheck.boolean(), tie("schema")))
  ).map(([properties, required, additionalProperties]) => ({
    type: "object",
    properties,
    ...(required === null ? {} : { required }),
    ...(additionalProperties === null ? {} : { additionalProperties })
  })),
  schema: FastCheck.oneof(
    { depthSize: "small", withCrossShrink: true },
    described(tie("leaf")),
    described(tie("object")),
    FastCheck.record({ type: FastCheck.constant("array"), items: tie("schema") }),
    FastCheck.record({
      type: FastCheck.constant("array"),
      prefixItems: FastCheck.array(tie("schema"), { maxLength: 3 })
    }),
    FastCheck.constantFrom("anyOf", "oneOf", "allOf").chain((keyword) =>
      FastCheck.array(tie("schema"), { maxLength: 4 }).map((members) => ({ [keyword]: members }))
    ),
    FastCheck.tuple(tie("object"), tie("schema")).map(([object, member]) => ({
      ...(typeof object === "object" ? object : {}),
      allOf: [member]
    }))
  )
}))

const action: FastCheck.Arbitrary<TenantAction> = FastCheck.record({
  docstring: description,
  schema: FastCheck.record({
    type: FastCheck.constant("object"),
    properties: FastCheck.dictionary(name, schema, { maxKeys: 6 }),
    required: FastCheck.array(name, { maxLength: 3 }),
    $defs: FastCheck.record({
      Node: schema,
      "list-items": schema,
      class: FastCheck.constant({ anyOf: [{ $ref: "#/$defs/class" }, { $ref: "#/$defs/Node" }, { type: "string" }] })
    })
  })
})

const field = FastCheck.oneof(
  FastCheck.record(
    {
      name,
      type: FastCheck.constantFrom("STRING", "NUMBER", "date-time", "LIST", "OBJECT", "BOOLEAN", "LONG", "MYSTERY"),
      required: FastCheck.boolean(),
      description,
      enum: FastCheck.array(scalar, { maxLength: 4 })
    },
    { requiredKeys: [] }
  ),
  name
)

/** What a server could have. Names of connectors and connections end in `suffix`, so that many can stand in one program. */
export const tenant = (suffix: string): FastCheck.Arbitrary<Tenant> => {
  const owner = name.map((text) => `${text.replaceAll("/", "-")}${suffix}`)
  return FastCheck.record({
    connectors: FastCheck.dictionary(owner, FastCheck.dictionary(name, action, { maxKeys: 5 }), { maxKeys: 4 }),
    connections: FastCheck.dictionary(
      owner,
      FastCheck.dictionary(name, FastCheck.array(field, { maxLength: 5 }), { maxKeys: 3 }),
      {
        maxKeys: 3
      }
    )
  })
}
