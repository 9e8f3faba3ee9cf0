import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { describe } from "vitest"
import { start } from "./support/program.js"
import { emulator } from "./support/world.js"

const steps = [
  /^connections listed 3 \(crm, warehouse, files\)$/,
  /^inputs read 2 \(region: STRING, since: DATE\)$/,
  /^executed as job job-1$/,
  /^job followed \d+ events \(\d+ of progress\), result \{"synced":360\}$/,
  /^rows loaded 360 in 4 batches$/,
  /^rows aggregated east 20836\.25 \(90\), north 33474\.33 \(84\), south 24246\.91 \(88\), west 32879\.15 \(98\)$/,
  /^file read back 23378 bytes, the same$/,
  /^items read by pages 20 in 3 pages \(8, 8, 4\)$/,
  /^failure is a type NotFound: actions\.execute .*\(404, NOT_FOUND\)/
]

const isServing = (url: string | undefined) =>
  Effect.promise(() =>
    fetch(`${url}/api/v1/connections`).then(
      () => true,
      () => false
    )
  )

describe("npm run demo", () => {
  it.scopedLive(
    "runs its steps against its own emulator, and stops it",
    () =>
      Effect.gen(function* () {
        const demo = yield* start("demo", [], {})
        const [, url] = yield* demo.printed(/^emulator (http:\/\/127\.0\.0\.1:\d+)$/m)
        const { code, out, err } = yield* demo.ended
        assert.deepStrictEqual([code, err], [0, ""], out)
        const lines = [...out.matchAll(/^step (\d+)\/(\d+) ok (.*)$/gm)]
        assert.deepStrictEqual(
          lines.map(([, k, n]) => `${k}/${n}`),
          steps.map((_, index) => `${index + 1}/${steps.length}`)
        )
        for (const [index, expected] of steps.entries()) assert.match(lines[index]?.[3] ?? "", expected)
        // not on a terminal: plain lines instead of a bar
        assert.match(out, /^ {2}sync-orders \d+ %$/m)
        assert.isFalse(yield* isServing(url))
      }),
    { timeout: 120_000 }
  )

  it.scopedLive("stops its emulator when it is interrupted", () =>
    Effect.gen(function* () {
      const demo = yield* start("demo", [], {})
      const [, url] = yield* demo.printed(/^emulator (http:\/\/127\.0\.0\.1:\d+)$/m)
      yield* demo.printed(/^step 3\/9 ok/m)
      assert.isTrue(yield* isServing(url))
      yield* demo.signal("SIGTERM")
      const { code, out } = yield* demo.ended
      assert.strictEqual(code, 130)
      assert.notMatch(out, /^step 4\/9/m)
      assert.isFalse(yield* isServing(url))
    })
  )

  it.scopedLive("prints which step failed and why, against the server of CONNECTIONS_BASE_URL", () =>
    Effect.gen(function* () {
      const server = yield* emulator
      yield* server.respondNext({ operation: "actions.inputs" }, [{ status: 403, json: { message: "no" } }])
      const demo = yield* start("demo", [], server.env)
      const { code, out, err } = yield* demo.ended
      assert.strictEqual(code, 1)
      assert.match(out, /^step 1\/9 ok connections listed 3 .*\n$/)
      assert.match(err, /^step 2\/9 failed inputs read\nForbidden: actions\.inputs [^\n]*\(403\)[^\n]*\n$/)
    })
  )
})
