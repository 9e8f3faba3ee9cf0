/**
 * One budget of requests for several clients: of one process, or of many.
 *
 * @since 0.5.0
 */
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { maxTimerMillis, milliseconds, wholeIssues } from "./internal/data/checks.js"
import { exactMonotonicMillis } from "./internal/runtime/monotonic.js"
import { InvalidRequest, type Issue } from "./InvalidRequest.js"
import * as OptionNames from "./OptionNames.js"

/**
 * A shared budget could not be asked, or did not take a pause.
 *
 * @since 0.5.0
 * @category errors
 */
export class BudgetUnavailable extends Schema.TaggedError<BudgetUnavailable>(
  "@effect-connectors/core/SharedBudget/BudgetUnavailable"
)("BudgetUnavailable", {
  /** Why, for the log. Put no secrets in it. */
  reason: Schema.String
}) {
  /** The next time it may be there. */
  readonly retryable = true
  /** What happened and what to do. */
  override get message(): string {
    return `the shared budget is not available (${this.reason}): see that what keeps it is up`
  }
}

/**
 * Requests that one client may start: the first after `startsInMillis`, each of the others `everyMillis` after the one
 * before. One that is not used within a second of its time is lost.
 *
 * @since 0.5.0
 * @category models
 */
export interface Reservation {
  /** How many, 1 at least. */
  readonly requests: number
  /** Counts from when the client has the reservation. */
  readonly startsInMillis: number
  readonly everyMillis: number
}

/**
 * How much all who share a budget may send.
 *
 * @since 0.5.0
 * @category models
 */
export interface SharedBudgetOptions {
  /** Requests in any window of `per`. They are spread evenly: 10 a second is one each 100 milliseconds. */
  readonly requests: number
  /** The length of the window. Default 1 second. */
  readonly per?: Duration.DurationInput | undefined
  /**
   * The most requests that one client reserves at once. Default: those of a quarter of a second, 1 to 100. Any window of
   * `per` has at most `requests` + `batch` for each client.
   */
  readonly batch?: number | undefined
}

/**
 * {@link SharedBudgetOptions} as numbers, checked.
 *
 * @since 0.5.0
 * @category models
 */
export interface Pace {
  /** From the start of one request to the start of the next. */
  readonly everyMillis: number
  readonly batch: number
}

const optionNames = OptionNames.make<SharedBudgetOptions>({ requests: true, per: true, batch: true })

const defaultBatchMillis = 250
const maxBatch = 100

/**
 * Checks the options of a budget, for those who keep one elsewhere. `operation` is for the error.
 *
 * @since 0.5.0
 * @category constructors
 */
export const pace = (operation: string, options: SharedBudgetOptions): Effect.Effect<Pace, InvalidRequest> =>
  Effect.suspend(() => {
    const issues: Array<Issue> = [
      ...OptionNames.issues(optionNames, options),
      ...wholeIssues("requests", options.requests ?? Number.NaN, 1, 1_000_000),
      ...wholeIssues("batch", options.batch, 1, 10_000)
    ]
    const perMillis = milliseconds("per", options.per ?? "1 second", issues)
    if (perMillis > maxTimerMillis) {
      issues.push({ path: ["per"], message: "is longer than a timer can wait", fix: "give 24 days at most" })
    }
    if (issues.length > 0) return Effect.fail(new InvalidRequest({ operation, issues }))
    const everyMillis = perMillis / options.requests
    const fitting = Math.floor(defaultBatchMillis / everyMillis)
    return Effect.succeed({ everyMillis, batch: options.batch ?? Math.min(Math.max(fitting, 1), maxBatch) })
  })

/**
 * A budget that several clients share, as `limits: { shared }` of each of them. What keeps it may be a variable of this
 * process ({@link make}), a row of a database, or a service.
 *
 * @example
 * ```ts
 * import { ConnectionsApi, SharedBudget } from "@effect-connectors/core"
 * import * as Layer from "effect/Layer"
 *
 * export const layer = SharedBudget.clients((shared) =>
 *   ConnectionsApi.layer({ baseUrl: "https://connections.example", limits: { shared } })
 * ).pipe(Layer.provide(SharedBudget.layer({ requests: 10 })))
 * ```
 *
 * @since 0.5.0
 * @category services
 */
export class SharedBudget extends Context.Tag("@effect-connectors/core/SharedBudget")<
  SharedBudget,
  SharedBudget.Service
>() {
  /**
   * A budget that is kept in this process.
   *
   * @since 0.5.0
   */
  static layer(options: SharedBudgetOptions): Layer.Layer<SharedBudget, InvalidRequest> {
    return Layer.effect(SharedBudget, make(options))
  }

  /**
   * The clients of a budget: their layer is built with the budget that it is given.
   *
   * @since 0.5.0
   */
  static clients<A, E, R>(
    build: (shared: SharedBudget.Service) => Layer.Layer<A, E, R>
  ): Layer.Layer<A, E, R | SharedBudget> {
    return Layer.unwrapEffect(Effect.map(SharedBudget, build))
  }
}

/**
 * The types of the service.
 *
 * @since 0.5.0
 * @category services
 */
export declare namespace SharedBudget {
  /**
   * What a client needs of a budget that it does not keep itself.
   *
   * @since 0.5.0
   * @category services
   */
  export interface Service {
    /**
     * Reserves requests, `most` at most: as many as wait now and may run at once. The client asks when it has none left, in a
     * fiber of its own, and no second time before it has a reply. No reply within 5 seconds is a failure.
     */
    readonly reserve: (most: number) => Effect.Effect<Reservation, BudgetUnavailable>

    /** The server refused a request for its rate: nobody may start a request for so many milliseconds. */
    readonly pause: (millis: number) => Effect.Effect<void, BudgetUnavailable>

    /**
     * For how many milliseconds from now nothing may start, by what this process knows. It is read before each request, so it
     * waits for nothing.
     */
    readonly pausedFor: Effect.Effect<number>
  }
}

/**
 * A budget that is kept in this process: for clients of several platforms or tenants that one limit stands behind.
 *
 * @since 0.5.0
 * @category constructors
 */
export const make = (options: SharedBudgetOptions): Effect.Effect<SharedBudget.Service, InvalidRequest> =>
  Effect.map(pace("SharedBudget.make", options), ({ batch, everyMillis }) => {
    /** When the next request may start. */
    let nextAt = -Infinity
    let pausedUntil = -Infinity
    const at = <A>(f: (now: number) => A): Effect.Effect<A> =>
      Effect.clockWith((clock) => Effect.sync(() => f(exactMonotonicMillis(clock))))
    return {
      reserve: (most) =>
        at((now) => {
          const requests = Math.min(most, batch)
          const startsAt = Math.max(nextAt, pausedUntil, now)
          nextAt = startsAt + requests * everyMillis
          return { requests, startsInMillis: startsAt - now, everyMillis }
        }),
      pause: (millis) =>
        at((now) => {
          pausedUntil = Math.max(pausedUntil, now + millis)
        }),
      pausedFor: at((now) => Math.max(0, pausedUntil - now))
    }
  })
