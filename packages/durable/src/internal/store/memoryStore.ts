import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { makeHints } from "./hints.js"
import type { Change, Expected, JobRow, JobStore } from "./jobStore.js"
import { isEnded, noCounts, openStates } from "./rows.js"

interface Inserted {
  readonly row: JobRow
  readonly isNew: boolean
}

/** The order of databases, which is that of the bytes in UTF-8. */
const compareKeys = (a: string, b: string): number => {
  if (a === b) return 0
  const [one, other] = [a[Symbol.iterator](), b[Symbol.iterator]()]
  for (;;) {
    const left = one.next().value?.codePointAt(0) ?? -1
    const right = other.next().value?.codePointAt(0) ?? -1
    if (left !== right) return left - right
  }
}

const byKey = (a: JobRow, b: JobRow): number => compareKeys(a.key, b.key)

const withoutWork = (row: JobRow): JobRow => ({ ...row, work: null })

const isExpected = (row: JobRow, { intent, states, version }: Expected): boolean =>
  states.includes(row.state) &&
  (intent === undefined || row.intent === intent) &&
  (version === undefined || row.version === version)

const changed = (row: JobRow, { notBeforeIn, ...rest }: Change, now: number): JobRow => ({
  ...row,
  ...rest,
  notBefore: notBeforeIn === undefined ? row.notBefore : now + Math.round(notBeforeIn),
  version: row.version + 1,
  updatedAt: rest.state === row.state ? row.updatedAt : now
})

/**
 * A table of jobs in the memory of this process, on Effect's own clock.
 *
 * @internal
 */
export const makeMemoryStore: Effect.Effect<JobStore> = Effect.gen(function* () {
  const hints = yield* makeHints
  const rows = new Map<string, JobRow>()
  // rows that ended and were not pruned since
  const prunable = new Set<string>()

  const put = (row: JobRow): JobRow => {
    rows.set(row.key, row)
    if (isEnded(row.state)) prunable.add(row.key)
    else prunable.delete(row.key)
    return row
  }

  const old = (olderThanMillis: number): Effect.Effect<ReadonlyArray<JobRow>> =>
    Effect.map(Clock.currentTimeMillis, (now) =>
      [...prunable].flatMap((key) => rows.get(key) ?? []).filter(({ updatedAt }) => updatedAt <= now - olderThanMillis)
    )

  /** A page in the order of the keys. */
  const page = (after: string | undefined, limit: number, isWanted: (row: JobRow) => boolean) =>
    [...rows.values()]
      .filter((row) => isWanted(row) && (after === undefined || compareKeys(row.key, after) > 0))
      .sort(byKey)
      .slice(0, limit)

  return {
    insert: (row) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) => {
        const known = rows.get(row.key)
        if (known !== undefined) return Effect.succeed<Inserted>({ row: known, isNew: false })
        const added = put({
          ...row,
          intent: null,
          attempts: 0,
          notBefore: now,
          progress: null,
          outcome: null,
          version: 1,
          createdAt: now,
          updatedAt: now
        })
        return Effect.as(hints.publish(row.key), { row: added, isNew: true })
      }),

    read: (key) => Effect.sync(() => rows.get(key)),

    change: (key, expected, change) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) => {
        const row = rows.get(key)
        if (row === undefined || !isExpected(row, expected)) return Effect.succeed(undefined)
        return Effect.as(hints.publish(key), put(changed(row, change, now)))
      }),

    open: ({ after, buckets, changedWithinMillis, limit }) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        const since = changedWithinMillis === undefined ? -Infinity : now - changedWithinMillis
        return page(
          after,
          limit,
          ({ bucket, state, updatedAt }) => openStates.includes(state) && buckets.includes(bucket) && updatedAt >= since
        ).map(withoutWork)
      }),

    due: (buckets, limit) =>
      Effect.map(Clock.currentTimeMillis, (now) =>
        [...rows.values()]
          .filter(({ bucket, notBefore, state }) => state === "new" && buckets.includes(bucket) && notBefore <= now)
          .sort((a, b) => a.notBefore - b.notBefore || byKey(a, b))
          .slice(0, limit)
          .map(withoutWork)
      ),

    list: ({ after, limit, states }) => Effect.sync(() => page(after, limit, ({ state }) => states.includes(state))),

    prune: (olderThanMillis) =>
      Effect.map(old(olderThanMillis), (found) => {
        for (const row of found) {
          rows.set(row.key, { ...row, work: null, ref: null, progress: null, outcome: null, version: row.version + 1 })
          prunable.delete(row.key)
        }
        return found.length
      }),

    prunable: (olderThanMillis) => Effect.map(old(olderThanMillis), ({ length }) => length),

    counts: Effect.sync(() => {
      const counts = { ...noCounts }
      for (const { state } of rows.values()) counts[state]++
      return counts
    }),

    versions: (keys) =>
      Effect.sync(() => {
        const versions = new Map<string, number>()
        for (const key of keys) {
          const row = rows.get(key)
          if (row !== undefined) versions.set(key, row.version)
        }
        return versions
      }),

    hints: hints.stream
  }
})
