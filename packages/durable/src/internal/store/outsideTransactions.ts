import { TransactionConnection } from "@effect/sql/SqlClient"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"

const keys = [TransactionConnection.key, "@effect/sql-libsql/LibsqlClient/LibsqlTransaction"]

/**
 * Runs statements on the connections of their own client. In a transaction of the caller they would use its connection
 * otherwise, which may be to another database, and undo what was written when it is rolled back.
 *
 * @internal
 */
export const outsideTransactions = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.mapInputContext(effect, (context: Context.Context<R>) =>
    keys.some((key) => context.unsafeMap.has(key))
      ? Context.unsafeMake<R>(new Map([...context.unsafeMap].filter(([key]) => !keys.includes(key))))
      : context
  )
