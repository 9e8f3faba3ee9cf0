import { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import type { JobEvent } from "@effect-connectors/core/Job"
import * as JobProtocol from "@effect-connectors/core/JobProtocol"
import type { JobRef } from "@effect-connectors/core/JobRef"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import type * as Exit from "effect/Exit"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import { structuralRegion } from "effect/Utils"
import type { JobAction } from "../../Law.js"
import type { WireRequest } from "../../Wire.js"
import { parse } from "../fakeServer/json.js"
import { errorLine, type Trail } from "./evidence.js"

/** The execute that asks for a job. @internal */
export const asked = ({ target }: Trail, { action, input = {} }: JobAction) =>
  Effect.flatMap(ConnectionsApi, ({ actions }) =>
    actions.execute(target.connection, action, { input }, { async: true })
  )

/** The job that an action becomes. @internal */
export const submitted = (trail: Trail, work: JobAction) =>
  Effect.flatMap(asked(trail, work), (execution) =>
    execution._tag === "Accepted"
      ? Effect.as(trail.note(`the job ${execution.job.jobId} was accepted`), execution.job)
      : trail.broken(`${work.action} was done at once: the target has to name an action that becomes a job`)
  )

/** How the laws look at jobs. @internal */
export const paced = ({ target }: Trail) => ({ pace: Schedule.spaced(target.pace) })

const eventLine = (event: JobEvent): string => {
  if (event._tag !== "Progress") return event._tag
  const { progress, word } = event.state
  return `Progress ${word}${progress === undefined ? "" : ` ${progress}`}`
}

/** What a stream shows, and how it ends. @internal */
export interface Course {
  readonly events: ReadonlyArray<JobEvent>
  readonly exit: Exit.Exit<void, { readonly _tag: string }>
}

/** Follows a job to where its stream ends. @internal */
export const courseOf = <E extends { readonly _tag: string }, R>(
  trail: Trail,
  stream: Stream.Stream<JobEvent, E, R>
): Effect.Effect<Course, never, R> => {
  const events: Array<JobEvent> = []
  const run = Stream.runForEach(stream, (event) => {
    events.push(event)
    return trail.note(eventLine(event))
  })
  return run.pipe(
    Effect.tapError((error) => trail.note(`it failed: ${errorLine(error)}`)),
    Effect.exit,
    Effect.map((exit) => ({ events, exit }))
  )
}

/** The looks at a job among what was sent. @internal */
export const looksAt = (job: JobRef, requests: ReadonlyArray<WireRequest>): ReadonlyArray<WireRequest> =>
  requests.filter(({ method, path }) => method === "GET" && path.split("/").includes(encodeURIComponent(job.jobId)))

/** Whether the answer of a look tells the job's end. @internal */
export const tellsEnd = ({ answer, status }: WireRequest): boolean => {
  if (answer === undefined || status !== 200) return false
  const state = JobProtocol.decode(JobProtocol.defaultProtocol, "", parse(answer))
  return state !== undefined && JobProtocol.isEnd(state.state)
}

/** Whether two values are the same JSON. @internal */
export const isSame = (a: unknown, b: unknown): boolean => structuralRegion(() => Equal.equals(a, b))
