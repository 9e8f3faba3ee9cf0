import type * as BosaModel from "./BosaModel.js"
import type { Json, OperationName } from "./Executor.js"
import type { Issue } from "./internal/schema/issues.js"
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as FastCheck from "effect/FastCheck"
import type * as Schema from "effect/Schema"

export interface Timing {
  readonly delayMillis?: number
  readonly skewMillis?: number
}
export type Fault =
  | ({
      readonly _tag: "Answer"
      readonly status?: number
      readonly headers?: Readonly<Record<string, string>>
      readonly json?: Json
      readonly text?: string
      readonly commit?: boolean
    } & Timing)
  | ({
      readonly _tag: "RateLimited"
      readonly retryAfterMillis?: number
      readonly hint?: Hint
    } & Timing)
  | ({
      readonly _tag: "Reset"
      readonly commit?: boolean
    } & Timing)
  | ({
      readonly _tag: "Refused"
    } & Timing)
  | ({
      readonly _tag: "Hang"
      readonly commit?: boolean
    } & Timing)
  | ({
      readonly _tag: "CutBody"
      readonly commit?: boolean
      readonly status?: number
      readonly json?: Json
    } & Timing)
  | ({
      readonly _tag: "SlowBody"
      readonly bytes: number
      readonly everyMillis: number
    } & Timing)
  | ({
      readonly _tag: "StaleRead"
      readonly changes?: number
    } & Timing)
  | ({
      readonly _tag: "Duplicate"
    } & Timing)
  | ({
      readonly _tag: "Pass"
    } & Timing)
export type Hint = "seconds" | "date" | "millis" | "recovery"
export interface Matcher {
  readonly method?: string
  readonly path?: string
  readonly pattern?: string
  readonly operation?: OperationName | BosaModel.OperationName | (string & Record<never, never>)
  readonly connection?: string
  readonly connector?: string
  readonly action?: string
  readonly from?: number
}
export type Kind =
  | "unavailable"
  | "gatewayTimeout"
  | "rateLimited"
  | "refused"
  | "reset"
  | "lostAnswer"
  | "cutBody"
  | "html"
  | "hang"
  | "slowBytes"
  | "staleRead"
  | "duplicate"
  | "clockSkew"
  | "delay"
export type Rates = Readonly<Partial<Record<Kind, number>>>
export type Rule =
  | {
      readonly _tag: "Next"
      readonly matcher?: Matcher
      readonly faults: ReadonlyArray<Fault>
    }
  | {
      readonly _tag: "Always"
      readonly matcher?: Matcher
      readonly fault: Fault
    }
  | {
      readonly _tag: "Seeded"
      readonly matcher?: Matcher
      readonly seed: number
      readonly rates: Rates
    }
export interface Plan {
  readonly rules: ReadonlyArray<Rule>
}
declare const FaultsInvalid_base: new <A extends Record<string, any> = {}>(
  args: import("effect/Types").VoidIfEmpty<{ readonly [P in keyof A as P extends "_tag" ? never : P]: A[P] }>
) => import("effect/Cause").YieldableError & {
  readonly _tag: "FaultsInvalid"
} & Readonly<A>
export declare class FaultsInvalid extends FaultsInvalid_base<{
  readonly issues: ReadonlyArray<Issue>
}> {
  get message(): string
}
export declare const status: (
  status: number,
  options?: {
    readonly json?: Json
    readonly headers?: Readonly<Record<string, string>>
    readonly commit?: boolean
  }
) => Fault
export declare const body: (
  text: string,
  options?: {
    readonly contentType?: string
    readonly status?: number
    readonly commit?: boolean
  }
) => Fault
export declare const html: Fault
export declare const redirect: (location: string, code?: number) => Fault
export declare const rateLimited: (options?: {
  readonly retryAfter?: Duration.DurationInput
  readonly hint?: Hint
}) => Fault
export declare const reset: Fault
export declare const lostAnswer: Fault
export declare const refused: Fault
export declare const hang: Fault
export declare const hangAfterCommit: Fault
export declare const cutBody: Fault
export declare const slowBytes: (pace: { readonly bytes: number; readonly everyMillis: number }) => Fault
export declare const staleRead: (changes?: number) => Fault
export declare const duplicate: Fault
export declare const pass: Fault
export declare const clockSkew: (millis: number, fault?: Fault) => Fault
export declare const delay: (duration: Duration.DurationInput, fault?: Fault) => Fault
export declare const none: Plan
export declare const next: (...faults: ReadonlyArray<Fault>) => Plan
export declare const when: (matcher: Matcher, ...faults: ReadonlyArray<Fault>) => Plan
export declare const always: (matcher: Matcher, fault: Fault) => Plan
export declare const seeded: (seed: number, rates: number | Rates, matcher?: Matcher) => Plan
export declare const all: (...plans: ReadonlyArray<Plan>) => Plan
export declare const and: {
  (that: Plan): (self: Plan) => Plan
  (self: Plan, that: Plan): Plan
}
export declare const size: ({ rules }: Plan) => number
export declare const print: (plan: Plan) => string
export declare const FromJson: Schema.Schema<Plan>
export declare const fromJson: (json: unknown) => Effect.Effect<Plan, FaultsInvalid>
export declare const fromJsonText: (text: string) => Effect.Effect<Plan, FaultsInvalid>
export interface ArbitraryOptions {
  readonly kinds?: ReadonlyArray<Kind>
  readonly matchers?: ReadonlyArray<Matcher>
  readonly maxFaults?: number
  readonly maxFrom?: number
}
export declare const arbitrary: (options?: ArbitraryOptions) => FastCheck.Arbitrary<Plan>
