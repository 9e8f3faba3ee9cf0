/**
 * How requests to one origin are authorized.
 *
 * @since 0.1.0
 */
import * as Config from "effect/Config"
import * as ConfigError from "effect/ConfigError"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import { bearer } from "./internal/http/bearer.js"
import { waitMilliseconds } from "./internal/data/checks.js"
import { credentialsIssues, headerIssue } from "./internal/http/headers.js"
import * as refreshing from "./internal/http/refreshing.js"
import * as OptionNames from "./OptionNames.js"
import { InvalidRequest, type Issue } from "./InvalidRequest.js"

/**
 * Headers that authorize a request: names in lower case, values redacted.
 *
 * @since 0.1.0
 * @category models
 */
export type Credentials = Readonly<Record<string, Redacted.Redacted>>

/**
 * Credentials, and when they end: a `Date`, or epoch milliseconds.
 *
 * @since 0.5.0
 * @category models
 */
export interface ExpiringCredentials {
  readonly headers: Credentials
  readonly expiresAt?: Date | number | undefined
}

/**
 * Credentials could not be had: by the effect given to `Auth.refreshing`, or by `UserAuth`. `reason` is what it failed
 * with, which the `reason` of the `Unauthorized` error then is.
 *
 * @since 0.1.0
 * @category models
 */
export type Unavailable = { readonly _tag: "Unavailable"; readonly reason?: Redacted.Redacted<unknown> | undefined }

/**
 * How requests to one origin are authorized. Each API layer takes its own, so
 * one program can hold many tenants. Credentials are never defaulted: a program that does not compile because it needs
 * `Auth` gets one from `Auth.serviceToken`, `Auth.layerConfig` or another of these layers. For a server that asks for none,
 * such as the emulator or a fake without `auth`, provide {@link Auth.none}.
 *
 * @example
 * ```ts
 * import { Auth, ConnectionsApi } from "@effect-connectors/core"
 * import * as Config from "effect/Config"
 * import * as Layer from "effect/Layer"
 *
 * export const api = ConnectionsApi.layer({ baseUrl: "https://connections.example" }).pipe(
 *   Layer.provide(Auth.layerConfig({ serviceToken: Config.redacted("TOKEN") }))
 * )
 * ```
 *
 * @since 0.1.0
 * @category services
 */
export class Auth extends Context.Tag("@effect-connectors/core/Auth")<Auth, Auth.Service>() {
  /**
   * A service token, sent as `X-Service-Token`.
   *
   * @since 0.1.0
   */
  static serviceToken(token: Redacted.Redacted): Layer.Layer<Auth, InvalidRequest> {
    return fixed({ "x-service-token": token })
  }

  /**
   * A browser session: its cookie string and CSRF token, sent as `Cookie` and `X-CSRF-Token`.
   *
   * @since 0.1.0
   */
  static session(session: {
    readonly cookie?: Redacted.Redacted
    readonly csrfToken?: Redacted.Redacted
  }): Layer.Layer<Auth, InvalidRequest> {
    return named(sessionNames, session, (given) => fixed(sessionHeaders(given)))
  }

  /**
   * An API key, sent as `X-API-Key`.
   *
   * @since 0.1.0
   */
  static apiKey(key: Redacted.Redacted): Layer.Layer<Auth, InvalidRequest> {
    return fixed({ "x-api-key": key })
  }

  /**
   * The API key of BOSA / GL Connectors, sent as `X-API-Key`, and the token of a user if one is given, sent as a
   * bearer. A token given to a single call goes before it. Tokens that end are `UserAuth`'s.
   *
   * @since 0.2.0
   */
  static bosa(credentials: Auth.BosaSettings): Layer.Layer<Auth, InvalidRequest> {
    return named(bosaNames, credentials, (given) => Layer.unwrapEffect(Effect.map(bosaHeaders(given), fixed)))
  }

  /**
   * The same from `Config`; without an argument from the environment: `BOSA_API_KEY`, and `BOSA_USER_TOKEN`, which
   * may be left out. No key there is a `ConfigError`.
   *
   * @since 0.2.0
   */
  static bosaConfig(
    settings: Config.Config.Wrap<Auth.BosaSettings> = bosaEnvironment
  ): Layer.Layer<Auth, ConfigError.ConfigError | InvalidRequest> {
    return Layer.unwrapEffect(Effect.map(Config.unwrap(settings), (read) => Auth.bosa(read)))
  }

  /**
   * Any headers.
   *
   * @since 0.1.0
   */
  static headers(headers: Credentials): Layer.Layer<Auth, InvalidRequest> {
    return fixed(headers)
  }

