import * as Call from "@effect-connectors/core/Call"
import type { Execution } from "@effect-connectors/core/Job"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import { monotonicMillis } from "./time.js"

/**
 * A send that is under way.
 *
 * @internal
 */
export interface Send {
  /** Its calls that change something. */
  readonly writes: Array<Call.StartedCall>
  /** The longest time that an attempt of it may take, in milliseconds. */
  attemptMillis: number
  /** No request may leave any more. */
  isStopped: boolean
  /** Stops it: what may have left gets this time for its response. */
  stop: (drainMillis: number) => Effect.Effect<void>
  /** Its outcome is written, or will not be. */
  readonly done: Deferred.Deferred<void>
}

/** @internal */
export const make: Effect.Effect<Send> = Effect.map(Deferred.make<void>(), (done) => {
  const send: Send = {
    writes: [],
    attemptMillis: 0,
    isStopped: false,
    done,
    stop: () => Effect.sync(() => void (send.isStopped = true))
  }
  return send
})

/** A request that leaves later than this after its row was claimed first reads whether the row is still its own. */
const staleMillis = 5_000

/**
 * Executes, in a fiber that outlives the interruption of its caller's region. `stillOurs` is asked when the process may
 * have stood still since `claimedAt`.
 *
 * @internal
 */
export const run = <E>(
  send: Send,
  execution: Effect.Effect<Execution, E>,
  claimedAt: number,
  stillOurs: Effect.Effect<boolean>
): Effect.Effect<Exit.Exit<Execution, E>> => {
  const leaving = Effect.gen(function* () {
    if (send.isStopped) return yield* Effect.interrupt
    if ((yield* monotonicMillis) - claimedAt < staleMillis) return
    if (!(yield* stillOurs)) return yield* Effect.interrupt
  })
  const observed = execution.pipe(
    Call.withBeforeWrite(leaving),
    Call.withOnCall((call) => {
      send.attemptMillis = Math.max(send.attemptMillis, call.attemptMillis)
      if (call.isWrite) send.writes.push(call)
    })
  )
  return Effect.gen(function* () {
    if (send.isStopped) return yield* Effect.exit(Effect.interrupt)
    const fiber = yield* Effect.forkDaemon(Effect.interruptible(observed))
    send.stop = (drainMillis) =>
      Effect.suspend(() => {
        send.isStopped = true
        const mayHaveLeft = send.writes.some((write) => write.mayHaveHappened())
        const heard = mayHaveLeft ? Effect.timeoutOption(Fiber.await(fiber), drainMillis) : Effect.void
        return Effect.zipRight(heard, Effect.asVoid(Fiber.interrupt(fiber)))
      })
    return yield* Fiber.await(fiber)
  })
}
