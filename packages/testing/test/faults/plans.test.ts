import { BosaTest } from "@effect-connectors/testing/BosaTest"
import { ConnectionsTest } from "@effect-connectors/testing/ConnectionsTest"
import * as Emulator from "@effect-connectors/testing/Emulator"
import * as Faults from "@effect-connectors/testing/Faults"
import * as Platforms from "@effect-connectors/testing/Platforms"
import { VirtualClock } from "@effect-connectors/testing/VirtualClock"
import * as World from "@effect-connectors/testing/World"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import { pipe } from "effect/Function"
import * as JSONSchema from "effect/JSONSchema"
import * as Schema from "effect/Schema"
import { run } from "../support/bosa.ts"
import { get, post } from "../support/call.ts"

const statusOf = <E, R>(call: Effect.Effect<ReadonlyArray<unknown>, E, R>) =>
  Effect.match(call, { onFailure: () => 0, onSuccess: ([status]) => status })

const list = statusOf(get("/connections"))
const deal = statusOf(post("/connections/crm/actions/fetch-deal/execute", { input: { id: 7 } }))
const echo = statusOf(post("/connections/crm/actions/echo/execute", { input: {} }))

const inTurn = <A, E, R>(...calls: ReadonlyArray<Effect.Effect<A, E, R>>) => Effect.all(calls)

const under = (plan: Faults.Plan) => ConnectionsTest.layer(World.demo, { faults: plan })

describe("rules", () => {
  it.effect("next gives the next requests one fault each", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* inTurn(list, deal, list, deal), [503, 0, 200, 200])
    }).pipe(Effect.provide(under(Faults.next(Faults.status(503), Faults.reset, Faults.pass))))
  )

  it.effect("start again each time that a layer is built", () =>
    Effect.gen(function* () {
      for (const layer of [
        under(Faults.next(Faults.status(503))),
        Platforms.layer(World.demo, { faults: Faults.next(Faults.status(503)) })
      ]) {
        assert.strictEqual(yield* Effect.provide(list, layer), 503)
        assert.strictEqual(yield* Effect.provide(list, layer), 503)
      }
    })
  )

  it.effect("when is for the requests that match", () =>
    Effect.gen(function* () {
      const platform = yield* ConnectionsTest
      const when = (matcher: Faults.Matcher) => platform.setFaults(Faults.when(matcher, Faults.status(599)))
      for (const matcher of [
        { operation: "actions.execute" },
        { connection: "crm", action: "fetch-deal" },
        { method: "post" },
        { path: "/api/v1/connections/crm/actions/fetch-deal/execute" },
        { pattern: "deal/execute$" },
        { method: "POST", pattern: "^/api/", action: "fetch-deal" }
      ] satisfies ReadonlyArray<Faults.Matcher>) {
        yield* when(matcher)
        assert.deepStrictEqual(yield* inTurn(list, deal, deal), [200, 599, 200], JSON.stringify(matcher))
      }
      for (const matcher of [
        { operation: "jobs.get" },
        { connector: "crm" },
        { path: "/api/v1" },
        { pattern: "deal$" },
        { path: "/api/v1/connections", pattern: "deal" }
      ] satisfies ReadonlyArray<Faults.Matcher>) {
        yield* when(matcher)
        assert.deepStrictEqual(yield* inTurn(list, deal), [200, 200], JSON.stringify(matcher))
      }
    }).pipe(Effect.provide(ConnectionsTest.layer()))
  )

  it.effect("from counts the requests that match, also when another rule decides", () =>
    Effect.gen(function* () {
      const platform = yield* ConnectionsTest
      const third = Faults.when({ operation: "connections.list", from: 3 }, Faults.status(503))
      yield* platform.setFaults(third)
      assert.deepStrictEqual(yield* inTurn(list, deal, list, deal, list, list), [200, 200, 200, 200, 503, 200])
      yield* platform.setFaults(Faults.all(Faults.next(Faults.status(500), Faults.status(501)), third))
      assert.deepStrictEqual(yield* inTurn(list, list, list, list), [500, 501, 503, 200])
      yield* platform.setFaults(Faults.always({ from: 2 }, Faults.status(502)))
      assert.deepStrictEqual(yield* inTurn(list, deal, list), [200, 502, 502])
    }).pipe(Effect.provide(ConnectionsTest.layer()))
  )

  it.effect("the first rule with a fault decides, and only its fault is used up", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* inTurn(deal, deal, deal, echo), [501, 502, 503, 503])
    }).pipe(
      Effect.provide(
        under(
          pipe(
            Faults.when({ action: "fetch-deal" }, Faults.status(501)),
            Faults.and(Faults.next(Faults.status(502))),
            Faults.and(Faults.always({}, Faults.status(503)))
          )
        )
      )
    )
  )

  it.effect("come after scripted answers, and do not count their requests", () =>
    Effect.gen(function* () {
      const platform = yield* ConnectionsTest
      yield* platform.respondNext({}, [{ status: 418 }])
      yield* platform.setFaults(Faults.next(Faults.status(503)))
      assert.deepStrictEqual(yield* inTurn(list, list, list), [418, 503, 200])
    }).pipe(Effect.provide(ConnectionsTest.layer()))
  )

  it.effect("are shared by the platforms of one server", () =>
    Effect.gen(function* () {
      const connections = yield* ConnectionsTest
      const bosa = yield* BosaTest
      const ping = statusOf(run("demo/ping"))
      assert.deepStrictEqual(yield* inTurn(list, ping, list, ping), [501, 502, 200, 200])
      yield* bosa.setFaults(Faults.when({ connector: "demo" }, Faults.status(503)))
      assert.deepStrictEqual(yield* inTurn(list, ping, ping), [200, 503, 200])
      assert.deepStrictEqual(yield* connections.faults, Faults.none)
    }).pipe(
      Effect.provide(Platforms.layer(World.demo, { faults: Faults.next(Faults.status(501), Faults.status(502)) }))
    )
  )
})

