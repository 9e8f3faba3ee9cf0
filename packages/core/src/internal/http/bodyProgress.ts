import * as HttpBody from "@effect/platform/HttpBody"
import type * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Stream from "effect/Stream"
import { monotonicMillis } from "../runtime/monotonic.js"
import * as Signal from "../runtime/signal.js"
import * as Transport from "../../Transport.js"
import { checkedPieces } from "./checkedPieces.js"
import { isCode } from "./serverCode.js"
import { withTransient } from "./transientBody.js"

/**
 * A body that says when something of it was last taken.
 *
 * @internal
 */
export interface Watched {
  readonly body: HttpBody.HttpBody
  readonly lastMoveAt: () => number
  /** Why its source failed, once it did. */
  readonly failure: () => string | undefined
  /** Closes its source, which not every transport does with a request that it gives up. */
  readonly end: Effect.Effect<unknown>
}

/**
 * `isOurs`: the transport closes the source itself, and may take its pieces in memory that they share.
 *
 * @internal
 */
export const watched = (body: HttpBody.Stream, clock: Clock.Clock, isOurs: boolean): Watched => {
  let at = monotonicMillis(clock)
  let failure: string | undefined
  const over = Signal.make<void>()
  const moving = (content: Stream.Stream<Uint8Array, unknown>) =>
    checkedPieces(content, {
      onPiece: () => {
        at = monotonicMillis(clock)
        return undefined
      },
      onFailure: (error) => {
        failure = Predicate.hasProperty(error, "code") && isCode(error.code) ? error.code : "FILE_FAILED"
        return error
      },
      onEnd: () => undefined
    })
  const ofStream = (content: Stream.Stream<Uint8Array, unknown>) =>
    HttpBody.stream(content, body.contentType, body.contentLength)
  const transient = isOurs ? Transport.transientBodyOf(body) : undefined
  return {
    body: isOurs
      ? withTransient(ofStream(moving(body.stream)), transient && moving(transient))
      : ofStream(Stream.interruptWhenDeferred(moving(body.stream), over)),
    lastMoveAt: () => at,
    failure: () => failure,
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
  clock: Clock.Clock,
  idleMillis: number,
  onIdle: () => E
): Effect.Effect<A, E> => {
  const idle: Effect.Effect<never, E> = Effect.suspend(() => {
    const left = lastMoveAt() + idleMillis - monotonicMillis(clock)
    return left > 0 ? Effect.zipRight(Effect.sleep(left), idle) : Effect.fail(onIdle())
  })
  return Effect.ensuring(Effect.raceFirst(self, idle), end)
}
