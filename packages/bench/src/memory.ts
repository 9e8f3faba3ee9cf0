/**
 * `npm run memory`: what moving a gibibyte and reading many pages costs in memory: the rows `files` and `pages` of the
 * benchmark for our client alone. `--json` for machines, `--mebibytes N` for another size. Resident memory depends on when
 * garbage is collected, so that a busy machine shows more: it fails when the growth is a quarter of what was moved, as
 * memory is not flat then, and prints the goal with it.
 */
import { parseArgs } from "node:util"
import { heapOverPages } from "./rows/pages.js"
import { transferOf, withServer } from "./rows/transfers/transfers.js"

const { values } = parseArgs({
  options: { json: { type: "boolean", default: false }, mebibytes: { type: "string", default: "1024" } }
})
const mebibytes = Number(values.mebibytes)
const log = (line: string): void => {
  if (!values.json) console.log(line)
}

const moved = [
  ["up", "ours, NodeFile.fromPath"],
  ["up", "ours, a Stream"],
  ["down", "ours, a Stream"],
  ["down", "ours, NodeFile.save"],
  ["down", "ours over FetchTransport, a Stream"]
] as const

const { growths, heaps } = await withServer(false, async (url) => {
  const growths: Array<number> = []
  for (const [direction, variant] of moved) growths.push((await transferOf(direction, variant, url, mebibytes)).growth)
  return { growths, heaps: await heapOverPages(url, [10_000, 40_000]) }
})
const [few = NaN, many = NaN] = heaps

const figures = {
  ...Object.fromEntries(
    moved.map(([direction, variant], index) => [
      `resident memory of ${mebibytes} MiB ${direction}, ${variant} (goal 64)`,
      growths[index] ?? NaN
    ])
  ),
  "live heap, most over 10,000 pages": few,
  "live heap, most over 40,000 pages": many,
  "difference of the two (at most 10)": Math.abs(many - few)
}
log(`Node ${process.version}, server in its own process, MiB`)
for (const [name, value] of Object.entries(figures)) log(`  ${name.padEnd(76)} ${value.toFixed(1).padStart(7)}`)
if (values.json) console.log(JSON.stringify({ node: process.version, mebibytes, figures }, null, 2))

if (!growths.every((growth) => growth <= mebibytes / 4) || !(Math.abs(many - few) <= 10)) {
  console.error("memory grew more than the goal")
  process.exitCode = 1
}
