import { toEffect } from "../runtime/fromResult.js"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Hash from "effect/Hash"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type { Auth, Credentials, Unavailable } from "../../Auth.js"
import * as Call from "../../Call.js"
import { InvalidRequest, type Issue } from "../../InvalidRequest.js"
import * as OptionNames from "../../OptionNames.js"
import type { TokenStore } from "../../TokenStore.js"
import type { UserAuthOptions } from "../../UserAuth.js"
import type { UserToken } from "../../Users.js"
import { bearer } from "../http/bearer.js"
import { headerIssues } from "../http/headers.js"
import { unavailable } from "../http/refreshing.js"
import { servedMillis } from "../http/retryAfter.js"
import { blankIssues, waitMilliseconds } from "../data/checks.js"
import * as requestPipeline from "../http/call.js"
import { resolve } from "../http/settings.js"
import { monotonicMillis, monotonicTime } from "../runtime/monotonic.js"
import { singleFlight } from "../runtime/singleFlight.js"
import { tables } from "./dialects.js"
import { platform } from "./platform.js"
import * as users from "./users.js"

// as long as an attempt: credentials that never come must not hold every call for good
const limit = "30 seconds"

const storeLimit = "5 seconds"

// between two tries to renew a token that has not ended yet
const pauseMillis = 5_000

/** A token that is in use, with times on the monotonic clock: from when it was had, its life is counted here. */
interface Held {
  readonly credentials: Credentials
  /** From here on a newer one is had; `undefined` when its end is not known. */
  readonly renewAt: number | undefined
  readonly endsAt: number | undefined
}

const optionNames = OptionNames.make<UserAuthOptions>({
  apiKey: true,
  identifier: true,
  secret: true,
  baseUrl: true,
  dialect: true,
  renewBefore: true,
  allowInsecureHttp: true,
  store: true,
  retry: true,
  transformClient: true,
  reasons: true
})

const issuesIn = (options: UserAuthOptions): ReadonlyArray<Issue> => [
  ...headerIssues("UserAuth", { "x-api-key": options.apiKey }),
  ...blankIssues("identifier", options.identifier, "give the name that the user was created with"),
  ...blankIssues("secret", Redacted.value(options.secret), "give the secret that `users.create` answered with")
]

// two clients of one server each have users of their own by the same names; the number says which client it is, not its key
const keyOf = (base: string, dialect: string, options: UserAuthOptions): string =>
  JSON.stringify([base, dialect, Hash.string(Redacted.value(options.apiKey)), options.identifier])

// a store is no reason for a call to fail
const tolerant = <A>(use: () => Effect.Effect<A>, otherwise: A): Effect.Effect<A> =>
  Effect.suspend(use).pipe(
    Effect.timeout(storeLimit),
    Effect.catchAllCause(() =>
      Effect.as(Effect.logDebug("UserAuth: the store of tokens failed, and is treated as empty"), otherwise)
    )
  )

/** What is left of a token's life at a time by the wall clock, if its end is known. */
const leftOf = ({ expiresAtMillis }: UserToken, wallMillis: number): number | undefined =>
  expiresAtMillis === undefined ? undefined : expiresAtMillis - wallMillis

const noStore: TokenStore = {
  get: () => Effect.succeedNone,
  set: () => Effect.void,
  remove: () => Effect.void
}

