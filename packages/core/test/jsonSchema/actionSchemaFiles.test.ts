import * as ConnectorFile from "@effect-connectors/core/ConnectorFile"
import * as Dialect from "@effect-connectors/core/Dialect"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { actionOf, issuePaths, integer, optional, type Properties, validated, text } from "../support/actionKit.js"

const binary = { type: "string", format: "binary" }
const one = ConnectorFile.fromText("hello", { filename: "h.txt", contentType: "text/plain" })
const two = ConnectorFile.fromText("two", { filename: "2.txt" })

const properties = {
  file: binary,
  name: optional(text),
  n: optional(integer),
  tags: optional({ type: "array", items: text }),
  files: optional({ type: "array", items: binary }),
  either: optional({ type: "array", items: binary }, binary),
  meta: optional({ type: "object" }),
  list: optional({ type: "array" }),
  ref: { $ref: "#/$defs/X" },
  any: optional({ $ref: "#/$defs/X" }),
  o: optional({ type: "array", items: { type: "object", properties: { f: binary } } }),
  model: { anyOf: [{ type: "null" }], schema: text }
}
const action = actionOf(properties)

/** A file is missing otherwise. */
const withFile = (input: Properties) => ({ file: one, ...input })

describe("files", () => {
  for (const dialect of Dialect.all) {
    it(`are separate from the values, in the order of the input: ${dialect}`, () => {
      const cleaned = validated(actionOf(properties, {}, dialect), {
        files: [two, one],
        n: "5",
        file: one,
        name: " N "
      })
      assert.deepStrictEqual(cleaned.values, { name: "N", n: 5 })
      assert.deepStrictEqual(
        cleaned.files.map(([name, files, isList]) => [name, files.map((file) => file.filename), isList]),
        [
          ["files", ["2.txt", "h.txt"], true],
          ["file", ["h.txt"], false]
        ]
      )
      assert.strictEqual(cleaned.files[1]?.[1][0], one)
    })

    it.effect(`can be bytes, which have no filename: ${dialect}`, () =>
      Effect.gen(function* () {
        const bytes = Uint8Array.of(0, 255)
        const cleaned = validated(actionOf(properties, {}, dialect), { file: bytes, files: [bytes, one] })
        assert.deepStrictEqual(cleaned.values, {})
        const [[, [file] = []] = [], [, list = []] = []] = cleaned.files
        if (file === undefined) return assert.fail("no file")
        assert.strictEqual(file.filename, undefined)
        assert.strictEqual(yield* file.bytes, bytes)
        assert.deepStrictEqual(
          list.map((entry) => entry.filename),
          [undefined, "h.txt"]
        )
      })
    )
  }

  const placed: ReadonlyArray<readonly [name: string, value: unknown, isList: boolean]> = [
    ["either", one, false],
    ["either", [one, two], true],
    ["list", [one], true],
    ["ref", one, false],
    ["ref", [one, two], true],
    ["any", one, false],
    ["any", Uint8Array.of(1), false]
  ]
  for (const [name, value, isList] of placed) {
    it(`can be sent as \`${name}\`${isList ? " as a list" : ""}`, () => {
      const { files } = validated(action, withFile({ [name]: value }))
      assert.deepStrictEqual(
        files.map(([found, , list]) => [found, list]),
        [
          ["file", false],
          [name, isList]
        ]
      )
    })
  }

  it("under an unknown name are an issue, also without strict", () => {
    assert.deepStrictEqual(issuePaths(action, withFile({ zzz: one, yyy: [one] })), ["zzz", "yyy"])
    assert.deepStrictEqual(issuePaths(action, withFile({ zzz: one, yyy: [one] }), { strict: true }), ["zzz", "yyy"])
  })

  it("can be text, which stays among the values", () => {
    assert.deepStrictEqual(validated(action, { file: " hello ", files: ["a"] }), {
      values: { file: "hello", files: ["a"] },
      files: [],
      ignored: []
    })
    assert.deepStrictEqual(validated(action, withFile({ files: [] })).values, { files: [] })
  })

  const misplaced: ReadonlyArray<readonly [what: string, input: Properties, at: ReadonlyArray<string>]> = [
    ["none where one is required", { file: undefined }, ["file"]],
    ["at an integer", { n: one }, ["n"]],
    ["at a text", { name: one }, ["name"]],
    ["bytes at a text", { name: Uint8Array.of(1) }, ["name"]],
    ["at an object", { meta: one }, ["meta"]],
    ["in an object", { meta: { f: { g: one } } }, ["meta.f.g"]],
    ["bytes in an object", { meta: { f: Uint8Array.of(1) } }, ["meta.f"]],
    ["in an untyped property's value", { ref: { f: [one] } }, ["ref.f.0"]],
    ["in the objects of a list", { o: [{ f: "x" }, { f: one }] }, ["o.1.f"]],
    ["at a list of texts", { tags: [one] }, ["tags.0"]],
    ["in a mixed list", { tags: [one, "a"] }, ["tags.0"]],
    ["in a mixed list of files and texts", { files: [one, "a", two] }, ["files.0", "files.2"]],
    ["in a mixed untyped list", { list: [1, one] }, ["list.1"]],
    ["one where a list belongs", { files: one }, ["files"]],
    ["a list where one belongs", { file: [one, two] }, ["file"]],
    ["a number where a file belongs", { file: 5 }, ["file"]],
    ["an empty list where a file belongs", { file: [] }, ["file"]]
  ]
  for (const [what, input, at] of misplaced) {
    it(`are refused: ${what}`, () => {
      assert.deepStrictEqual(issuePaths(action, withFile(input)), at)
    })
  }
})
