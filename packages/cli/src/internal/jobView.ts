/**
 * How a job is shown while it is followed. Its result is data and goes to stdout; how it goes on is talk, except with
 * `--json`: then each event is data.
 */
import * as Job from "@effect-connectors/core/Job"
import { JobRef } from "@effect-connectors/core/JobRef"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { Failure } from "./failure.js"
import { jsonText, printable } from "./printable.js"
import type { OutputError } from "./shell.js"
import { hasColor, print, say, Shell } from "./shell.js"
import * as View from "./view.js"

type Event = Job.JobEvent | Job.Accepted

const encodeEvent = Schema.encodeSync(Job.JobEvent.schema(Schema.Unknown))

/** An event as one line of JSON. */
const jsonOf = (event: Event): string =>
  jsonText(event._tag === "Accepted" ? { _tag: event._tag, job: JobRef.encode(event.job) } : encodeEvent(event)) ??
  "null"

const referenceText = (job: JobRef): string => jsonText(JobRef.encode(job)) ?? ""

/** A reference as one word for a shell. */
const quoted = (job: JobRef): string => `'${referenceText(job).replaceAll("'", "'\\''")}'`

const percent = (progress: number | undefined): string =>
  progress === undefined ? "" : ` ${Math.round(progress * 100)} %`

const talk = (event: Event): Effect.Effect<void, never, Shell> => {
  switch (event._tag) {
    case "Submitted":
      return say(`job ${printable(event.job.jobId)}: submitted`)
    case "Accepted":
      return say(
        `job ${printable(event.job.jobId)}: accepted. To follow it: connectors jobs watch ${quoted(event.job)}`
      )
    case "Progress":
      return say(`job ${printable(event.state.jobId)}: ${printable(event.state.word)}${percent(event.state.progress)}`)
    case "Completed":
      return Effect.void
  }
}

const data = (event: Event): Effect.Effect<void, OutputError, Shell> =>
  Effect.flatMap(Shell, ({ stdout }) => {
    if (event._tag === "Accepted") return print(referenceText(event.job))
    const isTable = stdout.isTTY === true
    const text = event._tag === "Completed" ? View.json.text(event.value, { isTable }) : undefined
    return text === undefined ? Effect.void : print(text)
  })

const isProgress = (event: Event): event is Job.JobEvent => event._tag !== "Accepted"

/** On a terminal: a bar that goes away, then the result. */
const withBar = (events: Stream.Stream<Event, Failure, Shell>): Effect.Effect<void, Failure, Shell> =>
  Effect.gen(function* () {
    const { stderr } = yield* Shell
    // loaded where a bar is drawn
    const { run } = yield* Effect.promise(() => import("@effect-connectors/node/ProgressBar"))
    const bar = run(Stream.filter(events, isProgress), { output: stderr })
    // a job that is followed ends with its result or with an error
    const value = yield* Effect.catchIf(bar, Cause.isNoSuchElementException, Effect.die)
    return yield* data(Job.Completed(value))
  })

/** Events to show. */
export interface Followed {
  /** The job they are of, where that is known before them. */
  readonly job?: JobRef | undefined
  /** Whether they go on until the end of a job, so that a bar is worth its place. */
  readonly isLong: boolean
  readonly events: Stream.Stream<Event, Failure, Shell>
}

export const show = ({ events, isLong, job }: Followed, asJson: boolean): Effect.Effect<void, Failure, Shell> =>
  Effect.gen(function* () {
    const { env, stderr } = yield* Shell
    let current = job
    const seen = Stream.tap(events, (event) =>
      Effect.sync(() => {
        if (event._tag === "Submitted") current = event.job
      })
    )
    const shown = asJson
      ? Stream.runForEach(seen, (event) => print(jsonOf(event)))
      : isLong && hasColor(stderr, env)
        ? withBar(seen)
        : Stream.runForEach(seen, (event) => Effect.zipRight(talk(event), data(event)))
    return yield* Effect.onInterrupt(shown, () =>
      current === undefined
        ? Effect.void
        : say(`stopped watching: the job goes on. To watch it again: connectors jobs watch ${quoted(current)}`)
    )
  })
