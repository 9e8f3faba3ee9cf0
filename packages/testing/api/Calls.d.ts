import type { Json } from "./Executor.js"
import type * as Effect from "effect/Effect"

export interface DroppedBody {
  readonly bytes: number
  readonly digest: string
}
export interface DroppedCalls {
  readonly calls: number
  readonly unmatched: number
  readonly executions: ReadonlyArray<{
    readonly target: string
    readonly work: string
    readonly times: number
  }>
}
export interface Call<Operation extends string = string> {
  readonly index: number
  readonly at: number
  readonly method: string
  readonly path: string
  readonly operation: Operation | undefined
  readonly target: string | undefined
  readonly work: string | undefined
  readonly input: Json | undefined
  readonly dropped?: DroppedBody
  readonly attempt: number
  readonly status: number | undefined
  readonly fault: string | undefined
  readonly executed: boolean
  readonly interrupted: boolean
  readonly unmatched: boolean
}
export interface Executed {
  readonly at: number
  readonly target: string
  readonly work: string
  readonly input: Json | undefined
  readonly dropped?: DroppedBody
}
export interface CallLog<Operation extends string = string> {
  readonly calls: ReadonlyArray<Call<Operation>>
  readonly executions: ReadonlyArray<Executed>
  readonly unused: ReadonlyArray<string>
  readonly dropped?: DroppedCalls
}
export interface Calls<Operation extends string = string> {
  readonly log: Effect.Effect<CallLog<Operation>>
  readonly all: Effect.Effect<ReadonlyArray<Call<Operation>>>
  readonly of: (operation: Operation) => Effect.Effect<ReadonlyArray<Call<Operation>>>
  readonly executes: (target: string, work: string) => Effect.Effect<ReadonlyArray<Call<Operation>>>
  readonly executions: (target: string, work: string) => Effect.Effect<ReadonlyArray<Executed>>
  readonly unmatched: Effect.Effect<ReadonlyArray<Call<Operation>>>
  readonly verify: Effect.Effect<void, AssertionFailed>
}
declare const AssertionFailed_base: new <A extends Record<string, any> = {}>(
  args: import("effect/Types").VoidIfEmpty<{ readonly [P in keyof A as P extends "_tag" ? never : P]: A[P] }>
) => import("effect/Cause").YieldableError & {
  readonly _tag: "AssertionFailed"
} & Readonly<A>
export declare class AssertionFailed extends AssertionFailed_base<{
  readonly message: string
  readonly expected: unknown
  readonly actual: unknown
}> {}
export interface Platform<Operation extends string = string> {
  readonly calls: Pick<Calls<Operation>, "log">
}
export interface Execution {
  readonly input?: unknown
  readonly times?: number
}
export interface Expectation extends Execution {
  readonly target?: string
  readonly work?: string
  readonly status?: number
}
export declare const assertExecuted: (
  platform: Platform,
  target: string,
  work: string,
  expectation?: Execution
) => Effect.Effect<void, AssertionFailed>
export declare const assertNotExecuted: (
  platform: Platform,
  target: string,
  work: string,
  expectation?: Pick<Execution, "input">
) => Effect.Effect<void, AssertionFailed>
export declare const assertCalled: <Operation extends string>(
  platform: Platform<Operation>,
  operation: NoInfer<Operation>,
  expectation?: Expectation
) => Effect.Effect<void, AssertionFailed>
export declare const assertNoUnmatched: (platform: Platform) => Effect.Effect<void, AssertionFailed>
export declare const assertNoUnused: (platform: Platform) => Effect.Effect<void, AssertionFailed>
