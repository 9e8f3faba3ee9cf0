import { Auth } from "@effect-connectors/core/Auth"
import * as Call from "@effect-connectors/core/Call"
import { JobRef } from "@effect-connectors/core/JobRef"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { assert, describe } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import { apiOver, virtual } from "../support/api.js"
import { answer, fakeClient, goodAnswer, json, type Reply } from "../support/fakeClient.js"

const named = (name: string) => HttpClient.mapRequest(HttpClientRequest.setHeader(name, "yes"))

describe("settings of a call", () => {
  virtual("inner settings of a call add to the outer ones", () =>
    Effect.gen(function* () {
      const fake = fakeClient(goodAnswer)
      const api = yield* apiOver(fake.client)
      const inner = Call.withResponse(api.get("crm").pipe(Call.withTransformClient(named("x-inner"))))
      const outer = yield* Call.withResponse(inner.pipe(Call.withTransformClient(named("x-outer"))))
      assert.strictEqual(outer.response?.status, 200)
      assert.strictEqual(outer.value.response?.status, 200)
      assert.deepStrictEqual(
        fake.sent.map(({ headers }) => [headers["x-inner"], headers["x-outer"]]),
        [["yes", "yes"]]
      )
    })
  )

  virtual("settings that are not a time limit are refused before anything is sent", () =>
    Effect.gen(function* () {
      const fake = fakeClient(goodAnswer)
      const api = yield* apiOver(fake.client)
      const bad: ReadonlyArray<[string, Effect.Effect<unknown, { readonly message: string }>]> = [
        ["deadline", Call.withDeadline(api.actions.execute("crm", "a"), -5)],
        ["deadline", Call.withDeadline(api.get("crm"), JSON.parse('"soon"'))],
        ["attemptTimeout", Call.withAttemptTimeout(api.actions.execute("crm", "a"), 0)]
      ]
      for (const [name, call] of bad) {
        assert.include((yield* Effect.flip(call)).message, `${name}: is not longer than zero`)
      }
      assert.strictEqual(fake.sent.length, 0)
    })
  )
})

describe("settings of a client", () => {
  virtual("settings of a client that cannot work are refused", () =>
    Effect.gen(function* () {
      const { client } = fakeClient(goodAnswer)
      const wait = yield* Effect.flip(apiOver(client, { maxRetryAfter: Infinity }))
      assert.include(wait.message, "maxRetryAfter: is longer than a timer can wait")
      const key = yield* Effect.flip(
        apiOver(client, { idempotencyKey: { header: "content-type", make: Effect.succeed("k") } })
      )
      assert.include(key.message, "idempotencyKey.content-type: is set by the client itself")
      const none = yield* Effect.flip(apiOver(client, {}, Auth.session({})))
      assert.include(String(none), "holds no credential")
    })
  )
})

describe("ids", () => {
  const big = "9007199254740993"

  virtual("the id of a subscriber is exact, and a rounded one is refused", () =>
    Effect.gen(function* () {
      const fake = fakeClient(answer(200, { text: `{"created":true,"subscriber":{"id":${big}}}` }))
      const api = yield* apiOver(fake.client)
      const { id } = yield* api.triggers.subscribe("crm", "t", { targetUrl: "https://a.example/", service: "s" })
      assert.strictEqual(id, big)
      for (const wrong of [Number(big), NaN, 1.5]) {
        assert.strictEqual((yield* Effect.flip(api.subscribers.remove(wrong)))._tag, "InvalidRequest")
      }
      assert.strictEqual(fake.sent.length, 1)
    })
  )

  virtual("an id of a job that fits into no path is in the error", () =>
    Effect.gen(function* () {
      const long = "j".repeat(600)
      const api = yield* apiOver(fakeClient(json({ job_id: long })).client)
      const error = yield* Effect.flip(api.actions.execute("crm", "a"))
      assert.strictEqual(error._tag, "UnexpectedBody")
      assert.deepStrictEqual(error._tag === "UnexpectedBody" && error.body, { job_id: long })
    })
  )
})

describe("a job of another tenant of the same origin", () => {
  virtual("a job of another tenant is refused", () =>
    Effect.gen(function* () {
      const fake = fakeClient(json({ job_id: "7" }))
      const a = yield* apiOver(fake.client, { baseUrl: "http://localhost/a" })
      const b = yield* apiOver(fake.client, { baseUrl: "http://localhost/b" })
      const execution = yield* a.actions.execute("crm", "x")
      assert.strictEqual(execution._tag, "Accepted")
      if (execution._tag !== "Accepted") return
      assert.strictEqual(JobRef.encode(execution.job).origin, "http://localhost/a")
      assert.strictEqual((yield* Effect.flip(b.jobs.result(execution)))._tag, "InvalidRequest")
      assert.strictEqual(fake.sent.length, 1)
    })
  )
})

describe("a deadline of a job", () => {
  virtual("the deadline of a job covers all calls of a submit that repeats itself", () =>
    Effect.gen(function* () {
      const fake = fakeClient(answer(503, {}))
      const api = yield* apiOver(fake.client, { retry: "none" })
      const patient = Effect.retry(
        api.actions.execute("crm", "x"),
        Schedule.intersect(Schedule.spaced("1 second"), Schedule.recurs(60))
      )
      const error = yield* Effect.flip(api.jobs.result(patient, { deadline: "5500 millis" }))
      assert.strictEqual(error._tag, "DeadlineExceeded")
      assert.strictEqual(fake.sent.length, 6)
    })
  )
})

describe("jobs.results that ends with a failure", () => {
  virtual("jobs.results: before it fails it reports the submits in flight", () =>
    Effect.gen(function* () {
      const reply: Reply = (request, sent) =>
        sent.url.includes("/bad/")
          ? Effect.zipRight(Effect.sleep(10), answer(400, {})(request, sent))
          : Effect.zipRight(Effect.sleep(100), json({ job_id: sent.url.split("/")[8] })(request, sent))
      const api = yield* apiOver(fakeClient(reply).client)
      const stored: Array<string> = []
      const started = yield* Clock.currentTimeMillis
      const exit = yield* Stream.make("bad", "a", "b", "c").pipe(
        Stream.map((action) => api.actions.execute("crm", action)),
        (source) => api.jobs.results(source, { onSubmitted: (job) => Effect.sync(() => void stored.push(job.jobId)) }),
        Stream.runDrain,
        Effect.exit
      )
      assert.isTrue(Exit.isFailure(exit))
      assert.deepStrictEqual(stored.sort(), ["a", "b", "c"])
      assert.strictEqual((yield* Clock.currentTimeMillis) - started, 100)
    })
  )
})
