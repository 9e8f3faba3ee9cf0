/**
 * One budget of requests for all runners.
 *
 * @since 0.5.0
 */
import type { SharedBudgetOptions } from "@effect-connectors/core/SharedBudget"

/**
 * How much all runners together may send. On PostgreSQL the budget is a row of the database, on SQLite and in memory it is
 * kept in the process. Any window of `per` has at most `requests` + `batch` for each client of each runner.
 *
 * @since 0.5.0
 * @category models
 */
export interface BudgetOptions extends SharedBudgetOptions {
  /** Names the budget, 1 to 512 characters: runners with the same name share it. Default `"default"`. */
  readonly name?: string | undefined
}
