/**
 * Two processes that cannot see each other, one ledger, one key: however they start, stop, stand still and die, the
 * key is executed at most once.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import type { CrashSetup } from "./crashWorker.js"
import { randomOf } from "./killPoints.js"
import type { NamespaceMessage } from "./messages.js"

const leaseMillis = 1_000
const patienceMillis = 30_000

const privileged = ["--pid", "--fork", "--kill-child", "--mount-proc"]
const unprivileged = ["--user", "--map-root-user", ...privileged]
const works = (flags: ReadonlyArray<string>): boolean => spawnSync("unshare", [...flags, "true"]).status === 0

/** How to start a process that cannot be seen: `undefined` when the machine does not allow it. */
const unshareFlags = [privileged, unprivileged].find(works)

interface Member {
  readonly messages: ReadonlyArray<NamespaceMessage>
  /** Waits for a message after the first `from`; `undefined` when the process ends before. */
  readonly next: (tags: ReadonlyArray<NamespaceMessage["_tag"]>, from?: number) => Promise<NamespaceMessage | undefined>
  readonly submit: () => void
  readonly signal: (signal: "SIGKILL" | "SIGSTOP" | "SIGCONT") => void
  readonly end: () => Promise<void>
}

const processOf = (child: ChildProcess): number => {
  const own = child.pid ?? 0
  if (unshareFlags === undefined) return own
  return Number(readFileSync(`/proc/${own}/task/${own}/children`, "utf8").trim().split(" ")[0])
}

const startMember = (program: string, args: ReadonlyArray<string>, host: string): Member => {
  const command =
    unshareFlags === undefined
      ? [process.execPath, program, ...args, host]
      : ["unshare", ...unshareFlags, process.execPath, program, ...args]
  const child = spawn(command[0] ?? "", command.slice(1), { stdio: ["ignore", "ignore", "ignore", "ipc"] })
  const messages: Array<NamespaceMessage> = []
  const waiting = new Set<() => void>()
  const wakeAll = (): void => waiting.forEach((wake) => wake())
  let hasExited = false
  // everything that it said has been read when its channel is closed
  let isOver = false
  child.on("message", (message: NamespaceMessage) => {
    messages.push(message)
    wakeAll()
  })
  child.once("disconnect", () => {
    isOver = true
    wakeAll()
  })
  const over = new Promise<void>((resolve, reject) => {
    child.once("error", reject)
    child.once("exit", () => {
      hasExited = true
      resolve()
    })
  })
  const next: Member["next"] = (tags, from = 0) =>
    new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`no ${tags.join()} in ${patienceMillis} ms`)), patienceMillis)
      const wake = (): void => {
        const found = messages.slice(from).find(({ _tag }) => tags.includes(_tag))
        if (found === undefined && !isOver) return
        clearTimeout(late)
        waiting.delete(wake)
        resolve(found)
      }
      waiting.add(wake)
      wake()
    })
  return {
    messages,
    next,
    submit: () => void (child.connected && child.send("submit")),
    signal: (signal) => {
      if (!hasExited) process.kill(processOf(child), signal)
    },
    end: async () => {
      if (child.connected) child.disconnect()
      await over
    }
  }
}

interface Run {
  readonly key: string
  readonly start: (name: string) => Member
  readonly random: () => number
}

/** Starts a process until it has the ledger, as a service that is restarted does. */
const opened = async ({ start }: Run, name: string, all: Array<Member>): Promise<Member> => {
  for (let times = 0; times < 20; times++) {
    const member = start(name)
    all.push(member)
    const first = await member.next(["Opened", "Refused"])
    if (first?._tag === "Opened") return member
    await member.end()
  }
  throw new Error(`${name} did not get the ledger`)
}

const submits = async (member: Member): Promise<void> => {
  const from = member.messages.length
  member.submit()
  await member.next(["Outcome"], from)
}

type Scenario = (run: Run, all: Array<Member>) => Promise<void>

const together: Scenario = async ({ start }, all) => {
  const both = [start("a"), start("b")]
  all.push(...both)
  await Promise.all(
    both.map(async (member) => {
      if ((await member.next(["Opened", "Refused"]))?._tag === "Opened") await submits(member)
    })
  )
}

