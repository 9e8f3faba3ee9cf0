import * as Cause from "effect/Cause"
import type * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import type { BudgetUnavailable, Reservation, SharedBudget } from "../../SharedBudget.js"
import { maxTimerMillis } from "../data/checks.js"
import * as Background from "../runtime/background.js"
import { callback } from "../runtime/callback.js"
import { interrupt } from "../runtime/interruption.js"
import { exactMonotonicMillis } from "../runtime/monotonic.js"
import type { Lost } from "./transport.js"

/** A request that is not started so long after its time is lost, so that few are held when they are needed no more. */
const lifeMillis = 1_000
const replyMillis = 5_000
const firstBackoffMillis = 100
const longestBackoffMillis = 5_000
/** Requests wait so long for a budget that fails. */
const outageMillis = 30_000

/** A request that was never sent, since nobody knows whether it may be. */
const unavailable: Lost = {
  _tag: "Lost",
  evidence: {
    sent: false,
    phase: "connect",
    code: "BUDGET_UNAVAILABLE",
    permanent: false,
    timedOut: false,
    detail:
      "The shared budget of `limits` has not been available for 30 seconds. See that what keeps it is up, such as its database"
  },
  response: undefined
}

const isUsable = ({ everyMillis, requests, startsInMillis }: Reservation): boolean =>
  Number.isSafeInteger(requests) && requests > 0 && startsInMillis >= 0 && everyMillis >= 0 && startsInMillis < Infinity

/** Why a reservation was not given. */
type Failure = Pick<BudgetUnavailable, "reason">

const late: Exit.Exit<never, Failure> = Exit.fail({ reason: "no reply within 5 seconds" })

// the cause of a defect may hold anything
const reasonOf = (cause: Cause.Cause<Failure>): string =>
  Option.match(Cause.failureOption(cause), { onNone: () => "unexpected failure", onSome: ({ reason }) => reason })

/**
 * What this client has reserved of a shared budget. It is asked by fibers of their own, so that what they bring is kept
 * whichever request is interrupted; times in milliseconds.
 *
 * @internal
 */
export class Reservations {
  private readonly budget: SharedBudget.Service
  /** Reserved and not used. */
  private left = 0
  /** When the next of them may start. */
  private nextAt = 0
  private everyMillis = 0
  private isAsking = false
  private onReply: (() => void) | undefined
  private failures = 0
  private failingSince = 0
  private askAgainAt = -Infinity
  private isPausing = false
  private pauseMillis = 0

  constructor(budget: SharedBudget.Service) {
    this.budget = budget
  }

  get pausedFor(): Effect.Effect<number> {
    return this.budget.pausedFor
  }

  /**
   * What has to be waited for before a request may start; nothing where one may start now.
   * `most` of them could use a reservation. What was reserved for a time before `notBefore` is lost.
   */
  blocker(clock: Clock.Clock, most: number, notBefore: number): Effect.Effect<void, Lost> | undefined {
    const now = exactMonotonicMillis(clock)
    this.dropBefore(Math.max(notBefore, now - lifeMillis))
    if (this.left > 0) return this.nextAt > now ? sleepFor(this.nextAt - now) : undefined
    if (this.isAsking) return this.reply
    if (now < this.askAgainAt) {
      return now - this.failingSince < outageMillis ? sleepFor(this.askAgainAt - now) : Effect.fail(unavailable)
    }
    return Effect.zipRight(
      this.ask(clock, most),
      Effect.suspend(() => (this.isAsking ? this.reply : Effect.void))
    )
  }

  /** Counts a request that starts. */
  charge(): void {
    this.left--
    this.nextAt += this.everyMillis
  }

  /** Tells all who share the budget of a pause, without a wait. Of those that come meanwhile only the longest. */
  pause(millis: number): Effect.Effect<void> {
    return Effect.map(Background.current, (background) => {
      this.pauseMillis = Math.max(this.pauseMillis, millis)
      if (!this.isPausing) this.sendPause(background)
    })
  }

  private sendPause(background: Background.Background): void {
    const millis = this.pauseMillis
    this.pauseMillis = 0
    this.isPausing = millis > 0
    if (this.isPausing) {
      runInTime(
        background,
        Effect.suspend(() => this.budget.pause(millis)),
        () => this.sendPause(background)
      )
    }
  }

  private dropBefore(time: number): void {
    if (this.left === 0 || this.nextAt >= time) return
    const gone = this.everyMillis === 0 ? this.left : Math.ceil((time - this.nextAt) / this.everyMillis)
    this.nextAt += gone * this.everyMillis
    this.left = Math.max(0, this.left - gone)
  }

  /** Waits for a reply that is under way. */
  private readonly reply = callback<void>((resume) => {
    // the fiber may have yielded since it looked
    if (!this.isAsking) {
      resume(Effect.void)
      return undefined
    }
    this.onReply = () => resume(Effect.void)
    return () => {
      this.onReply = undefined
    }
  })

  private ask(clock: Clock.Clock, most: number): Effect.Effect<void> {
    return Effect.map(Background.current, (background) => {
      this.isAsking = true
      runInTime(
        background,
        Effect.suspend(() => this.budget.reserve(most)),
        (exit) => {
          const now = exactMonotonicMillis(clock)
          const log = Exit.isFailure(exit)
            ? this.failed(now, reasonOf(exit.cause))
            : isUsable(exit.value)
              ? this.reserved(now, exit.value)
              : this.failed(now, "its reply is not a reservation")
          const { onReply } = this
          this.isAsking = false
          this.onReply = undefined
          onReply?.()
          if (log !== undefined) Background.run(background, log)
        }
      )
    })
  }

  private reserved(
    now: number,
    { everyMillis, requests, startsInMillis }: Reservation
  ): Effect.Effect<void> | undefined {
    const wasFailing = this.failures > 0
    this.left = requests
    this.nextAt = now + startsInMillis
    this.everyMillis = everyMillis
    this.failures = 0
    return wasFailing ? Effect.logInfo("limits: the shared budget is available again") : undefined
  }

  private failed(now: number, reason: string): Effect.Effect<void> | undefined {
    if (this.failures === 0) this.failingSince = now
    this.askAgainAt = now + Math.min(firstBackoffMillis * 2 ** this.failures++, longestBackoffMillis)
    return this.failures > 1
      ? undefined
      : Effect.logWarning(
          `limits: the shared budget is not available (${reason}). Requests wait for it; those that wait when it has been away for 30 seconds fail, and are not sent`
        )
  }
}

// a timer of whole milliseconds may end before a part of one has passed
const sleepFor = (millis: number): Effect.Effect<void> => Effect.sleep(Math.min(Math.ceil(millis), maxTimerMillis))

/** Runs it in a fiber of its own, and calls back once: with how it ends, or with a failure when it takes too long. */
const runInTime = <A>(
  background: Background.Background,
  effect: Effect.Effect<A, Failure>,
  onEnd: (exit: Exit.Exit<A, Failure>) => void
): void => {
  const fiber = Background.run(background, effect)
  let timer: Fiber.RuntimeFiber<void> | undefined
  let isOver = false
  const end = (exit: Exit.Exit<A, Failure>): void => {
    if (isOver) return
    isOver = true
    onEnd(exit)
  }
  fiber.addObserver((exit) => {
    if (timer !== undefined) interrupt(timer)
    end(exit)
  })
  if (isOver) return
  timer = Background.run(
    background,
    Effect.map(Effect.sleep(replyMillis), () => {
      timer = undefined
      interrupt(fiber)
      end(late)
    })
  )
}
