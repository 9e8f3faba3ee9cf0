import { responseOf } from "@effect-connectors/core/ApiError"
import { Auth } from "@effect-connectors/core/Auth"
import * as ConnectionsApi from "@effect-connectors/core/ConnectionsApi"
import { BosaTest } from "@effect-connectors/testing/BosaTest"
import type * as ConnectionsModel from "@effect-connectors/testing/ConnectionsModel"
import { ConnectionsTest } from "@effect-connectors/testing/ConnectionsTest"
import * as Faults from "@effect-connectors/testing/Faults"
import { VirtualClock } from "@effect-connectors/testing/VirtualClock"
import * as World from "@effect-connectors/testing/World"
import * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { at } from "../support/bosa.ts"
import { type Bench, inMemory, onEmulator, outcomeOf } from "../support/faultOutcomes.ts"

/** The outcomes of a read and of a change under a fault, and how often the change is executed. */
interface Row {
  readonly fault: Faults.Fault
  readonly read: string
  readonly change: string
  readonly executed: number
  /** An action of BOSA / GL may respond with any file. */
  readonly action?: string
}

const done = { read: "done", change: "done", executed: 1 }
const unanswered = { read: "Unreachable request", change: "OutcomeUnknown request" }
const cut = { read: "UnexpectedBody 200 truncated", change: "OutcomeUnknown 200 body", executed: 1 }
const same = (outcome: string) => ({ read: outcome, change: outcome, executed: 0 })
const twoSeconds = { retryAfter: "2 seconds" } as const

const rows: Readonly<Record<string, Row>> = {
  status: { fault: Faults.status(503), ...same("ServerFailed 503") },
  "status after the work": { fault: Faults.status(504, { commit: true }), ...same("ServerFailed 504"), executed: 1 },
  "status 404": { fault: Faults.status(404), ...same("NotFound 404") },
  redirect: { fault: Faults.redirect("http://127.0.0.1:9/"), ...same("UnexpectedRedirect 302") },
  rateLimited: { fault: Faults.rateLimited(), ...same("RateLimited 429") },
  "rateLimited, seconds": { fault: Faults.rateLimited(twoSeconds), ...same("RateLimited 429 2000 ms") },
  "rateLimited, millis": {
    fault: Faults.rateLimited({ retryAfter: 1500, hint: "millis" }),
    ...same("RateLimited 429 1500 ms")
  },
  "rateLimited, date": {
    fault: Faults.rateLimited({ ...twoSeconds, hint: "date" }),
    ...same("RateLimited 429 2000 ms")
  },
  "rateLimited, date of a clock that is off": {
    fault: Faults.clockSkew(3_600_000, Faults.rateLimited({ ...twoSeconds, hint: "date" })),
    ...same("RateLimited 429 2000 ms")
  },
  "rateLimited, recovery": {
    fault: Faults.rateLimited({ ...twoSeconds, hint: "recovery" }),
    ...same("RateLimited 429")
  },
  reset: { fault: Faults.reset, ...unanswered, executed: 0 },
  lostAnswer: { fault: Faults.lostAnswer, ...unanswered, executed: 1 },
  hang: { fault: Faults.hang, ...unanswered, executed: 0 },
  hangAfterCommit: { fault: Faults.hangAfterCommit, ...unanswered, executed: 1 },
  cutBody: { fault: Faults.cutBody, ...cut },
  slowBytes: { fault: Faults.slowBytes({ bytes: 500, everyMillis: 1 }), ...done },
  "slowBytes, too slow": { fault: Faults.slowBytes({ bytes: 1, everyMillis: 300 }), ...cut },
  staleRead: { fault: Faults.staleRead(), ...done },
  duplicate: { fault: Faults.duplicate, ...done, executed: 2 },
  clockSkew: { fault: Faults.clockSkew(-3_600_000), ...done },
  delay: { fault: Faults.delay("20 millis"), ...done },
  "delay, too long": { fault: Faults.delay("2 seconds"), ...unanswered, executed: 0 },
  html: {
    fault: Faults.html,
    read: "UnexpectedBody 200 wrong type",
    change: "OutcomeUnknown 200 body",
    executed: 0,
    action: "done"
  },
  body: {
    fault: Faults.body(""),
    read: "UnexpectedBody 200 empty",
    change: "OutcomeUnknown 200 body",
    executed: 0,
    action: "done"
  },
  pass: { fault: Faults.pass, ...done }
}

const deal = ({ connectionsApi }: Bench) => connectionsApi.actions.execute("crm", "fetch-deal", { input: { id: 7 } })

