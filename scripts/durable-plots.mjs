// Draws docs/durable/costs.svg from docs/durable/costs.json.
import { readFileSync, writeFileSync } from "node:fs"
import { draw } from "./lib/durablePlots.mjs"

writeFileSync("docs/durable/costs.svg", draw(JSON.parse(readFileSync("docs/durable/costs.json", "utf8"))))
