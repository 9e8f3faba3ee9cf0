import { assert, describe, it } from "@effect/vitest"
import { JobRef } from "@effect-connectors/core/JobRef"
import type { WatchOptions } from "@effect-connectors/core/Job"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FastCheck from "effect/FastCheck"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { timed } from "../support/api.js"
import { accepted, client, errorOf, pending, polls, ref, sends, submit, virtual, whole } from "../support/jobsKit.js"

const good = JobRef.encode(ref("job-1", { connection: "crm", requestId: "req-1" }))

describe("JobRef", () => {
  virtual("lets another process go on with the job, from plain JSON", () =>
    Effect.gen(function* () {
      const first = yield* Scope.make()
      const stored: Array<string> = []
      const api = yield* Scope.extend(client(), first)
      const fiber = yield* Effect.fork(
        Stream.runDrain(
          api.jobs.follow(submit(api, "sync"), {
            onSubmitted: (job) => Effect.sync(() => stored.push(JSON.stringify(JobRef.encode(job))))
          })
        )
      )
      yield* Effect.sleep("2 seconds")
      yield* Scope.close(first, Exit.void)
      yield* Fiber.await(fiber)
      yield* Effect.sleep(0)
      assert.strictEqual(yield* pending, 0)

      const second = yield* client()
      const job = yield* JobRef.decode(JSON.parse(stored[0] ?? ""))
      const { items } = yield* whole(second.jobs.watch(job))
      assert.deepStrictEqual(items.at(-1), { _tag: "Completed", value: { synced: 2 } })
      assert.deepStrictEqual(yield* second.jobs.result(JSON.parse(stored[0] ?? "")), { synced: 2 })
      assert.lengthOf(stored, 1)
    })
  )

  const stored = Effect.fnUntraced(function* (options: WatchOptions, layer: WatchOptions = {}) {
    const api = yield* client({ jobs: layer })
    const job = yield* Deferred.make<JobRef.Encoded>()
    const fiber = yield* Effect.fork(
      api.jobs.result(submit(api, "stuck"), {
        ...options,
        onSubmitted: (given) => Effect.asVoid(Deferred.succeed(job, JobRef.encode(given)))
      })
    )
    const encoded = yield* Deferred.await(job)
    yield* Effect.sleep("1 minute")
    yield* Fiber.interrupt(fiber)
    return encoded
  })

  for (const [name, options, layer] of [
    ["of the call", { deadline: "10 minutes" }, {}],
    ["of the layer", {}, { deadline: "10 minutes" }]
  ] as const) {
    virtual(`carries the deadline ${name}, and another process keeps it`, () =>
      Effect.gen(function* () {
        const job = yield* stored(options, layer)
        assert.strictEqual(job.deadlineAt, 600_000)
        const second = yield* client()
        const both = [second.jobs.result(job), Stream.runDrain(second.jobs.watch(job))]
        const ends = yield* Effect.forEach(both, Effect.flip, { concurrency: "unbounded" })
        assert.deepStrictEqual(
          ends.map((error) => error._tag),
          ["JobDeadlineExceeded", "JobDeadlineExceeded"]
        )
        assert.strictEqual(yield* Clock.currentTimeMillis, 600_000)
      })
    )
  }

  virtual("its deadline gives way to the one of who goes on", () =>
    Effect.gen(function* () {
      const job = yield* stored({ deadline: "10 minutes" })
      const second = yield* client()
      const { millis } = yield* timed(second.jobs.result(job, { deadline: "1 hour" }))
      assert.strictEqual(millis, 3_600_000)
    })
  )

  virtual("a deadline that has passed is not kept: who goes on then waits for the end", () =>
    Effect.gen(function* () {
      const job = yield* stored({ deadline: "10 minutes" })
      const second = yield* client({ jobs: { deadline: "1 hour" } })
      yield* Effect.sleep("9 minutes")
      const { millis } = yield* timed(second.jobs.result(job))
      assert.strictEqual(millis, 3_600_000)
    })
  )

  virtual("without a deadline it carries none, and one stored before decodes", () =>
    Effect.gen(function* () {
      const job = yield* stored({})
      assert.notProperty(job, "deadlineAt")
      assert.strictEqual((yield* JobRef.decode(good)).deadlineAt, undefined)
      assert.strictEqual((yield* JobRef.decode({ ...good, deadlineAt: 7 })).deadlineAt, 7)
      assert.strictEqual((yield* Effect.flip(JobRef.decode({ ...good, deadlineAt: "7" })))._tag, "InvalidRequest")
    })
  )

  virtual("holds what is needed to find the job, and no secret", () =>
    Effect.gen(function* () {
      const api = yield* client()
      const job = yield* accepted(submit(api, "sync", { password: "canary" }))
      assert.deepStrictEqual(JobRef.encode(job), {
        v: 1,
        api: "connections",
        origin: "http://localhost",
        jobId: "job-1",
        operation: "actions.execute",
        connection: "crm",
        submittedAt: 0,
        requestId: "req-1"
      })
    })
  )

  it.effect("encodes and decodes any reference without loss", () =>
    Effect.promise(() =>
      FastCheck.assert(
        FastCheck.asyncProperty(
          FastCheck.record(
            {
              jobId: FastCheck.fullUnicodeString({ minLength: 1, maxLength: 60 }),
              operation: FastCheck.string(),
              connection: FastCheck.string(),
              submittedAt: FastCheck.nat()
            },
            { requiredKeys: ["jobId"] }
          ),
          async (parts) => {
            const job = ref(parts.jobId, parts)
            const back = await Effect.runPromise(JobRef.decode(JSON.parse(JSON.stringify(JobRef.encode(job)))))
            assert.deepStrictEqual(back, job)
          }
        ),
        { numRuns: 200, seed: 3 }
      )
    )
  )
})

