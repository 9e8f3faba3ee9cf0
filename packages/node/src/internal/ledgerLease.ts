/**
 * The lease of a lock: its holder shows that it lives, and trusts the lock no longer than it does.
 *
 * A lease counts from before the beat that renewed it, on the holder's clocks. Who wants the lock counts from when it
 * saw the beat, and waits longer. So a holder always knows of its end before another takes over, however long it stood still.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { codeOf } from "./errorCodes.js"
import { guardedOwn, type LockFailure, type Moment, moment, passedMillis, type Taken } from "./ledgerLock.js"

/** Another process has the lock, or nobody: it was removed. */
const takenOver = "TAKEN_OVER"
/** The lease may have ended, and could not be renewed yet. */
const leaseEnded = "LEASE_ENDED"

/** What a holder may rely on. */
export interface Lease {
  /** Succeeds while nobody else can have the lock. A lease that may have ended is renewed first. */
  readonly check: Effect.Effect<void, LockFailure>
  /** Rejects when the lock is gone. Else whoever takes over reads all that was written before this. */
  readonly verify: () => Promise<void>
}

const beatsPerLease = 3

const lost = Object.assign(new Error("another has the lock"), { code: takenOver })

/** Keeps the lock of this process alive until the scope ends. */
export const keep = Effect.fnUntraced(function* (lock: Taken): Effect.fn.Return<Lease, never, Scope.Scope> {
  const { file } = lock
  const { leaseMillis } = file.taker
  const turn = Effect.unsafeMakeSemaphore(1)
  let since: Moment = lock.since
  let isLost = false

  const isValid = Effect.map(moment, (now) => passedMillis(since, now) < leaseMillis)

  const verify = async (): Promise<void> => {
    if (await file.isAtPath()) return
    isLost = true
    throw lost
  }
  const ours = Effect.tryPromise({ try: verify, catch: (error): LockFailure => ({ code: codeOf(error) }) })

  // a beat that was written while the lease lasted came in time for everyone who watches
  const renewedInTime = Effect.gen(function* () {
    const before = yield* moment
    yield* file.beat
    yield* ours
    if (!(yield* isValid)) return false
    since = before
    return true
  })

  // afterwards, only while nobody can take over
  const renewedLate = Effect.flatMap(
    guardedOwn(file, (guard) =>
      Effect.gen(function* () {
        yield* ours
        yield* file.beat
        since = guard.since
      })
    ),
    () => isValid
  )

  const renewed = (isDue: boolean): Effect.Effect<void, LockFailure> =>
    Effect.gen(function* () {
      if (isLost) return yield* Effect.fail(lost)
      if ((yield* isValid) && (!isDue || (yield* renewedInTime))) return
      if (!(yield* renewedLate)) return yield* Effect.fail({ code: leaseEnded })
    }).pipe(turn.withPermits(1))

  const check: Effect.Effect<void, LockFailure> = Effect.suspend(() =>
    isLost ? Effect.fail<LockFailure>(lost) : Effect.flatMap(isValid, (valid) => (valid ? Effect.void : renewed(false)))
  )

  const beat = Effect.catchAll(renewed(true), ({ code }) =>
    isLost
      ? Effect.zipRight(
          Effect.logWarning(`${file.path}: another process has taken over, and this one sends nothing more`),
          Effect.never
        )
      : Effect.logDebug(`${file.path}: the lease was not renewed (${code})`)
  )
  yield* Effect.forkScoped(Effect.forever(Effect.zipRight(Effect.sleep(leaseMillis / beatsPerLease), beat)))

  return { check, verify }
})
