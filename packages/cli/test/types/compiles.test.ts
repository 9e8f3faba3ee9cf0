import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Option from "effect/Option"
import { pull, type WriteOptions } from "../../src/internal/types/types.ts"
import { tenant } from "./support/arbitrary.ts"
import { compile, type compilers, folderOf, type Source } from "./support/compiler.ts"
import { sourceOf, type Tenant } from "./support/tenant.ts"

const text = { type: "string" }

/** `depth` objects in each other. */
const nested = (depth: number): unknown =>
  depth === 0 ? text : { type: "object", properties: { inner: nested(depth - 1) } }

const tree = {
  properties: { root: { anyOf: [{ $ref: "#/$defs/Node" }, { type: "null" }] } },
  $defs: {
    Node: {
      type: "object",
      properties: {
        value: text,
        children: { type: "array", items: { $ref: "#/$defs/Node" } },
        byName: { type: "object", additionalProperties: { $ref: "#/$defs/Node" } }
      },
      required: ["value"]
    },
    Chain: { anyOf: [{ $ref: "#/$defs/Link" }, text] },
    Link: { oneOf: [{ $ref: "#/$defs/Chain" }, { type: "integer" }] }
  }
}

const huge = {
  properties: Object.fromEntries(
    Array.from({ length: 3_000 }, (_, index) => [`field-${index}`, { type: "string", enum: ["a", "b", `c${index}`] }])
  )
}

/** What a generator would seldom find. */
const unusual: Tenant = {
  names: ["hub", "hub", "class", "empty", "Hub", "HUB"],
  connectors: {
    hub: {
      "list-items": { schema: { properties: { a: text } } },
      list_items: { schema: { properties: { b: text } } },
      listItems: { schema: { properties: { c: text } } },
      class: { docstring: "ends */ early", schema: { properties: { "*/": { ...text, description: "@ts-ignore" } } } },
      [`${"x".repeat(400)}`]: { schema: { properties: { [`${"y".repeat(400)}`]: text } } },
      tree: { schema: tree },
      huge: { schema: huge },
      values: { schema: { properties: { of: { enum: Array.from({ length: 5_000 }, (_, index) => `v${index}`) } } } },
      deep: { schema: { properties: { deep: nested(45) } } },
      upload: {
        schema: {
          properties: {
            file: { type: "string", format: "binary" },
            files: { type: "array", items: { type: "string", format: "binary" } }
          }
        }
      }
    },
    Hub: { "list-items": { schema: { properties: {} } } },
    HUB: {},
    class: { class: { schema: { properties: { class: text } } }, 名前: { schema: {} }, 表示: { schema: {} } },
    empty: {}
  },
  connections: { hub: { class: [{ name: "class", type: "STRING", required: true }], any: [] }, empty: {} }
}

const modes: ReadonlyArray<readonly [name: string, options: WriteOptions]> = [
  ["types", {}],
  ["functions and schemas", { functions: true, schemas: true }]
]

const count = 30

const generated = Array.from({ length: count }, (_, index): readonly [string, Tenant] => {
  const [sample] = FastCheck.sample(tenant(`#${index}`), { numRuns: 1, seed: 1_000 + index })
  return [`case-${index}`, sample ?? {}]
})

const texts = (folder: string, of: Tenant, options: WriteOptions) =>
  Effect.flatMap(sourceOf(of), (source) => pull(source, options)).pipe(
    Effect.map((files): ReadonlyArray<Source> => files.map(({ path, text }) => ({ path: `${folder}/${path}`, text }))),
    Effect.scoped
  )

describe("types pull: generated modules", () => {
  for (const [mode, options] of modes) {
    it.effect(`compile, written as ${mode}`, () =>
      Effect.gen(function* () {
        const known = yield* texts("known", unusual, options)
        const others = yield* Effect.forEach(generated, ([name, of]) => Effect.option(texts(name, of, options)))
        const read = others.flatMap(Option.toArray)
        // a tenant that cannot be read gives nothing: nearly all can
        assert.isAtLeast(read.length, count * 0.8)
        const folder = folderOf(mode.replaceAll(" ", "-"), [...known, ...read.flat()])
        for (const version of ["7.0", "5.9"] satisfies ReadonlyArray<keyof typeof compilers>) {
          assert.strictEqual((yield* compile(folder, version)).output, "", version)
        }
      })
    )
  }
})