const outcomeWith = (fault: Faults.Fault) => (bench: Bench) =>
  Effect.gen(function* () {
    const { bosa, bosaApi, connections, connectionsApi } = bench
    const under = <A, E, R>(matcher: Faults.Matcher, call: Effect.Effect<A, E, R>) =>
      Effect.zipRight(connections.setFaults(Faults.when(matcher, fault)), outcomeOf(call))
    return {
      reads: [
        yield* under({ operation: "connections.get" }, connectionsApi.get("crm")),
        yield* under({ operation: "connectors.list" }, bosaApi.connectors)
      ],
      change: yield* under({ operation: "actions.execute" }, deal(bench)),
      action: yield* under({ operation: "actions.execute" }, bosaApi.execute("demo", "ping", {})),
      executed: [yield* connections.executions("crm", "fetch-deal"), yield* bosa.executions("demo", "ping")],
      left: Faults.print(yield* connections.faults)
    }
  })

const expected = ({ action, change, executed, read }: Row) => ({
  reads: [read, read],
  change,
  action: action ?? change,
  executed: [executed, executed],
  left: "no faults"
})

describe("each fault with the real clients", () => {
  for (const [name, row] of Object.entries(rows)) {
    it.effect(`${name}, in memory`, () =>
      Effect.map(inMemory(outcomeWith(row.fault)), (outcome) => assert.deepStrictEqual(outcome, expected(row)))
    )

    it.live(`${name}, over sockets`, () =>
      Effect.map(onEmulator(outcomeWith(row.fault)), (outcome) => assert.deepStrictEqual(outcome, expected(row)))
    )
  }

  it.effect("refused, in memory", () =>
    Effect.map(inMemory(outcomeWith(Faults.refused)), (outcome) =>
      assert.deepStrictEqual(
        outcome,
        expected({ fault: Faults.refused, read: "Unreachable connect", change: "NotSent", executed: 0 })
      )
    )
  )

  it.live("refused, over sockets: an accepted connection can only be dropped", () =>
    Effect.map(onEmulator(outcomeWith(Faults.refused)), (outcome) =>
      assert.deepStrictEqual(outcome, expected({ fault: Faults.refused, ...unanswered, executed: 0 }))
    )
  )
})

describe("a plan from a seed", () => {
  it.live("gives the same trace in memory and over sockets", () =>
    Effect.gen(function* () {
      const rates = {
        unavailable: 0.1,
        rateLimited: 0.1,
        reset: 0.1,
        lostAnswer: 0.1,
        cutBody: 0.1,
        html: 0.1,
        duplicate: 0.1
      }
      const traced = (bench: Bench) =>
        Effect.gen(function* () {
          yield* bench.connections.setFaults(Faults.seeded(11, rates))
          const calls = [
            outcomeOf(bench.connectionsApi.get("crm")),
            outcomeOf(deal(bench)),
            outcomeOf(bench.bosaApi.connectors)
          ]
          const outcomes = yield* Effect.replicateEffect(Effect.all(calls), 20)
          return [...outcomes.flat(), yield* bench.connections.executions("crm", "fetch-deal")]
        })
      const inProcess = yield* inMemory(traced)
      assert.deepStrictEqual(yield* onEmulator(traced), inProcess)
      assert.isAtLeast(new Set(inProcess).size, 8)
    })
  )
})

const both = (name: string, program: (bench: Bench) => Effect.Effect<void, unknown>) => {
  it.effect(`${name}, in memory`, () => inMemory(program))
  it.live(`${name}, over sockets`, () => onEmulator(program))
}

describe("a stale read", () => {
  both("gets the response from before so many changes", ({ connections, connectionsApi }) =>
    Effect.gen(function* () {
      const crm = connectionsApi.connection("crm")
      const readActive = Effect.map(crm.get, ({ active }) => active)
      const stale = (changes: number) =>
        Effect.zipRight(connections.setFaults(Faults.next(Faults.staleRead(changes))), readActive)
      assert.isTrue(yield* stale(1))
      yield* crm.setActive(false)
      assert.isTrue(yield* stale(1))
      assert.isFalse(yield* readActive)
      yield* crm.setActive(true)
      assert.isFalse(yield* stale(1))
      assert.isTrue(yield* stale(2))
      assert.isTrue(yield* stale(9))
      assert.isTrue(yield* readActive)
      assert.deepStrictEqual(
        (yield* connections.requests).flatMap(({ fault, method }) => (method === "GET" ? [fault] : [])),
        [undefined, "StaleRead", undefined, "StaleRead", "StaleRead", "StaleRead", undefined]
      )
    })
  )

  both("is for the same credentials: another account gets its own response", ({ connections, connectionsApi }) =>
    Effect.gen(function* () {
      const slugs = (relayId: string) =>
        Effect.map(connectionsApi.list({ relayId }), (all) => all.map(({ slug }) => slug))
      const [first, second] = [yield* slugs("r1"), yield* slugs("r2")]
      yield* connections.setFaults(Faults.always({}, Faults.staleRead()))
      assert.deepStrictEqual([yield* slugs("r1"), yield* slugs("r2")], [first, second])
      assert.notDeepEqual(first, second)
    })
  )
})

