import * as Call from "@effect-connectors/core/Call"
import type { RetryInput } from "@effect-connectors/core/Retry"
import * as Cause from "effect/Cause"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as FiberId from "effect/FiberId"
import * as Runtime from "effect/Runtime"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import { Elements } from "./elements.js"
import { listen } from "./abortListeners.js"
import { callerOf, shownIn } from "./stack.js"

/** @internal */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined
  readonly deadline?: Duration.DurationInput | undefined
  readonly attemptTimeout?: Duration.DurationInput | undefined
  readonly retry?: RetryInput | undefined
  readonly integers?: "number" | "bigint" | undefined
}

const configured = <A, E>(
  effect: Effect.Effect<A, E>,
  { attemptTimeout, deadline, integers, retry }: CallOptions
): Effect.Effect<A, E> => {
  const timed = attemptTimeout === undefined ? effect : Call.withAttemptTimeout(effect, attemptTimeout)
  const bounded = deadline === undefined ? timed : Call.withDeadline(timed, deadline)
  const read = integers === undefined ? bounded : Call.withIntegers(bounded, integers)
  return retry === undefined ? read : Call.withRetry(read, retry)
}

/** What calls under way elsewhere end as, once they are over: the error of one that may have happened, if there is one. */
type Elsewhere = () => Promise<unknown>

const nowhere: Elsewhere = () => Promise.resolve(undefined)

/**
 * Runs the effects and streams of a service.
 *
 * @internal
 */
export class Calls {
  readonly #runtime: Runtime.Runtime<never>
  /** That of the client, and one for each `with` that gave one: an inner one does not take the others away. */
  readonly #signals: ReadonlyArray<AbortSignal>
  readonly #options: CallOptions

  constructor(
    runtime: Runtime.Runtime<never>,
    signals: ReadonlyArray<AbortSignal>,
    options: Omit<CallOptions, "signal"> = {}
  ) {
    this.#runtime = runtime
    this.#signals = signals
    this.#options = options
  }

  /** Aborts with the calls, while its scope is open: `AbortSignal.any` would never let go of a signal that lives long. */
  get signal(): Effect.Effect<AbortSignal, never, Scope.Scope> {
    return Effect.map(
      Effect.acquireRelease(
        Effect.sync(() => {
          const controller = new AbortController()
          const listening = listen(this.#signals, ({ reason }) => controller.abort(reason))
          return { controller, listening }
        }),
        ({ listening }) => Effect.sync(listening)
      ),
      ({ controller }) => controller.signal
    )
  }

  with({ signal, ...options }: CallOptions): Calls {
    const isNew = signal !== undefined && !this.#signals.includes(signal)
    const signals = isNew ? [...this.#signals, signal] : this.#signals
    return new Calls(this.#runtime, signals, { ...this.#options, ...options })
  }

  /** `at` is the function that the program called: the stack of an error shows where. */
  run<A, E>(effect: Effect.Effect<A, E>, at: Function): Promise<A> {
    const caller = callerOf(at)
    return shownIn(this.#run(effect, undefined, nowhere), caller)
  }

  /** Leaving the loop ends the stream. */
  iterate<A, E>(
    open: () => Promise<Stream.Stream<A, E>>,
    at: Function,
    elsewhere: Elsewhere = nowhere
  ): AsyncIterable<A> {
    const caller = callerOf(at)
    return {
      [Symbol.asyncIterator]: () => {
        const check = (): void => throwAborted(this.#signals)
        const elements = new Elements(open, (effect, stop) => this.#run(effect, stop, elsewhere), check)
        return {
          next: () => shownIn(elements.next(), caller),
          return: () => shownIn(elements.return(), caller)
        }
      }
    }
  }

  // aborted, it ends with the error of a write that may have happened, else with the reason of the signal
  async #run<A, E>(effect: Effect.Effect<A, E>, stop: AbortSignal | undefined, elsewhere: Elsewhere): Promise<A> {
    const signals = stop === undefined ? this.#signals : [...this.#signals, stop]
    throwAborted(signals)
    const writes = new Array<Call.StartedCall>()
    const watched = Call.withOnCall(configured(effect, this.#options), (call) => {
      if (call.isWrite) writes.push(call)
    })
    const { aborted, exit } = await this.#exit(watched, signals)
    if (Exit.isSuccess(exit)) return exit.value
    if (aborted === undefined || !Cause.isInterruptedOnly(exit.cause)) throw Cause.squash(exit.cause)
    const unknown = writes.map((call) => call.interrupted()).find((error) => error !== undefined)
    throw unknown ?? (await elsewhere()) ?? aborted.reason
  }

  /** Its end, and the signal that aborted first. */
  #exit<A, E>(
    effect: Effect.Effect<A, E>,
    signals: ReadonlyArray<AbortSignal>
  ): Promise<{ readonly exit: Exit.Exit<A, E>; readonly aborted: AbortSignal | undefined }> {
    return new Promise((resolve) => {
      const fiber = this.#fork(effect)
      let aborted: AbortSignal | undefined
      const listening = listen(signals, (signal) => {
        aborted ??= signal
        fiber.unsafeInterruptAsFork(FiberId.none)
      })
      fiber.addObserver((exit) => {
        listening()
        resolve({ exit, aborted })
      })
    })
  }

  #fork<A, E>(effect: Effect.Effect<A, E>): Fiber.RuntimeFiber<A, E> {
    return Runtime.runFork(this.#runtime, effect)
  }
}

const throwAborted = (signals: ReadonlyArray<AbortSignal>): void => {
  for (const signal of signals) signal.throwIfAborted()
}
