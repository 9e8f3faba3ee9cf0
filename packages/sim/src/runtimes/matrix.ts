/** The matrix of the runtimes: what each cell came to, and how it is shown. */
import type { RuntimeKind } from "./install.js"
import { type CellReport, type Feature, features, type TransportName } from "./plan.js"

/** What the emulator saw of a transport. */
export interface Seen {
  /** How often the call whose answer was lost was executed. */
  readonly executed: number
  /** Whether the client of the interrupted call left. */
  readonly left: boolean
}

export interface Cell {
  readonly runtime: RuntimeKind
  readonly version: string
  readonly transport: TransportName
  readonly feature: Feature
  /** Starts with `ok`, or is the reason. */
  readonly text: string
}

// a runtime that sends again by itself gets an answer the second time
const lostAnswer = (end: string, executed: number, most: number): string => {
  const times = executed === 1 ? "once" : executed === 2 ? "twice" : `${executed} times`
  if (executed === 0 || executed > most) return `${end}, executed ${times} of at most ${most}`
  if (executed === 1 && end === "OutcomeUnknown") return "ok"
  const isSentAgain = executed > 1 && (end === "OutcomeUnknown" || end === "value")
  return `${isSentAgain ? "ok" : end}, executed ${times}`
}

/** A cell from what the program reported and what the emulator saw; `most`: how often a POST may arrive. */
export const cellOf = (
  runtime: RuntimeKind,
  version: string,
  { end, feature, transport }: CellReport,
  seen: Seen,
  most: number
): Cell => {
  const text =
    feature === "lost answer"
      ? lostAnswer(end, seen.executed, most)
      : feature === "interrupt" && end === "ok" && !seen.left
        ? "the request went on at the server"
        : end
  return { runtime, version, transport, feature, text }
}

/** Whether a cell is as it should be. */
export const isOk = ({ text }: Cell): boolean => /^ok(,|$)/.test(text)

const shown = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ").slice(0, 200)

const padded = (rows: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<string> => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(3, ...rows.map((row) => row[column]?.length ?? 0)))
  const [head, ...rest] = rows.map(
    (row) => `| ${row.map((text, column) => text.padEnd(widths[column] ?? 0)).join(" | ")} |`
  )
  return [head ?? "", `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...rest]
}

/** The table in Markdown: a row for each runtime and transport. */
export const tableOf = (cells: ReadonlyArray<Cell>): ReadonlyArray<string> => {
  const rows = new Map<string, ReadonlyArray<Cell>>()
  for (const cell of cells) {
    const key = `${cell.runtime} ${cell.version}\n${cell.transport}`
    rows.set(key, [...(rows.get(key) ?? []), cell])
  }
  return padded([
    ["runtime", "transport", ...features],
    ...Array.from(rows, ([key, ofRow]) => [
      ...key.split("\n").map((text, index) => (index === 0 ? text : `\`${text}\``)),
      ...features.map((feature) => shown(ofRow.find((cell) => cell.feature === feature)?.text ?? "-"))
    ])
  ])
}

const begin = "<!-- `npm run runtimes -- --write` writes this table -->"
const end = "<!-- end of the table -->"

/** A page with the table in place of the one between its marks. */
export const withTable = (page: string, table: ReadonlyArray<string>): string => {
  const from = page.indexOf(begin)
  const to = page.indexOf(end)
  if (from < 0 || to < from) throw new Error("the page has no marks for the table")
  return `${page.slice(0, from)}${begin}\n\n${table.join("\n")}\n\n${page.slice(to)}`
}
