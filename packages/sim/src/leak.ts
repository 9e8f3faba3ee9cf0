/**
 * `npm run leak`: every error of both platforms through every sink, with a canary in every input. The
 * tests of core say which; this runs them alone and prints their counts.
 */
import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("../../../", import.meta.url))
const suites = ["http/leak", "bosa/leak", "bosa/usersLeak"].map((name) => `packages/core/test/${name}.test.ts`)

const { status, stderr, stdout } = spawnSync(
  process.execPath,
  ["node_modules/vitest/vitest.mjs", "run", "--reporter=default", ...suites],
  { cwd: root, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 }
)

const counts = Array.from(stdout.matchAll(/leak of (\w+): (\d+) of (\d+) errors x (\d+) sinks/g), (found) => ({
  of: found[1] ?? "",
  found: Number(found[2]),
  errors: Number(found[3]),
  sinks: Number(found[4])
}))
for (const { errors, found, of, sinks } of counts) console.log(`${of}: ${found} of ${errors} errors x ${sinks} sinks`)

const total = (of: "found" | "errors"): number => counts.reduce((sum, count) => sum + count[of], 0)
const isWhole = status === 0 && counts.length === suites.length
if (!isWhole) console.log(`${stdout}${stderr}`)
console.log(
  `leak: ${total("found")} of ${total("errors")} errors x ${Math.min(...counts.map(({ sinks }) => sinks))} sinks` +
    (isWhole ? "" : `; ${counts.length} of ${suites.length} suites reported, vitest ended with ${status}`)
)
process.exitCode = isWhole && total("found") === 0 ? 0 : 1
