/**
 * `npm run resend -- [--only Bun] [--json]`: how often a server receives a POST, a PUT and a DELETE that it reads whole and
 * then drops on a connection that was used before, in each runtime and over each transport of ours. Installs the runtimes
 * into a temporary folder and says which are missing. Ends with 1 when one is not as docs/runtimes.md promises.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { measure } from "./resend/measure.js"
import { runtimeNames } from "./resend/runtimes.js"
import { linesOf } from "./resend/totals.js"

const { values } = parseArgs({
  options: { only: { type: "string", default: "" }, json: { type: "boolean", default: false } }
})

const folder = mkdtempSync(join(tmpdir(), "resend-"))
try {
  const { missing, rows } = await measure(
    runtimeNames.filter((name) => name.toLowerCase().includes(values.only.toLowerCase())),
    folder
  )
  if (values.json) console.log(JSON.stringify({ rows, missing }, null, 2))
  else for (const line of linesOf(rows, missing)) console.log(line)
  process.exitCode = rows.length > 0 && rows.every(({ breaks }) => breaks.length === 0) ? 0 : 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
