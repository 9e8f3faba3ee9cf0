import { addCount, addCounts, type Counts, listOfCounts, sumOfCounts } from "../common/counts.js"
import { simulatorFaults } from "./faults.js"
import type { History } from "./history.js"

/** What happened in a run of many seeds: a run without faults proves nothing. */
export interface Totals {
  seeds: number
  exchanges: number
  faults: Counts
  outcomes: Counts
  calls: Counts
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

export const add = (totals: Totals, { events, truth }: History): void => {
  totals.seeds++
  for (const event of events) {
    switch (event.kind) {
      case "send":
        totals.exchanges++
        if (event.detail.fault !== "") addCount(totals.faults, event.detail.fault)
        break
      case "clock":
        addCount(totals.faults, event.detail.fault)
        break
      case "invoke":
        addCount(totals.calls, event.op)
        if (event.detail.job !== undefined && /\.[19]$/.test(event.client)) totals.resumed++
        break
      case "ok":
        addCount(totals.outcomes, event.detail.job !== undefined && event.detail.end !== true ? "Accepted" : "ok")
        break
      case "fail":
      case "unknown":
        addCount(totals.outcomes, event.detail.tag)
        break
      case "interrupted":
        addCount(totals.outcomes, "interrupted")
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
  for (const name of ["faults", "outcomes", "calls"] as const) addCounts(into[name], from[name])
  for (const name of ["seeds", "exchanges", "crashes", "interrupts", "resumed", "jobs", "neverEnding"] as const) {
    into[name] += from[name]
  }
}

export const faultsOf = ({ faults }: Totals): number => sumOfCounts(faults)

/** The kinds of faults that no exchange met. */
export const missing = ({ faults }: Totals): ReadonlyArray<string> =>
  simulatorFaults.filter((kind) => (faults[kind] ?? 0) === 0)

export const linesOf = (totals: Totals): ReadonlyArray<string> => {
  const faults = faultsOf(totals)
  const per = (value: number): string => (totals.seeds === 0 ? "0" : (value / totals.seeds).toFixed(1))
  return [
    `exchanges: ${totals.exchanges} (${per(totals.exchanges)} per seed)`,
    `faults: ${faults} (${per(faults)} per seed), ${Object.keys(totals.faults).length} of ${simulatorFaults.length} kinds: ${listOfCounts(totals.faults)}`,
    `outcomes: ${listOfCounts(totals.outcomes)}`,
    `calls: ${listOfCounts(totals.calls)}`,
    `jobs: ${totals.jobs}, of which never end: ${totals.neverEnding}; followed again from stored references: ${totals.resumed}`,
    `crashes: ${totals.crashes}, interrupts: ${totals.interrupts}`
  ]
}
