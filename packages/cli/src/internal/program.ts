/**
 * Programs of other packages, each in a process of its own.
 */
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import { spawn } from "node:child_process"
import { readFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { ChildEnded, UsageError } from "./failure.js"
import { Shell } from "./shell.js"

/** The manifest of a package that the project has, or that this one was installed with. */
const manifestOf = (name: string): string | undefined => {
  for (const from of [join(process.cwd(), "package.json"), import.meta.url]) {
    try {
      return createRequire(from).resolve(`${name}/package.json`)
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

const ended = (path: string, args: ReadonlyArray<string>, { env, stderr, stdin, stdout }: Shell.Service) =>
  Effect.async<number>((resume) => {
    const child = spawn(process.execPath, [path, ...args], { env, stdio: ["pipe", "pipe", "pipe"] })
    child.stdout.pipe(stdout, { end: false })
    child.stderr.pipe(stderr, { end: false })
    child.stdin.on("error", () => {})
    stdin.pipe(child.stdin)
    child.on("close", (code) => {
      stdin.unpipe(child.stdin)
      stdin.pause()
      resume(Effect.succeed(code ?? 1))
    })
    return Effect.async<void>((stopped) => {
      child.once("close", () => stopped(Effect.void))
      child.kill("SIGTERM")
    })
  })

/** Runs the program `bin` of a package that is not part of this one. */
export const runProgram = (
  name: string,
  bin: string,
  args: ReadonlyArray<string>
): Effect.Effect<void, UsageError | ChildEnded, Shell> =>
  Effect.gen(function* () {
    const manifest = manifestOf(name)
    const path = manifest === undefined ? undefined : yield* Effect.promise(() => binOf(manifest, bin))
    if (path === undefined) {
      return yield* new UsageError({
        message: `the package ${name} is not installed: npm install --save-exact --save-dev ${name}`
      })
    }
    const code = yield* ended(path, args, yield* Shell)
    // it has said why
    return code === 0 ? undefined : yield* new ChildEnded({ code, message: "" })
  })
