// Draws docs/durable/costs.svg from docs/durable/costs.json, the figures of `npm run durable:costs`.
import { readFileSync, writeFileSync } from "node:fs"
import { drawPlots } from "../packages/bench/dist/plot.js"

const { postgres, sqlite } = JSON.parse(readFileSync("docs/durable/costs.json", "utf8"))
const plot = (title, y, value) => ({
  title,
  x: "open jobs",
  y,
  lines: [
    { name: "PostgreSQL", points: postgres.takeovers.map((point) => [point.open, value(point)]) },
    { name: "SQLite", points: sqlite.takeovers.map((point) => [point.open, value(point)]) }
  ]
})

writeFileSync(
  "docs/durable/costs.svg",
  drawPlots([
    plot("live heap of the runner", "MB", ({ heapMegabytes }) => heapMegabytes),
    plot("from the kill until all are followed", "s", ({ followsSeconds }) => followsSeconds),
    plot("CPU of the new runner for that", "s", ({ cpuSeconds }) => cpuSeconds)
  ])
)
