import { Auth } from "@effect-connectors/core/Auth"
import { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import { ConnectionsTest } from "@effect-connectors/testing/ConnectionsTest"
import * as Faults from "@effect-connectors/testing/Faults"
import { VirtualClock } from "@effect-connectors/testing/VirtualClock"
import * as World from "@effect-connectors/testing/World"
import * as HttpBody from "@effect/platform/HttpBody"
import * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"

const world = World.make({
  connections: [
    { slug: "billing", actions: [{ slug: "charge", result: "charged" }] },
    { slug: "ledger", kind: "sql", tables: { invoices: [] } }
  ]
})

const api = ConnectionsApi.layer({ baseUrl: "http://localhost" }).pipe(Layer.provide(Auth.none))

type Program = Effect.Effect<unknown, unknown, ConnectionsApi | HttpClient.HttpClient>

/** How often each operation that must run at most once is executed under a plan. */
const executed = (program: Program, faults: Faults.Plan) =>
  Effect.gen(function* () {
    const platform = yield* ConnectionsTest
    yield* Effect.either(program)
    return Math.max(yield* platform.executions("billing", "charge"), yield* platform.executions("ledger", "sql.insert"))
  }).pipe(
    Effect.provide(Layer.provideMerge(api, ConnectionsTest.layer(world, { faults }))),
    VirtualClock.provide,
    Effect.runPromise
  )

// a search ends with the first plan that it finds
const check = (program: Program, plans: FastCheck.Arbitrary<Faults.Plan>, numRuns = 1000) =>
  Effect.promise(() =>
    FastCheck.check(
      FastCheck.asyncProperty(plans, async (plan) => (await executed(program, plan)) <= 1),
      { seed: 42, numRuns }
    )
  )

const charge = Effect.flatMap(ConnectionsApi, ({ actions }) => actions.execute("billing", "charge", { input: {} }))

const found = (details: FastCheck.RunDetails<[Faults.Plan]>): Faults.Plan => {
  const [plan] = details.counterexample ?? []
  assert.isTrue(details.failed && plan !== undefined, "no plan made it happen twice")
  return plan ?? Faults.none
}

describe("a double execution", () => {
  it.effect("happens under no plan when the program leaves retries to the client", () =>
    Effect.map(check(charge, Faults.arbitrary(), 100), ({ counterexample, failed }) =>
      assert.isFalse(failed, Faults.print(counterexample?.[0] ?? Faults.none))
    )
  )

  it.effect("of a program that repeats an OutcomeUnknown is found, and shrunk to one fault", () =>
    Effect.gen(function* () {
      const eager = Effect.retry(charge, { times: 3, while: (error) => error._tag === "OutcomeUnknown" })
      const plan = found(yield* check(eager, Faults.arbitrary()))
      assert.strictEqual(Faults.print(plan), "next any request: lost answer")
      assert.strictEqual(yield* Effect.promise(() => executed(eager, plan)), 2)
    })
  )

  it.effect("of a program on plain HTTP that retries transient failures is found, and shrunk to one fault", () =>
    Effect.gen(function* () {
      const transient = HttpClient.HttpClient.pipe(
        Effect.map(HttpClient.retryTransient({ times: 3, schedule: Schedule.spaced("1 second") })),
        Effect.flatMap((client) =>
          client.post("http://localhost/api/v1/connections/billing/actions/charge/execute", {
            body: HttpBody.unsafeJson({ input: {} })
          })
        )
      )
      const plan = found(yield* check(transient, Faults.arbitrary()))
      assert.strictEqual(Faults.size(plan), 1, Faults.print(plan))
    })
  )

  it.effect("that needs two faults is shrunk to those two", () =>
    Effect.gen(function* () {
      const store = Effect.flatMap(ConnectionsApi, ({ sql }) =>
        sql.insert("ledger", { table: "invoices", rows: { id: 1 } })
      )
      const isStored = Effect.flatMap(ConnectionsApi, ({ sql }) =>
        sql.select("ledger", { table: "invoices" }, { retry: "none" })
      ).pipe(Effect.map((rows) => JSON.stringify(rows).includes('"id":1')))
      // it checks before it repeats, but takes a failed check for "no"
      const stored = Effect.orElseSucceed(isStored, () => false)
      const hasty = Effect.catchTag(store, "OutcomeUnknown", () => Effect.unlessEffect(store, stored))
      const plan = found(yield* check(hasty, Faults.arbitrary({ matchers: [{}, { operation: "sql.select" }] })))
      assert.deepStrictEqual(Faults.print(plan).split("\n"), [
        'next sql.select: status 503 {"message":"for a moment"}',
        "next any request: lost answer"
      ])
      const careful = Effect.catchTag(store, "OutcomeUnknown", () => Effect.unlessEffect(store, isStored))
      assert.isFalse((yield* check(careful, Faults.arbitrary(), 100)).failed)
    })
  )
})

describe("arbitrary plans", () => {
  it("are the same for the same seed, and have the given kinds and sizes", () => {
    const options = { kinds: ["reset", "hang"], matchers: [{ action: "charge" }], maxFaults: 3, maxFrom: 2 } as const
    const drawn = FastCheck.sample(Faults.arbitrary(options), { numRuns: 100, seed: 5 })
    assert.deepStrictEqual(FastCheck.sample(Faults.arbitrary(options), { numRuns: 100, seed: 5 }), drawn)
    const lines = new Set(drawn.flatMap((plan) => Faults.print(plan).split("\n")))
    assert.deepStrictEqual([...lines].sort(), [
      "next of charge from number 2 on: hang",
      "next of charge from number 2 on: reset",
      "next of charge: hang",
      "next of charge: reset",
      "no faults"
    ])
    assert.strictEqual(Math.max(...drawn.map(Faults.size)), 3)
  })
})
