import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { addCount, type Counts } from "../common/counts.js"
import { type Cell, nameOf, type Report, runCell } from "./cell.js"
import { drawOf } from "./draw.js"
import { type Operation, operationNames, operations } from "./operations.js"
import { origin } from "./origin.js"
import { handshakes } from "./proxy.js"
import { socketKinds } from "./socketFaults.js"
import type { Totals } from "./totals.js"
import { forbiddenOrigin } from "./forbiddenOrigin.js"
import { transportNames } from "./transports.js"

export interface ChaosOptions {
  readonly seeds: ReadonlyArray<number>
  /** `fault/operation/transport`, or the beginning of one; all when it is not given. */
  readonly cell?: string | undefined
  /** Cells at once. */
  readonly parallel?: number | undefined
  /** Runs every `of`-th cell, from the `index`-th on. */
  readonly shard?: { readonly index: number; readonly of: number } | undefined
  /** Only the operations that have a form without the library, and which form runs. */
  readonly baseline?: "plain" | "ours"
}

export const allCells: ReadonlyArray<Cell> = socketKinds.flatMap((fault) =>
  operationNames.flatMap((operation) => transportNames.map((transport) => ({ fault, operation, transport })))
)

const hasPlain = ({ operation }: Cell): boolean => {
  const { plain }: Operation = operations[operation]
  return plain !== undefined
}

/** Run first and not counted, so that the code is compiled. */
const warming = allCells.filter(({ fault }) => fault === "processing102")

const tally = (reports: ReadonlyArray<Report>, key: (report: Report) => string, of: (report: Report) => number) => {
  const sums: Counts = {}
  for (const report of reports) addCount(sums, key(report), of(report))
  return sums
}

const sum = (reports: ReadonlyArray<Report>, of: (report: Report) => number): number =>
  reports.reduce((total, report) => total + of(report), 0)

/** A cell that cannot run is broken too. */
const lost = (cell: Cell, seed: number, cause: Cause.Cause<never>): Report => ({
  name: nameOf(cell),
  seed,
  end: "defect",
  calls: 0,
  applied: 0,
  executions: 0,
  duplicates: 0,
  openSockets: 0,
  mayBeLate: false,
  breaks: [Cause.pretty(cause)]
})

/** Runs the cells and adds up. */
export const measure = ({ cell, baseline, parallel = 24, seeds, shard = { index: 0, of: 1 } }: ChaosOptions) =>
  Effect.scoped(
    Effect.gen(function* () {
      const started = yield* Clock.currentTimeMillis
      const world = {
        origin: yield* origin,
        forbidden: yield* forbiddenOrigin,
        handshakePort: yield* handshakes,
        shard: shard.index,
        isPlain: baseline === "plain"
      }
      const selected = allCells
        .filter((one) => cell === undefined || nameOf(one).startsWith(cell))
        .filter((one) => baseline === undefined || hasPlain(one))
      // mixes cells that wait with cells that work
      const tasks = seeds
        .flatMap((seed) => selected.map((one) => ({ one, seed, place: drawOf(nameOf(one), seed)("place") })))
        .sort((a, b) => a.place - b.place)
        .filter((_, index) => index % shard.of === shard.index)
      if (cell === undefined) yield* Effect.forEach(warming, (one) => runCell(one, 0, world), { discard: true })
      const runOne = ({ one, seed }: { readonly one: Cell; readonly seed: number }): Effect.Effect<Report> =>
        Effect.catchAllCause(runCell(one, seed, world), (cause) => Effect.succeed(lost(one, seed, cause)))
      const first = yield* Effect.forEach(tasks, (task) => Effect.map(runOne(task), (report) => ({ task, report })), {
        concurrency: parallel
      })
      // only breaks that a busy machine can cause are run again, alone
      const isLate = ({ report }: { readonly report: Report }) => report.breaks.length > 0 && report.mayBeLate
      const again = yield* Effect.forEach(first.filter(isLate), ({ task }) => runOne(task))
      const reports = [...first.filter((seen) => !isLate(seen)).map(({ report }) => report), ...again]
      const { canaries, connections } = world.forbidden.seen()
      const totals: Totals = {
        cells: selected.length,
        calls: sum(reports, ({ calls }) => calls),
        faults: tally(
          reports,
          ({ name }) => name.replace(/\/.*/, ""),
          ({ applied }) => applied
        ),
        ends: tally(
          reports,
          ({ end }) => end,
          () => 1
        ),
        late: again.length,
        executions: sum(reports, ({ executions }) => executions),
        duplicates: sum(reports, ({ duplicates }) => duplicates),
        neverEnded: reports.filter(({ end }) => end === "never ended").length,
        openSockets: sum(reports, ({ openSockets }) => openSockets),
        forbiddenConnections: connections,
        forbiddenCanaries: canaries,
        broken: reports.filter(({ breaks }) => breaks.length > 0),
        millis: (yield* Clock.currentTimeMillis) - started
      }
      return totals
    })
  )
