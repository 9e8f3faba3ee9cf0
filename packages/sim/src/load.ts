/**
 * `npm run load -- [--minutes N] [--executes N] [--jobs N] [--budget N] [--faults SHARE]`: many executes at once and
 * many watched jobs against the emulator in another process, and the memory, sockets and timers of this process meanwhile. Fails when
 * it grows or does not release them.
 *
 * `npm run load -- --emulator-heap MIB [--executes N] [--bytes N]`: executes with bodies of so many bytes against an
 * emulator with so much heap. Fails when the emulator ends, or does not count them all.
 */
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as RuntimeFlags from "effect/RuntimeFlags"
import * as RuntimeFlagsPatch from "effect/RuntimeFlagsPatch"
import { parseArgs } from "node:util"
import { startEmulator } from "./load/emulator.js"
import { heapLine, measureHeap } from "./load/emulatorHeap.js"
import { type Gauges, gauge, most } from "./load/gauges.js"
import { type Done, working, world } from "./load/work.js"

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "2" },
    executes: { type: "string", default: "10000" },
    jobs: { type: "string", default: "100000" },
    budget: { type: "string", default: "1000" },
    faults: { type: "string", default: "0.01" },
    "emulator-heap": { type: "string" },
    bytes: { type: "string", default: "8000" },
    growth: { type: "string", default: "5" },
    json: { type: "boolean", default: false }
  }
})

const goal = Number(values.growth)
const minutes = Number(values.minutes)
const amount = { executes: Number(values.executes), jobs: Number(values.jobs), budget: Number(values.budget) }
const done: Done = { executed: 0, ended: 0, failures: {} }

const log = (line: string): void => {
  if (!values.json) console.log(line)
}

const shown = ({ fibers, heap, rss, sockets, timers }: Gauges): string =>
  `RSS ${rss.toFixed(0)} MiB, heap ${heap.toFixed(0)} MiB, sockets ${sockets}, timers ${timers}, fibers ${fibers}`

const letGo = (now: Gauges, before: Gauges): boolean =>
  now.sockets <= before.sockets && now.timers <= before.timers && now.fibers <= before.fibers

const measured = (url: string) =>
  Effect.gen(function* () {
    const before = yield* gauge(true)
    log(`at the start: ${shown(before)}`)
    const ends = yield* Effect.scoped(
      Effect.gen(function* () {
        const work = yield* working(url, amount, done)
        // the minutes count from here
        const full = Effect.repeat(Effect.delay(work.watched, "1 second"), {
          until: (watched) => watched >= amount.jobs * 0.95
        })
        const watched = yield* Effect.timeout(full, "30 minutes")
        yield* work.execute
        log(`${watched} jobs are watched, ${amount.executes} executes are in flight`)
        const ends: Array<Gauges> = []
        // halves of a short run count as minutes
        const parts = Math.max(2, Math.round(minutes))
        const seconds = Math.max(1, Math.round((minutes * 60) / parts))
        for (let part = 1; part <= parts; part++) {
          const [executed, ended] = [done.executed, done.ended]
          let peak = yield* gauge(false)
          for (let second = 0; second < seconds; second++) {
            yield* Effect.sleep("1 second")
            peak = most(peak, yield* gauge(false))
          }
          const end = yield* gauge(true)
          ends.push(end)
          log(
            `part ${part} (${seconds} s): ${done.executed - executed} executes, ${done.ended - ended} jobs ended, ` +
              `${yield* work.watched} watched; ${shown(end)}; most: ${shown(peak)}`
          )
        }
        return ends
      })
    )
    const settled = Effect.repeat(Effect.delay(gauge(true), "500 millis"), {
      until: (now) => letGo(now, before),
      times: 40
    })
    yield* settled
    return { before, ends, after: yield* gauge(true) }
  })

const loadClient = async (): Promise<void> => {
  const emulator = await startEmulator(world(Number(values.faults), 1))
  const { after, before, ends } = await Effect.runPromise(
    measured(emulator.url).pipe(
      Effect.withRandom(Random.make("load")),
      Effect.withRuntimeFlagsPatch(RuntimeFlagsPatch.enable(RuntimeFlags.RuntimeMetrics))
    )
  ).finally(emulator.stop)

  const [first, last] = [ends[0] ?? before, ends.at(-1) ?? before]
  const growth = (100 * (last.rss - first.rss)) / first.rss
  const heapGrowth = (100 * (last.heap - first.heap)) / first.heap
  const isLetGo = letGo(after, before)
  log(`at the end: ${shown(after)}`)
  log(`failures: ${JSON.stringify(done.failures)}`)
  if (values.json) console.log(JSON.stringify({ ...amount, minutes, before, ends, after, growth, heapGrowth, done }))
  console.log(
    `load ${amount.executes} executes, ${amount.jobs} jobs, ${minutes} minutes: RSS ${growth.toFixed(1)} % ` +
      `(goal ${goal} %), live heap ${heapGrowth.toFixed(1)} %, handles ${isLetGo ? "back" : "NOT back"}`
  )
  process.exitCode = growth <= goal && isLetGo ? 0 : 1
}

const loadHeap = async (heap: number): Promise<void> => {
  const load = { heap, executes: amount.executes, bytes: Number(values.bytes) }
  const result = await measureHeap(load)
  if (values.json) console.log(JSON.stringify({ ...load, ...result }))
  console.log(heapLine(load, result))
  process.exitCode = result.done === load.executes && result.counted === load.executes ? 0 : 1
}

const heap = values["emulator-heap"]
await (heap === undefined ? loadClient() : loadHeap(Number(heap)))
