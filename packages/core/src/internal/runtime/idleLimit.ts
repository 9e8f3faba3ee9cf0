import * as Cause from "effect/Cause"
import type * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { callback } from "./callback.js"
import { type Deadlines, deadlinesOf } from "./deadlines.js"
import { monotonicMillis } from "./monotonic.js"

type Pulled<A, E> = Effect.Effect<Chunk.Chunk<A>, Option.Option<E>>
type Resume<A> = (effect: Effect.Effect<A>) => void

/** Hands what a source gives to its reader, one chunk each time the reader asks. */
class Handover<A, E> {
  private reader: ((pulled: Pulled<A, E>) => void) | undefined = undefined
  private source: Resume<void> | undefined = undefined
  private isAsked = false
  private end: Pulled<A, E> | undefined = undefined
  /** How long the reader has waited, if it waits. */
  waitingSince: number | undefined = undefined

  constructor(private readonly now: () => number) {}

  readonly pull: Pulled<A, E> = callback((resume) => {
    if (this.end !== undefined) {
      resume(this.end)
      return undefined
    }
    this.reader = resume
    this.waitingSince = this.now()
    this.isAsked = true
    this.wakeSource()
    return undefined
  })

  readonly asked: Effect.Effect<void> = callback((resume) => {
    this.source = resume
    this.wakeSource()
    return undefined
  })

  give(pulled: Pulled<A, E>): void {
    const { reader } = this
    this.reader = undefined
    this.waitingSince = undefined
    reader?.(pulled)
  }

  finish(end: Pulled<A, E>): void {
    this.end ??= end
    this.give(this.end)
  }

  private wakeSource(): void {
    const { source } = this
    if (!this.isAsked || source === undefined) return
    this.isAsked = false
    this.source = undefined
    source(Effect.void)
  }
}

/** Calls `onIdle` once the reader has waited for so long; what it returns ends that. */
const watched = <A, E>(
  deadlines: Deadlines,
  handover: Handover<A, E>,
  now: () => number,
  millis: number,
  onIdle: () => void
): (() => void) => {
  let release = (): void => undefined
  const watch = (left: number): void => {
    release = deadlines.add(left, () => {
      const rest = handover.waitingSince === undefined ? millis : handover.waitingSince + millis - now()
      if (rest > 0) watch(rest)
      else onIdle()
    })
  }
  watch(millis)
  return () => release()
}

/**
 * A Stream that fails once its source has given nothing for so long while it is waited for. The source runs in one fiber,
 * no further than it is read: a race for each piece costs more than the piece.
 *
 * @internal
 */
export const idleLimit = <A, E>(self: Stream.Stream<A, E>, millis: number, onIdle: () => E): Stream.Stream<A, E> =>
  Stream.fromPull(
    Effect.gen(function* () {
      const clock = yield* Effect.clock
      const now = () => monotonicMillis(clock)
      const handover = new Handover<A, E>(now)
      yield* Effect.acquireRelease(
        Effect.sync(() =>
          watched(deadlinesOf(clock), handover, now, millis, () => handover.finish(Effect.fail(Option.some(onIdle()))))
        ),
        (end) => Effect.sync(end)
      )
      const source = Stream.runForEachChunk(self, (chunk) =>
        Effect.suspend(() => {
          handover.give(Effect.succeed(chunk))
          return handover.asked
        })
      )
      yield* Effect.forkScoped(
        Effect.matchCause(Effect.zipRight(handover.asked, source), {
          onFailure: (cause) => handover.finish(Effect.failCause(Cause.map(cause, Option.some))),
          onSuccess: () => handover.finish(Effect.fail(Option.none()))
        })
      )
      return handover.pull
    })
  )