describe("the rest of a plan", () => {
  it.effect("has the remaining faults and counts", () =>
    Effect.gen(function* () {
      const platform = yield* ConnectionsTest
      const seeded = Faults.seeded(1, 0)
      yield* platform.setFaults(
        Faults.all(
          Faults.when({ operation: "connections.list", from: 2 }, Faults.status(501), Faults.status(502)),
          Faults.always({ action: "echo" }, Faults.reset),
          Faults.always({ action: "fetch-deal", from: 3 }, Faults.refused),
          seeded
        )
      )
      assert.strictEqual(Faults.size(yield* platform.unusedFaults), 4)
      yield* inTurn(list, list, deal, echo)
      const rest = Faults.when({ operation: "connections.list" }, Faults.status(502))
      const never = Faults.always({ action: "fetch-deal", from: 2 }, Faults.refused)
      assert.deepStrictEqual(
        yield* platform.faults,
        Faults.all(rest, Faults.always({ action: "echo" }, Faults.reset), never, seeded)
      )
      assert.deepStrictEqual(yield* platform.unusedFaults, Faults.all(rest, never))
      yield* list
      assert.deepStrictEqual(yield* platform.unusedFaults, never)
      yield* platform.setFaults(Faults.none)
      assert.deepStrictEqual(yield* platform.faults, Faults.none)
      assert.deepStrictEqual(yield* inTurn(deal, deal, echo), [200, 200, 200])
    }).pipe(Effect.provide(ConnectionsTest.layer()))
  )

  it.effect("has the plan of the options first, then the faults of the world", () =>
    Effect.gen(function* () {
      const platform = yield* ConnectionsTest
      assert.deepStrictEqual(yield* inTurn(list, list), [501, 0])
      assert.strictEqual(
        Faults.print(yield* platform.faults),
        "seed 4 any request: unavailable 50%\nseed 4 any request: reset 50%"
      )
      yield* platform.setFaults(Faults.none)
      assert.strictEqual(yield* list, 200)
    }).pipe(
      Effect.provide(
        ConnectionsTest.layer(World.make({ faults: { share: 1, seed: 4, kinds: ["unavailable", "reset"] } }), {
          faults: Faults.next(Faults.status(501))
        })
      )
    )
  )
})

