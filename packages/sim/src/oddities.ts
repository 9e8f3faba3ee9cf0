/**
 * `npm run oddities`: odd answers, encodings and TLS troubles for every kind of call, and clocks that are set, over both transports. `--only TEXT`
 * for the rows whose name contains it, `--json` for machines. Fails when a call is carried out twice, is said not to
 * have been sent while it was, does not end, ends otherwise than the table says, or leaves a connection or a rejection.
 */
import * as Effect from "effect/Effect"
import { parseArgs } from "node:util"
import { measure } from "./oddities/measure.js"
import { isBroken, linesOf, totalsOf } from "./oddities/totals.js"

const { values } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    parallel: { type: "string", default: "8" },
    json: { type: "boolean", default: false }
  }
})

let unhandled = 0
for (const event of ["unhandledRejection", "uncaughtException"] as const) {
  process.on(event, (error: unknown) => {
    unhandled++
    console.error(`${event}:`, error)
  })
}

const reports = await Effect.runPromise(measure(values.only, Number(values.parallel)))
const totals = totalsOf(reports, unhandled)
if (values.json) console.log(JSON.stringify({ totals, reports }, null, 2))
else for (const line of linesOf(reports, totals)) console.log(line)
process.exitCode = isBroken(totals) ? 1 : 0

process.on("exit", () => {
  if (unhandled > totals.unhandled) process.exitCode = 1
})
// all work is done: a process that does not end by itself holds a timer or a socket
setTimeout(() => {
  console.error(`oddities does not end: ${process.getActiveResourcesInfo().join(", ")}`)
  process.exit(1)
}, 10_000).unref()
