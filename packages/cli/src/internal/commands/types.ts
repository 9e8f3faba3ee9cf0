/**
 * `types`.
 */
import * as Options from "@effect/cli/Options"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { type Failure, TypesDrifted, UsageError } from "../failure.js"
import { type Group, onTenant as on } from "../operation.js"
import type { Drift } from "../types/types.js"
import type { Written } from "../types/folder.js"
import * as View from "../view.js"
import * as take from "./arguments.js"

// nothing else needs it
const generator = Effect.promise(() => import("../types/types.js"))
const folderModule = Effect.promise(() => import("../types/folder.js"))

const out = Options.text("out").pipe(
  Options.withDescription("The folder of the types"),
  Options.withDefault("connectors-types")
)

const repeated = (name: string, about: string) =>
  Options.text(name).pipe(Options.withDescription(about), Options.repeated)

const given = (names: ReadonlyArray<string>): ReadonlyArray<string> | undefined =>
  names.length === 0 ? undefined : names

const differences = View.rows<Drift>({
  breaking: ({ breaking }) => (breaking ? "breaking" : "compatible"),
  of: ({ name, owner }) => `${owner} ${name}`,
  action: ({ action }) => action,
  field: ({ path }) => path,
  change: ({ change }) => change,
  before: ({ before }) => before,
  after: ({ after }) => after
})

const difference: View.View<Drift> = {
  json: (drift) => drift,
  text: (drift) => differences.text([drift], { isTable: false })
}

const drifted = (drifts: ReadonlyArray<Drift>): TypesDrifted => {
  const breaking = drifts.filter((drift) => drift.breaking).length
  const all = `${drifts.length} ${drifts.length === 1 ? "difference" : "differences"}, ${breaking} breaking`
  return new TypesDrifted({ message: `the types are not what the tenant has (${all}): run \`connectors types pull\`` })
}

export const types: Group = {
  name: "types",
  summary: "Types of what a tenant has, for TypeScript",
  commands: [
    on.one({
      name: "pull",
      summary: "Write types of all actions, one module for each connector and connection",
      takes: {
        out,
        connector: repeated("connector", "A connector of BOSA to read, in place of all; more than once for more"),
        connection: repeated(
          "connection",
          "The slug of a connection to read, in place of all; more than once for more"
        ),
        functions: take.flag(
          "functions",
          "Write a typed function for each action, in place of types for existing calls"
        ),
        schemas: take.flag("schemas", "Write values of effect/Schema too")
      },
      run: ({ connection, connector, functions, out, schemas }, tenant) =>
        Effect.gen(function* () {
          const { pull } = yield* generator
          const { writeFolder } = yield* folderModule
          const source = { ...tenant, connectors: given(connector), slugs: given(connection) }
          return yield* writeFolder(out, yield* pull(source, { functions, schemas }))
        }),
      view: View.rows({ change: ({ change }: Written) => change, path: ({ path }) => path })
    }),
    on.each({
      name: "check",
      summary: "Compare the types with what the tenant has now, and end with 10 where they differ",
      takes: { out },
      run: ({ out }, tenant) =>
        Stream.unwrap(
          Effect.gen(function* () {
            const { check } = yield* generator
            const { readFolder } = yield* folderModule
            const drifts = yield* Effect.catchTag(check(tenant, yield* readFolder(out)), "TypesUnreadable", (error) =>
              Effect.fail(new UsageError({ message: `--out ${out}: ${error.message}` }))
            )
            const end: Stream.Stream<never, Failure> = drifts.length === 0 ? Stream.empty : Stream.fail(drifted(drifts))
            return Stream.concat(Stream.fromIterable(drifts), end)
          })
        ),
      view: difference
    })
  ]
}
