import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { createServer } from "node:net"
import { callKey, drops, methods, type Plan, type RunReport, type TransportName } from "./plan.js"
import { findRuntime, runIn, type Runtime, type RuntimeName, transportsOf } from "./runtimes.js"
import { RawServer } from "./server.js"
import { type Row, rowOf } from "./totals.js"

/** An address where nobody listens. */
const refusedUrl = (): Promise<string> =>
  new Promise((resolve) => {
    const server = createServer()
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      const port = typeof address === "object" && address !== null ? address.port : 0
      server.close(() => resolve(`http://127.0.0.1:${port}`))
    })
  })

/** A plan for some transports, with the servers it needs: one for all, and one for each call after which it is gone. */
export const planFor = async (transports: ReadonlyArray<TransportName>) => {
  const main = await RawServer.open()
  const gone = new Map<string, RawServer>()
  for (const transport of transports) {
    for (const method of methods) gone.set(callKey(transport, "gone", method), await RawServer.open())
  }
  const serverOf = (key: string): RawServer => gone.get(key) ?? main
  const nowhere = await refusedUrl()
  const plan: Plan = {
    reportUrl: `${main.url}/report`,
    runs: transports.map((transport) => ({
      transport,
      refusedUrl: nowhere,
      lost: methods.flatMap((method) =>
        drops.map((drop) => ({
          method,
          drop,
          baseUrl: `${serverOf(callKey(transport, drop, method)).url}/${transport}/${drop}`
        }))
      )
    }))
  }
  return {
    plan,
    main,
    arrivalsOf: (...call: Parameters<typeof callKey>) =>
      serverOf(callKey(...call)).arrivals.get(callKey(...call)) ?? [],
    close: () => {
      for (const server of [main, ...gone.values()]) server.close()
    }
  }
}

const isReport = (u: unknown): u is RunReport =>
  typeof u === "object" && u !== null && "transport" in u && "lost" in u && "refused" in u

/** The reports in what a program posted. */
const reportsIn = (text: string): ReadonlyArray<RunReport> => {
  const parsed: unknown = JSON.parse(text)
  return Array.isArray(parsed) ? parsed.filter(isReport) : []
}

const measureIn = async (runtime: Runtime, folder: string): Promise<ReadonlyArray<Row>> => {
  const transports = transportsOf(runtime.name)
  const { arrivalsOf, close, main, plan } = await planFor(transports)
  try {
    const ran = await runIn(runtime, plan, main, folder)
    const reports = "report" in ran ? reportsIn(ran.report) : []
    const why = "failed" in ran ? ran.failed : "not reported"
    return transports.map((transport) =>
      rowOf(
        runtime.name,
        runtime.version,
        reports.find((report) => report.transport === transport) ?? { transport, lost: [], refused: why },
        arrivalsOf
      )
    )
  } finally {
    close()
  }
}

export const measure = async (names: ReadonlyArray<RuntimeName>, folder: string) => {
  mkdirSync(folder, { recursive: true })
  const found = await Promise.all(names.map((name) => findRuntime(name, folder)))
  const rows: Array<Row> = []
  for (const runtime of found) {
    if (runtime !== undefined) rows.push(...(await measureIn(runtime, join(folder, `run-${runtime.name}`))))
  }
  return { rows, missing: names.filter((_, index) => found[index] === undefined) }
}
