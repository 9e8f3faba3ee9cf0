// Runs every gate over a built tree; `node scripts/check.mjs lint knip` runs only those.
import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync, writeFileSync } from "node:fs"
import { dirname } from "node:path"
import { packages } from "./lib/sources.mjs"

const projects = [
  ...packages(),
  ...["examples", "examples/consumer-suite", "examples/typed", "packages/bench", "packages/sim"].filter((path) =>
    existsSync(path)
  )
]
const tool = (name, ...args) => [`node_modules/.bin/${name}`, args]
const script = (name, ...args) => [process.execPath, [`scripts/${name}.mjs`, ...args]]

// beyond the defaults, for what we publish: typed ends, one way to fail, no clock but Clock
const published = [
  "extendsNativeError",
  "globalDate",
  "leakingRequirements",
  "missingReturnYieldStar",
  "multipleEffectProvide",
  "runEffectInsideEffect",
  "schemaSyncInEffect",
  "tryCatchInEffectGen",
  "unnecessaryEffectGen",
  "unsafeEffectTypeAssertion"
]
const rules = JSON.stringify({
  name: "@effect/language-service",
  diagnosticSeverity: Object.fromEntries(published.map((rule) => [rule, "error"]))
})

// Under NodeNext the diagnostics do not see through an import such as "effect/Effect", as that package is
// CommonJS to the compiler, and half of the rules stay silent; under bundler resolution they do.
const effect = (config) => {
  const derived = `.tmp/effect/${config.replaceAll("/", "-")}`
  const compilerOptions = {
    module: "ESNext",
    moduleResolution: "bundler",
    composite: false,
    incremental: false,
    noEmit: true
  }
  mkdirSync(dirname(derived), { recursive: true })
  writeFileSync(derived, JSON.stringify({ extends: `../../${config}`, compilerOptions }))
  const own = packages().some((path) => config.startsWith(`${path}/`)) ? ["--lspconfig", rules] : []
  return tool(
    "effect-tsgo",
    "diagnostics",
    "--project",
    derived,
    "--strict",
    "--severity",
    "error,warning",
    "--format",
    "text",
    ...own
  )
}

const gates = [
  ["barrels", script("barrels", "--check")],
  ["api", script("api", "--check")],
  ["tsdoc", script("tsdoc")],
  ["cli-docs", script("cli-docs", "--check")],
  ["error-pages", script("error-pages", "--check")],
  ["doc-examples", script("doc-examples")],
  ["lint", tool("oxlint", "--deny-warnings", "--report-unused-disable-directives")],
  ["format", tool("oxfmt", "--check")],
  ["knip", tool("knip", "--no-progress", "--no-config-hints")],
  ...projects.map((path) => [`effect ${path}`, effect(`${path}/tsconfig.json`)]),
  ["effect tests", effect("tsconfig.test.json")]
]

const gateOf = (name) => name.split(" ")[0]
const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !gates.some((gate) => gateOf(gate[0]) === name))
if (unknown.length > 0) {
  console.log(
    `no gate is called ${unknown.join(", ")}; there are ${[...new Set(gates.map((gate) => gateOf(gate[0])))].join(", ")}`
  )
  process.exit(1)
}

const failed = []
for (const [name, [command, args]] of gates) {
  if (asked.length > 0 && !asked.includes(gateOf(name))) continue
  const started = performance.now()
  const result = spawnSync(command, args, { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 })
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  if (result.status === 0) {
    console.log(`ok ${name} ${seconds} s`)
  } else {
    failed.push(name)
    console.log(`FAILED ${name} ${seconds} s\n${result.stdout ?? ""}${result.stderr ?? ""}${result.error ?? ""}`)
  }
}
if (failed.length > 0) {
  console.log(`${failed.length} gates failed: ${failed.join(", ")}`)
  process.exit(1)
}