describe("a plan from the start", () => {
  const faults = Faults.next(Faults.status(501), Faults.status(502))

  it.effect("is in force on the fake of BOSA / GL Connectors", () =>
    Effect.gen(function* () {
      const ping = statusOf(run("demo/ping"))
      assert.deepStrictEqual(yield* inTurn(ping, ping, ping), [501, 502, 200])
    }).pipe(Effect.provide(BosaTest.layer(World.demo, { faults })))
  )

  it.scopedLive("is in force on the emulator, one for both platforms", () =>
    Effect.gen(function* () {
      const { bosa, unusedFaults, url } = yield* Emulator.make({ executors: "memory", faults })
      const statusOf = (path: string) =>
        Effect.map(
          Effect.promise(() => fetch(`${url}${path}`)),
          ({ status }) => status
        )
      assert.strictEqual(yield* statusOf("/api/v1/connections"), 501)
      assert.strictEqual(Faults.size(yield* unusedFaults), 1)
      assert.deepStrictEqual(yield* inTurn(statusOf("/connectors/names"), statusOf("/connectors/names")), [502, 200])
      assert.deepStrictEqual(yield* bosa.faults, Faults.none)
    })
  )
})

const paths = Array.from({ length: 40 }, (_, index) => `/connections/c${index}`)

/** The outcomes of ten requests for each of many connections. */
const trace = (plan: Faults.Plan, concurrency: number) =>
  Effect.flatMap(ConnectionsTest, ({ requests }) =>
    Effect.zipRight(
      Effect.forEach(paths, (path) => Effect.replicateEffect(statusOf(get(path)), 10), { concurrency }),
      Effect.map(requests, (all) => all.map(({ fault, path, status }) => `${path} ${status} ${fault}`))
    )
  ).pipe(Effect.provide(under(plan)), VirtualClock.provide)

describe("seeded", () => {
  const rates = { unavailable: 0.1, lostAnswer: 0.05, delay: 0.05 }

  it.effect("gives the same trace for the same seed, with about the given share", () =>
    Effect.gen(function* () {
      const first = yield* trace(Faults.seeded(7, rates), 1)
      assert.deepStrictEqual(yield* trace(Faults.seeded(7, rates), 1), first)
      assert.notDeepEqual(yield* trace(Faults.seeded(8, rates), 1), first)
      const count = (word: string) => first.filter((line) => line.includes(word)).length
      assert.isTrue(count("503") > 20 && count("503") < 60, `${count("503")} of 400 were 503`)
      assert.isTrue(count("Reset") > 8 && count("Reset") < 35, `${count("Reset")} of 400 were lost`)
    })
  )

  it.effect("does not depend on the order of the rates or on a round trip through a file", () =>
    Effect.gen(function* () {
      const first = yield* trace(Faults.seeded(7, rates), 1)
      const turned: Faults.Plan = {
        rules: [{ _tag: "Seeded", seed: 7, rates: { delay: 0.05, lostAnswer: 0.05, unavailable: 0.1 } }]
      }
      assert.deepStrictEqual(yield* trace(turned, 1), first)
      assert.deepStrictEqual(yield* trace(yield* Faults.fromJsonText(JSON.stringify(turned)), 1), first)
    })
  )

  it.effect("does not depend on concurrent requests or on other rules", () =>
    Effect.gen(function* () {
      const plan = Faults.seeded(7, rates)
      const sorted = (lines: ReadonlyArray<string>) => [...lines].sort()
      const alone = sorted(yield* trace(plan, 1))
      const together = yield* trace(plan, 40)
      assert.deepStrictEqual(sorted(together), alone)
      const none = Faults.always({ path: "/api/v1/connections/c0" }, Faults.pass)
      const joined = yield* trace(Faults.and(none, plan), 1)
      const others = (lines: ReadonlyArray<string>) => lines.filter((line) => !line.includes("/c0 "))
      assert.deepStrictEqual(sorted(others(joined)), others(alone))
    })
  )

  it.effect("draws the first fault of each method and path independently", () =>
    Effect.gen(function* () {
      const many = Array.from({ length: 1000 }, (_, index) => `/jobs/job-${index}`)
      const statuses = yield* Effect.forEach(many, (path) => statusOf(get(path)))
      const faults = statuses.filter((status) => status === 503).length
      assert.isTrue(faults > 160 && faults < 240, `${faults} of 1000 for a rate of 0.2`)
    }).pipe(Effect.provide(under(Faults.seeded(3, { unavailable: 0.2 }))))
  )

  it.effect("is for the requests that match", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* inTurn(list, deal, list), [200, 0, 200])
    }).pipe(Effect.provide(under(Faults.seeded(3, { reset: 1 }, { operation: "actions.execute" }))))
  )
})

