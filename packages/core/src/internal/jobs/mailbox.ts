import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { callback } from "../runtime/callback.js"

/**
 * One reader waits for what callbacks bring. `take` returns what there is for it now, so that a slow reader gets the
 * latest and not a backlog. A `take` that returns nothing must not wake the mailbox: the reader is not registered yet.
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

  const pull = callback<Chunk.Chunk<A>, Option.Option<E>>((resume) => {
    const pulled = next()
    if (pulled !== undefined) {
      resume(pulled)
      return undefined
    }
    reader = resume
    return () => {
      reader = undefined
    }
  })

  const end = (exit: Exit.Exit<void, E>): void => {
    if (ended !== undefined) return
    ended = exit
    wake()
  }

  return { wake, end, stream: Stream.repeatEffectChunkOption(pull) }
}
