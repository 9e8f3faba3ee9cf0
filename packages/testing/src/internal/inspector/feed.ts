import { jsonText } from "../data/jsonText.js"
import * as Arr from "effect/Array"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Mailbox from "effect/Mailbox"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { JobView } from "../../ConnectionsModel.js"
import type { InspectorChange, InspectorEvent } from "./events.js"
import { type Filter, showsRequest } from "./filter.js"
import type { Html } from "./html.js"
import type { Inspector } from "./inspector.js"
import { isJobKey, jobKey, jobRow, requestRow } from "./rows.js"
import type { RequestView } from "./views.js"

/** How changes are sent: as data, or as parts of the page. @internal */
export interface EventFormat {
  readonly filter: Filter
  readonly request: (view: RequestView) => Effect.Effect<FeedEvent>
  readonly job: (view: JobView) => Effect.Effect<FeedEvent>
  /** For the ids of all jobs that are shown when the stream begins: the page may be older. A program needs no event for that. */
  readonly shown: (ids: ReadonlyArray<string>) => Option.Option<FeedEvent>
  /** For what the filter no longer shows, by the id of its row; a program needs no event for that. */
  readonly hidden: (id: string) => Option.Option<FeedEvent>
  readonly faults: Effect.Effect<FeedEvent>
}

/** One server-sent event without its id. */
interface FeedEvent {
  readonly event: string
  readonly data: unknown
}

/** @internal */
export const dataFormat = (inspector: Inspector, filter: Filter, faults: Effect.Effect<unknown>): EventFormat => ({
  filter,
  shown: Option.none,
  hidden: Option.none,
  request: (data) => Effect.succeed({ event: "request", data }),
  job: (view) => Effect.sync(() => ({ event: "job", data: inspector.mask.json(view) })),
  faults: Effect.map(faults, (data) => ({ event: "faults", data }))
})

/** @internal */
export const htmlFormat = (filter: Filter, faults: Effect.Effect<Html>): EventFormat => {
  const part = (id: string, into: string, { text }: Html): FeedEvent => ({
    event: "part",
    data: { id, into, html: text }
  })
  return {
    filter,
    shown: (ids) => Option.some({ event: "jobs", data: ids }),
    hidden: (id) => Option.some({ event: "part", data: { id, into: "", html: "" } }),
    request: (view) => Effect.sync(() => part(`request-${view.id}`, "requests", requestRow(view, filter))),
    job: (view) => Effect.sync(() => part(jobKey(view), "jobs", jobRow(view))),
    faults: Effect.map(faults, (text) => part("faults", "", text))
  }
}

const encoder = new TextEncoder()

/** JSON is one line, so one `data` is enough. */
const frame = ({ event, data }: FeedEvent, id?: string): Uint8Array =>
  encoder.encode(`${id === undefined ? "" : `id: ${id}\n`}event: ${event}\ndata: ${jsonText(data)}\n\n`)

const cleared: FeedEvent = { event: "cleared", data: {} }

const changed = (
  inspector: Inspector,
  format: EventFormat,
  change: InspectorChange
): Effect.Effect<Option.Option<FeedEvent>> => {
  switch (change._tag) {
    case "Request": {
      const view = inspector.request(change.id)
      if (view === undefined) return Effect.succeedNone
      return showsRequest(format.filter, view)
        ? Effect.asSome(format.request(view))
        : Effect.succeed(format.hidden(`request-${view.id}`))
    }
    case "Faults":
      return Effect.asSome(format.faults)
    case "Cleared":
      return Effect.succeedSome(cleared)
  }
}

/**
 * Events of what changes with time alone: jobs, whose state the fake platform computes from the clock, and pending requests.
 * They are read while a client listens. The first read emits all of them, later reads those that have changed.
 */
const polledEvents = (inspector: Inspector, format: EventFormat): Stream.Stream<FeedEvent> => {
  let emitted: ReadonlyMap<string, string> | undefined
  // only what is still shown is remembered
  let shown = new Map<string, string>()
  const hasChanged = (key: string, now: string): boolean => {
    shown.set(key, now)
    return emitted?.get(key) !== now
  }
  const readChanges = Effect.gen(function* () {
    const isFirst = emitted === undefined
    emitted = shown
    shown = new Map()
    const jobs = (yield* inspector.jobs(format.filter)).filter((job) => hasChanged(jobKey(job), jsonText(job)))
    const pending = inspector
      .requests({ filter: format.filter })
      .filter(({ id, state, ...rest }) => state === "pending" && hasChanged(`request-${id}`, jsonText(rest)))
    const gone = [...emitted.keys()].filter((key) => isJobKey(key) && !shown.has(key))
    return [
      ...(isFirst ? Option.toArray(format.shown(jobs.map(jobKey))) : []),
      ...Arr.filterMap(gone, format.hidden),
      ...(yield* Effect.forEach(jobs, format.job)),
      ...(yield* Effect.forEach(pending, format.request))
    ]
  })
  return Stream.repeatEffectWithSchedule(readChanges, Schedule.spaced("200 millis")).pipe(
    Stream.mapConcat((events) => events)
  )
}

/** The bytes of a stream of server-sent events; `drop` ends the connection of a client that reads too slowly. @internal */
export const feed = (
  inspector: Inspector,
  format: EventFormat,
  after: string | undefined,
  drop: () => void
): Effect.Effect<Stream.Stream<Uint8Array>, never, Scope.Scope> =>
  Effect.map(inspector.events.subscribe(after, drop), ({ missed, events }) => {
    const opening = [encoder.encode("retry: 1000\n\n"), ...(missed ? [frame(cleared, inspector.events.last)] : [])]
    const published = Mailbox.toStream(events).pipe(
      Stream.mapEffect(({ id, change }: InspectorEvent) =>
        Effect.map(
          changed(inspector, format, change),
          Option.map((event) => frame(event, id))
        )
      ),
      Stream.filterMap((bytes) => bytes)
    )
    const rest = Stream.merge(
      published,
      Stream.map(polledEvents(inspector, format), (event) => frame(event))
    )
    return Stream.concat(Stream.fromChunk(Chunk.fromIterable(opening)), rest)
  })
