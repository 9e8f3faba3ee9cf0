import type { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import type { Fragment } from "@effect/sql/Statement"
import * as Effect from "effect/Effect"
import type { StoreFailed } from "../../DurableError.js"
import type { State } from "../../DurableJob.js"
import type { Hints } from "./hints.js"
import { bucketCount, type Change, type Expected, type JobRow, type JobStore } from "./jobStore.js"
import { outsideTransactions } from "./outsideTransactions.js"
import { allStates, isEnded, noCounts, openStates } from "./rows.js"
import { storeFailed } from "./storeError.js"

/**
 * The channel on which PostgreSQL sends the keys of changed rows.
 *
 * @internal
 */
export const hintChannel = "effect_connectors_jobs"

/** How the drivers give a row. node-postgres gives a bigint as text. */
interface SqlRow {
  readonly key: string
  readonly bucket: number
  readonly digest: string
  readonly work: string | null
  readonly state: State
  readonly intent: string | null
  readonly attempts: number
  readonly not_before: number | string
  readonly ref: string | null
  readonly progress: string | null
  readonly outcome: string | null
  readonly version: number | string
  readonly created_at: number | string
  readonly updated_at: number | string
}

const toRow = (row: SqlRow): JobRow => ({
  key: row.key,
  bucket: row.bucket,
  digest: row.digest,
  work: row.work,
  state: row.state,
  intent: row.intent,
  attempts: row.attempts,
  notBefore: Number(row.not_before),
  ref: row.ref,
  progress: row.progress,
  outcome: row.outcome,
  version: Number(row.version),
  createdAt: Number(row.created_at),
  updatedAt: Number(row.updated_at)
})

/** Rows that one statement prunes: few enough to stay far from any time limit. */
const pruneBatch = 1000

/** Keys of one statement: a database takes a limited number of parameters. */
const keyBatch = 500

/**
 * What a database adds to the statements, which are the same for all.
 *
 * @internal
 */
export interface SqlStoreOptions {
  readonly sql: SqlClient
  readonly hints: Hints
  /** Ends a statement that takes too long. */
  readonly limited: <A>(statement: Effect.Effect<A, SqlError>) => Effect.Effect<A, SqlError>
}

/**
 * The table of jobs in SQLite or PostgreSQL.
 *
 * @internal
 */
export const makeSqlStore = ({ hints, limited, sql }: SqlStoreOptions): JobStore => {
  const database = sql.onDialectOrElse({ pg: () => "postgres" as const, orElse: () => "sqlite" as const })
  /** The time when a row is written. */
  const clock = sql.onDialectOrElse({
    pg: () => sql`floor(extract(epoch from clock_timestamp()) * 1000)::bigint`,
    orElse: () => sql`cast(round(unixepoch('subsec') * 1000) as integer)`
  })
  /** The time when a statement began: an index can be searched with it. */
  const started = sql.onDialectOrElse({
    pg: () => sql`floor(extract(epoch from statement_timestamp()) * 1000)::bigint`,
    orElse: () => clock
  })

  const run = <A>(step: StoreFailed["step"], statement: Effect.Effect<A, SqlError>): Effect.Effect<A, StoreFailed> =>
    outsideTransactions(limited(statement)).pipe(
      Effect.mapError(storeFailed(step, database)),
      // a driver throws at an address it cannot read
      Effect.catchAllDefect((defect) => Effect.fail(storeFailed(step, database)(defect)))
    )

  const rowsOf = (statement: Fragment) =>
    Effect.map(run("read", sql<SqlRow>`${statement}`.withoutTransform), (rows) => rows.map(toRow))

  /** Writes a row, with the hint in the same statement: they are both there or neither. */
  const write = (key: string, statement: Fragment): Effect.Effect<JobRow | undefined, StoreFailed> => {
    const announced = sql.onDialectOrElse({
      pg: () =>
        sql<SqlRow>`with changed as (${statement}) select changed.*, pg_notify(${hintChannel}, changed.key) from changed`,
      orElse: () => sql<SqlRow>`${statement}`
    })
    return Effect.flatMap(run("write", announced.withoutTransform), ([row]) => {
      if (row === undefined) return Effect.succeed(undefined)
      return Effect.as(sql.onDialectOrElse({ pg: () => Effect.void, orElse: () => hints.publish(key) }), toRow(row))
    })
  }

  const read = (key: string) =>
    Effect.map(rowsOf(sql`select * from effect_connectors_jobs where key = ${key}`), ([row]) => row)

  const isAfter = (after: string | undefined) => (after === undefined ? sql`1 = 1` : sql`key > ${after}`)

  const limitOf = (limit: number) => sql.literal(`limit ${Math.max(0, Math.trunc(limit))}`)

  /** One range of an index for each part: a database would sort all rows of the parts in place of merging them. */
  const merged = (parts: ReadonlyArray<Fragment>, order: Fragment, limit: number) => {
    const one = (part: Fragment) => sql`select * from (${part} order by ${order} ${limitOf(limit)}) as part`
    return rowsOf(
      sql`select * from (${sql.join(" union all ", false)(parts.map(one))}) as parts order by ${order} ${limitOf(limit)}`
    )
  }

  // a page of large work would be too much for memory
  const withoutWork = sql.literal(
    `key, bucket, digest, null as work, state, intent, attempts, not_before, ref, progress, outcome, version, created_at,
      updated_at`
  )

  const inBucket = (bucket: number) =>
    sql`select ${withoutWork} from effect_connectors_jobs where bucket = ${sql.literal(`${Math.trunc(bucket)}`)}`

  const inState = (state: State, columns = sql.literal("*")) =>
    sql`select ${columns} from effect_connectors_jobs where state = ${state}`

  // written out, as the index is used for these words only
  const isOpen = sql.literal(`state in (${openStates.map((state) => `'${state}'`).join(", ")})`)

  const assignments = (change: Change): ReadonlyArray<Fragment> => {
    const { attempts, intent, notBeforeIn, outcome, progress, ref, state } = change
    return [
      sql`state = ${state}`,
      sql`version = version + 1`,
      sql`updated_at = case when state = ${state} then updated_at else ${clock} end`,
      isEnded(state) ? sql`ended_at = ${clock}` : sql`ended_at = null`,
      ...(intent === undefined ? [] : [sql`intent = ${intent}`]),
      ...(attempts === undefined ? [] : [sql`attempts = ${attempts}`]),
      ...(notBeforeIn === undefined ? [] : [sql`not_before = ${clock} + ${Math.round(notBeforeIn)}`]),
      ...(ref === undefined ? [] : [sql`ref = ${ref}`]),
      ...(progress === undefined ? [] : [sql`progress = ${progress}`]),
      ...(outcome === undefined ? [] : [sql`outcome = ${outcome}`])
    ]
  }

  const conditions = (key: string, { intent, states, version }: Expected) =>
    sql.and([
      sql`key = ${key}`,
      sql`state in ${sql.in(states)}`,
      ...(intent === undefined ? [] : [sql`intent = ${intent}`]),
      ...(version === undefined ? [] : [sql`version = ${version}`])
    ])

  const isOld = (olderThanMillis: number) => sql`ended_at <= ${started} - ${Math.round(olderThanMillis)}`

  const pruneSome = (olderThanMillis: number): Effect.Effect<number, StoreFailed> => {
    const old = sql`select key from effect_connectors_jobs where ${isOld(olderThanMillis)}
      order by ended_at ${limitOf(pruneBatch)}`
    const isPicked = sql.onDialectOrElse({
      // of two that prune each takes other rows; as an array, since a join may run the query more than once
      pg: () => sql`key = any(array(${old} for update skip locked))`,
      orElse: () => sql`key in (${old})`
    })
    const pruned = sql`update effect_connectors_jobs
      set work = null, ref = null, progress = null, outcome = null, ended_at = null, version = version + 1
      where ${isPicked} returning key`
    return Effect.flatMap(run("write", pruned.withoutTransform), ({ length }) =>
      length < pruneBatch ? Effect.succeed(length) : Effect.map(pruneSome(olderThanMillis), (rest) => length + rest)
    )
  }

  return {
    insert: Effect.fnUntraced(function* (row) {
      const added = yield* write(
        row.key,
        sql`insert into effect_connectors_jobs
          (key, bucket, digest, work, state, attempts, not_before, ref, version, created_at, updated_at)
          values (${row.key}, ${row.bucket}, ${row.digest}, ${row.work}, ${row.state}, 0, ${clock}, ${row.ref}, 1,
            ${clock}, ${clock})
          on conflict (key) do nothing returning *`
      )
      if (added !== undefined) return { row: added, isNew: true }
      const known = yield* read(row.key)
      // rows are never deleted: someone did so by hand in this moment
      if (known === undefined) return yield* storeFailed("write", database)(undefined)
      return { row: known, isNew: false }
    }),

    read,

    change: (key, expected, change) =>
      expected.states.length === 0
        ? Effect.succeed(undefined)
        : write(
            key,
            sql`update effect_connectors_jobs set ${sql.csv(assignments(change))}
              where ${conditions(key, expected)} returning *`
          ),

    open: ({ after, buckets, changedWithinMillis, limit }) => {
      if (buckets.length === 0) return Effect.succeed([])
      const isRecent =
        changedWithinMillis === undefined
          ? sql`1 = 1`
          : sql`updated_at >= ${started} - ${Math.round(changedWithinMillis)}`
      // three ranges in place of 32, for the one who owns them all
      const parts =
        new Set(buckets).size === bucketCount
          ? openStates.map((state) => inState(state, withoutWork))
          : buckets.map((bucket) => sql`${inBucket(bucket)} and ${isOpen}`)
      return merged(
        parts.map((part) => sql`${part} and ${isAfter(after)} and ${isRecent}`),
        sql`key`,
        limit
      )
    },

    due: (buckets, limit) =>
      buckets.length === 0
        ? Effect.succeed([])
        : merged(
            buckets.map((bucket) => sql`${inBucket(bucket)} and state = 'new' and not_before <= ${started}`),
            sql`not_before, key`,
            limit
          ),

    list: ({ after, limit, states }) => {
      const wanted = allStates.filter((state) => states.includes(state))
      if (wanted.length === 0) return Effect.succeed([])
      return wanted.length === allStates.length
        ? rowsOf(sql`select * from effect_connectors_jobs where ${isAfter(after)} order by key ${limitOf(limit)}`)
        : merged(
            wanted.map((state) => sql`${inState(state)} and ${isAfter(after)}`),
            sql`key`,
            limit
          )
    },

    prune: pruneSome,

    prunable: (olderThanMillis) =>
      Effect.map(
        run(
          "read",
          sql<{ amount: number | string }>`select count(*) as amount from effect_connectors_jobs
            where ${isOld(olderThanMillis)}`.withoutTransform
        ),
        ([row]) => Number(row?.amount ?? 0)
      ),

    counts: Effect.map(
      run(
        "read",
        sql<{ state: State; amount: number | string }>`select state, count(*) as amount from effect_connectors_jobs
          group by state`.withoutTransform
      ),
      (rows) => {
        const counts = { ...noCounts }
        for (const { amount, state } of rows) counts[state] = Number(amount)
        return counts
      }
    ),

    versions: Effect.fnUntraced(function* (keys) {
      const versions = new Map<string, number>()
      for (let from = 0; from < keys.length; from += keyBatch) {
        const rows = yield* run(
          "read",
          sql<Pick<SqlRow, "key" | "version">>`select key, version from effect_connectors_jobs
            where key in ${sql.in(keys.slice(from, from + keyBatch))}`.withoutTransform
        )
        for (const { key, version } of rows) versions.set(key, Number(version))
      }
      return versions
    }),

    hints: hints.stream
  }
}
