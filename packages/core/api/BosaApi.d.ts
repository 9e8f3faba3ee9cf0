import type * as ActionTools from "./ActionTools.js"
import type { ReadError } from "./ApiError.js"
import type { Auth } from "./Auth.js"
import type * as Catalog from "./Catalog.js"
import type * as Clients from "./Clients.js"
import type { ConnectorOf, UnboundActionCalls } from "./ConnectorHandle.js"
import type { Dialect } from "./Dialect.js"
import type { ConnectorTypes, Name } from "./GeneratedTypes.js"
import type * as Integrations from "./Integrations.js"
import type { InvalidRequest } from "./InvalidRequest.js"
import type { Limits } from "./Limits.js"
import type { RetryInput } from "./Retry.js"
import type * as Skills from "./Skills.js"
import type { TransformClient } from "./Transport.js"
import type * as Users from "./Users.js"
import type * as HttpClient from "@effect/platform/HttpClient"
import type * as Config from "effect/Config"
import type * as ConfigError from "effect/ConfigError"
import type * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"

declare const BosaApi_base: Context.TagClass<BosaApi, "@effect-connectors/core/BosaApi", BosaApi.Service>
export declare class BosaApi extends BosaApi_base {
  static make(options?: BosaApi.Options): Effect.Effect<BosaApi.Service, InvalidRequest, Auth | HttpClient.HttpClient>
  static layer(options?: BosaApi.Options): Layer.Layer<BosaApi, InvalidRequest, Auth | HttpClient.HttpClient>
  static layerConfig(
    settings?: Config.Config.Wrap<BosaApi.Settings>,
    client?: BosaApi.ClientOptions
  ): Layer.Layer<BosaApi, ConfigError.ConfigError | InvalidRequest, Auth | HttpClient.HttpClient>
}
export declare namespace BosaApi {
  interface Settings {
    readonly dialect?: Dialect | undefined
    readonly baseUrl?: string | undefined
    readonly extraHeaders?: Readonly<Record<string, string | Redacted.Redacted>> | undefined
    readonly attemptTimeout?: Duration.DurationInput | undefined
    readonly deadline?: Duration.DurationInput | undefined
    readonly userAgent?: string | undefined
    readonly allowInsecureHttp?: boolean | undefined
    readonly maxRetryAfter?: Duration.DurationInput | undefined
    readonly maxBodyBytes?: number | undefined
    readonly integers?: "number" | "bigint" | undefined
    readonly discoveryTtl?: Duration.DurationInput | undefined
    readonly strict?: boolean | undefined
    readonly errorContract?: number | undefined
    readonly createClient?: Clients.CreateClientOptions | undefined
  }
  interface ClientOptions {
    readonly retry?: Exclude<RetryInput, "idempotent"> | undefined
    readonly transformClient?: TransformClient | undefined
    readonly limits?: Limits | undefined
    readonly metrics?: boolean | undefined
    readonly reasons?: "shown" | "hidden" | undefined
  }
  interface Options extends Settings, ClientOptions {}
  interface Service extends UnboundActionCalls {
    readonly origin: string
    readonly dialect: Dialect
    readonly connectors: Effect.Effect<ReadonlyArray<string>, ReadError>
    readonly connect: <C extends Name<ConnectorTypes>>(connector: C) => ConnectorOf<C>
    readonly users: Users.Operations
    readonly integrations: Integrations.Operations
    readonly clients: Clients.Operations
    readonly catalog: Catalog.Operations
    readonly skills: Skills.Operations
    readonly tools: (
      connectors: string | ReadonlyArray<string>,
      options?: ActionTools.ToolOptions
    ) => Effect.Effect<ReadonlyArray<ActionTools.ActionTool>, ReadError>
  }
}
export declare const make: (
  options?: BosaApi.Options | undefined
) => Effect.Effect<BosaApi.Service, InvalidRequest, Auth | HttpClient.HttpClient>
