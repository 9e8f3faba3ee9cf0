/**
 * `npm run bench`: what this library costs next to its peers. Each variant runs in processes of its own, in rounds that
 * take turns; a figure is the median of the rounds. `--only ROW,ROW` measures those rows, `--quick` few and small
 * rounds, `--json` prints for machines. `--write` puts the figures into docs/performance.md, and `--plots` the plots into
 * docs/performance. It fails on no figure, but on a line that could not be measured.
 */
import { loadavg } from "node:os"
import { parseArgs } from "node:util"
import { startServer } from "./callServer.js"
import { type MeasuredRow, writePage, writePlots } from "./page.js"
import { installPeers } from "./peers.js"
import { failedLines, rowLines } from "./report.js"
import { rows } from "./rows.js"

const usage = (why: string): never => {
  console.error(why)
  console.error(
    "npm run bench -- [--only ROW,ROW] [--rounds N] [--requests N] [--quick] [--write] [--plots] [--json]; the rows are"
  )
  for (const { about, name } of rows) console.error(`  ${name.padEnd(10)} ${about}`)
  return process.exit(2)
}

const parsed = () => {
  try {
    return parseArgs({
      options: {
        json: { type: "boolean", default: false },
        only: { type: "string" },
        plots: { type: "boolean", default: false },
        quick: { type: "boolean", default: false },
        requests: { type: "string" },
        rounds: { type: "string" },
        write: { type: "boolean", default: false }
      }
    }).values
  } catch (error) {
    return usage(error instanceof Error ? error.message : String(error))
  }
}

const { json, only, plots, quick, requests, rounds, write } = parsed()

const whole = (option: string, text: string | undefined, otherwise: number): number => {
  const number = text === undefined ? otherwise : Number(text)
  return Number.isSafeInteger(number) && number > 0 ? number : usage(`--${option} is not a whole number of at least 1`)
}

const wanted = only?.split(",") ?? rows.map(({ name }) => name)
const unknown = wanted.filter((name) => rows.every((row) => row.name !== name))
if (unknown.length > 0) usage(`there is no row ${unknown.join(", ")}`)
const chosen = rows.filter(({ name }) => wanted.includes(name))

const log = (line: string): void => {
  if (!json) console.log(line)
}

const loadOf = (): number => loadavg()[0] ?? NaN

const minute = 60_000
const missing = chosen.some(({ peers }) => peers === true)
  ? await installPeers(quick ? minute : 5 * minute, log)
  : undefined
if (missing !== undefined) log(missing)

const server = await startServer()
const options = {
  rounds: whole("rounds", rounds, quick ? 3 : 9),
  calls: whole("requests", requests, quick ? 500 : 3000),
  quick,
  plots,
  url: server.url,
  serverMicros: server.serverMicros,
  log
}
log(
  `Node ${process.version}, load ${loadOf().toFixed(1)}, ${options.rounds} rounds of ${options.calls} calls; ` +
    "medians, with 90 % of the rounds in parentheses"
)

const results: Record<string, MeasuredRow> = {}
const failed = missing === undefined ? [] : [missing]
for (const { measure, name } of chosen) {
  log(`\n${name}`)
  try {
    const load = loadOf()
    const { calls, rounds } = options
    const result = await measure(options)
    results[name] = { node: process.version, load, rounds, calls, ...result }
    for (const line of rowLines(result)) log(line)
    failed.push(...failedLines(result).map((line) => `${name}, ${line}`))
  } catch (error) {
    const why = `${name}: ${error instanceof Error ? error.message : String(error)}`
    log(`failed: ${why}`)
    failed.push(why)
  }
}
server.stop()

if (plots) writePlots(Object.values(results).flatMap(({ plots = [] }) => plots))
if (write) {
  for (const name of writePage(
    results,
    rows.map(({ name }) => name)
  )) {
    log(`docs/performance.md has no place for it: <!-- ${name} --> <!-- /${name} -->`)
  }
}
if (json) console.log(JSON.stringify({ rows: results, failed }, null, 2))
if (failed.length > 0) {
  console.error(`\nnot measured:\n${failed.map((line) => `  ${line}`).join("\n")}`)
  process.exitCode = 1
}
