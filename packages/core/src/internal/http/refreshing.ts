import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import type { Auth, Credentials, ExpiringCredentials, Unavailable } from "../../Auth.js"
import { InvalidRequest, type Issue } from "../../InvalidRequest.js"
import * as OptionNames from "../../OptionNames.js"
import { monotonicMillis, monotonicTime } from "../runtime/monotonic.js"
import { singleFlight } from "../runtime/singleFlight.js"
import { credentialsIssues } from "./headers.js"

// as long as an attempt: credentials that never come must not hold every call for good
const providerLimit = "30 seconds"

// between two tries to renew credentials that have not ended yet
const pauseMillis = 5_000

/** Credentials that are in use, with times on the monotonic clock. */
interface Held {
  readonly credentials: Credentials
  /** From here on newer ones are had; `undefined` when their end is not known. */
  readonly renewAt: number | undefined
  readonly endsAt: number | undefined
}

/**
 * That credentials could not be had, and why. What went wrong may hold a secret: nothing prints it.
 *
 * @internal
 */
export const unavailable = (cause: Cause.Cause<unknown>): Unavailable => ({
  _tag: "Unavailable",
  reason: Redacted.make<unknown>(Cause.squash(cause))
})

const names = OptionNames.make<ExpiringCredentials>({ headers: true, expiresAt: true })

// of plain headers each value is redacted
const isExpiring = (given: Credentials | ExpiringCredentials): given is ExpiringCredentials =>
  given["headers"] !== undefined && !Redacted.isRedacted(given["headers"])

const millisOf = (expiresAt: unknown): number =>
  Predicate.isDate(expiresAt) ? expiresAt.getTime() : typeof expiresAt === "number" ? expiresAt : NaN

// in milliseconds this is in 1973; the `exp` of a token is in seconds
const leastMillis = 100_000_000_000

const expiryIssues = (millis: number | undefined): ReadonlyArray<Issue> => {
  if (millis === undefined || millis >= leastMillis) return []
  const isSeconds = millis * 1000 >= leastMillis
  return [
    {
      path: ["Auth", "expiresAt"],
      message: isSeconds ? "is in seconds" : "is not a time",
      fix: "give a Date or epoch milliseconds"
    }
  ]
}

const received = (
  given: Credentials | ExpiringCredentials,
  renewBeforeMillis: number
): Effect.Effect<Held, InvalidRequest> =>
  Effect.clockWith((clock): Effect.Effect<Held, InvalidRequest> => {
    const expiring: ExpiringCredentials = isExpiring(given) ? given : { headers: given }
    const { expiresAt, headers } = expiring
    const endMillis = expiresAt === undefined ? undefined : millisOf(expiresAt)
    const issues = [
      ...OptionNames.issues(names, expiring, ["Auth"]),
      ...credentialsIssues(headers),
      ...expiryIssues(endMillis)
    ]
    if (issues.length > 0) return Effect.fail(new InvalidRequest({ operation: "Auth", issues }))
    const lifeMillis = endMillis === undefined ? 0 : endMillis - clock.unsafeCurrentTimeMillis()
    // an end that has passed when they are new shows that the clocks differ: only a 401 shows their end then
    if (lifeMillis <= 0) return Effect.succeed({ credentials: headers, renewAt: undefined, endsAt: undefined })
    const endsAt = monotonicMillis(clock) + lifeMillis
    return Effect.succeed({
      credentials: headers,
      renewAt: endsAt - Math.min(renewBeforeMillis, lifeMillis / 2),
      endsAt
    })
  })

/**
 * Credentials that are had when the first call needs them, before they end, and after a 401.
 *
 * @internal
 */
export const make = Effect.fnUntraced(function* <E, R>(
  get: Effect.Effect<Credentials | ExpiringCredentials, E, R>,
  renewBeforeMillis: number
) {
  const context = yield* Effect.context<R>()
  let held: Held | undefined
  const renewed = singleFlight(
    get.pipe(
      Effect.provide(context),
      Effect.timeout(providerLimit),
      Effect.catchAllCause((cause) => Effect.fail(unavailable(cause))),
      Effect.flatMap((given) => received(given, renewBeforeMillis)),
      Effect.map((fresh) => {
        held = fresh
        return fresh.credentials
      })
    )
  )

  // credentials that have not ended yet are better than none, and another try at once would only hold up the next call
  const renewedInTime = (old: Held, endsAt: number) =>
    Effect.catchAll(renewed, (error) =>
      Effect.flatMap(monotonicTime, (now) => {
        if (now >= endsAt) return Effect.fail(error)
        // those who shared the run find it done
        if (held === old) held = { ...old, renewAt: Math.min(now + pauseMillis, endsAt) }
        return Effect.succeed(old.credentials)
      })
    )

  const current: Auth.Service["current"] = Effect.suspend(() => {
    if (held === undefined) return renewed
    const { credentials, endsAt, renewAt } = held
    if (renewAt === undefined || endsAt === undefined) return Effect.succeed(credentials)
    const old = held
    return Effect.flatMap(monotonicTime, (now) =>
      now < renewAt ? Effect.succeed(credentials) : renewedInTime(old, endsAt)
    )
  })

  const renew = (refused: Credentials) =>
    Effect.suspend(() => (held !== undefined && held.credentials !== refused ? current : renewed))

  return { current, renew }
})
