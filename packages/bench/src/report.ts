/** The lines that `npm run bench` prints. */
import type { Figure, Group, RowResult, Variant } from "./row.js"

/** Three digits are as many as a figure of a shared machine has. */
export const rounded = (value: number): string =>
  value >= 100 ? Math.round(value).toLocaleString("en-US") : value >= 10 ? value.toFixed(1) : value.toFixed(2)

const lineOf = ({ failed, name, ratio, server, spread, value }: Variant, unit: string): string => {
  const label = `  ${name.padEnd(46)}`
  if (failed !== undefined) return `${label} failed: ${failed}`
  const [low, high] = spread ?? []
  const range = low === undefined || high === undefined ? "" : ` (${rounded(low)} to ${rounded(high)})`
  const amount = `${rounded(value)} ${unit}`
  const beside = server === undefined ? "" : `, server ${rounded(server)} ${unit}`
  return ratio === undefined
    ? `${label} ${amount.padStart(12)}${range}${beside}`
    : `${label} ${rounded(ratio).padStart(6)} x${range.padEnd(18)} ${amount.padStart(12)}${beside}`
}

const groupLines = ({ title, unit, variants }: Group): ReadonlyArray<string> => [
  title,
  ...variants.map((variant) => lineOf(variant, unit))
]

const figureLine = ({ atMost, name, unit, value }: Figure): string => {
  const goal = atMost === undefined ? "" : `, goal ${atMost}: ${value <= atMost ? "met" : "missed"}`
  return `  ${name.padEnd(52)} ${`${rounded(value)} ${unit}`.padStart(12)}${goal}`
}

export const rowLines = ({ figures, groups }: RowResult): ReadonlyArray<string> => [
  ...groups.flatMap(groupLines),
  ...(figures.length > 0 ? ["figures", ...figures.map(figureLine)] : [])
]

/** The lines without a value. */
export const failedLines = ({ groups }: RowResult): ReadonlyArray<string> =>
  groups.flatMap(({ variants }) =>
    variants.flatMap(({ failed, name }) => (failed === undefined ? [] : [`${name}: ${failed}`]))
  )
