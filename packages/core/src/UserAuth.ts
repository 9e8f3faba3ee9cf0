/**
 * Credentials of one user of BOSA / GL Connectors, whose token is had and renewed as needed.
 *
 * @since 0.2.0
 */
import * as HttpClient from "@effect/platform/HttpClient"
import * as Config from "effect/Config"
import type * as ConfigError from "effect/ConfigError"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import { Auth } from "./Auth.js"
import type { Dialect } from "./Dialect.js"
import { addressFrom, dialectFrom } from "./internal/bosa/environment.js"
import * as userAuth from "./internal/bosa/userAuth.js"
import type { InvalidRequest } from "./InvalidRequest.js"
import type { RetryInput } from "./Retry.js"
import type { TokenStore } from "./TokenStore.js"
import type { TransformClient } from "./Transport.js"

/**
 * What can come from configuration. Durations without a unit are milliseconds.
 *
 * @since 0.2.0
 * @category models
 */
export interface Settings {
  /** The client's key. */
  readonly apiKey: Redacted.Redacted
  /** The name that the user was created with. */
  readonly identifier: string
  /** What `users.create` answered with. */
  readonly secret: Redacted.Redacted
  /** The same as that of the client. `undefined` is the public address of the dialect: say so, as the secret goes there. */
  readonly baseUrl: string | undefined
  /** Default `bosa`. */
  readonly dialect?: Dialect | undefined
  /** How long before its end a token is renewed, but never more than half of its life. Default 60 seconds. */
  readonly renewBefore?: Duration.DurationInput | undefined
  /** Allows plain http to other machines: credentials go in clear. */
  readonly allowInsecureHttp?: boolean | undefined
}

/**
 * What is code and not configuration.
 *
 * @since 0.2.0
 * @category models
 */
export interface ClientOptions {
  /** Where tokens are kept; in this layer alone unless given. */
  readonly store?: TokenStore | undefined
  /** When authenticating is tried again. Default as for every other call. */
  readonly retry?: Exclude<RetryInput, "idempotent"> | undefined
  /** Changes the `HttpClient` that authenticating goes through. */
  readonly transformClient?: TransformClient | undefined
  /** Whether the warning about a user who could not be authenticated shows the server's own reason. Default `"shown"`. */
  readonly reasons?: "shown" | "hidden" | undefined
}

/**
 * All options.
 *
 * @since 0.2.0
 * @category models
 */
export interface UserAuthOptions extends Settings, ClientOptions {}

/**
 * The API key, and the token of a user as a bearer. The first call authenticates the user; however many calls come
 * at once, it is done once. The token is renewed before it ends, and once after a call was refused with 401.
 *
 * A call whose user cannot be authenticated ends as `Unauthorized` with status 0, and a warning in the log says why;
 * what may pass is tried again before. It takes 30 seconds at most.
 *
 * @example
 * ```ts
 * import { BosaApi, UserAuth } from "@effect-connectors/core"
 * import * as Layer from "effect/Layer"
 * import * as Redacted from "effect/Redacted"
 *
 * const platform = { baseUrl: "https://bosa.example", dialect: "gl" } as const
 *
 * export const ann = BosaApi.layer(platform).pipe(
 *   Layer.provide(
 *     UserAuth.layer({ ...platform, apiKey: Redacted.make("key"), identifier: "ann", secret: Redacted.make("sk-user-...") })
 *   )
 * )
 * ```
 *
 * @since 0.2.0
 * @category layers
 */
export const layer = (options: UserAuthOptions): Layer.Layer<Auth, InvalidRequest, HttpClient.HttpClient> =>
  Layer.effect(
    Auth,
    Effect.flatMap(HttpClient.HttpClient, (client) => userAuth.make(client, options))
  )

const environment: Config.Config.Wrap<Settings> = Config.all({
  apiKey: Config.redacted(Config.nonEmptyString("BOSA_API_KEY")),
  identifier: Config.nonEmptyString("BOSA_USER_IDENTIFIER"),
  secret: Config.redacted(Config.nonEmptyString("BOSA_USER_SECRET")),
  baseUrl: addressFrom("BOSA_BASE_URL"),
  dialect: dialectFrom("BOSA_DIALECT")
})

/**
 * The same from `Config`; without an argument from the environment: `BOSA_API_KEY`, `BOSA_USER_IDENTIFIER` and
 * `BOSA_USER_SECRET`, and `BOSA_BASE_URL` and `BOSA_DIALECT`, which may be left out.
 *
 * @since 0.2.0
 * @category layers
 */
export const layerConfig = (
  settings: Config.Config.Wrap<Settings> = environment,
  client: ClientOptions = {}
): Layer.Layer<Auth, ConfigError.ConfigError | InvalidRequest, HttpClient.HttpClient> =>
  Layer.unwrapEffect(Effect.map(Config.unwrap(settings), (read) => layer({ ...read, ...client })))
