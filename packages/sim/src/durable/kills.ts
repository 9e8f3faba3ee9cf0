import { setTimeout as pause } from "node:timers/promises"
import { randomOf } from "../crash/killPoints.js"
import { missing, type Outcomes, outcomesOf } from "./checks.js"
import { buckets, gate, type Plan, takeoverMillis } from "./plan.js"
import { failuresOf, type Programs, type Runner, settled, startClient, startServer } from "./programs.js"
import { start } from "./process.js"
import type { RunnerMessage } from "./messages.js"

/** The PostgreSQL of a run. */
export interface Database {
  readonly url: string
  readonly restart: () => Promise<void>
  /** Ends the connections that LISTEN, and says how many. */
  readonly cutListeners: () => Promise<number>
  /** Holds the rows of a runner for a while, so that it learns late what it has lost. Says how many there are. */
  readonly holdRunner: (pid: number, millis: number) => Promise<number>
}

export interface KillsReport extends Outcomes {
  /** From the freeze of a runner until all its work was taken over, in seconds. */
  readonly takeoverSeconds: number | undefined
  /** From SIGTERM to the end of the runner, in milliseconds. */
  readonly endedMillis: number | undefined
  readonly watchesEnded: number
  readonly worstSecond: number
  readonly requests: number
}

export interface Setup {
  readonly programs: Programs
  readonly database: Database
  readonly seed: number
  readonly log: (line: string) => void
}

const heldMillis = 2_000

