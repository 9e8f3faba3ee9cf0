/**
 * The body of a request that is a Stream.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Runtime from "effect/Runtime"
import * as Stream from "effect/Stream"
import { Readable } from "node:stream"

/**
 * The mark of each connection that we open: at so many bytes it asks a body to wait until all of them are written. Node's
 * own mark and that of undici's connections differ, and can change with their versions.
 */
export const socketMark = 64 * 1024

/** Runs a Stream no further than what was written: nothing is read ahead, however slow the server is. */
export class StreamBody extends Readable {
  private fiber: Fiber.RuntimeFiber<void, unknown> | undefined = undefined
  private ask: (() => void) | undefined = undefined

  constructor(
    private readonly content: Stream.Stream<Uint8Array, unknown>,
    private readonly runtime: Runtime.Runtime<never>,
    /** The pieces share memory: each is valid until the next one is asked for. */
    private readonly isTransient: boolean
  ) {
    // with a mark of 0 a piece is asked for when the one before is taken, and it is taken when the socket has drained
    super({ highWaterMark: 0 })
  }

  override _read(): void {
    if (this.fiber === undefined) return this.start()
    const { ask } = this
    this.ask = undefined
    ask?.()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (this.fiber !== undefined) Effect.runFork(Fiber.interrupt(this.fiber))
    done(error)
  }

  private start(): void {
    const fiber = Runtime.runFork(this.runtime)(
      Stream.runForEachChunk(this.content, (pieces) =>
        Effect.async<void>((resume) => {
          const isEmpty = !Array.from(pieces).some((piece) => piece.length > 0)
          if (isEmpty) return resume(Effect.void)
          this.ask = () => resume(Effect.void)
          for (const piece of pieces) this.push(this.kept(piece))
        })
      )
    )
    this.fiber = fiber
    fiber.addObserver((exit) => {
      if (this.destroyed) return
      if (Exit.isSuccess(exit)) this.push(null)
      else this.destroy(failureIn(exit.cause))
    })
  }

  // A smaller piece does not make the socket wait: it may be there still when the source uses its memory again.
  private kept(piece: Uint8Array): Uint8Array {
    return this.isTransient && piece.length < socketMark ? new Uint8Array(piece) : piece
  }
}

const failureIn = (cause: Cause.Cause<unknown>): Error => {
  const error = Cause.squash(cause)
  return error instanceof Error ? error : new Error("the body's source failed", { cause: error })
}
