import type { ApiError } from "@effect-connectors/core/ApiError"
import * as Call from "@effect-connectors/core/Call"
import type * as Transport from "@effect-connectors/core/Transport"
import * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { assert, describe } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import { apiOver, calls, virtual } from "../support/api.js"
import { fakeClient, goodAnswer, hang, lost } from "../support/fakeClient.js"

type Execute = (
  request: HttpClientRequest.HttpClientRequest
) => Effect.Effect<HttpClientResponse.HttpClientResponse, HttpClientError.HttpClientError>

/** A middleware that decides when, and whether, the client below it sends a request. */
const middleware =
  (around: (execute: Execute, request: HttpClientRequest.HttpClientRequest) => ReturnType<Execute>) =>
  (client: HttpClient.HttpClient): HttpClient.HttpClient =>
    HttpClient.make((request) => around(client.execute, request))

const slow = middleware((execute, request) => Effect.delay(execute(request), "1 minute"))
const onlyWay = (transform: (client: HttpClient.HttpClient) => HttpClient.HttpClient): Transport.TransformClient => ({
  transform,
  isOnlyWayOut: true
})

const tagsOf = (all: ReadonlyArray<Effect.Effect<unknown, ApiError>>) =>
  Effect.forEach(all, (call) => Effect.match(call, { onFailure: ({ _tag }) => _tag, onSuccess: () => "ok" }), {
    concurrency: "unbounded"
  })

const options = { attemptTimeout: "1 second", retry: "none" } as const

describe("transformClient", () => {
  virtual("a write that waits in a middleware is OutcomeUnknown, and NotSent where it is the only way out", () =>
    Effect.gen(function* () {
      const fake = fakeClient(goodAnswer)
      const plain = yield* apiOver(fake.client, { ...options, transformClient: slow })
      const only = yield* apiOver(fake.client, { ...options, transformClient: onlyWay(slow) })
      const bare = yield* apiOver(fake.client, options)
      assert.deepStrictEqual(
        yield* tagsOf([
          calls.unsafe(plain),
          calls.unsafe(only),
          calls.safe(only),
          Call.withTransformClient(calls.unsafe(bare), slow),
          Call.withTransformClient(calls.unsafe(bare), onlyWay(slow)),
          Call.withDeadline(calls.unsafe(only), 500)
        ]),
        ["OutcomeUnknown", "NotSent", "Unreachable", "OutcomeUnknown", "NotSent", "DeadlineExceeded"]
      )
      assert.strictEqual(fake.sent.length, 0)
    })
  )

  virtual("a rate limiter of 2 a second that is the only way out leaves none of 16 executes unknown", () =>
    Effect.gen(function* () {
      const fake = fakeClient(goodAnswer)
      let next = 0
      const limiter = middleware((execute, request) =>
        Effect.flatMap(
          Effect.clockWith((clock) => clock.currentTimeMillis),
          (now) => {
            const at = Math.max(now, next)
            next = at + 500
            return Effect.delay(execute(request), at - now)
          }
        )
      )
      const api = yield* apiOver(fake.client, { attemptTimeout: "3100 millis", transformClient: onlyWay(limiter) })
      const tags = yield* tagsOf(Array.from({ length: 16 }, () => calls.unsafe(api)))
      assert.strictEqual(tags.filter((tag) => tag === "ok").length, fake.sent.length)
      assert.deepStrictEqual([...new Set(tags)].sort(), ["NotSent", "ok"])
    })
  )

  virtual("what the client took and lost is OutcomeUnknown, what it proves it did not send is NotSent", () =>
    Effect.gen(function* () {
      const passes = onlyWay(middleware((execute, request) => execute(request)))
      const hanging = yield* apiOver(fakeClient(hang).client, { ...options, transformClient: passes })
      const refused = yield* apiOver(fakeClient(lost({ sent: false, phase: "connect" })).client, {
        ...options,
        transformClient: passes
      })
      const answering = yield* apiOver(fakeClient(goodAnswer).client, { ...options, transformClient: passes })
      assert.deepStrictEqual(yield* tagsOf([calls.unsafe(hanging), calls.unsafe(refused), calls.unsafe(answering)]), [
        "OutcomeUnknown",
        "NotSent",
        "ok"
      ])
    })
  )

  virtual("a request that a fiber of the middleware's own sends counts as sent", () =>
    Effect.gen(function* () {
      const fake = fakeClient(hang)
      const queue = yield* Queue.unbounded<Effect.Effect<unknown>>()
      yield* Effect.forkScoped(Effect.forever(Effect.flatMap(Queue.take(queue), (work) => Effect.forkDaemon(work))))
      const queued = middleware((execute, request) =>
        Effect.gen(function* () {
          const done = yield* Deferred.make<HttpClientResponse.HttpClientResponse, HttpClientError.HttpClientError>()
          yield* Queue.offer(queue, Effect.intoDeferred(execute(request), done))
          return yield* Deferred.await(done)
        })
      )
      const api = yield* apiOver(fake.client, { ...options, transformClient: onlyWay(queued) })
      assert.deepStrictEqual(yield* tagsOf([calls.unsafe(api)]), ["OutcomeUnknown"])
      assert.strictEqual(fake.sent.length, 1)
    })
  )

  virtual("a request that leaves the middleware after its call was NotSent is refused", () =>
    Effect.gen(function* () {
      const fake = fakeClient(goodAnswer)
      const late = middleware((execute, request) =>
        Effect.zipRight(Effect.forkDaemon(Effect.delay(Effect.ignore(execute(request)), "1 minute")), Effect.never)
      )
      const api = yield* apiOver(fake.client, { ...options, transformClient: onlyWay(late) })
      assert.deepStrictEqual(yield* tagsOf([calls.unsafe(api)]), ["NotSent"])
      yield* Effect.sleep("2 minutes")
      assert.strictEqual(fake.sent.length, 0)
    })
  )

  virtual("two middlewares are the only way out when both say so", () =>
    Effect.gen(function* () {
      const fake = fakeClient(goodAnswer)
      const passes = middleware((execute, request) => execute(request))
      const only = yield* apiOver(fake.client, { ...options, transformClient: onlyWay(passes) })
      const plain = yield* apiOver(fake.client, { ...options, transformClient: passes })
      const within = (outer: Transport.TransformClient, inner: Transport.TransformClient) =>
        calls.unsafe(plain).pipe(Call.withTransformClient(inner), Call.withTransformClient(outer))
      assert.deepStrictEqual(
        yield* tagsOf([
          Call.withTransformClient(calls.unsafe(only), slow),
          Call.withTransformClient(calls.unsafe(only), onlyWay(slow)),
          within(onlyWay(slow), onlyWay(passes)),
          within(onlyWay(slow), passes),
          within(slow, onlyWay(passes))
        ]),
        ["OutcomeUnknown", "NotSent", "NotSent", "NotSent", "OutcomeUnknown"]
      )
    })
  )
})