const requestTo = (path: string, headers: Readonly<Record<string, string>> = {}): ConnectionsModel.ModelRequest => ({
  method: "GET",
  path,
  query: [],
  headers,
  body: "",
  bytes: new Uint8Array(),
  origin: "http://localhost"
})

describe("the history of stale reads", () => {
  it.effect("does not contain responses to another user", () =>
    Effect.gen(function* () {
      const bosa = yield* BosaTest.make()
      const me = (token: string) =>
        bosa.handle(requestTo("/users/me", { "x-api-key": bosa.apiKey, authorization: `Bearer ${token}` }))
      const [ann, bob] = [yield* bosa.token("ann"), yield* bosa.token("bob")]
      yield* me(ann)
      const own = yield* me(bob)
      yield* bosa.setFaults(Faults.next(Faults.staleRead()))
      assert.deepInclude(yield* me(bob), { _tag: "Answer", status: 200, body: "body" in own ? own.body : "" })
    })
  )

  it.effect("is separate for each user, even when the responses are equal", () =>
    Effect.gen(function* () {
      const connections = yield* ConnectionsTest.make()
      const job = (token: string) => connections.handle(requestTo("/api/v1/jobs/1", { "x-service-token": token }))
      yield* connections.setJob("1", { status: "running" })
      yield* job("ann")
      const own = yield* job("bob")
      yield* connections.setJob("1", { status: "done" })
      yield* connections.setFaults(Faults.next(Faults.staleRead()))
      assert.deepInclude(yield* job("bob"), { _tag: "Answer", status: 200, body: "body" in own ? own.body : "" })
    }).pipe(Effect.scoped)
  )

  it.effect.each(["authorization", "cookie", "x-api-key", "x-service-token"])("is separate for each %s", (header) =>
    Effect.gen(function* () {
      const connections = yield* ConnectionsTest.make()
      const job = (credential: string) => connections.handle(requestTo("/api/v1/jobs/1", { [header]: credential }))
      yield* connections.setJob("1", { status: "running" })
      yield* job("ann")
      yield* connections.setJob("1", { status: "done" })
      const own = yield* job("bob")
      yield* connections.setFaults(Faults.next(Faults.staleRead()))
      assert.deepInclude(yield* job("bob"), { _tag: "Answer", status: 200, body: "body" in own ? own.body : "" })
    }).pipe(Effect.scoped)
  )

  it.effect("keeps the last thousand requests, and their last eight responses", () =>
    Effect.gen(function* () {
      const connections = yield* ConnectionsTest.make()
      const job = (id: string | number) => connections.handle(requestTo(`/api/v1/jobs/${id}`))
      const states = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"]
      yield* Effect.forEach(states, (status) => Effect.zipRight(connections.setJob("1", { status }), job("1")))
      const stale = Effect.zipRight(connections.setFaults(Faults.next(Faults.staleRead(99))), job("1"))
      const statusIn = (response: ConnectionsModel.ModelResponse) =>
        "body" in response && typeof response.body === "string" ? at(JSON.parse(response.body), "status") : undefined
      assert.strictEqual(statusIn(yield* stale), "c")
      yield* Effect.forEach(Array.from({ length: 1000 }), (_, index) => job(`other-${index}`))
      assert.strictEqual(statusIn(yield* stale), "j")
    }).pipe(Effect.scoped)
  )
})

describe("a skewed clock", () => {
  const hour = 3_600_000

  both("changes the date header, and the fields that are times", ({ connections, connectionsApi }) =>
    Effect.gen(function* () {
      const accepted = yield* connectionsApi.actions.execute("crm", "stuck", { input: {} }, { async: true })
      assert.strictEqual(accepted._tag, "Accepted")
      if (accepted._tag !== "Accepted") return
      const poll = Effect.map(connectionsApi.jobs.get(accepted.job), (state) =>
        Date.parse(String(at(state.raw, "created_at")))
      )
      const plain = yield* poll
      yield* connections.setFaults(Faults.next(Faults.clockSkew(hour), Faults.clockSkew(-hour)))
      assert.deepStrictEqual([(yield* poll) - plain, (yield* poll) - plain, (yield* poll) - plain], [hour, -hour, 0])
      assert.deepStrictEqual(
        (yield* connections.requests).flatMap(({ fault, method }) => (method === "GET" ? [fault] : [])),
        [undefined, "ClockSkew", "ClockSkew", undefined]
      )
      const now = yield* Clock.currentTimeMillis
      yield* connections.setFaults(Faults.next(Faults.clockSkew(hour, Faults.status(503))))
      const date = responseOf(yield* Effect.flip(connectionsApi.get("crm")))?.headers["date"]
      assert.closeTo(Date.parse(String(date)) - now, hour, 2000)
    })
  )
})

