/**
 * `npm run runtimes -- [--only Bun] [--write] [--json]`: what works of this library in each runtime and over each
 * transport of ours, against the emulator; and how often a server receives a POST, a PUT and a DELETE that it reads whole
 * and then drops on a connection that was used before. `npm run resend` is the second part alone. Installs the runtimes
 * into a temporary folder, and says which are missing and why. Ends with 1 when something is not as docs/runtimes.md
 * promises, and in CI when a runtime is missing that the registry has. `--write` puts the table into docs/runtimes.md.
 */
import * as Effect from "effect/Effect"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { linesOf } from "./resend/totals.js"
import { runtimeNames } from "./runtimes/install.js"
import { isOk, tableOf, withTable } from "./runtimes/matrix.js"
import { measure } from "./runtimes/measure.js"

const page = new URL("../../../docs/runtimes.md", import.meta.url)

const { values } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    resend: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
    json: { type: "boolean", default: false }
  }
})

const folder = mkdtempSync(join(tmpdir(), "runtimes-"))
try {
  const names = runtimeNames.filter((name) => name.toLowerCase().includes(values.only.toLowerCase()))
  const { cells, missing, rows } = await Effect.runPromise(measure(names, !values.resend, folder))
  const failed = cells.filter((cell) => !isOk(cell))
  if (values.json) console.log(JSON.stringify({ cells, rows, missing }, null, 2))
  else {
    if (!values.resend) {
      for (const line of tableOf(cells)) console.log(line)
      console.log(`\nruntimes: ${cells.length - failed.length} of ${cells.length} cells are ok\n`)
    }
    for (const line of linesOf(rows)) console.log(line)
    for (const { name, reason } of missing) console.log(`missing: ${name}, nothing was tried: ${reason}`)
  }
  if (values.write) writeFileSync(page, withTable(readFileSync(page, "utf8"), tableOf(cells)))
  const isAsPromised = rows.length > 0 && failed.length === 0 && rows.every(({ breaks }) => breaks.length === 0)
  const isComplete = process.env["CI"] !== "true" || missing.every(({ isUnavailable }) => isUnavailable)
  process.exitCode = isAsPromised && isComplete ? 0 : 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
