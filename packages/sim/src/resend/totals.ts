/** What is promised of each runtime and transport (docs/runtimes.md), and what of it is broken. */
import { type Drop, drops, type Method, methods, type RunReport, type TransportName } from "../runtimes/plan.js"
import type { RuntimeKind } from "../runtimes/install.js"
import type { Arrival } from "./server.js"

/** How often a request may arrive at most, and how a refused connection ends. */
interface Promised {
  readonly most: Readonly<Record<Method, number>>
  readonly refused: "NotSent" | "OutcomeUnknown"
}

const promise = (POST: number, PUT: number, DELETE: number, refused: Promised["refused"]): Promised => ({
  most: { POST, PUT, DELETE },
  refused
})

const once = promise(1, 1, 1, "NotSent")

export const promises: Readonly<Record<RuntimeKind, Partial<Readonly<Record<TransportName, Promised>>>>> = {
  Node: { fetch: once, FetchTransport: once, NodeConnectors: once },
  Bun: { fetch: promise(1, 2, 2, "OutcomeUnknown"), FetchTransport: once, NodeConnectors: once },
  Deno: { fetch: promise(2, 2, 2, "OutcomeUnknown"), FetchTransport: once, NodeConnectors: once },
  workerd: { fetch: promise(1, 1, 2, "OutcomeUnknown"), FetchTransport: promise(1, 1, 1, "OutcomeUnknown") },
  Chromium: { fetch: promise(2, 2, 2, "OutcomeUnknown"), FetchTransport: promise(2, 2, 2, "OutcomeUnknown") }
}

/** One row of the table: a transport in a runtime. */
export interface Row {
  readonly runtime: RuntimeKind
  readonly version: string
  readonly transport: TransportName
  /** The most often that the server received a call, by method. */
  readonly received: Readonly<Record<Method, number>>
  /** Of the calls that can be received twice, those whose first request came over a connection that was used before. */
  readonly reused: number
  readonly resendable: number
  readonly refused: string
  readonly breaks: ReadonlyArray<string>
}

type Arrivals = (transport: TransportName, drop: Drop, method: Method) => ReadonlyArray<Arrival>

const breaksOf = (
  promised: Promised | undefined,
  method: Method,
  drop: Drop,
  arrived: number,
  end: string
): ReadonlyArray<string> => {
  const call = `${method} with ${drop}`
  const most = promised?.most[method] ?? 0
  return [
    ...(arrived === 0 ? [`${call} never arrived: ${end}`] : []),
    ...(arrived > most ? [`${call} arrived ${arrived} times, not ${most}`] : []),
    ...(arrived > 0 && end === "NotSent" ? [`${call} arrived and is said not to have been sent`] : []),
    ...(/^(hangs|dies)/.test(end) ? [`${call} ${end}`] : []),
    ...(method === "POST" && arrived === 1 && end !== "OutcomeUnknown" ? [`${call} was lost and ended in ${end}`] : [])
  ]
}

export const rowOf = (runtime: RuntimeKind, version: string, report: RunReport, arrivalsOf: Arrivals): Row => {
  const { transport } = report
  const promised = promises[runtime][transport]
  const cells = methods
    .flatMap((method) => drops.map((drop) => ({ method, drop, arrivals: arrivalsOf(transport, drop, method) })))
    .map((cell, index) => ({ ...cell, end: report.lost[index] ?? "not reported" }))
  // a server that is gone receives nothing again
  const resendable = cells.filter(({ drop }) => drop !== "gone")
  const most = (method: Method): number =>
    Math.max(...cells.filter((cell) => cell.method === method).map(({ arrivals }) => arrivals.length))
  return {
    runtime,
    version,
    transport,
    received: { POST: most("POST"), PUT: most("PUT"), DELETE: most("DELETE") },
    reused: resendable.filter(({ arrivals }) => (arrivals[0]?.onConnection ?? 0) > 1).length,
    resendable: resendable.length,
    refused: report.refused,
    breaks: [
      ...cells.flatMap(({ arrivals, drop, end, method }) => breaksOf(promised, method, drop, arrivals.length, end)),
      ...(report.refused === "NotSent" || report.refused === promised?.refused
        ? []
        : [`a refused connection ended in ${report.refused}, not ${promised?.refused}`])
    ]
  }
}

export const linesOf = (rows: ReadonlyArray<Row>): ReadonlyArray<string> => [
  "| runtime | transport | POST | PUT | DELETE | over a used connection | refused | as promised |",
  "| --- | --- | ---: | ---: | ---: | ---: | --- | --- |",
  ...rows.map(
    ({ breaks, received: { DELETE, POST, PUT }, refused, resendable, reused, runtime, transport, version }) =>
      `| ${runtime} ${version} | ${transport} | ${POST} | ${PUT} | ${DELETE} | ${reused} of ${resendable} | ${refused} | ${breaks.length === 0 ? "yes" : "NO"} |`
  ),
  "",
  ...rows.flatMap(({ breaks, runtime, transport, version }) =>
    breaks.map((one) => `BREAK ${runtime} ${version}, ${transport}: ${one}`)
  ),
  `resend: ${rows.length} transports in ${new Set(rows.map(({ runtime, version }) => `${runtime} ${version}`)).size} runtimes, ${rows.filter(({ breaks }) => breaks.length > 0).length} not as promised`
]
