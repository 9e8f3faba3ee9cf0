import * as Reactivity from "@effect/experimental/Reactivity"
import * as PgClient from "@effect/sql-pg/PgClient"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import { skipsPostgres, startPostgres } from "../src/durable/postgres.js"

const connected = (url: Redacted.Redacted) => PgClient.make({ url }).pipe(Effect.provide(Reactivity.layer))

describe.skipIf(skipsPostgres())("a PostgreSQL for tests", () => {
  it.scopedLive("keeps its data over a restart, and takes no connections between stop and restart", () =>
    Effect.gen(function* () {
      const postgres = yield* startPostgres
      const sql = yield* connected(postgres.url)
      yield* sql`create table kept (id int)`
      yield* sql`insert into kept values (7)`
      yield* postgres.stop
      assert.isTrue((yield* Effect.either(sql`select * from kept`))._tag === "Left")
      yield* postgres.restart
      assert.deepEqual(yield* Effect.retry(sql`select * from kept`, { times: 20 }), [{ id: 7 }])
    })
  )

  it.scopedLive("each is another database", () =>
    Effect.gen(function* () {
      const [one, other] = yield* Effect.all([startPostgres, startPostgres], { concurrency: 2 })
      yield* (yield* connected(one.url))`create table mine (id int)`
      const tables = yield* (yield* connected(other.url))`select 1 from pg_tables where tablename = 'mine'`
      assert.deepEqual(tables, [])
    })
  )
})
