/** Measures processes in turn: a machine that is shared does the same to all of them. */
import { type ChildProcess, fork } from "node:child_process"

/** A process under measurement. */
export interface Worker {
  /** Makes so many calls and gives their CPU time, in microseconds per call. */
  readonly run: (calls: number) => Promise<number>
  readonly end: () => void
}

/** What a process says of one round: microseconds per call, or why it cannot run. */
export type RoundReply = { readonly micros: number } | Failed

export interface RoundCommand {
  readonly calls: number
  readonly inFlight: number
}

export const messageOf = (child: ChildProcess): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const onExit = (code: number | null): void => reject(new Error(`a process of the benchmark ended with ${code}`))
    child.once("exit", onExit)
    child.once("message", (message) => {
      child.off("exit", onExit)
      resolve(message)
    })
  })

/** What a process of the benchmark sends in place of a figure. */
export interface Failed {
  readonly failed: string
}

export const failedOf = (error: unknown): Failed => ({ failed: error instanceof Error ? error.message : String(error) })

/** Sends a message and gives the reply. A process that fails, ends or does not reply in time fails its line: it never hangs. */
export const replyTo = async (
  child: ChildProcess,
  message: string | number | object,
  withinMillis: number
): Promise<unknown> => {
  if (!child.connected) throw new Error("a process of the benchmark has ended")
  const isLate = setTimeout(() => child.kill("SIGKILL"), withinMillis)
  const reply = messageOf(child)
  child.send(message)
  try {
    const value = await reply
    if (typeof value === "object" && value !== null && "failed" in value) throw new Error(String(value.failed))
    return value
  } catch (error) {
    throw child.signalCode === "SIGKILL" ? new Error(`no reply in ${withinMillis / 1000} s`) : error
  } finally {
    clearTimeout(isLate)
  }
}

const microsOf = (reply: unknown): number => {
  if (typeof reply === "object" && reply !== null) {
    if ("micros" in reply) return Number(reply.micros)
    if ("failed" in reply) throw new Error(String(reply.failed))
  }
  throw new Error("a process of the benchmark replied with something else than a figure")
}

/** A program that replies by `serve`, in a process of its own. */
export const forked = (program: string, args: ReadonlyArray<string>, inFlight: number): Worker => {
  const child = fork(program, args)
  return {
    run: async (calls) => {
      const reply = messageOf(child)
      const command: RoundCommand = { calls, inFlight }
      child.send(command)
      return microsOf(await reply)
    },
    end: () => {
      if (child.connected) child.disconnect()
    }
  }
}

export interface Interleaved {
  readonly rounds: number
  readonly warmUpRounds: number
  readonly calls: number
  /** CPU time of the server so far, in microseconds. */
  readonly serverMicros?: () => Promise<number>
}

/** Microseconds per call of one process, by round. */
export interface Costs {
  readonly micros: ReadonlyArray<number>
  /** Of the server, for the calls of that process. */
  readonly server: ReadonlyArray<number>
  /** Why it was measured no further. */
  readonly failed?: string
}

/** The cost of each process. The order turns, so that none is always first. Ends the processes. */
export const interleaved = async (
  workers: ReadonlyArray<Worker>,
  { calls, rounds, serverMicros, warmUpRounds }: Interleaved
): Promise<ReadonlyArray<Costs>> => {
  const measured = workers.map((worker) => ({
    worker,
    micros: new Array<number>(),
    server: new Array<number>(),
    failed: new Array<string>()
  }))
  for (let round = 0; round < warmUpRounds + rounds; round++) {
    const turn = round % workers.length
    for (const { failed, micros, server, worker } of [...measured.slice(turn), ...measured.slice(0, turn)]) {
      if (failed.length > 0) continue
      try {
        const before = await serverMicros?.()
        const cost = await worker.run(calls)
        const after = await serverMicros?.()
        if (round < warmUpRounds) continue
        micros.push(cost)
        if (before !== undefined && after !== undefined) server.push((after - before) / calls)
      } catch (error) {
        failed.push(error instanceof Error ? error.message : String(error))
      }
    }
  }
  for (const worker of workers) worker.end()
  return measured.map(({ failed: [failed], micros, server }) =>
    failed === undefined ? { micros, server } : { micros, server, failed }
  )
}

/** The part of the values between the 5th and the 95th percentile. */
export const spreadOf = (ratios: ReadonlyArray<number>): readonly [low: number, high: number] => {
  const sorted = [...ratios].sort((a, b) => a - b)
  const cut = Math.floor(sorted.length / 20)
  return [sorted[cut] ?? NaN, sorted[sorted.length - 1 - cut] ?? NaN]
}