  /**
   * Credentials that change. The effect is run before the first call, before the credentials end if it says when, and,
   * once, after a call got a 401. Many calls share one run, which may take 30 seconds; what it gives is checked like
   * fixed credentials.
   *
   * A run that fails ends the call as `Unauthorized` with status 0, and its `reason` holds your error. Credentials that
   * have not ended are used on, and the effect is run again 5 seconds later. An `expiresAt` that has passed when it is
   * received is not used: the clocks differ.
   *
   * @example
   * ```ts
   * import { Auth } from "@effect-connectors/core"
   * import * as Effect from "effect/Effect"
   * import * as Redacted from "effect/Redacted"
   *
   * declare const issueToken: Effect.Effect<{ readonly token: string; readonly expiresAt: Date }, Error>
   *
   * export const auth = Auth.refreshing(
   *   Effect.map(issueToken, ({ expiresAt, token }) => ({
   *     headers: { authorization: Redacted.make(`Bearer ${token}`) },
   *     expiresAt
   *   })),
   *   { renewBefore: "2 minutes" }
   * )
   * ```
   *
   * @since 0.1.0
   */
  static refreshing<E, R>(get: Effect.Effect<Credentials | ExpiringCredentials, E, R>): Layer.Layer<Auth, never, R>
  static refreshing<E, R>(
    get: Effect.Effect<Credentials | ExpiringCredentials, E, R>,
    options: Auth.RefreshingOptions
  ): Layer.Layer<Auth, InvalidRequest, R>
  static refreshing<E, R>(
    get: Effect.Effect<Credentials | ExpiringCredentials, E, R>,
    options: Auth.RefreshingOptions = {}
  ): Layer.Layer<Auth, InvalidRequest, R> {
    return named(refreshingNames, options, ({ renewBefore = "60 seconds" }) => {
      const issues: Array<Issue> = []
      const renewBeforeMillis = waitMilliseconds("renewBefore", renewBefore, issues)
      return issues.length === 0
        ? Layer.effect(Auth, refreshing.make(get, renewBeforeMillis))
        : Layer.fail(new InvalidRequest({ operation: "Auth", issues }))
    })
  }

  /**
   * No credentials at all.
   *
   * @since 0.1.0
   */
  static readonly none: Layer.Layer<Auth> = Layer.sync(Auth, () =>
    Auth.of({ initial: {}, current: Effect.succeed({}) })
  )

  /**
   * Credentials from `Config`; without an argument from the environment:
   * `CONNECTIONS_SERVICE_TOKEN`, or `CONNECTIONS_COOKIE` with `CONNECTIONS_CSRF_TOKEN`.
   * None of them there is a `ConfigError`.
   *
   * @since 0.1.0
   */
  static layerConfig(
    settings: Config.Config.Wrap<Auth.Settings> = environment
  ): Layer.Layer<Auth, ConfigError.ConfigError | InvalidRequest> {
    return Layer.unwrapEffect(Effect.map(Config.unwrap(settings), (read) => named(settingNames, read, fromSettings)))
  }
}

/**
 * The types of {@link Auth}.
 *
 * @since 0.1.0
 * @category models
 */
export declare namespace Auth {
  /**
   * What a layer of it provides.
   *
   * @since 0.1.0
   * @category models
   */
  export interface Service {
    /** Credentials that never change, if these are such. */
    readonly initial?: Credentials
    /** Those of the client itself, where some operations need no user and the others do. */
    readonly key?: Credentials
    /** The credentials to send now. */
    readonly current: Effect.Effect<Credentials, Unavailable | InvalidRequest>
    /** Newer credentials than those that were refused, if there can be any. */
    readonly renew?: (refused: Credentials) => Effect.Effect<Credentials, Unavailable | InvalidRequest>
  }

  /**
   * The options of `refreshing`.
   *
   * @since 0.5.0
   * @category models
   */
  export interface RefreshingOptions {
    /** How long before their end credentials are renewed, but never more than half of their life. Default 60 seconds. */
    readonly renewBefore?: Duration.DurationInput | undefined
  }

  /**
   * What `layerConfig` reads.
   *
   * @since 0.1.0
   * @category models
   */
  export interface Settings {
    readonly serviceToken?: Redacted.Redacted | undefined
    readonly cookie?: Redacted.Redacted | undefined
    readonly csrfToken?: Redacted.Redacted | undefined
    readonly apiKey?: Redacted.Redacted | undefined
  }

