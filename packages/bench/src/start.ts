/**
 * How long the command line takes to start, next to a Node that does nothing. The two take turns, so that what else a
 * shared machine does meets both.
 */
import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import { median } from "./workload.js"

const program = fileURLToPath(new URL("../../cli/dist/connectors.js", import.meta.url))

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

interface Start {
  readonly name: string
  readonly millis: number
  /** By that of a bare Node in the same round, median. */
  readonly ratio: number
}

export const startTimes = (rounds: number): ReadonlyArray<Start> => {
  const millis = new Map<string, Array<number>>()
  for (let round = 0; round < rounds; round++) {
    for (const [name, args] of Object.entries(starts)) millis.set(name, [...(millis.get(name) ?? []), millisOf(args)])
  }
  const bare = millis.get("bare node") ?? []
  return [...millis].map(([name, times]) => ({
    name,
    millis: Math.min(...times),
    ratio: median(times.map((time, round) => time / (bare[round] ?? NaN)))
  }))
}
