import { afterEach, assert, describe, it } from "vitest"
import { build, type FixtureProject, type GateResult } from "./fixtureProject.js"

const projects: Array<FixtureProject> = []
const project = (files: Readonly<Record<string, string>>): FixtureProject => {
  const made = build(files)
  projects.push(made)
  return made
}
afterEach(() => {
  for (const made of projects.splice(0)) made.remove()
})

const passes = (result: GateResult): void => assert.isTrue(result.passed, result.output)
const refuses = (result: GateResult, ...reasons: ReadonlyArray<string>): void => {
  assert.isFalse(result.passed, result.output)
  for (const reason of reasons) assert.include(result.output, reason)
}

const core = (name: string): string => `packages/core/src/${name}.ts`

const testing = (name: string): string => `packages/testing/src/${name}.ts`

describe("barrels", () => {
  const modules = {
    [core("Transport")]: "export const failure = 1\nexport class Other {}\n",
    [core("Auth")]: "export class Auth {}\n",
    [core("internal/call")]: "export class call {}\n",
    [core("bin/main")]: "export {}\n"
  }

  it("writes classes by name, other modules as namespaces, in order, nothing internal", () => {
    const made = project(modules)
    passes(made.script("barrels"))
    const [, ...lines] = made.read(core("index")).trim().split("\n")
    assert.deepStrictEqual(lines, [`export { Auth } from "./Auth.js"`, `export * as Transport from "./Transport.js"`])
    passes(made.script("barrels", "--check"))
  })

  it("refuses an index that is not as the modules are, and leaves it as it is", () => {
    const index = `export { Auth } from "./Auth.js"\n`
    const made = project({ ...modules, [core("index")]: index })
    refuses(made.script("barrels", "--check"), `${core("index")}: stale`)
    assert.strictEqual(made.read(core("index")), index)
  })

  it("fails the check as a whole", () => {
    refuses(project(modules).script("check", "barrels"), "FAILED barrels", "1 gates failed: barrels")
  })

  it("refuses a gate that does not exist", () => {
    refuses(project(modules).script("check", "barels"), "no gate is called barels")
  })
})

describe("tsdoc", () => {
  const header = '/**\n * A module.\n *\n * @since 0.1.0\n */\nimport * as Effect from "effect/Effect"\n\n'
  const doc = (...lines: ReadonlyArray<string>): string => `/**\n${lines.map((line) => ` * ${line}\n`).join("")} */\n`
  const whole = doc("A thing.", "", "@since 0.1.0", "@category models")
  const tsdocOf = (text: string): GateResult => project({ [core("Thing")]: text }).script("tsdoc")

  it("lets documented declarations pass, and asks nothing of internal ones", () => {
    const text =
      `${header}${whole}export const a = Effect.void\n\n${whole}// why\nexport interface B {}\n\n` +
      `${whole}export declare namespace B {\n${whole}export type C = 1\n}\n\n` +
      `export {\n${whole}d\n}\nconst d = 1\n`
    const made = project({ [core("Thing")]: text, [core("internal/call")]: "export const call = 1\n" })
    const said = made.script("tsdoc")
    passes(said)
    assert.include(said.output, "5 public declarations")
  })

  for (const [what, text, reason] of [
    ["no comment", `${header}export const a = 1\n`, ":8 a has no doc comment"],
    ["a comment of something else", `${header}${whole}const b = 1\nexport const a = b\n`, "a has no doc comment"],
    ["no version", `${header}${doc("A thing.", "@category models")}export const a = 1\n`, "a needs one @since"],
    [
      "no category",
      `${header}${doc("A thing.", "@since 0.1.0")}export const a = 1\n`,
      "a needs exactly one @category, has 0"
    ],
    [
      "two categories",
      `${header}${doc("A thing.", "@since 0.1.0", "@category a", "@category b")}export const a = 1\n`,
      "a needs exactly one @category, has 2"
    ],
    [
      "a category in capitals",
      `${header}${doc("A thing.", "@since 0.1.0", "@category Models")}export const a = 1\n`,
      "@category Models is not lowercase"
    ],
    ["no sentence", `${header}${doc("@since 0.1.0", "@category models")}export const a = 1\n`, "a says nothing"],
    ["an internal part", `${header}/** @internal */\nexport const a = 1\n`, "a is @internal"],
    ["no header", `${whole}export const a = 1\n`, "has no header comment"],
    [
      "an undocumented part of a namespace",
      `${header}${whole}export declare namespace N {\nexport type T = 1\n}\n`,
      "N.T has no doc"
    ],
    ["an undocumented name in a list", `${header}export { a }\nconst a = 1\n`, "a has no doc comment"]
  ] as const) {
    it(`refuses ${what}`, () => refuses(tsdocOf(text), `${core("Thing")}:`, reason))
  }
})

