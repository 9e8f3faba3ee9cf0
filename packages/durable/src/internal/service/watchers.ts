import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { StoreFailed } from "../../DurableError.js"
import type { JobRow, JobStore } from "../store/jobStore.js"
import { background } from "../engine/background.js"

/** A key that somebody waits for. */
interface Watched {
  /** Of the newest row that was handed out. */
  version: number
  /** Each holds the newest row alone: a slow reader skips what came between. */
  readonly readers: Set<Queue.Queue<JobRow>>
}

/**
 * Those in this process who wait for changes of rows: one read of the table for all of them.
 *
 * @internal
 */
export interface Watchers {
  /** The row as it is now, and then as it changes, some of them twice. Undefined where there is none. */
  readonly open: (
    key: string
  ) => Effect.Effect<
    { readonly row: JobRow; readonly changes: Queue.Dequeue<JobRow> } | undefined,
    StoreFailed,
    Scope.Scope
  >
}

const batch = 500

// 0.2 to 3.2 seconds apart: a database that is busy or starts again is no reason not to begin to wait
const firstReads = Schedule.jittered(Schedule.intersect(Schedule.exponential("200 millis"), Schedule.recurs(5)))

/** @internal */
export const make = Effect.fnUntraced(function* (
  store: JobStore,
  pollMillis: number
): Effect.fn.Return<Watchers, never, Scope.Scope> {
  const watched = new Map<string, Watched>()
  const somebody = yield* Queue.dropping<void>(1)

  const handOut = (row: JobRow): Effect.Effect<void> =>
    Effect.suspend(() => {
      const entry = watched.get(row.key)
      if (entry === undefined || entry.version >= row.version) return Effect.void
      entry.version = row.version
      return Effect.forEach(entry.readers, (reader) => Queue.offer(reader, row), { discard: true })
    })

  const readNow = (key: string): Effect.Effect<void, StoreFailed> =>
    Effect.flatMap(store.read(key), (row) => (row === undefined ? Effect.void : handOut(row)))

  const readChanged = Effect.gen(function* () {
    const keys = Array.from(watched.keys())
    for (let start = 0; start < keys.length; start += batch) {
      const versions = yield* store.versions(keys.slice(start, start + batch))
      const changed = Array.from(versions).filter(([key, version]) => version > (watched.get(key)?.version ?? version))
      yield* Effect.forEach(changed, ([key]) => readNow(key), { concurrency: 4, discard: true })
    }
  })

  let failures = 0
  const polled = Effect.matchEffect(readChanged, {
    onSuccess: () => Effect.sync(() => void (failures = 0)),
    // who waits goes on waiting: the work itself does
    onFailure: (error) => (failures++ === 0 ? Effect.logWarning(error.message) : Effect.void)
  })
  const rounds = Effect.gen(function* () {
    if (watched.size === 0) yield* Queue.take(somebody)
    yield* Effect.sleep(pollMillis)
    yield* polled
  })
  yield* background(Effect.forever(rounds))
  yield* background(
    Stream.runForEach(store.hints, (key) => (watched.has(key) ? Effect.ignore(readNow(key)) : Effect.void))
  )

  const enter = (key: string) =>
    Effect.gen(function* () {
      const reader = yield* Queue.sliding<JobRow>(1)
      const entry = watched.get(key) ?? { version: 0, readers: new Set() }
      entry.readers.add(reader)
      watched.set(key, entry)
      yield* Queue.offer(somebody, undefined)
      return { entry, reader }
    })

  const leave = (key: string, { entry, reader }: { entry: Watched; reader: Queue.Queue<JobRow> }) =>
    Effect.sync(() => {
      entry.readers.delete(reader)
      if (entry.readers.size === 0 && watched.get(key) === entry) watched.delete(key)
    })

  return {
    open: Effect.fnUntraced(function* (key) {
      const { reader } = yield* Effect.acquireRelease(enter(key), (entered) => leave(key, entered))
      const row = yield* Effect.retry(store.read(key), { while: ({ retryable }) => retryable, schedule: firstReads })
      if (row === undefined) return undefined
      // the others may not have seen it yet
      yield* handOut(row)
      return { row, changes: reader }
    })
  }
})
