import * as Migrator from "@effect/sql/Migrator"
import { SqlClient } from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { StoreFailed } from "../../DurableError.js"
import { storeFailed } from "./storeError.js"

/**
 * - `open` and `due` are read by their two indexes on what is open, which stay small as work ends.
 * - No index has a column that a change of `progress` writes, so that PostgreSQL writes no index then.
 * - `ended_at` is null again once a row was pruned: its index holds what is left to prune.
 */
const tables = Effect.flatMap(SqlClient, (sql) => {
  // keys are in the order of their bytes in every database
  const text = sql.onDialectOrElse({ pg: () => sql`text collate "C"`, orElse: () => sql`text` })
  // room on the page for the next version of a row
  const storage = sql.onDialectOrElse({ pg: () => sql`with (fillfactor = 85)`, orElse: () => sql`` })
  return Effect.all(
    [
      sql`create table effect_connectors_jobs (
        key ${text} primary key not null,
        bucket integer not null,
        digest text not null,
        work text,
        state text not null,
        intent text,
        attempts integer not null,
        not_before bigint not null,
        ref text,
        progress text,
        outcome text,
        version bigint not null,
        created_at bigint not null,
        updated_at bigint not null,
        ended_at bigint
      ) ${storage}`,
      sql`create index effect_connectors_jobs_open on effect_connectors_jobs (bucket, key)
        where state in ('new', 'intended', 'accepted')`,
      sql`create index effect_connectors_jobs_due on effect_connectors_jobs (bucket, not_before, key)
        where state = 'new'`,
      sql`create index effect_connectors_jobs_state on effect_connectors_jobs (state, key)`,
      sql`create index effect_connectors_jobs_ended on effect_connectors_jobs (ended_at) where ended_at is not null`,
      sql`create table effect_connectors_budget (
        name text primary key not null,
        tat bigint not null,
        paused_until bigint not null,
        version bigint not null
      )`
    ],
    { discard: true }
  )
})

const run = Migrator.make({})({
  loader: Migrator.fromRecord({ "0001_jobs": tables }),
  table: "effect_connectors_migrations"
})

/** Another process made the table at the same time: unique_violation, duplicate_table, duplicate_object. */
const raced: ReadonlyArray<string | undefined> = ["23505", "42P07", "42710"]

const databaseOf = (sql: SqlClient) =>
  sql.onDialectOrElse({ pg: () => "postgres" as const, orElse: () => "sqlite" as const })

/**
 * Fails with `NO_TABLES` where the tables were never made. Changes nothing.
 *
 * @internal
 */
export const requireTables: Effect.Effect<void, StoreFailed, SqlClient> = Effect.flatMap(SqlClient, (sql) => {
  const database = databaseOf(sql)
  const found = sql.onDialectOrElse({
    pg: () => sql`select 1 as found where to_regclass('effect_connectors_migrations') is not null`,
    orElse: () => sql`select 1 as found from sqlite_master where name = 'effect_connectors_migrations'`
  })
  return Effect.flatMap(Effect.mapError(found, storeFailed("open", database)), ({ length }) =>
    length === 0 ? new StoreFailed({ step: "open", code: "NO_TABLES", database }) : Effect.void
  )
})

/**
 * Brings the tables up to date. Several processes may do so at once.
 *
 * @internal
 */
export const migrate: Effect.Effect<void, StoreFailed, SqlClient> = Effect.flatMap(SqlClient, (sql) => {
  const failed = storeFailed("migrate", databaseOf(sql))
  return run.pipe(
    Effect.asVoid,
    Effect.catchAllDefect((defect) => Effect.fail(failed(defect))),
    Effect.mapError(failed),
    Effect.retry({
      while: ({ code }) => raced.includes(code),
      times: 10,
      schedule: Schedule.jittered(Schedule.spaced("50 millis"))
    })
  )
})
