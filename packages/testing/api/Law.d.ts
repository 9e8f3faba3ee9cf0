import type { JsonObject } from "./Executor.js"
import type { Parameters } from "@effect-connectors/core/Action"
import type * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"

declare const LawBroken_base: new <A extends Record<string, any> = {}>(
  args: import("effect/Types").VoidIfEmpty<{ readonly [P in keyof A as P extends "_tag" ? never : P]: A[P] }>
) => import("effect/Cause").YieldableError & {
  readonly _tag: "LawBroken"
} & Readonly<A>
export declare class LawBroken extends LawBroken_base<{
  readonly law: string
  readonly reason: string
  readonly trace: ReadonlyArray<string>
}> {
  get message(): string
}
declare const LawSkipped_base: new <A extends Record<string, any> = {}>(
  args: import("effect/Types").VoidIfEmpty<{ readonly [P in keyof A as P extends "_tag" ? never : P]: A[P] }>
) => import("effect/Cause").YieldableError & {
  readonly _tag: "LawSkipped"
} & Readonly<A>
export declare class LawSkipped extends LawSkipped_base<{
  readonly law: string
  readonly reason: string
}> {
  get message(): string
}
export interface Law<out R> {
  readonly name: string
  readonly sentence: string
  readonly check: Effect.Effect<void, LawBroken | LawSkipped, R>
}
export interface Refusal {
  readonly action: string
  readonly status: number
}
export interface JobAction {
  readonly action: string
  readonly input?: JsonObject | undefined
  readonly result?: unknown
}
export interface PagedAction {
  readonly action: string
  readonly input?: Parameters | undefined
  readonly items?: ReadonlyArray<unknown> | undefined
}
export interface Target {
  readonly connection: string
  readonly quick: string | undefined
  readonly works: JobAction | undefined
  readonly fails: JobAction | undefined
  readonly stays: JobAction | undefined
  readonly refusals: ReadonlyArray<Refusal>
  readonly file:
    | {
        readonly connection: string
        readonly path: string
      }
    | undefined
  readonly missing: string
  readonly connector: string
  readonly echo:
    | {
        readonly action: string
        readonly input: Parameters
      }
    | undefined
  readonly refused:
    | {
        readonly action: string
        readonly input: Parameters
      }
    | undefined
  readonly pages: ReadonlyArray<PagedAction>
  readonly connectorRefusals: ReadonlyArray<Refusal>
  readonly secrets: ReadonlyArray<Redacted.Redacted>
  readonly pace: Duration.DurationInput
  readonly settle: Duration.DurationInput
}
declare const CurrentTarget_base: Context.ReferenceClass<
  CurrentTarget,
  "@effect-connectors/testing/Law/CurrentTarget",
  Target
>
export declare class CurrentTarget extends CurrentTarget_base {}
