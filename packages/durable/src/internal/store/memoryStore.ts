import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as PubSub from "effect/PubSub"
import * as Stream from "effect/Stream"
import type { State } from "../../DurableJob.js"
import type { JobRow, JobStore } from "./jobStore.js"

const openStates: ReadonlySet<State> = new Set(["new", "intended", "accepted"])
const endStates: ReadonlySet<State> = new Set(["succeeded", "failed", "cancelled"])

const byKey = (a: JobRow, b: JobRow): number => (a.key < b.key ? -1 : 1)

/**
 * The table in memory: it ends with its owner.
 *
 * @internal
 */
export const makeMemoryStore: Effect.Effect<JobStore> = Effect.map(PubSub.sliding<string>(1_024), (hints) => {
  const rows = new Map<string, JobRow>()
  const put = (row: JobRow): Effect.Effect<JobRow> =>
    Effect.suspend(() => {
      rows.set(row.key, row)
      return Effect.as(PubSub.publish(hints, row.key), row)
    })
  const page = (wanted: (row: JobRow) => boolean, after: string | undefined, limit: number) =>
    Array.from(rows.values())
      .filter((row) => (after === undefined || row.key > after) && wanted(row))
      .sort(byKey)
      .slice(0, limit)

  const store: JobStore = {
    insert: (given) =>
      Effect.gen(function* () {
        const now = yield* Clock.currentTimeMillis
        const known = rows.get(given.key)
        if (known !== undefined) return { row: known, isNew: false }
        const row: JobRow = {
          ...given,
          intent: null,
          attempts: 0,
          notBefore: now,
          progress: null,
          outcome: null,
          version: 1,
          createdAt: now,
          updatedAt: now
        }
        return { row: yield* put(row), isNew: true }
      }),
    read: (key) => Effect.sync(() => rows.get(key)),
    change: (key, { intent, states, version }, { notBeforeIn, ...change }) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) => {
        const row = rows.get(key)
        if (row === undefined || !states.includes(row.state)) return Effect.succeed(undefined)
        if (intent !== undefined && row.intent !== intent) return Effect.succeed(undefined)
        if (version !== undefined && row.version !== version) return Effect.succeed(undefined)
        const notBefore = notBeforeIn === undefined ? row.notBefore : now + notBeforeIn
        return put({
          ...row,
          ...change,
          notBefore,
          version: row.version + 1,
          updatedAt: change.state === row.state ? row.updatedAt : now
        })
      }),
    open: ({ after, buckets, changedWithinMillis = Infinity, limit }) =>
      Effect.map(Clock.currentTimeMillis, (now) =>
        page(
          (row) =>
            openStates.has(row.state) && buckets.includes(row.bucket) && now - row.updatedAt <= changedWithinMillis,
          after,
          limit
        )
      ),
    due: (buckets, limit) =>
      Effect.map(Clock.currentTimeMillis, (now) =>
        Array.from(rows.values())
          .filter((row) => row.state === "new" && row.notBefore <= now && buckets.includes(row.bucket))
          .sort((a, b) => a.notBefore - b.notBefore)
          .slice(0, limit)
      ),
    list: ({ after, limit, states }) => Effect.sync(() => page((row) => states.includes(row.state), after, limit)),
    prune: (olderThanMillis) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        const old = Array.from(rows.values()).filter(
          (row) =>
            endStates.has(row.state) &&
            (row.outcome !== null || row.work !== null) &&
            now - row.updatedAt >= olderThanMillis
        )
        for (const row of old) {
          const bare = { work: null, ref: null, progress: null, outcome: null }
          rows.set(row.key, { ...row, ...bare, version: row.version + 1 })
        }
        return old.length
      }),
    counts: Effect.sync(() => {
      const counts = { new: 0, intended: 0, accepted: 0, unknown: 0, succeeded: 0, failed: 0, cancelled: 0 }
      for (const { state } of rows.values()) counts[state]++
      return counts
    }),
    versions: (keys) =>
      Effect.sync(() => {
        const found = new Map<string, number>()
        for (const key of keys) {
          const row = rows.get(key)
          if (row !== undefined) found.set(key, row.version)
        }
        return found
      }),
    hints: Stream.fromPubSub(hints)
  }
  return store
})
