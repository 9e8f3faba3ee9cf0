import { spawn } from "node:child_process"
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { join, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { type Mutant, mutants } from "./mutants.js"
import { simulate } from "./run.js"
import { type Break, breaksOf } from "./breaks.js"

const mostSeeds = 600
const atOnce = 2

const here = fileURLToPath(new URL("../../", import.meta.url))
const isBuilt = (path: string): boolean => !/\.(?:map|d\.ts|tsbuildinfo)$/.test(path)

const copyPackage = (name: string, to: string): void => {
  const from = realpathSync(join(here, "node_modules/@effect-connectors", name))
  mkdirSync(to, { recursive: true })
  cpSync(join(from, "package.json"), join(to, "package.json"))
  cpSync(join(from, "dist"), join(to, "dist"), { recursive: true, filter: isBuilt })
  // what it depends on stays where it is, but for our own packages
  mkdirSync(join(to, "node_modules"))
  for (const name of readdirSync(join(from, "node_modules"))) {
    if (name === "@effect-connectors" || name.startsWith(".")) continue
    symlinkSync(realpathSync(join(from, "node_modules", name)), join(to, "node_modules", name))
  }
}

/** A copy of the simulator that finds a copy of the library with the bug in it. */
const plant = ({ edits, name }: Mutant, at: string): void => {
  rmSync(at, { recursive: true, force: true })
  const core = join(at, "node_modules/@effect-connectors/core")
  copyPackage("core", core)
  copyPackage("testing", join(at, "node_modules/@effect-connectors/testing"))
  cpSync(join(here, "dist"), join(at, "dist"), { recursive: true, filter: isBuilt })
  writeFileSync(join(at, "package.json"), JSON.stringify({ type: "module", private: true }))
  for (const { file, find, put } of edits) {
    const path = join(core, "dist", file)
    const parts = existsSync(path) ? readFileSync(path, "utf8").split(find) : []
    if (parts.length !== 2) {
      throw new Error(`the bug "${name}" cannot be planted: its text is ${parts.length - 1} times in ${file}`)
    }
    writeFileSync(path, parts.join(put))
  }
}

const firstBreak = (at: string, from: number): Promise<Break | undefined> =>
  new Promise((done, fail) => {
    const child = spawn(
      process.execPath,
      [join(at, "dist/simulator/mutantChild.js"), String(from), String(mostSeeds)],
      {
        stdio: ["ignore", "pipe", "inherit"]
      }
    )
    let text = ""
    child.stdout.on("data", (chunk: Buffer) => {
      text += chunk.toString()
    })
    child.once("error", fail)
    child.once("close", (code) => {
      if (code !== 0) return fail(new Error(`a run with a planted bug ended with ${code}`))
      done(text === "" ? undefined : JSON.parse(text))
    })
  })

interface Caught {
  readonly mutant: Mutant
  readonly by: Break | undefined
}

const hunt = async (mutant: Mutant, index: number): Promise<Caught> => {
  const at = resolve(".tmp/mutants", String(index))
  plant(mutant, at)
  let from = 0
  while (true) {
    const by = await firstBreak(at, from)
    // a seed that breaks without the bug as well proves nothing
    if (by === undefined || breaksOf(await simulate(by.seed)).length === 0) {
      rmSync(at, { recursive: true, force: true })
      return { mutant, by }
    }
    from = by.seed + 1
  }
}

/** Plants each bug in turn; whether every one was caught. */
export const runMutants = async (): Promise<boolean> => {
  const started = performance.now()
  const caught: Array<Caught> = []
  let next = 0
  const hunter = async (): Promise<void> => {
    while (next < mutants.length) {
      const index = next++
      const mutant = mutants[index]
      if (mutant === undefined) return
      const result = await hunt(mutant, index)
      caught.push(result)
      console.log(
        result.by === undefined
          ? `MISSED ${mutant.name}: nothing broke in ${mostSeeds} seeds`
          : `caught ${mutant.name}: seed ${result.by.seed}, ${result.by.invariant}: ${result.by.reason.split("\n")[0]}`
      )
    }
  }
  await Promise.all(Array.from({ length: atOnce }, hunter))
  const count = caught.filter(({ by }) => by !== undefined).length
  console.log(`caught ${count}/${mutants.length} in ${((performance.now() - started) / 1000).toFixed(1)} s`)
  return count === mutants.length
}
