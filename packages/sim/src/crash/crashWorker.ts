/**
 * One ledger and its processes: each is killed, and the next one continues from the file.
 */
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { isDeepStrictEqual } from "node:util"
import { type Lines, linesOf } from "./ledgerLines.js"
import { type Executed, resultOf, type ChildMessage } from "./messages.js"
import { pieces, type KillPoint } from "./killPoints.js"
import { type Server, start } from "./processes.js"

export const phases = [
  "before the intent",
  "between intent and response",
  "after the id",
  "while polling",
  "after the end"
] as const

type Phase = (typeof phases)[number]

interface Killed {
  readonly prefix: string
  readonly phase: Phase
  readonly isTorn: boolean
}

export interface WorkerReport {
  readonly killed: ReadonlyArray<Killed>
  readonly messages: ReadonlyArray<ChildMessage>
  /** What broke, by the process whose work it was. */
  readonly breaks: ReadonlyMap<string, ReadonlyArray<string>>
  readonly counts: CrashCounts
}

interface CrashCounts {
  readonly started: number
  readonly done: number
  readonly resumed: number
  readonly unknownExecuted: number
  readonly unknownNotExecuted: number
}

export interface CrashSetup {
  readonly folder: string
  readonly program: string
  readonly server: Server
}

const phaseOf = (key: string, lines: Lines, executed: ReadonlyArray<Executed>): Phase => {
  const state = lines.keys.get(key)?.state
  if (state === undefined) return "before the intent"
  if (state === "Intended") return "between intent and response"
  if (state === "Done") return "after the end"
  return executed.some((it) => it.key === key && it.polls > 0) ? "while polling" : "after the id"
}

const ownerOf = (key: string): string => key.slice(0, key.lastIndexOf("."))

export const runWorker = async (
  name: string,
  points: ReadonlyArray<KillPoint>,
  setup: CrashSetup
): Promise<WorkerReport> => {
  const { folder, program, server } = setup
  const path = join(folder, `${name}.jsonl`)
  const killed: Array<Killed> = []
  const messages: Array<ChildMessage> = []
  const breaks = new Map<string, Array<string>>()
  const broke = (owner: string, what: string): void => void breaks.set(owner, [...(breaks.get(owner) ?? []), what])
  // the references that were in the file when a process was killed: another process must continue from them
  const stored = new Map<string, string>()

  for (const [index, point] of points.entries()) {
    const prefix = `${name}.${index}`
    const key = `${prefix}.${point.piece}`
    const child = start(program, [path, server.url, prefix, String(pieces)])
    if (!(await child.reached(point.trigger, key))) broke(prefix, `ended before ${point.trigger}`)
    await pause(point.afterMillis)
    await child.kill()
    messages.push(...child.messages)
    for (const it of child.messages) if (it._tag === "Failed") broke(prefix, it.reason)
    const lines = linesOf(path)
    for (const [each, line] of lines.keys) {
      if (line.state === "Accepted" && line.job !== undefined) stored.set(each, line.job)
    }
    killed.push({ prefix, phase: phaseOf(key, lines, await server.executed()), isTorn: lines.isTorn })
  }

  const last = start(program, [path, server.url, `${name}.last`, "0", "last"])
  await last.ended()
  for (const it of last.messages) if (it._tag === "Failed") broke(name, it.reason)
  if (!last.messages.some((it) => it._tag === "Idle")) broke(name, "the last process did not come to its end")
  messages.push(...last.messages)

  const executed = (await server.executed()).filter((it) => ownerOf(ownerOf(it.key)) === name)
  const { keys } = linesOf(path)
  for (const it of executed) {
    if (!keys.has(it.key)) broke(ownerOf(it.key), `${it.key} was sent without an intent`)
    if (it.by !== ownerOf(it.key)) broke(ownerOf(it.key), `${it.key} was sent by ${it.by}`)
  }
  const reportedLast = new Map(
    last.messages.flatMap((it) => (it._tag === "Unknown" ? [[it.key, it.outcome] as const] : []))
  )
  let unknownExecuted = 0
  let unknownNotExecuted = 0
  let done = 0
  for (const [key, line] of keys) {
    const owner = ownerOf(key)
    const runs = executed.filter((it) => it.key === key)
    const results = messages.flatMap((it) => (it._tag === "Result" && it.key === key ? [it.value] : []))
    if (runs.length > 1) broke(owner, `${key} was executed ${runs.length} times`)
    if (line.state === "Intended") {
      if (runs.length === 0) unknownNotExecuted++
      else unknownExecuted++
      const outcome = reportedLast.get(key)
      if (outcome !== "SubmissionUnknown") broke(owner, `${key} has no outcome, and a submit gave ${String(outcome)}`)
    } else if (line.state === "Done") {
      done++
      if (runs.length !== 1) broke(owner, `${key} is done and was executed ${runs.length} times`)
      if (line.job !== runs[0]?.job) broke(owner, `${key} is ${String(line.job)} and not ${String(runs[0]?.job)}`)
      if (results.length === 0) broke(owner, `${key} is done, and no process reported its result`)
      if (!results.every((it) => isDeepStrictEqual(it, resultOf(key)))) broke(owner, `${key} has another result`)
    } else broke(owner, `${key} was left as ${line.state}`)
    const ref = stored.get(key)
    if (ref !== undefined && line.state !== "Done") broke(owner, `${key} had the reference ${ref} and has no result`)
  }
  // a reference that the program got must be the stored one
  for (const it of messages) {
    if (it._tag === "Accepted" && keys.get(it.key)?.job !== it.job)
      broke(ownerOf(it.key), `${it.key} lost its reference`)
  }
  return {
    killed,
    messages,
    breaks,
    counts: { started: keys.size, done, resumed: stored.size, unknownExecuted, unknownNotExecuted }
  }
}
