import type { StoreFailed } from "./DurableError.js"
import type { Database } from "./DurableJobs.js"
import type { InvalidRequest } from "@effect-connectors/core/InvalidRequest"
import type { SharedBudget, SharedBudgetOptions } from "@effect-connectors/core/SharedBudget"
import type * as Layer from "effect/Layer"

export interface BudgetOptions extends SharedBudgetOptions {
  readonly name?: string | undefined
}
export interface PgBudgetOptions extends BudgetOptions {
  readonly database: Database
}
export declare const layerPg: ({
  database,
  ...options
}: PgBudgetOptions) => Layer.Layer<SharedBudget, InvalidRequest | StoreFailed>
export declare const layerMemory: (options: BudgetOptions) => Layer.Layer<SharedBudget, InvalidRequest>
