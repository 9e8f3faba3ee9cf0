// The consumer's suite as a stranger would have it: in a folder of its own, over the packed tarballs and the registry.
import { cpSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { compile, emptyFolder, install, json, must, pack, run } from "./lib/consumer.mjs"

const suite = "examples/consumer-suite"

const step = (name, work) => {
  const started = performance.now()
  const note = work()
  console.log(
    `ok ${name} ${((performance.now() - started) / 1000).toFixed(1)} s${note === undefined ? "" : `: ${note}`}`
  )
}

const folder = emptyFolder()
const manifest = join(folder, "package.json")
let packed = []

step("pack", () => {
  packed = pack(".tmp/pack-suite")
  return packed.map(({ manifest: { version }, name }) => `${name} ${version}`).join(", ")
})

step("install", () => {
  cpSync(suite, folder, { recursive: true, filter: (path) => !path.includes("node_modules") })
  const { dependencies, devDependencies, ...rest } = json(manifest)
  // ours are not in the registry yet; all else is what the suite asks for
  const given = (wanted) =>
    Object.fromEntries(
      Object.entries(wanted).map(([name, version]) => {
        const ours = packed.find((each) => each.name === name)
        return [name, ours === undefined ? version : `file:${ours.tarball}`]
      })
    )
  const text = { ...rest, dependencies: given(dependencies), devDependencies: given(devDependencies) }
  writeFileSync(manifest, JSON.stringify(text, null, 2))
  install(folder)
})

step("tsc", () => {
  must("tsc", compile(folder))
})

step("vitest", () => {
  const report = join(folder, "report.json")
  const vitest = join(folder, "node_modules/vitest/vitest.mjs")
  must(
    "vitest",
    run(
      process.execPath,
      [vitest, "run", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`],
      folder
    )
  )
  const { numPassedTests, numTotalTests, testResults } = JSON.parse(readFileSync(report, "utf8"))
  if (numTotalTests === 0 || numPassedTests !== numTotalTests) {
    console.log(`FAILED vitest: ${numPassedTests} of ${numTotalTests} tests passed`)
    process.exit(1)
  }
  return `${numPassedTests} tests in ${testResults.length} files`
})
