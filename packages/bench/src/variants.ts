/** Variants of one question, each in processes of its own, all in the same rounds. */
import type { Group, RowOptions, Variant } from "./row.js"
import { type Costs, interleaved, spreadOf, type Worker } from "./rounds.js"
import { median } from "./workload.js"

export interface VariantCosts extends Costs {
  readonly name: string
}

/**
 * The cost of each variant. Its processes are started several times: how well its code is compiled differs from one
 * process to the next by more than the rounds of one do.
 */
export const variantCosts = async <Name extends string>(
  names: ReadonlyArray<Name>,
  start: (name: Name) => Worker,
  { calls, quick, rounds, serverMicros }: Pick<RowOptions, "calls" | "quick" | "rounds" | "serverMicros">
): Promise<ReadonlyArray<VariantCosts>> => {
  const sets = quick ? 1 : 3
  const all: Array<ReadonlyArray<Costs>> = []
  for (let set = 0; set < sets; set++) {
    all.push(
      await interleaved(names.map(start), {
        calls,
        rounds: Math.ceil(rounds / sets),
        warmUpRounds: quick ? 2 : 5,
        serverMicros
      })
    )
  }
  return names.map((name, index) => {
    const sets = all.flatMap((costs) => costs[index] ?? [])
    const failed = sets.find((costs) => costs.failed !== undefined)?.failed
    const costs = { name, micros: sets.flatMap(({ micros }) => micros), server: sets.flatMap(({ server }) => server) }
    return failed === undefined ? costs : { ...costs, failed }
  })
}

const ratios = (costs: ReadonlyArray<number>, base: ReadonlyArray<number>): ReadonlyArray<number> =>
  costs.map((cost, round) => cost / (base[round] ?? NaN))

const variantOf = ({ failed, micros, name, server }: VariantCosts, base: VariantCosts): Variant => {
  if (failed !== undefined) return { name, value: NaN, failed }
  const value = median(micros)
  if (base.failed !== undefined) return { name, value, spread: spreadOf(micros) }
  const byBase = ratios(micros, base.micros)
  return {
    name,
    value,
    ratio: median(byBase),
    spread: spreadOf(byBase),
    // a variant without sockets leaves the server alone
    ...(median(server) >= 1 ? { server: median(server) } : {})
  }
}

/** The lines of a group: the CPU time per call of some variants, by that of the first of them in the same round. */
export const callGroup = (title: string, costs: ReadonlyArray<VariantCosts>, names: ReadonlyArray<string>): Group => {
  const chosen = names.flatMap((name) => costs.filter((cost) => cost.name === name))
  const [base] = chosen
  return {
    title,
    unit: "us",
    variants: base === undefined ? [] : chosen.map((variant) => variantOf(variant, base))
  }
}

/** The ratio of one line, or `NaN`. */
export const ratioIn = (group: Group, name: string): number =>
  group.variants.find((variant) => variant.name === name)?.ratio ?? NaN
