import type { Auth } from "./Auth.js"
import type { Dialect } from "./Dialect.js"
import type { InvalidRequest } from "./InvalidRequest.js"
import type { RetryInput } from "./Retry.js"
import type { TokenStore } from "./TokenStore.js"
import type { TransformClient } from "./Transport.js"
import type * as HttpClient from "@effect/platform/HttpClient"
import type * as Config from "effect/Config"
import type * as ConfigError from "effect/ConfigError"
import type * as Duration from "effect/Duration"
import type * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"

export interface Settings {
  readonly apiKey: Redacted.Redacted
  readonly identifier: string
  readonly secret: Redacted.Redacted
  readonly baseUrl: string | undefined
  readonly dialect?: Dialect | undefined
  readonly renewBefore?: Duration.DurationInput | undefined
  readonly allowInsecureHttp?: boolean | undefined
}
export interface ClientOptions {
  readonly store?: TokenStore | undefined
  readonly retry?: Exclude<RetryInput, "idempotent"> | undefined
  readonly transformClient?: TransformClient | undefined
  readonly reasons?: "shown" | "hidden" | undefined
}
export interface UserAuthOptions extends Settings, ClientOptions {}
export declare const layer: (options: UserAuthOptions) => Layer.Layer<Auth, InvalidRequest, HttpClient.HttpClient>
export declare const layerConfig: (
  settings?: Config.Config.Wrap<Settings>,
  client?: ClientOptions
) => Layer.Layer<Auth, ConfigError.ConfigError | InvalidRequest, HttpClient.HttpClient>
