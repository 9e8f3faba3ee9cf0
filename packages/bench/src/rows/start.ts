import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import type { Row, RowOptions } from "../row.js"
import { spreadOf } from "../rounds.js"
import { median } from "../workload.js"

const program = fileURLToPath(new URL("../../../cli/dist/connectors.js", import.meta.url))

const starts = {
  "bare node": ["-e", "0"],
  "--version": [program, "--version"],
  "actions execute --help": [program, "actions", "execute", "--help"]
} as const

const millisOf = (args: ReadonlyArray<string>): number => {
  const startedAt = performance.now()
  const { status } = spawnSync(process.execPath, args)
  if (status !== 0) throw new Error(`node ${args.join(" ")} ended with ${String(status)}`)
  return performance.now() - startedAt
}

const measure = ({ rounds }: RowOptions) => {
  const millis = new Map<string, Array<number>>()
  for (let round = 0; round < 2 * rounds; round++) {
    // the programs take turns, so that what else a shared machine does meets all of them
    for (const [name, args] of Object.entries(starts)) millis.set(name, [...(millis.get(name) ?? []), millisOf(args)])
  }
  const bare = millis.get("bare node") ?? []
  const variants = [...millis].map(([name, times]) => {
    const ratios = times.map((time, round) => time / (bare[round] ?? NaN))
    return { name, value: median(times), ratio: median(ratios), spread: spreadOf(ratios) }
  })
  return Promise.resolve({
    groups: [{ title: "time to start the command line", unit: "ms", variants }],
    figures: [
      {
        name: "start of actions execute --help, x bare node",
        value: variants.find(({ name }) => name === "actions execute --help")?.ratio ?? NaN,
        unit: "x",
        atMost: 4
      }
    ]
  })
}

export const start: Row = { name: "start", about: "time to start the command line", measure }
