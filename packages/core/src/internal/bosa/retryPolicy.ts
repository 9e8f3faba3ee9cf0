import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Random from "effect/Random"
import { isWhole } from "../data/checks.js"
import { recoveryIn } from "../http/retry.js"
import type { ReplayPolicy } from "../http/request.js"

/**
 * How often an action may be sent, and what is waited in between.
 *
 * @internal
 */
export type Policy = (max: number, replayUnsafe: boolean) => ReplayPolicy

const longestMillis = 64_000

const stop: Effect.Effect<number | undefined> = Effect.succeed(undefined)

const backoff = (attempts: number): Effect.Effect<number> =>
  Effect.map(Random.next, (jitter) => Math.min(2 ** (attempts - 1), 64) * 1000 + jitter * 1000)

/**
 * 429 and 500 to 599, with waits that double; the server's `Retry-After` is not read.
 *
 * @internal
 */
export const byStatus: Policy = (max, replayUnsafe) => (failed) => {
  const { attempts, isNotSent, response } = failed
  if (attempts >= max) return stop
  if (response === undefined) return isNotSent || replayUnsafe ? backoff(attempts) : stop
  return response.status === 429 || response.status >= 500 ? backoff(attempts) : stop
}

const secondsIn = (body: unknown): number | undefined => {
  const recovery = recoveryIn(body)
  const seconds = Predicate.hasProperty(recovery, "retry_after_seconds") ? recovery.retry_after_seconds : undefined
  return isWhole(seconds, 0) ? seconds : undefined
}

/**
 * Whatever the server calls retryable, after the wait that it asks for, unless that is over 64 seconds.
 *
 * @internal
 */
export const byRecovery: Policy = (max, replayUnsafe) => (failed) => {
  const { attempts, isNotSent, response, retryAfterMillis } = failed
  if (replayUnsafe) return byStatus(max, true)(failed)
  if (isNotSent && attempts < max) return backoff(attempts)
  const recovery = recoveryIn(response?.body)
  const isRetryable = Predicate.hasProperty(recovery, "retryable") && recovery.retryable === true
  if (response === undefined || attempts >= max || !isRetryable) return stop
  const seconds = secondsIn(response.body)
  const waitMillis = seconds === undefined ? retryAfterMillis : seconds * 1000
  if (waitMillis === undefined) return backoff(attempts)
  return waitMillis > longestMillis ? stop : Effect.succeed(waitMillis)
}
