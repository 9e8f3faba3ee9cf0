/**
 * One budget of requests for all runners.
 *
 * @since 0.5.0
 */
import type { InvalidRequest } from "@effect-connectors/core/InvalidRequest"
import { SharedBudget, type SharedBudgetOptions } from "@effect-connectors/core/SharedBudget"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { StoreFailed } from "./DurableError.js"
import type { Database } from "./DurableJobs.js"
import { makePostgresBudget } from "./internal/budget/postgresBudget.js"
import { makeProcessBudget } from "./internal/budget/processBudget.js"
import { checkDatabase } from "./internal/store/checkDatabase.js"
import { connectPostgres } from "./internal/store/postgres.js"

/**
 * How much all runners together may send. Any window of `per` has at most `requests` + `batch` for each client of each
 * runner.
 *
 * @since 0.5.0
 * @category models
 */
export interface BudgetOptions extends SharedBudgetOptions {
  /** Names the budget, 1 to 512 characters: runners with the same name share it. Default `"default"`. */
  readonly name?: string | undefined
}

/**
 * A budget, and the PostgreSQL that keeps it.
 *
 * @since 0.5.0
 * @category models
 */
export interface PgBudgetOptions extends BudgetOptions {
  readonly database: Database
}

/**
 * A budget as a row of a PostgreSQL, on the clock of the database: all processes that name it share it. A 429 that one of them
 * gets makes all of them wait.
 *
 * @example
 * ```ts
 * import { ConnectionsApi, SharedBudget } from "@effect-connectors/core"
 * import { Budget, DurableJobs } from "@effect-connectors/durable"
 * import * as Layer from "effect/Layer"
 * import * as Redacted from "effect/Redacted"
 *
 * const database = { url: Redacted.make("postgres://jobs@localhost/jobs") }
 *
 * const connections = SharedBudget.clients((shared) =>
 *   ConnectionsApi.layer({ baseUrl: "https://connections.example", limits: { shared } })
 * ).pipe(Layer.provide(Budget.layerPg({ database, requests: 50 })))
 *
 * export const layer = DurableJobs.layerPg({ database }).pipe(Layer.provide(connections))
 * ```
 *
 * @since 0.5.0
 * @category layers
 */
export const layerPg = ({
  database,
  ...options
}: PgBudgetOptions): Layer.Layer<SharedBudget, InvalidRequest | StoreFailed> =>
  Layer.scoped(
    SharedBudget,
    Effect.flatMap(Effect.zipRight(checkDatabase("Budget.layerPg", database), connectPostgres(database)), (postgres) =>
      makePostgresBudget(postgres, options)
    )
  )

/**
 * A budget in memory, for a process that does all the work: with `DurableJobs.layerSqlite` and `layerMemory`. It takes the same
 * options as {@link layerPg}; its name names nothing.
 *
 * @since 0.5.0
 * @category layers
 */
export const layerMemory = (options: BudgetOptions): Layer.Layer<SharedBudget, InvalidRequest> =>
  Layer.effect(SharedBudget, makeProcessBudget(options))
