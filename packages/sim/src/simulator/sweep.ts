import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads"
import { simulate } from "./run.js"
import { add, merge, noTotals, type Totals } from "./totals.js"
import { type Break, breaksOf, isEven, isSame } from "./breaks.js"

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
const comparedEvery = 100

// after so many seeds a worker reports its progress
const progressEvery = 1_000

/** How many seeds are done, and which of them broke something. */
export interface Progress {
  readonly seeds: number
  readonly broken: ReadonlyArray<number>
}

export const sweep = async (
  { count, from, step, stopsAtBreak }: Range,
  onProgress: (progress: Progress) => void = () => undefined
): Promise<Swept> => {
  const totals = noTotals()
  const breaks: Array<Break> = []
  let compared = 0
  for (let seed = from; seed < from + count; seed += step) {
    const history = await simulate(seed)
    add(totals, history)
    breaks.push(...breaksOf(history))
    if ((seed - (seed % step)) % comparedEvery === 0) {
      compared++
      if (!(await isSame(history))) {
        breaks.push({ seed, invariant: "8 determinism", reason: "the same seed gave another history" })
      }
      if (!(await isEven(history))) {
        breaks.push({ seed, invariant: "9 even time", reason: "it has another history when nobody sets the clock" })
      }
    }
    if (breaks.length >= (stopsAtBreak ? 1 : 200)) break
    if (totals.seeds % progressEvery === 0)
      onProgress({ seeds: totals.seeds, broken: breaks.map((found) => found.seed) })
  }
  return { totals, breaks, compared }
}

type Message =
  | { readonly _tag: "Progress"; readonly progress: Progress }
  | { readonly _tag: "Swept"; readonly swept: Swept }

/** The same over several threads. */
export const sweepAll = async (
  from: number,
  count: number,
  threads: number,
  onProgress: (progress: Progress) => void
): Promise<Swept> => {
  const reported = new Map<number, Progress>()
  const report = (index: number, progress: Progress): void => {
    reported.set(index, progress)
    const all = Array.from(reported.values())
    onProgress({
      seeds: all.reduce((sum, { seeds }) => sum + seeds, 0),
      broken: all.flatMap(({ broken }) => broken)
    })
  }
  const runs = Array.from(
    { length: threads },
    (_, index) =>
      new Promise<Swept>((resolve, reject) => {
        const range: Range = { from: from + index, count: count - index, step: threads, stopsAtBreak: false }
        const worker = new Worker(new URL(import.meta.url), {
          workerData: { range },
          // most objects of a seed die with it
          resourceLimits: { maxYoungGenerationSizeMb: 64 }
        })
        worker.on("message", (message: Message) => {
          if (message._tag === "Progress") return report(index, message.progress)
          resolve(message.swept)
          // a fiber that waits forever must not keep the worker alive
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
  // these stacks are not used
  Error.stackTraceLimit = 0
  const post = (message: Message): void => parentPort?.postMessage(message)
  post({ _tag: "Swept", swept: await sweep(range, (progress) => post({ _tag: "Progress", progress })) })
}
