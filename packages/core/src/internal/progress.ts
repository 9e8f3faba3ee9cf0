import * as HttpBody from "@effect/platform/HttpBody"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as FiberId from "effect/FiberId"
import * as Stream from "effect/Stream"

/**
 * A body that says when something of it was last taken.
 *
 * @internal
 */
export interface Watched {
  readonly body: HttpBody.HttpBody
  readonly lastMoveAt: () => number
  /** Closes its source, which not every transport does with a request that it gives up. */
  readonly end: Effect.Effect<unknown>
}

/** @internal */
export const watched = (body: HttpBody.Stream, now: () => number): Watched => {
  let at = now()
  const over = Deferred.unsafeMake<void>(FiberId.none)
  const moving = Stream.tap(body.stream, () =>
    Effect.sync(() => {
      at = now()
    })
  )
  return {
    body: HttpBody.stream(Stream.interruptWhenDeferred(moving, over), body.contentType, body.contentLength),
    lastMoveAt: () => at,
    end: Deferred.succeed(over, undefined)
  }
}

/**
 * Ends an effect once its body has not moved for so long. A file may take any time
 * to be sent, as long as it is being sent.
 *
 * @internal
 */
export const whileMoving = <A, E>(
  self: Effect.Effect<A, E>,
  { end, lastMoveAt }: Watched,
  now: () => number,
  idleMillis: number,
  onIdle: () => E
): Effect.Effect<A, E> => {
  const idle: Effect.Effect<never, E> = Effect.suspend(() => {
    const left = lastMoveAt() + idleMillis - now()
    return left > 0 ? Effect.zipRight(Effect.sleep(left), idle) : Effect.fail(onIdle())
  })
  return Effect.ensuring(Effect.raceFirst(self, idle), end)
}
