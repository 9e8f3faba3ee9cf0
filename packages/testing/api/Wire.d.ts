import type * as HttpClient from "@effect/platform/HttpClient"
import type * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"

export interface WireRequest {
  readonly at: number
  readonly method: string
  readonly path: string
  readonly headers: Redacted.Redacted<Readonly<Record<string, string>>>
  readonly status: number | "open" | "lost" | "interrupted"
  readonly answer: string | undefined
}
declare const Wire_base: Context.TagClass<Wire, "@effect-connectors/testing/Wire", Wire.Service>
export declare class Wire extends Wire_base {
  static readonly layer: Layer.Layer<Wire | HttpClient.HttpClient, never, HttpClient.HttpClient>
}
export declare namespace Wire {
  interface Service {
    readonly requests: Effect.Effect<ReadonlyArray<WireRequest>>
  }
}
