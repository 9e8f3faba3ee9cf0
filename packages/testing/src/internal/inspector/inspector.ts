import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { JobView } from "../../ConnectionsModel.js"
import type { ExecutorFailure } from "../../Executor.js"
import type { World } from "../../World.js"
import type { RequestListener } from "../fakeServer/requestListener.js"
import type { RequestHandler } from "../recorder/platformRecorder.js"
import type { ResettablePlatforms } from "../emulator/resettablePlatforms.js"
import type { PlatformName } from "../platforms.js"
import { Events } from "./events.js"
import { Exchanges, type KeptExchange } from "./exchanges.js"
import { type Filter, showsJob, showsRequest } from "./filter.js"
import { SecretMask } from "./secretMask.js"
import { type DetailView, detailView, type RequestView, requestView } from "./views.js"

/** How many rows a page shows. @internal */
export const limits = { requests: 200, jobs: 100 }

/** The first ones after an id, or else the last ones. */
const lastOf = <A>(list: ReadonlyArray<A>, limit: number, after: number | undefined): ReadonlyArray<A> =>
  after === undefined ? list.slice(Math.max(0, list.length - limit)) : list.slice(0, limit)

/** What the inspector shows of an emulator. No value that it gives has a secret. @internal */
export interface Inspector {
  readonly platforms: ResettablePlatforms
  readonly mask: SecretMask
  readonly events: Events
  /** A platform whose exchanges are recorded here. */
  readonly observed: (platform: PlatformName) => RequestHandler
  /** Oldest first: the last ones, or the first ones after the one with the id `after`. */
  readonly requests: (options?: {
    readonly after?: number | undefined
    readonly limit?: number | undefined
    readonly filter?: Filter | undefined
  }) => ReadonlyArray<RequestView>
  readonly request: (id: number) => RequestView | undefined
  readonly detail: (id: number) => DetailView | undefined
  /** The last ones, oldest first. */
  readonly jobs: (filter?: Filter) => Effect.Effect<ReadonlyArray<JobView>>
  readonly clear: Effect.Effect<void>
  readonly reset: Effect.Effect<void, ExecutorFailure>
}

/** The state that exists before the platforms do. @internal */
export interface InspectorState {
  readonly mask: SecretMask
  readonly events: Events
  readonly exchanges: Exchanges
  readonly watch: RequestListener
}

/** @internal */
export const makeState = (world: World, run: string): InspectorState => {
  const mask = new SecretMask(world)
  const events = new Events({ run })
  const exchanges = new Exchanges(mask, (id) => events.publish({ _tag: "Request", id }))
  const watch: RequestListener = (noticed) => {
    exchanges.notice(noticed)
    // a fault may be used up now
    if (noticed.record.scripted) events.publish({ _tag: "Faults" })
  }
  return { mask, events, exchanges, watch }
}

const recordExchanges = (exchanges: Exchanges, platform: PlatformName, model: RequestHandler): RequestHandler => ({
  handle: (request) =>
    Effect.acquireUseRelease(
      Effect.clockWith((clock) =>
        Effect.sync(() => {
          exchanges.begin(platform, request, clock.unsafeCurrentTimeMillis(), clock.unsafeCurrentTimeNanos())
        })
      ),
      () => model.handle(request),
      (_, exit) =>
        Effect.map(Clock.currentTimeNanos, (now) =>
          exchanges.end(request, Exit.isSuccess(exit) ? exit.value : undefined, now)
        )
    )
})

/** @internal */
export const make = ({ mask, events, exchanges }: InspectorState, platforms: ResettablePlatforms): Inspector => {
  const forget = Effect.sync(() => {
    exchanges.clear()
    events.publish({ _tag: "Cleared" })
  })
  return {
    platforms,
    mask,
    events,
    observed: (platform) => recordExchanges(exchanges, platform, platforms[platform]),
    requests: ({ after, filter, limit = limits.requests } = {}) => {
      const shown = (exchange: KeptExchange): ReadonlyArray<RequestView> => {
        const view = requestView(mask, exchange)
        return filter === undefined || showsRequest(filter, view) ? [view] : []
      }
      const all = after === undefined ? exchanges.all : exchanges.all.filter(({ id }) => id > after)
      // without a filter only the rows that are shown are made
      const chosen = filter === undefined ? lastOf(all, limit, after) : all
      return lastOf(chosen.flatMap(shown), limit, after)
    },
    request: (id) => {
      const exchange = exchanges.get(id)
      return exchange === undefined ? undefined : requestView(mask, exchange)
    },
    detail: (id) => {
      const exchange = exchanges.get(id)
      return exchange === undefined ? undefined : detailView(mask, exchange)
    },
    jobs: (filter) =>
      Effect.map(platforms.connections.jobs, (jobs) =>
        (filter === undefined ? jobs : jobs.filter((job) => showsJob(filter, job))).slice(-limits.jobs)
      ),
    clear: Effect.zipRight(platforms.clearLogs, forget),
    reset: Effect.zipRight(platforms.reset, forget)
  }
}
