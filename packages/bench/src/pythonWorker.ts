/** The published Python clients under measurement, each in the environment of `npm run test:interop`. */
import { spawn } from "node:child_process"
import { tmpdir } from "node:os"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import type { Worker } from "./rounds.js"

interface Python {
  readonly findPython: () => unknown
  readonly environment: (python: unknown, client: string, home: string, log: (line: string) => void) => string
}

export type PythonClient = "bosa" | "gl"

const here = (file: string): URL => new URL(file, import.meta.url)

/** Starts a client, which makes one call at a time. Rejects where there is no Python, or no package index to install from. */
export const pythonStarter = async (client: PythonClient, log: (line: string) => void) => {
  const { environment, findPython }: Python = await import(here("../../../scripts/lib/python.mjs").href)
  const interpreter = environment(findPython(), client, fileURLToPath(here("../../testing/interop/")), log)
  return (url: string, logging: "logging" | "quiet"): Worker => {
    const room = tmpdir()
    const child = spawn(interpreter, [fileURLToPath(here("../peers/python.py")), client, url, logging], {
      // no proxy, no key, no settings file of a home or working folder
      cwd: room,
      env: { PATH: process.env["PATH"], HOME: room, NO_PROXY: "*", PYTHONUTF8: "1", PYTHONDONTWRITEBYTECODE: "1" },
      stdio: ["pipe", "pipe", "ignore"]
    })
    const ended = new Promise<never>((_, reject) => {
      child.once("error", reject)
      child.once("exit", (code) => reject(new Error(`Python ended with ${code}`)))
    })
    // the reason is for the next round
    ended.catch(() => undefined)
    child.stdin.on("error", () => undefined)
    const replies = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    return {
      run: async (calls) => {
        child.stdin.write(`${calls}\n`)
        const { value } = await Promise.race([replies.next(), ended])
        const micros = Number(value)
        return Number.isFinite(micros) ? micros : ended
      },
      end: () => child.stdin.end()
    }
  }
}
