// Replays the wire's vectors over loopback; CONNECTIONS_VECTORS names another file of the same format.
import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs"
import { join } from "node:path"

const folder = ".tmp/vectors"
const report = join(folder, `report-${process.pid}.json`)
mkdirSync(folder, { recursive: true })

const vitest = ["node_modules/vitest/vitest.mjs", "run", "--project", "house", "test/vectors/connections.test.ts"]
const { error, stderr, stdout } = spawnSync(
  process.execPath,
  [...vitest, "--reporter=json", `--outputFile=${report}`],
  { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 }
)

// the stack of an assertion leads into the replay and not to what is wrong
const reason = (message) => message.split(/\n\s+at /)[0].trim()

let passed = 0
let failed = 0
if (existsSync(report)) {
  for (const suite of JSON.parse(readFileSync(report, "utf8")).testResults) {
    for (const test of suite.assertionResults) {
      if (test.status === "passed") {
        passed++
      } else {
        failed++
        console.log(`FAILED ${test.fullName}\n${test.failureMessages.map(reason).join("\n")}\n`)
      }
    }
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
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
