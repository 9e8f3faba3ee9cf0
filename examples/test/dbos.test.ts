import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import { skipsPostgres, startPostgres } from "../../packages/sim/src/durable/postgres.js"
import { start } from "./support/program.js"
import { emulator } from "./support/world.js"

describe.skipIf(skipsPostgres())("a job in a workflow of DBOS", () => {
  it.scopedLive(
    "is executed once, also when its process is killed while it follows, and when it is asked for again",
    () =>
      Effect.gen(function* () {
        const { url } = yield* startPostgres
        const server = yield* emulator
        const env = { ...server.env, DATABASE_URL: Redacted.value(url) }
        const killed = yield* start("dbos", ["north"], env)
        const [submitted] = yield* killed.printed(/^submitted .*$/m)
        yield* killed.signal("SIGKILL")
        yield* killed.ended
        const { ended } = yield* start("dbos", ["north"], env)
        const next = yield* ended
        assert.strictEqual(next.code, 0, next.err)
        assert.include(next.out, `${submitted}\n`)
        assert.include(next.out, 'result {"synced":360}\n')
        const again = yield* (yield* start("dbos", ["north"], env)).ended
        assert.deepStrictEqual([again.code, again.out], [0, 'result {"synced":360}\n'])
        assert.strictEqual((yield* server.calls.executions("crm", "sync-orders")).length, 1)
      }),
    { timeout: 180_000 }
  )

  it.scopedLive(
    "is not sent again when its process was killed while it was being sent",
    () =>
      Effect.gen(function* () {
        const { url } = yield* startPostgres
        const server = yield* emulator
        const env = { ...server.env, DATABASE_URL: Redacted.value(url) }
        yield* server.respondNext({ operation: "actions.execute" }, [{ delayMillis: 60_000, status: 200, json: {} }])
        const killed = yield* start("dbos", ["south"], env)
        yield* server.calls
          .executes("crm", "sync-orders")
          .pipe(Effect.repeat({ until: ({ length }) => length > 0, schedule: Schedule.spaced("50 millis") }))
        yield* killed.signal("SIGKILL")
        yield* killed.ended
        const next = yield* (yield* start("dbos", ["south"], env)).ended
        assert.strictEqual(next.code, 1)
        assert.include(next.err, "its process ended while it was being sent")
        assert.strictEqual((yield* server.calls.executes("crm", "sync-orders")).length, 1)
      }),
    { timeout: 180_000 }
  )
})
