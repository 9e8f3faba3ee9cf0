import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads"
import { simulate } from "./run.js"
import { add, merge, noTotals, type Totals } from "./totals.js"
import { type Break, breaksOf, isSame } from "./verdict.js"

export interface Range {
  readonly from: number
  readonly count: number
  /** Each of so many workers takes every such seed. */
  readonly step: number
  /** Ends at the first seed that breaks something. */
  readonly stopsAtBreak: boolean
}

export interface Swept {
  readonly totals: Totals
  readonly breaks: ReadonlyArray<Break>
  /** How many seeds were run twice, to the same bytes. */
  readonly compared: number
}

// one in so many seeds is run twice
const comparedEach = 100

export const sweep = async ({ count, from, step, stopsAtBreak }: Range): Promise<Swept> => {
  const totals = noTotals()
  const breaks: Array<Break> = []
  let compared = 0
  for (let seed = from; seed < from + count; seed += step) {
    const history = await simulate(seed)
    add(totals, history)
    breaks.push(...breaksOf(history))
    if ((seed - (seed % step)) % comparedEach === 0) {
      compared++
      if (!(await isSame(history))) {
        breaks.push({ seed, invariant: "8 determinism", reason: "the same seed gave another history" })
      }
    }
    if (breaks.length >= (stopsAtBreak ? 1 : 200)) break
  }
  return { totals, breaks, compared }
}

/** The same over several threads. */
export const sweepAll = async (from: number, count: number, threads: number): Promise<Swept> => {
  const runs = Array.from(
    { length: threads },
    (_, index) =>
      new Promise<Swept>((resolve, reject) => {
        const range: Range = { from: from + index, count: count - index, step: threads, stopsAtBreak: false }
        const worker = new Worker(new URL(import.meta.url), { workerData: { range } })
        worker.once("message", (swept: Swept) => {
          resolve(swept)
          // what a run has left waiting for ever must not hold up the end
          void worker.terminate()
        })
        worker.once("error", reject)
      })
  )
  const all = await Promise.all(runs)
  const totals = noTotals()
  for (const swept of all) merge(totals, swept.totals)
  const breaks = all.flatMap((swept) => swept.breaks).sort((a, b) => a.seed - b.seed)
  return { totals, breaks, compared: all.reduce((sum, swept) => sum + swept.compared, 0) }
}

if (!isMainThread && parentPort !== null) {
  const { range }: { readonly range: Range } = workerData
  parentPort.postMessage(await sweep(range))
}
