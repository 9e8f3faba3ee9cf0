import { execFileSync, spawnSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { spreadOf } from "../rounds.js"
import type { Group, Row, Variant } from "../row.js"
import { median } from "../workload.js"

const folder = fileURLToPath(new URL("../../", import.meta.url))
const peers = fileURLToPath(new URL("../../peers/", import.meta.url))
const esbuild = fileURLToPath(new URL("../../../../node_modules/esbuild/bin/esbuild", import.meta.url))

const banner = 'import { createRequire as requireOf } from "node:module"; const require = requireOf(import.meta.url);'

const ours = ["@effect-connectors/core/ConnectionsApi", "@effect-connectors/node/NodeConnectors"]

/** A program that imports modules and prints the milliseconds of CPU and of time since its start. */
const programOf = (modules: ReadonlyArray<string>): string =>
  [
    ...modules.map((module, index) => `import * as module${index} from ${JSON.stringify(module)}`),
    `globalThis.kept = [${modules.map((_, index) => `module${index}`).join(", ")}]`,
    "const { system, user } = process.cpuUsage()",
    "console.log(JSON.stringify([(system + user) / 1000, performance.now()]))"
  ].join("\n")

interface Program {
  readonly name: string
  readonly args: ReadonlyArray<string>
  readonly cwd: string
}

const unbundled = (name: string, modules: ReadonlyArray<string>, cwd = folder): Program => ({
  name,
  args: ["--input-type=module", "--eval", programOf(modules)],
  cwd
})

const bundled = (name: string, modules: ReadonlyArray<string>, to: string, cwd = folder): Program => {
  const file = join(to, `${name.replace(/\W+/g, "-")}.mjs`)
  const options = ["--bundle", "--minify", "--platform=node", "--format=esm", `--banner:js=${banner}`]
  try {
    execFileSync(esbuild, [...options, `--outfile=${file}`, "--log-level=silent"], {
      cwd,
      input: programOf(modules),
      stdio: ["pipe", "ignore", "ignore"]
    })
  } catch {
    // the run of a file that is not there says that it failed
  }
  return { name, args: [file], cwd }
}

type Figures = readonly [cpu: number, wall: number]

const run = ({ args, cwd }: Program): Figures | undefined => {
  const { status, stdout } = spawnSync(process.execPath, args, { cwd, encoding: "utf8" })
  return status === 0 ? JSON.parse(stdout) : undefined
}

const groupOf = (
  title: string,
  programs: ReadonlyArray<Program>,
  figures: ReadonlyMap<string, ReadonlyArray<Figures>>,
  at: 0 | 1
): Group => {
  const first = figures.get(programs[0]?.name ?? "") ?? []
  const variants = programs.map(({ name }): Variant => {
    const all = figures.get(name) ?? []
    const values = all.map((one) => one[at])
    if (values.length === 0) return { name, value: NaN, failed: "it does not load: is it installed?" }
    if (first.length !== values.length) return { name, value: median(values) }
    const ratios = values.map((value, round) => value / (first[round]?.[at] ?? NaN))
    return { name, value: median(values), ratio: median(ratios), spread: spreadOf(ratios) }
  })
  return { title, unit: "ms", variants }
}

const openai = "openai"
const library = "ConnectionsApi and NodeConnectors"

const measure: Row["measure"] = async ({ quick, rounds }) => {
  const to = mkdtempSync(join(tmpdir(), "connectors-imports-"))
  try {
    const programs = [
      unbundled(openai, [openai], peers),
      unbundled(library, ours),
      unbundled("BosaApi and NodeConnectors", ["@effect-connectors/core/BosaApi", ...ours.slice(1)]),
      unbundled("HttpClient of @effect/platform", ["@effect/platform/HttpClient"]),
      unbundled("effect/Effect", ["effect/Effect"]),
      unbundled("undici", ["undici"]),
      unbundled("Node alone", []),
      bundled("openai, bundled by esbuild", [openai], to, peers),
      bundled(`${library}, bundled by esbuild`, ours, to)
    ]
    const figures = new Map<string, Array<Figures>>()
    for (let round = 0; round < (quick ? 3 : Math.max(rounds, 9)); round++) {
      // the order turns, so that what else a shared machine does meets all of them
      const turn = round % programs.length
      for (const program of [...programs.slice(turn), ...programs.slice(0, turn)]) {
        const found = run(program)
        if (found !== undefined) figures.set(program.name, [...(figures.get(program.name) ?? []), found])
      }
    }
    const cpu = groupOf("CPU of a process that imports", programs, figures, 0)
    return {
      groups: [cpu, groupOf("time of the same", programs, figures, 1)],
      figures: [
        {
          name: `import of ${library}, x openai`,
          value: cpu.variants.find(({ name }) => name === library)?.ratio ?? NaN,
          unit: "x",
          atMost: 1
        }
      ]
    }
  } finally {
    rmSync(to, { recursive: true })
  }
}

/** What it costs to load this library, in fresh processes. */
export const imports: Row = {
  name: "imports",
  peers: true,
  about: "time to import this library, next to others",
  measure
}
