/**
 * `npm run chaos`: every kind of fault for every kind of call, over real sockets and both transports.
 * `--seeds N` for how often (20 by default), `--cell FAULT/OPERATION/TRANSPORT --seed S` to see one again, `--processes N`
 * for how many share the work, `--baseline` for the executes
 * with and without the library, `--json` for machines. Fails when a promise is broken.
 */
import * as Effect from "effect/Effect"
import { fork } from "node:child_process"
import { availableParallelism } from "node:os"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { measure, type ChaosOptions } from "./chaos/measure.js"
import { baselineLines, isBroken, linesOf, merged, type Totals } from "./chaos/totals.js"

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "20" },
    seed: { type: "string" },
    cell: { type: "string" },
    parallel: { type: "string", default: "24" },
    processes: { type: "string", default: String(Math.min(availableParallelism(), 4)) },
    shard: { type: "string" },
    baseline: { type: "boolean", default: false },
    json: { type: "boolean", default: false }
  }
})

const of = values.cell === undefined && !values.baseline ? Number(values.processes) : 1
const index = Number(values.shard ?? 0)
const count = Number(values.seeds)

/** Another process, and what it measured. */
const elsewhere = (shard: number): Promise<Totals> =>
  new Promise((resolve, reject) => {
    const file = fileURLToPath(import.meta.url)
    const child = fork(file, [...process.argv.slice(2), "--processes", String(of), "--shard", String(shard)])
    let totals: Totals | undefined
    child.on("message", (message: { readonly totals: Totals }) => {
      totals = message.totals
    })
    child.on("error", reject)
    child.on("exit", (code) =>
      totals === undefined || code !== 0
        ? reject(new Error(`process ${shard} of ${of} ended with ${code}`))
        : resolve(totals)
    )
  })

const others = values.shard === undefined ? Array.from({ length: of - 1 }, (_, n) => elsewhere(n + 1)) : []
const options: ChaosOptions = {
  seeds: values.seed === undefined ? Array.from({ length: count }, (_, n) => n) : [Number(values.seed)],
  cell: values.cell,
  parallel: Number(values.parallel),
  shard: { index, of }
}
const own = await Effect.runPromise(measure(values.baseline ? { ...options, baseline: "ours" } : options))

if (values.baseline) {
  const plain = await Effect.runPromise(measure({ ...options, baseline: "plain" }))
  for (const line of baselineLines({ "HttpClient + retryTransient": plain, "this library": own })) console.log(line)
  process.exitCode = isBroken(own) ? 1 : 0
} else if (values.shard !== undefined) {
  process.send?.({ totals: own })
  process.disconnect()
} else {
  const totals = (await Promise.all(others)).reduce(merged, own)
  if (values.json) console.log(JSON.stringify(totals, null, 2))
  else for (const line of linesOf(totals)) console.log(line)
  process.exitCode = isBroken(totals) ? 1 : 0
}

// all work is done: a process that does not end by itself holds a timer or a socket
setTimeout(() => {
  console.error(`chaos does not end: ${process.getActiveResourcesInfo().join(", ")}`)
  process.exit(1)
}, 10_000).unref()
