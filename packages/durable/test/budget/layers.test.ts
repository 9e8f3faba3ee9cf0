import { Auth } from "@effect-connectors/core/Auth"
import { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import type { InvalidRequest } from "@effect-connectors/core/InvalidRequest"
import { SharedBudget } from "@effect-connectors/core/SharedBudget"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as PgClient from "@effect/sql-pg/PgClient"
import * as Reactivity from "@effect/experimental/Reactivity"
import { assert, describe, it } from "@effect/vitest"
import * as Call from "@effect-connectors/core/Call"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import { inspect } from "node:util"
import { skipsPostgres, startPostgres } from "../../../sim/src/durable/postgres.js"
import * as Budget from "../../src/Budget.js"
import type { StoreFailed } from "../../src/DurableError.js"

const again = Schedule.intersect(Schedule.spaced("20 millis"), Schedule.recurs(500))

const crm = () => Response.json({ connection: { slug: "crm" } })

/** A client of a process of its own, which shares a budget. */
const client = Effect.fnUntraced(function* (
  budget: Layer.Layer<SharedBudget, InvalidRequest | StoreFailed>,
  respond: () => Response = crm
) {
  let sent = 0
  const transport = HttpClient.make((request) =>
    Effect.sync(() => {
      sent++
      return HttpClientResponse.fromWeb(request, respond())
    })
  )
  const layer = SharedBudget.clients((shared) =>
    ConnectionsApi.layer({ baseUrl: "http://localhost:8081", retry: "none", limits: { shared } })
  ).pipe(Layer.provide([budget, Auth.none, Layer.succeed(HttpClient.HttpClient, transport)]))
  const api = yield* Effect.flatMap(Layer.build(Layer.fresh(layer)), (context) =>
    Effect.provide(ConnectionsApi, context)
  )
  return { get: api.get("crm"), sent: () => sent }
})

const tooMany = () => new Response("", { status: 429, headers: { "retry-after": "60" } })

describe.skipIf(skipsPostgres())("Budget.layerPg", () => {
  it("a 429 at one process makes all wait that name the same budget, and nobody else", () =>
    Effect.gen(function* () {
      const { url } = yield* startPostgres
      const budget = (name: string) => Budget.layerPg({ database: { url }, requests: 50, name })
      const refused = yield* client(budget("shared"), tooMany)
      const other = yield* client(budget("shared"))
      const stranger = yield* client(budget("its own"))
      yield* other.get
      assert.strictEqual((yield* Effect.flip(refused.get))._tag, "RateLimited")
      // the pause is written after the call has ended
      const sql = yield* Effect.provide(PgClient.make({ url, maxConnections: 1 }), Reactivity.layer)
      yield* sql`select 1 from effect_connectors_budget where name = 'shared' and paused_until > 0`.pipe(
        Effect.repeat({ until: (rows) => rows.length === 1, schedule: again })
      )
      const waited = yield* Effect.flip(Call.withDeadline(other.get, "300 millis"))
      assert.strictEqual(waited._tag, "DeadlineExceeded")
      assert.deepStrictEqual([refused.sent(), other.sent()], [1, 1])
      yield* stranger.get
      assert.strictEqual(stranger.sent(), 1)
    }).pipe(Effect.scoped, Effect.runPromise))

  it("a database that cannot be reached is StoreFailed, and options that are none are refused", () =>
    Effect.gen(function* () {
      const { stop, url } = yield* startPostgres
      const failed = (options: Budget.BudgetOptions) =>
        Effect.flip(Effect.scoped(Layer.build(Budget.layerPg({ database: { url }, ...options }))))
      const wrong = yield* failed({ requests: 0 })
      assert.strictEqual(wrong._tag, "InvalidRequest")
      assert.include(wrong.message, "Budget.layerPg")
      yield* stop
      const away = yield* failed({ requests: 1 })
      assert.strictEqual(away._tag, "StoreFailed")
      assert.notInclude(inspect(away, { depth: 10, showHidden: true }), "127.0.0.1")
    }).pipe(Effect.scoped, Effect.runPromise))
})

describe("Budget.layerMemory", () => {
  it("a 429 at one client makes all wait that share the layer", () =>
    Effect.gen(function* () {
      const shared = Layer.succeedContext(yield* Layer.build(Budget.layerMemory({ requests: 50, name: "any" })))
      const refused = yield* client(shared, tooMany)
      const other = yield* client(shared)
      yield* other.get
      assert.strictEqual((yield* Effect.flip(refused.get))._tag, "RateLimited")
      assert.strictEqual((yield* Effect.flip(Call.withDeadline(other.get, "300 millis")))._tag, "DeadlineExceeded")
      assert.deepStrictEqual([refused.sent(), other.sent()], [1, 1])
    }).pipe(Effect.scoped, Effect.runPromise))
})
