import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import type * as Scope from "effect/Scope"
import type { ExecutorFailure } from "../../Executor.js"
import {
  brokenFailure,
  type Database,
  emptyResult,
  failureOf,
  fromClient,
  limitFailure,
  messageOf,
  type Result,
  type Session,
  unavailable,
  type Work,
  workOutcome
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
  /** The process of the session at the server. */
  readonly processID?: number | null
}

interface PgPool {
  readonly connect: () => Promise<PgClient>
  readonly end: () => Promise<void>
  readonly on: (event: "error" | "connect", listener: (value: unknown) => void) => unknown
}

/** The part of the package `pg` that is used; `pg` is optional, so its types may be missing. */
export interface PgModule {
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

const ignore = (): void => undefined

const isEmitter = (u: unknown): u is { readonly on: (event: "error", listener: (value: unknown) => void) => unknown } =>
  Predicate.hasProperty(u, "on") && typeof u.on === "function"

const committed = "What was committed before is kept"

const isWhole = async (session: Session): Promise<boolean> => {
  await session.script("ROLLBACK")
  return true
}

/** A PostgreSQL server. */
export const postgres = (
  url: string,
  statementLimit: Duration.Duration,
  load: Effect.Effect<PgModule, ExecutorFailure> = loadPg
): Effect.Effect<Database, ExecutorFailure, Scope.Scope> =>
  Effect.gen(function* () {
    const { Pool, types } = yield* load
    const makePool = (max: number) =>
      Effect.acquireRelease(
        Effect.try({
          try: () =>
            new Pool({
              connectionString: url,
              max,
              connectionTimeoutMillis: 10_000,
              // the server stops the statement too, if this process cannot
              statement_timeout: Duration.toMillis(statementLimit) + 1_000
            }),
          catch: (error) => unavailable(`DATABASE_URL: ${messageOf(error)}`)
        }),
        (pool) =>
          Effect.ignore(
            Effect.timeout(
              Effect.tryPromise(() => pool.end()),
              "2 seconds"
            )
          )
      ).pipe(
        // without a listener, a connection that breaks ends the process
        Effect.tap((pool) =>
          Effect.sync(() => {
            pool.on("error", ignore)
            pool.on("connect", (client) => {
              if (isEmitter(client)) client.on("error", ignore)
            })
          })
        )
      )
    // the pool of the work may be used up when some of it has to be stopped
    const stoppers = yield* makePool(1)
    const pool = yield* makePool(4)
    const shape = {
      rowMode: "array",
      types: { getTypeParser: (type: number, format?: string) => parsers[type] ?? types.getTypeParser(type, format) }
    }
    const lastOf = (result: PgResult | ReadonlyArray<PgResult>): Result => {
      const one = "rows" in result ? result : result.at(-1)
      return one === undefined ? emptyResult : fromClient(one)
    }
    const sessionOf = (client: PgClient): Session => ({
      run: async ({ params, sql }) =>
        lastOf(await client.query({ ...shape, text: sql, values: params.map(toParameter) })),
      script: async (sql) => lastOf(await client.query({ ...shape, text: sql }))
    })

    /** Ends the session at the server: a statement may have switched off the server's own limit. */
    const stop = ({ processID }: PgClient) =>
      Effect.ignore(
        Effect.tryPromise(async () => {
          if (typeof processID !== "number") return
          const stopper = await stoppers.connect()
          try {
            await stopper.query({ text: "SELECT pg_terminate_backend($1)", values: [processID] })
          } finally {
            stopper.release()
          }
        })
      )

    const useClient = <A>(client: PgClient, work: Work<A>): Effect.Effect<A, ExecutorFailure> => {
      let broken = true
      return Effect.promise(() => workOutcome(sessionOf(client), work, isWhole)).pipe(
        Effect.timeoutOption(statementLimit),
        Effect.flatMap(
          Option.match({
            onNone: () => Effect.zipRight(stop(client), limitFailure(statementLimit, committed)),
            onSome: (outcome) => {
              broken = outcome._tag === "Broken"
              switch (outcome._tag) {
                case "Done":
                  return Effect.succeed(outcome.value)
                case "Failed":
                  return failureOf(outcome.error)
                case "Broken":
                  return brokenFailure(messageOf(outcome.error), committed)
              }
            }
          })
        ),
        Effect.onInterrupt(() => stop(client)),
        Effect.ensuring(Effect.sync(() => client.release(broken)))
      )
    }
    const connected = Effect.suspend(() => {
      const client = pool.connect()
      return Effect.tryPromise({ try: () => client, catch: failureOf }).pipe(
        Effect.onInterrupt(() => Effect.sync(() => void client.then((late) => late.release(), ignore)))
      )
    })
    return { use: (work) => Effect.flatMap(connected, (client) => useClient(client, work)) }
  })
