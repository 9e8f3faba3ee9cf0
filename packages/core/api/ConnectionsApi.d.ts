import type { ReadError, WriteError } from "./ApiError.js"
import type { Auth } from "./Auth.js"
import type {
  ConnectionOf,
  FileOperations,
  HttpOperations,
  ListFilter,
  SqlOperations,
  TriggerOperations,
  Unbound,
  UnboundActionOperations
} from "./ConnectionHandle.js"
import type { ConnectionTypes, Name } from "./GeneratedTypes.js"
import type { InvalidRequest } from "./InvalidRequest.js"
import type { WatchOptions } from "./Job.js"
import type * as JobProtocol from "./JobProtocol.js"
import type * as JobTracker from "./JobTracker.js"
import type { Jobs } from "./Jobs.js"
import type { Limits } from "./Limits.js"
import type { Connection, SavedAction, Unsubscribed } from "./Records.js"
import type { RetryInput } from "./Retry.js"
import type { TransformClient } from "./Transport.js"
import type * as HttpClient from "@effect/platform/HttpClient"
import type * as Config from "effect/Config"
import type * as ConfigError from "effect/ConfigError"
import type * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"

declare const ConnectionsApi_base: Context.TagClass<
  ConnectionsApi,
  "@effect-connectors/core/ConnectionsApi",
  ConnectionsApi.Service
>
export declare class ConnectionsApi extends ConnectionsApi_base {
  static make(
    options: ConnectionsApi.Options
  ): Effect.Effect<ConnectionsApi.Service, InvalidRequest, Auth | HttpClient.HttpClient | Scope.Scope>
  static layer(
    options: ConnectionsApi.Options
  ): Layer.Layer<ConnectionsApi, InvalidRequest, Auth | HttpClient.HttpClient>
  static layerConfig(
    settings?: Config.Config.Wrap<ConnectionsApi.Settings>,
    client?: ConnectionsApi.ClientOptions
  ): Layer.Layer<ConnectionsApi, ConfigError.ConfigError | InvalidRequest, Auth | HttpClient.HttpClient>
}
export declare namespace ConnectionsApi {
  interface Settings {
    readonly baseUrl: string
    readonly extraHeaders?: Readonly<Record<string, string | Redacted.Redacted>> | undefined
    readonly attemptTimeout?: Duration.DurationInput | undefined
    readonly deadline?: Duration.DurationInput | undefined
    readonly userAgent?: string | undefined
    readonly allowInsecureHttp?: boolean | undefined
    readonly maxRetryAfter?: Duration.DurationInput | undefined
    readonly maxBodyBytes?: number | undefined
    readonly integers?: "number" | "bigint" | undefined
    readonly checkInputs?: boolean | undefined
    readonly inputsTtl?: Duration.DurationInput | undefined
  }
  interface ClientOptions {
    readonly retry?: Exclude<RetryInput, "idempotent"> | undefined
    readonly transformClient?: TransformClient | undefined
    readonly limits?: Limits | undefined
    readonly metrics?: boolean | undefined
    readonly reasons?: "shown" | "hidden" | undefined
    readonly slugPattern?: RegExp | undefined
    readonly idempotencyKey?: IdempotencyKey | undefined
    readonly jobs?: JobOptions | undefined
  }
  interface IdempotencyKey {
    readonly header: string
    readonly make: Effect.Effect<string>
    readonly honored?: boolean | undefined
  }
  interface JobOptions extends WatchOptions, JobTracker.JobTrackerOptions {
    readonly protocol?: JobProtocol.JobProtocol
  }
  interface Options extends Settings, ClientOptions {}
  interface Service {
    readonly origin: string
    readonly connection: <S extends Name<ConnectionTypes>>(slug: S) => ConnectionOf<S>
    readonly list: (filter?: ListFilter) => Effect.Effect<ReadonlyArray<Connection>, ReadError>
    readonly get: (slug: string) => Effect.Effect<Connection, ReadError>
    readonly authorize: (slug: string) => Effect.Effect<Option.Option<unknown>, WriteError>
    readonly unauthorize: (slug: string) => Effect.Effect<Option.Option<unknown>, WriteError>
    readonly setActive: (slug: string, active: boolean) => Effect.Effect<Option.Option<unknown>, WriteError>
    readonly catalog: Effect.Effect<ReadonlyArray<SavedAction>, ReadError>
    readonly actions: UnboundActionOperations
    readonly http: Unbound<HttpOperations>
    readonly file: Unbound<FileOperations>
    readonly sql: Unbound<SqlOperations>
    readonly triggers: Unbound<TriggerOperations>
    readonly subscribers: {
      readonly remove: (id: string | number | bigint) => Effect.Effect<Unsubscribed, WriteError>
    }
    readonly jobs: Jobs
  }
}
export declare const make: (
  options: ConnectionsApi.Options
) => Effect.Effect<ConnectionsApi.Service, InvalidRequest, Auth | HttpClient.HttpClient | Scope.Scope>
