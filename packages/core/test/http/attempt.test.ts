import * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FiberRef from "effect/FiberRef"
import * as Stream from "effect/Stream"
import { apiOver, calls, goodBody, timed, virtual } from "../support/api.js"
import { answer, fakeClient, goodAnswer, hang, json } from "../support/fakeClient.js"

/** A body of which one piece comes, and whether it was let go. */
const endless = () => {
  const body = { isCanceled: false }
  const stream = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new TextEncoder().encode('{"connection":')),
    cancel: () => {
      body.isCanceled = true
    }
  })
  return { body, client: fakeClient(answer(200, { stream })).client }
}

describe("a body that does not end", () => {
  virtual("is let go when its call is interrupted", () =>
    Effect.gen(function* () {
      const { body, client } = endless()
      const api = yield* apiOver(client)
      const fiber = yield* Effect.fork(calls.safe(api))
      yield* Effect.sleep("1 second")
      assert.isFalse(body.isCanceled)
      yield* Fiber.interrupt(fiber)
      assert.isTrue(body.isCanceled)
    })
  )

  virtual("is let go when its attempt has taken too long", () =>
    Effect.gen(function* () {
      const { body, client } = endless()
      const api = yield* apiOver(client, { retry: "none" })
      const { millis } = yield* timed(calls.safe(api))
      assert.deepStrictEqual([millis, body.isCanceled], [30_000, true])
    })
  )
})

describe("a client that a program has changed", () => {
  const changed = (
    change: (response: HttpClientResponse.HttpClientResponse) => HttpClientResponse.HttpClientResponse
  ) => HttpClient.transformResponse(fakeClient(json({ connection: { slug: "as sent" } })).client, Effect.map(change))

  virtual("the body of a response is what its own stream or text gives", () =>
    Effect.gen(function* () {
      const text = JSON.stringify({ connection: { slug: "as changed" } })
      const api = yield* apiOver(
        changed((response) =>
          Object.defineProperty(response, "stream", { value: Stream.make(new TextEncoder().encode(text)) })
        )
      )
      assert.deepInclude(yield* api.get("crm"), { slug: "as changed" })
    })
  )

  virtual("a response that was read as text is read again, where its length is known", () =>
    Effect.gen(function* () {
      const text = JSON.stringify(goodBody)
      const { client } = fakeClient(answer(200, { text, headers: { "content-length": String(text.length) } }))
      const api = yield* apiOver(HttpClient.tap(client, (response) => response.text))
      assert.deepInclude(yield* api.get("crm"), { slug: "crm" })
    })
  )

  virtual("what it sets in its fiber is set for the caller", () =>
    Effect.gen(function* () {
      const status = yield* FiberRef.make(0)
      const api = yield* apiOver(
        HttpClient.tap(fakeClient(goodAnswer).client, (response) => FiberRef.set(status, response.status))
      )
      yield* api.get("crm")
      assert.strictEqual(yield* FiberRef.get(status), 200)
    })
  )

  virtual("a fiber of its own ends with its attempt", () =>
    Effect.gen(function* () {
      let ended = false
      const forking = HttpClient.transformResponse(fakeClient(goodAnswer).client, (sent) =>
        Effect.zipRight(
          Effect.fork(Effect.onInterrupt(Effect.never, () => Effect.sync(() => void (ended = true)))),
          Effect.zipRight(Effect.yieldNow(), sent)
        )
      )
      yield* calls.safe(yield* apiOver(forking))
      assert.isTrue(ended)
    })
  )
})

it("the time limits of all attempts are one timer, and none once they are over", () => {
  let open = 0
  let most = 0
  const live = Clock.make()
  const clock: Clock.Clock = Object.assign(Object.create(live), {
    sleep: (duration: Parameters<Clock.Clock["sleep"]>[0]) =>
      Effect.suspend(() => {
        most = Math.max(most, ++open)
        return Effect.ensuring(
          live.sleep(duration),
          Effect.sync(() => open--)
        )
      })
  })
  const program = Effect.gen(function* () {
    const slow = fakeClient((request, sent) =>
      Effect.zipRight(
        Effect.promise(() => new Promise((resolve) => setImmediate(resolve))),
        goodAnswer(request, sent)
      )
    )
    const api = yield* apiOver(slow.client)
    yield* Effect.forEach(Array.from({ length: 100 }), () => calls.safe(api), { concurrency: "unbounded" })
    assert.deepStrictEqual([most, open], [1, 0])
    const hanging = yield* apiOver(fakeClient(hang).client)
    const fiber = yield* Effect.fork(calls.safe(hanging))
    yield* Effect.yieldNow()
    assert.strictEqual(open, 1)
    yield* Fiber.interrupt(fiber)
    assert.strictEqual(open, 0)
  })
  return Effect.runPromise(Effect.withClock(Effect.scoped(program), clock))
})
