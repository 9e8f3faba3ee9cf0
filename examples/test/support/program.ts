import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import { existsSync } from "node:fs"
import { fileURLToPath } from "node:url"

/** How a program ended. */
export interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** A built example in a separate process that is killed with the scope. */
export const start = (name: string, args: ReadonlyArray<string>, env: Readonly<Record<string, string>>) =>
  startProgram(fileURLToPath(new URL(`../../dist/${name}.js`, import.meta.url)), args, env)

/** A program by its path, in the same way. */
export const startProgram = (program: string, args: ReadonlyArray<string>, env: Readonly<Record<string, string>>) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => {
        assert.isTrue(existsSync(program), "the examples are not built: run npm run build")
        const inherited = Object.entries(process.env).filter(
          ([key]) => !/^(CONNECTIONS_|BOSA_|DEMO_|DATABASE_URL$)/.test(key)
        )
        return spawn(process.execPath, [program, ...args], { env: { ...Object.fromEntries(inherited), ...env } })
      }),
      (child) => Effect.sync(() => child.kill("SIGKILL"))
    ),
    (child) => {
      let out = ""
      let err = ""
      child.stdout.on("data", (chunk) => (out += String(chunk)))
      child.stderr.on("data", (chunk) => (err += String(chunk)))
      const closed = new Promise<Ended>((resolve) => child.on("close", (code) => resolve({ code, out, err })))
      return {
        ended: Effect.promise(() => closed),
        signal: (name: NodeJS.Signals) => Effect.sync(() => child.kill(name)),
        /** The match of a pattern, as soon as the program has printed it. */
        printed: (pattern: RegExp) =>
          Effect.async<RegExpExecArray>((resume) => {
            const check = () => {
              const found = pattern.exec(out)
              if (found !== null) resume(Effect.succeed(found))
            }
            child.stdout.on("data", check)
            void closed.then(() => resume(Effect.dieMessage(`it ended without ${String(pattern)}: ${out}${err}`)))
            check()
          })
      }
    }
  )
