import { assert, describe, it } from "@effect/vitest"
import * as DeliveryStore from "@effect-connectors/core/DeliveryStore"
import * as Webhook from "@effect-connectors/core/Webhook"
import type { WebhookSignature } from "@effect-connectors/core/WebhookSignature"
import { VirtualClock } from "@effect-connectors/testing/VirtualClock"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Random from "effect/Random"

// a signature that is checked at once: that of WebCrypto is awaited outside of virtual time
const signature: WebhookSignature = {
  verify: ({ headers }) =>
    Effect.succeed(
      headers["x-signed"] === "yes" ? { id: headers["x-id"], signedAtMillis: Number(headers["x-at"]) } : undefined
    )
}

const chance = (percent: number): Effect.Effect<boolean> =>
  Effect.map(Random.nextIntBetween(0, 100), (n) => n < percent)
const within = (millis: number): Effect.Effect<void> => Effect.flatMap(Random.nextIntBetween(0, millis), Effect.sleep)

/** A sender over a bad network: each delivery until it has its 2xx, with forged and replayed ones between them. */
const campaign = Effect.fnUntraced(function* (count: number) {
  const completed = new Map<string, number>()
  let afterCompletion = 0
  let failures = 0
  const app = yield* Webhook.app({
    signature,
    handler: Effect.fnUntraced(function* ({ id = "", text }) {
      if (completed.has(id)) afterCompletion++
      yield* within(3000)
      if (text === "forged") return yield* Effect.dieMessage("a forged delivery was handled")
      if (yield* chance(20)) {
        failures++
        return yield* Effect.fail("the handler failed")
      }
      completed.set(id, (completed.get(id) ?? 0) + 1)
    })
  })

  const arrive = (id: string, text: string, isSigned: boolean, at: number) =>
    Effect.map(
      Effect.provideService(
        app,
        HttpServerRequest.HttpServerRequest,
        HttpServerRequest.fromWeb(
          new Request("http://localhost/", {
            method: "POST",
            body: text,
            headers: { "x-id": id, "x-at": String(at), ...(isSigned ? { "x-signed": "yes" } : {}) }
          })
        )
      ),
      ({ status }) => status
    )

  // an attempt gets lost before or after it arrives, comes twice, or its sender hangs up
  const attempt = Effect.fnUntraced(function* (id: string) {
    const at = yield* Clock.currentTimeMillis
    yield* within(10_000)
    if (yield* chance(20)) return 0
    if (yield* chance(10)) yield* Effect.forkDaemon(Effect.zipRight(within(5000), arrive(id, "real", true, at)))
    const arrived = Effect.map(Effect.timeoutOption(arrive(id, "real", true, at), "2 seconds"), (status) =>
      status._tag === "Some" ? status.value : 0
    )
    const status = yield* arrived
    return (yield* chance(20)) ? 0 : status
  })

  const forged = Effect.fnUntraced(function* (id: string) {
    const now = yield* Clock.currentTimeMillis
    assert.strictEqual(yield* arrive(id, "forged", false, now), 401)
    // what was overheard and is played again long after
    const status = yield* arrive(id, "real", true, now - 600_000)
    assert.strictEqual(status, 400)
  })

  const deliver = Effect.fnUntraced(function* (id: string) {
    yield* within(60_000)
    for (let tries = 0; tries < 100; tries++) {
      const status = yield* attempt(id)
      if (yield* chance(10)) yield* forged(id)
      if (status === 204) return
      yield* within(1000 * 2 ** Math.min(tries, 6))
    }
    return yield* Effect.dieMessage(`${id} was never received`)
  })

  const ids = Array.from({ length: count }, (_, index) => `delivery-${index}`)
  yield* Effect.forEach(ids, deliver, { concurrency: "unbounded", discard: true })
  yield* Effect.sleep("1 minute")
  return { completed, afterCompletion, failures, lost: ids.filter((id) => !completed.has(id)) }
})

describe("Webhook under lost, doubled, reordered and forged deliveries", () => {
  for (const seed of [1, 2, 3, 4, 5]) {
    it.effect(`0 lost, none handled again once its handler completed (seed ${seed})`, () =>
      VirtualClock.run(
        Effect.gen(function* () {
          const { afterCompletion, completed, failures, lost } = yield* Effect.scoped(campaign(200))
          assert.deepStrictEqual(lost, [])
          assert.deepStrictEqual(
            [...completed].filter(([, times]) => times !== 1),
            []
          )
          assert.strictEqual(afterCompletion, 0)
          assert.isAbove(failures, 0)
        }),
        { seed, deadlockTurns: false }
      )
    )
  }
})

