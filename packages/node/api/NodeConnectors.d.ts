import type { Tls } from "./internal/dispatcher.js"
import type { BosaApi } from "@effect-connectors/core/BosaApi"
import type { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import type { InvalidRequest } from "@effect-connectors/core/InvalidRequest"
import type * as HttpClient from "@effect/platform/HttpClient"
import type * as ConfigError from "effect/ConfigError"
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import type { Dispatcher } from "undici/index.js"

declare const InvalidOptions_base: Schema.TaggedErrorClass<
  InvalidOptions,
  "InvalidOptions",
  {
    readonly _tag: Schema.tag<"InvalidOptions">
  } & {
    option: typeof Schema.String
    reason: typeof Schema.String
  }
>
export declare class InvalidOptions extends InvalidOptions_base {
  get message(): string
}
export interface NodeConnectorsOptions {
  readonly connections?: number | undefined
  readonly keepAlive?: Duration.DurationInput | undefined
  readonly connectTimeout?: Duration.DurationInput | undefined
  readonly proxy?: string | undefined
  readonly tls?: Tls | undefined
  readonly dispatcher?: Dispatcher | undefined
}
export declare const make: (
  options?: NodeConnectorsOptions | undefined
) => Effect.Effect<HttpClient.HttpClient, InvalidOptions, Scope.Scope>
export declare const layer: Layer.Layer<HttpClient.HttpClient>
export declare const layerOptions: (
  options: NodeConnectorsOptions
) => Layer.Layer<HttpClient.HttpClient, InvalidOptions>
export declare const layerConnections: Layer.Layer<ConnectionsApi, ConfigError.ConfigError | InvalidRequest>
export declare const layerBosa: Layer.Layer<BosaApi, ConfigError.ConfigError | InvalidRequest>
