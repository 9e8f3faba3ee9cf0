import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { JobView } from "../../ConnectionsModel.js"
import type { ExecutorFailure } from "../../Executor.js"
import type { World } from "../../World.js"
import type { RequestListener } from "../fakeServer/requestListener.js"
import type { Answering } from "../recorder/recorded.js"
import type { ResettablePlatforms } from "../emulator/resettablePlatforms.js"
import type { PlatformName } from "../platforms.js"
import { Events } from "./events.js"
import { Exchanges } from "./exchanges.js"
import { Secrets } from "./secrets.js"
import { type DetailView, detailView, type RequestView, requestView } from "./views.js"

/** How much a page shows. @internal */
export const limits = { requests: 200, jobs: 100 }

/** What is seen of an emulator from outside: nothing that it gives holds a secret. @internal */
export interface Inspector {
  readonly platforms: ResettablePlatforms
  readonly secrets: Secrets
  readonly events: Events
  /** A model whose exchanges are seen here. */
  readonly observed: (platform: PlatformName) => Answering
  /** Oldest first: the last ones, or the first ones after that with the id `after`. */
  readonly requests: (options?: {
    readonly after?: number | undefined
    readonly limit?: number | undefined
  }) => ReadonlyArray<RequestView>
  readonly request: (id: number) => RequestView | undefined
  readonly detail: (id: number) => DetailView | undefined
  /** The last ones, oldest first. */
  readonly jobs: Effect.Effect<ReadonlyArray<JobView>>
  readonly clear: Effect.Effect<void>
  readonly reset: Effect.Effect<void, ExecutorFailure>
}

/** What is seen before there is a platform to see. @internal */
export interface Seen {
  readonly secrets: Secrets
  readonly events: Events
  readonly exchanges: Exchanges
  readonly watch: RequestListener
}

/** @internal */
export const see = (world: World, run: string): Seen => {
  const secrets = new Secrets(world)
  const events = new Events({ run })
  const exchanges = new Exchanges(secrets, (id) => events.publish({ _tag: "Request", id }))
  const watch: RequestListener = (noticed) => {
    exchanges.notice(noticed)
    // one of the faults in force may be used up
    if (noticed.record.scripted) events.publish({ _tag: "Faults" })
  }
  return { secrets, events, exchanges, watch }
}

const observe = (exchanges: Exchanges, platform: PlatformName, model: Answering): Answering => ({
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
export const make = ({ secrets, events, exchanges }: Seen, platforms: ResettablePlatforms): Inspector => {
  const forget = Effect.sync(() => {
    exchanges.clear()
    events.publish({ _tag: "Cleared" })
  })
  return {
    platforms,
    secrets,
    events,
    observed: (platform) => observe(exchanges, platform, platforms[platform]),
    requests: ({ after, limit = limits.requests } = {}) => {
      const { all } = exchanges
      const chosen =
        after === undefined
          ? all.slice(Math.max(0, all.length - limit))
          : all.filter(({ id }) => id > after).slice(0, limit)
      return chosen.map((exchange) => requestView(secrets, exchange))
    },
    request: (id) => {
      const exchange = exchanges.get(id)
      return exchange === undefined ? undefined : requestView(secrets, exchange)
    },
    detail: (id) => {
      const exchange = exchanges.get(id)
      return exchange === undefined ? undefined : detailView(secrets, exchange)
    },
    jobs: Effect.map(platforms.connections.jobs, (jobs) => jobs.slice(-limits.jobs)),
    clear: Effect.zipRight(platforms.clearLogs, forget),
    reset: Effect.zipRight(platforms.reset, forget)
  }
}
