/**
 * Moves files in a process of its own, and measures it from outside: how much resident memory it takes beyond what it had
 * before, and its CPU time. The server is in another process.
 */
import { fork } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { messageOf, replyTo } from "../../rounds.js"

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url))

export type Direction = "up" | "down"

/** What one transfer took. */
export interface Transfer {
  /** Most resident memory over that before, in MiB. */
  readonly growth: number
  readonly cpuMillis: number
}

const mebibytesIn = (pid: number, field: string): number => {
  const found = new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, "utf8"))
  return Number(found?.[1] ?? NaN) / 1024
}

const withinMillis = 60_000

/** One transfer in a new process; it has made a small one before, so that code and connections are not counted. */
export const transferOf = async (
  direction: Direction,
  variant: string,
  url: string,
  mebibytes: number
): Promise<Transfer> => {
  const worker = fork(here("worker.js"), [direction, variant, url], { execArgv: ["--expose-gc"] })
  const { pid } = worker
  if (pid === undefined) throw new Error("the process did not start")
  try {
    await replyTo(worker, 16, withinMillis)
    await replyTo(worker, "collect", withinMillis)
    // the most from now on
    writeFileSync(`/proc/${pid}/clear_refs`, "5")
    const before = mebibytesIn(pid, "VmRSS")
    const cpuMillis = Number(await replyTo(worker, mebibytes, withinMillis))
    return { growth: mebibytesIn(pid, "VmHWM") - before, cpuMillis }
  } finally {
    if (worker.connected) worker.disconnect()
  }
}

/** The server of large things, and a process that keeps a core busy where that is asked for. */
export const withServer = async <A>(isBusy: boolean, use: (url: string) => Promise<A>): Promise<A> => {
  const server = fork(here("server.js"))
  const busy = isBusy ? fork(here("busy.js")) : undefined
  try {
    return await use(`http://127.0.0.1:${String(await messageOf(server))}`)
  } finally {
    server.disconnect()
    busy?.disconnect()
  }
}
