/**
 * A program is asked to end (SIGTERM) while its submits are in flight: whatever the server did is in the ledger, and the next process
 * goes on with it.
 */
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { isDeepStrictEqual } from "node:util"
import type { CrashSetup } from "./crashWorker.js"
import { randomOf } from "./killPoints.js"
import { linesOf } from "./ledgerLines.js"
import { resultOf } from "./messages.js"
import { start } from "./processes.js"

// the server has the submits after 15 ms, and responds 120 ms later
const longestMillis = 160

export interface TerminationReport {
  readonly runs: number
  readonly inFlight: number
  /** Keys with an unknown outcome after the end. */
  readonly unknown: number
  /** Keys with a job, and keys that are free, since nothing was done. */
  readonly accepted: number
  readonly free: number
  /** Jobs that the next process came to the result of. */
  readonly resumed: number
  readonly slowestMillis: number
  readonly breaks: ReadonlyArray<string>
}

/** The programs of a run: the one that is ended, and the one that goes on. */
export interface TerminationSetup extends CrashSetup {
  readonly next: string
  readonly isDrained: boolean
}

export const runTerminations = async (
  runs: number,
  inFlight: number,
  seed: number,
  setup: TerminationSetup
): Promise<TerminationReport> => {
  const { folder, isDrained, next, program, server } = setup
  const random = randomOf(seed)
  const breaks: Array<string> = []
  const total = { unknown: 0, accepted: 0, free: 0, resumed: 0, slowestMillis: 0 }
  for (let run = 0; run < runs; run++) {
    const prefix = `term${seed}.${isDrained ? "drained" : "undrained"}.${run}`
    const path = join(folder, `${prefix}.jsonl`)
    const keys = Array.from({ length: inFlight }, (_, index) => `${prefix}.${index}`)
    const ended = start(program, [path, server.url, prefix, String(inFlight), ...(isDrained ? [] : ["undrained"])])
    for (const key of keys) if (!(await ended.reached("Started", key))) breaks.push(`${key} was not started`)
    await pause(random() * longestMillis)
    const asked = performance.now()
    ended.terminate()
    await ended.ended()
    total.slowestMillis = Math.max(total.slowestMillis, Math.round(performance.now() - asked))

    const executed = (await server.executed()).filter(({ by }) => by === prefix)
    const lines = linesOf(path)
    const stateOf = (key: string): string => lines.keys.get(key)?.state ?? "Forgotten"
    for (const key of keys) {
      const state = stateOf(key)
      const done = executed.filter((it) => it.key === key)
      if (done.length > 1) breaks.push(`${key} was executed ${done.length} times`)
      if (state === "Intended") total.unknown++
      else if (state === "Forgotten") total.free++
      else total.accepted++
      if (state === "Forgotten" && done.length > 0) breaks.push(`${key} is free, and was executed`)
      if (state === "Accepted" && lines.keys.get(key)?.job !== done[0]?.job) breaks.push(`${key} has another job`)
    }

    const after = start(next, [path, server.url, `${prefix}.next`, "0", "last"])
    await after.ended()
    const results = new Map(after.messages.flatMap((it) => (it._tag === "Result" ? [[it.key, it.value] as const] : [])))
    for (const key of keys.filter((it) => stateOf(it) === "Accepted")) {
      if (isDeepStrictEqual(results.get(key), resultOf(key))) total.resumed++
      else breaks.push(`${key} was not resumed to its result`)
    }
    const late = (await server.executed()).filter(({ by }) => by.startsWith(prefix)).length - executed.length
    if (isDrained && late > 0) breaks.push(`${prefix}: ${late} keys were executed after the end`)
  }
  if (isDrained && total.unknown > 0) breaks.push(`${total.unknown} keys were left with an unknown outcome`)
  return { runs, inFlight, ...total, breaks }
}
