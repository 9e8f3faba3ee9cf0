import type { InvalidRequest } from "@effect-connectors/core/InvalidRequest"
import { make, type SharedBudget } from "@effect-connectors/core/SharedBudget"
import * as Effect from "effect/Effect"
import type { BudgetOptions } from "../../Budget.js"
import { resolveBudget } from "./budgetOptions.js"

/**
 * A budget where one process does all: its name names nothing.
 *
 * @internal
 */
export const makeProcessBudget = (options: BudgetOptions): Effect.Effect<SharedBudget.Service, InvalidRequest> =>
  Effect.zipRight(
    resolveBudget("Budget.layerMemory", options),
    make({ requests: options.requests, per: options.per, batch: options.batch })
  )
