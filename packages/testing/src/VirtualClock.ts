/**
 * A deterministic virtual `Clock`: hours of sleep pass in milliseconds, with thousands of sleepers.
 *
 * @since 0.1.0
 */
import type * as Clock from "effect/Clock"
import * as OptionNames from "@effect-connectors/core/OptionNames"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FiberRef from "effect/FiberRef"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import type * as Scheduler from "effect/Scheduler"
import type * as Scope from "effect/Scope"
import { knownOptions } from "./internal/knownOptions.js"
import { type StuckReason, VirtualTime } from "./internal/virtualClock/virtualTime.js"

/**
 * The options of a virtual clock.
 *
 * @since 0.1.0
 * @category models
 */
export interface VirtualClockOptions {
  /** Where time starts, in whole milliseconds since the epoch; 0 unless given. The wall clock starts there too. */
  readonly startMillis?: number
  /**
   * Whether time jumps to the next sleeper when all fibers are idle; true unless given.
   * With `false` only `adjust` moves it, whatever real work is in progress.
   */
  readonly autoAdvance?: boolean
  /** How often time may move before every sleeper dies with a defect; 1,000,000 unless given. */
  readonly maxAdvances?: number
}

/**
 * The options of a run under virtual time.
 *
 * @since 0.1.0
 * @category models
 */
export interface RunOptions extends VirtualClockOptions {
  /** Seeds `Random`; 0 unless given. The same seed gives the same run. */
  readonly seed?: string | number
  /**
   * Idle turns of the event loop without any sleeper after which the program dies as
   * deadlocked, or `false` to wait forever; 2,000 unless given, `false` without `autoAdvance`.
   * Real work such as a socket takes longer than that: wrap it in `hold`.
   */
  readonly deadlockTurns?: number | false
}

const optionNames = OptionNames.make<RunOptions>({
  startMillis: true,
  autoAdvance: true,
  maxAdvances: true,
  seed: true,
  deadlockTurns: true
})

const open = (given?: VirtualClockOptions): Effect.Effect<VirtualTime> => {
  const options = knownOptions("VirtualClock", optionNames, given)
  return Effect.sync(
    () =>
      new VirtualTime({
        startMillis: Math.trunc(options?.startMillis ?? 0),
        autoAdvance: options?.autoAdvance ?? true,
        maxAdvances: options?.maxAdvances ?? 1_000_000
      })
  )
}

const close = (time: VirtualTime): Effect.Effect<void> => Effect.sync(() => time.close())

const toService = (time: VirtualTime): VirtualClock.Service => ({
  clock: time.clock,
  scheduler: time.scheduler,
  currentTimeMillis: Effect.sync(() => time.wallMillis),
  adjust: (duration) => time.adjust(duration),
  jumpWallTime: (millis) => Effect.sync(() => time.jumpWall(millis)),
  hold: (effect) => time.hold(effect),
  pending: Effect.sync(() => time.pending),
  maxPending: Effect.sync(() => time.maxPending),
  advances: Effect.sync(() => time.advances)
})

const describe = (reason: StuckReason, atMillis: number): Error =>
  new Error(
    reason._tag === "Deadlock"
      ? `VirtualClock: deadlock: no sleeper left at ${atMillis} ms, nothing has run for ${reason.turns} turns, and the program still waits; wrap real work, such as a socket or a file, in the clock's \`hold\``
      : `VirtualClock: time moved ${reason.advances} times and the program still waits (maxAdvances)`
  )

const supervise = <A, E, R>(
  time: VirtualTime,
  effect: Effect.Effect<A, E, R>,
  options: RunOptions | undefined
): Effect.Effect<A, E, Exclude<R, VirtualClock>> =>
  Effect.uninterruptibleMask(
    Effect.fnUntraced(function* (restore) {
      const stuck = yield* Deferred.make<never>()
      const turns = options?.deadlockTurns ?? (options?.autoAdvance === false ? false : 2000)
      const fiber = yield* restore(Effect.provideService(effect, VirtualClock, toService(time))).pipe(
        Effect.withClock(time.clock),
        Effect.withRandom(Random.make(options?.seed ?? 0)),
        Effect.withScheduler(time.scheduler),
        Effect.forkDaemon
      )
      time.onStuck(turns === false ? Infinity : turns, (reason) => {
        Deferred.unsafeDone(stuck, Effect.die(describe(reason, time.wallMillis)))
      })
      // a program that is stuck may be uninterruptible: do not wait for it
      const leave = Effect.flatMap(Deferred.isDone(stuck), (isStuck) =>
        isStuck ? Fiber.interruptFork(fiber) : Fiber.interrupt(fiber)
      )
      return yield* Effect.onExit(restore(Effect.raceFirst(Fiber.join(fiber), Deferred.await(stuck))), () => leave)
    })
  )

