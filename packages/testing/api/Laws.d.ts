import type { Law, LawBroken, LawSkipped, Target } from "./Law.js"
import type { Wire } from "./Wire.js"
import type { World } from "./World.js"
import type { BosaApi } from "@effect-connectors/core/BosaApi"
import type { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import type { Dialect } from "@effect-connectors/core/Dialect"
import type { InvalidRequest } from "@effect-connectors/core/InvalidRequest"
import type * as HttpClient from "@effect/platform/HttpClient"
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"

export declare const world: World
export declare const target: Target
export declare const targetOf: (parts: Partial<Target>) => Target
export interface Credentials {
  readonly serviceToken: Redacted.Redacted
  readonly apiKey: Redacted.Redacted
  readonly userToken?: Redacted.Redacted | undefined
}
export declare const credentials: Credentials
export declare const connections: ReadonlyArray<Law<ConnectionsApi>>
export declare const bosa: ReadonlyArray<Law<BosaApi>>
export declare const all: ReadonlyArray<Law<ConnectionsApi | BosaApi>>
export interface ClientOptions {
  readonly baseUrl: string
  readonly dialect?: Dialect | undefined
  readonly through?: Layer.Layer<HttpClient.HttpClient, never, HttpClient.HttpClient> | undefined
  readonly credentials?: Credentials | undefined
}
export declare const client: (
  options: ClientOptions
) => Layer.Layer<ConnectionsApi | BosaApi | Wire, InvalidRequest, HttpClient.HttpClient>
export interface LawsOptions {
  readonly target?: Target | undefined
  readonly limit?: Duration.DurationInput | undefined
}
export interface LawKept {
  readonly _tag: "LawKept"
  readonly law: string
}
export type LawResult = LawKept | LawBroken | LawSkipped
export type Subject<R, E> = Layer.Layer<R, E> | ((law: Law<R>) => Layer.Layer<R, E>)
export declare const checkOne: <R, E>(
  law: Law<R>,
  subject: Subject<R, E>,
  options?: LawsOptions
) => Effect.Effect<LawResult, E>
export interface Report {
  readonly results: ReadonlyArray<LawResult>
  readonly isKept: boolean
  readonly broken: ReadonlyArray<LawBroken>
  readonly skipped: ReadonlyArray<LawSkipped>
}
export declare const checkOnly: <R, E>(
  laws: ReadonlyArray<Law<R>>,
  subject: Subject<R, E>,
  options?: LawsOptions
) => Effect.Effect<Report, E>
export declare const check: <E>(
  subject: Subject<ConnectionsApi | BosaApi, E>,
  options?: LawsOptions
) => Effect.Effect<Report, E>
export declare const print: ({ broken, skipped, results }: Report) => string
