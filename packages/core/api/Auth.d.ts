import type { InvalidRequest } from "./InvalidRequest.js"
import type * as Config from "effect/Config"
import type * as ConfigError from "effect/ConfigError"
import type * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"

export type Credentials = Readonly<Record<string, Redacted.Redacted>>
export interface ExpiringCredentials {
  readonly headers: Credentials
  readonly expiresAt?: Date | number | undefined
}
export type Unavailable = {
  readonly _tag: "Unavailable"
  readonly reason?: Redacted.Redacted<unknown> | undefined
}
declare const Auth_base: Context.TagClass<Auth, "@effect-connectors/core/Auth", Auth.Service>
export declare class Auth extends Auth_base {
  static serviceToken(token: Redacted.Redacted): Layer.Layer<Auth, InvalidRequest>
  static session(session: {
    readonly cookie?: Redacted.Redacted
    readonly csrfToken?: Redacted.Redacted
  }): Layer.Layer<Auth, InvalidRequest>
  static apiKey(key: Redacted.Redacted): Layer.Layer<Auth, InvalidRequest>
  static bosa(credentials: Auth.BosaSettings): Layer.Layer<Auth, InvalidRequest>
  static bosaConfig(
    settings?: Config.Config.Wrap<Auth.BosaSettings>
  ): Layer.Layer<Auth, ConfigError.ConfigError | InvalidRequest>
  static headers(headers: Credentials): Layer.Layer<Auth, InvalidRequest>
  static refreshing<E, R>(get: Effect.Effect<Credentials | ExpiringCredentials, E, R>): Layer.Layer<Auth, never, R>
  static refreshing<E, R>(
    get: Effect.Effect<Credentials | ExpiringCredentials, E, R>,
    options: Auth.RefreshingOptions
  ): Layer.Layer<Auth, InvalidRequest, R>
  static readonly none: Layer.Layer<Auth>
  static layerConfig(
    settings?: Config.Config.Wrap<Auth.Settings>
  ): Layer.Layer<Auth, ConfigError.ConfigError | InvalidRequest>
}
export declare namespace Auth {
  interface Service {
    readonly initial?: Credentials
    readonly key?: Credentials
    readonly current: Effect.Effect<Credentials, Unavailable | InvalidRequest>
    readonly renew?: (refused: Credentials) => Effect.Effect<Credentials, Unavailable | InvalidRequest>
  }
  interface RefreshingOptions {
    readonly renewBefore?: Duration.DurationInput | undefined
  }
  interface Settings {
    readonly serviceToken?: Redacted.Redacted | undefined
    readonly cookie?: Redacted.Redacted | undefined
    readonly csrfToken?: Redacted.Redacted | undefined
    readonly apiKey?: Redacted.Redacted | undefined
  }
  interface BosaSettings {
    readonly apiKey: Redacted.Redacted
    readonly userToken?: Redacted.Redacted | undefined
  }
}
