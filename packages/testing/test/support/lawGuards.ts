import type { BosaApi } from "@effect-connectors/core/BosaApi"
import type { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import * as Job from "@effect-connectors/core/Job"
import * as JobError from "@effect-connectors/core/JobError"
import { JobRef } from "@effect-connectors/core/JobRef"
import type { Jobs } from "@effect-connectors/core/Jobs"
import type { Law, Target } from "@effect-connectors/testing/Law"
import * as Laws from "@effect-connectors/testing/Laws"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { at } from "./bosa.ts"
import { actionsWith, jobsShow, jobsWith, metaOf, shuffled } from "./bugs.ts"
import { connectionsWith, type fake, fakeWith } from "./laws.ts"

/** A bug, and a part of the reason that its law gives. */
export interface Guard {
  readonly bug: string
  readonly law: Law<ConnectionsApi | BosaApi>
  readonly reason: string
  readonly layer: typeof fake
  readonly target: Target | undefined
}

const named = (name: string): Law<ConnectionsApi | BosaApi> => {
  const law = Laws.all.find((law) => law.name === name)
  if (law === undefined) throw new Error(`there is no law ${name}`)
  return law
}

const about =
  (name: string) =>
  (bug: string, reason: string, layer: typeof fake, target?: Target): Guard => ({
    bug,
    law: named(name),
    reason,
    layer,
    target
  })

const oneEnd = about("jobs: one end")
const failure = about("jobs: a failure is the end")
const noPoll = about("jobs: no poll after the end")
const progress = about("jobs: progress does not go back")
const interrupting = about("jobs: interrupting a watch sends nothing")
const late = about("jobs: late watchers get the end")
const references = about("jobs: references can be stored")
const typed = about("errors: Connections errors are typed")
const unsent = about("errors: invalid input is not sent")
const doneOnce = about("once: a changing call runs once")
const complete = about("pages: nothing is lost")
const backward = about("pages: backward reverses forward")

/** Any result that is not the one of `works`. */
const other = (jobs: Jobs, { actions }: ConnectionsApi.Service) =>
  jobs.result(Effect.orDie(actions.execute("laws", "quick")))

const failsWith = (change: (error: JobError.JobFailed) => JobError.JobError) =>
  jobsWith((jobs) => ({
    result: (target, options) =>
      Effect.mapError(jobs.result(target, options), (error) =>
        error instanceof JobError.JobFailed ? change(error) : error
      )
  }))

/** A platform that gives another status than its own. */
const status = (from: number, to: number) =>
  fakeWith({
    platform: (handle) => (request) =>
      Effect.map(handle(request), (response) =>
        response._tag === "Answer" && response.status === from ? { ...response, status: to } : response
      )
  })

const unknownItems: Target = { ...Laws.target, pages: [{ action: "by_page" }] }

/** One bug for each condition of a law. */
export const guards: ReadonlyArray<Guard> = [
  oneEnd(
    "progress after the end",
    "an event came after the end",
    jobsWith((jobs) => ({
      follow: (target, options) =>
        Stream.concat(
          jobs.follow(target, options),
          Stream.map(Stream.fromEffect(jobs.get("job-1")), (state) => Job.Progress(state))
        )
    }))
  ),
  oneEnd(
    "no Submitted event",
    "it emitted Completed, and not Submitted",
    jobsWith((jobs) => ({ follow: (target, options) => Stream.drop(jobs.follow(target, options), 1) }))
  ),
  oneEnd(
    "a broken stream",
    "it ended with it died",
    jobsWith(() => ({ follow: () => Stream.die("broken") }))
  ),
  oneEnd(
    "a failed stream",
    "it ended with InvalidRequest",
    jobsWith((jobs) => ({
      follow: (target, options) =>
        Stream.concat(jobs.follow(target, options), Stream.drain(Stream.fromEffect(jobs.get(""))))
    }))
  ),
  noPoll(
    "an action that never becomes a job",
    "works completed at once",
    connectionsWith(({ actions }) => ({
      actions: { ...actions, execute: (slug, action, body) => actions.execute(slug, action, body) }
    }))
  ),
  noPoll(
    "a stream without a poll",
    "the stream ended without a poll",
    jobsWith(() => ({ watch: () => Stream.empty }))
  ),
  failure(
    "an end before the failure",
    "it emitted Completed",
    jobsWith((jobs, { actions }) => ({
      watch: (job, options) =>
        Stream.concat(
          Stream.fromEffect(
            Effect.map(jobs.result(Effect.orDie(actions.execute("laws", "quick")), options), (value) =>
              Job.Completed(value)
            )
          ),
          jobs.watch(job, options)
        )
    }))
  ),
  failure(
    "another error",
    "the error is JobCancelled",
    failsWith(({ job }) => new JobError.JobCancelled({ job }))
  ),
  failure(
    "the error of another job",
    "the error names the job another",
    failsWith(({ job }) => new JobError.JobFailed({ job: new JobRef({ ...job, jobId: "another" }) }))
  ),
  progress(
    "a job that is queued again",
    "the states were queued, running, queued",
    fakeWith({
      platform: jobsShow((body) => (at(body, "progress") === 0.5 ? { ...body, status: "queued" } : body))
    })
  ),
  progress(
    "an end as progress",
    "an end was emitted as progress",
    jobsWith((jobs) => ({
      watch: (job, options) =>
        Stream.map(jobs.watch(job, options), (event) =>
          event._tag === "Progress" ? Job.Progress({ ...event.state, state: "succeeded" }) : event
        )
    }))
  ),
  interrupting(
    "a job that was cancelled",
    "the job is cancelled now",
    jobsWith((jobs) => ({
      get: (job) => Effect.map(jobs.get(job), (state) => ({ ...state, state: "cancelled", word: "cancelled" }))
    }))
  ),
  late(
    "another result for a late watcher",
    "the result differs",
    jobsWith((jobs, { actions }) => ({
      result: (_, options) => jobs.result(Effect.orDie(actions.execute("laws", "quick")), options)
    }))
  ),
  late(
    "an unexpected result",
    "not what the target says",
    fakeWith({ platform: jobsShow((body) => ("result" in body ? { ...body, result: 41 } : body)) })
  ),
  late(
    "a result that dies",
    "it ended with it died",
    jobsWith(() => ({ result: () => Effect.die("broken") }))
  ),
  references(
    "another result for a reference",
    "it gives another result",
    jobsWith((jobs, api) => ({
      result: (target, options) =>
        target instanceof JobRef || !("origin" in target)
          ? jobs.result(target, options)
          : jobs.result(Effect.orDie(api.actions.execute("laws", "quick")), options)
    }))
  ),
  typed(
    "a connection that does not exist",
    "succeeded, and should fail as NotFound",
    connectionsWith((api) => ({ get: () => api.get("laws") }))
  ),
  typed(
    "an error of its own",
    "ended as Oops, which is not one of the known errors",
    connectionsWith((api) => ({
      get: (slug) => Effect.mapError(api.get(slug), (error) => Object.assign(error, { _tag: "Oops" }))
    }))
  ),
  typed("the wrong error", "ended as ApiRejected, and not as Forbidden", status(403, 409)),
  typed("the wrong status", "reports the status 422, and not 409", status(409, 422)),
  unsent(
    "a poll before a reference is refused",
    "to another origin was sent",
    jobsWith((jobs) => ({
      result: (target, options) => Effect.zipRight(Effect.ignore(jobs.get("job-1")), jobs.result(target, options))
    }))
  ),
  doneOnce(
    "a file without content",
    "has no content",
    connectionsWith((api) => ({
      file: { ...api.file, read: () => Effect.map(other(api.jobs, api).pipe(Effect.orDie), Job.Completed) }
    }))
  ),
  complete(
    "one page for all",
    "by_page has one page",
    actionsWith(({ pages }) => ({ pages: Stream.take(pages, 1) }))
  ),
  complete(
    "an item twice, where the items are not known",
    "gave an item twice",
    fakeWith({ platform: shuffled({ 3: 2 }, (body) => body) }),
    unknownItems
  ),
  complete(
    "a page that is lost, where the items are not known",
    "has 4 items, and the server says 7",
    fakeWith({ platform: shuffled({ 2: 3 }, (body) => ({ ...body, meta: { ...metaOf(body), has_next: false } })) }),
    unknownItems
  ),
  complete(
    "a next page at the end",
    "reports a next page after the last page",
    actionsWith(({ pages }) => ({ pages: Stream.map(pages, (page) => ({ ...page, hasNext: true })) }))
  ),
  backward(
    "no position of the last page",
    "has no position of its last page",
    actionsWith(({ pages }) => ({ pages: Stream.map(pages, (page) => ({ ...page, nextPosition: Option.none() })) }))
  ),
  backward(
    "items that go forward",
    "gives the items",
    actionsWith(({ items }) => ({ itemsBackward: items }))
  )
]
