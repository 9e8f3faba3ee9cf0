// Replays the wires' vectors; CONNECTIONS_VECTORS and BOSA_VECTORS name other files of the same formats.
import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs"
import { join } from "node:path"

const folder = ".tmp/vectors"
const report = join(folder, `report-${process.pid}.json`)
mkdirSync(folder, { recursive: true })

const files = ["connections", "bosa"].map((name) => `packages/core/test/vectors/${name}.test.ts`)
const vitest = ["node_modules/vitest/vitest.mjs", "run", ...files]
const { error, stderr, stdout } = spawnSync(
  process.execPath,
  [...vitest, "--reporter=json", `--outputFile=${report}`],
  { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 }
)

// the stack of an assertion leads into the replay and not to what is wrong
const reason = (message) => message.split(/\n\s+at /)[0].trim()

let passed = 0
let failed = 0
// by suite and transport
const transports = new Map()
// the vectors that differ on purpose, by what they differ for
const differing = new Map()

const add = (test) => {
  const transport = test.ancestorTitles.at(-1) ?? ""
  const [passedBefore = 0, failedBefore = 0] = transports.get(transport) ?? []
  if (test.status === "passed") {
    passed++
    transports.set(transport, [passedBefore + 1, failedBefore])
  } else {
    failed++
    transports.set(transport, [passedBefore, failedBefore + 1])
    console.log(`FAILED ${test.fullName}\n${test.failureMessages.map(reason).join("\n")}\n`)
  }
  const [, id, because] = /^(\d+ \S+) .*\[differs: (.+)\]$/.exec(test.title) ?? []
  if (id !== undefined) differing.set(`${because}: ${id}`, because)
}

if (existsSync(report)) {
  for (const suite of JSON.parse(readFileSync(report, "utf8")).testResults) {
    suite.assertionResults.forEach(add)
    if (suite.assertionResults.length === 0) {
      failed++
      console.log(reason(suite.message))
    }
  }
  rmSync(report)
}
// nothing was replayed: that is no success
if (passed + failed === 0) {
  failed = 1
  console.log(`${stdout ?? ""}${stderr ?? ""}${error ?? ""}`)
}

for (const [transport, [good, bad]] of transports) console.log(`${transport}: ${good} passed, ${bad} failed`)
const reasons = new Map()
for (const because of differing.values()) reasons.set(because, (reasons.get(because) ?? 0) + 1)
const differences = [...reasons]
  .sort(([one], [other]) => one.localeCompare(other, "en", { numeric: true }))
  .map(([because, many]) => `${because} ${many}`)
console.log(
  `deliberate differences: ${differing.size}${differences.length === 0 ? "" : ` (${differences.join(", ")})`}`
)
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
