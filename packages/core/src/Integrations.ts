/**
 * What users have linked: which of their accounts at which connectors.
 *
 * @since 0.2.0
 */
import * as Data from "effect/Data"
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type * as Schedule from "effect/Schedule"
import type * as Stream from "effect/Stream"
import type { Token } from "./Action.js"
import type { ApiError, ReadError, WriteError } from "./ApiError.js"
import type { IntegrationRequired } from "./BosaError.js"

/**
 * What a change of an integration came to. `success` is the server's word on it.
 *
 * @since 0.2.0
 * @category models
 */
export interface IntegrationResult {
  readonly success: boolean
  /** What the server says of it, or of why not. */
  readonly message: string | undefined
  /** The whole response; credentials in it are redacted. `null` when it was empty. */
  readonly raw: unknown
}

/**
 * An account that is linked.
 *
 * @since 0.2.0
 * @category models
 */
export interface Integration {
  readonly connector: string | undefined
  /** The account's name at the connector. */
  readonly account: string | undefined
  /** Whether calls that name no account use this one. */
  readonly isSelected: boolean | undefined
  readonly authStatus: string | undefined
  readonly authScopes: ReadonlyArray<string>
  /** What the platform uses at the connector, when it shows it. */
  readonly authString: Redacted.Redacted | undefined
  /** All that the server says of it; credentials in it are redacted. */
  readonly raw: unknown
}

/**
 * The connector is linked.
 *
 * @since 0.2.0
 * @category models
 */
export interface Linked {
  readonly _tag: "Linked"
}

/**
 * The connector is not linked yet: the user has to visit `url`, which is the user's own.
 *
 * @since 0.2.0
 * @category models
 */
export interface Visit {
  readonly _tag: "Visit"
  readonly url: string
}

/**
 * The connector was not linked at the check of this number, from 1 on.
 *
 * @since 0.2.0
 * @category models
 */
export interface Waiting {
  readonly _tag: "Waiting"
  readonly attempt: number
}

/**
 * A {@link Linked}.
 *
 * @since 0.2.0
 * @category constructors
 */
export const Linked: Linked = Data.struct({ _tag: "Linked" })

/**
 * A {@link Visit}.
 *
 * @since 0.2.0
 * @category constructors
 */
export const Visit = (url: string): Visit => Data.struct({ _tag: "Visit", url })

/**
 * A {@link Waiting}.
 *
 * @since 0.2.0
 * @category constructors
 */
export const Waiting = (attempt: number): Waiting => Data.struct({ _tag: "Waiting", attempt })

/**
 * How long and how often to check whether a connector is linked.
 *
 * @since 0.2.0
 * @category models
 */
export interface UntilLinkedOptions {
  /** For all checks together. Default 10 minutes. */
  readonly deadline?: Duration.DurationInput | undefined
  /**
   * The waits between checks; it is fed with the number of the last one. Default 1 second, growing to 10. When it ends
   * its last wait stays.
   */
  readonly schedule?: Schedule.Schedule<unknown, number> | undefined
}

/**
 * How an account is linked.
 *
 * @since 0.2.0
 * @category models
 */
export interface InitiateOptions {
  /** Takes the place of an account that is linked already, which is refused otherwise. In dialect `gl` only. */
  readonly replaceDuplicate?: boolean | undefined
}

/**
 * What can be done with integrations. Every operation acts for the user of `token`, or of `Auth` when that is `undefined`.
 *
 * @example
 * ```ts
 * import type { Action, BosaApi } from "@effect-connectors/core"
 * import * as Console from "effect/Console"
 * import * as Effect from "effect/Effect"
 * import * as Stream from "effect/Stream"
 *
 * export const link = (bosa: BosaApi.Service, token: Action.Token) =>
 *   Effect.gen(function*() {
 *     const state = yield* bosa.integrations.ensure("github", token, "https://app.example/linked")
 *     if (state._tag === "Linked") return
 *     yield* Console.log(`visit ${state.url}`)
 *     yield* Stream.runDrain(bosa.integrations.untilLinked("github", token))
 *   })
 * ```
 *
 * @since 0.2.0
 * @category models
 */
export interface Operations {
  /** Whether the user has linked the connector. Only the server's own word counts: a 401 or a 500 is a failure. */
  readonly has: (connector: string, token: Token | undefined) => Effect.Effect<boolean, ReadError>
  /**
   * Gives the link where the user allows it; the user comes back to `callbackUrl`, an absolute http or https URL.
   */
  readonly initiate: (
    connector: string,
    token: Token | undefined,
    callbackUrl: string,
    options?: InitiateOptions
  ) => Effect.Effect<string, WriteError>
  /** Links with credentials of the connector's own form. Not in dialect `bosa`: `InvalidRequest` there. */
  readonly configure: (
    connector: string,
    token: Token | undefined,
    configuration: Readonly<Record<string, unknown>>,
    options?: InitiateOptions
  ) => Effect.Effect<IntegrationResult, WriteError>
  /** Has calls that name no account use this one. Not in dialect `bosa`: `InvalidRequest` there. */
  readonly select: (
    connector: string,
    token: Token | undefined,
    account: string
  ) => Effect.Effect<IntegrationResult, WriteError>
  /** One linked account. Not in dialect `bosa`: `InvalidRequest` there. */
  readonly get: (connector: string, token: Token | undefined, account: string) => Effect.Effect<Integration, ReadError>
  /**
   * Unlinks an account. Dialect `bosa` unlinks the whole connector and takes no account; the others need one:
   * `InvalidRequest` otherwise.
   */
  readonly remove: (
    connector: string,
    token: Token | undefined,
    account?: string
  ) => Effect.Effect<IntegrationResult, WriteError>
  /** Whether the connector is linked, and where the user can do so if not. */
  readonly ensure: (
    connector: string,
    token: Token | undefined,
    callbackUrl: string
  ) => Effect.Effect<Linked | Visit, ApiError>
  /**
   * Fails with `IntegrationRequired` when the connector is not linked; with a `callbackUrl` the error holds the link
   * where the user can do so.
   */
  readonly require: (
    connector: string,
    token: Token | undefined,
    callbackUrl?: string
  ) => Effect.Effect<void, ApiError | IntegrationRequired>
  /**
   * Checks until the connector is linked: `Waiting` for each check that was too early, then one `Linked` and the end.
   * `DeadlineExceeded` at the deadline. Interrupting it ends it at once.
   */
  readonly untilLinked: (
    connector: string,
    token: Token | undefined,
    options?: UntilLinkedOptions
  ) => Stream.Stream<Waiting | Linked, ReadError>
}
