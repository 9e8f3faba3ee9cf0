import * as Reactivity from "@effect/experimental/Reactivity"
import * as PgClient from "@effect/sql-pg/PgClient"
import { assert, describe, it as own } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as HashMap from "effect/HashMap"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Redacted from "effect/Redacted"
import * as Ref from "effect/Ref"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import * as String from "effect/String"
import { randomUUID } from "node:crypto"
import { inspect } from "node:util"
import { skipsPostgres, startPostgres } from "../../../sim/src/durable/postgres.js"
import type { JobStore } from "../../src/internal/store/jobStore.js"
import { openPostgres, type PostgresTimeouts } from "../../src/internal/store/postgres.js"
import { sharedLayer } from "../support/sharedLayer.js"
import { row } from "../support/stores.js"
import { tcpProxy } from "../support/tcpProxy.js"

class Server extends Context.Tag("test/Server")<
  Server,
  Effect.Effect.Success<typeof startPostgres> & { readonly admin: PgClient.PgClient }
>() {}

const server = Layer.scoped(
  Server,
  Effect.gen(function* () {
    const postgres = yield* startPostgres
    const admin = yield* Effect.provide(PgClient.make({ url: postgres.url, maxConnections: 1 }), Reactivity.layer)
    return { ...postgres, admin }
  })
)

const changed = (url: Redacted.Redacted, change: (it: URL) => void): Redacted.Redacted => {
  const copy = new URL(Redacted.value(url))
  change(copy)
  return Redacted.make(copy.href)
}

/** A database of its own: at `DATABASE_URL` there may be others of its name. */
const madeDatabase = (admin: PgClient.PgClient, name: string) => {
  const unique = `${name}_${randomUUID().slice(0, 8)}`
  return Effect.as(
    Effect.acquireRelease(admin`create database ${admin(unique)}`, () =>
      Effect.orDie(admin`drop database ${admin(unique)} with (force)`)
    ),
    unique
  )
}

const throughProxy = Effect.gen(function* () {
  const { url } = yield* Server
  const proxy = yield* tcpProxy(Number(new URL(Redacted.value(url)).port))
  return { proxy, url: changed(url, (it) => (it.port = `${proxy.port}`)) }
})

const fast: PostgresTimeouts = { statement: "1 second", silence: "2 seconds", call: "4 seconds" }

/** Writes until a hint of it arrives. */
const hinted = (store: JobStore, name: string) =>
  Effect.gen(function* () {
    const keys = yield* Ref.make(0)
    const write = Effect.flatMap(
      Ref.getAndUpdate(keys, (it) => it + 1),
      (i) => Effect.ignore(store.insert(row(`${name} ${i}`)))
    )
    yield* Effect.forkScoped(Effect.repeat(write, Schedule.spaced("50 millis")))
    yield* store.hints.pipe(
      Stream.filter((key) => key.startsWith(name)),
      Stream.runHead
    )
  }).pipe(Effect.scoped, Effect.timeoutFail({ duration: "20 seconds", onTimeout: () => `no hint of ${name}` }))

const again = Schedule.intersect(Schedule.spaced("50 millis"), Schedule.recurs(200))

