import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { type CallContext, DeadlineExceeded } from "../../ApiError.js"
import * as Call from "../../Call.js"
import { settingOf, withCaller } from "../runtime/callContext.js"
import { monotonicTime } from "../runtime/monotonic.js"
import { timeLimit } from "../runtime/timeLimit.js"
import type { Endpoint } from "./endpoint.js"
import { segment } from "./path.js"
import type { Resolved } from "./settings.js"

/**
 * Gives several requests that are one call one deadline: the call's own, or the client's.
 *
 * @internal
 */
export const within = <A, E>(settings: Pick<Resolved, "deadline">, self: Effect.Effect<A, E>): Effect.Effect<A, E> =>
  withCaller((caller) => {
    const given = settingOf(caller, Call.Settings)
    const own = given.deadline ?? settings.deadline
    if (own === undefined && given.deadlineAt === undefined) return self
    return Effect.flatMap(monotonicTime, (now) => {
      const left = own === undefined ? Infinity : Duration.toMillis(own)
      const deadlineAt = Math.min(now + left, given.deadlineAt ?? Infinity)
      return Effect.provideService(self, Call.Settings, { ...given, deadlineAt })
    })
  })

/**
 * Waits no longer than the deadline of {@link within} for a read that is shared with others, who may wait longer.
 *
 * @internal
 */
export const bounded = <A, E>(called: Called, self: Effect.Effect<A, E>): Effect.Effect<A, E | DeadlineExceeded> =>
  Effect.flatMap(Effect.zip(Call.Settings, monotonicTime), ([{ deadlineAt = Infinity }, now]) => {
    const left = deadlineAt - now
    return left === Infinity || left <= 0
      ? self
      : timeLimit<A, E | DeadlineExceeded>(self, {
          millis: left,
          onLate: () => Effect.fail(late(called, Duration.millis(left)))
        })
  })

const late = (called: Called, deadline: Duration.Duration): DeadlineExceeded =>
  new DeadlineExceeded({ ...called, attempts: 1, retryable: true, deadline })

/**
 * What an error says of a request that was not made.
 *
 * @internal
 */
export type Called = Pick<CallContext, "operation" | "method" | "route" | "url">

/** @internal */
export const calledAs = (
  { method, name, path }: Endpoint,
  base: string,
  segments: ReadonlyArray<string> = []
): Called => {
  const url = segments.reduce(
    (url, value, index) => url + segment(value) + (path.parts[index + 1] ?? ""),
    path.parts[0]
  )
  return { operation: name, method, route: path.route, url: base + (url ?? path.route) }
}
