// The plots of docs/durable.md, as one SVG, from the figures of `npm run durable:costs -- --out docs/durable/costs.json`.

const panel = { width: 280, height: 180, left: 58, top: 34, bottom: 40, gap: 24 }
const colors = { postgres: "#1d5fd1", sqlite: "#b35900" }
const names = { postgres: "PostgreSQL", sqlite: "SQLite" }

const plots = [
  { title: "live heap of the runner, MB", value: ({ heapMegabytes }) => heapMegabytes },
  { title: "from the kill until all are followed, s", value: ({ followsSeconds }) => followsSeconds },
  { title: "CPU of the new runner for that, s", value: ({ cpuSeconds }) => cpuSeconds }
]

/** A round number from which on there is room for a value. */
const ceiling = (value) => {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1e-9)))
  return power * [1, 2, 5, 10].find((step) => step * power >= value)
}

const digits = (value) => `${Math.round(value * 100) / 100}`

const drawPanel = (figures, { title, value }, index) => {
  const x0 = index * (panel.left + panel.width + panel.gap) + panel.left
  const y0 = panel.top + panel.height
  const series = Object.keys(colors).map((kind) => ({ kind, points: figures[kind].takeovers }))
  const most = ceiling(Math.max(...series.flatMap(({ points }) => points.map(value))))
  const sizes = series[0].points.map(({ open }) => open)
  const least = Math.log10(sizes[0])
  const span = Math.max(Math.log10(sizes.at(-1)) - least, 1e-9)
  const x = (open) => x0 + 16 + ((Math.log10(open) - least) / span) * (panel.width - 32)
  const y = (amount) => y0 - (amount / most) * panel.height
  const lines = [0, 0.5, 1].map(
    (part) =>
      `<line x1="${x0}" x2="${x0 + panel.width}" y1="${y(part * most)}" y2="${y(part * most)}" stroke="#d5dae2"/>` +
      `<text x="${x0 - 6}" y="${y(part * most) + 4}" text-anchor="end">${digits(part * most)}</text>`
  )
  const ticks = sizes.map(
    (open) => `<text x="${digits(x(open))}" y="${y0 + 18}" text-anchor="middle">${open.toLocaleString("en-US")}</text>`
  )
  const curves = series.map(({ kind, points }) => {
    const at = points.map((point) => [digits(x(point.open)), digits(y(value(point)))])
    return (
      `<polyline fill="none" stroke="${colors[kind]}" stroke-width="2" points="${at.map((p) => p.join(",")).join(" ")}"/>` +
      at.map(([cx, cy]) => `<circle cx="${cx}" cy="${cy}" r="3.5" fill="${colors[kind]}"/>`).join("")
    )
  })
  return [
    `<text x="${x0}" y="${panel.top - 14}" font-weight="600">${title}</text>`,
    ...lines,
    ...ticks,
    `<text x="${x0 + panel.width / 2}" y="${y0 + 34}" text-anchor="middle">open jobs</text>`,
    ...curves
  ]
}

/** The SVG of some figures. */
export const draw = (figures) => {
  const width = plots.length * (panel.left + panel.width + panel.gap)
  const height = panel.top + panel.height + panel.bottom + 24
  const legend = Object.entries(colors).map(
    ([kind, color], index) =>
      `<circle cx="${panel.left + index * 110 + 4}" cy="${height - 14}" r="4" fill="${color}"/>` +
      `<text x="${panel.left + index * 110 + 14}" y="${height - 10}">${names[kind]}</text>`
  )
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="12" fill="#1b2430">`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    ...plots.flatMap((plot, index) => drawPanel(figures, plot, index)),
    ...legend,
    "</svg>"
  ].join("\n")}\n`
}
