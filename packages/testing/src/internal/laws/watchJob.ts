import { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import type { JobEvent } from "@effect-connectors/core/Job"
import * as JobProtocol from "@effect-connectors/core/JobProtocol"
import type { JobRef } from "@effect-connectors/core/JobRef"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import type { JobAction } from "../../Law.js"
import type { WireRequest } from "../../Wire.js"
import { parse } from "../data/jsonText.js"
import { errorLine, type Transcript } from "./transcript.js"

/** Executes an action that becomes a job. @internal */
export const executeAsync = ({ target }: Transcript, { action, input = {} }: JobAction) =>
  Effect.flatMap(ConnectionsApi, ({ actions }) =>
    actions.execute(target.connection, action, { input }, { async: true })
  )

/** Executes an action and gives its job. @internal */
export const submitJob = (transcript: Transcript, jobAction: JobAction) =>
  Effect.flatMap(executeAsync(transcript, jobAction), (execution) =>
    execution._tag === "Accepted"
      ? Effect.as(transcript.note(`the job ${execution.job.jobId} was accepted`), execution.job)
      : transcript.broken(`${jobAction.action} completed at once: the target has to name an action that becomes a job`)
  )

/** How the laws poll jobs. @internal */
export const pollOptions = ({ target }: Transcript) => ({ pace: Schedule.spaced(target.pace) })

const eventLine = (event: JobEvent): string => {
  if (event._tag !== "Progress") return event._tag
  const { progress, word } = event.state
  return `Progress ${word}${progress === undefined ? "" : ` ${progress}`}`
}

/** What a stream emitted, and how it ended. @internal */
export interface WatchResult {
  readonly events: ReadonlyArray<JobEvent>
  readonly exit: Exit.Exit<void, { readonly _tag: string }>
}

/** Runs a stream of job events to its end. @internal */
export const watchToEnd = <E extends { readonly _tag: string }, R>(
  transcript: Transcript,
  stream: Stream.Stream<JobEvent, E, R>
): Effect.Effect<WatchResult, never, R> => {
  const events: Array<JobEvent> = []
  const run = Stream.runForEach(stream, (event) => {
    events.push(event)
    return transcript.note(eventLine(event))
  })
  return run.pipe(
    Effect.tapError((error) => transcript.note(`it failed: ${errorLine(error)}`)),
    Effect.exit,
    Effect.map((exit) => ({ events, exit }))
  )
}

/** The polls of a job among the requests. @internal */
export const pollsOf = (job: JobRef, requests: ReadonlyArray<WireRequest>): ReadonlyArray<WireRequest> =>
  requests.filter(({ method, path }) => method === "GET" && path.split("/").includes(encodeURIComponent(job.jobId)))

/** Whether the response to a poll reports the end of the job. @internal */
export const reportsEnd = ({ answer, status }: WireRequest): boolean => {
  if (answer === undefined || status !== 200) return false
  const state = JobProtocol.decode(JobProtocol.defaultProtocol, "", parse(answer))
  return state !== undefined && JobProtocol.isOver(state)
}
