import type { CallLog, Execution, Expectation } from "./Calls.js"

export interface Match {
  readonly pass: boolean
  readonly message: () => string
  readonly expected: unknown
  readonly actual: unknown
}
export declare const toHaveExecuted: (log: CallLog, target: string, work: string, expectation?: Execution) => Match
export declare const toHaveCalled: (log: CallLog, operation: string, expectation?: Expectation) => Match
export declare const toHaveNoUnmatchedCalls: (log: CallLog) => Match
export declare const toHaveNoUnusedScripts: (log: CallLog) => Match
export declare const all: {
  toHaveExecuted: typeof toHaveExecuted
  toHaveCalled: typeof toHaveCalled
  toHaveNoUnmatchedCalls: typeof toHaveNoUnmatchedCalls
  toHaveNoUnusedScripts: typeof toHaveNoUnusedScripts
}
export interface Expect<T> {
  readonly toHaveExecuted: Of<T, (target: string, work: string, expectation?: Execution) => void>
  readonly toHaveCalled: Of<T, (operation: string, expectation?: Expectation) => void>
  readonly toHaveNoUnmatchedCalls: Of<T, () => void>
  readonly toHaveNoUnusedScripts: Of<T, () => void>
}
type Of<T, F> = T extends CallLog ? F : never