  /**
   * What `bosa` takes and `bosaConfig` reads.
   *
   * @since 0.2.0
   * @category models
   */
  export interface BosaSettings {
    readonly apiKey: Redacted.Redacted
    /** With or without `Bearer` before it. */
    readonly userToken?: Redacted.Redacted | undefined
  }
}

const sessionNames = OptionNames.make<Parameters<typeof Auth.session>[0]>({ cookie: true, csrfToken: true })
const bosaNames = OptionNames.make<Auth.BosaSettings>({ apiKey: true, userToken: true })
const settingNames = OptionNames.make<Auth.Settings>({
  serviceToken: true,
  cookie: true,
  csrfToken: true,
  apiKey: true
})

const refreshingNames = OptionNames.make<Auth.RefreshingOptions>({ renewBefore: true })

const named = <Given extends object, E, R = never>(
  names: OptionNames.OptionNames,
  given: Given,
  make: (given: Given) => Layer.Layer<Auth, E | InvalidRequest, R>
): Layer.Layer<Auth, E | InvalidRequest, R> => {
  const issues = OptionNames.issues(names, given, ["Auth"])
  return issues.length === 0 ? make(given) : Layer.fail(new InvalidRequest({ operation: "Auth", issues }))
}

// a variable that is set to nothing counts as one that is not set
const optional = (name: string) =>
  Config.map(Config.option(Config.redacted(Config.nonEmptyString(name))), Option.getOrUndefined)

const environment: Config.Config.Wrap<Auth.Settings> = Config.all({
  serviceToken: optional("CONNECTIONS_SERVICE_TOKEN"),
  cookie: optional("CONNECTIONS_COOKIE"),
  csrfToken: optional("CONNECTIONS_CSRF_TOKEN")
})

const noKey = ConfigError.MissingData(
  ["BOSA_API_KEY"],
  "no API key: set BOSA_API_KEY, and BOSA_USER_TOKEN to act for a user; to send none, provide Auth.none"
)

const bosaEnvironment: Config.Config.Wrap<Auth.BosaSettings> = Config.all({
  apiKey: Config.mapOrFail(optional("BOSA_API_KEY"), (key) => Either.fromNullable(key, () => noKey)),
  userToken: optional("BOSA_USER_TOKEN")
})

const bosaHeaders = ({ apiKey, userToken }: Auth.BosaSettings): Effect.Effect<Credentials, InvalidRequest> => {
  if (userToken === undefined) return Effect.succeed({ "x-api-key": apiKey })
  const issue = headerIssue(["Auth", "userToken"], "authorization", userToken)
  return issue === undefined
    ? Effect.succeed({ "x-api-key": apiKey, authorization: bearer(userToken) })
    : Effect.fail(new InvalidRequest({ operation: "Auth", issues: [issue] }))
}

const sessionHeaders = (session: {
  readonly cookie?: Redacted.Redacted | undefined
  readonly csrfToken?: Redacted.Redacted | undefined
}): Credentials => ({
  ...(session.cookie === undefined ? {} : { cookie: session.cookie }),
  ...(session.csrfToken === undefined ? {} : { "x-csrf-token": session.csrfToken })
})

const checked = (credentials: Credentials): Effect.Effect<Credentials, InvalidRequest> => {
  const issues = credentialsIssues(credentials)
  return issues.length === 0
    ? Effect.succeed(credentials)
    : Effect.fail(new InvalidRequest({ operation: "Auth", issues }))
}

const fixed = (credentials: Credentials): Layer.Layer<Auth, InvalidRequest> =>
  Layer.effect(
    Auth,
    Effect.map(checked(credentials), (initial) => Auth.of({ initial, current: Effect.succeed(initial) }))
  )

const fromSettings = (settings: Auth.Settings): Layer.Layer<Auth, ConfigError.ConfigError | InvalidRequest> => {
  const headers: Credentials = {
    ...sessionHeaders(settings),
    ...(settings.serviceToken === undefined ? {} : { "x-service-token": settings.serviceToken }),
    ...(settings.apiKey === undefined ? {} : { "x-api-key": settings.apiKey })
  }
  return Object.keys(headers).length > 0
    ? fixed(headers)
    : Layer.fail(
        ConfigError.MissingData(
          ["CONNECTIONS_SERVICE_TOKEN"],
          "no credentials: set CONNECTIONS_SERVICE_TOKEN, or CONNECTIONS_COOKIE with CONNECTIONS_CSRF_TOKEN; to send none, provide Auth.none"
        )
      )
}