/** @internal */
export const make = Effect.fnUntraced(function* (
  client: Parameters<typeof requestPipeline.make>[0],
  options: UserAuthOptions
): Effect.fn.Return<Auth.Service, InvalidRequest> {
  const wrongNames = OptionNames.issues(optionNames, options)
  if (wrongNames.length > 0) return yield* new InvalidRequest({ operation: "UserAuth", issues: wrongNames })
  const table = tables[options.dialect ?? "bosa"]
  const issues: Array<Issue> = [...issuesIn(options)]
  const renewBeforeMillis = waitMilliseconds("renewBefore", options.renewBefore ?? "60 seconds", issues)
  if (issues.length > 0) return yield* new InvalidRequest({ operation: "UserAuth", issues })
  const settings = yield* toEffect(
    resolve(
      "UserAuth",
      {
        baseUrl: options.baseUrl ?? table.baseUrl,
        allowInsecureHttp: options.allowInsecureHttp,
        retry: options.retry,
        transformClient: options.transformClient,
        reasons: options.reasons
      },
      platform
    )
  )
  const keyOnly: Credentials = { "x-api-key": options.apiKey }
  const pipeline = requestPipeline.make(client, { initial: keyOnly, current: Effect.succeed(keyOnly) }, settings)
  const { authenticate } = users.make(pipeline, table, true)
  const store = options.store ?? noStore
  const key = keyOf(pipeline.base, table.dialect, options)
  let held: Held | undefined
  /** A token of ours was refused: what the store holds may be refused as well. */
  let isRefused = false

  const heldOf = (token: UserToken, lifeMillis: number | undefined, now: number, isNew: boolean): Held => {
    const credentials: Credentials = { ...keyOnly, authorization: bearer(token.token) }
    // a token that the server calls ended when it is new shows that the clocks differ: only a 401 shows its end then
    if (lifeMillis === undefined || (isNew && lifeMillis <= 0)) {
      return { credentials, endsAt: undefined, renewAt: undefined }
    }
    const margin = Math.min(renewBeforeMillis, isNew ? lifeMillis / 2 : Infinity)
    return { credentials, endsAt: now + lifeMillis, renewAt: now + lifeMillis - margin }
  }

  const isFresh = ({ renewAt }: Held, now: number): boolean => renewAt === undefined || now < renewAt

  // ours may have ended here while by the wall clock, which is all that a store knows, it has not
  const isOurs = ({ credentials }: Held): boolean =>
    held !== undefined && Equal.equals(held.credentials["authorization"], credentials["authorization"])

  const stored = Effect.zipWith(
    tolerant(() => store.get(key), Option.none()),
    Effect.clock,
    (token, clock) => {
      const now = monotonicMillis(clock)
      return token.pipe(
        Option.filter(({ isRevoked }) => isRevoked !== true),
        Option.map((it) => heldOf(it, leftOf(it, clock.unsafeCurrentTimeMillis()), now, false)),
        Option.filter((it) => isFresh(it, now) && !isOurs(it) && headerIssues("UserAuth", it.credentials).length === 0)
      )
    }
  )

  const issued = Effect.gen(function* () {
    const { response, value: token } = yield* Call.withResponse(authenticate(options.identifier, options.secret))
    const clock = yield* Effect.clock
    const served = response === undefined ? undefined : servedMillis(response.headers)
    const lifeMillis = leftOf(token, served ?? clock.unsafeCurrentTimeMillis())
    const fresh = heldOf(token, lifeMillis, monotonicMillis(clock), true)
    const badHeaders = headerIssues("UserAuth", fresh.credentials)
    if (badHeaders.length > 0) return yield* new InvalidRequest({ operation: "UserAuth", issues: badHeaders })
    return { fresh, token }
  }).pipe(
    // a caller's own settings are not those of all who share the token
    Effect.provideService(Call.Settings, {}),
    Effect.timeout(limit),
    Effect.tapError((error) => Effect.logWarning(`UserAuth: the user was not authenticated. ${error.message}`)),
    Effect.catchAllCause((cause) => Effect.fail(unavailable(cause)))
  )

  const kept = (fresh: Held): Credentials => {
    held = fresh
    isRefused = false
    return fresh.credentials
  }

  const renewed = singleFlight(
    Effect.gen(function* () {
      if (isRefused) yield* tolerant(() => store.remove(key), undefined)
      else {
        const found = yield* stored
        if (Option.isSome(found)) return kept(found.value)
      }
      const { fresh, token } = yield* issued
      const credentials = kept(fresh)
      yield* tolerant(() => store.set(key, token), undefined)
      return credentials
    })
  )

  // a token that has not ended yet is better than none, and another try at once would only hold up the next call
  const renewedInTime = (old: Held): Effect.Effect<Credentials, Unavailable> =>
    Effect.catchAll(renewed, (error) =>
      Effect.flatMap(monotonicTime, (now) => {
        const { credentials, endsAt } = old
        if (held?.credentials !== credentials || endsAt === undefined || now >= endsAt) return Effect.fail(error)
        held = { ...old, renewAt: Math.min(now + pauseMillis, endsAt) }
        return Effect.succeed(credentials)
      })
    )

  return {
    key: keyOnly,
    current: Effect.flatMap(monotonicTime, (now) => {
      if (held === undefined) return renewed
      return isFresh(held, now) ? Effect.succeed(held.credentials) : renewedInTime(held)
    }),
    renew: (refused) =>
      Effect.suspend(() => {
        if (held !== undefined && held.credentials !== refused) return Effect.succeed(held.credentials)
        held = undefined
        isRefused = true
        return renewed
      })
  }
})
