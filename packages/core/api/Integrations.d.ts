import type { Token } from "./Action.js"
import type { ApiError, ReadError, WriteError } from "./ApiError.js"
import type { IntegrationRequired } from "./BosaError.js"
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type * as Schedule from "effect/Schedule"
import type * as Stream from "effect/Stream"

export interface IntegrationResult {
  readonly success: boolean
  readonly message: string | undefined
  readonly raw: unknown
}
export interface Integration {
  readonly connector: string | undefined
  readonly account: string | undefined
  readonly isSelected: boolean | undefined
  readonly authStatus: string | undefined
  readonly authScopes: ReadonlyArray<string>
  readonly authString: Redacted.Redacted | undefined
  readonly raw: unknown
}
export interface Linked {
  readonly _tag: "Linked"
}
export interface Visit {
  readonly _tag: "Visit"
  readonly url: string
}
export interface Waiting {
  readonly _tag: "Waiting"
  readonly attempt: number
}
export declare const Linked: Linked
export declare const Visit: (url: string) => Visit
export declare const Waiting: (attempt: number) => Waiting
export interface UntilLinkedOptions {
  readonly deadline?: Duration.DurationInput | undefined
  readonly schedule?: Schedule.Schedule<unknown, number> | undefined
}
export interface InitiateOptions {
  readonly replaceDuplicate?: boolean | undefined
}
export interface Operations {
  readonly has: (connector: string, token: Token | undefined) => Effect.Effect<boolean, ReadError>
  readonly initiate: (
    connector: string,
    token: Token | undefined,
    callbackUrl: string,
    options?: InitiateOptions
  ) => Effect.Effect<string, WriteError>
  readonly configure: (
    connector: string,
    token: Token | undefined,
    configuration: Readonly<Record<string, unknown>>,
    options?: InitiateOptions
  ) => Effect.Effect<IntegrationResult, WriteError>
  readonly select: (
    connector: string,
    token: Token | undefined,
    account: string
  ) => Effect.Effect<IntegrationResult, WriteError>
  readonly get: (connector: string, token: Token | undefined, account: string) => Effect.Effect<Integration, ReadError>
  readonly remove: (
    connector: string,
    token: Token | undefined,
    account?: string
  ) => Effect.Effect<IntegrationResult, WriteError>
  readonly ensure: (
    connector: string,
    token: Token | undefined,
    callbackUrl: string
  ) => Effect.Effect<Linked | Visit, ApiError>
  readonly require: (
    connector: string,
    token: Token | undefined,
    callbackUrl?: string
  ) => Effect.Effect<void, ApiError | IntegrationRequired>
  readonly untilLinked: (
    connector: string,
    token: Token | undefined,
    options?: UntilLinkedOptions
  ) => Stream.Stream<Waiting | Linked, ReadError>
}