describe("doc examples", () => {
  const fence = "```"
  const example = (line: string): string =>
    `/**\n * A thing.\n *\n * @example\n * ${fence}ts\n * import * as Effect from "effect/Effect"\n *\n * ${line}\n * ${fence}\n */\nexport const a = 1\n`

  it("lets complete programs pass and counts them", () => {
    const said = project({
      [core("Thing")]: example("export const one = Effect.succeed(1)"),
      "README.md": `# A\n\n${fence}ts\nconst unused: number = 1\n${fence}\n\n${fence}sh\nnpm test\n${fence}\n`
    }).script("doc-examples")
    passes(said)
    assert.include(said.output, "2 examples")
  })

  it("refuses a program in a doc comment that does not compile, and names its line", () => {
    refuses(
      project({ [core("Thing")]: example("export const one: string = Effect.succeed(1)") }).script("doc-examples"),
      `${core("Thing")}(8,`
    )
  })

  it("refuses a program in a guide that does not compile, and names its line", () => {
    const guide = `# A\n\n${fence}ts\nimport * as Effect from "effect/Effect"\nEffect.nothing()\n${fence}\n`
    refuses(project({ "docs/guide.md": guide }).script("doc-examples"), "docs/guide.md(5,")
  })
})

describe("error pages", () => {
  const source = `export class Lost extends Schema.TaggedError<Lost>("a/Lost")("Lost", {}) {}\n`
  const place = "# Errors\n\n<!-- tags -->\n\n<!-- /tags -->\n"
  const page = (...without: ReadonlyArray<string>): string =>
    [
      "# Lost",
      "It was lost.",
      "In `@effect-connectors/core/ApiError`.",
      "## Why",
      "The line.",
      "## What to do",
      "See [how](../jobs.md). And more."
    ]
      .filter((part) => !without.includes(part))
      .join("\n\n")
  const pages = (files: Readonly<Record<string, string>>): FixtureProject =>
    project({ [core("ApiError")]: source, "docs/errors.md": place, ...files })

  it("writes a row for each tag, with links that lead from the table", () => {
    const made = pages({ "docs/errors/Lost.md": page() })
    refuses(made.script("error-pages", "--check"), "docs/errors.md is stale")
    passes(made.script("error-pages"))
    assert.match(
      made.read("docs/errors.md"),
      /^\| \[`Lost`\]\(errors\/Lost\.md\) +\| It was lost\. +\| See \[how\]\(jobs\.md\)\. +\|$/m
    )
    passes(made.script("error-pages", "--check"))
  })

  it("refuses a tag without a page, and a page without a tag", () => {
    refuses(pages({}).script("error-pages"), "docs/errors/Lost.md is missing")
    const left = { "docs/errors/Lost.md": page(), "docs/errors/Gone.md": "# Gone\n" }
    refuses(pages(left).script("error-pages"), "docs/errors/Gone.md: no package has this tag")
  })

  for (const part of ["# Lost", "In `@effect-connectors/core/ApiError`.", "## Why", "## What to do"]) {
    it(`refuses a page without ${part}`, () => {
      refuses(pages({ "docs/errors/Lost.md": page(part) }).script("error-pages"), "docs/errors/Lost.md")
    })
  }
})