/**
 * A `Clock` whose time passes only when a test says so, or when nothing else is left to run.
 *
 * **Gotchas**
 *
 * Time moves on when all fibers are idle. A real socket or file is not a fiber that
 * runs: wrap such work in `hold`, or switch `autoAdvance` off.
 *
 * @example
 * ```ts
 * import { VirtualClock } from "@effect-connectors/testing/VirtualClock"
 * import * as Effect from "effect/Effect"
 *
 * const program = Effect.gen(function*() {
 *   yield* Effect.sleep("6 hours")
 *   const clock = yield* VirtualClock
 *   return yield* clock.currentTimeMillis // 21_600_000
 * }).pipe(VirtualClock.provide)
 * ```
 *
 * @since 0.1.0
 * @category services
 */
export class VirtualClock extends Context.Tag("@effect-connectors/testing/VirtualClock")<
  VirtualClock,
  VirtualClock.Service
>() {
  /** A virtual clock for the lifetime of a scope. No fiber uses it yet. */
  static readonly make = (options?: VirtualClockOptions): Effect.Effect<VirtualClock.Service, never, Scope.Scope> =>
    Effect.map(Effect.acquireRelease(open(options), close), toService)

  /** Runs the program on a virtual clock, and provides the service that controls it. */
  static readonly layerWith = (options?: VirtualClockOptions): Layer.Layer<VirtualClock> =>
    Layer.scoped(
      VirtualClock,
      Effect.tap(VirtualClock.make(options), (service) =>
        Effect.zipRight(
          Effect.withClockScoped(service.clock),
          Effect.locallyScoped(FiberRef.currentScheduler, service.scheduler)
        )
      )
    )

  /** {@link VirtualClock.layerWith} with time that starts at 0 and moves by itself. */
  static readonly layer: Layer.Layer<VirtualClock> = VirtualClock.layerWith()

  /**
   * Runs a program on a virtual clock and a seeded `Random`. The program dies when it waits but no fiber can run and no
   * fiber sleeps.
   */
  static readonly run = <A, E, R>(
    effect: Effect.Effect<A, E, R>,
    options?: RunOptions
  ): Effect.Effect<A, E, Exclude<R, VirtualClock>> =>
    Effect.acquireUseRelease(open(options), (time) => supervise(time, effect, options), close)

  /** {@link VirtualClock.run} with its defaults, for a `pipe`. */
  static readonly provide = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, Exclude<R, VirtualClock>> =>
    VirtualClock.run(effect)
}

/**
 * The service that {@link VirtualClock} gives.
 *
 * @since 0.1.0
 * @category services
 */
export declare namespace VirtualClock {
  /**
   * The state of a virtual clock, and how a test moves it.
   *
   * @since 0.1.0
   * @category services
   */
  export interface Service {
    /** The clock itself, for `Effect.withClock`. */
    readonly clock: Clock.Clock
    /** The scheduler of the clock, for `Effect.withScheduler`: it knows whether fibers have work left. */
    readonly scheduler: Scheduler.Scheduler
    /** What the wall clock shows, in milliseconds since the epoch. */
    readonly currentTimeMillis: Effect.Effect<number>
    /**
     * Moves time by this much, running everything that becomes due on the way, in
     * order, and ends when all fibers are idle again.
     */
    readonly adjust: (duration: Duration.DurationInput) => Effect.Effect<void>
    /**
     * Sets the wall clock forward by so many milliseconds, or back when they are negative. No time passes: sleepers,
     * timeouts and `Clock.currentTimeNanos` do not notice, as when somebody sets the clock of a real machine.
     */
    readonly jumpWallTime: (millis: number) => Effect.Effect<void>
    /** Time does not move by itself while this runs: for real sockets, files and promises. */
    readonly hold: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
    /** How many sleepers (timers) there are now. */
    readonly pending: Effect.Effect<number>
    /** The most sleepers there were at a time. */
    readonly maxPending: Effect.Effect<number>
    /** How often time has moved. */
    readonly advances: Effect.Effect<number>
  }
}