export const runKills = async (plan: Plan, { database, log, programs, seed }: Setup): Promise<KillsReport> => {
  const random = randomOf(seed)
  const breaks: Array<string> = []
  const env = { DURABLE_DATABASE: database.url }
  const server = await startServer(programs.server, plan.windowMillis, plan.jobMillis)
  const runners = new Map<string, Runner>()
  const all: Array<Runner> = []
  const keys: Array<string> = []

  const addRunner = async (): Promise<string> => {
    const name = `runner-${all.length + 1}`
    const runner = start<RunnerMessage>(programs.runner, [server.url, name], env)
    all.push(runner)
    await runner.until("the runner is ready", (messages) => messages.find(({ _tag }) => _tag === "Ready"))
    runners.set(name, runner)
    return `${name} (pid ${runner.pid})`
  }
  const take = (name: string): Runner => {
    const runner = runners.get(name)
    if (runner === undefined) throw new Error(`no ${name} runs`)
    runners.delete(name)
    return runner
  }
  const ownedBy = ({ messages }: Runner): number => {
    const last = messages.at(-1)
    return last?._tag === "Owns" ? last.buckets : 0
  }
  const owned = (): number => Array.from(runners.values(), ownedBy).reduce((sum, count) => sum + count, 0)

  /** Waits until each runner owns its part. */
  const spread = async (): Promise<void> => {
    const least = Math.floor(buckets / runners.size) - 1
    for (const runner of runners.values()) {
      await runner.until("the buckets are spread", () => (ownedBy(runner) >= least ? true : undefined))
    }
  }
  const isRunning = (by: string): boolean => runners.has(by)

  log(`started ${(await Promise.all(Array.from({ length: plan.runners }, addRunner))).join(", ")}`)
  const client = await startClient(programs.client, [server.url], env)
  const submit = (name: string, count: number) => {
    const own = Array.from({ length: count }, (_, index) => `${name}.${index}`)
    keys.push(...own)
    return client.submit(own)
  }
  const settle = async (when: string): Promise<void> => {
    if (!(await settled(client, pause))) breaks.push(`some work did not end ${when}`)
  }

  const disturb = async (kill: number): Promise<void> => {
    if (!plan.isDisturbed) return
    if (kill === Math.floor(plan.kills / 3)) {
      const cut = await database.cutListeners()
      log(`cut ${cut} connections that LISTEN`)
      if (cut <= plan.runners) breaks.push(`only ${cut} connections that LISTEN were there to be cut`)
    }
    if (kill === Math.floor((2 * plan.kills) / 3)) {
      await database.restart()
      log("restarted PostgreSQL")
    }
  }

  try {
    const submits: Array<Promise<string>> = []
    for (let kill = 0; kill < plan.kills; kill++) {
      const startedAt = performance.now()
      const window = kill % 2 === 0 ? "after" : "before"
      const waiting = server.nextSubmit(window, isRunning)
      const share =
        Math.floor(((kill + 1) * plan.killJobs) / plan.kills) - Math.floor((kill * plan.killJobs) / plan.kills)
      submits.push(submit(`kill-${kill + 1}`, share))
      const name = await waiting
      await pause((random() * plan.windowMillis) / 3)
      const runner = take(name)
      await runner.end("SIGKILL")
      const added = await addRunner()
      log(
        `kill ${kill + 1} of ${plan.kills}: ${name} (pid ${runner.pid}), a submit of it waits ${window} its work; started ${added}`
      )
      await disturb(kill)
      await pause(Math.max(0, plan.everyMillis - (performance.now() - startedAt)))
    }
    await Promise.all(submits)
    await settle("after the kills")

    let endedMillis: number | undefined
    if (plan.endJobs > 0) {
      const waiting = server.nextSubmit("before", isRunning)
      await submit("end", plan.endJobs)
      const name = await waiting
      const runner = take(name)
      const askedAt = performance.now()
      await runner.end("SIGTERM")
      endedMillis = Math.round(performance.now() - askedAt)
      log(`asked ${name} (pid ${runner.pid}) to end: it did after ${endedMillis} ms; started ${await addRunner()}`)
      await settle("after a runner was asked to end")
      const lost = (await client.rows()).filter(({ key, state }) => key.startsWith("end.") && state !== "succeeded")
      for (const { failure, key, state } of lost) {
        breaks.push(`${key} is ${state} (${failure ?? "no failure"}) after a runner was asked to end`)
      }
    }

    let takeoverSeconds: number | undefined
    if (plan.frozenJobs > 0) {
      await spread()
      // so that it has more to send than it sends at once
      server.hold()
      const waiting = server.nextSubmit("before", isRunning)
      await submit("frozen", plan.frozenJobs)
      const name = await waiting
      const runner = take(name)
      runner.signal("SIGSTOP")
      const frozenAt = performance.now()
      server.release()
      log(`froze ${name} (pid ${runner.pid})`)
      const since = (): number => performance.now() - frozenAt
      while (since() < plan.frozenMillis) {
        if (takeoverSeconds === undefined && owned() === buckets) {
          takeoverSeconds = Math.round(since() / 100) / 10
          log(`all its buckets were taken over after ${takeoverSeconds} s`)
        }
        await pause(100)
      }
      if (takeoverSeconds === undefined || takeoverSeconds * 1000 > takeoverMillis) {
        breaks.push(`a frozen runner was taken over after ${takeoverSeconds ?? "more than the freeze"} s`)
      }
      const held = database.holdRunner(runner.pid, heldMillis)
      await pause(100)
      runner.signal("SIGCONT")
      runners.set(name, runner)
      log(`woke it after ${Math.round(since() / 1000)} s`)
      if ((await held) === 0) breaks.push("the frozen runner has no row, so it did not learn late what it has lost")
      await pause(2 * heldMillis)
      if (runner.isOver()) breaks.push("the frozen runner ended once it was woken")
    }

    await settle("at the end")
    const rows = await client.rows()
    const state = await server.state()
    const stops = plan.kills + (plan.frozenJobs > 0 ? 1 : 0)
    const outcomes = outcomesOf(keys, rows, state.executed, stops * gate)
    breaks.push(...outcomes.breaks, ...missing(outcomes))

    await client.process
      .until("all watches ended", () => (client.ends().size === keys.length ? true : undefined))
      .catch(() => breaks.push(`${keys.length - client.ends().size} watches did not end`))
    const succeeded = new Set(rows.flatMap(({ key, state: it }) => (it === "succeeded" ? [key] : [])))
    for (const [key, how] of client.ends()) {
      if (how.length !== 1) breaks.push(`the watch of ${key} ended ${how.length} times: ${how.join(", ")}`)
      const isRight = how[0] === "WorkUnknown" || (how[0] === "Completed" && succeeded.has(key))
      if (!isRight) breaks.push(`the watch of ${key} ended with ${how[0]}`)
    }
    await Promise.all([client.process, ...runners.values()].map((it) => it.end("SIGTERM")))
    for (const it of [client.process, ...all]) breaks.push(...failuresOf(it))
    const { requests, worstSecond } = state
    return {
      ...outcomes,
      breaks,
      takeoverSeconds,
      endedMillis,
      watchesEnded: client.ends().size,
      worstSecond,
      requests
    }
  } finally {
    await Promise.all([client.process, ...all].map((it) => (it.isOver() ? undefined : it.end("SIGKILL"))))
    await server.end()
  }
}
