/**
 * How a program that uses the client is tested: a service of your own, the platform in memory, and time that passes when the
 * test says so.
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
  /** Synchronises the deals; when nobody knows whether it ran, somebody has to look. */
  static readonly layer = Layer.effect(
    Nightly,
    Effect.map(ConnectionsApi, (connections) => {
      const sync = connections.connection("crm").actions.execute("sync", {}, { async: true })
      const run = connections.jobs.result(sync, { output: Synced, deadline: "10 minutes" }).pipe(
        Effect.map(({ synced }) => `${synced} deals`),
        Effect.catchTags({
          OutcomeUnknown: () => Effect.succeed("look at the CRM: it may have run"),
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

/** The service over a platform in memory; `ConnectionsTest` stays in reach of the test. */
const testLayer = (world: World.World) =>
  Nightly.layer.pipe(
    Layer.provide(ConnectionsApi.layer({ baseUrl: "http://localhost" })),
    Layer.provide(Auth.none),
    Layer.provideMerge(ConnectionsTest.layer(world))
  )

const run = Effect.flatMap(Nightly, ({ run }) => run)

describe("a consumer's service", () => {
  it.effect("gives the result of a job that takes four minutes", () =>
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

  it.effect("does not run the work again when its answer is lost", () =>
    Effect.gen(function* () {
      const platform = yield* ConnectionsTest
      yield* platform.respondNext({ operation: "actions.execute" }, [{ _tag: "Reset", commit: true }])
      assert.strictEqual(yield* run, "look at the CRM: it may have run")
      assert.strictEqual(yield* platform.executions("crm", "sync"), 1)
    }).pipe(Effect.provide(testLayer(crm({ result: { synced: 2 } }))))
  )

  it.effect("says so when the job outlives its deadline", () =>
    Effect.gen(function* () {
      const fiber = yield* Effect.fork(run)
      yield* TestClock.adjust("10 minutes")
      assert.strictEqual(yield* Fiber.join(fiber), "still running as job-1")
    }).pipe(Effect.provide(testLayer(crm({ stays: "running" }))))
  )

  it.effect("names what failed", () =>
    Effect.gen(function* () {
      const fiber = yield* Effect.fork(run)
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(yield* Fiber.join(fiber), "not done: JobFailed")
    }).pipe(Effect.provide(testLayer(crm({ takesMillis: 5000, fails: { message: "the CRM is down" } }))))
  )
})
