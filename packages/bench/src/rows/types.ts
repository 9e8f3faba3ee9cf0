import * as Emulator from "@effect-connectors/testing/Emulator"
import * as World from "@effect-connectors/testing/World"
import * as Effect from "effect/Effect"
import { execFile } from "node:child_process"
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { join, resolve } from "node:path"
import { promisify } from "node:util"
import type { Row, RowOptions } from "../row.js"
import { spreadOf } from "../rounds.js"
import { median } from "../workload.js"

const run = promisify(execFile)
const root = resolve(".tmp/bench-types")

const compilers = {
  "7.0": createRequire(import.meta.url).resolve("typescript/package.json"),
  "5.9": resolve("packages/cli/node_modules/typescript-5.9/package.json")
}

const text = { type: "string" } as const

const propertyOf = (action: number, field: number) =>
  field % 3 === 0
    ? { ...text, enum: ["open", "closed", `v${action}`], description: `Field ${field} of action ${action}.` }
    : { type: field % 3 === 1 ? "integer" : "string", description: `Field ${field} of action ${action}.` }

const numbers = (length: number): ReadonlyArray<number> => Array.from({ length }, (_, index) => index)

const world = World.make({
  bosa: {
    clients: [{ name: "bench", apiKey: "bench-key" }],
    connectors: [
      {
        name: "big",
        actions: numbers(500).map((action) => ({
          name: `action_${action}`,
          docstring: `Does the work number ${action}, as it is described here at the length that is usual.`,
          properties: Object.fromEntries(
            numbers(10).map((field) => [`field_${action}_${field}`, propertyOf(action, field)])
          ),
          required: [`field_${action}_1`, `field_${action}_2`],
          value: {}
        }))
      }
    ]
  }
})

const config = {
  compilerOptions: {
    target: "ES2022",
    lib: ["ES2022", "DOM"],
    module: "NodeNext",
    moduleResolution: "NodeNext",
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: true,
    noEmit: true,
    types: []
  },
  include: ["**/*.ts"]
}

const caller = (input: string) =>
  'import type { BosaApi } from "@effect-connectors/core/BosaApi"\n' +
  `export const call = (bosa: BosaApi.Service) => bosa.execute("big", "action_7", ${input})\n`

const typedInput = caller("{ field_7_1: 1, field_7_2: 'b' }")

/** The programs by name: what the modules are made with, and what else is there. */
const programs: ReadonlyArray<readonly [name: string, options: ReadonlyArray<string> | undefined, text: string]> = [
  ["empty", undefined, "export {}\n"],
  ["types", [], "export {}\n"],
  ["functions", ["--functions"], "export {}\n"],
  ["schemas", ["--schemas"], "export {}\n"],
  ["calls without types", undefined, typedInput],
  ["calls with types", [], typedInput]
]

const folderOf = (name: string): string => join(root, name.replaceAll(" ", "-"))

const bytesIn = (folder: string): number =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith("big.ts"))
    .reduce((sum, path) => sum + statSync(join(folder, path)).size, 0)

const seconds = async (folder: string, manifest: string): Promise<number> => {
  const compiler = resolve(manifest, "../bin/tsc")
  const { stdout } = await run(process.execPath, [compiler, "-p", folder, "--extendedDiagnostics"])
  return Number(/^Total time:\s+([\d.]+)s/m.exec(stdout)?.[1])
}

const write = (url: string) =>
  Effect.promise(async () => {
    const env = { ...process.env, BOSA_BASE_URL: url, BOSA_API_KEY: "bench-key", CONNECTORS_CONFIG_DIR: root }
    for (const [name, options, program] of programs) {
      const folder = folderOf(name)
      mkdirSync(folder, { recursive: true })
      writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config))
      writeFileSync(join(folder, "program.ts"), program)
      const pull = ["packages/cli/dist/connectors.js", "types", "pull", "--out", join(folder, "types")]
      if (options !== undefined) await run(process.execPath, [...pull, ...options], { env })
    }
  })

/** Functions and schemas bring the types of core and Effect with them, as any call does. */
const baseOf = (name: string): string => (name === "empty" || name === "types" ? "empty" : "calls without types")

const measure = async ({ quick, rounds }: RowOptions) => {
  rmSync(root, { recursive: true, force: true })
  await Effect.runPromise(
    Effect.scoped(Effect.flatMap(Emulator.make({ executors: "memory", world }), ({ url }) => write(url)))
  )
  const measured = new Map<string, Array<number>>()
  for (let round = 0; round < (quick ? 1 : rounds); round++) {
    for (const [version, manifest] of Object.entries(compilers)) {
      for (const [name] of programs) {
        const key = `${version} ${name}`
        measured.set(key, [...(measured.get(key) ?? []), await seconds(folderOf(name), manifest)])
      }
    }
  }
  const groups = Object.keys(compilers).map((version) => ({
    title: `TypeScript ${version} over the types of 500 actions with 10 fields, by its own clock`,
    unit: "s",
    variants: programs.map(([name]) => {
      const times = measured.get(`${version} ${name}`) ?? []
      const base = measured.get(`${version} ${baseOf(name)}`) ?? []
      const ratios = times.map((time, round) => time / (base[round] ?? NaN))
      return {
        name: `${name}, ${(bytesIn(folderOf(name)) / 1000).toFixed(0)} kB`,
        value: median(times),
        ratio: median(ratios),
        spread: spreadOf(ratios)
      }
    })
  }))
  return { groups, figures: [] }
}

export const types: Row = { name: "types", about: "time of the compiler over generated types", measure }
