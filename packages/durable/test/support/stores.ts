import { skipsPostgres, startPostgres } from "../../../sim/src/durable/postgres.js"
import * as Reactivity from "@effect/experimental/Reactivity"
import * as PgClient from "@effect/sql-pg/PgClient"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { StoreFailed } from "../../src/DurableError.js"
import type { JobStore } from "../../src/internal/store/jobStore.js"
import { makeMemoryStore } from "../../src/internal/store/memoryStore.js"
import { openPostgres } from "../../src/internal/store/postgres.js"
import { openSqlite } from "../../src/internal/store/sqlite.js"

/** One kind of store. */
export class Stores extends Context.Tag("test/Stores")<
  Stores,
  {
    /** Two stores on one table, which this empties: the same one where only one process can have it. */
    readonly two: Effect.Effect<readonly [JobStore, JobStore], StoreFailed, Scope.Scope>
  }
>() {}

/** A folder that the end of the scope removes. */
export const temporaryFolder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "effect-connectors-durable-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

const twice = (store: JobStore) => [store, store] as const

const memory = Layer.succeed(Stores, { two: Effect.map(makeMemoryStore, twice) })

// sqlite.test.ts has files
const sqlite = Layer.succeed(Stores, { two: Effect.map(openSqlite(":memory:"), twice) })

const postgres = Layer.scoped(
  Stores,
  Effect.gen(function* () {
    const { url } = yield* startPostgres
    const sql = yield* Effect.provide(PgClient.make({ url, maxConnections: 1 }), Reactivity.layer)
    const open = Effect.map(openPostgres({ url }), ({ store }) => store)
    const both = yield* Effect.all([open, open])
    return { two: Effect.as(Effect.orDie(sql`truncate effect_connectors_jobs`), both) }
  })
)

interface Kind {
  readonly name: string
  readonly layer: Layer.Layer<Stores, unknown>
  readonly isSkipped: boolean
}

/** The kinds there are. */
export const kinds: ReadonlyArray<Kind> = [
  { name: "memory", layer: memory, isSkipped: false },
  { name: "SQLite", layer: sqlite, isSkipped: false },
  { name: "PostgreSQL", layer: postgres, isSkipped: skipsPostgres() }
]

/** What a row of work starts with. */
export const row = (key: string, bucket = 0) => ({
  key,
  bucket,
  digest: `digest of ${key}`,
  work: `{"key":${JSON.stringify(key)}}`,
  ref: null,
  state: "new" as const
})