describe("composition", () => {
  const plan = Faults.arbitrary()

  it("is associative, and none is its identity", () => {
    FastCheck.assert(
      FastCheck.property(plan, plan, plan, (a, b, c) => {
        assert.deepStrictEqual(Faults.all(a, Faults.and(b, c)), Faults.all(Faults.and(a, b), c))
        assert.deepStrictEqual(Faults.all(Faults.none, a), a)
        assert.deepStrictEqual(Faults.and(a, Faults.none), a)
        assert.strictEqual(Faults.size(Faults.all(a, b)), Faults.size(a) + Faults.size(b))
      })
    )
  })
})

describe("plans in words", () => {
  it("have a line for each fault", () => {
    const plan = Faults.all(
      Faults.next(
        Faults.status(503),
        Faults.status(504, { json: { a: 1 }, commit: true }),
        Faults.redirect("http://elsewhere.example/"),
        Faults.body("x".repeat(50)),
        Faults.rateLimited(),
        Faults.rateLimited({ retryAfter: "2 seconds", hint: "date" }),
        Faults.reset,
        Faults.lostAnswer,
        Faults.refused,
        Faults.hang,
        Faults.hangAfterCommit,
        Faults.cutBody,
        { _tag: "CutBody" },
        Faults.slowBytes({ bytes: 5, everyMillis: 10 }),
        Faults.staleRead(2),
        Faults.duplicate,
        Faults.clockSkew(-5000),
        Faults.delay("3 seconds", Faults.clockSkew(7, Faults.lostAnswer))
      ),
      Faults.when({ method: "get", pattern: "^/api/v1/jobs/", from: 3 }, Faults.pass),
      Faults.when({ operation: "actions.execute", connection: "crm", action: "sync" }, Faults.pass),
      Faults.always({ operation: "actions.execute", connector: "github" }, Faults.pass),
      Faults.seeded(7, { reset: 0.125 })
    )
    assert.deepStrictEqual(Faults.print(plan).split("\n"), [
      "next any request: status 503",
      'next any request: status 504 after the work {"a":1}',
      'next any request: status 302 location="http://elsewhere.example/"',
      `next any request: status 200 "${"x".repeat(40)}..."`,
      "next any request: rate limited",
      "next any request: rate limited for 2000 ms (date)",
      "next any request: reset",
      "next any request: lost answer",
      "next any request: refused",
      "next any request: hang",
      "next any request: hang after the work",
      "next any request: cut body",
      "next any request: cut body of status 200, nothing done",
      "next any request: slow body, 5 bytes every 10 ms",
      "next any request: stale read, 2 behind",
      "next any request: duplicate",
      "next any request: pass with a clock 5000 ms behind",
      "next any request: lost answer after 3000 ms with a clock 7 ms ahead",
      "next GET /^/api/v1/jobs// from number 3 on: pass",
      "next actions.execute of crm/sync: pass",
      "always actions.execute of github: pass",
      "seed 7 any request: reset 12.5%"
    ])
    assert.strictEqual(Faults.print(Faults.none), "no faults")
  })
})

