import { assert, describe, it } from "@effect/vitest"
import { Auth } from "@effect-connectors/core/Auth"
import { BosaApi } from "@effect-connectors/core/BosaApi"
import { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import { BosaTest } from "@effect-connectors/testing/BosaTest"
import { ConnectionsTest } from "@effect-connectors/testing/ConnectionsTest"
import { VirtualClock } from "@effect-connectors/testing/VirtualClock"
import * as World from "@effect-connectors/testing/World"
import * as esbuild from "esbuild"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { pull, type TypesFile, type WriteOptions } from "../../src/internal/types/types.ts"
import { folderOf } from "./support/compiler.ts"
import { sourceOf, type Tenant } from "./support/tenant.ts"

const text = { type: "string" }

const textOf = (files: ReadonlyArray<TypesFile>, path: string): string =>
  files.find((file) => file.path === path)?.text ?? ""

const pulled = (tenant: Tenant, options: WriteOptions = {}) =>
  Effect.scoped(Effect.flatMap(sourceOf(tenant), (source) => pull(source, options)))

const reversed = <A>(record: Readonly<Record<string, A>>): Readonly<Record<string, A>> =>
  Object.fromEntries(Object.entries(record).reverse())

const demo = Effect.gen(function* () {
  const bosa = yield* BosaApi
  const connections = yield* ConnectionsApi
  return yield* pull({ bosa, connections })
}).pipe(
  Effect.provide(
    Layer.merge(
      BosaApi.layer({ baseUrl: "http://localhost", dialect: "gl" }).pipe(
        Layer.provide(Auth.apiKey(Redacted.make("demo-key"))),
        Layer.provide(BosaTest.layer(World.demo))
      ),
      ConnectionsApi.layer({ baseUrl: "http://localhost" }).pipe(
        Layer.provide(Auth.serviceToken(Redacted.make("any"))),
        Layer.provide(ConnectionsTest.layer(World.demo))
      )
    )
  ),
  VirtualClock.provide
)

const issue: Tenant = {
  connectors: {
    github: {
      create_issue: {
        docstring: "Create an issue.\n\nIt is open.",
        schema: {
          properties: {
            title: { ...text, description: "What it is called." },
            state: { type: "string", enum: ["open", "closed"], default: "open" },
            labels: { type: "array", items: text, nullable: true },
            meta: { type: "object" },
            assignee: { type: "object", properties: { id: { type: "integer" } } }
          },
          required: ["title", "state", "labels", "meta", "assignee"]
        }
      },
      ping: { schema: { properties: {} } }
    }
  }
}

const many: Tenant = {
  connectors: {
    big: Object.fromEntries(
      Array.from({ length: 500 }, (_, action) => [
        `action_${action}`,
        {
          docstring: `Does the work number ${action}.`,
          schema: {
            properties: Object.fromEntries(
              Array.from({ length: 10 }, (_, field) => [
                `field_${action}_${field}`,
                field % 3 === 0
                  ? {
                      type: "string",
                      enum: ["open", "closed", `v${action}`],
                      description: `Field ${field} of ${action}.`
                    }
                  : { type: field % 3 === 1 ? "integer" : "string", description: `Field ${field} of ${action}.` }
              ])
            ),
            required: [`field_${action}_1`, `field_${action}_2`]
          }
        }
      ])
    )
  }
}

/** The bytes that a bundler keeps of a program, minified, with all packages left out. */
const kept = (folder: string, program: string) =>
  Effect.promise(async () => {
    writeFileSync(join(folder, "program.ts"), program)
    const { outputFiles } = await esbuild.build({
      entryPoints: [join(folder, "program.ts")],
      bundle: true,
      minify: true,
      format: "esm",
      packages: "external",
      treeShaking: true,
      write: false
    })
    return outputFiles[0]?.contents.length ?? 0
  })

describe("types pull", () => {
  it.effect("writes types with the descriptions, enums as unions, open objects, and null as optional", () =>
    Effect.gen(function* () {
      const module = textOf(yield* pulled(issue), "connectors/github.ts")
      assert.include(
        module,
        `/**
 * Create an issue.
 *
 * It is open.
 */
export type CreateIssueInput = {
  readonly assignee: {
    readonly id: number | bigint
  }
  readonly labels?: ReadonlyArray<string> | null | undefined
  readonly meta: {
    readonly [key: string]: unknown
  }
  readonly state?: "closed" | "open" | undefined
  /** What it is called. */
  readonly title: string
}
`
      )
      assert.include(module, "export type PingInput = Readonly<Record<string, never>>\n")
      assert.include(
        module,
        `export interface GithubActions {
  readonly "create_issue": CreateIssueInput
  readonly "ping": PingInput
}

declare module "@effect-connectors/core/GeneratedTypes" {
  interface ConnectorTypes {
    readonly "github": GithubActions
  }
}
`
      )
    })
  )

  it.effect("is the same text for the same tenant, in whatever order the server tells it", () =>
    Effect.gen(function* () {
      const github = issue.connectors?.["github"] ?? {}
      const shuffled: Tenant = {
        connectors: {
          github: reversed({
            ...github,
            create_issue: {
              docstring: "Create an issue.\n\nIt is open.",
              schema: {
                required: ["assignee", "meta", "labels", "state", "title"],
                properties: {
                  assignee: { properties: { id: { type: "integer" } }, type: "object" },
                  meta: { type: "object" },
                  labels: { anyOf: [{ type: "null" }, { type: "array", items: text }] },
                  state: { default: "open", enum: ["closed", "open", "closed"], type: "string" },
                  title: { description: "What it is called.", ...text }
                }
              }
            }
          })
        }
      }
      for (const options of [{}, { functions: true, schemas: true }] satisfies ReadonlyArray<WriteOptions>) {
        assert.deepStrictEqual(yield* pulled(shuffled, options), yield* pulled(issue, options))
      }
    })
  )

  it.effect("writes a module for each connector and connection of the demo world", () =>
    Effect.gen(function* () {
      const files = yield* demo
      assert.deepStrictEqual(
        files.map(({ path }) => path),
        [
          "connectors/demo.ts",
          "connectors/github.ts",
          "connectors/notes.ts",
          "connections/crm.ts",
          "connections/files.ts",
          "connections/old-crm.ts",
          "connections/warehouse.ts",
          "connections/web.ts",
          "types.lock.json"
        ]
      )
      assert.include(textOf(files, "connectors/demo.ts"), "readonly file: ConnectorFile | Uint8Array | string\n")
      assert.include(textOf(files, "connections/crm.ts"), "readonly id: number | bigint\n")
    })
  )

  it.effect("functions: a bundler keeps at most 500 bytes for one action of 500", () =>
    Effect.gen(function* () {
      const folder = folderOf("kept-functions", yield* pulled(many, { functions: true }))
      const program = (body: string) => kept(folder, body)
      const empty = yield* program("export {}")
      const one = yield* program('export { action7 } from "./connectors/big.js"')
      assert.isAbove(one, empty)
      assert.isAtMost(one - empty, 500)
    })
  )

  it.effect("schemas: a bundler keeps nothing of those that are not used", () =>
    Effect.gen(function* () {
      const folder = folderOf("kept-schemas", yield* pulled(many, { schemas: true }))
      const nothing = yield* kept(folder, 'import "./connectors/big.js"')
      const one = yield* kept(folder, 'export { Action7Input } from "./connectors/big.js"')
      assert.isAtMost(nothing, 60)
      assert.isAtMost(one, 1_500)
    })
  )

  it.effect("schemas: decode what the action takes, and refuse the rest", () =>
    Effect.gen(function* () {
      const folder = folderOf("run-schemas", yield* pulled(issue, { functions: true, schemas: true }))
      const module: unknown = yield* Effect.promise(() => import(join(folder, "connectors/github.ts")))
      const schema = Predicate.hasProperty(module, "CreateIssueInput") ? module.CreateIssueInput : undefined
      if (!Schema.isSchema(schema)) return assert.fail("there is no schema")
      const given = { title: "A bug", meta: { any: 1 }, assignee: { id: 7n }, labels: null, state: "open" }
      const isRight = Schema.is(Schema.make(schema.ast))
      assert.isTrue(isRight(given))
      assert.isTrue(isRight({ title: "A bug", meta: {}, assignee: { id: 7 } }))
      assert.isFalse(isRight({ ...given, state: "opened" }))
      assert.isFalse(isRight({ ...given, title: undefined }))
      assert.isFalse(isRight({ ...given, assignee: { id: "7" } }))
    })
  )
})
