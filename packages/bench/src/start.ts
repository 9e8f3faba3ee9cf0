/**
 * How long the command line takes to start, next to a Node that does nothing. What else a shared machine does only ever
 * adds to a start, so the least of the rounds counts.
 */
import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"

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
  /** By that of a bare Node. */
  readonly ratio: number
}

export const startTimes = (rounds: number): ReadonlyArray<Start> => {
  const least = new Map<string, number>()
  for (let round = 0; round < rounds; round++) {
    for (const [name, args] of Object.entries(starts)) {
      least.set(name, Math.min(least.get(name) ?? Infinity, millisOf(args)))
    }
  }
  const bare = least.get("bare node") ?? NaN
  return [...least].map(([name, millis]) => ({ name, millis, ratio: millis / bare }))
}
