import { Auth } from "@effect-connectors/core/Auth"
import { make as makeConnections } from "@effect-connectors/core/ConnectionsApi"
import type { SharedBudget } from "@effect-connectors/core/SharedBudget"
import * as Reactivity from "@effect/experimental/Reactivity"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as PgClient from "@effect/sql-pg/PgClient"
import { afterAll, assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { identity } from "effect/Function"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { inspect } from "node:util"
import { skipsPostgres, startPostgres } from "../../../sim/src/durable/postgres.js"
import type { BudgetOptions } from "../../src/Budget.js"
import { makeBudgetRow } from "../../src/internal/budget/budgetRow.js"
import { makePostgresBudget } from "../../src/internal/budget/postgresBudget.js"

class Server extends Context.Tag("test/Server")<Server, Effect.Effect.Success<typeof startPostgres>>() {}

/** A connection of its own. */
const connected = Effect.flatMap(Server, ({ url }) =>
  Effect.provide(PgClient.make({ url, maxConnections: 1 }), Reactivity.layer)
)

const server = Layer.scoped(
  Server,
  Effect.gen(function* () {
    const postgres = yield* startPostgres
    const sql = yield* Effect.provide(PgClient.make({ url: postgres.url, maxConnections: 1 }), Reactivity.layer)
    yield* sql`create table effect_connectors_budget (
      name text primary key not null, tat bigint not null, paused_until bigint not null, version bigint not null
    )`
    return postgres
  })
)

/** Tests that share a server. */
const onServer = () => {
  const runtime = ManagedRuntime.make(server)
  afterAll(() => runtime.dispose())
  return <A, E>(name: string, program: () => Effect.Effect<A, E, Server | Scope.Scope>): void =>
    it(name, () => runtime.runPromise(Effect.scoped(Effect.suspend(program))))
}

/** A runner: its connection, and its part of the budget. */
const runner = Effect.fnUntraced(function* (options: BudgetOptions) {
  const sql = yield* connected
  const listen = (channel: string) => Stream.catchAll(sql.listen(channel), () => Stream.never)
  return { sql, budget: yield* makePostgresBudget({ sql, limited: identity, listen }, options) }
})

const again = Schedule.intersect(Schedule.spaced("20 millis"), Schedule.recurs(500))

const times = (count: number): ReadonlyArray<number> => Array.from({ length: count }, (_, index) => index)

describe.skipIf(skipsPostgres())("a budget on PostgreSQL", () => {
  const test = onServer()

  test("three connections at once: no two of what they reserve overlap, nor does a window have more than the budget", () =>
    Effect.gen(function* () {
      const everyMicros = 20_000
      const slots: Array<number> = []
      const reserving = Effect.fnUntraced(function* (index: number) {
        const row = makeBudgetRow(yield* connected, "fifty a second")
        for (const round of times(80)) {
          const requests = 1 + ((round * 7 + index * 3) % 12)
          const { now, startsAt } = yield* row.reserve(requests, everyMicros)
          // in the past by the time that the statement took, at most
          assert.isAtLeast(startsAt, now - 5_000_000)
          slots.push(...times(requests).map((slot) => startsAt + slot * everyMicros))
        }
      })
      yield* Effect.all(times(3).map(reserving), { concurrency: "unbounded" })
      slots.sort((a, b) => a - b)
      assert.isAtLeast(slots.length, 1_200)
      for (const [index, at] of slots.entries()) {
        if (index > 0) assert.isAtLeast(at - (slots[index - 1] ?? 0), everyMicros)
        // of the 51st from here on a second has passed
        if (index >= 50) assert.isAtLeast(at - (slots[index - 50] ?? 0), 1_000_000)
      }
      const [row] = yield* (yield* connected)`select version::int from effect_connectors_budget
          where name = 'fifty a second'`
      assert.strictEqual(row?.["version"], 240)
    }))

  test("three runners, a batch each at most, take turns", () =>
    Effect.gen(function* () {
      const options = { requests: 50, batch: 5, name: "turns" }
      const runners = yield* Effect.all(times(3).map(() => runner(options)))
      const first = yield* Effect.forEach(runners, ({ budget }) => budget.reserve(100))
      assert.deepStrictEqual(
        first.map(({ everyMillis, requests }) => [requests, everyMillis]),
        times(3).map(() => [5, 20])
      )
      const second = yield* Effect.forEach(runners, ({ budget }) => budget.reserve(2))
      assert.deepStrictEqual(
        second.map(({ requests }) => requests),
        [2, 2, 2]
      )
      assert.isAtLeast(second[2]?.startsInMillis ?? 0, 0)
    }))

  test("a pause reaches the other runners, and what they reserve is after it", () =>
    Effect.gen(function* () {
      const options = { requests: 50, name: "pauses" }
      const [one, other] = yield* Effect.all([runner(options), runner(options)])
      const stranger = yield* runner({ requests: 50, name: "others" })
      // its notice is lost when nobody listens yet, so it is repeated
      yield* Effect.zipRight(one.budget.pause(600_000), other.budget.pausedFor).pipe(
        Effect.repeat({ until: (millis) => millis > 0, schedule: again })
      )
      const paused = yield* other.budget.pausedFor
      assert.isAbove(paused, 300_000)
      assert.isAtMost(paused, 600_001)
      // a shorter one does not end it
      yield* other.budget.pause(1)
      assert.isAbove((yield* one.budget.reserve(1)).startsInMillis, 300_000)
      assert.strictEqual(yield* stranger.budget.pausedFor, 0)
      assert.isAtMost((yield* stranger.budget.reserve(1)).startsInMillis, 1_000)
    }))

  test("a runner that hears nothing learns of a pause from its next reservation", () =>
    Effect.gen(function* () {
      const sql = yield* connected
      const budget = yield* makePostgresBudget(
        { sql, limited: identity, listen: () => Stream.never },
        { requests: 50, name: "deaf" }
      )
      yield* (yield* runner({ requests: 50, name: "deaf" })).budget.pause(600_000)
      assert.strictEqual(yield* budget.pausedFor, 0)
      assert.isAbove((yield* budget.reserve(1)).startsInMillis, 300_000)
      assert.isAbove(yield* budget.pausedFor, 300_000)
    }))

  test("what is reserved within a transaction of the caller's stays, and holds no other runner up", () =>
    Effect.gen(function* () {
      const { url } = yield* Server
      const sql = yield* Effect.provide(PgClient.make({ url, maxConnections: 2 }), Reactivity.layer)
      const budget = yield* makePostgresBudget(
        { sql, limited: identity, listen: () => Stream.never },
        { requests: 1, per: "1 hour", name: "transactions" }
      )
      const other = yield* runner({ requests: 1, per: "1 hour", name: "transactions" })
      const rolledBack = yield* Effect.flip(
        sql.withTransaction(
          Effect.gen(function* () {
            yield* budget.reserve(1)
            yield* budget.pause(10)
            const { startsInMillis } = yield* Effect.timeoutFail(other.budget.reserve(1), {
              duration: "20 seconds",
              onTimeout: () => "it is held up" as const
            })
            return yield* Effect.fail(startsInMillis)
          })
        )
      )
      assert.isAbove(Number(rolledBack), 3_000_000)
      assert.isAbove((yield* budget.reserve(1)).startsInMillis, 6_000_000)
    }))

  test("clients of three runners send all they have, each request by a reservation", () =>
    Effect.gen(function* () {
      let sent = 0
      let reserved = 0
      const transport = HttpClient.make((request) =>
        Effect.sync(() => {
          sent++
          return HttpClientResponse.fromWeb(request, Response.json({ connection: { slug: "crm" } }))
        })
      )
      const clients = yield* Effect.forEach(times(3), () =>
        Effect.gen(function* () {
          const { budget } = yield* runner({ requests: 300, batch: 7, name: "clients" })
          const shared: SharedBudget.Service = {
            ...budget,
            reserve: (most) =>
              Effect.tap(budget.reserve(most), ({ requests }) => Effect.sync(() => void (reserved += requests)))
          }
          return yield* makeConnections({ baseUrl: "http://localhost:8081", limits: { shared, concurrency: 20 } })
        })
      ).pipe(Effect.provide(Auth.none), Effect.provideService(HttpClient.HttpClient, transport))
      yield* Effect.forEach(
        clients,
        (api) =>
          Effect.all(
            times(50).map(() => api.get("crm")),
            { concurrency: 50 }
          ),
        {
          concurrency: 3
        }
      )
      assert.strictEqual(sent, 150)
      assert.isAtLeast(reserved, 150)
    }))

  test("a row that is gone is made again", () =>
    Effect.gen(function* () {
      const { budget, sql } = yield* runner({ requests: 1, per: "1 hour", name: "gone" })
      yield* budget.reserve(1)
      yield* sql`delete from effect_connectors_budget where name = 'gone'`
      assert.strictEqual((yield* budget.reserve(1)).startsInMillis, 0)
    }))

  test("options that are none are refused", () =>
    Effect.gen(function* () {
      const sql = yield* connected
      for (const [path, options] of [
        ["name", { requests: 1, name: "" }],
        ["requests", { requests: 0 }],
        ["batch", { requests: 1, batch: 0 }]
      ] as const) {
        const error = yield* Effect.flip(
          makePostgresBudget({ sql, limited: identity, listen: () => Stream.never }, options)
        )
        assert.deepStrictEqual([error.operation, error.issues[0]?.path], ["Budget.layerPg", [path]])
      }
    }))

  test("a database that is away is BudgetUnavailable, without what it said, and works on once it is back", () =>
    Effect.gen(function* () {
      const postgres = yield* Server
      const { budget, sql } = yield* runner({ requests: 50, name: "canary" })
      yield* budget.reserve(1)
      yield* sql`alter table effect_connectors_budget rename to canary_table`
      const missing = [yield* Effect.flip(budget.reserve(1)), yield* Effect.flip(budget.pause(1))]
      yield* sql`alter table canary_table rename to effect_connectors_budget`
      yield* budget.reserve(1)
      yield* postgres.stop
      const away = [yield* Effect.flip(budget.reserve(1)), yield* Effect.flip(budget.pause(1))]
      for (const error of [...missing, ...away]) {
        assert.strictEqual(error._tag, "BudgetUnavailable")
        const printed = [error.message, JSON.stringify(error), inspect(error, { depth: 10, showHidden: true })].join()
        for (const word of ["canary", "127.0.0.1", "insert", "SqlError"]) assert.notInclude(printed, word)
      }
      // undefined_table
      assert.include(missing[0]?.message, "(42P01)")
      yield* postgres.restart
      const { requests } = yield* Effect.retry(budget.reserve(3), again)
      assert.strictEqual(requests, 3)
    }))
})
