/** Programs that are started. None is waited for without a limit, and only what was started here is ended. */
import { type ChildProcess, spawn } from "node:child_process"

/** How a program is started. */
export interface Command {
  readonly path: string
  readonly args: ReadonlyArray<string>
  readonly env?: NodeJS.ProcessEnv
  readonly cwd?: string
}

const proxies = /^(all|http|https|no)_proxy$/i

/** That of this process, without its proxies: they would stand between a runtime and the loopback address. */
export const environment = (own: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !proxies.test(name))),
  DO_NOT_TRACK: "1",
  ...own
})

// a browser is many processes: those of one group end together
const start = ({ args, cwd, env, path }: Command): ChildProcess =>
  spawn(path, args, { env, cwd, detached: true, stdio: ["ignore", "pipe", "pipe"] })

const end = ({ pid }: ChildProcess): void => {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL")
  } catch {
    // it has ended by itself
  }
}

interface Ended {
  /** `undefined` when it could not be started or was ended. */
  readonly code: number | undefined
  readonly output: string
}

/** Runs a program to its end, or ends it when the time is over or `stopped` is there. */
export const runToEnd = (
  command: Command,
  millis: number,
  stopped: Promise<unknown> = new Promise(() => {})
): Promise<Ended> =>
  new Promise((resolve) => {
    const child = start(command)
    let output = ""
    const keep = (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-4_000)
    }
    child.stdout?.on("data", keep)
    child.stderr?.on("data", keep)
    const timer = setTimeout(() => end(child), millis)
    void stopped.then(() => end(child))
    const done = (code: number | null) => {
      clearTimeout(timer)
      end(child)
      resolve({ code: code ?? undefined, output })
    }
    child.once("error", () => done(null))
    child.once("close", done)
  })
