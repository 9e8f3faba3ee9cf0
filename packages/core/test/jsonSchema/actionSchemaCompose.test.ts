import * as ConnectorFile from "@effect-connectors/core/ConnectorFile"
import { assert, describe, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as JSONSchema from "effect/JSONSchema"
import * as Schema from "effect/Schema"
import { actionOf, integer, optional, text } from "../support/actionKit.js"

const action = actionOf({
  owner: text,
  page: optional(integer),
  tags: optional({ type: "array", items: integer }),
  o: optional({ type: "string", format: "binary" }),
  ref: { $ref: "#/$defs/X" },
  at: { type: "object", properties: { x: integer } }
})

describe("ActionSchema.schema", () => {
  it("is made once", () => {
    assert.strictEqual(action.schema, action.schema)
  })

  it("drops every value of an action without parameters", () => {
    const { schema } = actionOf({})
    assert.deepStrictEqual(Schema.decodeUnknownSync(schema)({ x: 1 }), {})
    assert.isTrue(Either.isLeft(Schema.decodeUnknownEither(schema)(1)))
  })

  it("decodes as `validate` does, with files among the values", () => {
    const file = ConnectorFile.fromText("x")
    const decoded = Schema.decodeUnknownSync(action.schema)({
      owner: " ann ",
      page: "2",
      tags: null,
      o: file,
      ref: " as it is ",
      at: { x: "1", more: 1 },
      unknown: 1
    })
    assert.deepStrictEqual(decoded, {
      owner: "ann",
      page: 2,
      tags: undefined,
      o: file,
      ref: " as it is ",
      at: { x: 1 }
    })
  })

  it("names the path and the reason of an issue, and not the value", () => {
    const decode = Schema.decodeUnknownEither(action.schema, { errors: "all" })
    const found = decode({ owner: "", page: "CANARY", at: { x: "CANARY" }, tags: ["CANARY", 1, "CANARY"] })
    if (Either.isRight(found)) return assert.fail("accepted")
    const { message } = found.left
    assert.notInclude(message, "CANARY")
    for (const part of ["is required", `["page"]`, `["at"]`, `["x"]`, `["tags"]`, `["2"]`, "expected an integer"]) {
      assert.include(message, part)
    }
  })

  it("encodes a decoded value unchanged", () => {
    const decoded = Schema.decodeUnknownSync(action.schema)({ owner: "ann", page: "2", at: { x: 1 } })
    assert.deepStrictEqual(Schema.encodeSync(action.schema)(decoded), { owner: "ann", page: 2, at: { x: 1 } })
  })

  it("can be extended, and used inside another Schema", () => {
    const labelled = Schema.extend(action.schema, Schema.Struct({ label: Schema.NonEmptyString }))
    const input = { owner: "ann", at: { x: "1" }, label: "l" }
    assert.deepStrictEqual(Schema.decodeUnknownSync(labelled)(input), { owner: "ann", at: { x: 1 }, label: "l" })
    assert.isTrue(Either.isLeft(Schema.decodeUnknownEither(labelled)({ ...input, label: "" })))
    const many = Schema.Array(action.schema)
    assert.deepStrictEqual(Schema.decodeUnknownSync(many)([{ owner: "a", at: { x: 1 } }]), [
      { owner: "a", at: { x: 1 } }
    ])
  })

  it("has a JSON Schema", () => {
    assert.deepInclude(JSONSchema.make(action.schema), {
      type: "object",
      required: ["owner", "at"],
      properties: {
        owner: { type: "string" },
        page: { anyOf: [{ type: "integer" }, { type: "null" }] },
        tags: { anyOf: [{ type: "array", items: { type: "integer" } }, { type: "null" }] },
        o: { anyOf: [{ type: "string", format: "binary" }, { type: "null" }] },
        ref: { $id: "/schemas/unknown", title: "unknown" },
        at: { type: "object", properties: { x: { type: "integer" } }, required: ["x"] }
      }
    })
  })
})
