import * as Effect from "effect/Effect"
import { execFile } from "node:child_process"
import { mkdirSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join, resolve } from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("../../../../../", import.meta.url))

/** The compilers that generated modules have to suit. */
export const compilers = {
  "7.0": join(root, "node_modules/typescript/bin/tsc"),
  "5.9": join(root, "packages/cli/node_modules/typescript-5.9/bin/tsc")
} as const

export interface Source {
  readonly path: string
  readonly text: string
}

const config = {
  compilerOptions: {
    target: "ES2022",
    lib: ["ES2022", "DOM", "DOM.Iterable"],
    module: "NodeNext",
    moduleResolution: "NodeNext",
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noUnusedLocals: true,
    noUnusedParameters: true,
    verbatimModuleSyntax: true,
    isolatedModules: true,
    declaration: true,
    isolatedDeclarations: true,
    skipLibCheck: true,
    noEmit: true,
    types: []
  },
  include: ["**/*.ts"]
}

/** A folder of the repository, so that packages are found, with these files and nothing else. */
export const folderOf = (name: string, sources: ReadonlyArray<Source>): string => {
  const folder = resolve(root, ".tmp/cli-types", name)
  rmSync(folder, { recursive: true, force: true })
  for (const { path, text } of [...sources, { path: "tsconfig.json", text: JSON.stringify(config) }]) {
    const file = join(folder, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
  return folder
}

export interface Compiled {
  /** What the compiler says is wrong, at most 4,000 characters. */
  readonly output: string
  /** The time that the compiler itself says it took, in seconds. */
  readonly seconds: number
}

const run = (args: ReadonlyArray<string>) =>
  Effect.async<{ readonly stdout: string; readonly failed: boolean }>((resume) => {
    const child = execFile(process.execPath, [...args], { maxBuffer: 64 * 1024 * 1024 }, (error, stdout) =>
      resume(Effect.succeed({ stdout, failed: error !== null }))
    )
    return Effect.sync(() => child.kill())
  })

/** Runs a compiler over a folder. */
export const compile = (folder: string, compiler: keyof typeof compilers): Effect.Effect<Compiled> =>
  Effect.map(
    run([compilers[compiler], "-p", folder, "--pretty", "false", "--extendedDiagnostics"]),
    ({ failed, stdout }) => {
      const errors = stdout.split("\n").filter((line) => /\berror TS|^ +\w.*'/.test(line))
      const total = /^Total time:\s+([\d.]+)s/m.exec(stdout)?.[1]
      return { output: failed ? errors.join("\n").slice(0, 4_000) || stdout : "", seconds: Number(total) }
    }
  )
