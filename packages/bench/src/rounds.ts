/** Measures processes in turn. Each message to one is a number of calls, and its reply is the CPU time per call. */
import type { ChildProcess } from "node:child_process"

const warmUpRounds = 5

export const messageOf = (child: ChildProcess): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const onExit = (code: number | null): void => reject(new Error(`a process of the benchmark ended with ${code}`))
    child.once("exit", onExit)
    child.once("message", (message) => {
      child.off("exit", onExit)
      resolve(message)
    })
  })

/** Microseconds per call of each process, by round. The order turns, so that none is always first. Ends the processes. */
export const interleaved = async (
  workers: ReadonlyArray<ChildProcess>,
  rounds: number,
  calls: number
): Promise<ReadonlyArray<ReadonlyArray<number>>> => {
  const measured = workers.map((worker) => ({ worker, micros: new Array<number>() }))
  for (let round = 0; round < warmUpRounds + rounds; round++) {
    const turn = round % workers.length
    for (const { micros, worker } of [...measured.slice(turn), ...measured.slice(0, turn)]) {
      worker.send(calls)
      const cost = Number(await messageOf(worker))
      if (round >= warmUpRounds) micros.push(cost)
    }
  }
  for (const worker of workers) worker.disconnect()
  return measured.map(({ micros }) => micros)
}

/** The part of the values between the 5th and the 95th percentile. */
export const spreadOf = (ratios: ReadonlyArray<number>): readonly [low: number, high: number] => {
  const sorted = [...ratios].sort((a, b) => a - b)
  const cut = Math.floor(sorted.length / 20)
  return [sorted[cut] ?? NaN, sorted[sorted.length - 1 - cut] ?? NaN]
}