const rollingUpdate: Scenario = async (run, all) => {
  const first = await opened(run, "a", all)
  const second = run.start("b")
  all.push(second)
  const submitted = submits(first)
  await second.next(["Opened", "Refused"])
  if (second.messages.some(({ _tag }) => _tag === "Opened")) await submits(second)
  await submitted
}

const killed: Scenario = async (run, all) => {
  const first = await opened(run, "a", all)
  first.submit()
  // before the intent, between intent and response, after it
  await pause(run.random() * 200)
  first.signal("SIGKILL")
  await first.end()
  await submits(await opened(run, "b", all))
}

const stopped: Scenario = async (run, all) => {
  const first = await opened(run, "a", all)
  first.signal("SIGSTOP")
  await submits(await opened(run, "b", all))
  first.signal("SIGCONT")
  await submits(first)
}

const stoppedWhileSending: Scenario = async (run, all) => {
  const first = await opened(run, "a", all)
  const from = first.messages.length
  first.submit()
  await pause(run.random() * 60)
  first.signal("SIGSTOP")
  await submits(await opened(run, "b", all))
  first.signal("SIGCONT")
  await first.next(["Outcome"], from)
  await submits(first)
}

const scenarios: ReadonlyArray<Scenario> = [together, rollingUpdate, killed, stopped, stoppedWhileSending]

export interface NamespacesReport {
  readonly isolation: "pid namespaces" | "simulated hosts"
  readonly passed: number
  readonly once: number
  readonly never: number
  readonly more: number
  readonly takenOver: number
  readonly refused: number
  readonly lost: number
  readonly breaks: ReadonlyArray<string>
}

export const runNamespaces = async (
  runs: number,
  seed: number,
  workers: number,
  { folder, program, server }: CrashSetup
): Promise<NamespacesReport> => {
  const allBreaks: Array<string> = []
  const counts = { passed: 0, once: 0, never: 0, more: 0, takenOver: 0, refused: 0, lost: 0 }

  const one = async (index: number): Promise<void> => {
    const key = `order-${index}`
    const path = join(folder, `namespaces-${index}.jsonl`)
    const scenario = scenarios[index % scenarios.length] ?? together
    const all: Array<Member> = []
    const start = (name: string): Member =>
      startMember(program, [path, server.url, name, key, String(leaseMillis)], `host-${name}`)
    const breaks: Array<string> = []
    try {
      await scenario({ key, start, random: randomOf(seed + index) }, all)
    } catch (error) {
      breaks.push(`${key}: ${String(error)}`)
    } finally {
      await Promise.all(all.map((member) => member.end()))
    }
    const messages = all.flatMap((member) => member.messages)
    const outcomes = messages.flatMap((it) => (it._tag === "Outcome" ? [it.outcome] : []))
    const executed = (await server.executed()).filter((it) => it.key === key).length
    if (executed > 1) breaks.push(`${key} was executed ${executed} times: ${outcomes.join()}`)
    if (executed === 0 && !outcomes.includes("SubmissionUnknown")) {
      breaks.push(`${key} was not executed, and nobody was told: ${outcomes.join()}`)
    }
    if (executed === 0) counts.never++
    else if (executed === 1) counts.once++
    else counts.more++
    counts.takenOver += Math.max(0, messages.filter(({ _tag }) => _tag === "Opened").length - 1)
    counts.refused += messages.filter(({ _tag }) => _tag === "Refused").length
    counts.lost += outcomes.filter((it) => it === "TAKEN_OVER").length
    if (breaks.length === 0) counts.passed++
    allBreaks.push(...breaks)
  }

  const queue = Array.from({ length: runs }, (_, index) => index)
  await Promise.all(
    Array.from({ length: Math.min(workers, runs) }, async () => {
      for (let index = queue.shift(); index !== undefined; index = queue.shift()) await one(index)
    })
  )
  return { isolation: unshareFlags === undefined ? "simulated hosts" : "pid namespaces", ...counts, breaks: allBreaks }
}
