/**
 * What was called: the requests and executions that a fake platform has seen, in a form to read and to assert.
 *
 * @since 0.4.0
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type { Json } from "./Executor.js"
import {
  type AssertionResult,
  checkCalled,
  checkExecuted,
  checkNoUnmatched,
  checkNoUnused
} from "./internal/fakeServer/assertions.js"

/**
 * A request that the platform has seen.
 *
 * @since 0.4.0
 * @category models
 */
export interface Call<Operation extends string = string> {
  /** 0 for the first request. */
  readonly index: number
  /** Milliseconds since the epoch, on the Clock. */
  readonly at: number
  readonly method: string
  readonly path: string
  /** `undefined` for an unknown route. */
  readonly operation: Operation | undefined
  /** The connection or connector that it is about. */
  readonly target: string | undefined
  /** The work it asks for: the slug of an action, or an operation such as `sql.insert`; `undefined` for all else. */
  readonly work: string | undefined
  /** What the work is asked to do it with, else the parsed body. */
  readonly input: Json | undefined
  /** 1 for the first request of its method, path, query and body, 2 for its first repetition. */
  readonly attempt: number
  /** `undefined` while there is no answer. */
  readonly status: number | undefined
  /** The fault that befell it. */
  readonly fault: string | undefined
  /** Work was done for it. */
  readonly executed: boolean
  /** The client went away before the answer. */
  readonly interrupted: boolean
  /** The world has nothing that it asks for, and nothing was scripted for it: the platform said 404 or 405 of its own. */
  readonly unmatched: boolean
}

/**
 * Work that was done, counted where it happens: at the server.
 *
 * @since 0.4.0
 * @category models
 */
export interface Executed {
  /** Milliseconds since the epoch, on the Clock. */
  readonly at: number
  readonly target: string
  /** The slug of an action, or an operation such as `sql.insert`. */
  readonly work: string
  readonly input: Json
}

/**
 * Everything up to a moment, as plain data: what matchers look at.
 *
 * @since 0.4.0
 * @category models
 */
export interface CallLog<Operation extends string = string> {
  readonly calls: ReadonlyArray<Call<Operation>>
  readonly executions: ReadonlyArray<Executed>
  /** What was scripted and never asked for, one text each, e.g. `2 answers to connections.list`. */
  readonly unused: ReadonlyArray<string>
}

/**
 * The calls of one platform.
 *
 * @since 0.4.0
 * @category models
 */
export interface Calls<Operation extends string = string> {
  readonly log: Effect.Effect<CallLog<Operation>>
  /** Every request so far, in the order they came. */
  readonly all: Effect.Effect<ReadonlyArray<Call<Operation>>>
  /** The requests of an operation, such as `connections.list`. */
  readonly of: (operation: Operation) => Effect.Effect<ReadonlyArray<Call<Operation>>>
  /** The requests for an action, or for an operation such as `sql.insert`, executed or not. */
  readonly executes: (target: string, work: string) => Effect.Effect<ReadonlyArray<Call<Operation>>>
  /** How often it was done, at the server. */
  readonly executions: (target: string, work: string) => Effect.Effect<ReadonlyArray<Executed>>
  /** The requests for what the world does not have. */
  readonly unmatched: Effect.Effect<ReadonlyArray<Call<Operation>>>
  /** Fails when a request was unmatched, or something that was scripted was never asked for. */
  readonly verify: Effect.Effect<void, AssertionFailed>
}

/**
 * The calls are not what a test expects; the message shows the nearest there was.
 *
 * @since 0.4.0
 * @category errors
 */
export class AssertionFailed extends Data.TaggedError("AssertionFailed")<{
  readonly message: string
  readonly expected: unknown
  readonly actual: unknown
}> {}

/**
 * A platform whose calls can be asserted: `ConnectionsTest`, `BosaTest` and the state of an emulator.
 *
 * @since 0.4.0
 * @category models
 */
export interface Platform<Operation extends string = string> {
  readonly calls: Pick<Calls<Operation>, "log">
}

/**
 * How work is expected to have been executed.
 *
 * @since 0.4.0
 * @category models
 */
export interface Execution {
  /** The whole input; a value with an `asymmetricMatch`, such as `expect.any(Number)`, decides for its own place. */
  readonly input?: unknown
  /** How often; at least once unless given. */
  readonly times?: number
}

/**
 * How an operation is expected to have been called; every field that is given must fit.
 *
 * @since 0.4.0
 * @category models
 */
export interface Expectation extends Execution {
  readonly target?: string
  readonly work?: string
  readonly status?: number
}

const assertResult = (
  platform: Platform,
  judge: (log: CallLog) => AssertionResult
): Effect.Effect<void, AssertionFailed> =>
  Effect.flatMap(platform.calls.log, (log) => {
    const { pass, ...verdict } = judge(log)
    return pass ? Effect.void : Effect.fail(new AssertionFailed(verdict))
  })

/**
 * Fails unless work was executed at the server, so often and with this input. Times in the message are milliseconds
 * since the first request.
 *
 * @example
 * ```ts
 * import * as Calls from "@effect-connectors/testing/Calls"
 * import { ConnectionsTest } from "@effect-connectors/testing/ConnectionsTest"
 * import * as Effect from "effect/Effect"
 *
 * const theDealWasFetched = Effect.gen(function*() {
 *   const platform = yield* ConnectionsTest
 *   yield* Calls.assertExecuted(platform, "crm", "fetch-deal", { input: { id: 7 }, times: 1 })
 *   // expected crm/fetch-deal with {"id":7} once; nearest call: crm/fetch-deal with {"id":8} at 0 ms (differs at input.id)
 * })
 * ```
 *
 * @since 0.4.0
 * @category assertions
 */
export const assertExecuted = (
  platform: Platform,
  target: string,
  work: string,
  expectation?: Execution
): Effect.Effect<void, AssertionFailed> =>
  assertResult(platform, (log) => checkExecuted(log, target, work, expectation))

/**
 * Fails when work was executed at the server, with this input if one is given.
 *
 * @since 0.4.0
 * @category assertions
 */
export const assertNotExecuted = (
  platform: Platform,
  target: string,
  work: string,
  expectation?: Pick<Execution, "input">
): Effect.Effect<void, AssertionFailed> => assertExecuted(platform, target, work, { ...expectation, times: 0 })

/**
 * Fails unless there were requests of an operation, so many and of this kind; repetitions count.
 *
 * @since 0.4.0
 * @category assertions
 */
export const assertCalled = <Operation extends string>(
  platform: Platform<Operation>,
  operation: NoInfer<Operation>,
  expectation?: Expectation
): Effect.Effect<void, AssertionFailed> => assertResult(platform, (log) => checkCalled(log, operation, expectation))

/**
 * Fails when a request asked for something that the world does not have.
 *
 * @since 0.4.0
 * @category assertions
 */
export const assertNoUnmatched = (platform: Platform): Effect.Effect<void, AssertionFailed> =>
  assertResult(platform, checkNoUnmatched)

/**
 * Fails when an answer or a fault that was scripted was never asked for.
 *
 * @since 0.4.0
 * @category assertions
 */
export const assertNoUnused = (platform: Platform): Effect.Effect<void, AssertionFailed> =>
  assertResult(platform, checkNoUnused)
