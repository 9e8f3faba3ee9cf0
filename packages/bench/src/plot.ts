/** Plots as SVG: values over a size, one panel for each figure. */
import { scaleLinear, scaleLog } from "d3-scale"
import type { Plot } from "./row.js"

const panel = { width: 400, height: 240, left: 64, top: 40, bottom: 46, gap: 24 }
const legendLine = 18
// lines that differ for those who do not see all colors too
const colors = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#8c6d00", "#56b4e9", "#5b3fa8", "#1b2430"]
const dashes = ["", "6 4", "2 3"]

type Drawn = Omit<Plot, "file">

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;")

const short = (value: number): string =>
  value >= 1e6 ? `${Number((value / 1e6).toPrecision(3))}M` : Number(value.toPrecision(3)).toLocaleString("en-US")

const at = (value: number): string => value.toFixed(1)

/** From zero, or logarithmic where the small values would not be seen. */
const scaleOf = (values: ReadonlyArray<number>, range: readonly [number, number], isSize: boolean) => {
  const [least, most] = [Math.min(...values), Math.max(...values)]
  const isWide = least > 0 && most / least > (isSize ? 4 : 100)
  if (isWide) return isSize ? scaleLog([least, most], range) : scaleLog([least, most], range).nice()
  return isSize && least < most
    ? scaleLinear([least, most], range)
    : scaleLinear([0, most === 0 ? 1 : most], range).nice(5)
}

const ticksOf = (scale: ReturnType<typeof scaleOf>): ReadonlyArray<number> => {
  const ticks = scale.ticks(5)
  const tens = ticks.filter((tick) => Number.isInteger(Math.log10(tick)))
  // a logarithmic scale has one for each digit
  return ticks.length > 8 && tens.length > 1 ? tens : ticks
}

const lineStyle = (index: number): string => {
  const dash = dashes[Math.floor(index / colors.length) % dashes.length]
  return `stroke="${colors[index % colors.length]}" stroke-width="2"${dash ? ` stroke-dasharray="${dash}"` : ""}`
}

const panelOf = ({ lines, title, x: xName, y: yName }: Drawn, index: number, names: ReadonlyArray<string>) => {
  const x0 = index * (panel.left + panel.width + panel.gap) + panel.left
  const y0 = panel.top + panel.height
  const points = lines.flatMap((line) => line.points)
  const x = scaleOf(
    points.map(([size]) => size),
    [x0 + 12, x0 + panel.width - 16],
    true
  )
  const y = scaleOf(
    points.map(([, value]) => value),
    [y0, panel.top],
    false
  )
  const sizes = [...new Set(points.map(([size]) => size))].sort((a, b) => a - b)
  return [
    `<text x="${x0 - panel.left + 8}" y="${panel.top - 16}" font-weight="600">${escaped(title)}, ${escaped(yName)}</text>`,
    ...ticksOf(y).map((tick) => {
      const height = at(y(tick))
      return (
        `<line x1="${x0}" x2="${x0 + panel.width}" y1="${height}" y2="${height}" stroke="#d5dae2"/>` +
        `<text x="${x0 - 6}" y="${at(y(tick) + 4)}" text-anchor="end">${short(tick)}</text>`
      )
    }),
    ...sizes.map((size) => `<text x="${at(x(size))}" y="${y0 + 18}" text-anchor="middle">${short(size)}</text>`),
    `<text x="${x0 + panel.width / 2}" y="${y0 + 36}" text-anchor="middle">${escaped(xName)}</text>`,
    ...lines.flatMap(({ name, points }) => {
      const style = names.indexOf(name)
      const places = [...points].sort(([a], [b]) => a - b).map(([size, value]) => [at(x(size)), at(y(value))] as const)
      return [
        `<polyline fill="none" ${lineStyle(style)} points="${places.map((place) => place.join(",")).join(" ")}"/>`,
        ...places.map(([cx, cy]) => `<circle cx="${cx}" cy="${cy}" r="3" fill="${colors[style % colors.length]}"/>`)
      ]
    })
  ]
}

/** One SVG, a panel for each plot; lines with the same name have the same color. What is not a number is left out. */
export const drawPlots = (plots: ReadonlyArray<Drawn>): string => {
  const drawn = plots.map((plot) => ({
    ...plot,
    lines: plot.lines.map(({ name, points }) => ({
      name,
      points: points.filter((point) => point.every(Number.isFinite))
    }))
  }))
  const names = [...new Set(drawn.flatMap(({ lines }) => lines.map(({ name }) => name)))]
  const width = plots.length * (panel.left + panel.width + panel.gap)
  const legendTop = panel.top + panel.height + panel.bottom + 14
  // an estimate: there is no font to measure
  const columnWidth = 60 + 7 * Math.max(0, ...names.map(({ length }) => length))
  const columns = Math.max(1, Math.floor(width / columnWidth))
  const height = legendTop + Math.ceil(names.length / columns) * legendLine
  const legend = names.map((name, index) => {
    const [x, y] = [panel.left + (index % columns) * columnWidth, legendTop + Math.floor(index / columns) * legendLine]
    return (
      `<line x1="${x - 44}" x2="${x - 22}" y1="${y - 4}" y2="${y - 4}" ${lineStyle(index)}/>` +
      `<text x="${x - 14}" y="${y}">${escaped(name)}</text>`
    )
  })
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="12" fill="#1b2430" role="img">`,
    `<title>${escaped(plots.map(({ title }) => title).join("; "))}</title>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    ...drawn.flatMap((plot, index) => panelOf(plot, index, names)),
    ...legend,
    "</svg>"
  ].join("\n")}\n`
}
