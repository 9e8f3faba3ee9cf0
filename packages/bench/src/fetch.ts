/** What a call costs over `fetch`, and a poll over a client in memory that responds with a web `Response`. */
import { fork } from "node:child_process"
import { fileURLToPath } from "node:url"
import { interleaved, spreadOf } from "./rounds.js"
import { median } from "./workload.js"

const worker = fileURLToPath(new URL("./fetchWorker.js", import.meta.url))

const groups = [
  [
    "fetch + json",
    "FetchHttpClient + schemaBodyJson",
    "ours over FetchHttpClient.layer",
    "ours over FetchTransport.layer"
  ],
  ["in memory: platform's client, text", "in memory: ours, a poll"]
] as const

// how well its code is compiled differs from one process to the next by more than their rounds do
const sets = 3

export interface FetchCost {
  readonly name: (typeof groups)[number][number]
  readonly microseconds: number
  /** To the first of its group. */
  readonly ratio: number
  /** 90 % of the rounds. */
  readonly spread: readonly [low: number, high: number]
  /** Microseconds more than the first of its group. */
  readonly beyond: number
}

/** The cost of each variant, all in the same rounds and each in processes of its own. */
export const fetchCosts = async (url: string, rounds: number, calls: number): Promise<ReadonlyArray<FetchCost>> => {
  const names = groups.flat()
  const micros = names.map(() => new Array<number>())
  for (let set = 0; set < sets; set++) {
    const workers = names.map((name) => fork(worker, [name, url]))
    const measured = await interleaved(workers, Math.ceil(rounds / sets), calls)
    for (const [index, costs] of measured.entries()) micros[index]?.push(...costs)
  }
  return groups.flatMap((group) => {
    const base = micros[names.indexOf(group[0])] ?? []
    return group.map((name) => {
      const costs = micros[names.indexOf(name)] ?? []
      const ratios = costs.map((cost, round) => cost / (base[round] ?? NaN))
      return {
        name,
        microseconds: median(costs),
        ratio: median(ratios),
        spread: spreadOf(ratios),
        beyond: median(costs.map((cost, round) => cost - (base[round] ?? NaN)))
      }
    })
  })
}
