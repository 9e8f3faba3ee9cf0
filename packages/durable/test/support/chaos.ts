import { assert, describe, it } from "@effect/vitest"
import { ConnectionsTest } from "@effect-connectors/testing/ConnectionsTest"
import * as Faults from "@effect-connectors/testing/Faults"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import { action, faulty, type MakeStore, mostPerKey, type Process, run, settled, start } from "./kit.js"

const rows = 40

const faults = (seed: number): Faults.Plan =>
  Faults.all(
    Faults.seeded(
      seed,
      {
        refused: 0.1,
        reset: 0.05,
        lostAnswer: 0.05,
        unavailable: 0.05,
        gatewayTimeout: 0.03,
        rateLimited: 0.1,
        hang: 0.03,
        cutBody: 0.03,
        delay: 0.2
      },
      { operation: "actions.execute" }
    ),
    Faults.seeded(
      seed + 1,
      { reset: 0.1, unavailable: 0.1, staleRead: 0.05, html: 0.02, rateLimited: 0.05 },
      { operation: "jobs.get" }
    )
  )

/** Processes start, end, are killed and work at the same time, while the server and the table fail now and then. */
const program = (makeStore: MakeStore, seed: number) =>
  Effect.gen(function* () {
    const platform = yield* ConnectionsTest
    yield* platform.setFaults(faults(seed))
    const table = faulty(yield* makeStore)
    const alive: Array<Process> = []
    const first = yield* start(table.store)
    alive.push(first)
    for (let n = 0; n < rows; n++) yield* first.jobs.submit(`k${n}`, action("sync", { n }))
    for (let round = 0; round < 8; round++) {
      yield* Effect.sleep(yield* Random.nextIntBetween(0, 4_000))
      const what = yield* Random.nextIntBetween(0, 6)
      table.mode = what === 5 ? "lost" : what === 4 ? "fails" : "works"
      const victim = what < 2 ? alive.shift() : undefined
      if (victim !== undefined) yield* what === 0 ? victim.kill : victim.stop
      if (alive.length < 2) {
        alive.push(yield* start(table.store))
      }
    }
    table.mode = "works"
    for (const process of alive) yield* process.kill
    const { jobs } = yield* start(table.store)
    const states = yield* settled(jobs)
    assert.isAtMost(yield* mostPerKey, 1)
    const { jobs: all } = yield* jobs.list({ limit: 1_000 })
    assert.strictEqual(all.length, rows)
    for (const job of all) {
      if (job.state === "succeeded") assert.deepStrictEqual(job.value, job.work?.input)
    }
    return states
  })

/** At most once, whatever ends. */
export const chaos = (name: string, makeStore: MakeStore, seeds: number): void => {
  describe(`${name}: random ends and faults`, () => {
    it.effect(
      "execute no key twice, and each row ends or is unknown",
      () =>
        Effect.gen(function* () {
          const sum = { succeeded: 0, unknown: 0, failed: 0 }
          for (let seed = 1; seed <= seeds; seed++) {
            const states = yield* run(program(makeStore, seed), seed)
            sum.succeeded += states.succeeded
            sum.unknown += states.unknown
            sum.failed += states.failed
          }
          console.log(`${name}, ${seeds} seeds of ${rows} rows:`, JSON.stringify(sum))
          assert.isAbove(sum.succeeded, 0)
          assert.isAbove(sum.unknown, 0)
          assert.strictEqual(sum.succeeded + sum.unknown + sum.failed, seeds * rows)
        }),
      120_000
    )
  })
}
