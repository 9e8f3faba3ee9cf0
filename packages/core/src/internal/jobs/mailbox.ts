import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"

/**
 * One reader waits for what callbacks bring. `take` gives what there is for it
 * now, so that a reader who is slow gets the latest and not a backlog.
 *
 * @internal
 */
export interface Mailbox<out A, in out E> {
  /** There may be something to take. */
  readonly wake: () => void
  /** Nothing more will come. What can be taken is taken first. */
  readonly end: (exit: Exit.Exit<void, E>) => void
  readonly stream: Stream.Stream<A, E>
}

/** @internal */
export const make = <A, E>(take: () => ReadonlyArray<A>): Mailbox<A, E> => {
  type Pulled = Effect.Effect<Chunk.Chunk<A>, Option.Option<E>>
  let ended: Exit.Exit<void, E> | undefined
  let reader: ((pulled: Pulled) => void) | undefined

  const next = (): Pulled | undefined => {
    const taken = take()
    if (taken.length > 0) return Effect.succeed(Chunk.unsafeFromArray(taken))
    if (ended === undefined) return undefined
    return Effect.zipRight(Effect.mapError(ended, Option.some), Effect.fail(Option.none()))
  }

  const wake = (): void => {
    const resume = reader
    if (resume === undefined) return
    // taking may end the mailbox, which wakes it again
    reader = undefined
    const pulled = next()
    if (pulled === undefined) reader = resume
    else resume(pulled)
  }

  const pull = Effect.async<Chunk.Chunk<A>, Option.Option<E>>((resume) => {
    const pulled = next()
    if (pulled !== undefined) return resume(pulled)
    reader = resume
    return Effect.sync(() => {
      reader = undefined
    })
  })

  const end = (exit: Exit.Exit<void, E>): void => {
    if (ended !== undefined) return
    ended = exit
    wake()
  }

  return { wake, end, stream: Stream.repeatEffectChunkOption(pull) }
}
