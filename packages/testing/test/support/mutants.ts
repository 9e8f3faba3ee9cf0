import type { Action } from "@effect-connectors/core/Action"
import type { BosaApi } from "@effect-connectors/core/BosaApi"
import type { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import type { WatchEvent } from "@effect-connectors/core/Job"
import { JobRef } from "@effect-connectors/core/JobRef"
import type { Jobs } from "@effect-connectors/core/Jobs"
import type { ModelRequest, ModelResponse } from "@effect-connectors/testing/ConnectionsModel"
import type { Law } from "@effect-connectors/testing/Law"
import * as Laws from "@effect-connectors/testing/Laws"
import * as HttpClient from "@effect/platform/HttpClient"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { bosaWith, connectionsWith, fakeWith, type Handle } from "./laws.ts"
import { at } from "./bosa.ts"

type Fake = ReturnType<typeof fakeWith>

/** A planted bug, and the laws that it breaks: the one that is meant first. */
export interface Mutant {
  readonly bug: string
  readonly breaks: readonly [meant: string, ...others: ReadonlyArray<string>]
  readonly laws: ReadonlyArray<Law<ConnectionsApi | BosaApi>>
  readonly layer: Fake
}

const ofConnections = (bug: string, breaks: Mutant["breaks"], layer: Fake): Mutant => ({
  bug,
  breaks,
  laws: Laws.connections,
  layer
})
const ofBosa = (bug: string, breaks: Mutant["breaks"], layer: Fake): Mutant => ({
  bug,
  breaks,
  laws: Laws.bosa,
  layer
})

const jobsWith = (bug: (jobs: Jobs, api: ConnectionsApi.Service) => Partial<Jobs>) =>
  connectionsWith((api) => ({ jobs: { ...api.jobs, ...bug(api.jobs, api) } }))

/** An answer whose JSON is changed on its way. */
const edited = (response: ModelResponse, edit: (body: object) => unknown): ModelResponse => {
  if (response._tag !== "Answer" || typeof response.body !== "string") return response
  const body: unknown = JSON.parse(response.body)
  return typeof body === "object" && body !== null ? { ...response, body: JSON.stringify(edit(body)) } : response
}

const bodyOf = ({ body }: ModelRequest): object => (body === "" ? {} : JSON.parse(body))

/** A platform that answers with the items of another page than the one that was asked for. */
const shuffled =
  (instead: Readonly<Record<number, number>>, edit: (body: object) => object) =>
  (handle: Handle): Handle =>
  (request) => {
    const asked = at(bodyOf(request), "page") ?? 1
    const page = typeof asked === "number" ? instead[asked] : undefined
    if (!request.path.endsWith("/by_page") || page === undefined) return handle(request)
    return Effect.flatMap(handle(request), (own) =>
      Effect.map(handle({ ...request, body: JSON.stringify({ ...bodyOf(request), page }) }), (other) => {
        let data: unknown
        edited(other, (body) => {
          data = at(body, "data")
        })
        return edited(own, (body) => edit({ ...body, data }))
      })
    )
  }

const twice =
  (handle: Handle): Handle =>
  (request) =>
    request.method === "POST" ? Effect.zipRight(handle(request), handle(request)) : handle(request)

const backward =
  (handle: Handle): Handle =>
  (request) =>
    request.path.includes("/jobs/")
      ? Effect.map(handle(request), (response) =>
          edited(response, (body) => {
            const progress = at(body, "progress")
            return typeof progress === "number" ? { ...body, progress: 1 - progress } : body
          })
        )
      : handle(request)

const metaOf = (body: object): object => Object(at(body, "meta"))

const leaked = { "x-service-token": Redacted.value(Laws.credentials.serviceToken) }

const logsHeaders = (client: HttpClient.HttpClient): HttpClient.HttpClient =>
  HttpClient.tapRequest(client, (request) => Effect.logDebug("sending", { ...request.headers }))

const tracesHeaders = (client: HttpClient.HttpClient): HttpClient.HttpClient =>
  HttpClient.transform(client, (send, request) => Effect.withSpan(send, "send", { attributes: { ...request.headers } }))

/** The same action with other parts, however it is changed. */
const actionWith = (action: Action, parts: (action: Action) => Partial<Action>): Action => {
  const changed = parts(action)
  return new Proxy(action, {
    get: (of, key): unknown => {
      if (key === "with") return (change: Parameters<Action["with"]>[0]) => actionWith(of.with(change), parts)
      return Reflect.get(key in changed ? changed : of, key)
    }
  })
}

const actionsWith = (parts: (action: Action) => Partial<Action>) =>
  bosaWith((api) => ({
    connect: (connector) => {
      const handle = api.connect(connector)
      return { ...handle, action: (name) => actionWith(handle.action(name), parts) }
    }
  }))

const doubled = <B>(event: WatchEvent<B>): ReadonlyArray<WatchEvent<B>> =>
  event._tag === "Completed" ? [event, event] : [event]

/** Each bug, and what it breaks: every law is meant by one. */
export const mutants: ReadonlyArray<Mutant> = [
  ofConnections(
    "emits the end twice",
    ["jobs: one end", "jobs: late watchers see the end"],
    jobsWith((jobs) => ({
      watch: (job, options) => Stream.mapConcat(jobs.watch(job, options), doubled)
    }))
  ),
  ofConnections(
    "ends without an end",
    ["jobs: one end"],
    jobsWith((jobs) => ({
      follow: (target, options) => Stream.filter(jobs.follow(target, options), ({ _tag }) => _tag !== "Completed")
    }))
  ),
  ofConnections(
    "hides that a job failed",
    ["jobs: a failure is the end"],
    jobsWith((jobs) => ({
      watch: (job, options) => Stream.catchTag(jobs.watch(job, options), "JobFailed", () => Stream.empty)
    }))
  ),
  ofConnections(
    "polls once more before it tells the end",
    ["jobs: no look after the end"],
    jobsWith((jobs) => ({
      watch: (job, options) =>
        Stream.tap(jobs.watch(job, options), ({ _tag }) => (_tag === "Completed" ? jobs.get(job) : Effect.void))
    }))
  ),
  ofConnections(
    "polls after the end, and after whoever watched has left",
    ["jobs: no look after the end", "jobs: whoever leaves sends nothing"],
    jobsWith((jobs) => ({
      watch: (job, options) =>
        Stream.ensuring(jobs.watch(job, options), Effect.forkDaemon(Effect.delay(jobs.get(job), "30 millis")))
    }))
  ),
  ofConnections("lets progress go back", ["jobs: progress does not go back"], fakeWith({ platform: backward })),
  ofConnections(
    "cancels on interrupt",
    ["jobs: whoever leaves sends nothing"],
    jobsWith((jobs, { actions }) => ({
      watch: (job, options) =>
        Stream.ensuringWith(jobs.watch(job, options), (exit) =>
          Exit.isInterrupted(exit) ? Effect.ignore(actions.execute("laws", "quick")) : Effect.void
        )
    }))
  ),
  ofConnections(
    "shows nothing to late watchers",
    ["jobs: late watchers see the end"],
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
    ["jobs: references survive"],
    jobsWith((jobs, { actions }) => ({
      result: (target, options) =>
        target instanceof JobRef || !("origin" in target) || target.origin.includes("elsewhere")
          ? jobs.result(target, options)
          : Effect.zipRight(Effect.ignore(actions.execute("laws", "quick")), jobs.result(target, options))
    }))
  ),
  ofConnections(
    "dies of a 404",
    ["errors: Connections' are typed"],
    connectionsWith((api) => ({
      get: (slug) => Effect.catchTag(api.get(slug), "NotFound", (error) => Effect.die(error))
    }))
  ),
  ofConnections(
    "sends what it refuses",
    ["errors: what cannot be is not sent"],
    connectionsWith((api) => ({
      get: (slug) =>
        slug === "" ? Effect.zipRight(Effect.ignore(api.setActive("laws", true)), api.get(slug)) : api.get(slug)
    }))
  ),
  ofConnections(
    "dies of a job that nobody knows",
    ["errors: a job's are values of the type"],
    jobsWith((jobs) => ({ get: (job) => Effect.orDie(jobs.get(job)) }))
  ),
  ofConnections(
    "tries a change again",
    ["once: what changes something is sent once"],
    connectionsWith(({ actions }) => ({
      actions: {
        ...actions,
        execute: (...call) => Effect.catchTag(actions.execute(...call), "ServerFailed", () => actions.execute(...call))
      }
    }))
  ),
  ofConnections("runs twice", ["once: what changes something is done once"], fakeWith({ platform: twice })),
  ofConnections(
    "leaks a header into a log line",
    ["secrets: Connections shows none"],
    fakeWith({ client: logsHeaders })
  ),
  ofConnections("leaks a header into a span", ["secrets: Connections shows none"], fakeWith({ client: tracesHeaders })),
  ofConnections(
    "leaks a header into an error",
    ["secrets: Connections shows none"],
    connectionsWith((api) => ({
      get: (slug) => Effect.mapError(api.get(slug), (error) => Object.assign(error, { sent: leaked }))
    }))
  ),
  ofBosa(
    "loses a page",
    ["pages: nothing is lost"],
    fakeWith({ platform: shuffled({ 2: 3 }, (body) => ({ ...body, meta: { ...metaOf(body), has_next: false } })) })
  ),
  ofBosa("swaps pages", ["pages: nothing is lost"], fakeWith({ platform: shuffled({ 2: 3, 3: 2 }, (body) => body) })),
  ofBosa(
    "drops an item between pages and items",
    ["pages: items are those of the pages"],
    actionsWith(({ items }) => ({ items: Stream.drop(items, 1) }))
  ),
  ofBosa(
    "goes forward when asked to go back",
    ["pages: backward is the reverse"],
    actionsWith(({ pages }) => ({ pagesBackward: pages }))
  ),
  ofBosa(
    "asks for pages that nobody takes",
    ["pages: only what is taken is asked for"],
    actionsWith(({ items }) => ({ items: Stream.buffer(items, { capacity: "unbounded" }) }))
  ),
  ofBosa(
    "dies of a refusal",
    ["errors: BOSA's are typed"],
    bosaWith((api) => ({
      execute: (...call) => Effect.catchTag(api.execute(...call), "ApiRejected", (error) => Effect.die(error))
    }))
  ),
  ofBosa(
    "sends parameters that do not fit",
    ["errors: parameters that do not fit are not sent"],
    bosaWith((api) => ({
      run: (connector, action, input, options) =>
        Effect.tapErrorTag(api.run(connector, action, input, options), "InvalidRequest", () =>
          Effect.ignore(api.run(connector, action, { text: "something else" }))
        )
    }))
  ),
  ofBosa(
    "tries an action again",
    ["once: an action is sent once"],
    bosaWith((api) => ({
      run: (connector, action, input, options) => api.run(connector, action, input, { ...options, maxAttempts: 3 })
    }))
  ),
  ofBosa(
    "discovers for each call",
    ["discovery: many callers ask once"],
    bosaWith((api) => ({
      connect: (connector) => {
        const handle = api.connect(connector)
        return { ...handle, run: (...call) => Effect.zipRight(handle.refresh, handle.run(...call)) }
      }
    }))
  ),
  ofBosa("leaks a header into a log line", ["secrets: BOSA shows none"], fakeWith({ client: logsHeaders }))
]
