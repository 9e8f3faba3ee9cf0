// Runs the suites that depend on when a waiting fiber goes on, with fibers that go on within the call that resumes them
// (see lib/sync-resume.mjs), and prints which ran so, how many tests each has, and what broke.
// usage: npm run test:sync [-- FILE_OR_FOLDER ...]
import { spawnSync } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, relative, resolve } from "node:path"
import { pathToFileURL } from "node:url"

const suites = [
  // tracker, follow, results and the timer
  "packages/core/test/jobs",
  "packages/core/test/ledger",
  "packages/core/test/runtime",
  // single-flight: discovery, tokens of users, renewal
  "packages/core/test/bosa/discovery.test.ts",
  "packages/core/test/bosa/userAuth.test.ts",
  "packages/core/test/bosa/userAuthStore.test.ts",
  "packages/core/test/bosa/tokenRenewal.test.ts",
  "packages/core/test/bosa/integrationsUntilLinked.test.ts",
  "packages/core/test/http",
  // exchanges over sockets, the pool and the deadlines of attempts
  "packages/node/test"
]

const given = process.argv.slice(2)
const folder = mkdtempSync(join(tmpdir(), "sync-resume-"))
const results = join(folder, "results.json")
const { status } = spawnSync(
  "node_modules/.bin/vitest",
  ["run", "--reporter=json", `--outputFile=${results}`, ...(given.length > 0 ? given : suites)],
  {
    stdio: ["ignore", "ignore", "inherit"],
    env: {
      ...process.env,
      NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ""} --import=${pathToFileURL(resolve("scripts/lib/sync-resume.mjs"))}`,
      SYNC_RESUME_LOG: join(folder, "counts")
    }
  }
)

let report
try {
  report = JSON.parse(readFileSync(results, "utf8"))
} catch {
  console.log(`vitest ended with ${status} and wrote no results`)
  process.exit(1)
}
const counts = readdirSync(folder)
  .filter((name) => name.startsWith("counts."))
  .map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")))
rmSync(folder, { recursive: true, force: true })
const sum = (name) => counts.reduce((total, count) => total + count[name], 0)

const broken = []
for (const file of report.testResults.sort((a, b) => (a.name < b.name ? -1 : 1))) {
  const path = relative(process.cwd(), file.name)
  const failed = file.assertionResults.filter(({ status: outcome }) => outcome === "failed")
  const isBroken = failed.length > 0 || file.status !== "passed"
  console.log(`${isBroken ? "FAILED" : "ok    "} ${String(file.assertionResults.length).padStart(5)}  ${path}`)
  if (isBroken) broken.push(...(failed.length > 0 ? failed.map(({ fullName }) => `${path}: ${fullName}`) : [path]))
}
console.log(
  `\n${report.testResults.length} files, ${report.numTotalTests} tests, ${report.numFailedTests} broken; ` +
    `at least ${sum("inside")} waiting fibers went on within the call that resumed or interrupted them, ${sum("tooDeep")} later since they were nested too deep`
)
for (const name of broken) console.log(`broken: ${name}`)
// without a single one the mode was not on
process.exit(broken.length > 0 || status !== 0 || sum("inside") === 0 ? 1 : 0)
