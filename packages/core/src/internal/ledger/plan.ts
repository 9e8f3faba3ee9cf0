import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { InvalidRequest, type Issue } from "../../InvalidRequest.js"
import type { SubmitOptions } from "../../Ledger.js"
import * as OptionNames from "../../OptionNames.js"
import { waitMilliseconds } from "../data/checks.js"
import { jsonIssue } from "../data/json.js"
import { segmentIssue } from "../http/path.js"
import { digestOf } from "./digest.js"

/**
 * A submit with its options read.
 *
 * @internal
 */
export interface Plan {
  readonly digest: string | undefined
  /** `undefined`: as the attempts that are seen. */
  readonly settleMillis: number | undefined
  readonly drainMillis: number | undefined
}

const submitOptions = OptionNames.make<SubmitOptions<unknown, unknown, unknown, unknown, unknown>>({
  operation: true,
  connection: true,
  input: true,
  value: true,
  isNotDone: true,
  resubmit: true,
  verify: true,
  settleAfter: true,
  drain: true
})

/** What a plan is made of. */
interface Options {
  readonly operation?: string | undefined
  readonly connection?: string | undefined
  readonly input?: unknown
  readonly settleAfter?: Duration.DurationInput | undefined
  readonly drain?: Duration.DurationInput | false | undefined
}

/** @internal */
export const planOf = (key: string, options: Options): Effect.Effect<Plan, InvalidRequest> =>
  Effect.suspend(() => {
    const { drain, input, settleAfter } = options
    const issues: Array<Issue> = [...OptionNames.issues(submitOptions, options)]
    const keyIssue = segmentIssue("key", key)
    if (keyIssue !== undefined) {
      issues.push({ ...keyIssue, fix: "give a name of your own for this piece of work, of 1 to 512 characters" })
    }
    const inputIssue = jsonIssue(input, "input")
    if (inputIssue !== undefined) issues.push(inputIssue)
    const settleMillis = settleAfter === undefined ? undefined : waitMilliseconds("settleAfter", settleAfter, issues)
    const drainMillis = drain === undefined ? undefined : drain === false ? 0 : waitMilliseconds("drain", drain, issues)
    return issues.length > 0
      ? Effect.fail(new InvalidRequest({ operation: "ledger.submit", issues }))
      : Effect.succeed({ digest: input === undefined ? undefined : digestOf(options), settleMillis, drainMillis })
  })
