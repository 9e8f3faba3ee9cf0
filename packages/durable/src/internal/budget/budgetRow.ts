import type { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import { outsideTransactions } from "../store/outsideTransactions.js"

/**
 * Where the runners tell each other of pauses.
 *
 * @internal
 */
export const budgetChannel = "effect_connectors_budget"

/**
 * What was reserved: the first request may start at `startsAt`. Microseconds since the epoch, on the clock of the
 * database.
 */
interface ReservedRow {
  readonly startsAt: number
  readonly now: number
  readonly pausedUntil: number
}

/**
 * A budget as a row: `tat` is when the next request may start, `paused_until` is before which none may. Each change is
 * one statement: those that change the row at once go one after the other, each on the clock as it is when its turn
 * comes.
 *
 * @internal
 */
export interface BudgetRow {
  readonly reserve: (requests: number, everyMicros: number) => Effect.Effect<ReservedRow, SqlError>
  /** All who listen on the channel are notified of the pause. */
  readonly pause: (millis: number) => Effect.Effect<void, SqlError>
}

/** @internal */
export const makeBudgetRow = (sql: SqlClient, name: string): BudgetRow => {
  // a transaction's own time would be that of its start, before it waited for the row
  const now = sql.literal("(extract(epoch from clock_timestamp()) * 1000000)::bigint")
  return {
    reserve: (requests, everyMicros) => {
      const length = requests * everyMicros
      return outsideTransactions(
        Effect.flatMap(
          sql<{ readonly starts: number; readonly clock: number; readonly paused: number }>`
            insert into effect_connectors_budget as budget (name, tat, paused_until, version)
            values (${name}, ${now} + ${length}::bigint, 0, 1)
            on conflict (name) do update set
              tat = greatest(budget.tat, budget.paused_until, ${now}) + ${length}::bigint,
              version = budget.version + 1
            returning (tat - ${length}::bigint)::float8 as starts, ${now}::float8 as clock, paused_until::float8 as paused
          `.withoutTransform,
          ([row]) =>
            row === undefined
              ? Effect.dieMessage("PostgreSQL returned no row of the budget")
              : Effect.succeed({ startsAt: row.starts, now: row.clock, pausedUntil: row.paused })
        )
      )
    },
    pause: (millis) => {
      const micros = Math.ceil(millis * 1_000)
      return outsideTransactions(
        Effect.asVoid(
          sql`
            with paused as (
              insert into effect_connectors_budget as budget (name, tat, paused_until, version)
              values (${name}, 0, ${now} + ${micros}::bigint, 1)
              on conflict (name) do update set
                paused_until = greatest(budget.paused_until, ${now} + ${micros}::bigint),
                version = budget.version + 1
              returning paused_until
            )
            select pg_notify(
              ${budgetChannel},
              json_build_object('name', ${name}::text, 'micros', paused_until - ${now})::text
            ) from paused
          `.withoutTransform
        )
      )
    }
  }
}