describe("the effects of faults", () => {
  both("duplicate is in the record: a double execution by it differs from one by the client", (bench) =>
    Effect.gen(function* () {
      yield* bench.connections.setFaults(Faults.next(Faults.duplicate))
      yield* deal(bench)
      const requests = yield* bench.connections.requests
      assert.deepStrictEqual(
        requests.map(({ executed, fault }) => [fault, executed]),
        [["Duplicate", true]]
      )
      assert.strictEqual((yield* bench.connections.executionLog).length, 2)
    })
  )

  it.effect("slow bytes and delays take the given time", () =>
    inMemory((bench) =>
      Effect.gen(function* () {
        const { connections } = bench
        const took = (fault: Faults.Fault) =>
          Effect.zipRight(
            connections.setFaults(Faults.next(fault)),
            Effect.map(Effect.timed(deal(bench)), ([time]) => Duration.toMillis(time))
          )
        const size = Buffer.byteLength(JSON.stringify({ result: yield* Effect.map(deal(bench), valueOf) }))
        assert.strictEqual(yield* took(Faults.slowBytes({ bytes: 10, everyMillis: 7 })), 7 * (Math.ceil(size / 10) - 1))
        assert.strictEqual(yield* took(Faults.slowBytes({ bytes: size, everyMillis: 7 })), 0)
        assert.strictEqual(yield* took(Faults.delay(150, Faults.pass)), 150)
        assert.strictEqual(yield* took(Faults.pass), 0)
      })
    )
  )

  it.effect("slow bytes come piece by piece to a client that reads them as a stream", () =>
    Effect.gen(function* () {
      const faults = Faults.next(Faults.slowBytes({ bytes: 30, everyMillis: 7 }))
      const { client } = yield* ConnectionsTest.make(World.demo, { faults })
      const [headTime, response] = yield* Effect.timed(client.get("http://localhost/api/v1/connections/crm"))
      const pieces = yield* Stream.runCollect(
        Stream.mapEffect(response.stream, ({ byteLength }) =>
          Effect.map(Clock.currentTimeMillis, (at) => [at, byteLength] as const)
        )
      )
      assert.strictEqual(Duration.toMillis(headTime), 0)
      assert.deepStrictEqual([...pieces].slice(0, 3), [
        [0, 30],
        [7, 30],
        [14, 30]
      ])
    }).pipe(Effect.scoped, VirtualClock.provide)
  )

  both("slow bytes do not change the status of a refusal", ({ connections, connectionsApi }) =>
    Effect.gen(function* () {
      yield* connections.setFaults(Faults.next(Faults.slowBytes({ bytes: 1, everyMillis: 300 })))
      assert.strictEqual(yield* outcomeOf(connectionsApi.get("none")), "NotFound 404")
    })
  )

  it.effect("a pause longer than the client's own limit between two pieces ends the attempt", () =>
    Effect.gen(function* () {
      const platform = yield* ConnectionsTest.make(World.demo, {
        faults: Faults.next(Faults.slowBytes({ bytes: 10, everyMillis: 40_000 }))
      })
      const patient = yield* ConnectionsApi.make({
        baseUrl: "http://localhost",
        retry: "none",
        attemptTimeout: "10 minutes"
      }).pipe(Effect.provide(Auth.none), Effect.provideService(HttpClient.HttpClient, platform.client))
      const [time, outcome] = yield* Effect.timed(outcomeOf(patient.get("crm")))
      assert.deepStrictEqual([Duration.toMillis(time), outcome], [30_000, "UnexpectedBody 200 truncated"])
    }).pipe(Effect.scoped, VirtualClock.provide)
  )

  it.effect("a recovery hint makes GL retry after the given wait", () =>
    inMemory(({ bosa, bosaApi }) =>
      Effect.gen(function* () {
        yield* bosaApi.execute("demo", "ping", {})
        const hint = Faults.rateLimited({ retryAfter: "3 seconds", hint: "recovery" })
        yield* bosa.setFaults(Faults.next(hint))
        const [time] = yield* Effect.timed(bosaApi.execute("demo", "ping", {}, { maxAttempts: 2 }))
        assert.strictEqual(Duration.toMillis(time), 3000)
        assert.strictEqual(yield* bosa.executions("demo", "ping"), 2)
      })
    )
  )
})

const valueOf = (execution: { readonly _tag: string; readonly value?: unknown }): unknown =>
  at(execution.value, "result")
