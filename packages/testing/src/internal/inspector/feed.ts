import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Mailbox from "effect/Mailbox"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { JobView } from "../../ConnectionsModel.js"
import type { Change, Event } from "./events.js"
import type { Html } from "./html.js"
import type { Inspector } from "./inspector.js"
import { jobKey, jobRow, requestRow } from "./rows.js"
import type { RequestView } from "./views.js"

/** How things are told: as data, or as parts of the page. @internal */
export interface Voice {
  readonly request: (view: RequestView) => Effect.Effect<Told>
  readonly job: (view: JobView) => Effect.Effect<Told>
  readonly faults: Effect.Effect<Told>
}

/** One server-sent event without its id. */
interface Told {
  readonly event: string
  readonly data: unknown
}

/** @internal */
export const asData = (inspector: Inspector, faults: Effect.Effect<unknown>): Voice => ({
  request: (data) => Effect.succeed({ event: "request", data }),
  job: (view) => Effect.sync(() => ({ event: "job", data: inspector.secrets.json(view) })),
  faults: Effect.map(faults, (data) => ({ event: "faults", data }))
})

/** @internal */
export const asParts = (faults: Effect.Effect<Html>): Voice => {
  const part = (id: string, into: string, { text }: Html): Told => ({ event: "part", data: { id, into, html: text } })
  return {
    request: (view) => Effect.sync(() => part(`request-${view.id}`, "requests", requestRow(view))),
    job: (view) => Effect.sync(() => part(jobKey(view), "jobs", jobRow(view))),
    faults: Effect.map(faults, (text) => part("faults", "", text))
  }
}

const encoder = new TextEncoder()

/** JSON is one line, so one `data` is enough. */
const frame = ({ event, data }: Told, id?: string): Uint8Array =>
  encoder.encode(`${id === undefined ? "" : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)

const cleared: Told = { event: "cleared", data: {} }

const changed = (inspector: Inspector, voice: Voice, change: Change): Effect.Effect<Option.Option<Told>> => {
  switch (change._tag) {
    case "Request": {
      const view = inspector.request(change.id)
      return view === undefined ? Effect.succeedNone : Effect.asSome(voice.request(view))
    }
    case "Faults":
      return Effect.asSome(voice.faults)
    case "Cleared":
      return Effect.succeedSome(cleared)
  }
}

/**
 * What moves by itself: jobs, which the model works out from the time, and requests under way.
 * They are looked at while somebody listens; all are told at first, then those that have changed.
 */
const moving = (inspector: Inspector, voice: Voice): Stream.Stream<Told> => {
  const told = new Map<string, string>()
  const isNews = (key: string, now: string): boolean => {
    if (told.get(key) === now) return false
    told.set(key, now)
    return true
  }
  const look = Effect.gen(function* () {
    const jobs = (yield* inspector.jobs).filter((job) => isNews(jobKey(job), JSON.stringify(job)))
    const pending = inspector
      .requests()
      .filter(({ id, state, ...rest }) => state === "pending" && isNews(`request-${id}`, JSON.stringify(rest)))
    return [...(yield* Effect.forEach(jobs, voice.job)), ...(yield* Effect.forEach(pending, voice.request))]
  })
  return Stream.repeatEffectWithSchedule(look, Schedule.spaced("200 millis")).pipe(Stream.mapConcat((news) => news))
}

/** The bytes of a stream of server-sent events; `drop` ends the connection of a client that is too slow. @internal */
export const feed = (
  inspector: Inspector,
  voice: Voice,
  after: string | undefined,
  drop: () => void
): Effect.Effect<Stream.Stream<Uint8Array>, never, Scope.Scope> =>
  Effect.map(inspector.events.subscribe(after, drop), ({ missed, events }) => {
    const opening = [encoder.encode("retry: 1000\n\n"), ...(missed ? [frame(cleared, inspector.events.last)] : [])]
    const news = Mailbox.toStream(events).pipe(
      Stream.mapEffect(({ id, change }: Event) =>
        Effect.map(
          changed(inspector, voice, change),
          Option.map((told) => frame(told, id))
        )
      ),
      Stream.filterMap((bytes) => bytes)
    )
    const rest = Stream.merge(
      news,
      Stream.map(moving(inspector, voice), (told) => frame(told))
    )
    return Stream.concat(Stream.fromChunk(Chunk.fromIterable(opening)), rest)
  })
