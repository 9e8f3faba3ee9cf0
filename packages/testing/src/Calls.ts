/**
 * The calls of a fake platform: its requests and executions, in a form for tests to read and to assert.
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
 * A body or an input that is no longer kept; see `logBytes`.
 *
 * @since 0.5.0
 * @category models
 */
export interface DroppedBody {
  /** Its length as it was sent. */
  readonly bytes: number
  /** Equal values have the same digest. */
  readonly digest: string
}

/**
 * What a log no longer has; see `logLimit`. It is the oldest part.
 *
 * @since 0.5.0
 * @category models
 */
export interface DroppedCalls {
  /** How many calls. */
  readonly calls: number
  /** How many of those calls were unmatched. */
  readonly unmatched: number
  /** The executions, counted. */
  readonly executions: ReadonlyArray<{ readonly target: string; readonly work: string; readonly times: number }>
}

/**
 * A request that the platform has received.
 *
 * @since 0.4.0
 * @category models
 */
export interface Call<Operation extends string = string> {
  /** 0 for the first request. */
  readonly index: number
  /** Milliseconds since the epoch, by the clock of the server. */
  readonly at: number
  readonly method: string
  readonly path: string
  /** `undefined` for an unknown route. */
  readonly operation: Operation | undefined
  /** The connection or connector that it is about. */
  readonly target: string | undefined
  /** The requested work: the slug of an action, or an operation such as `sql.insert`; `undefined` for other requests. */
  readonly work: string | undefined
  /** The input of the work, else the parsed body; `undefined` when it is no longer kept. */
  readonly input: Json | undefined
  /** The body, when it is no longer kept. */
  readonly dropped?: DroppedBody
  /** 1 for the first request of its method, path, query and body, 2 for its first repetition; among those in the log. */
  readonly attempt: number
  /** `undefined` while there is no response. */
  readonly status: number | undefined
  /** The fault that it got. */
  readonly fault: string | undefined
  /** Work was done for it. */
  readonly executed: boolean
  /** The client left before the response. */
  readonly interrupted: boolean
  /** The world does not have what was requested, and nothing was scripted: the platform itself responded 404 or 405. */
  readonly unmatched: boolean
}

/**
 * An execution of work, counted at the server.
 *
 * @since 0.4.0
 * @category models
 */
export interface Executed {
  /** Milliseconds since the epoch, by the clock of the server. */
  readonly at: number
  readonly target: string
  /** The slug of an action, or an operation such as `sql.insert`. */
  readonly work: string
  /** `undefined` when it is no longer kept. */
  readonly input: Json | undefined
  /** The input, when it is no longer kept. */
  readonly dropped?: DroppedBody
}

/**
 * All calls up to a moment, as plain data: the input of matchers.
 *
 * @since 0.4.0
 * @category models
 */
export interface CallLog<Operation extends string = string> {
  readonly calls: ReadonlyArray<Call<Operation>>
  readonly executions: ReadonlyArray<Executed>
  /** The scripted answers and faults that were not used, one text each. */
  readonly unused: ReadonlyArray<string>
  /** What is no longer in `calls` and `executions`; absent while they have everything. */
  readonly dropped?: DroppedCalls
}

/**
 * The calls of one platform.
 *
 * @since 0.4.0
 * @category models
 */
export interface Calls<Operation extends string = string> {
  readonly log: Effect.Effect<CallLog<Operation>>
  /** Every request in the log, in order of arrival. */
  readonly all: Effect.Effect<ReadonlyArray<Call<Operation>>>
  /** The requests of an operation, such as `connections.list`. */
  readonly of: (operation: Operation) => Effect.Effect<ReadonlyArray<Call<Operation>>>
  /** The requests for an action, or for an operation such as `sql.insert`, executed or not. */
  readonly executes: (target: string, work: string) => Effect.Effect<ReadonlyArray<Call<Operation>>>
  /** The executions of an action or operation at the server. */
  readonly executions: (target: string, work: string) => Effect.Effect<ReadonlyArray<Executed>>
  /** The requests for what the world does not have. */
  readonly unmatched: Effect.Effect<ReadonlyArray<Call<Operation>>>
  /** Fails when a request was unmatched, or a scripted answer was not used. */
  readonly verify: Effect.Effect<void, AssertionFailed>
}

/**
 * The calls are not as expected; the message shows the nearest call.
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
 * The expected executions.
 *
 * @since 0.4.0
 * @category models
 */
export interface Execution {
  /** The whole input; a value with an `asymmetricMatch`, such as `expect.any(Number)`, is compared by its own rule. */
  readonly input?: unknown
  /** How often; at least once unless given. */
  readonly times?: number
}

/**
 * The expected calls of an operation; every given field must match.
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
  check: (log: CallLog) => AssertionResult
): Effect.Effect<void, AssertionFailed> =>
  Effect.flatMap(platform.calls.log, (log) => {
    const { pass, undecided: _, ...result } = check(log)
    return pass ? Effect.void : Effect.fail(new AssertionFailed(result))
  })

/**
 * Fails unless work was executed at the server as expected, and when the log no longer has the inputs that decide it; see
 * `logBytes` of the platform. Times in the message are milliseconds since the first request.
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
 * Fails when work was executed at the server, or may have been because the log no longer has the inputs; with an input,
 * only executions with that input count.
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
 * Fails unless an operation was called as expected, and when the log no longer has the calls or inputs that decide it;
 * repetitions count.
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
 * Fails when a request was for something that the world does not have.
 *
 * @since 0.4.0
 * @category assertions
 */
export const assertNoUnmatched = (platform: Platform): Effect.Effect<void, AssertionFailed> =>
  assertResult(platform, checkNoUnmatched)

/**
 * Fails when a scripted answer or a planned fault was not used.
 *
 * @since 0.4.0
 * @category assertions
 */
export const assertNoUnused = (platform: Platform): Effect.Effect<void, AssertionFailed> =>
  assertResult(platform, checkNoUnused)
