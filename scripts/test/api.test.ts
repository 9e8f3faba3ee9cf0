import { readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { afterEach, assert, describe, it } from "vitest"
import { build, type FixtureProject, type GateResult } from "./fixtureProject.js"

const repository = fileURLToPath(new URL("../../", import.meta.url))

const projects: Array<FixtureProject> = []
const project = (files: Readonly<Record<string, string>>): FixtureProject => {
  const made = build(files)
  projects.push(made)
  return made
}
afterEach(() => {
  for (const made of projects.splice(0)) made.remove()
})

const passes = (result: GateResult): GateResult => {
  assert.isTrue(result.passed, result.output)
  return result
}
const refuses = (result: GateResult, ...reasons: ReadonlyArray<string>): void => {
  assert.isFalse(result.passed, result.output)
  for (const reason of reasons) assert.include(result.output, reason)
}

const retry = `import type * as Schedule from "effect/Schedule";
import * as Unused from "effect/Effect";
import { type Kind, type Loud } from "./internal/kind.js";
/**
 * When to try again.
 */
export interface Retry {
    readonly kind: Kind;
    /** How long. */
    readonly schedule: Schedule.Schedule<unknown>;
}
export declare const none: Retry;
//# sourceMappingURL=Retry.d.ts.map`

const kind = `type Hidden = "a" | "b";
export type Kind = Hidden;
export type Loud = "!";
//# sourceMappingURL=kind.d.ts.map`

const name = "@effect-connectors/core"
const files = {
  ".gitignore": "dist\n.tmp\nnode_modules\nscripts\n",
  ".changeset/config.json": `{ "baseBranch": "main" }`,
  "packages/core/package.json": JSON.stringify({ name, version: "0.4.0" }),
  "packages/core/src/Retry.ts": "",
  "packages/core/src/internal/kind.ts": "",
  "packages/core/dist/index.d.ts": `export * as Retry from "./Retry.js";\n`,
  "packages/core/dist/Retry.d.ts": retry,
  "packages/core/dist/internal/kind.d.ts": kind
}
const dist = (module: string): string => `packages/core/dist/${module}.d.ts`
const text = (module: string): string => `packages/core/api/${module}.d.ts`

describe("API", () => {
  it("is written without comments, source maps and imports that are not used", () => {
    const made = project(files)
    passes(made.script("api"))
    assert.strictEqual(
      made.read(text("Retry")),
      `import type { Kind } from "./internal/kind.js"
import type * as Schedule from "effect/Schedule"

export interface Retry {
  readonly kind: Kind
  readonly schedule: Schedule.Schedule<unknown>
}
export declare const none: Retry
`
    )
    passes(made.script("api", "--check"))
  })

  it("has of the internal modules what public types lead to", () => {
    const made = project(files)
    passes(made.script("api"))
    assert.strictEqual(made.read(text("internal/kind")), `type Hidden = "a" | "b"\nexport type Kind = Hidden\n`)
    made.write(dist("internal/kind"), kind.replace(`"!"`, `"?"`))
    passes(made.script("api", "--check"))
    made.write(dist("internal/kind"), kind.replace(` | "b"`, ""))
    refuses(made.script("api", "--check"), `${text("internal/kind")}: changed, 1 lines removed, 1 added`)
  })

  it("a change that breaks programs is refused with its lines and what to do", () => {
    const made = project(files)
    passes(made.script("api"))
    made.write(
      dist("Retry"),
      retry.replace(/ +readonly kind.*\n/, "").replace("none: Retry", "none: Retry | undefined")
    )
    refuses(
      made.script("check", "api"),
      `${text("Retry")}: changed, 3 lines removed, 1 added`,
      "  export interface Retry {\n  -  readonly kind: Kind\n",
      "  -export declare const none: Retry\n  +export declare const none: Retry | undefined\n",
      "Run `npm run api`, commit what it writes, and add a changeset (`npm run changeset`)",
      "FAILED api"
    )
  })

  it("a module that comes or goes is refused by its name", () => {
    const made = project(files)
    passes(made.script("api"))
    made.write("packages/core/src/Call.ts", "")
    made.write(dist("Call"), "export declare const a: 1;\n")
    refuses(made.script("api", "--check"), `${text("Call")}: a new module, 0 lines removed, 1 added`)
    made.write(text("Gone"), "export declare const b: 1\n")
    refuses(made.script("api", "--check"), `${text("Gone")}: the module is gone, 1 lines removed, 0 added`)
    passes(made.script("api"))
    passes(made.script("api", "--check"))
  })

  it("a module that is not built is named", () => {
    const built = Object.entries(files).filter(([path]) => path !== dist("Retry"))
    refuses(
      project(Object.fromEntries(built)).script("api", "--check"),
      `${dist("Retry")} is not built: run \`npm run setup\``
    )
  })
})

describe("API and changesets", () => {
  const onBranch = (): FixtureProject => {
    const made = project(files)
    passes(made.script("api"))
    passes(made.git("init", "--quiet", "--initial-branch", "main"))
    passes(made.git("add", "--all"))
    passes(made.git("commit", "--quiet", "--message", "first"))
    passes(made.git("switch", "--quiet", "--create", "other"))
    passes(made.script("api", "--check"))
    made.write(dist("Retry"), retry.replace("none: Retry", "none: Retry | undefined"))
    passes(made.script("api"))
    return made
  }
  const changeset = (of: string): string => `---\n"${of}": minor\n---\n\nRetry.none may be undefined.\n`

  it("a change since the main branch that no changeset names is refused", () => {
    const made = onBranch()
    const reason = "packages/core: its API is not that of the main branch, and no changeset since then names it"
    refuses(made.script("api", "--check"), reason)
    passes(made.git("add", "--all"))
    passes(made.git("commit", "--quiet", "--message", "changed"))
    refuses(made.script("api", "--check"), reason)
    made.write(".changeset/other.md", changeset("@effect-connectors/node"))
    refuses(made.script("api", "--check"), reason)
    made.write(".changeset/none.md", changeset(name))
    passes(made.script("api", "--check"))
  })

  it("a changeset of the main branch is not one of this change", () => {
    const made = project({ ...files, ".changeset/earlier.md": changeset(name) })
    passes(made.script("api"))
    passes(made.git("init", "--quiet", "--initial-branch", "main"))
    passes(made.git("add", "--all"))
    passes(made.git("commit", "--quiet", "--message", "first"))
    made.write(dist("Retry"), retry.replace("none: Retry", "none: 1"))
    refuses(made.script("api", "--check"), "no changeset since then names it", "Run `npm run api`")
  })

  it("a version that was made since then needs none", () => {
    const made = onBranch()
    made.write("packages/core/package.json", JSON.stringify({ name, version: "0.5.0" }))
    passes(made.script("api", "--check"))
  })

  it("without a main branch only the text is compared", () => {
    const made = project(files)
    passes(made.script("api"))
    assert.include(passes(made.script("api", "--check")).output, "there is no main branch")
  })
})

describe("API of this repository", () => {
  it("a breaking change planted in a copy of core is refused", () => {
    const from = (folder: string, ending: string, to: (path: string) => string) =>
      readdirSync(`${repository}${folder}`, { recursive: true, encoding: "utf8" })
        .filter((path) => path.endsWith(ending))
        .map((path) => [`${folder}/${path}`, to(`${repository}${folder}/${path}`)] as const)
    const made = project(
      Object.fromEntries([
        ...from("packages/core/src", ".ts", () => ""),
        ...from("packages/core/dist", ".d.ts", (path) => readFileSync(path, "utf8")),
        ["packages/core/package.json", JSON.stringify({ name, version: "0.4.0" })]
      ])
    )
    passes(made.script("api"))
    passes(made.script("api", "--check"))
    const built = made.read(dist("Retry"))
    made.write(dist("Retry"), built.replace(/^.*readonly replay:.*\n/m, ""))
    refuses(
      made.script("api", "--check"),
      `${text("Retry")}: changed, 1 lines removed, 0 added`,
      `  -  readonly replay: "proof" | "declared"`
    )
  })
})
