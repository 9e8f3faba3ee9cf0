/**
 * How to test a program that uses the client: your own service, the platform in memory, and a clock that the test moves.
 */
import { Auth, ConnectionsApi } from "@effect-connectors/core"
import { ConnectionsTest } from "@effect-connectors/testing/ConnectionsTest"
import * as World from "@effect-connectors/testing/World"
import { assert, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/TestClock"
import { describe } from "vitest"

// --- the program under test -----------------------------------------------------------------------------------------

const Synced = Schema.Struct({ synced: Schema.Number })

class Nightly extends Context.Tag("app/Nightly")<Nightly, { readonly run: Effect.Effect<string> }>() {
  /** Synchronizes the deals. When the outcome is unknown, a person has to check the CRM. */
  static readonly layer = Layer.effect(
    Nightly,
    Effect.map(ConnectionsApi, (connections) => {
      const sync = connections.connection("crm").actions.execute("sync", {}, { async: true })
      const run = connections.jobs.result(sync, { output: Synced, deadline: "10 minutes" }).pipe(
        Effect.map(({ synced }) => `${synced} deals`),
        Effect.catchTags({
          OutcomeUnknown: () => Effect.succeed("check the CRM: it may have run"),
          JobDeadlineExceeded: ({ job }) => Effect.succeed(`still running as ${job.jobId}`)
        }),
        Effect.catchAll((error) => Effect.succeed(`not done: ${error._tag}`))
      )
      return { run }
    })
  )
}

// --- its tests ------------------------------------------------------------------------------------------------------

const crm = (sync: Omit<World.WorldAction, "slug">) =>
  World.make({ connections: [{ slug: "crm", actions: [{ slug: "sync", ...sync }] }] })

/** The service over a platform in memory; the test can use `ConnectionsTest`. */
const testLayer = (world: World.World) =>
  Nightly.layer.pipe(
    Layer.provide(ConnectionsApi.layer({ baseUrl: "http://localhost" })),
    Layer.provide(Auth.none),
    Layer.provideMerge(ConnectionsTest.layer(world))
  )

const run = Effect.flatMap(Nightly, ({ run }) => run)

describe("a consumer's service", () => {
  it.effect("returns the result of a job that takes four minutes", () =>
    Effect.gen(function* () {
      const fiber = yield* Effect.fork(run)
      yield* TestClock.adjust("3 minutes")
      assert.isTrue(Option.isNone(yield* Fiber.poll(fiber)), "it ended early")
      yield* TestClock.adjust("2 minutes")
      assert.strictEqual(yield* Fiber.join(fiber), "2 deals")
      const platform = yield* ConnectionsTest
      assert.strictEqual(yield* platform.executions("crm", "sync"), 1)
    }).pipe(Effect.provide(testLayer(crm({ takesMillis: 4 * 60_000, result: { synced: 2 } }))))
  )

  it.effect("does not run the work again when its response is lost", () =>
    Effect.gen(function* () {
      const platform = yield* ConnectionsTest
      yield* platform.respondNext({ operation: "actions.execute" }, [{ _tag: "Reset", commit: true }])
      assert.strictEqual(yield* run, "check the CRM: it may have run")
      assert.strictEqual(yield* platform.executions("crm", "sync"), 1)
    }).pipe(Effect.provide(testLayer(crm({ result: { synced: 2 } }))))
  )

  it.effect("reports a job that is still running at the deadline", () =>
    Effect.gen(function* () {
      const fiber = yield* Effect.fork(run)
      yield* TestClock.adjust("10 minutes")
      assert.strictEqual(yield* Fiber.join(fiber), "still running as job-1")
    }).pipe(Effect.provide(testLayer(crm({ stays: "running" }))))
  )

  it.effect("reports the tag of a failure", () =>
    Effect.gen(function* () {
      const fiber = yield* Effect.fork(run)
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(yield* Fiber.join(fiber), "not done: JobFailed")
    }).pipe(Effect.provide(testLayer(crm({ takesMillis: 5000, fails: { message: "the CRM is down" } }))))
  )
})
