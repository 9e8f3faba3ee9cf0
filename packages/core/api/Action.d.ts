import type * as ActionSchema from "./ActionSchema.js"
import type { ReadError, WriteError } from "./ApiError.js"
import type { ConnectorFile } from "./ConnectorFile.js"
import type { Page, PageError, PositionInput } from "./Page.js"
import type { UserToken } from "./Users.js"
import type * as errors from "./internal/http/errors.js"
import type * as Headers from "@effect/platform/Headers"
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Either from "effect/Either"
import type { Pipeable } from "effect/Pipeable"
import type * as Redacted from "effect/Redacted"
import type * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"

export type Parameters = Readonly<Record<string, unknown>>
export type Token = UserToken | Redacted.Redacted
export interface ActionOptions {
  readonly token?: Token | undefined
  readonly identifier?: string | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly timeout?: Duration.DurationInput | undefined
  readonly maxAttempts?: number | undefined
  readonly replayUnsafe?: boolean | undefined
  readonly strict?: boolean | undefined
  readonly responseFields?: ReadonlyArray<string> | undefined
  readonly maxPages?: number | undefined
  readonly from?: PositionInput | undefined
  readonly integers?: "number" | "bigint" | undefined
}
export interface Executed {
  readonly data: unknown
  readonly status: number
  readonly headers: Headers.Headers
  readonly requestId: string | undefined
  readonly ignored: ReadonlyArray<ActionSchema.Ignored>
}
export type ActionError = ReadError | WriteError
export type StatusError = errors.StatusError
export type Item<A> = A extends ReadonlyArray<infer X> ? X : A
export interface Action<out A = unknown, P = Parameters> extends Pipeable {
  readonly connector: string
  readonly name: string
  readonly given: Parameters
  readonly options: ActionOptions
  readonly parameters: Effect.Effect<ReadonlyArray<ActionSchema.Parameter>, ReadError>
  readonly schema: Effect.Effect<Schema.Schema<ActionSchema.Values, ActionSchema.Values>, ReadError>
  readonly validate: Effect.Effect<ActionSchema.Cleaned, ReadError>
  readonly execute: Effect.Effect<Executed, ActionError>
  readonly either: Effect.Effect<Either.Either<Executed, Executed>, ActionError>
  readonly run: Effect.Effect<Page<A>, PageError>
  readonly download: Effect.Effect<ConnectorFile, ActionError, Scope.Scope>
  readonly pages: Stream.Stream<Page<A>, PageError>
  readonly pagesBackward: Stream.Stream<Page<A>, PageError>
  readonly items: Stream.Stream<Item<A>, PageError>
  readonly itemsBackward: Stream.Stream<Item<A>, PageError>
  readonly with: (change: Change) => Action<A, P>
  readonly decoding: <B>(decode: (data: unknown) => Either.Either<B, ReadonlyArray<string>>) => Action<B, P>
}
export interface Change {
  readonly given?: Parameters
  readonly options?: ActionOptions
}
type Keeping = <A, P>(self: Action<A, P>) => Action<A, P>
export declare const params: <P = Parameters>(given: NoInfer<Partial<P>>) => <A>(self: Action<A, P>) => Action<A, P>
export declare const token: (token: Token) => Keeping
export declare const headers: (headers: Readonly<Record<string, string>>) => Keeping
export declare const identifier: (identifier: string) => Keeping
export declare const timeout: (timeout: Duration.DurationInput) => Keeping
export declare const maxAttempts: (maxAttempts: number) => Keeping
export declare const replayUnsafe: Keeping
export declare const strict: Keeping
export declare const responseFields: (responseFields: ReadonlyArray<string>) => Keeping
export declare const maxPages: (maxPages: number) => Keeping
export declare const from: (from: PositionInput) => Keeping
export declare const integers: (integers: "number" | "bigint") => Keeping
export declare const output: <B, I>(schema: Schema.Schema<B, I>) => <P>(self: Action<unknown, P>) => Action<B, P>
export declare const execute: <A, P>(self: Action<A, P>) => Effect.Effect<Executed, ActionError>
export declare const either: <A, P>(self: Action<A, P>) => Effect.Effect<Either.Either<Executed, Executed>, ActionError>
export declare const run: <A, P>(self: Action<A, P>) => Effect.Effect<Page<A>, PageError>
export declare const download: <A, P>(self: Action<A, P>) => Effect.Effect<ConnectorFile, ActionError, Scope.Scope>
export declare const pages: <A, P>(self: Action<A, P>) => Stream.Stream<Page<A>, PageError>
export declare const pagesBackward: <A, P>(self: Action<A, P>) => Stream.Stream<Page<A>, PageError>
export declare const items: <A, P>(self: Action<A, P>) => Stream.Stream<Item<A>, PageError>
export declare const itemsBackward: <A, P>(self: Action<A, P>) => Stream.Stream<Item<A>, PageError>
