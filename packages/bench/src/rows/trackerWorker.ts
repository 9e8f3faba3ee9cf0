/** One variant of the row `tracker`: `node --expose-gc trackerWorker.js VARIANT JOBS EVERY_MILLIS WINDOW_MILLIS`. */
import { setTimeout as sleep } from "node:timers/promises"
import { MemoryJobs } from "./tracker/memoryJobs.js"
import { variants } from "./tracker/variants.js"

const [name = "", ...numbers] = process.argv.slice(2)
const [count = 0, everyMillis = 0, windowMillis = 0] = numbers.map(Number)
const variant = variants[name]
if (variant === undefined) throw new Error(`there is no variant "${name}"`)

const heapAfterCollection = async (): Promise<number> => {
  for (let times = 0; times < 3; times++) {
    globalThis.gc?.()
    await sleep(20)
  }
  return process.memoryUsage().heapUsed
}

const jobs = new MemoryJobs(count, everyMillis)
const follow = await variant({ jobs, everyMillis })

/** The polls of the jobs are spread over the time between two of one job. */
const followMore = async (total: number): Promise<void> => {
  const startedAt = performance.now()
  for (let started = 0; started < total;) {
    const wanted = Math.min(total, Math.ceil(((performance.now() - startedAt) / everyMillis) * total))
    for (; started < wanted; started++) follow()
    await sleep(5)
  }
}

// code and caches are not counted
for (let warm = 0; warm < 100; warm++) follow()
await sleep(Math.min(everyMillis, 1_000) + 200)
const before = await heapAfterCollection()
await followMore(count - 100)
// some need a turn to submit
while (jobs.submitted < count) await sleep(5)
// from here on each is polled once in that time
await sleep(everyMillis)
jobs.reset()

const cpu = process.cpuUsage()
await sleep(windowMillis)
const { system, user } = process.cpuUsage(cpu)
const lags = Float64Array.from(jobs.lags).sort()
// afterwards, as it makes polls late
jobs.reset()
const after = await heapAfterCollection()

process.stdout.write(
  `${JSON.stringify({
    bytes: (after - before) / (count - 100),
    micros: (user + system) / lags.length,
    lag: lags[lags.length - 1],
    usualLag: lags[Math.floor(lags.length * 0.99)],
    perSecond: (lags.length / windowMillis) * 1_000
  })}\n`
)
process.exit(0)
