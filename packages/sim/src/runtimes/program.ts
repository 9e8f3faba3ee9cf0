/**
 * What runs in each runtime. Knows none of them: it is given its transports.
 */
import * as FetchTransport from "@effect-connectors/core/FetchTransport"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import type * as HttpClient from "@effect/platform/HttpClient"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import { runReport } from "../resend/program.js"
import { cellReports } from "./cells.js"
import type { Plan, Report, TransportName } from "./plan.js"

type Transports = Partial<Readonly<Record<TransportName, Layer.Layer<HttpClient.HttpClient>>>>

/** Those that every runtime has. */
export const fetchTransports = { fetch: FetchHttpClient.layer, FetchTransport: FetchTransport.layer }

const reportOf = ({ matrix, runs }: Plan, transports: Transports): Effect.Effect<Report> => {
  const layerOf = <A>(name: TransportName, use: (layer: Layer.Layer<HttpClient.HttpClient>) => Effect.Effect<A>) => {
    const layer = transports[name]
    return layer === undefined ? Effect.succeed([]) : Effect.map(use(layer), (report) => [report])
  }
  return Effect.all({
    cells: Effect.map(
      Effect.forEach(matrix.transports, (name) => layerOf(name, (layer) => cellReports(matrix, name, layer))),
      (all) => all.flat(2)
    ),
    runs: Effect.map(
      Effect.forEach(runs, (run) => layerOf(run.transport, (layer) => runReport(run, layer))),
      (all) => all.flat()
    )
  })
}

/** Does what a plan says and reports how each call ended. */
export const runPlan = (plan: Plan, transports: Transports): Promise<void> =>
  reportOf(plan, transports).pipe(
    Effect.flatMap((report) =>
      Effect.promise(() => fetch(plan.reportUrl, { method: "POST", body: JSON.stringify(report) }))
    ),
    Effect.asVoid,
    Effect.runPromise
  )
