import { spawnSync } from "node:child_process"
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const repository = fileURLToPath(new URL("../../", import.meta.url))

/** What a gate said about a project. */
export interface GateResult {
  readonly passed: boolean
  readonly output: string
}

/** A project of a few files, with the tools and the rules of this repository. */
export interface FixtureProject {
  readonly run: (command: string, ...args: ReadonlyArray<string>) => GateResult
  readonly script: (name: string, ...args: ReadonlyArray<string>) => GateResult
  readonly git: (...args: ReadonlyArray<string>) => GateResult
  readonly read: (path: string) => string
  readonly write: (path: string, content: string) => void
  readonly remove: () => void
}

/** Builds a project from paths and contents, outside of the repository. What it runs has `environment` besides ours. */
export const build = (
  files: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string>> = {}
): FixtureProject => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "connectors-project-")))
  for (const shared of ["node_modules", "scripts"]) symlinkSync(join(repository, shared), join(root, shared))
  for (const rules of ["tsconfig.base.json", ".oxlintrc.json"]) copyFileSync(join(repository, rules), join(root, rules))
  const write = (path: string, content: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
  }
  for (const [path, content] of Object.entries({ "package.json": `{ "type": "module" }`, ...files })) {
    write(path, content)
  }
  const run = (command: string, ...args: ReadonlyArray<string>): GateResult => {
    const result = spawnSync(command, args, { cwd: root, encoding: "utf8", env: { ...process.env, ...environment } })
    return { passed: result.status === 0, output: `${result.stdout}${result.stderr}` }
  }
  return {
    run: (command, ...args) => run(join(root, "node_modules/.bin", command), ...args),
    script: (name, ...args) => run(process.execPath, join(root, "scripts", `${name}.mjs`), ...args),
    git: (...args) => run("git", "-c", "user.name=a", "-c", "user.email=a@example.com", ...args),
    write,
    read: (path) => readFileSync(join(root, path), "utf8"),
    remove: () => rmSync(root, { recursive: true, force: true })
  }
}