describe("lint", () => {
  const lint = (files: Readonly<Record<string, string>>): GateResult =>
    project(files).run("oxlint", "--deny-warnings", "-f", "unix", "packages")

  type Import = readonly [path: string, specifier: string]

  /** The files, by their path below `src`, whose import the table of layers refuses. */
  const refusedImports = (file: (path: string) => string, imports: ReadonlyArray<Import>): ReadonlyArray<string> => {
    const source = (specifier: string): string => `import * as A from "${specifier}"\n\nexport const a = A\n`
    const result = lint(Object.fromEntries(imports.map(([path, specifier]) => [file(path), source(specifier)])))
    refuses(result)
    return result.output
      .split("\n")
      .filter((line) => line.includes("layers(imports)"))
      .map((line) => /src\/(.+)\.ts:/.exec(line)?.[1] ?? line)
      .sort()
  }

  it("lets code in the style of the project pass", () => {
    passes(
      lint({
        [core("Thing")]: `import * as Effect from "effect/Effect"\n\nexport const a = Effect.succeed(["b"] as const)\n`
      })
    )
  })

  it("refuses what a package's source must not do, each by its rule", () => {
    const offences = [
      [`import { Effect } from "effect"\nexport const a = Effect.void`, "no-restricted-imports"],
      [`import { HttpClient } from "@effect/platform"\nexport const a = HttpClient`, "no-restricted-imports"],
      [`import * as Fs from "node:fs"\nexport const a = Fs`, "no-nodejs-modules"],
      [`import { a as b } from "./index.js"\nexport const a = b`, "no-restricted-imports"],
      ["export const a = Date.now()", "no-restricted-properties"],
      ["export const a = Math.random()", "no-restricted-properties"],
      ["export const a = setTimeout", "no-restricted-globals"],
      ["export const a = setInterval", "no-restricted-globals"],
      ["export const a = performance", "no-restricted-globals"],
      ["export const a: any = 1", "no-explicit-any"],
      ["export const a = 1 as number", "consistent-type-assertions"],
      ["export default 1", "no-default-export"],
      ["// @ts-ignore\nexport const a = 1", "ban-ts-comment"],
      ["// @ts-expect-error for a good reason\nexport const a: string = 1", "ban-ts-comment"],
      ["export const a = (b: string | undefined) => b!", "no-non-null-assertion"],
      ["export function a() {}", "func-style"]
    ] as const
    const said = lint(Object.fromEntries(offences.map(([text], index) => [core(`Thing${index}`), `${text}\n`])))
    refuses(said)
    const missed = offences.filter(
      ([, rule], index) =>
        !said.output.split("\n").some((line) => line.includes(`/Thing${index}.ts:`) && line.includes(`(${rule})`))
    )
    assert.deepStrictEqual(missed, [])
  })

  it("refuses to read the wall clock, except in the files that say what for", () => {
    const reads = [
      'import * as Clock from "effect/Clock"\n\nexport const a = Clock.currentTimeMillis\n',
      'import type * as Clock from "effect/Clock"\n\nexport const a = (clock: Clock.Clock) => clock.unsafeCurrentTimeMillis()\n'
    ]
    const refused = ["internal/jobs/follow", "internal/http/call"]
    for (const text of reads) {
      const said = lint(
        Object.fromEntries([...refused, "internal/ledger/ledger"].map((path) => [core(path), text] as const))
      )
      refuses(said)
      const files = said.output.split("\n").filter((line) => line.includes("wall-clock(reads)"))
      assert.deepStrictEqual(files.map((line) => /src\/(.+)\.ts:/.exec(line)?.[1] ?? line).sort(), refused.sort())
    }
  })

  it("refuses the undici that Bun replaces, and lets the real one pass", () => {
    const sending = (from: string) => `import { Agent } from "${from}"\n\nexport const agent = () => new Agent()\n`
    refuses(lint({ "packages/node/src/Thing.ts": sending("undici") }), "no-restricted-imports")
    passes(lint({ "packages/node/src/Thing.ts": sending("undici/index.js") }))
  })

  it("refuses each import between folders of core that is not in the table of layers", () => {
    const refused: ReadonlyArray<Import> = [
      ["internal/http/ToConnections", "../connections/client.js"],
      ["internal/http/ToBosa", "../../BosaApi.js"],
      ["internal/http/ToJobs", "../jobs/follow.js"],
      ["internal/jobs/ToConnections", "../connections/client.js"],
      ["internal/jobs/ToLedger", "../ledger/ledger.js"],
      ["internal/ledger/ToBosa", "../bosa/action.js"],
      ["internal/connections/ToBosa", "../bosa/action.js"],
      ["internal/bosa/ToConnections", "../../ConnectionsApi.js"],
      ["internal/runtime/ToHttp", "../http/call.js"],
      ["internal/data/ToHttp", "../http/path.js"],
      ["internal/data/ToEffect", "effect/Effect"],
      ["internal/jsonSchema/ToEffect", "effect/Either"],
      ["internal/jsonSchema/ToHttp", "../http/path.js"],
      ["internal/bosa/ToPlatform", "@effect/platform/Headers"],
      ["Public", "effect/Runtime"],
      ...["FiberRef", "FiberRefs", "FiberId", "Runtime", "RuntimeFlags", "ScheduleDecision", "ScheduleIntervals"].map(
        (module) => [`internal/jobs/Uses${module}`, `effect/${module}`] as const
      ),
      ["internal/jobs/UsesDefaultServices", "effect/DefaultServices"],
      ["internal/jobs/UsesPCGRandom", "effect/Utils"]
    ]
    const accepted: ReadonlyArray<Import> = [
      ["internal/runtime/Fine", "effect/FiberId"],
      ["internal/http/Fine", "@effect/platform/Headers"],
      ["internal/connections/Fine", "../jobs/follow.js"],
      ["internal/data/Fine", "effect/Predicate"],
      ["Fine", "@effect/platform/Headers"]
    ]
    assert.deepStrictEqual(refusedImports(core, [...refused, ...accepted]), refused.map(([path]) => path).sort())
  })

  it("refuses each import between folders of testing that is not in the table of layers", () => {
    const refused: ReadonlyArray<Import> = [
      ["internal/schema/ToConnections", "../connections/worldSchema.js"],
      ["internal/schema/ToBosa", "../bosa/worldSchema.js"],
      ["internal/schema/ToFaults", "../faults/kinds.js"],
      ["internal/faults/ToFakeServer", "../fakeServer/json.js"],
      ["internal/executors/ToFakeServer", "../fakeServer/json.js"],
      ["internal/executors/ToConnections", "../connections/routes.js"],
      ["internal/virtualClock/ToFakeServer", "../fakeServer/json.js"],
      ["internal/fakeServer/ToConnections", "../connections/routes.js"],
      ["internal/fakeServer/ToBosa", "../bosa/routes.js"],
      ["internal/fakeServer/ToPlatform", "../platform.js"],
      ["internal/fakeServer/ToPlatforms", "../platforms.js"],
      ["internal/fakeServer/ToRecorder", "../recorder/har.js"],
      ["internal/connections/ToBosa", "../bosa/routes.js"],
      ["internal/connections/ToPlatforms", "../platforms.js"],
      ["internal/connections/ToWorldSchema", "../worldSchema.js"],
      ["internal/connections/ToEmulator", "../emulator/serve.js"],
      ["internal/bosa/ToConnections", "../connections/routes.js"],
      ["internal/bosa/ToPlatforms", "../platforms.js"],
      ["internal/bosa/ToBuilders", "../builders/upsert.js"],
      ["internal/platform", "./connections/platform.js"],
      ["internal/platforms", "./emulator/serve.js"],
      ["internal/worldSchema", "./faults/schema.js"],
      ["internal/builders/ToConnections", "../connections/routes.js"],
      ["internal/laws/ToConnections", "../connections/routes.js"],
      ["internal/laws/ToRecorder", "../recorder/har.js"],
      ["internal/recorder/ToBosa", "../bosa/routes.js"],
      ["internal/recorder/ToInspector", "../inspector/html.js"],
      ["internal/emulator/ToBosa", "../bosa/routes.js"],
      ["internal/emulator/ToRecorder", "../recorder/har.js"],
      ["internal/inspector/ToConnections", "../connections/routes.js"],
      ["internal/inspector/ToExecutors", "../executors/executors.js"]
    ]
    const accepted: ReadonlyArray<Import> = [
      ["internal/connections/Fine", "../fakeServer/json.js"],
      ["internal/bosa/Fine", "../platform.js"],
      ["internal/emulator/Fine", "../platforms.js"],
      ["internal/fakeServer/Fine", "../../Faults.js"],
      ["internal/recorder/Fine", "effect/FiberRef"],
      ["Fine", "./internal/bosa/model.js"]
    ]
    assert.deepStrictEqual(refusedImports(testing, [...refused, ...accepted]), refused.map(([path]) => path).sort())
  })

  it("refuses a cycle of imports", () => {
    const cycle = (other: string): string =>
      `import { b } from "./${other}.js"\n\nexport const a = () => b\nexport { a as b }\n`
    refuses(lint({ [core("One")]: cycle("Two"), [core("Two")]: cycle("One") }), "no-cycle")
  })

  it("refuses tests that are focused or skipped", () => {
    const test = `import { it } from "@effect/vitest"\nimport * as Effect from "effect/Effect"\n\n`
    const said = lint({
      "packages/core/test/A.test.ts": `${test}it.effect.skip("a", () => Effect.void)\n`,
      "packages/core/test/B.test.ts": `${test}it.effect.only("a", () => Effect.void)\n`
    })
    refuses(said, "A.test.ts:4", "B.test.ts:4")
  })

  it("refuses tests that change `it` for the files after them", () => {
    const said = lint({
      "packages/core/test/A.test.ts": `import { layer } from "@effect/vitest"\n\nlayer(null)("a", () => undefined)\n`,
      "packages/core/test/B.test.ts": `import { it } from "@effect/vitest"\n\nit.layer(null)("a", () => undefined)\n`
    })
    refuses(said, "A.test.ts:1", "B.test.ts:3")
  })
})