const refused: ReadonlyArray<readonly [what: string, input: unknown, path: string, fix: RegExp]> = [
  ["of a later version", { ...good, v: 2 }, "v", /version 1/],
  ["of another platform", { ...good, api: "bosa" }, "api", /another platform/],
  ["without an id", { ...good, jobId: "" }, "jobId", /JobRef\.encode/],
  ["with an id that is none", { ...good, jobId: 7 }, "jobId", /JobRef\.encode/],
  ["with an endless id", { ...good, jobId: "x".repeat(513) }, "jobId", /JobRef\.encode/],
  ["without an origin", { ...good, origin: undefined }, "origin", /JobRef\.encode/],
  ["without a time", { ...good, submittedAt: "now" }, "submittedAt", /JobRef\.encode/],
  ["that is null", null, "", /JobRef\.encode/],
  ["that is text", JSON.stringify(good), "", /JobRef\.encode/],
  ["that is a list", [good], "", /JobRef\.encode/]
]

const unknownRef = (input: unknown): JobRef.Encoded => JSON.parse(JSON.stringify(input) ?? "null")

describe("JobRef: invalid input", () => {
  for (const [what, input, path, fix] of refused) {
    virtual(`is refused before anything is sent: ${what}`, () =>
      Effect.gen(function* () {
        const api = yield* client()
        const failures = [
          yield* Effect.flip(JobRef.decode(input)),
          errorOf((yield* whole(api.jobs.watch(unknownRef(input)))).exit)
        ]
        for (const failure of failures) {
          assert.strictEqual(failure?._tag, "InvalidRequest")
          if (failure?._tag !== "InvalidRequest") continue
          assert.include(
            failure.issues.map((issue) => issue.path.join(".")),
            path
          )
          assert.match(failure.issues.find((issue) => issue.path.join(".") === path)?.fix ?? "", fix)
        }
        assert.strictEqual(yield* sends, 0)
      })
    )
  }

  virtual("is never printed with its values", () =>
    Effect.gen(function* () {
      const failure = yield* Effect.flip(
        JobRef.decode({ ...good, v: "canary-1", jobId: { canary: 2 }, origin: ["canary"] })
      )
      assert.lengthOf(failure.issues, 3)
      assert.notInclude(`${failure.message} ${JSON.stringify(failure)} ${String(failure.stack)}`, "canary-1")
      assert.notInclude(JSON.stringify(failure), "canary")
    })
  )

  virtual("includes an id that would change the path", () =>
    Effect.gen(function* () {
      const api = yield* client()
      for (const jobId of ["..", ".", "a\u0000b", "\ud800"]) {
        for (const failure of [
          yield* Effect.flip(api.jobs.result(ref(jobId))),
          yield* Effect.flip(api.jobs.get(jobId))
        ]) {
          assert.strictEqual(failure._tag, "InvalidRequest", JSON.stringify(jobId))
        }
      }
      assert.strictEqual(yield* sends, 0)
      assert.strictEqual((yield* Effect.flip(api.jobs.get("../connections/crm")))._tag, "NotFound")
      assert.deepStrictEqual(
        (yield* polls).map((poll) => poll.path),
        ["/api/v1/jobs/..%2Fconnections%2Fcrm"]
      )
    })
  )
})
