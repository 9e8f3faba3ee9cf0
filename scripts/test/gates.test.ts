import { afterEach, assert, describe, it } from "vitest"
import { build, type House, type Verdict } from "./house.js"

const houses: Array<House> = []
const house = (files: Readonly<Record<string, string>>): House => {
  const made = build(files)
  houses.push(made)
  return made
}
afterEach(() => {
  for (const made of houses.splice(0)) made.demolish()
})

const passes = (verdict: Verdict): void => assert.isTrue(verdict.passed, verdict.output)
const refuses = (verdict: Verdict, ...reasons: ReadonlyArray<string>): void => {
  assert.isFalse(verdict.passed, verdict.output)
  for (const reason of reasons) assert.include(verdict.output, reason)
}

const core = (name: string): string => `packages/core/src/${name}.ts`

describe("barrels", () => {
  const modules = {
    [core("Transport")]: "export const failure = 1\nexport class Other {}\n",
    [core("Auth")]: "export class Auth {}\n",
    [core("internal/call")]: "export class call {}\n",
    [core("bin/main")]: "export {}\n"
  }

  it("writes classes by name, other modules as namespaces, in order, nothing internal", () => {
    const made = house(modules)
    passes(made.script("barrels"))
    const [, ...lines] = made.read(core("index")).trim().split("\n")
    assert.deepStrictEqual(lines, [`export { Auth } from "./Auth.js"`, `export * as Transport from "./Transport.js"`])
    passes(made.script("barrels", "--check"))
  })

  it("refuses an index that is not as the modules are, and leaves it as it is", () => {
    const index = `export { Auth } from "./Auth.js"\n`
    const made = house({ ...modules, [core("index")]: index })
    refuses(made.script("barrels", "--check"), `${core("index")}: stale`)
    assert.strictEqual(made.read(core("index")), index)
  })

  it("fails the check as a whole", () => {
    refuses(house(modules).script("check", "barrels"), "FAILED barrels", "1 gates failed: barrels")
  })

  it("refuses a gate that does not exist", () => {
    refuses(house(modules).script("check", "barels"), "no gate is called barels")
  })
})

describe("tsdoc", () => {
  const header = '/**\n * A module.\n *\n * @since 0.1.0\n */\nimport * as Effect from "effect/Effect"\n\n'
  const doc = (...lines: ReadonlyArray<string>): string => `/**\n${lines.map((line) => ` * ${line}\n`).join("")} */\n`
  const whole = doc("A thing.", "", "@since 0.1.0", "@category models")
  const verdict = (text: string): Verdict => house({ [core("Thing")]: text }).script("tsdoc")

  it("lets documented declarations pass, and asks nothing of internal ones", () => {
    const text =
      `${header}${whole}export const a = Effect.void\n\n${whole}// why\nexport interface B {}\n\n` +
      `${whole}export declare namespace B {\n${whole}export type C = 1\n}\n\n` +
      `export {\n${whole}d\n}\nconst d = 1\n`
    const made = house({ [core("Thing")]: text, [core("internal/call")]: "export const call = 1\n" })
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
    it(`refuses ${what}`, () => refuses(verdict(text), `${core("Thing")}:`, reason))
  }
})

describe("doc examples", () => {
  const fence = "```"
  const example = (line: string): string =>
    `/**\n * A thing.\n *\n * @example\n * ${fence}ts\n * import * as Effect from "effect/Effect"\n *\n * ${line}\n * ${fence}\n */\nexport const a = 1\n`

  it("lets complete programs pass and counts them", () => {
    const said = house({
      [core("Thing")]: example("export const one = Effect.succeed(1)"),
      "README.md": `# A\n\n${fence}ts\nconst unused: number = 1\n${fence}\n\n${fence}sh\nnpm test\n${fence}\n`
    }).script("doc-examples")
    passes(said)
    assert.include(said.output, "2 examples")
  })

  it("refuses a program in a doc comment that does not compile, and names its line", () => {
    refuses(
      house({ [core("Thing")]: example("export const one: string = Effect.succeed(1)") }).script("doc-examples"),
      `${core("Thing")}(8,`
    )
  })

  it("refuses a program in a guide that does not compile, and names its line", () => {
    const guide = `# A\n\n${fence}ts\nimport * as Effect from "effect/Effect"\nEffect.nothing()\n${fence}\n`
    refuses(house({ "docs/guide.md": guide }).script("doc-examples"), "docs/guide.md(5,")
  })
})

describe("lint", () => {
  const lint = (files: Readonly<Record<string, string>>): Verdict =>
    house(files).run("oxlint", "--deny-warnings", "-f", "unix", "packages")

  it("lets code in the style of the house pass", () => {
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

  it("refuses the insides of Effect 3 and @effect/platform in core, except where they belong", () => {
    const inside = (module: string): string => `import * as A from "effect/${module}"\n\nexport const a = A\n`
    const random = `import { PCGRandom } from "effect/Utils"\n\nexport const a = PCGRandom\n`
    const platform = `import * as A from "@effect/platform/Headers"\n\nexport const a = A\n`
    const insides =
      "FiberRef FiberRefs FiberId Runtime RuntimeFlags ScheduleDecision ScheduleIntervals DefaultServices".split(" ")
    const refused = {
      ...Object.fromEntries(insides.map((module) => [core(`internal/jobs/${module}`), inside(module)])),
      [core("internal/jobs/Random")]: random,
      [core("internal/bosa/Platform")]: platform,
      [core("Public")]: inside("Runtime")
    }
    const said = lint({
      ...refused,
      [core("internal/runtime/Fine")]: inside("FiberId"),
      [core("internal/http/Fine")]: platform,
      [core("Fine")]: platform
    })
    refuses(said)
    const lines = said.output.split("\n").filter((line) => line.includes("(no-restricted-imports)"))
    assert.strictEqual(lines.length, Object.keys(refused).length, said.output)
    for (const path of Object.keys(refused))
      assert.isTrue(
        lines.some((line) => line.includes(path)),
        path
      )
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
  const check = (...body: ReadonlyArray<string>): Verdict => {
    const program = [
      `import * as Effect from "effect/Effect"`,
      "",
      "export const a = Effect.gen(function*() {",
      ...body,
      "})"
    ]
    return house({
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
