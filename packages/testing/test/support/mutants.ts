import type { BosaApi } from "@effect-connectors/core/BosaApi"
import type { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import type { ConnectorHandle } from "@effect-connectors/core/ConnectorHandle"
import type { WatchEvent } from "@effect-connectors/core/Job"
import { JobRef } from "@effect-connectors/core/JobRef"
import type { Law } from "@effect-connectors/testing/Law"
import * as Laws from "@effect-connectors/testing/Laws"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Stream from "effect/Stream"
import { actionsWith, backward, jobsWith, leaked, logsHeaders, metaOf, shuffled, tracesHeaders, twice } from "./bugs.ts"
import { bosaWith, connectionsWith, type fake, fakeWith } from "./laws.ts"

type Fake = typeof fake

/** A planted bug, and the laws that it breaks: its own law first. */
export interface Mutant {
  readonly bug: string
  readonly breaks: readonly [own: string, ...others: ReadonlyArray<string>]
  /** A part of the reason of its law. */
  readonly reason: string
  readonly laws: ReadonlyArray<Law<ConnectionsApi | BosaApi>>
  readonly layer: Fake
}

const of =
  (laws: Mutant["laws"]) =>
  (bug: string, breaks: Mutant["breaks"], reason: string, layer: Fake): Mutant => ({
    bug,
    breaks,
    reason,
    laws,
    layer
  })

const ofConnections = of(Laws.connections)
const ofBosa = of(Laws.bosa)

const doubled = <B>(event: WatchEvent<B>): ReadonlyArray<WatchEvent<B>> =>
  event._tag === "Completed" ? [event, event] : [event]

/** The planted bugs. Every law has one. */
export const mutants: ReadonlyArray<Mutant> = [
  ofConnections(
    "emits Completed twice",
    ["jobs: one end", "jobs: late watchers get the end"],
    "Completed 2 times",
    jobsWith((jobs) => ({
      watch: (job, options) => Stream.mapConcat(jobs.watch(job, options), doubled)
    }))
  ),
  ofConnections(
    "ends without Completed",
    ["jobs: one end"],
    "Completed 0 times",
    jobsWith((jobs) => ({
      follow: (target, options) => Stream.filter(jobs.follow(target, options), ({ _tag }) => _tag !== "Completed")
    }))
  ),
  ofConnections(
    "hides that a job failed",
    ["jobs: a failure is the end"],
    "the stream succeeded for a failed job",
    jobsWith((jobs) => ({
      watch: (job, options) => Stream.catchTag(jobs.watch(job, options), "JobFailed", () => Stream.empty)
    }))
  ),
  ofConnections(
    "polls once more before it reports the end",
    ["jobs: no poll after the end"],
    "the server reported the end, and was polled 1 more times",
    jobsWith((jobs) => ({
      watch: (job, options) =>
        Stream.tap(jobs.watch(job, options), ({ _tag }) => (_tag === "Completed" ? jobs.get(job) : Effect.void))
    }))
  ),
  ofConnections(
    "polls after the end, and after the watcher was interrupted",
    ["jobs: no poll after the end", "jobs: interrupting a watch sends nothing"],
    "the stream had ended, and the job was polled 1 more times",
    jobsWith((jobs) => ({
      watch: (job, options) =>
        Stream.ensuring(jobs.watch(job, options), Effect.forkDaemon(Effect.delay(jobs.get(job), "30 millis")))
    }))
  ),
  ofConnections(
    "lets progress go back",
    ["jobs: progress does not go back"],
    "the progress was , 0.8, 0.5",
    fakeWith({ platform: backward })
  ),
  ofConnections(
    "cancels on interrupt",
    ["jobs: interrupting a watch sends nothing"],
    "the interruption sent more than polls",
    jobsWith((jobs, { actions }) => ({
      watch: (job, options) =>
        Stream.ensuringWith(jobs.watch(job, options), (exit) =>
          Exit.isInterrupted(exit) ? Effect.ignore(actions.execute("laws", "quick")) : Effect.void
        )
    }))
  ),
  ofConnections(
    "emits nothing to late watchers",
    ["jobs: late watchers get the end"],
    "Completed 0 times",
    jobsWith((jobs) => {
      let over = false
      const end = Effect.sync(() => {
        over = true
      })
      return {
        result: (target, options) => Effect.zipLeft(jobs.result(target, options), end),
        watch: (job, options) => Stream.suspend(() => (over ? Stream.empty : jobs.watch(job, options)))
      }
    })
  ),
  ofConnections(
    "submits again what it reads back",
    ["jobs: references can be stored"],
    "submitted it again",
    jobsWith((jobs, { actions }) => ({
      result: (target, options) =>
        target instanceof JobRef || !("origin" in target) || target.origin.includes("elsewhere")
          ? jobs.result(target, options)
          : Effect.zipRight(Effect.ignore(actions.execute("laws", "quick")), jobs.result(target, options))
    }))
  ),
  ofConnections(
    "dies of a 404",
    ["errors: Connections errors are typed"],
    "the connection laws-missing died",
    connectionsWith((api) => ({
      get: (slug) => Effect.catchTag(api.get(slug), "NotFound", (error) => Effect.die(error))
    }))
  ),
  ofConnections(
    "sends what it refuses",
    ["errors: invalid input is not sent"],
    "an empty slug was refused, but was sent",
    connectionsWith((api) => ({
      get: (slug) =>
        slug === "" ? Effect.zipRight(Effect.ignore(api.setActive("laws", true)), api.get(slug)) : api.get(slug)
    }))
  ),
  ofConnections(
    "dies of an unknown job",
    ["errors: job failures are typed"],
    "an unknown job died",
    jobsWith((jobs) => ({ get: (job) => Effect.orDie(jobs.get(job)) }))
  ),
  ofConnections(
    "retries a changing call",
    ["once: a changing call is sent once"],
    "refused-500 was sent 2 times",
    connectionsWith(({ actions }) => ({
      actions: {
        ...actions,
        execute: (...call) => Effect.catchTag(actions.execute(...call), "ServerFailed", () => actions.execute(...call))
      }
    }))
  ),
  ofConnections(
    "runs a call twice",
    ["once: a changing call runs once"],
    "appended 2 times",
    fakeWith({ platform: twice })
  ),
  ofConnections(
    "leaks a header into a log line",
    ["secrets: Connections leaks none"],
    "a log line",
    fakeWith({ client: logsHeaders })
  ),
  ofConnections(
    "leaks a header into a span",
    ["secrets: Connections leaks none"],
    "in a span",
    fakeWith({ client: tracesHeaders })
  ),
  ofConnections(
    "leaks a header into an error",
    ["secrets: Connections leaks none"],
    "an error",
    connectionsWith((api) => ({
      get: (slug) => Effect.mapError(api.get(slug), (error) => Object.assign(error, { sent: leaked }))
    }))
  ),
  ofBosa(
    "loses a page",
    ["pages: nothing is lost"],
    "by_page has other items",
    fakeWith({ platform: shuffled({ 2: 3 }, (body) => ({ ...body, meta: { ...metaOf(body), has_next: false } })) })
  ),
  ofBosa(
    "swaps pages",
    ["pages: nothing is lost"],
    "by_page has other items",
    fakeWith({ platform: shuffled({ 2: 3, 3: 2 }, (body) => body) })
  ),
  ofBosa(
    "drops an item between pages and items",
    ["pages: items match the pages"],
    `by_page gives [{"id":2}`,
    actionsWith(({ items }) => ({ items: Stream.drop(items, 1) }))
  ),
  ofBosa(
    "reads forward when it should read backward",
    ["pages: backward reverses forward"],
    "backward",
    actionsWith(({ pages }) => ({ pagesBackward: pages }))
  ),
  ofBosa(
    "requests pages that are not taken",
    ["pages: pages are read on demand"],
    "2 requests for its first item",
    actionsWith(({ items }) => ({ items: Stream.buffer(items, { capacity: "unbounded" }) }))
  ),
  ofBosa(
    "dies of a refusal",
    ["errors: BOSA errors are typed"],
    "refused_400 died",
    bosaWith((api) => ({
      execute: (...call) => Effect.catchTag(api.execute(...call), "ApiRejected", (error) => Effect.die(error))
    }))
  ),
  ofBosa(
    "sends invalid parameters",
    ["errors: invalid parameters are not sent"],
    "was refused, but was sent",
    bosaWith((api) => ({
      run: (connector, action, input, options) =>
        Effect.tapErrorTag(api.run(connector, action, input, options), "InvalidRequest", () =>
          Effect.ignore(api.run<unknown, unknown>(connector, action, { text: "something else" }))
        )
    }))
  ),
  ofBosa(
    "retries an action",
    ["once: an action is sent once"],
    "refused_429 was sent 3 times",
    bosaWith((api) => ({
      run: (connector, action, input, options) => api.run(connector, action, input, { ...options, maxAttempts: 3 })
    }))
  ),
  ofBosa(
    "discovers for each call",
    ["discovery: concurrent callers share one request"],
    "made 9 discovery requests",
    bosaWith((api) => ({
      connect: (connector: string) => {
        const handle = api.connect(connector)
        const run: ConnectorHandle["run"] = (...call) => Effect.zipRight(handle.refresh, handle.run(...call))
        return { ...handle, run }
      }
    }))
  ),
  ofBosa(
    "leaks a header into a log line",
    ["secrets: BOSA leaks none"],
    "a log line",
    fakeWith({ client: logsHeaders })
  )
]
