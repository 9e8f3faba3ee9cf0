import { InvalidRequest, type Issue } from "@effect-connectors/core/InvalidRequest"
import * as OptionNames from "@effect-connectors/core/OptionNames"
import { type Pace, pace } from "@effect-connectors/core/SharedBudget"
import * as Effect from "effect/Effect"
import type { BudgetOptions } from "../../Budget.js"

const optionNames = OptionNames.make<BudgetOptions>({ requests: true, per: true, batch: true, name: true })

const nameIssues = (name: unknown): ReadonlyArray<Issue> =>
  name === undefined || (typeof name === "string" && name.length >= 1 && name.length <= 512 && !name.includes("\0"))
    ? []
    : [{ path: ["name"], message: "is not a name of 1 to 512 characters", fix: "give one, or leave it out" }]

/**
 * The options of a budget, checked.
 *
 * @internal
 */
export interface ResolvedBudget extends Pace {
  readonly name: string
}

/** @internal */
export const resolveBudget = (
  operation: string,
  { name, ...options }: BudgetOptions
): Effect.Effect<ResolvedBudget, InvalidRequest> => {
  const issues = [...OptionNames.issues(optionNames, { name, ...options }), ...nameIssues(name)]
  return issues.length > 0
    ? Effect.fail(new InvalidRequest({ operation, issues }))
    : Effect.map(pace(operation, options), (it) => ({ ...it, name: name ?? "default" }))
}
