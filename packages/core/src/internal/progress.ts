import * as HttpBody from "@effect/platform/HttpBody"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

/**
 * A body that says when something of it was last taken.
 *
 * @internal
 */
export interface Watched {
  readonly body: HttpBody.HttpBody
  readonly lastMoveAt: () => number
}

/** @internal */
export const watched = (body: HttpBody.Stream, now: () => number): Watched => {
  let at = now()
  const moving = Stream.tap(body.stream, () =>
    Effect.sync(() => {
      at = now()
    })
  )
  return { body: HttpBody.stream(moving, body.contentType, body.contentLength), lastMoveAt: () => at }
}

/**
 * Ends an effect once its body has not moved for so long. A file may take any time
 * to be sent, as long as it is being sent.
 *
 * @internal
 */
export const whileMoving = <A, E>(
  self: Effect.Effect<A, E>,
  { lastMoveAt }: Watched,
  now: () => number,
  idleMillis: number,
  onIdle: () => E
): Effect.Effect<A, E> => {
  const idle: Effect.Effect<never, E> = Effect.suspend(() => {
    const left = lastMoveAt() + idleMillis - now()
    return left > 0 ? Effect.zipRight(Effect.sleep(left), idle) : Effect.fail(onIdle())
  })
  return Effect.raceFirst(self, idle)
}
