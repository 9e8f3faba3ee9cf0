/**
 * `npm run bench`: what a call costs next to its raw peers, what a tracer and metrics add to it, and what a waiting job
 * costs, and how long the command line takes to start. `--json` for machines. `--only calls`, `telemetry`, `heap`, `virtual`
 * or `start` measures that part alone.
 */
import { execFileSync, fork } from "node:child_process"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { clients } from "./clients.js"
import { messageOf } from "./rounds.js"
import { startTimes } from "./start.js"
import { telemetryCosts } from "./telemetry.js"
import { cpuPerCall, median } from "./workload.js"

const { values } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    only: { type: "string" },
    rounds: { type: "string", default: "9" },
    requests: { type: "string", default: "3000" }
  }
})
const rounds = Number(values.rounds)
const requests = Number(values.requests)
const inFlight = 16

const parts = ["calls", "telemetry", "heap", "virtual", "start"] as const
const { only } = values
if (only !== undefined && !parts.some((part) => part === only)) {
  console.error(`npm run bench -- [--only ${parts.join("|")}] [--rounds N] [--requests N] [--json]`)
  process.exit(2)
}
const isWanted = (part: (typeof parts)[number]): boolean => only === undefined || only === part

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url))
const log = (line: string): void => {
  if (!values.json) console.log(line)
}

const callCosts = async (origin: string) => {
  const all = clients(origin)
  for (const client of all) await client.round(requests, inFlight)
  const ratios = new Map<string, Array<number>>()
  const micros = new Map<string, Array<number>>()
  for (let round = 0; round < rounds; round++) {
    const costs = new Map<string, number>()
    for (const client of all) costs.set(client.name, await cpuPerCall(client, requests, inFlight))
    const base = costs.get(all[0]?.name ?? "") ?? NaN
    for (const [name, cost] of costs) {
      ratios.set(name, [...(ratios.get(name) ?? []), cost / base])
      micros.set(name, [...(micros.get(name) ?? []), cost])
    }
  }
  for (const client of all) await client.close()
  return all.map(({ name }) => ({
    name,
    ratio: median(ratios.get(name) ?? []),
    microseconds: median(micros.get(name) ?? [])
  }))
}

const heapOf = (what: "results" | "fibers"): { readonly submitted: number; readonly bytesPerJob: number } =>
  JSON.parse(execFileSync(process.execPath, ["--expose-gc", here("./heap.js"), what], { encoding: "utf8" }))

const sixHours = (
  pace: "default" | "spaced"
): {
  readonly polls: number
  readonly firstMillis: number
  readonly medianMillis: number
  readonly leastMillis: number
} => JSON.parse(execFileSync(process.execPath, [here("./sixHours.js"), pace], { encoding: "utf8" }))

const server = fork(here("./server.js"))
const url = `http://127.0.0.1:${String(await messageOf(server))}`

const measureCalls = async () => {
  log(
    `client CPU per call at ${inFlight} in flight, ${rounds} interleaved rounds of ${requests} calls, median; Node ${process.version}`
  )
  const calls = await callCosts(url)
  for (const { microseconds, name, ratio } of calls) {
    log(`  ${name.padEnd(42)} ${ratio.toFixed(2).padStart(6)} x ${microseconds.toFixed(0).padStart(6)} us`)
  }
  const ratioOf = (name: string): number => calls.find((call) => call.name === name)?.ratio ?? NaN
  const own = ratioOf("effect-connectors, in a fiber")
  return {
    calls,
    figures: {
      "call, x undici request (at most 2.5)": own,
      "call, x effect layerUndici (under 0.5)": own / ratioOf("effect layerUndici + schemaBodyJson")
    }
  }
}

const measureTelemetry = async () => {
  log("what a tracer and metrics add to a call in a fiber, each in processes of its own (90 % of the rounds)")
  const telemetry = [
    ...(await telemetryCosts("memory", url, rounds, requests)),
    ...(await telemetryCosts("node", url, rounds, requests))
  ]
  for (const { byUndici, microseconds, name, ratio, spread, transport } of telemetry) {
    const [low, high] = spread
    log(
      `  ${`${transport}, ${name}`.padEnd(42)} ${ratio.toFixed(2).padStart(6)} x (${low.toFixed(2)} to ${high.toFixed(2)}) ` +
        `${microseconds.toFixed(1).padStart(6)} us, ${byUndici.toFixed(2)} x undici request`
    )
  }
  const traced = telemetry.find(({ name, transport }) => transport === "node" && name === "tracer")
  return { telemetry, figures: { "call with a tracer, x undici request (goal 2.5)": traced?.byUndici ?? NaN } }
}

const measureHeap = () => {
  log("heap of a waiting job, 10,000 of them")
  const results = heapOf("results")
  const fibers = heapOf("fibers")
  log(`  ${"jobs.results".padEnd(42)} ${String(results.bytesPerJob).padStart(6)} bytes`)
  log(`  ${"one fiber per job".padEnd(42)} ${String(fibers.bytesPerJob).padStart(6)} bytes`)
  return {
    heap: { results, fibers },
    figures: { "heap per waiting job in bytes (at most 2048)": results.bytesPerJob }
  }
}

const measureVirtual = () => {
  log("a test that follows a job of six hours on VirtualClock")
  const virtual = { default: sixHours("default"), spaced: sixHours("spaced") }
  for (const [pace, { firstMillis, leastMillis, medianMillis, polls }] of Object.entries(virtual)) {
    log(
      `  ${pace.padEnd(8)} ${polls} polls: ${firstMillis.toFixed(0)} ms of CPU in a fresh process, and once it is compiled ${medianMillis.toFixed(0)} ms (median), ${leastMillis.toFixed(0)} ms (least)`
    )
  }
  return {
    virtual,
    figures: {
      "CPU of a six-hour job's test in ms (under 50)": virtual.default.medianMillis,
      // what else a shared machine does only ever adds
      "the same, least of its runs": virtual.default.leastMillis,
      "at the pace of a schedule (under 50)": virtual.spaced.medianMillis,
      "the same, least of its runs with a schedule": virtual.spaced.leastMillis
    }
  }
}

const measureStart = () => {
  log(`start of the command line, ${2 * rounds} rounds: median of the ratios, and the least time`)
  const start = startTimes(2 * rounds)
  for (const { millis, name, ratio } of start) {
    log(`  ${name.padEnd(42)} ${ratio.toFixed(2).padStart(6)} x ${millis.toFixed(0).padStart(6)} ms`)
  }
  return {
    start,
    figures: {
      "start of actions execute --help, x bare node (at most 4)":
        start.find(({ name }) => name === "actions execute --help")?.ratio ?? NaN
    }
  }
}

const measured: ReadonlyArray<{ readonly figures?: Readonly<Record<string, number>> }> = [
  isWanted("calls") ? await measureCalls() : {},
  isWanted("telemetry") ? await measureTelemetry() : {},
  isWanted("heap") ? measureHeap() : {},
  isWanted("virtual") ? measureVirtual() : {},
  isWanted("start") ? measureStart() : {}
]
server.disconnect()

const figures = Object.fromEntries(measured.flatMap(({ figures = {} }) => Object.entries(figures)))
log("figures")
for (const [name, value] of Object.entries(figures)) log(`  ${name.padEnd(48)} ${value.toFixed(2)}`)
if (values.json)
  console.log(
    JSON.stringify(
      Object.assign({ node: process.version, rounds, requests, inFlight }, ...measured, { figures }),
      null,
      2
    )
  )
