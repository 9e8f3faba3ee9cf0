/** `docs/performance.md`: its tables are made from `docs/performance/figures.json`, which keeps the last run of each row. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { drawPlots } from "./plot.js"
import { rounded } from "./report.js"
import type { Figure, Group, Plot, RowResult, Variant } from "./row.js"

/** A run of a row, with what it was measured on. */
export interface MeasuredRow extends RowResult {
  readonly node: string
  /** The load of the machine before the row, in busy cores. */
  readonly load: number
  readonly rounds: number
  readonly calls: number
}

type Figures = Readonly<Record<string, MeasuredRow>>

const fileOf = (path: string): URL => new URL(`../../../docs/${path}`, import.meta.url)
const figuresFile = fileOf("performance/figures.json")
const pageFile = fileOf("performance.md")

const tableOf = (head: ReadonlyArray<string>, lines: ReadonlyArray<ReadonlyArray<string>>): string => {
  const cells = [head, ...lines].map((line) => line.map((cell) => cell.replaceAll("|", "\\|")))
  const widths = head.map((_, column) => Math.max(3, ...cells.map((line) => line[column]?.length ?? 0)))
  const lineOf = (line: ReadonlyArray<string>) =>
    `| ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`
  const [first = [], ...rest] = cells
  return [lineOf(first), lineOf(widths.map((width) => "-".repeat(width))), ...rest.map(lineOf)].join("\n")
}

const spreadText = ({ spread }: Variant): string =>
  spread === undefined ? "" : `${rounded(spread[0])} to ${rounded(spread[1])}`

const groupTable = ({ title, unit, variants }: Group): string => {
  const hasRatio = variants.some(({ ratio }) => ratio !== undefined)
  const hasSpread = variants.some(({ spread }) => spread !== undefined)
  const hasServer = variants.some(({ server }) => server !== undefined)
  const head = [
    title,
    unit,
    ...(hasRatio ? ["x"] : []),
    ...(hasSpread ? ["90 % of the rounds"] : []),
    ...(hasServer ? [`server, ${unit}`] : [])
  ]
  return tableOf(
    head,
    variants.map((variant) => {
      const { failed, name, ratio, server, value } = variant
      if (failed !== undefined) return [name, `failed: ${failed}`, ...head.slice(2).map(() => "")]
      return [
        name,
        rounded(value),
        ...(hasRatio ? [ratio === undefined ? "" : rounded(ratio)] : []),
        ...(hasSpread ? [spreadText(variant)] : []),
        ...(hasServer ? [server === undefined ? "" : rounded(server)] : [])
      ]
    })
  )
}

const rowPart = ({ calls, groups, load, node, rounds }: MeasuredRow): string =>
  [
    ...groups.map(groupTable),
    `Run with \`--rounds ${rounds} --requests ${calls}\` on Node ${node}, at a load of ${load.toFixed(1)}.`
  ].join("\n\n")

const goalOf = ({ atMost, value }: Figure): ReadonlyArray<string> =>
  atMost === undefined ? ["", ""] : [`at most ${atMost}`, value <= atMost ? "yes" : `no, ${rounded(value / atMost)} x`]

const goalsPart = (figures: Figures): string =>
  tableOf(
    ["what", "figure", "goal", "met"],
    Object.values(figures).flatMap((row) =>
      row.figures.map((figure) => [figure.name, `${rounded(figure.value)} ${figure.unit}`, ...goalOf(figure)])
    )
  )

/** The page with the content at its place, or `undefined`. */
const filled = (page: string, name: string, content: string): string | undefined => {
  const [start, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`]
  const [from, to] = [page.indexOf(start), page.indexOf(end)]
  if (from === -1 || to === -1) return undefined
  return `${page.slice(0, from + start.length)}\n\n${content}\n\n${page.slice(to)}`
}

/** Numbers of a file that is kept have four digits: more is noise, and a change in each run. */
const short = (_: string, value: unknown): unknown =>
  typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value

/** The page with the tables of these rows, and the places that it lacks. */
export const pageWith = (
  text: string,
  figures: Figures
): { readonly page: string; readonly lacks: ReadonlyArray<string> } => {
  const lacks: Array<string> = []
  let page = text
  for (const [name, content] of [
    ["goals", goalsPart(figures)] as const,
    ...Object.entries(figures).map(([name, row]) => [`row ${name}`, rowPart(row)] as const)
  ]) {
    const next = filled(page, name, content)
    if (next === undefined) lacks.push(name)
    else page = next
  }
  return { page, lacks }
}

/** Keeps these rows, in the order given by all their names, and writes the tables. Gives the places that the page lacks. */
export const writePage = (measured: Figures, order: ReadonlyArray<string>): ReadonlyArray<string> => {
  const kept: Figures = JSON.parse(readFileSync(figuresFile, "utf8"))
  const all: Figures = { ...kept, ...measured }
  const figures = Object.fromEntries(
    order.flatMap((name) => {
      const row = all[name]
      return row === undefined ? [] : [[name, row] as const]
    })
  )
  writeFileSync(figuresFile, `${JSON.stringify(figures, short, 2)}\n`)
  const { lacks, page } = pageWith(readFileSync(pageFile, "utf8"), figures)
  writeFileSync(pageFile, page)
  return lacks
}

/** Writes an SVG for each plot. */
export const writePlots = (plots: ReadonlyArray<Plot>): void => {
  mkdirSync(fileOf("performance/"), { recursive: true })
  for (const plot of plots) writeFileSync(fileOf(`performance/${plot.file}.svg`), drawPlots([plot]))
}
