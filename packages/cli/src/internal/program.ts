/**
 * Programs of other packages, each in a process of its own.
 */
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import { spawn, type StdioOptions } from "node:child_process"
import { readFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { constants } from "node:os"
import { dirname, join } from "node:path"
import { ChildEnded, UsageError } from "./failure.js"
import { hasHelp } from "./route.js"
import { type OutputError, print, Shell } from "./shell.js"

/** The manifest of a package that the project has, or that this one was installed with. */
const manifestOf = (name: string): string | undefined => {
  // the folder may have been removed
  for (const from of [() => join(process.cwd(), "package.json"), () => import.meta.url]) {
    try {
      return createRequire(from()).resolve(`${name}/package.json`)
    } catch {
      // the next place
    }
  }
  return undefined
}

const binOf = async (manifest: string, bin: string): Promise<string | undefined> => {
  const content: unknown = JSON.parse(await readFile(manifest, "utf8"))
  const bins = Predicate.hasProperty(content, "bin") ? content.bin : undefined
  const path = Predicate.hasProperty(bins, bin) ? bins[bin] : undefined
  return typeof path === "string" ? join(dirname(manifest), path) : undefined
}

/** A stream of this process is the child's too: a terminal stays one, and a reader that is gone is noticed. */
const streamsOf = ({ stderr, stdin, stdout }: Shell.Service): StdioOptions => [
  stdin === process.stdin ? "inherit" : "pipe",
  stdout === process.stdout ? "inherit" : "pipe",
  stderr === process.stderr ? "inherit" : "pipe"
]

const grace = "1 second"

const signalCode = (signal: NodeJS.Signals | null): number => (signal === null ? 1 : 128 + constants.signals[signal])

const ended = (path: string, args: ReadonlyArray<string>, shell: Shell.Service) =>
  Effect.async<number, UsageError>((resume) => {
    const { env, stderr, stdin, stdout } = shell
    const child = spawn(process.execPath, [path, ...args], { env, stdio: streamsOf(shell) })
    child.stdout?.pipe(stdout, { end: false })
    child.stderr?.pipe(stderr, { end: false })
    if (child.stdin !== null) {
      child.stdin.on("error", () => {})
      stdin.pipe(child.stdin)
    }
    child.on("error", ({ message }) => resume(new UsageError({ message: `${path} cannot be run: ${message}` })))
    child.on("close", (code, signal) => {
      if (child.stdin !== null) {
        stdin.unpipe(child.stdin)
        stdin.pause()
      }
      resume(Effect.succeed(code ?? signalCode(signal)))
    })
    const closed = Effect.async<void>((stopped) => void child.once("close", () => stopped(Effect.void)))
    const stop = Effect.zipRight(
      Effect.interruptible(Effect.sleep(grace)),
      Effect.sync(() => child.kill("SIGTERM"))
    )
    // Ctrl-C in a terminal is sent to the child too, and a second signal would not let it clean up
    return Effect.raceFirst(Effect.interruptible(closed), Effect.zipRight(stop, closed))
  })

/** Runs the program `bin` of a package that is not part of this one. */
export const runProgram = (
  name: string,
  bin: string,
  args: ReadonlyArray<string>
): Effect.Effect<void, UsageError | ChildEnded | OutputError, Shell> =>
  Effect.gen(function* () {
    const manifest = manifestOf(name)
    const path = manifest === undefined ? undefined : yield* Effect.promise(() => binOf(manifest, bin))
    if (path === undefined) {
      const what = manifest === undefined ? "is not installed" : `is of a version without ${bin}`
      const message = `the package ${name} ${what}: npm install --save-exact --save-dev ${name}`
      return yield* hasHelp(args)
        ? print(`This command is a program of its own, and ${message}`)
        : new UsageError({ message })
    }
    const code = yield* ended(path, args, yield* Shell)
    // it has said why
    return code === 0 ? undefined : yield* new ChildEnded({ code, message: "" })
  })
