/**
 * Matchers for the calls of a fake platform, independent of a test framework: plain functions that say whether the calls
 * match, and why not. `expect.extend(Matchers.all)` adds them to `expect`.
 *
 * @since 0.4.0
 */
import type { CallLog, Execution, Expectation } from "./Calls.js"
import {
  type AssertionResult,
  checkCalled,
  checkExecuted,
  checkNoUnmatched,
  checkNoUnused
} from "./internal/fakeServer/assertions.js"

/**
 * The result of a matcher; `message` says what is wrong, or for `.not` what should not be so.
 *
 * @since 0.4.0
 * @category models
 */
export interface Match {
  readonly pass: boolean
  readonly message: () => string
  readonly expected: unknown
  readonly actual: unknown
}

const matchOf = ({ message, undecided, ...result }: AssertionResult): Match => {
  // with `.not` a test runner would take a failure for a success
  if (undecided === true) throw new Error(message)
  return { ...result, message: () => message }
}

/**
 * Whether work was executed at the server: at least once unless `times` is given. Throws when the log no longer has the
 * inputs that decide it; see `logBytes` of the platform.
 *
 * @example
 * ```ts
 * import { ConnectionsTest } from "@effect-connectors/testing/ConnectionsTest"
 * import * as Matchers from "@effect-connectors/testing/Matchers"
 * import * as Effect from "effect/Effect"
 * import assert from "node:assert"
 *
 * const program = Effect.gen(function*() {
 *   const { calls } = yield* ConnectionsTest
 *   const { pass, message } = Matchers.toHaveExecuted(yield* calls.log, "crm", "fetch-deal", { times: 1 })
 *   assert.ok(pass, message())
 * })
 * ```
 *
 * @since 0.4.0
 * @category matchers
 */
export const toHaveExecuted = (log: CallLog, target: string, work: string, expectation?: Execution): Match =>
  matchOf(checkExecuted(log, target, work, expectation))

/**
 * Whether an operation, such as `connections.list`, was called: at least once unless `times` is given. Throws when the
 * log no longer has the calls or inputs that decide it; see `logLimit` and `logBytes` of the platform.
 *
 * @since 0.4.0
 * @category matchers
 */
export const toHaveCalled = (log: CallLog, operation: string, expectation?: Expectation): Match =>
  matchOf(checkCalled(log, operation, expectation))

/**
 * Whether the world had what each request was for, or an answer was scripted.
 *
 * @since 0.4.0
 * @category matchers
 */
export const toHaveNoUnmatchedCalls = (log: CallLog): Match => matchOf(checkNoUnmatched(log))

/**
 * Whether all scripted answers and planned faults were used.
 *
 * @since 0.4.0
 * @category matchers
 */
export const toHaveNoUnusedScripts = (log: CallLog): Match => matchOf(checkNoUnused(log))

/**
 * All matchers, for `expect.extend`.
 *
 * @example
 * ```ts
 * import { BosaTest } from "@effect-connectors/testing/BosaTest"
 * import * as Matchers from "@effect-connectors/testing/Matchers"
 * import * as Effect from "effect/Effect"
 * import { expect } from "vitest"
 *
 * declare module "vitest" {
 *   interface Assertion<T> extends Matchers.Expect<T> {}
 * }
 * expect.extend(Matchers.all)
 *
 * const program = Effect.gen(function*() {
 *   const { calls } = yield* BosaTest
 *   const log = yield* calls.log
 *   expect(log).toHaveExecuted("github", "list_pull_requests", { times: 1 })
 *   expect(log).not.toHaveCalled("users.create")
 * })
 * ```
 *
 * @since 0.4.0
 * @category matchers
 */
export const all = { toHaveExecuted, toHaveCalled, toHaveNoUnmatchedCalls, toHaveNoUnusedScripts }

/**
 * The types that {@link all} adds to an `expect`. `T` is the type of the actual value: only a `CallLog` is accepted.
 *
 * @since 0.4.0
 * @category models
 */
export interface Expect<T> {
  readonly toHaveExecuted: Of<T, (target: string, work: string, expectation?: Execution) => void>
  readonly toHaveCalled: Of<T, (operation: string, expectation?: Expectation) => void>
  readonly toHaveNoUnmatchedCalls: Of<T, () => void>
  readonly toHaveNoUnusedScripts: Of<T, () => void>
}

type Of<T, F> = T extends CallLog ? F : never
