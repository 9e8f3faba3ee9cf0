import { addCounts, type Counts, listOfCounts, sumOfCounts } from "../common/counts.js"
import type { Report } from "./cell.js"

export interface Totals {
  readonly cells: number
  readonly calls: number
  readonly faults: Readonly<Counts>
  readonly ends: Readonly<Counts>
  /** Cells that ran again alone, as the machine was too busy for their short attempts. */
  readonly late: number
  readonly executions: number
  readonly duplicates: number
  readonly neverEnded: number
  readonly openSockets: number
  readonly forbiddenConnections: number
  readonly forbiddenCanaries: number
  readonly broken: ReadonlyArray<Report>
  readonly millis: number
}

const added = (a: Readonly<Counts>, b: Readonly<Counts>): Counts => {
  const sums = { ...a }
  addCounts(sums, b)
  return sums
}

/** The totals of two processes that ran at the same time. */
export const merged = (a: Totals, b: Totals): Totals => ({
  cells: Math.max(a.cells, b.cells),
  calls: a.calls + b.calls,
  faults: added(a.faults, b.faults),
  ends: added(a.ends, b.ends),
  late: a.late + b.late,
  executions: a.executions + b.executions,
  duplicates: a.duplicates + b.duplicates,
  neverEnded: a.neverEnded + b.neverEnded,
  openSockets: a.openSockets + b.openSockets,
  forbiddenConnections: a.forbiddenConnections + b.forbiddenConnections,
  forbiddenCanaries: a.forbiddenCanaries + b.forbiddenCanaries,
  broken: [...a.broken, ...b.broken],
  millis: Math.max(a.millis, b.millis)
})

/** The lines that a run prints. */
export const linesOf = (totals: Totals): ReadonlyArray<string> => [
  ...totals.broken.flatMap(({ breaks, end, name, seed }) => [
    `BROKEN ${name}, seed ${seed} (ended in ${end}): ${breaks.join("; ")}`,
    `  again: npm run chaos -- --cell ${name} --seed ${seed}`
  ]),
  `chaos: ${totals.cells} cells, ${totals.calls} calls, ${(totals.millis / 1000).toFixed(1)} s; ${totals.late} run again alone`,
  `faults (${sumOfCounts(totals.faults)}): ${listOfCounts(totals.faults)}`,
  `ends: ${listOfCounts(totals.ends)}`,
  `executions ${totals.executions}, duplicates ${totals.duplicates}, never ended ${totals.neverEnded}, open sockets ${totals.openSockets}, forbidden origin saw ${totals.forbiddenConnections}, broken cells ${totals.broken.length}`
]

/** What the same faults do to the same calls, side by side, as a table of Markdown. */
export const baselineLines = (clients: Readonly<Record<string, Totals>>): ReadonlyArray<string> => [
  "| client | cells | executions | done twice or more | never ended | connections left open | forbidden origin saw | with secrets |",
  "| --- | --: | --: | --: | --: | --: | --: | --: |",
  ...Object.entries(clients).map(
    ([name, { cells, duplicates, executions, neverEnded, openSockets, forbiddenCanaries, forbiddenConnections }]) =>
      `| ${[name, cells, executions, duplicates, neverEnded, openSockets, forbiddenConnections, forbiddenCanaries].join(" | ")} |`
  )
]

/** Whether a promise was broken, or a fault never happened. */
export const isBroken = (totals: Totals): boolean =>
  totals.cells === 0 ||
  totals.broken.length > 0 ||
  totals.duplicates > 0 ||
  totals.neverEnded > 0 ||
  totals.openSockets > 0 ||
  totals.forbiddenConnections > 0 ||
  Object.values(totals.faults).some((count) => count === 0)
