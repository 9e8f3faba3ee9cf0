/**
 * `npm run fuzz -- [--bodies N] [--slugs N] [--headers N] [--from S] [--threads N]`: mutated responses, hostile names and hostile
 * header values against every operation of both platforms. The same seed gives the same output.
 */
import { parseArgs } from "node:util"
import { listOfCounts } from "./common/counts.js"
import { wholeOption } from "./common/options.js"
import { operations } from "./fuzz/bodies.js"
import { fuzzHeaders } from "./fuzz/headers.js"
import { lawsHeld } from "./fuzz/laws.js"
import { fuzzNames } from "./fuzz/names.js"
import { fuzzOnThreads } from "./fuzz/worker.js"

const { values } = parseArgs({
  options: {
    bodies: { type: "string", default: "100000" },
    slugs: { type: "string", default: "10000" },
    headers: { type: "string", default: "1000" },
    laws: { type: "string", default: "300" },
    from: { type: "string", default: "1" },
    threads: { type: "string", default: "2" }
  }
})

const from = wholeOption("from", values.from)
let breaks = 0
const broke = (line: string): void => {
  if (breaks++ < 20) console.log(`BREAK ${line}`)
}

const started = performance.now()
const report = (what: string): void => {
  // on stderr: the times differ from run to run
  console.error(`${what}: ${((performance.now() - started) / 1000).toFixed(1)} s from the start`)
}

const bodies = await fuzzOnThreads(
  from,
  wholeOption("bodies", values.bodies),
  wholeOption("threads", values.threads, 1)
)
report("bodies")
for (const { body, detail, kind, operation, seed } of bodies.findings) {
  broke(`--from ${seed} --bodies 1: ${operation}: ${kind}: ${detail}\n  ${body}`)
}
const kinds = (kind: string): number => bodies.findings.filter((finding) => finding.kind === kind).length

const names = await fuzzNames(from, wholeOption("slugs", values.slugs))
report("slugs")
for (const finding of names.findings) broke(finding)

const headers = await fuzzHeaders(from, wholeOption("headers", values.headers))
report("headers")
for (const finding of headers.findings) broke(finding)

const laws = await lawsHeld(from, wholeOption("laws", values.laws))
report("laws")
for (const finding of laws.findings) broke(finding)

console.log(`operations ${bodies.operations.size} of ${operations.length}, requests ${bodies.sends}`)
console.log(`values ${bodies.values}, ${listOfCounts(bodies.errors)}`)
console.log(
  `bodies ${bodies.bodies}: ${kinds("defect")} defects, ${kinds("hang")} hangs, ${kinds("foreign error")} foreign errors, ` +
    `${kinds("pollution")} polluted; slugs ${names.count}: ${names.findings.length} escapes (${names.sent} sent, ` +
    `${names.refused} refused); headers ${headers.count}: ${headers.findings.length} injected (${headers.sent} sent, ` +
    `${headers.refused} refused); laws ${laws.count}: ${laws.findings.length} broken`
)
process.exitCode = breaks === 0 ? 0 : 1
