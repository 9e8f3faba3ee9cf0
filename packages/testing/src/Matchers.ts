/**
 * Matchers over what was called, of no framework: plain functions that say whether it is so, and why not. With
 * `expect.extend(Matchers.all)` they are `expect`'s own.
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
 * What a matcher finds; `message` says what is wrong, or for `.not` what ought not to be so.
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

const matchOf = ({ message, ...verdict }: AssertionResult): Match => ({ ...verdict, message: () => message })

/**
 * Whether work was executed at the server: at least once unless `times` is given.
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
 * Whether there were requests of an operation, such as `connections.list`: one at least unless `times` is given.
 *
 * @since 0.4.0
 * @category matchers
 */
export const toHaveCalled = (log: CallLog, operation: string, expectation?: Expectation): Match =>
  matchOf(checkCalled(log, operation, expectation))

/**
 * Whether the world had what every request asked for, or an answer was scripted.
 *
 * @since 0.4.0
 * @category matchers
 */
export const toHaveNoUnmatchedCalls = (log: CallLog): Match => matchOf(checkNoUnmatched(log))

/**
 * Whether everything that was scripted was asked for.
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
 * What {@link all} adds to an `expect`: for its types. `T` is what is expected of; all but a `CallLog` is refused.
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
