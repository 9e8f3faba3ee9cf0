import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import type * as Scope from "effect/Scope"
import { ExecutorFailure } from "../../Executor.js"
import type { Statement } from "./sqlStatement.js"
import { parsers } from "./sqlValues.js"

/** The result of one statement. Rows are arrays: two columns may have the same name. */
export interface Result {
  readonly command: string
  readonly columns: ReadonlyArray<{ readonly name: string; readonly type: number }>
  readonly rows: ReadonlyArray<ReadonlyArray<unknown>>
  readonly rowCount: number
}

export interface Session {
  /** One statement with its values. */
  readonly run: (statement: Statement) => Promise<Result>
  /** Any number of statements without values; gives the result of the last one. */
  readonly script: (sql: string) => Promise<Result>
}

export interface Database {
  /** Runs work with a session of its own. A transaction that is left open is rolled back. */
  readonly use: <A>(work: (session: Session) => Promise<A>) => Effect.Effect<A, ExecutorFailure>
}

const nothing: Result = { command: "", columns: [], rows: [], rowCount: 0 }

const codeOf = (error: unknown): string =>
  Predicate.hasProperty(error, "code") && typeof error.code === "string" ? error.code : ""

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** Classes of SQLSTATE that are failures of the server, not of the statement. */
const serverFailureClass = /^(08|53|57|58|XX)/

const failureOf = (error: unknown): ExecutorFailure => {
  const code = codeOf(error)
  const message = messageOf(error)
  if (/^[0-9A-Z]{5}$/.test(code)) {
    return new ExecutorFailure({ status: serverFailureClass.test(code) ? 500 : 400, code, message })
  }
  return /^E[A-Z]+$/.test(code)
    ? new ExecutorFailure({ status: 502, code: "DATABASE_UNREACHABLE", message: `${code}: ${message}` })
    : new ExecutorFailure({ status: 400, code: "INVALID_PARAMETERS", message })
}

const rollingBack = async <A>(session: Session, work: (session: Session) => Promise<A>): Promise<A> => {
  try {
    return await work(session)
  } finally {
    await session.script("ROLLBACK")
  }
}

const unavailable = (message: string) => new ExecutorFailure({ status: 501, code: "DATABASE_UNAVAILABLE", message })

interface PgliteResult {
  readonly command?: string
  readonly fields: ReadonlyArray<{ readonly name: string; readonly dataTypeID: number }>
  readonly rows: ReadonlyArray<unknown>
  readonly affectedRows?: number
  readonly rowCount?: number
}

const isRow = (row: unknown): row is ReadonlyArray<unknown> => Array.isArray(row)

const fromClient = (result: {
  readonly command?: string | undefined
  readonly fields: PgliteResult["fields"]
  readonly rows: ReadonlyArray<unknown>
  readonly rowCount?: number | null | undefined
}): Result => ({
  command: result.command ?? "",
  columns: result.fields.map((field) => ({ name: field.name, type: field.dataTypeID })),
  rows: result.rows.filter(isRow),
  rowCount: result.rowCount ?? result.rows.length
})

/** A PostgreSQL in this process: in memory, or kept in a folder. */
export const pglite = (dataDir: string | undefined): Effect.Effect<Database, ExecutorFailure, Scope.Scope> =>
  Effect.gen(function* () {
    const { PGlite } = yield* Effect.tryPromise({
      try: () => import("@electric-sql/pglite"),
      catch: () => unavailable("sql connections need the package @electric-sql/pglite: install it, or set DATABASE_URL")
    })
    // callers use the one session in turn, so that none sees the transaction of another
    let last: Promise<unknown> = Promise.resolve()
    const inTurn = <A>(work: () => Promise<A>): Promise<A> => {
      const turn = last.then(work, work)
      last = turn.catch(() => undefined)
      return turn
    }
    const database = yield* Effect.acquireRelease(
      Effect.tryPromise({
        try: () => PGlite.create({ ...(dataDir === undefined ? {} : { dataDir }), parsers: { ...parsers } }),
        catch: (error) => unavailable(`PGlite did not start: ${messageOf(error)}`)
      }),
      (database) => Effect.ignore(Effect.tryPromise(() => inTurn(() => database.close())))
    )
    const session: Session = {
      run: async ({ params, sql }) => fromClient(await database.query(sql, [...params], { rowMode: "array" })),
      script: async (sql) => {
        const result = (await database.exec(sql, { rowMode: "array" })).at(-1)
        return result === undefined ? nothing : fromClient(result)
      }
    }
    return {
      use: (work) => Effect.tryPromise({ try: () => inTurn(() => rollingBack(session, work)), catch: failureOf })
    }
  })

interface PgResult {
  readonly command: string
  readonly fields: PgliteResult["fields"]
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
      return one === undefined ? nothing : fromClient(one)
    }
    return {
      use: (work) =>
        Effect.tryPromise({
          try: async () => {
            const client = await pool.connect()
            let broken = true
            try {
              const session: Session = {
                run: async ({ params, sql }) => lastOf(await client.query({ ...shape, text: sql, values: params })),
                script: async (sql) => lastOf(await client.query({ ...shape, text: sql }))
              }
              const ended = await rollingBack(session, (session) =>
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