describe("plans as JSON", () => {
  const everything = Faults.all(
    Faults.next(Faults.status(503, { json: [null], headers: { "x-a": "b" } }), Faults.html, Faults.lostAnswer),
    Faults.when({ operation: "users.me", method: "GET", pattern: "a|b", from: 2 }, Faults.staleRead(3)),
    Faults.always({ connector: "demo" }, Faults.slowBytes({ bytes: 1, everyMillis: 0 })),
    Faults.seeded(7, 0.6)
  )

  it.effect("are read as they were written", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* Faults.fromJsonText(JSON.stringify(everything)), everything)
      assert.deepStrictEqual(Schema.encodeSync(Faults.FromJson)(everything), everything)
      yield* Effect.forEach(FastCheck.sample(Faults.arbitrary(), { numRuns: 50, seed: 1 }), (plan) =>
        Effect.map(Faults.fromJsonText(JSON.stringify(plan)), (read) => assert.deepStrictEqual(read, plan))
      )
    })
  )

  it("have a JSON Schema", () => {
    const text = JSON.stringify(JSONSchema.make(Faults.FromJson))
    for (const word of ["SlowBody", "actions.execute", "gatewayTimeout", '"format":"regex"']) assert.include(text, word)
  })

  const wrong: ReadonlyArray<readonly [json: unknown, message: RegExp]> = [
    [{}, /at rules: is missing/],
    [{ rules: [], rates: 1 }, /at rates: is unexpected/],
    [{ rules: [{ _tag: "Nxt" }] }, /at rules\[0\]\._tag: Expected "Next" \| "Always" \| "Seeded", actual "Nxt"/],
    [
      { rules: [{ _tag: "Next", faults: [Faults.pass, { _tag: "Answer", status: 9 }] }] },
      /rules\[0\]\.faults\[1\]\.status: Expected a number between 200 and 599, actual 9/
    ],
    [
      { rules: [{ _tag: "Always", fault: { _tag: "SlowBody", bytes: 0, everyMillis: 1 } }] },
      /fault\.bytes: .*positive/
    ],
    [
      { rules: [{ _tag: "Next", faults: [], matcher: { operation: "actions.run" } }] },
      /matcher\.operation: expected the name of an operation, such as actions\.execute$/
    ],
    [{ rules: [{ _tag: "Next", faults: [], matcher: { pattern: "(" } }] }, /matcher\.pattern: .*regular expression/],
    [{ rules: [{ _tag: "Next", faults: [], matcher: { from: 0 } }] }, /matcher\.from: .*positive/],
    [{ rules: [{ _tag: "Seeded", seed: 1, rates: { reset: 0.6, hang: 0.5 } }] }, /rates: expected rates of 1 or less/],
    [{ rules: [{ _tag: "Seeded", seed: 0.5, rates: { rest: 0.1 } }] }, /seed: .*integer.*; at rules\[0\]\.rates\.rest/]
  ]

  it.effect("are refused with the place of each error", () =>
    Effect.gen(function* () {
      for (const [json, message] of wrong) {
        const error = yield* Effect.flip(Faults.fromJson(json))
        assert.strictEqual(error._tag, "FaultsInvalid")
        assert.match(error.message, message)
      }
      assert.match((yield* Effect.flip(Faults.fromJsonText("{"))).message, /at its top: it is not JSON, begin with/)
    })
  )

  it("are also checked when a program makes them", () => {
    const fails = (make: () => Faults.Plan, message: RegExp) => {
      try {
        make()
      } catch (error) {
        assert.instanceOf(error, Faults.FaultsInvalid)
        return assert.match(error.message, message)
      }
      assert.fail("it was accepted")
    }
    fails(() => Faults.next(Faults.status(9)), /faults\[0\]\.status/)
    fails(() => Faults.when({ pattern: "(" }, Faults.reset), /matcher\.pattern/)
    fails(() => Faults.always({}, Faults.delay(Infinity)), /fault\.delayMillis/)
    fails(() => Faults.seeded(1, 1.5), /rates/)
  })
})
