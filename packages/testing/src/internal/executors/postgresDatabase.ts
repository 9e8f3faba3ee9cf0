import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import type * as Scope from "effect/Scope"
import type { ExecutorFailure } from "../../Executor.js"
import {
  type Database,
  failureOf,
  fromClient,
  messageOf,
  emptyResult,
  type Result,
  withRollback,
  type Session,
  unavailable
} from "./sqlDatabase.js"
import { parsers, toParameter } from "./sqlValues.js"

interface PgResult {
  readonly command: string
  readonly fields: ReadonlyArray<{ readonly name: string; readonly dataTypeID: number }>
  readonly rows: ReadonlyArray<unknown>
  readonly rowCount: number | null
}

interface PgClient {
  readonly query: (config: object) => Promise<PgResult | ReadonlyArray<PgResult>>
  readonly release: (broken?: boolean) => void
}

interface PgPool {
  readonly connect: () => Promise<PgClient>
  readonly end: () => Promise<void>
  readonly on: (event: "error", listener: () => void) => unknown
}

/** The part of the package `pg` that is used; `pg` is optional, so its types may be missing. */
interface PgModule {
  readonly Pool: new (config: object) => PgPool
  readonly types: { readonly getTypeParser: (type: number, format?: string) => (text: string) => unknown }
}

const isPgModule = (u: unknown): u is PgModule =>
  Predicate.hasProperty(u, "Pool") && typeof u.Pool === "function" && Predicate.hasProperty(u, "types")

const loadPg = Effect.tryPromise({
  try: async (): Promise<unknown> => {
    const specifier: string = "pg"
    return import(specifier)
  },
  catch: () => unavailable("DATABASE_URL needs the package pg: install it, or unset DATABASE_URL to use PGlite")
}).pipe(Effect.filterOrFail(isPgModule, () => unavailable("the package pg has no Pool: version 8 is needed")))

/** A PostgreSQL server. */
export const postgres = (url: string): Effect.Effect<Database, ExecutorFailure, Scope.Scope> =>
  Effect.gen(function* () {
    const { Pool, types } = yield* loadPg
    const pool = yield* Effect.acquireRelease(
      Effect.try({
        try: () => new Pool({ connectionString: url, max: 4, connectionTimeoutMillis: 10_000 }),
        catch: (error) => unavailable(`DATABASE_URL: ${messageOf(error)}`)
      }),
      (pool) => Effect.ignore(Effect.tryPromise(() => pool.end()))
    )
    // without a listener, an idle connection that breaks ends the process
    pool.on("error", () => {})
    const shape = {
      rowMode: "array",
      types: { getTypeParser: (type: number, format?: string) => parsers[type] ?? types.getTypeParser(type, format) }
    }
    const lastOf = (result: PgResult | ReadonlyArray<PgResult>): Result => {
      const one = "rows" in result ? result : result.at(-1)
      return one === undefined ? emptyResult : fromClient(one)
    }
    return {
      use: (work) =>
        Effect.tryPromise({
          try: async () => {
            const client = await pool.connect()
            let broken = true
            try {
              const session: Session = {
                run: async ({ params, sql }) =>
                  lastOf(await client.query({ ...shape, text: sql, values: params.map(toParameter) })),
                script: async (sql) => lastOf(await client.query({ ...shape, text: sql }))
              }
              const ended = await withRollback(session, (session) =>
                work(session).then(
                  (value) => ({ ok: true, value }) as const,
                  (error: unknown) => ({ ok: false, error }) as const
                )
              )
              broken = false
              if (ended.ok) return ended.value
              return await Promise.reject(ended.error)
            } finally {
              client.release(broken)
            }
          },
          catch: failureOf
        })
    }
  })
