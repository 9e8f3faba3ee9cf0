import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads"
import { addCounts } from "../common/counts.js"
import { batchSize, emptyTally, fuzzBodies, type Tally } from "./bodies.js"

interface Share {
  readonly from: number
  readonly bodies: number
}

const isShare = (value: unknown): value is Share =>
  typeof value === "object" && value !== null && "from" in value && "bodies" in value

const inWorker = (share: Share): Promise<Tally> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: share })
    worker.once("message", resolve)
    worker.once("error", reject)
  })

const merged = (tallies: ReadonlyArray<Tally>): Tally => {
  const all = emptyTally()
  for (const tally of tallies) {
    all.bodies += tally.bodies
    all.values += tally.values
    all.sends += tally.sends
    addCounts(all.errors, tally.errors)
    for (const name of tally.operations) all.operations.add(name)
    all.findings.push(...tally.findings)
  }
  return all
}

/** The same as {@link fuzzBodies} on so many threads: whole batches go to each, so that their number changes nothing. */
export const fuzzOnThreads = async (from: number, bodies: number, threads: number): Promise<Tally> => {
  const batches = Math.ceil(bodies / (batchSize * threads))
  const size = batches * batchSize
  const shares = Array.from({ length: threads }, (_, index) => ({
    from: from + index * size,
    bodies: Math.max(0, Math.min(size, bodies - index * size))
  })).filter((share) => share.bodies > 0)
  const [only] = shares
  if (only !== undefined && shares.length === 1) return fuzzBodies(only.from, only.bodies)
  return merged(await Promise.all(shares.map(inWorker)))
}

if (!isMainThread && isShare(workerData)) {
  // what is thrown is never printed with more
  Error.stackTraceLimit = 2
  parentPort?.postMessage(await fuzzBodies(workerData.from, workerData.bodies))
}
