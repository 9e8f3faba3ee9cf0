import { simulatorFaults } from "./faults.js"
import type { History } from "./history.js"

/** What happened in a run of many seeds: a run without faults proves nothing. */
export interface Totals {
  seeds: number
  exchanges: number
  faults: Record<string, number>
  outcomes: Record<string, number>
  calls: Record<string, number>
  crashes: number
  interrupts: number
  resumed: number
  jobs: number
  neverEnding: number
}

export const noTotals = (): Totals => ({
  seeds: 0,
  exchanges: 0,
  faults: {},
  outcomes: {},
  calls: {},
  crashes: 0,
  interrupts: 0,
  resumed: 0,
  jobs: 0,
  neverEnding: 0
})

const count = (counts: Record<string, number>, name: string, by = 1): void => {
  counts[name] = (counts[name] ?? 0) + by
}

export const add = (totals: Totals, { events, truth }: History): void => {
  totals.seeds++
  for (const event of events) {
    switch (event.kind) {
      case "send":
        totals.exchanges++
        if (event.detail.fault !== "") count(totals.faults, event.detail.fault)
        break
      case "invoke":
        count(totals.calls, event.op)
        if (event.detail.job !== undefined && /\.[19]$/.test(event.client)) totals.resumed++
        break
      case "ok":
        count(totals.outcomes, event.detail.job !== undefined && event.detail.end !== true ? "Accepted" : "ok")
        break
      case "fail":
      case "unknown":
        count(totals.outcomes, event.detail.tag)
        break
      case "interrupted":
        count(totals.outcomes, "interrupted")
        if (event.detail.by === "user") totals.interrupts++
        break
      case "crash":
        totals.crashes++
        break
      default:
    }
  }
  for (const job of Object.values(truth.jobs)) {
    totals.jobs++
    if (job.end === "never") totals.neverEnding++
  }
}

/** Adds the second to the first. */
export const merge = (into: Totals, from: Totals): void => {
  for (const name of ["faults", "outcomes", "calls"] as const) {
    for (const [key, value] of Object.entries(from[name])) count(into[name], key, value)
  }
  for (const name of ["seeds", "exchanges", "crashes", "interrupts", "resumed", "jobs", "neverEnding"] as const) {
    into[name] += from[name]
  }
}

export const faultsOf = ({ faults }: Totals): number => Object.values(faults).reduce((sum, value) => sum + value, 0)

/** The kinds of faults that no exchange met. */
export const missing = ({ faults }: Totals): ReadonlyArray<string> =>
  simulatorFaults.filter((kind) => (faults[kind] ?? 0) === 0)

const sorted = (counts: Record<string, number>): string =>
  Object.entries(counts)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name} ${value}`)
    .join(", ")

export const linesOf = (totals: Totals): ReadonlyArray<string> => {
  const faults = faultsOf(totals)
  const per = (value: number): string => (totals.seeds === 0 ? "0" : (value / totals.seeds).toFixed(1))
  return [
    `exchanges: ${totals.exchanges} (${per(totals.exchanges)} per seed)`,
    `faults: ${faults} (${per(faults)} per seed), ${Object.keys(totals.faults).length} of ${simulatorFaults.length} kinds: ${sorted(totals.faults)}`,
    `outcomes: ${sorted(totals.outcomes)}`,
    `calls: ${sorted(totals.calls)}`,
    `jobs: ${totals.jobs}, of which never end: ${totals.neverEnding}; followed again from stored references: ${totals.resumed}`,
    `crashes: ${totals.crashes}, interrupts: ${totals.interrupts}`
  ]
}
