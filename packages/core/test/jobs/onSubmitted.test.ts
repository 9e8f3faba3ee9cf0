import { assert, describe } from "@effect/vitest"
import type { ReadError, WriteError } from "@effect-connectors/core/ApiError"
import type { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import type { InvalidRequest } from "@effect-connectors/core/InvalidRequest"
import type { JobEvent, WatchEvent } from "@effect-connectors/core/Job"
import type { JobError } from "@effect-connectors/core/JobError"
import { JobRef } from "@effect-connectors/core/JobRef"
import type { JobResult } from "@effect-connectors/core/Jobs"
import { Ledger } from "@effect-connectors/core/Ledger"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Stream from "effect/Stream"
import { expectTypeOf, it } from "vitest"
import { client, collect, errorOf, polls, submit, tagOf, virtual, whole } from "../support/jobsKit.js"

/** The failure of a store of the caller's own. */
class StoreFull extends Data.TaggedError("StoreFull")<{ readonly jobId: string }> {}

/** A service of the caller's own. */
class Store extends Context.Tag("test/Store")<
  Store,
  { readonly save: (job: JobRef) => Effect.Effect<void, StoreFull> }
>() {}

const save = (job: JobRef) => Effect.flatMap(Store, (store) => store.save(job))

/** A store that is full, and what it was given. */
const fullStore = () => {
  const given: Array<JobRef> = []
  const store = {
    save: (job: JobRef) => Effect.suspend(() => (given.push(job), Effect.fail(new StoreFull({ jobId: job.jobId }))))
  }
  const provide = <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.provideService(self, Store, store)
  return { given, provide }
}

const twoOf = (api: ConnectionsApi.Service) => Stream.make(submit(api, "short"), submit(api, "sync"))

describe("onSubmitted that fails", () => {
  virtual("ends result with its own error, before any poll", () =>
    Effect.gen(function* () {
      const { given, provide } = fullStore()
      const api = yield* client()
      const error = yield* Effect.flip(provide(api.jobs.result(submit(api, "short"), { onSubmitted: save })))
      assert.deepStrictEqual(error, new StoreFull({ jobId: "job-1" }))
      yield* Effect.sleep("1 hour")
      assert.deepStrictEqual(
        given.map((job) => job.jobId),
        ["job-1"]
      )
      assert.lengthOf(yield* polls, 0)
      // the reference was in the caller's hands
      const [job] = given
      assert.deepStrictEqual(job === undefined ? job : yield* api.jobs.result(job), { synced: 1 })
    })
  )

  virtual("ends follow with its own error, without an event and without a poll", () =>
    Effect.gen(function* () {
      const { given, provide } = fullStore()
      const api = yield* client()
      const { exit, items } = yield* provide(whole(api.jobs.follow(submit(api, "short"), { onSubmitted: save })))
      assert.deepStrictEqual([items, errorOf(exit)], [[], new StoreFull({ jobId: "job-1" })])
      yield* Effect.sleep("1 hour")
      assert.deepStrictEqual([given.length, (yield* polls).length], [1, 0])
    })
  )

  virtual("ends results with its own error, once every submit under way has its reference, without a poll", () =>
    Effect.gen(function* () {
      const { given, provide } = fullStore()
      const api = yield* client()
      const { exit, items } = yield* provide(whole(api.jobs.results(twoOf(api), { onSubmitted: save })))
      assert.deepStrictEqual([items, tagOf(exit)], [[], "StoreFull"])
      yield* Effect.sleep("1 hour")
      assert.deepStrictEqual([given.length, (yield* polls).length], [2, 0])
    })
  )

  virtual("is the outcome of its own execute alone, where failures are values", () =>
    Effect.gen(function* () {
      const api = yield* client()
      const all = yield* collect(
        api.jobs.results(twoOf(api), {
          failures: "value",
          onSubmitted: (job) => (job.jobId === "job-1" ? Effect.fail(new StoreFull({ jobId: "job-1" })) : Effect.void)
        })
      )
      assert.deepStrictEqual(
        all.map(({ job, outcome }) => [job?.jobId, outcome]),
        [
          ["job-1", Either.left(new StoreFull({ jobId: "job-1" }))],
          ["job-2", Either.right({ synced: 2 })]
        ]
      )
      assert.deepStrictEqual(
        (yield* polls).filter((poll) => poll.path.endsWith("job-1")),
        []
      )
    })
  )

  virtual("ends a resume through a ledger in the same way, and the job is still there", () =>
    Effect.gen(function* () {
      const { given, provide } = fullStore()
      const api = yield* client()
      const ledger = yield* Effect.provide(Ledger, Ledger.layerMemory)
      const resumed = api.jobs.result(ledger.submit("order-1", submit(api, "short")), { onSubmitted: save })
      for (const _ of [1, 2]) assert.strictEqual((yield* Effect.flip(provide(resumed)))._tag, "StoreFull")
      assert.deepStrictEqual([new Set(given.map((job) => job.jobId)).size, (yield* polls).length], [1, 0])
      assert.deepStrictEqual(yield* api.jobs.result(ledger.submit("order-1", submit(api, "short"))), { synced: 1 })
    })
  )

  virtual("does not run for a reference: nothing is submitted", () =>
    Effect.gen(function* () {
      const { given, provide } = fullStore()
      const api = yield* client()
      const execution = yield* submit(api, "short")
      assert.strictEqual(execution._tag, "Accepted")
      if (execution._tag !== "Accepted") return
      const ref = JobRef.encode(execution.job)
      assert.deepStrictEqual(yield* provide(api.jobs.result(ref, { onSubmitted: save })), { synced: 1 })
      assert.deepStrictEqual(tagOf((yield* whole(api.jobs.watch(ref))).exit), "ok")
      assert.lengthOf(given, 0)
    })
  )
})

declare const api: ConnectionsApi.Service
declare const ledger: Ledger.Service
declare const ref: JobRef

// this is checked by the compiler: the body is never run
const compiled = (_check: () => void): void => undefined

describe("onSubmitted: types", () => {
  it("its errors and needs are those of follow, result, results and a resume", () => {
    compiled(() => {
      const execute = api.actions.execute("crm", "sync")
      const options = { onSubmitted: save }
      type Failures = WriteError | ReadError | JobError | StoreFull
      expectTypeOf(api.jobs.result(execute, options)).toEqualTypeOf<Effect.Effect<unknown, Failures, Store>>()
      expectTypeOf(api.jobs.follow(execute, options)).toEqualTypeOf<Stream.Stream<JobEvent, Failures, Store>>()
      expectTypeOf(api.jobs.results(Stream.make(execute), options)).toEqualTypeOf<
        Stream.Stream<unknown, Failures, Store>
      >()
      expectTypeOf(api.jobs.results(Stream.make(execute), { ...options, failures: "value" })).toEqualTypeOf<
        Stream.Stream<JobResult<unknown, Failures>, InvalidRequest, Store>
      >()
      type Resumed = Effect.Effect.Error<ReturnType<typeof resume>>
      const resume = () => api.jobs.result(ledger.submit("key", execute), options)
      expectTypeOf<Extract<Resumed, StoreFull>>().toEqualTypeOf<StoreFull>()
      expectTypeOf<Effect.Effect.Context<ReturnType<typeof resume>>>().toEqualTypeOf<Store>()
    })
  })

  it("without one there is nothing more to handle, and a watch never runs it", () => {
    compiled(() => {
      const execute = api.actions.execute("crm", "sync")
      expectTypeOf(api.jobs.result(execute, { deadline: "1 hour" })).toEqualTypeOf<
        Effect.Effect<unknown, WriteError | ReadError | JobError>
      >()
      expectTypeOf(api.jobs.follow(execute, { onSubmitted: () => Effect.void })).toEqualTypeOf<
        Stream.Stream<JobEvent, WriteError | ReadError | JobError>
      >()
      expectTypeOf(api.jobs.watch(ref)).toEqualTypeOf<Stream.Stream<WatchEvent, ReadError | JobError>>()
      // @ts-expect-error a watch does not run it, so there is nothing to fail
      // @effect-diagnostics-next-line missingEffectError:off missingEffectContext:off
      void api.jobs.watch(ref, { onSubmitted: save })
      const caught = Effect.catchTag(api.jobs.result(execute, { onSubmitted: save }), "StoreFull", ({ jobId }) =>
        Effect.succeed(jobId)
      )
      expectTypeOf(caught).toEqualTypeOf<Effect.Effect<unknown, WriteError | ReadError | JobError, Store>>()
      // what stands around the call infers neither its errors nor its needs
      const both = Effect.all([api.jobs.result(execute, { deadline: "1 hour" })])
      expectTypeOf<Effect.Effect.Context<typeof both>>().toEqualTypeOf<never>()
      expectTypeOf<Effect.Effect.Error<typeof both>>().toEqualTypeOf<WriteError | ReadError | JobError>()
      // @ts-expect-error it gives nothing
      void api.jobs.result(execute, { onSubmitted: () => 1 })
    })
  })
})
