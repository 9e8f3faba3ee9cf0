/** What a job costs that is waited for, by how many there are: its heap, the CPU of its polls, and how late they come. */
import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import type { Group, Plot, Row, RowOptions, Variant } from "../row.js"
import { median } from "../workload.js"
import { variants } from "./tracker/variants.js"

const run = promisify(execFile)
const programOf = (name: string): string => fileURLToPath(new URL(`./${name}.js`, import.meta.url))

interface Size {
  readonly jobs: number
  readonly everyMillis: number
  readonly windowMillis: number
  readonly rounds: number
}

const sizesOf = ({ plots, quick, rounds }: RowOptions): ReadonlyArray<Size> => {
  const small = { everyMillis: 2_000, windowMillis: quick ? 4_000 : 8_000, rounds: quick ? 1 : Math.min(rounds, 3) }
  const large = { everyMillis: 10_000, windowMillis: 20_000, rounds: 1 }
  if (quick) return [{ ...small, jobs: 10_000 }]
  return [
    { ...small, jobs: 1_000 },
    { ...small, jobs: 10_000 },
    { ...large, jobs: 100_000 },
    ...(plots ? [{ ...large, jobs: 1_000_000, everyMillis: 100_000 }] : [])
  ]
}

/** What the worker prints. */
interface Measured {
  readonly bytes: number
  readonly micros: number
  readonly lag: number
}

interface Cost {
  readonly name: string
  readonly measured: ReadonlyArray<Measured>
  readonly failed?: string
}

const whyOf = (error: unknown): string => {
  if (typeof error === "object" && error !== null && "killed" in error && error.killed === true) return "took too long"
  const text = error instanceof Error ? error.message : String(error)
  return text.includes("heap out of memory") ? "does not fit into a heap of 8 GB" : (text.split("\n").at(-1) ?? text)
}

const measureOne = async (name: string, { everyMillis, jobs, windowMillis }: Size): Promise<Measured> => {
  const heap = ["--expose-gc", "--max-old-space-size=8192"]
  const args = [...heap, programOf("trackerWorker"), name, String(jobs), String(everyMillis), String(windowMillis)]
  const timeout = 5 * everyMillis + 2 * windowMillis + 60_000
  const { stdout } = await run(process.execPath, args, { timeout, killSignal: "SIGKILL" })
  return JSON.parse(stdout)
}

/** One after the other: two at once would make each other late. */
const costsOf = async (size: Size): Promise<ReadonlyArray<Cost>> => {
  const costs = Object.keys(variants).map((name) => ({
    name,
    measured: new Array<Measured>(),
    failures: new Array<string>()
  }))
  for (let round = 0; round < size.rounds; round++) {
    for (const { failures, measured, name } of costs) {
      if (failures.length > 0) continue
      try {
        measured.push(await measureOne(name, size))
      } catch (error) {
        failures.push(whyOf(error))
      }
    }
  }
  return costs.map(({ failures: [failed], measured, name }) =>
    failed === undefined ? { name, measured } : { name, measured, failed }
  )
}

const quantities = {
  bytes: { title: "heap of a waiting job", unit: "bytes", file: "tracker-heap" },
  micros: { title: "CPU of a poll", unit: "us", file: "tracker-cpu" },
  lag: { title: "worst lag of a poll", unit: "ms", file: "tracker-lag" }
} as const satisfies Record<keyof Measured, object>

const keys = ["bytes", "micros", "lag"] as const

const groupOf = (key: keyof Measured, { everyMillis, jobs }: Size, costs: ReadonlyArray<Cost>): Group => {
  const [first] = costs
  const variantOf = ({ failed, measured, name }: Cost): Variant => {
    const values = measured.map((one) => one[key])
    if (failed !== undefined) return { name, value: NaN, failed }
    const ratio = median(values.map((value, round) => value / (first?.measured[round]?.[key] ?? NaN)))
    return { name, value: median(values), ratio }
  }
  const { title, unit } = quantities[key]
  return {
    title: `${title}, ${jobs.toLocaleString("en")} jobs, a poll of each every ${everyMillis / 1_000} s`,
    unit,
    variants: costs.map(variantOf)
  }
}

const sockets = async (quick: boolean) => {
  const [jobs, perSecond, windowMillis] = quick ? [1_000, 50, 3_000] : [10_000, 50, 20_000]
  const { stdout } = await run(
    process.execPath,
    [programOf("trackerSocketsWorker"), String(jobs), String(perSecond), String(windowMillis)],
    { timeout: windowMillis + 120_000, killSignal: "SIGKILL" }
  )
  const measured: { readonly polls: number; readonly most: number; readonly timers: number } = JSON.parse(stdout)
  const under = `${jobs.toLocaleString("en")} jobs over sockets at ${perSecond} a second`
  return [
    { name: `${under}: the most polls in any second`, value: measured.most, unit: "polls", atMost: perSecond },
    { name: `${under}: timers alive`, value: measured.timers, unit: "timers", atMost: 1 }
  ]
}

const measure = async (options: RowOptions) => {
  const sizes = sizesOf(options)
  const measured = new Array<{ readonly size: Size; readonly groups: Readonly<Record<keyof Measured, Group>> }>()
  for (const size of sizes) {
    const costs = await costsOf(size)
    const groups = {
      bytes: groupOf("bytes", size, costs),
      micros: groupOf("micros", size, costs),
      lag: groupOf("lag", size, costs)
    }
    measured.push({ size, groups })
  }
  const plotOf = (key: keyof Measured): Plot => ({
    file: quantities[key].file,
    title: quantities[key].title,
    x: "jobs",
    y: quantities[key].unit,
    lines: Object.keys(variants).map((name) => ({
      name,
      points: measured.flatMap(({ groups, size }) =>
        groups[key].variants
          .filter((variant) => variant.name === name && variant.failed === undefined)
          .map(({ value }) => [size.jobs, value] as const)
      )
    }))
  })
  const ours = (key: keyof Measured, jobs: number): number =>
    measured.find(({ size }) => size.jobs === jobs)?.groups[key].variants[0]?.value ?? NaN
  const most = Math.max(...sizes.map(({ jobs }) => jobs))
  const of = `${most.toLocaleString("en")} jobs in jobs.results`
  return {
    groups: keys.flatMap((key) => measured.map(({ groups }) => groups[key])),
    figures: [
      { name: `${of}: heap each`, value: ours("bytes", most), unit: "bytes", atMost: 1_000 },
      { name: `${of}: worst lag`, value: ours("lag", Math.min(most, 100_000)), unit: "ms", atMost: 50 },
      ...(await sockets(options.quick))
    ],
    plots: keys.map(plotOf)
  }
}

export const tracker: Row = {
  name: "tracker",
  about: "a job that is waited for, by how many there are",
  peers: true,
  measure
}