describe.skipIf(skipsPostgres())("PostgreSQL", () => {
  const it = sharedLayer(server)

  it.scoped("migrations: 6 at once on an empty database, and again on a full one", () =>
    Effect.gen(function* () {
      const { admin, url } = yield* Server
      const name = yield* madeDatabase(admin, "fresh")
      const fresh = changed(url, (it) => (it.pathname = `/${name}`))
      const opened = Effect.scoped(openPostgres({ url: fresh, maxConnections: 2 }))
      yield* Effect.all(
        Array.from({ length: 6 }, () => opened),
        { concurrency: "unbounded" }
      )
      yield* opened
      const sql = yield* Effect.provide(PgClient.make({ url: fresh, maxConnections: 1 }), Reactivity.layer)
      assert.deepEqual(yield* sql`select migration_id, name from effect_connectors_migrations`, [
        { migration_id: 1, name: "jobs" }
      ])
      const columns = yield* sql`select column_name from information_schema.columns
          where table_name = 'effect_connectors_budget' order by ordinal_position`
      assert.deepEqual(
        columns.map((it) => it["column_name"]),
        ["name", "tat", "paused_until", "version"]
      )
      // pages are in one order, whatever the language of the database
      const collation = yield* sql`select collation_name from information_schema.columns
          where table_name = 'effect_connectors_jobs' and column_name = 'key'`
      assert.deepEqual(collation, [{ collation_name: "C" }])
    })
  )

  it.scoped("hints: a LISTEN connection that the server ends is made again", () =>
    Effect.gen(function* () {
      const { admin, url } = yield* Server
      const { store } = yield* openPostgres({ url })
      yield* hinted(store, "before")
      const cut = yield* admin`select pg_terminate_backend(pid) from pg_stat_activity
          where application_name = '@effect-connectors/durable' and datname = current_database()
          and (query like 'listen%' or query = 'select 1')`
      assert.isAbove(cut.length, 0)
      yield* hinted(store, "after")
    })
  )

  it.scoped("hints: a LISTEN connection that falls silent is made again", () =>
    Effect.gen(function* () {
      const { proxy, url } = yield* throughProxy
      const { store } = yield* openPostgres({ url }, { timeouts: fast, heartbeat: "200 millis" })
      yield* hinted(store, "before")
      yield* proxy.silent(true)
      yield* Effect.sleep("4 seconds")
      yield* proxy.silent(false)
      yield* hinted(store, "after")
    })
  )

  it.scoped("a database that falls silent is StoreFailed in time, and works on once it is back", () =>
    Effect.gen(function* () {
      const { proxy, url } = yield* throughProxy
      const { store } = yield* openPostgres({ url, maxConnections: 3 }, { timeouts: fast })
      yield* store.insert(row("silent"))
      yield* proxy.silent(true)
      const errors = yield* Effect.all(
        Array.from({ length: 10 }, () => Effect.flip(store.read("silent"))),
        { concurrency: "unbounded" }
      ).pipe(Effect.timeoutFail({ duration: "20 seconds", onTimeout: () => "it hangs" }))
      for (const { code, step } of errors) {
        assert.strictEqual(step, "read")
        assert.include([undefined, "TIMEOUT"], code)
      }
      yield* proxy.silent(false)
      assert.strictEqual((yield* Effect.retry(store.read("silent"), again))?.key, "silent")
    })
  )

  it.scoped("a row that someone else has locked is StoreFailed in time, and is not written later", () =>
    Effect.gen(function* () {
      const { admin, url } = yield* Server
      const { store } = yield* openPostgres({ url }, { timeouts: fast })
      yield* store.insert(row("locked"))
      const error = yield* admin.withTransaction(
        Effect.zipRight(
          admin`select * from effect_connectors_jobs where key = 'locked' for update`,
          Effect.flip(store.change("locked", { states: ["new"] }, { state: "intended" }))
        )
      )
      // query_canceled
      assert.deepStrictEqual([error.step, error.code, error.retryable], ["write", "57014", true])
      yield* Effect.sleep("200 millis")
      assert.strictEqual((yield* store.read("locked"))?.state, "new")
    })
  )

  it.scoped("in a transaction of the caller it uses its own connection: a rollback takes nothing back", () =>
    Effect.gen(function* () {
      const { admin, url } = yield* Server
      const { store } = yield* openPostgres({ url })
      yield* Effect.flip(admin.withTransaction(Effect.zipRight(store.insert(row("inside")), Effect.fail("rollback"))))
      assert.strictEqual((yield* store.read("inside"))?.key, "inside")
    })
  )

  it.scoped("a client of the user's: names it transforms change nothing, and hints arrive", () =>
    Effect.gen(function* () {
      const { url } = yield* Server
      const client = yield* PgClient.make({
        url,
        transformResultNames: String.snakeToCamel,
        transformQueryNames: String.camelToSnake
      }).pipe(Effect.provide(Reactivity.layer))
      const { store } = yield* openPostgres({ client })
      const { row: inserted } = yield* store.insert(row("transformed"))
      assert.deepStrictEqual(yield* store.read("transformed"), inserted)
      assert.strictEqual(typeof inserted.createdAt, "number")
      yield* hinted(store, "user")
    })
  )

  it.scoped("a restart: StoreFailed while it is away, then the store and its hints work on", () =>
    Effect.gen(function* () {
      const postgres = yield* Server
      const { store } = yield* openPostgres({ url: postgres.url })
      yield* store.insert(row("kept"))
      yield* postgres.stop
      const { retryable, step } = yield* Effect.flip(store.insert(row("away")))
      assert.deepStrictEqual([step, retryable], ["write", true])
      yield* postgres.restart
      assert.strictEqual((yield* Effect.retry(store.read("kept"), again))?.key, "kept")
      yield* hinted(store, "restarted")
    })
  )

  it.scoped("the indexes on what is open are used", () =>
    Effect.gen(function* () {
      const { admin, url } = yield* Server
      const { store } = yield* openPostgres({ url })
      yield* admin`truncate effect_connectors_jobs`
      yield* admin`insert into effect_connectors_jobs
          select 'key ' || i, i % 32, 'd', '{}', case when i % 2 = 0 then 'new' else 'succeeded' end, null, 0, i, null,
            null, null, 1, i, i, i from generate_series(1, 20000) i`
      yield* admin`analyze effect_connectors_jobs`
      assert.strictEqual((yield* store.open({ buckets: [4, 8, 12], after: "key 1", limit: 1000 })).length, 1000)
      assert.strictEqual((yield* store.due([4, 8, 12], 1000)).length, 1000)
      const plan = yield* admin`explain select * from effect_connectors_jobs where bucket = 4
          and state in ('new', 'intended', 'accepted') and key > 'key 1' order by key limit 100`
      assert.include(JSON.stringify(plan), "effect_connectors_jobs_open")
      const due = yield* admin`explain select * from effect_connectors_jobs where bucket = 4 and state = 'new'
          and not_before <= floor(extract(epoch from statement_timestamp()) * 1000)::bigint
          order by not_before, key limit 100`
      assert.include(JSON.stringify(due), "effect_connectors_jobs_due")
    })
  )

  it.scoped("errors and logs hold no SQL, no password and no address", () =>
    Effect.gen(function* () {
      const { admin, url } = yield* Server
      const printed: Array<string> = []
      const logger = Logger.make<unknown, void>(({ annotations, cause, message }) => {
        printed.push(inspect({ message, cause: Cause.pretty(cause), annotations: HashMap.toEntries(annotations) }))
      })
      const user = `canary_${randomUUID().slice(0, 8)}`
      yield* Effect.acquireRelease(admin`create role ${admin(user)} login password 'canary-password'`, () =>
        Effect.orDie(admin`drop role ${admin(user)}`)
      )
      const database = yield* madeDatabase(admin, "canary")
      const canary = changed(url, (it) => {
        it.username = user
        it.password = "canary-password"
        it.pathname = `/${database}`
      })
      const failed = Effect.fnUntraced(function* (name: string, failing: Effect.Effect<unknown, unknown>) {
        const exit = yield* Effect.exit(failing)
        const cause = Exit.isFailure(exit) ? exit.cause : Cause.empty
        const error = yield* Effect.flip(failing)
        assert.isTrue(error instanceof Error && "_tag" in error && error._tag === "StoreFailed", name)
        if (Exit.isSuccess(exit)) assert.fail(`${name} worked`)
        printed.push(`${error}`, JSON.stringify(error), inspect(error, { depth: 10, showHidden: true }))
        printed.push(Cause.pretty(cause, { renderErrorCause: true }))
        yield* Effect.logError("failed", cause)
      })
      const open = (it: Redacted.Redacted) => Effect.scoped(openPostgres({ url: it, connectTimeout: "2 seconds" }))
      yield* Effect.gen(function* () {
        // this user may not create tables
        yield* failed("migrate", open(canary))
        yield* failed("password", open(changed(canary, (it) => (it.password = "canary-other"))))
        yield* failed("port", open(changed(canary, (it) => (it.port = "1"))))
        yield* failed("database", open(changed(canary, (it) => (it.pathname = "/canary_missing"))))
        yield* failed("address", open(Redacted.make("postgres://canary:canary-password@[:1/canary")))
        yield* Effect.scoped(
          Effect.gen(function* () {
            const { store } = yield* openPostgres({ url })
            yield* failed("text", store.insert(row("canary \u0000 key")))
            yield* admin`alter table effect_connectors_jobs rename to canary_table`
            yield* failed("read", store.read("canary"))
            yield* failed("write", store.change("canary", { states: ["new"] }, { state: "new" }))
          })
        )
      }).pipe(Effect.provide(Logger.replace(Logger.defaultLogger, logger)), Logger.withMinimumLogLevel(LogLevel.All))
      assert.isAbove(printed.length, 40)
      const text = printed.join("\n").toLowerCase()
      for (const word of [
        "canary",
        "127.0.0.1",
        "select ",
        "insert into",
        "update effect",
        "sqlerror",
        "password auth"
      ]) {
        assert.notInclude(text, word)
      }
    })
  )
})

describe("PostgreSQL that is not there", () => {
  own.scopedLive("is StoreFailed with the code of the system", () =>
    Effect.gen(function* () {
      const url = Redacted.make("postgres://someone:secret@127.0.0.1:1/jobs")
      const { code, step } = yield* Effect.flip(openPostgres({ url }))
      assert.deepStrictEqual([step, code], ["open", "ECONNREFUSED"])
    })
  )
})
