import { jsonText } from "../data/jsonText.js"
import * as Effect from "effect/Effect"
import {
  AssertionFailed,
  type Call,
  type CallLog,
  type Calls,
  type DroppedBody,
  type DroppedCalls,
  type Executed
} from "../../Calls.js"
import type { Json } from "../../Executor.js"
import { print } from "../faults/print.js"
import type { FaultRules } from "./faultRules.js"
import type { AnyMatcher, Scripts } from "./scripts.js"
import { checkNoUnmatched, checkNoUnused } from "./assertions.js"
import { digestOf, isUnmatched } from "./requestHistory.js"

/** A request as either platform records it. @internal */
export interface Recorded<Operation extends string> {
  readonly index: number
  readonly at: number
  readonly method: string
  readonly path: string
  readonly query: ReadonlyArray<readonly [name: string, value: string]>
  readonly body: Json | undefined
  readonly dropped?: DroppedBody
  readonly operation: Operation | undefined
  readonly status: number | undefined
  readonly fault: string | undefined
  readonly scripted: boolean
  readonly executed: boolean
  readonly interrupted: boolean
}

type CallSubject = Pick<Call, "target" | "work" | "input" | "dropped">

/** Where the calls of a platform come from. @internal */
export interface CallSource<R, E> {
  readonly requests: Effect.Effect<ReadonlyArray<R>>
  readonly executionLog: Effect.Effect<ReadonlyArray<E>>
  readonly dropped: Effect.Effect<DroppedCalls | undefined>
  readonly unused: Effect.Effect<ReadonlyArray<string>>
  /** What a request is about. */
  readonly subjectOf: (request: R) => CallSubject
  readonly executed: (execution: E) => Executed
}

/** Counts the attempts of each request. Once bodies were dropped, all of them are compared by their digests. */
const attemptCounter = (requests: ReadonlyArray<Recorded<string>>) => {
  const attempts = new Map<string, number>()
  const isWhole = requests.every(({ dropped }) => dropped === undefined)
  return ({ body, dropped, method, path, query }: Recorded<string>): number => {
    const key = jsonText([method, path, query, isWhole ? body : (dropped?.digest ?? digestOf(body))])
    const attempt = (attempts.get(key) ?? 0) + 1
    attempts.set(key, attempt)
    return attempt
  }
}

const toCalls = <Operation extends string, R extends Recorded<Operation>>(
  requests: ReadonlyArray<R>,
  about: (request: R) => CallSubject
): ReadonlyArray<Call<Operation>> => {
  const attemptOf = attemptCounter(requests)
  return requests.map((request) => {
    const { at, executed, fault, index, interrupted, method, operation, path, status } = request
    const unmatched = isUnmatched(request)
    const attempt = attemptOf(request)
    const common = { index, at, method, path, operation, attempt, status, fault, executed, interrupted, unmatched }
    return { ...common, ...about(request) }
  })
}

/** Scripted answers and planned faults that no request has used, in words. @internal */
export const unusedScriptsAndFaults = <M extends AnyMatcher>(
  scripts: Scripts<M>,
  rules: FaultRules
): ReadonlyArray<string> => {
  const plan = rules.unused
  return plan.rules.length === 0 ? scripts.remaining : [...scripts.remaining, ...print(plan).split("\n")]
}

/** The calls of a platform. @internal */
export const makeCalls = <Operation extends string, R extends Recorded<Operation>, E>(
  source: CallSource<R, E>
): Calls<Operation> => {
  const calls = Effect.map(source.requests, (requests) => toCalls<Operation, R>(requests, source.subjectOf))
  const executions = Effect.map(source.executionLog, (all) => all.map(source.executed))
  const log: Effect.Effect<CallLog<Operation>> = Effect.map(
    Effect.all({ calls, executions, unused: source.unused, dropped: source.dropped }),
    ({ dropped, ...kept }) => (dropped === undefined ? kept : { ...kept, dropped })
  )
  const those = (fits: (call: Call<Operation>) => boolean) => Effect.map(calls, (all) => all.filter(fits))
  return {
    log,
    all: calls,
    of: (operation) => those((call) => call.operation === operation),
    executes: (target, work) => those((call) => call.target === target && call.work === work),
    executions: (target, work) =>
      Effect.map(executions, (all) => all.filter((one) => one.target === target && one.work === work)),
    unmatched: those((call) => call.unmatched),
    verify: Effect.flatMap(log, (log) => {
      const failed = [checkNoUnmatched(log), checkNoUnused(log)].filter(({ pass }) => !pass)
      if (failed.length === 0) return Effect.void
      const message = failed.map(({ message }) => message).join("\n")
      return Effect.fail(new AssertionFailed({ message, expected: [], actual: failed.map(({ actual }) => actual) }))
    })
  }
}
