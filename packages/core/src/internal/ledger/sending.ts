import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import { type StartedCall, withBeforeWrite, withOnCall } from "../../Call.js"
import type { LedgerFailed } from "../../LedgerError.js"
import type { LedgerJournal } from "../../LedgerJournal.js"
import { withoutFailureLogs } from "../runtime/fiberLocal.js"
import { monotonicTime } from "../runtime/monotonic.js"

/**
 * How far one submit came.
 *
 * @internal
 */
export interface Sending {
  /** Its calls that change something. */
  readonly writes: Array<StartedCall>
  hasStarted: boolean
  /** When its last request left, by {@link monotonicTime}. */
  sentAt: number | undefined
  /** The journal was no longer ours when a request was about to leave, so it did not leave. */
  refusal: LedgerFailed | undefined
  /** It was interrupted, and no further request may leave. */
  isDraining: boolean
}

/** @internal */
export const make = (): Sending => ({
  writes: [],
  hasStarted: false,
  sentAt: undefined,
  refusal: undefined,
  isDraining: false
})

/** @internal */
export const mayHaveHappened = ({ writes }: Sending): boolean => writes.some((write) => write.mayHaveHappened())

/**
 * Whether an interrupted submit had come to its calls, and none of them may have done anything. What an execution does
 * without calls of a client is not known.
 *
 * @internal
 */
export const isUnsent = (sending: Sending, cause: Cause.Cause<unknown>): boolean =>
  Cause.isInterrupted(cause) && sending.writes.length > 0 && !mayHaveHappened(sending)

// the journal may be another's by the time that an attempt leaves: after a wait, or after this process stood still
const observed = <A, E, R>(
  execution: Effect.Effect<A, E, R>,
  { stillHeld = Effect.void }: LedgerJournal,
  sending: Sending
): Effect.Effect<A, E, R> => {
  const leaving = Effect.matchEffect(stillHeld, {
    onFailure: (refusal) => {
      sending.refusal = refusal
      return Effect.interrupt
    },
    onSuccess: () => Effect.map(monotonicTime, (now) => void (sending.sentAt = now))
  })
  return execution.pipe(
    withBeforeWrite(Effect.suspend(() => (sending.isDraining ? Effect.interrupt : leaving))),
    withOnCall((call) => {
      if (call.isWrite) sending.writes.push(call)
    })
  )
}

/**
 * The longest time limit of its attempts, in milliseconds; 0 when there was none.
 *
 * @internal
 */
export const attemptMillis = ({ writes }: Sending): number =>
  writes.reduce((longest, write) => Math.max(longest, write.attemptMillis), 0)

/** What is run, and how. */
interface Running<A, E, R> {
  readonly execution: Effect.Effect<A, E, R>
  readonly journal: LedgerJournal
  readonly sending: Sending
  /** Makes interruptible what the caller may interrupt. */
  readonly restore: <B, F, S>(effect: Effect.Effect<B, F, S>) => Effect.Effect<B, F, S>
  /** How long an interruption waits for the response to what has left. */
  readonly drainMillis: () => number
}

/**
 * Runs an execution, from a region that is not interruptible. When it is interrupted after something of it may have left, it has some
 * time to hear how that ended; no further request leaves.
 *
 * @internal
 */
export const run = <A, E, R>({
  drainMillis,
  execution,
  journal,
  restore,
  sending
}: Running<A, E, R>): Effect.Effect<Exit.Exit<A, E>, never, R> => {
  // a fiber's children are interrupted with it, and again with each further interruption: these are nobody's children
  const drained = (fiber: Fiber.RuntimeFiber<A, E>): Effect.Effect<Exit.Exit<A, E>> => {
    sending.isDraining = true
    const millis = sending.writes.length > 0 && !mayHaveHappened(sending) ? 0 : drainMillis()
    if (millis === 0) return Fiber.interrupt(fiber)
    const heard = Effect.interruptible(Effect.timeoutOption(Fiber.await(fiber), millis))
    return Effect.flatMap(Effect.forkDaemon(Effect.zipRight(heard, Fiber.interrupt(fiber))), Fiber.join)
  }
  const started = Effect.suspend(() => {
    sending.hasStarted = true
    return withoutFailureLogs(Effect.forkDaemon(restore(observed(execution, journal, sending))))
  })
  const ended = (fiber: Fiber.RuntimeFiber<A, E>) =>
    Effect.matchCauseEffect(restore(Fiber.await(fiber)), {
      onFailure: () => drained(fiber),
      onSuccess: (exit) => Effect.as(Fiber.inheritAll(fiber), exit)
    })
  // an interruption that came before is noticed at once
  return Effect.matchCauseEffect(restore(Effect.void), {
    onFailure: (cause) => Effect.succeed(Exit.failCause(cause)),
    onSuccess: () => Effect.flatMap(started, ended)
  })
}
