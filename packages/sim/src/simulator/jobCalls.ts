import type { Execution, JobEvent, WatchOptions } from "@effect-connectors/core/Job"
import type { JobRef } from "@effect-connectors/core/JobRef"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Stream from "effect/Stream"
import { told, written, writtenEnd } from "./calls.js"
import { type Operation, run, sends } from "./connectionCalls.js"
import type { Dice } from "./random.js"
import type { Invoked, Told } from "./history.js"
import { type Process, store, stored } from "./process.js"

const actions = ["sync", "sync", "quick", "long", "forced", "broken", "cancelled", "stuck", "at-once"] as const

const submit = (process: Process, dice: Dice) => run(process, dice, "crm", dice.pick(actions), { async: true }, false)

// a job that never ends is waited for only so long
const patience = (dice: Dice): { readonly deadline: number } => ({ deadline: dice.pick([5, 20, 45]) * 1000 })

const following = (more: Partial<Invoked>): Invoked => ({ class: "safe", policy: "default", maxSends: 0, ...more })

const ended = (value: unknown, job?: string): Told => ({
  ...told(value),
  end: true,
  ...(job === undefined ? {} : { job })
})

const optionsFor = (process: Process, id: number, op: string, deadline: number): WatchOptions => ({
  deadline,
  onSubmitted: (job: JobRef) => Effect.sync(() => store(process, id, op, job))
})

const noted = (process: Process, id: number, op: string) => (event: JobEvent) =>
  Effect.sync(() => process.desk.recorder.add("event", process.desk.client, id, op, { event: event._tag }))

const lastOf = <E, R>(events: Stream.Stream<JobEvent, E, R>) =>
  Stream.runFold(events, undefined, (last: JobEvent | undefined, event) => (event._tag === "Completed" ? event : last))

const valueOf = (event: JobEvent | undefined, job?: string): Told =>
  event?._tag === "Completed" ? ended(event.value, job) : { wrong: "the stream ended without its end" }

const anyStored = ({ tenant }: Process, dice: Dice): string | undefined => {
  const ids = Array.from(tenant.store.keys())
  return ids[dice.between(0, Math.max(0, ids.length - 1))]
}

/** Waits for a stored job in another way each time. */
export const resume = (
  process: Process,
  dice: Dice,
  job: string,
  deadline: number
): Effect.Effect<unknown, unknown> => {
  const ref = stored(process.tenant, job)
  if (ref === undefined) return Effect.void
  const id = process.desk.recorder.call()
  const call = following({ job })
  if (dice.chance(0.5)) {
    const result = process.connections.jobs.result(ref, { deadline })
    return written(process.desk, "jobs.result", call, result, (value) => ended(value, job), id)
  }
  const watched = process.connections.jobs
    .watch(ref, { deadline })
    .pipe(Stream.tap(noted(process, id, "jobs.watch")), lastOf)
  return written(process.desk, "jobs.watch", call, watched, (event) => valueOf(event, job), id)
}

const late: Operation = (process, dice) => {
  const job = anyStored(process, dice)
  return job === undefined ? Effect.void : resume(process, dice, job, patience(dice).deadline)
}

/** What is done with jobs. */
export const jobCalls: Readonly<Record<string, Operation>> = {
  submit: (process, dice) => run(process, dice, "crm", dice.pick(actions), { async: true }),
  follow: (process, dice) => {
    const id = process.desk.recorder.call()
    const followed = process.connections.jobs
      .follow(submit(process, dice), optionsFor(process, id, "jobs.follow", patience(dice).deadline))
      .pipe(Stream.tap(noted(process, id, "jobs.follow")), lastOf)
    return written(process.desk, "jobs.follow", following({ follows: true }), followed, (event) => valueOf(event), id)
  },
  result: (process, dice) => {
    const id = process.desk.recorder.call()
    const options = optionsFor(process, id, "jobs.result", patience(dice).deadline)
    const result = process.connections.jobs.result(submit(process, dice), options)
    return written(process.desk, "jobs.result", following({ follows: true }), result, (value) => ended(value), id)
  },
  // several watch the same job, one of them from its start
  watched: (process, dice) =>
    Effect.flatMap(submit(process, dice), (execution: Execution) => {
      if (execution._tag === "Completed") return Effect.void
      const { job } = execution
      store(process, 0, "jobs.watched", job)
      const watchers = Array.from({ length: dice.between(2, 3) }, () =>
        Effect.exit(
          Effect.delay(resume(process, dice, job.jobId, patience(dice).deadline), dice.pick([0, 0, 700, 4000, 12_000]))
        )
      )
      return Effect.all(watchers, { concurrency: "unbounded", discard: true })
    }),
  results: (process, dice) => {
    const id = process.desk.recorder.call()
    const count = dice.between(2, 3)
    const executes = Array.from({ length: count }, () => submit(process, dice))
    const collected = process.connections.jobs
      .results(Stream.fromIterable(executes), {
        ...optionsFor(process, id, "jobs.results", patience(dice).deadline),
        order: dice.pick(["source", "end"]),
        failures: "value",
        concurrency: dice.pick([1, 16])
      })
      .pipe(
        Stream.tap(({ job, outcome }) =>
          Effect.sync(() => {
            if (job === undefined) return
            const exit = Either.match(outcome, { onLeft: Exit.fail, onRight: Exit.succeed })
            const call = following({ job: job.jobId })
            writtenEnd(process.desk, "jobs.results", call, exit, (value) => ended(value, job.jobId))
          })
        ),
        Stream.runCount
      )
    return written(process.desk, "jobs.results", following({}), collected, (seen) =>
      seen === count ? {} : { wrong: `${seen} results of ${count}` }
    )
  },
  late,
  later: late,
  jobGet: (process, dice) => {
    const job = anyStored(process, dice)
    if (job === undefined) return Effect.void
    const call: Invoked = { class: "safe", policy: "default", maxSends: sends(process, 3), path: `/api/v1/jobs/${job}` }
    return written(process.desk, "jobs.get", call, process.connections.jobs.get(job), () => ({}))
  }
}