describe("effect diagnostics", () => {
  const check = (...body: ReadonlyArray<string>): GateResult => {
    const program = [
      `import * as Effect from "effect/Effect"`,
      "",
      "export const a = Effect.gen(function*() {",
      ...body,
      "})"
    ]
    return project({
      "tsconfig.test.json": `{ "extends": "./tsconfig.base.json", "include": ["packages/*/test"] }`,
      "packages/core/tsconfig.json": `{ "extends": "../../tsconfig.base.json", "include": ["src"] }`,
      [core("Thing")]: `${program.join("\n")}\n`,
      "packages/core/test/Thing.test.ts": `${program.join("\n")}\n`
    }).script("check", "effect")
  }

  it("lets an effect that is run pass", () =>
    passes(check("  yield* Effect.void", "  return yield* Effect.succeed(1)")))

  it("refuses an effect that nobody runs, in sources and in tests", () => {
    refuses(
      check("  Effect.log(1)", "  yield* Effect.void"),
      "src/Thing.ts(4,3): error effect(floatingEffect)",
      "test/Thing.test.ts(4,3): error effect(floatingEffect)",
      "2 gates failed"
    )
  })

  it("refuses what can only be seen through a deep import", () => {
    refuses(
      check("  try { yield* Effect.void } catch { return }"),
      "src/Thing.ts(4,3): error effect(tryCatchInEffectGen)"
    )
  })
})
