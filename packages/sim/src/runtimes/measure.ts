import * as Emulator from "@effect-connectors/testing/Emulator"
import * as Faults from "@effect-connectors/testing/Faults"
import * as World from "@effect-connectors/testing/World"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { createServer } from "node:net"
import { join } from "node:path"
import { RawServer } from "../resend/server.js"
import { promises, type Row, rowOf } from "../resend/totals.js"
import { type Cell, cellOf } from "./matrix.js"
import { findRuntime, type Runtime, type RuntimeKind, type RuntimeName } from "./install.js"
import { runIn, transportsOf } from "./launch.js"
import {
  callKey,
  connectionsOf,
  drops,
  type Feature,
  features,
  methods,
  type Plan,
  type Report,
  type Run,
  type TransportName
} from "./plan.js"

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

const openServer = Effect.acquireRelease(
  Effect.promise(() => RawServer.open()),
  (server) => Effect.sync(() => server.close())
)

/** The lost calls of some transports, with the servers they need: one for all, and one for each call after which it is gone. */
export const openRuns = (transports: ReadonlyArray<TransportName>) =>
  Effect.gen(function* () {
    const main = yield* openServer
    const gone = new Map<string, RawServer>()
    for (const transport of transports) {
      for (const method of methods) gone.set(callKey(transport, "gone", method), yield* openServer)
    }
    const serverOf = (key: string): RawServer => gone.get(key) ?? main
    const nowhere = yield* Effect.promise(refusedUrl)
    const runs = transports.map((transport): Run => ({
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
    return {
      runs,
      main,
      arrivalsOf: (...call: Parameters<typeof callKey>) =>
        serverOf(callKey(...call)).arrivals.get(callKey(...call)) ?? []
    }
  })

/** Each transport has connections of its own, so that what they do can be counted. */
const worldOf = (transports: ReadonlyArray<TransportName>) => ({
  ...World.demo,
  syncLimitMillis: 60_000,
  connections: [
    { slug: "crm", actions: [{ slug: "sync", takesMillis: 300, progress: true, result: { synced: 2 } }] },
    ...transports.map(connectionsOf).flatMap(({ lost, slow }) => [
      { slug: lost, actions: [{ slug: "echo", echo: true }] },
      { slug: slow, actions: [{ slug: "slow", takesMillis: 30_000 }] }
    ])
  ]
})

const openEmulator = (transports: ReadonlyArray<TransportName>, cors: string | undefined) =>
  Emulator.make({
    executors: "memory",
    world: worldOf(transports),
    cors,
    faults: Faults.all(
      ...transports.map((transport) =>
        Faults.when({ operation: "actions.execute", connection: connectionsOf(transport).lost }, Faults.lostAnswer)
      )
    )
  })

/** The emulators of some transports, and what is tried there. */
export const openMatrix = (transports: ReadonlyArray<TransportName>, tried: ReadonlyArray<Feature>, page?: string) =>
  Effect.gen(function* () {
    const emulator = yield* openEmulator(transports, page)
    const closed = yield* openEmulator([], undefined)
    return {
      plan: { transports, features: tried, emulatorUrl: emulator.url, closedUrl: closed.url },
      seenOf: (transport: TransportName) => {
        const { lost, slow } = connectionsOf(transport)
        return Effect.all({
          executed: emulator.executions(lost, "echo"),
          left: Effect.map(emulator.requests, (all) =>
            all.some(({ connection, interrupted }) => connection === slow && interrupted)
          )
        })
      }
    }
  })

/** A page of a browser alone is of another origin than the emulator. */
const featuresOf = (kind: RuntimeKind): ReadonlyArray<Feature> =>
  features.filter((feature) => feature !== "CORS" || kind === "Chromium")

const isReport = (u: unknown): u is Report => typeof u === "object" && u !== null && "runs" in u && "cells" in u

const reportIn = (text: string): Report | undefined => {
  const parsed: unknown = JSON.parse(text)
  return isReport(parsed) ? parsed : undefined
}

export interface Measured {
  readonly rows: ReadonlyArray<Row>
  readonly cells: ReadonlyArray<Cell>
}

/** Runs both parts in a runtime, or the lost calls alone. */
const measureIn = (
  runtime: Runtime,
  withMatrix: boolean,
  folder: string
): Effect.Effect<Measured, Emulator.EmulatorFailure, Scope.Scope> =>
  Effect.gen(function* () {
    const { kind, version } = runtime
    const transports = transportsOf(kind)
    const tried = withMatrix ? featuresOf(kind) : []
    const { arrivalsOf, main, runs } = yield* openRuns(transports)
    const matrix = yield* openMatrix(transports, tried, main.url)
    const plan: Plan = { reportUrl: `${main.url}/report`, runs, matrix: matrix.plan }
    const ran = yield* Effect.promise(() => runIn(runtime, plan, main, folder))
    const report = "report" in ran ? reportIn(ran.report) : undefined
    const why = "failed" in ran ? ran.failed : "not reported"
    const rows = transports.map((transport) =>
      rowOf(
        kind,
        version,
        report?.runs.find((run) => run.transport === transport) ?? { transport, lost: [], refused: why },
        arrivalsOf
      )
    )
    const cells = yield* Effect.forEach(transports, (transport) =>
      Effect.map(matrix.seenOf(transport), (seen) =>
        tried.map((feature) => {
          const one = report?.cells.find((cell) => cell.transport === transport && cell.feature === feature)
          return cellOf(
            kind,
            version,
            one ?? { transport, feature, end: why },
            seen,
            promises[kind][transport]?.most.POST ?? 0
          )
        })
      )
    )
    return { rows, cells: cells.flat() }
  })

// most of the time one waits for a job or an install, and the rest is shared by two cores
const atOnce = 3

/** Measures each runtime that can be had; the others are missing. */
export const measure = (names: ReadonlyArray<RuntimeName>, withMatrix: boolean, folder: string) =>
  Effect.gen(function* () {
    const all = yield* Effect.forEach(
      names,
      Effect.fnUntraced(function* (name, index) {
        const found = yield* Effect.promise(() => findRuntime(name, folder))
        return "path" in found
          ? yield* Effect.scoped(measureIn(found, withMatrix, join(folder, `run-${index}`)))
          : { rows: [], cells: [], missing: found }
      }),
      { concurrency: atOnce }
    )
    return {
      rows: all.flatMap(({ rows }) => rows),
      cells: all.flatMap(({ cells }) => cells),
      missing: all.flatMap((one) => ("missing" in one ? [one.missing] : []))
    }
  })
