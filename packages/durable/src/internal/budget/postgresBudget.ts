import type { InvalidRequest } from "@effect-connectors/core/InvalidRequest"
import { BudgetUnavailable, type SharedBudget } from "@effect-connectors/core/SharedBudget"
import type { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { BudgetOptions } from "../../Budget.js"
import { monotonicMillis } from "../engine/time.js"
import { codeOf } from "../store/storeError.js"
import { resolveBudget } from "./budgetOptions.js"
import { budgetChannel, makeBudgetRow } from "./budgetRow.js"

/**
 * A PostgreSQL with the table of budgets.
 *
 * @internal
 */
export interface BudgetDatabase {
  readonly sql: SqlClient
  /** Ends a statement that takes too long. */
  readonly limited: <A, E>(statement: Effect.Effect<A, E>) => Effect.Effect<A, E | SqlError>
  /** What is sent on a channel from now on. What is missing is made up for by the next reservation. */
  readonly listen: (channel: string) => Stream.Stream<string>
}

const decodeNotice = Schema.decodeOption(
  Schema.parseJson(Schema.Struct({ name: Schema.String, micros: Schema.Finite }))
)

// all else that the database says can hold values and addresses
const unavailable = (error: SqlError): BudgetUnavailable => {
  const code = codeOf(error)
  return new BudgetUnavailable({ reason: `its database failed${code === undefined ? "" : ` (${code})`}` })
}

/**
 * A budget that all share who name it and use this database.
 *
 * @internal
 */
export const makePostgresBudget = Effect.fnUntraced(function* (
  { limited, listen, sql }: BudgetDatabase,
  options: BudgetOptions
): Effect.fn.Return<SharedBudget.Service, InvalidRequest, Scope.Scope> {
  const { batch, everyMillis, name } = yield* resolveBudget("Budget.layerPg", options)
  const everyMicros = Math.ceil(everyMillis * 1_000)
  const row = makeBudgetRow(sql, name)
  let pausedUntil = -Infinity
  const heard = (micros: number): Effect.Effect<void> =>
    Effect.map(monotonicMillis, (now) => {
      if (micros > 0) pausedUntil = Math.max(pausedUntil, now + Math.ceil(micros / 1_000))
    })
  yield* Effect.forkScoped(
    Stream.runForEach(listen(budgetChannel), (payload) => {
      const notice = decodeNotice(payload)
      return Option.isSome(notice) && notice.value.name === name ? heard(notice.value.micros) : Effect.void
    })
  )
  return {
    reserve: (most) => {
      const requests = Math.min(most, batch)
      return Effect.flatMap(
        Effect.mapError(limited(row.reserve(requests, everyMicros)), unavailable),
        ({ now, pausedUntil: until, startsAt }) =>
          Effect.as(heard(until - now), {
            requests,
            startsInMillis: Math.max(0, startsAt - now) / 1_000,
            everyMillis: everyMicros / 1_000
          })
      )
    },
    pause: (millis) => Effect.mapError(limited(row.pause(millis)), unavailable),
    pausedFor: Effect.map(monotonicMillis, (now) => Math.max(0, pausedUntil - now))
  }
})
