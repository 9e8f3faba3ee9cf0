/**
 * `jobs`.
 */
import type { JobState } from "@effect-connectors/core/JobProtocol"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Given from "../given.js"
import { type Group, onConnections as on } from "../operation.js"
import * as View from "../view.js"
import * as take from "./arguments.js"

const time = (at: DateTime.Utc | undefined) => (at === undefined ? undefined : DateTime.formatIso(at))

/** What cannot be a reference in JSON, a file or stdin is the server's id of the job. */
const isId = (given: string): boolean => !/^(-$|@|\s*[{["])/.test(given)

export const jobs: Group = {
  name: "jobs",
  summary: "Jobs: what became of work that takes its time",
  commands: [
    on.follow({
      name: "watch",
      summary: "Follow a job until its end",
      takes: { job: take.job },
      run: ({ job }, { jobs }, deadline) =>
        Effect.map(Given.reference(job), (job) => ({ job, isLong: true, events: jobs.watch(job, { deadline }) }))
    }),
    on.one({
      name: "result",
      summary: "Wait for a job, and print its result",
      takes: { job: take.job },
      run: ({ job }, { jobs }, deadline) =>
        Effect.flatMap(Given.reference(job), (job) => jobs.result(job, { deadline })),
      view: View.json
    }),
    on.one({
      name: "get",
      summary: "Ask once how a job is",
      takes: { job: take.named("job", "The id of the job, or its reference: its JSON, @FILE, or - for stdin") },
      run: ({ job }, { jobs }) =>
        isId(job) ? jobs.get(job) : Effect.flatMap(Given.reference(job), (job) => jobs.get(job)),
      view: View.fields({
        job: ({ jobId }: JobState) => jobId,
        state: ({ state }) => state,
        word: ({ word }) => word,
        progress: ({ progress }) => progress,
        created: ({ createdAt }) => time(createdAt),
        started: ({ startedAt }) => time(startedAt),
        finished: ({ finishedAt }) => time(finishedAt),
        result: ({ result }) => result,
        error: ({ error }) => error
      })
    })
  ]
}