describe("Webhook whose requests are interrupted", () => {
  for (const seed of [1, 2, 3, 4, 5]) {
    it.effect(`a delivery that is cut off at any moment is handled in the end, once (seed ${seed})`, () =>
      VirtualClock.run(
        Effect.scoped(
          Effect.gen(function* () {
            const memory = yield* DeliveryStore.memory()
            const slowly = <A, E>(effect: Effect.Effect<A, E>) =>
              Effect.zipLeft(Effect.zipRight(within(20), effect), within(20))
            const done = new Map<string, number>()
            const app = yield* Webhook.app({
              signature: {
                verify: ({ headers }) => Effect.succeed({ id: headers["x-id"], signedAtMillis: undefined })
              },
              store: {
                begin: (id) => slowly(memory.begin(id)),
                complete: (id) => slowly(memory.complete(id)),
                forget: (id) => slowly(memory.forget(id))
              },
              handler: ({ id = "" }) =>
                Effect.zipRight(
                  within(20),
                  Effect.sync(() => void done.set(id, (done.get(id) ?? 0) + 1))
                )
            })
            const arrive = (id: string) =>
              Effect.provideService(
                app,
                HttpServerRequest.HttpServerRequest,
                HttpServerRequest.fromWeb(
                  new Request("http://localhost/", { method: "POST", body: "{}", headers: { "x-id": id } })
                )
              )
            const ids = Array.from({ length: 50 }, (_, index) => `d${index}`)
            const deliver = Effect.fnUntraced(function* (id: string) {
              for (let attempt = 0; attempt < 5; attempt++) {
                const millis = yield* Random.nextIntBetween(0, 100)
                yield* Effect.timeoutOption(arrive(id), millis)
              }
              yield* Effect.sleep("1 second")
              assert.strictEqual((yield* arrive(id)).status, 204)
            })
            yield* Effect.forEach(ids, deliver, { concurrency: "unbounded", discard: true })
            assert.deepStrictEqual([done.size, Math.max(...done.values())], [50, 1])
          })
        ),
        { seed, deadlockTurns: false }
      )
    )
  }
})

describe("DeliveryStore.memory", () => {
  it.effect("of many that begin at once one is new; what failed is new again, what completed is not", () =>
    Effect.gen(function* () {
      const store = yield* DeliveryStore.memory()
      const begun = yield* Effect.all(
        Array.from({ length: 10 }, () => store.begin("a")),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual([...begun].sort(), ["new", ...Array.from({ length: 9 }, () => "underWay" as const)])
      yield* store.forget("a")
      assert.strictEqual(yield* store.begin("a"), "new")
      yield* store.complete("a")
      assert.strictEqual(yield* store.begin("a"), "handled")
    })
  )

  it.effect("forgets what was handled after its time, and the oldest over its capacity, never what is under way", () =>
    VirtualClock.run(
      Effect.gen(function* () {
        const store = yield* DeliveryStore.memory({ rememberFor: "1 hour", capacity: 3 })
        const handle = (id: string) => Effect.zipRight(store.begin(id), store.complete(id))
        yield* store.begin("under way")
        yield* handle("a")
        yield* Effect.sleep("1 hour")
        assert.strictEqual(yield* store.begin("a"), "new")
        yield* store.forget("a")
        for (const id of ["b", "c", "d", "e"]) yield* handle(id)
        assert.deepStrictEqual(yield* Effect.forEach(["c", "e", "b", "under way"], store.begin), [
          "handled",
          "handled",
          "new",
          "underWay"
        ])
      })
    )
  )

  it.effect("what completed again is the newest, and what is older is forgotten in its time", () =>
    VirtualClock.run(
      Effect.gen(function* () {
        const store = yield* DeliveryStore.memory({ rememberFor: "1 hour" })
        yield* store.complete("a")
        yield* store.complete("b")
        yield* Effect.sleep("50 minutes")
        yield* store.complete("a")
        yield* Effect.sleep("20 minutes")
        assert.deepStrictEqual(yield* Effect.forEach(["a", "b"], store.begin), ["handled", "new"])
      })
    )
  )

  it.effect.prop(
    "agrees with a list of what was begun and completed, over any order of operations",
    {
      steps: FastCheck.array(
        FastCheck.tuple(
          FastCheck.constantFrom("begin", "complete", "forget", "wait"),
          FastCheck.constantFrom("a", "b", "c", "__proto__"),
          FastCheck.integer({ min: 0, max: 90 })
        ),
        { maxLength: 60 }
      )
    },
    ({ steps }) =>
      VirtualClock.run(
        Effect.gen(function* () {
          const capacity = 2
          const store = yield* DeliveryStore.memory({ rememberFor: "100 millis", capacity })
          const started = new Set<string>()
          let handled: ReadonlyArray<readonly [string, number]> = []
          let now = 0
          for (const [operation, id, millis] of steps) {
            handled = handled.filter(([, at]) => now - at < 100).slice(-capacity)
            if (operation === "wait") {
              yield* Effect.sleep(millis)
              now += millis
            } else if (operation === "forget") {
              yield* store.forget(id)
              started.delete(id)
            } else if (operation === "complete") {
              yield* store.complete(id)
              started.delete(id)
              handled = [...handled.filter(([other]) => other !== id), [id, now]]
            } else {
              const known = handled.some(([other]) => other === id)
              const expected = known ? "handled" : started.has(id) ? "underWay" : "new"
              assert.strictEqual(yield* store.begin(id), expected)
              if (!known) started.add(id)
            }
          }
        })
      )
  )

  it.effect("refuses options that cannot be used", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(DeliveryStore.memory({ capacity: 0, rememberFor: "-1 seconds" }))
      assert.deepStrictEqual(
        error.issues.map(({ path }) => path.join(".")),
        ["capacity", "rememberFor"]
      )
    })
  )
})
