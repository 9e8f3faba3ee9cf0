/**
 * The progress of a job for people: a bar on a terminal, plain lines elsewhere.
 *
 * @since 0.5.0
 */
import { InvalidRequest } from "@effect-connectors/core/InvalidRequest"
import type * as Job from "@effect-connectors/core/Job"
import type { JobState } from "@effect-connectors/core/JobProtocol"
import * as OptionNames from "@effect-connectors/core/OptionNames"
import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { Writable } from "node:stream"

/**
 * Where progress is written: `process.stderr`, `process.stdout`, or a stream of yours.
 *
 * @since 0.5.0
 * @category models
 */
export interface Output extends Writable {
  /** Whether it is a terminal, which shows a bar. Default `false`: plain lines. */
  readonly isTTY?: boolean | undefined
}

/**
 * What is shown. A `JobEvent` is one, and your own program can make one, for example from the events of many jobs.
 *
 * @since 0.5.0
 * @category models
 */
export type ProgressBarEvent<A> =
  | Pick<Job.Submitted, "_tag">
  | { readonly _tag: Job.Progress["_tag"]; readonly state: Pick<JobState, "progress"> }
  | Job.Completed<A>

/**
 * How progress is shown.
 *
 * @since 0.5.0
 * @category models
 */
export interface ProgressBarOptions {
  /** What stands before the bar. Control characters become spaces. Default `job`. */
  readonly title?: string | undefined
  /** Where the progress is written. It stays open. Default `process.stderr`. */
  readonly output?: Output | undefined
}

const optionNames = OptionNames.make<ProgressBarOptions>({ title: true, output: true })

/** Shows a whole number of percent. */
type Show = (percent: number) => Effect.Effect<void>

const bar = (title: string, stream: Output): Effect.Effect<Show, never, Scope.Scope> =>
  // loaded only where a bar is drawn. A bundle has the names of CommonJS in `default` alone
  Effect.promise(() => import("cli-progress")).pipe(
    Effect.flatMap(({ default: { Presets, SingleBar } }) =>
      Effect.acquireRelease(
        Effect.sync(() => {
          const bar = new SingleBar(
            {
              stream,
              format: "{title} {bar} {percentage} %",
              hideCursor: true,
              clearOnComplete: true,
              // its own listener would keep SIGINT and SIGTERM from ending the process
              gracefulExit: false
            },
            Presets.shades_classic
          )
          bar.start(100, 0, { title })
          return bar
        }),
        // shows the cursor and wraps lines again
        (bar) => Effect.sync(() => bar.stop())
      )
    ),
    Effect.map((bar) => (percent) => Effect.sync(() => bar.update(percent)))
  )

const lines = (title: string, output: Output): Show => {
  let shown: number | undefined
  return (percent) =>
    Effect.sync(() => {
      if (percent === shown) return
      shown = percent
      output.write(`${title} ${percent} %\n`)
    })
}

const percentOf = (event: ProgressBarEvent<unknown>): number | undefined => {
  if (event._tag === "Completed") return 100
  const progress = event._tag === "Progress" ? event.state.progress : undefined
  return progress === undefined ? undefined : Math.round(Math.min(Math.max(progress, 0), 1) * 100)
}

/**
 * Runs a stream of `jobs.follow` or `jobs.watch`, shows its progress, and gives the result of the job. For many jobs, make one
 * {@link ProgressBarEvent} of each event of `jobs.results`.
 *
 * On a terminal it draws a bar, and clears it at the end. The terminal is restored also after a failure and an interruption:
 * run the program with `NodeRuntime.runMain`, which interrupts it at Ctrl+C. Elsewhere it writes a line each time
 * the percentage changes. A server that reports no progress shows 0 % until the end on a terminal, and one line at the end elsewhere.
 *
 * Fails as the stream does, with `InvalidRequest` for an option that is not known, and with `NoSuchElementException` when the stream ends
 * without `Completed`, as one that you shortened may.
 *
 * @example
 * ```ts
 * import type { ConnectionsApi } from "@effect-connectors/core"
 * import { ProgressBar } from "@effect-connectors/node"
 *
 * export const sync = (connections: ConnectionsApi.Service) =>
 *   ProgressBar.run(
 *     connections.jobs.follow(connections.connection("crm").actions.execute("sync", {}, { async: true })),
 *     { title: "sync" }
 *   )
 * ```
 *
 * @since 0.5.0
 * @category combinators
 */
export const run = <A, E, R>(
  events: Stream.Stream<ProgressBarEvent<A>, E, R>,
  options: ProgressBarOptions = {}
): Effect.Effect<A, E | InvalidRequest | Cause.NoSuchElementException, R> =>
  Effect.gen(function* () {
    const issues = OptionNames.issues(optionNames, options)
    if (issues.length > 0) return yield* new InvalidRequest({ operation: "ProgressBar.run", issues })
    const output: Output = options.output ?? process.stderr
    const title = (options.title ?? "job").replaceAll(/\p{Cc}/gu, " ")
    const show = output.isTTY === true ? yield* bar(title, output) : lines(title, output)
    const result = yield* Stream.runFoldEffect(events, Option.none<A>(), (result, event) => {
      const percent = percentOf(event)
      return Effect.as(
        percent === undefined ? Effect.void : show(percent),
        event._tag === "Completed" ? Option.some(event.value) : result
      )
    })
    return yield* result
  }).pipe(Effect.scoped)
