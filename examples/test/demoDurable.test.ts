import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { describe } from "vitest"
import { start } from "./support/program.js"

const pids = (out: string, pattern: RegExp) => Array.from(out.matchAll(pattern), ([, pid]) => Number(pid))

const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

describe("npm run demo:durable", () => {
  it.scopedLive(
    "kills its worker twice, and nothing is missing or doubled",
    () =>
      Effect.gen(function* () {
        const demo = yield* start("demoDurable", [], {})
        const { code, out, err } = yield* demo.ended
        assert.deepStrictEqual([code, err], [0, ""], out)
        const started = pids(out, /^worker 1 started(?: again)?: pid (\d+)$/gm)
        const killed = pids(out, /^kill -9 (\d+): worker 1, while the server places order \d+, its \d+\.$/gm)
        assert.strictEqual(started.length, 3)
        assert.deepStrictEqual(killed, started.slice(0, 2))
        assert.match(out, /^succeeded 40 of 40\nmissing 0\nplaced twice at the server 0$/m)
        // those whose responses the killed processes did not hear
        const [, lookedUp] = /^looked up at the server, as nobody heard the response (\d+)$/m.exec(out) ?? []
        assert.isAtLeast(Number(lookedUp), 2)
        assert.deepStrictEqual(started.filter(isRunning), [])
      }),
    { timeout: 180_000 }
  )

  it.scopedLive(
    "ends its worker when it is interrupted",
    () =>
      Effect.gen(function* () {
        const demo = yield* start("demoDurable", [], {})
        const [, pid] = yield* demo.printed(/^worker 1 started: pid (\d+)$/m)
        assert.isTrue(isRunning(Number(pid)))
        yield* demo.signal("SIGTERM")
        const { code } = yield* demo.ended
        assert.strictEqual(code, 130)
        assert.isFalse(isRunning(Number(pid)))
      }),
    { timeout: 180_000 }
  )

  it.scopedLive("refuses a number of rows that is none", () =>
    Effect.gen(function* () {
      const demo = yield* start("demoDurable", ["--rows", "few"], {})
      const { code, err } = yield* demo.ended
      assert.strictEqual(code, 1)
      assert.include(err, "few")
    })
  )
})
