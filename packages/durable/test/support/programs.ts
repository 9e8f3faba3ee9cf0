/**
 * Programs as they are shipped: `npm test` builds them first.
 */
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import { existsSync } from "node:fs"
import { fileURLToPath } from "node:url"

const fileOf = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url))

const programs = {
  "connectors-durable": [fileOf("durable/dist/bin/durable.js")],
  // a project that has durable: the package itself
  connectors: [fileOf("cli/dist/connectors.js"), "durable"]
} as const

export interface Ended {
  readonly code: number
  readonly out: string
  readonly err: string
}

interface Options {
  readonly env?: Readonly<Record<string, string>> | undefined
  readonly stdin?: string | undefined
  /** Closes stdout after its first piece, as `head` does. */
  readonly closeEarly?: boolean | undefined
}

/** What a program ends in. */
export const runProgram = (
  name: keyof typeof programs,
  args: ReadonlyArray<string>,
  { closeEarly = false, env = {}, stdin = "" }: Options = {}
): Effect.Effect<Ended> =>
  Effect.async((resume) => {
    const [path, ...group] = programs[name]
    assert.isTrue(existsSync(path), "the programs are not built: run npm run build")
    const child = spawn(process.execPath, [path, ...group, ...args], {
      cwd: fileOf("durable"),
      env: { PATH: process.env["PATH"] ?? "", ...env }
    })
    let [out, err] = ["", ""]
    child.stdout.on("data", (chunk) => {
      out += String(chunk)
      if (closeEarly) child.stdout.destroy()
    })
    child.stderr.on("data", (chunk) => void (err += String(chunk)))
    child.stdin.on("error", () => {})
    child.stdin.end(stdin)
    child.on("close", (code) => resume(Effect.succeed({ code: code ?? -1, out, err })))
    return Effect.sync(() => child.kill("SIGKILL"))
  })
