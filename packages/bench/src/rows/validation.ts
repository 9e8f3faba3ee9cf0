/** What the validation of an action's input costs, next to ajv, zod and effect/Schema. */
import { type ChildProcess, fork } from "node:child_process"
import { fileURLToPath } from "node:url"
import type { Group, Plot, Row, RowOptions, Variant } from "../row.js"
import { median } from "../workload.js"

const program = fileURLToPath(new URL("./validation/worker.js", import.meta.url))
const warmUpRounds = 4

interface Costs {
  readonly name: string
  readonly micros: ReadonlyArray<number>
  readonly failed?: string
}

const reply = (worker: ChildProcess, calls: number): Promise<number> =>
  new Promise((resolve, reject) => {
    const onExit = (code: number | null): void => reject(new Error(`it ended with ${code}`))
    worker.once("exit", onExit)
    worker.once("message", (message) => {
      worker.off("exit", onExit)
      if (typeof message === "object" && message !== null && "micros" in message) resolve(Number(message.micros))
      else reject(new Error(JSON.stringify(message)))
    })
    worker.send(calls)
  })

const costsOf = async (
  names: ReadonlyArray<string>,
  kind: string,
  size: number,
  { quick, rounds }: RowOptions
): Promise<ReadonlyArray<Costs>> => {
  const measured = names.map((name) => ({
    name,
    worker: fork(program, [name, kind, String(size)]),
    micros: new Array<number>(),
    failed: new Array<string>()
  }))
  for (let round = 0; round < warmUpRounds + rounds; round++) {
    const turn = round % measured.length
    for (const { failed, micros, worker } of [...measured.slice(turn), ...measured.slice(0, turn)]) {
      if (failed.length > 0) continue
      try {
        const cost = await reply(worker, quick ? 2000 : 10_000)
        if (round >= warmUpRounds) micros.push(cost)
      } catch (error) {
        failed.push(error instanceof Error ? error.message : String(error))
      }
    }
  }
  for (const { worker } of measured) if (worker.connected) worker.disconnect()
  return measured.map(({ failed: [failed], micros, name }) => ({
    name,
    micros,
    ...(failed === undefined ? {} : { failed })
  }))
}

const spreadOf = (ratios: ReadonlyArray<number>): readonly [low: number, high: number] => {
  const sorted = [...ratios].sort((a, b) => a - b)
  const cut = Math.floor(sorted.length / 20)
  return [sorted[cut] ?? NaN, sorted[sorted.length - 1 - cut] ?? NaN]
}

const groupOf = (title: string, costs: ReadonlyArray<Costs>): Group => {
  const base = costs[0]?.micros ?? []
  const variants = costs.map(({ failed, micros, name }): Variant => {
    if (failed !== undefined) return { name, value: NaN, failed }
    const ratios = micros.map((cost, round) => cost / (base[round] ?? NaN))
    return { name, value: median(micros), ratio: median(ratios), spread: spreadOf(ratios) }
  })
  return { title, unit: "us of CPU", variants }
}

const others = ["zod 4", "effect/Schema"]
const groups: ReadonlyArray<readonly [title: string, kind: string, names: ReadonlyArray<string>]> = [
  ["a right input of 20 fields, parsed", "right", ["ajv", "ajv, other names not seen", "ours", ...others]],
  ["the same, each in another order", "many shapes", ["ajv", "ajv, other names not seen", "ours", ...others]],
  ["the same, built key by key", "built by key", ["ajv", "ajv, other names not seen", "ours", ...others]],
  ["the same with rules, strict", "right", ["ajv, rules", "ours, strict"]],
  ["1 wrong field of 20", "1 wrong", ["ajv", "ajv, allErrors", "ours", "ours, strict", ...others]],
  ["5 wrong fields of 20", "5 wrong", ["ajv", "ajv, allErrors", "ours", "ours, strict", ...others]],
  ["first use of a schema of 20 fields", "first use", ["ajv", "ours", "ours, strict", ...others]]
]

const plotOf = async (options: RowOptions): Promise<Plot> => {
  const names = ["ajv", "ours", ...others]
  const lines = names.map((name) => ({ name, points: new Array<readonly [number, number]>() }))
  for (const size of [5, 20, 100]) {
    const costs = await costsOf(names, "right", size, { ...options, quick: true })
    for (const [index, { micros }] of costs.entries()) lines[index]?.points.push([size, median(micros)])
  }
  return { file: "validation", title: "validation of a right input", x: "fields", y: "us of CPU", lines }
}

const measure = async (options: RowOptions) => {
  const measured: Array<Group> = []
  for (const [title, kind, names] of groups) measured.push(groupOf(title, await costsOf(names, kind, 20, options)))
  const find = (group: number, name: string) => measured[group]?.variants.find((variant) => variant.name === name)
  return {
    groups: measured,
    figures: [
      { name: "a right input of 20 fields, x ajv", value: find(0, "ours")?.ratio ?? NaN, unit: "x", atMost: 1.5 },
      { name: "first use of a schema", value: find(6, "ours")?.value ?? NaN, unit: "us", atMost: 100 },
      { name: "first use of a schema, strict", value: find(6, "ours, strict")?.value ?? NaN, unit: "us", atMost: 100 }
    ],
    plots: options.quick ? [] : [await plotOf(options)]
  }
}

export const validation: Row = {
  name: "validation",
  peers: true,
  about: "the validation of an action's input: ajv, zod 4, effect/Schema, ours",
  measure
}
