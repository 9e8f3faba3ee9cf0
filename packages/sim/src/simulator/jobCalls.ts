import type { Execution, JobEvent, WatchOptions } from "@effect-connectors/core/Job"
import type { JobRef } from "@effect-connectors/core/JobRef"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Stream from "effect/Stream"
import { returnedValue, recordCall, recordEndedCall } from "./callLog.js"
import { type Operation, run, sends } from "./connectionCalls.js"
import type { SeededRandom } from "./seededRandom.js"
import type { Invoked, Returned } from "./history.js"
import { type ClientProcess, store, stored } from "./clientProcess.js"

const actions = ["sync", "sync", "quick", "long", "forced", "broken", "cancelled", "stuck", "at-once"] as const

const submit = (process: ClientProcess, random: SeededRandom) =>
  run(process, random, "crm", random.pick(actions), { async: true }, false)

// the wait for a job that never ends has a deadline
const waitDeadline = (random: SeededRandom): { readonly deadline: number } => ({
  deadline: random.pick([5, 20, 45]) * 1000
})

const following = (more: Partial<Invoked>): Invoked => ({ class: "safe", policy: "default", maxSends: 0, ...more })

const ended = (value: unknown, job?: string): Returned => ({
  ...returnedValue(value),
  end: true,
  ...(job === undefined ? {} : { job })
})

const optionsFor = (process: ClientProcess, id: number, op: string, deadline: number): WatchOptions => ({
  deadline,
  onSubmitted: (job: JobRef) => Effect.sync(() => store(process, id, op, job))
})

const noted = (process: ClientProcess, id: number, op: string) => (event: JobEvent) =>
  Effect.sync(() => process.log.recorder.add("event", process.log.client, id, op, { event: event._tag }))

const lastOf = <E, R>(events: Stream.Stream<JobEvent, E, R>) =>
  Stream.runFold(events, undefined, (last: JobEvent | undefined, event) => (event._tag === "Completed" ? event : last))

const valueOf = (event: JobEvent | undefined, job?: string): Returned =>
  event?._tag === "Completed" ? ended(event.value, job) : { wrong: "the stream ended without its end" }

const anyStored = ({ tenant }: ClientProcess, random: SeededRandom): string | undefined => {
  const ids = Array.from(tenant.store.keys())
  return ids[random.between(0, Math.max(0, ids.length - 1))]
}

/** Waits for a stored job, by `result` or by `watch`. */
export const resume = (
  process: ClientProcess,
  random: SeededRandom,
  job: string,
  deadline: number
): Effect.Effect<unknown, unknown> => {
  const ref = stored(process.tenant, job)
  if (ref === undefined) return Effect.void
  const id = process.log.recorder.call()
  const call = following({ job, watchDeadline: deadline })
  if (random.chance(0.5)) {
    const result = process.connections.jobs.result(ref, { deadline })
    return recordCall(process.log, "jobs.result", call, result, (value) => ended(value, job), id)
  }
  const watched = process.connections.jobs
    .watch(ref, { deadline })
    .pipe(Stream.tap(noted(process, id, "jobs.watch")), lastOf)
  return recordCall(process.log, "jobs.watch", call, watched, (event) => valueOf(event, job), id)
}

const late: Operation = (process, random) => {
  const job = anyStored(process, random)
  return job === undefined ? Effect.void : resume(process, random, job, waitDeadline(random).deadline)
}

/** The calls on jobs. */
export const jobCalls: Readonly<Record<string, Operation>> = {
  submit: (process, random) => run(process, random, "crm", random.pick(actions), { async: true }),
  follow: (process, random) => {
    const id = process.log.recorder.call()
    const submitted = submit(process, random)
    const { deadline } = waitDeadline(random)
    const call = following({ follows: true, watchDeadline: deadline })
    const followed = process.connections.jobs
      .follow(submitted, optionsFor(process, id, "jobs.follow", deadline))
      .pipe(Stream.tap(noted(process, id, "jobs.follow")), lastOf)
    return recordCall(process.log, "jobs.follow", call, followed, (event) => valueOf(event), id)
  },
  result: (process, random) => {
    const id = process.log.recorder.call()
    const { deadline } = waitDeadline(random)
    const call = following({ follows: true, watchDeadline: deadline })
    const options = optionsFor(process, id, "jobs.result", deadline)
    const result = process.connections.jobs.result(submit(process, random), options)
    return recordCall(process.log, "jobs.result", call, result, (value) => ended(value), id)
  },
  // several watch the same job, one of them from its start
  watched: (process, random) =>
    Effect.flatMap(submit(process, random), (execution: Execution) => {
      if (execution._tag === "Completed") return Effect.void
      const { job } = execution
      store(process, 0, "jobs.watched", job)
      const watchers = Array.from({ length: random.between(2, 3) }, () =>
        Effect.exit(
          Effect.delay(
            resume(process, random, job.jobId, waitDeadline(random).deadline),
            random.pick([0, 0, 700, 4000, 12_000])
          )
        )
      )
      return Effect.all(watchers, { concurrency: "unbounded", discard: true })
    }),
  results: (process, random) => {
    const id = process.log.recorder.call()
    const count = random.between(2, 3)
    const executes = Array.from({ length: count }, () => submit(process, random))
    const collected = process.connections.jobs
      .results(Stream.fromIterable(executes), {
        ...optionsFor(process, id, "jobs.results", waitDeadline(random).deadline),
        order: random.pick(["source", "end"]),
        failures: "value",
        concurrency: random.pick([1, 16])
      })
      .pipe(
        Stream.tap(({ job, outcome }) =>
          Effect.sync(() => {
            if (job === undefined) return
            const exit = Either.match(outcome, { onLeft: Exit.fail, onRight: Exit.succeed })
            const call = following({ job: job.jobId })
            recordEndedCall(process.log, "jobs.results", call, exit, (value) => ended(value, job.jobId))
          })
        ),
        Stream.runCount
      )
    return recordCall(process.log, "jobs.results", following({}), collected, (seen) =>
      seen === count ? {} : { wrong: `${seen} results of ${count}` }
    )
  },
  late,
  later: late,
  jobGet: (process, random) => {
    const job = anyStored(process, random)
    if (job === undefined) return Effect.void
    const call: Invoked = { class: "safe", policy: "default", maxSends: sends(process, 3), path: `/api/v1/jobs/${job}` }
    return recordCall(process.log, "jobs.get", call, process.connections.jobs.get(job), () => ({}))
  }
}
