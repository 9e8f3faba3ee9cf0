import * as World from "@effect-connectors/testing/World"
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe } from "vitest"
import { start } from "./support/program.js"
import { emulator, emulatorOf } from "./support/world.js"

const folder = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "examples-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true, force: true }))
)

const Executions = Schema.Struct({
  connections: Schema.Array(
    Schema.Struct({ name: Schema.String, body: Schema.Struct({ input: Schema.Struct({ orderId: Schema.String }) }) })
  )
})

/** The orders that the shop was asked to place, in the order in which it was asked. */
const placedOrders = (url: string) =>
  Effect.promise(async () => (await fetch(`${url}/__emulator/executions?limit=500`)).json()).pipe(
    Effect.flatMap(Schema.decodeUnknown(Executions)),
    Effect.map(({ connections }) =>
      connections.filter(({ name }) => name === "place-order").map(({ body }) => body.input.orderId)
    )
  )

// each has its own emulator and mostly waits
describe.concurrent("examples", () => {
  it.scopedLive("quickstart lists, executes and follows", () =>
    Effect.gen(function* () {
      const server = yield* emulator
      const { ended } = yield* start("quickstart", [], server.env)
      const { code, out, err } = yield* ended
      assert.deepStrictEqual([code, err], [0, ""])
      assert.match(
        out,
        /^crm: CRM\nwarehouse: Warehouse\nfiles: Shared folder\nechoed \{"id":7\}\nsubmitted as job-1\n(running\n)+completed with \{"synced":360\}\n$/
      )
    })
  )

  it.scopedLive("manyJobs shows the progress of all jobs and every result, and its source is at most 17 ahead", () =>
    Effect.gen(function* () {
      const server = yield* emulator
      const { ended } = yield* start("manyJobs", [], server.env)
      const { code, out, err } = yield* ended
      assert.strictEqual(code, 0, err)
      assert.match(err, /^invoices 0 %\n(invoices \d+ %\n)+invoices 100 %\n$/)
      const percents = Array.from(err.matchAll(/\d+/g), ([percent]) => Number(percent))
      assert.deepStrictEqual(
        percents,
        [...percents].sort((a, b) => a - b)
      )
      // 24 ends alone make 24 steps
      assert.isAbove(percents.length, 26)
      const lines = out.trimEnd().split("\n")
      const invoices = Array.from({ length: 24 }, (_, index) => index + 1)
      assert.sameMembers(
        lines.slice(0, -1),
        invoices.map((n) => `invoice ${n}: ${n % 10 === 0 ? "JobFailed" : "rendered"}`)
      )
      const ahead = /^24 ended, 2 failed, the source at most (\d+) ahead$/.exec(lines.at(-1) ?? "")?.[1]
      // eight that run, at most eight that are not read yet, and one that waits for room
      assert.isAtMost(Number(ahead), 17)
      assert.strictEqual(yield* server.executions("crm", "render-invoice"), 22)
      const views = yield* server.jobs
      assert.deepStrictEqual(
        views.filter(({ pollsAfterEnd }) => pollsAfterEnd > 0),
        []
      )
    })
  )

  it.scopedLive("resume continues the job of a process that was killed", () =>
    Effect.gen(function* () {
      const server = yield* emulator
      const reference = join(yield* folder, "job.json")
      const first = yield* start("resume", [reference], server.env)
      yield* first.printed(/^submitted job-1$/m)
      yield* first.signal("SIGKILL")
      assert.strictEqual((yield* first.ended).out, "submitted job-1\n")
      const second = yield* start("resume", [reference], server.env)
      const { code, out, err } = yield* second.ended
      assert.deepStrictEqual([code, out, err], [0, 'continuing job-1\nresult {"synced":360}\n', ""])
      assert.strictEqual(yield* server.executions("crm", "sync-orders"), 1)
      assert.deepStrictEqual(yield* Effect.promise(() => readdir(join(reference, ".."))), [])
    })
  )

  it.scopedLive("retryAndDeadline repeats only the calls that may be repeated", () =>
    Effect.gen(function* () {
      const server = yield* emulator
      const down = { status: 503 }
      const pass = { _tag: "Pass" } as const
      const lost = { _tag: "Reset", commit: true } as const
      const hang = { _tag: "Hang" } as const
      const list = { operation: "connections.list" } as const
      yield* server.respondNext(list, [down, pass])
      yield* server.respondNext(list, [down])
      yield* server.respondNext(list, [down, down, down, pass])
      yield* server.respondNext(list, [hang])
      yield* server.respondNext({ operation: "actions.execute" }, [lost, lost, pass])
      yield* server.respondNext({ operation: "file.upload" }, [lost, pass])
      const { ended } = yield* start("retryAndDeadline", [], server.env)
      const { code, out, err } = yield* ended
      assert.deepStrictEqual([code, err], [0, ""])
      assert.deepStrictEqual(out.trimEnd().split("\n"), [
        "read, default: done",
        "read, none: ServerFailed",
        "read, own schedule: done",
        "work, default: OutcomeUnknown",
        "upload, idempotent: done",
        "work, replayed: done",
        "read, deadline: DeadlineExceeded"
      ])
      assert.strictEqual(yield* server.unusedScripts, 0)
      // once with its response lost, and twice for the call that may be replayed
      assert.strictEqual(yield* server.executions("crm", "echo"), 3)
      assert.strictEqual(yield* server.executions("files", "file.upload"), 2)
    })
  )

  it.scopedLive("telemetryConsole prints the spans, the metrics and the debug logs", () =>
    Effect.gen(function* () {
      const server = yield* emulatorOf(World.demo)
      const { code, err, out } = yield* (yield* start("telemetryConsole", [], server.env)).ended
      assert.deepStrictEqual([code, err], [0, ""])
      for (const name of ["nightly", "connections.job", "connections.actions.execute", "connections.jobs.get"]) {
        assert.match(out, new RegExp(`^  name: '${name}',$`, "m"))
      }
      assert.include(out, "name: 'connectors.requests'")
      assert.match(out, / DEBUG \(#\d+\)/)
    })
  )

  it.scopedLive("orders places each order once, with faults, stopped once and killed once", () =>
    Effect.gen(function* () {
      const server = yield* start("ordersServer", [], { PORT: "0" })
      const [, url = ""] = yield* server.printed(/^listening on (\S+)$/m)
      const env = { CONNECTIONS_BASE_URL: url, CONNECTIONS_SERVICE_TOKEN: "any", CONNECTIONS_TIMEOUT_MS: "2000" }
      const ids = Array.from({ length: 40 }, (_, index) => `o-${index + 1}`)
      const path = yield* folder
      const file = join(path, "orders.csv")
      yield* Effect.promise(() => writeFile(file, `id,sku,quantity\n${ids.map((id) => `${id},chair,2\n`).join("")}`))
      const run = start("orders", [file, join(path, "ledger.jsonl")], env)

      const stopped = yield* run
      yield* stopped.printed(/(^o-\d+: number \d+\n){3}/m)
      yield* stopped.signal("SIGTERM")
      yield* stopped.ended
      const killed = yield* run
      yield* killed.printed(/(^o-\d+: number \d+\n){3}/m)
      yield* killed.signal("SIGKILL")
      yield* killed.ended

      const { code, err, out } = yield* (yield* run).ended
      assert.deepStrictEqual([code, err], [0, ""])
      const counts = /\{ ('done before'|placed): (\d+), ('done before'|placed): (\d+) \}\n$/.exec(out)
      assert.isNotNull(counts, out)
      assert.strictEqual(Number(counts?.[2]) + Number(counts?.[4]), ids.length)
      assert.sameMembers(yield* placedOrders(url), ids)
    })
  )
})
