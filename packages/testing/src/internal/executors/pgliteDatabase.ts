import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { ExecutorFailure } from "../../Executor.js"
import {
  type Database,
  failureOf,
  fromClient,
  messageOf,
  emptyResult,
  withRollback,
  type Session,
  unavailable
} from "./sqlDatabase.js"
import { parsers, toParameter } from "./sqlValues.js"

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
      run: async ({ params, sql }) =>
        fromClient(await database.query(sql, params.map(toParameter), { rowMode: "array" })),
      script: async (sql) => {
        const result = (await database.exec(sql, { rowMode: "array" })).at(-1)
        return result === undefined ? emptyResult : fromClient(result)
      }
    }
    return {
      use: (work) => Effect.tryPromise({ try: () => inTurn(() => withRollback(session, work)), catch: failureOf })
    }
  })
