/** What a tracer and what metrics cost a call. Each variant runs in processes of its own, all in the same rounds. */
import { fork } from "node:child_process"
import { fileURLToPath } from "node:url"
import { telemetries, type TransportName } from "./connectorsClient.js"
import { interleaved, spreadOf } from "./rounds.js"
import { median } from "./workload.js"

const worker = fileURLToPath(new URL("./telemetryWorker.js", import.meta.url))

// how well its code is compiled differs from one process to the next by more than their rounds do
const sets = 3

export interface TelemetryCost {
  readonly transport: TransportName
  readonly name: string
  readonly microseconds: number
  /** To a call without both. */
  readonly ratio: number
  /** 90 % of the rounds. */
  readonly spread: readonly [low: number, high: number]
  readonly byUndici: number
}

const ratios = (costs: ReadonlyArray<number>, base: ReadonlyArray<number>): ReadonlyArray<number> =>
  costs.map((cost, round) => cost / (base[round] ?? NaN))

/** `without` comes twice: the ratio of the two is what the machine adds. */
const variants = ["undici", "without", ...telemetries] as const

/** The cost of each variant over one transport. */
export const telemetryCosts = async (
  transport: TransportName,
  url: string,
  rounds: number,
  calls: number
): Promise<ReadonlyArray<TelemetryCost>> => {
  const micros = variants.map(() => new Array<number>())
  for (let set = 0; set < sets; set++) {
    const workers = variants.map((variant) => fork(worker, [variant, transport, url]))
    const measured = await interleaved(workers, Math.ceil(rounds / sets), calls)
    for (const [index, costs] of measured.entries()) micros[index]?.push(...costs)
  }
  const [undici = [], base = []] = micros
  return variants.slice(2).map((name, index) => {
    const costs = micros[index + 2] ?? []
    const byBase = ratios(costs, base)
    return {
      transport,
      name,
      microseconds: median(costs),
      ratio: median(byBase),
      spread: spreadOf(byBase),
      byUndici: median(ratios(costs, undici))
    }
  })
}
