// How many bytes our own code adds to a bundle. `--modules NAME` lists what of us is in an entry, `--json` prints for
// machines, `--budget FILE` takes other entries. It fails when an entry is over its budget.
import { parseArgs } from "node:util"
import { entrySizes, overBudget } from "./lib/bundleSize.mjs"
import { json as read } from "./lib/consumer.mjs"

const { budget, json, modules } = parseArgs({
  options: {
    budget: { type: "string", default: "scripts/size-budget.json" },
    json: { type: "boolean", default: false },
    modules: { type: "string" }
  }
}).values

const sizes = await entrySizes(read(budget))

const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} kB`.padStart(9)

const table = () => {
  const head = ["own", "budget", "base", "whole"].map((name) => name.padStart(9))
  console.log(["".padEnd(30), ...head].join(" "))
  for (const { base, budget: most, name, own, whole } of sizes) {
    console.log([name.padEnd(30), ...[own, most, base, whole].map(kilobytes)].join(" "))
  }
  for (const { bytes, path } of sizes.find(({ name }) => name === modules)?.modules ?? []) {
    console.log(`${String(bytes).padStart(7)} ${path}`)
  }
}

if (json) console.log(JSON.stringify(sizes))
else table()

const faults = overBudget(sizes)
for (const fault of faults) console.error(`FAILED ${fault}`)
process.exitCode = faults.length === 0 ? 0 : 1
