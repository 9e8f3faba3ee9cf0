import type { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import * as Call from "@effect-connectors/core/Call"
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FiberRef from "effect/FiberRef"
import { apiOver, calls, goodBody, virtual } from "../support/api.js"
import { answer, type Fake, fakeClient, json, lost, type Reply } from "../support/fakeClient.js"

const header = "idempotency-key"

/** A layer option that makes k1, k2, ... */
const numbered = (honored?: boolean): NonNullable<ConnectionsApi.ClientOptions["idempotencyKey"]> => {
  let made = 0
  return { header, make: Effect.sync(() => `k${++made}`), ...(honored === undefined ? {} : { honored }) }
}

const keysOf = ({ sent }: Fake) => sent.map((one) => one.headers[header])

const reset = lost({ code: "ECONNRESET" })
const good = json(goodBody)

describe("idempotency keys", () => {
  virtual("each change has a key of its own, and reads have none", () =>
    Effect.gen(function* () {
      const fake = fakeClient(good)
      const api = yield* apiOver(fake.client, { idempotencyKey: numbered() })
      yield* Effect.all([calls.unsafe(api), api.get("crm"), calls.declared(api), api.setActive("crm", true)])
      assert.deepStrictEqual(keysOf(fake), ["k1", undefined, undefined, "k2"])
    })
  )

  const failures: ReadonlyArray<readonly [string, Reply]> = [
    ["a lost response", reset],
    ["a body that was cut", lost({ code: "TRUNCATED", phase: "body" })],
    ["503", answer(503, { json: {} })],
    ["429", answer(429, { json: {} })]
  ]
  for (const [name, failure] of failures) {
    virtual(`honored by the server: a change is sent again after ${name}, with the same key`, () =>
      Effect.gen(function* () {
        const fake = fakeClient(failure, good)
        const api = yield* apiOver(fake.client, { idempotencyKey: numbered(true) })
        yield* calls.unsafe(api)
        assert.deepStrictEqual(keysOf(fake), ["k1", "k1"])
      })
    )

    for (const honored of [undefined, false]) {
      virtual(`honored is ${honored}: a change is not sent again after ${name}`, () =>
        Effect.gen(function* () {
          const fake = fakeClient(failure, good)
          const api = yield* apiOver(fake.client, { idempotencyKey: numbered(honored) })
          yield* Effect.flip(calls.unsafe(api))
          assert.deepStrictEqual(keysOf(fake), ["k1"])
        })
      )
    }
  }

  virtual("honored by the server: a change whose every response is lost is still of unknown outcome", () =>
    Effect.gen(function* () {
      const fake = fakeClient(reset)
      const api = yield* apiOver(fake.client, { idempotencyKey: numbered(true) })
      const error = yield* Effect.flip(calls.unsafe(api))
      assert.deepStrictEqual([error._tag, keysOf(fake)], ["OutcomeUnknown", ["k1", "k1", "k1"]])
    })
  )

  virtual("honored by the server: a refusal after a lost response says that the change may have happened", () =>
    Effect.gen(function* () {
      const fake = fakeClient(reset, answer(409, { json: {} }))
      const api = yield* apiOver(fake.client, { idempotencyKey: numbered(true) })
      const error = yield* Effect.flip(calls.unsafe(api))
      assert(error._tag === "ApiRejected")
      assert.deepStrictEqual([error.status, error.mayHaveHappened, keysOf(fake)], [409, true, ["k1", "k1"]])
    })
  )

  virtual('`retry: "none"` is still one attempt', () =>
    Effect.gen(function* () {
      const fake = fakeClient(reset, good)
      const api = yield* apiOver(fake.client, { idempotencyKey: numbered(true) })
      yield* Effect.flip(Call.withRetry(calls.unsafe(api), "none"))
      assert.strictEqual(fake.sent.length, 1)
    })
  )

  virtual("a key may be the caller's own, by what the fiber holds", () =>
    Effect.gen(function* () {
      const key = FiberRef.unsafeMake("none")
      const fake = fakeClient(good)
      const api = yield* apiOver(fake.client, { idempotencyKey: { header, make: FiberRef.get(key), honored: true } })
      yield* Effect.locally(calls.unsafe(api), key, "order-7")
      assert.deepStrictEqual(keysOf(fake), ["order-7"])
    })
  )

  virtual("honored is refused when it is not a boolean", () =>
    Effect.gen(function* () {
      const idempotencyKey = { ...numbered(), honored: "yes" as unknown as boolean }
      const error = yield* Effect.flip(apiOver(fakeClient(good).client, { idempotencyKey }))
      assert.match(error.message, /idempotencyKey.honored: is not a boolean/)
    })
  )
})
