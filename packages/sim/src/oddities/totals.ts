import { transportNames } from "../chaos/transports.js"
import { clockOperationNames, type OperationName, operationNames } from "./operations.js"
import type { Report } from "./measure.js"

export interface Totals {
  readonly cells: number
  readonly doubled: number
  readonly falseNotSent: number
  readonly hangs: number
  readonly unhandled: number
  /** Cells that ended otherwise than the table says. */
  readonly unexpected: ReadonlyArray<Report>
  /** Connections that outlive their client, by transport. */
  readonly openSockets: Readonly<Record<string, number>>
}

export const totalsOf = (reports: ReadonlyArray<Report>, unhandled: number): Totals => ({
  cells: reports.length,
  doubled: reports.filter(({ isDoubled }) => isDoubled).length,
  falseNotSent: reports.filter(({ isFalseProof }) => isFalseProof).length,
  hangs: reports.filter(({ end }) => end === "hangs").length,
  unhandled,
  unexpected: reports.filter(({ expected }) => expected !== undefined),
  openSockets: Object.fromEntries(
    transportNames.map((name) => [
      name,
      reports.reduce((sum, { openSockets, transport }) => sum + (transport === name ? openSockets : 0), 0)
    ])
  )
})

/** Whether a promise is broken. Only our own transport promises to leave no connection behind. */
export const isBroken = (totals: Totals): boolean =>
  totals.cells === 0 ||
  totals.doubled + totals.falseNotSent + totals.hangs + totals.unhandled + totals.unexpected.length > 0 ||
  (totals.openSockets["node"] ?? 0) > 0

const cellText = (reports: ReadonlyArray<Report>, operation: OperationName): string => {
  const own = reports.filter((report) => report.operation === operation)
  const ends = transportNames.map((name) => own.find(({ transport }) => transport === name)?.end.split(" ")[0] ?? "")
  return ends[0] === ends[1] ? (ends[0] ?? "") : ends.join(" / ")
}

const tableOf = (all: ReadonlyArray<Report>, names: ReadonlyArray<OperationName>): ReadonlyArray<string> => {
  const reports = all.filter(({ operation }) => names.includes(operation))
  const rows = [...new Set(reports.map(({ group, oddity }) => `${group}: ${oddity}`))]
  if (rows.length === 0) return []
  const of = (row: string) => reports.filter(({ group, oddity }) => `${group}: ${oddity}` === row)
  return [
    `| oddity (${transportNames.join(" / ")} where they differ) | ${names.join(" | ")} |`,
    `|${" --- |".repeat(names.length + 1)}`,
    ...rows.map((row) => `| ${row} | ${names.map((name) => cellText(of(row), name)).join(" | ")} |`),
    ""
  ]
}

export const linesOf = (reports: ReadonlyArray<Report>, totals: Totals): ReadonlyArray<string> => [
  ...tableOf(reports, operationNames),
  ...tableOf(reports, clockOperationNames),
  ...totals.unexpected.map(
    ({ end, expected, group, oddity, operation, transport }) =>
      `${group}: ${oddity}, ${operation} over ${transport}: ${end}, not ${expected}`
  ),
  `oddities: ${totals.cells} cells; ${totals.doubled} doubled executions, ${totals.falseNotSent} false NotSent, ` +
    `${totals.hangs} hangs, ${totals.unhandled} unhandled rejections, ${totals.unexpected.length} other ends than ` +
    `in the table; connections open after 100 ms: ${Object.entries(totals.openSockets)
      .map(([name, count]) => `${name} ${count}`)
      .join(", ")}`
]
