/**
 * `npm run bench:compare -- REV [--rounds N] [--calls N] [--json]`: CPU time per call of the working tree against another
 * revision, over each transport. REV is cloned, installed and built in a temporary folder. It runs twice: the ratio of
 * the two runs is what this machine adds, and a difference inside it is no finding. It fails on no figure.
 */
import { execFileSync } from "node:child_process"
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { startServer } from "./callServer.js"
import { transports } from "./clients/connectors.js"
import { forked, interleaved, spreadOf } from "./rounds.js"
import { median } from "./workload.js"

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "20" },
    calls: { type: "string", default: "2000" },
    json: { type: "boolean", default: false }
  }
})
const rounds = Number(values.rounds)
const calls = Number(values.calls)
const [revision] = positionals
if (revision === undefined || !(rounds >= 1) || !(calls >= 1)) {
  console.error("npm run bench:compare -- REV [--rounds N] [--calls N] [--json]")
  process.exit(2)
}

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url))
const workingTree = here("../../..")
const folder = mkdtempSync(join(tmpdir(), "bench-compare-"))
const log = (line: string): void => {
  if (!values.json) console.log(line)
}

const git = (...args: ReadonlyArray<string>): string =>
  execFileSync("git", ["-C", workingTree, ...args], { encoding: "utf8" }).trim()

/** A clone of the revision, set up as it sets itself up. */
const builtClone = (commit: string): string => {
  const clone = join(folder, "clone")
  git("clone", "--quiet", "--shared", "--no-checkout", workingTree, clone)
  git("-C", clone, "checkout", "--quiet", "--detach", commit)
  execFileSync(process.execPath, ["scripts/setup.mjs", "--quiet"], {
    cwd: clone,
    stdio: ["ignore", "ignore", "inherit"]
  })
  return clone
}

/** A folder in which this program finds the packages of that root. */
const variantOf = (name: string, root: string): string => {
  const variant = join(folder, name)
  const link = (from: string, to: string): void => {
    const at = join(variant, "node_modules", to)
    mkdirSync(dirname(at), { recursive: true })
    symlinkSync(realpathSync(join(root, from)), at)
  }
  link("packages/core", "@effect-connectors/core")
  link("packages/node", "@effect-connectors/node")
  link("packages/core/node_modules/effect", "effect")
  link("packages/core/node_modules/@effect/platform", "@effect/platform")
  writeFileSync(join(variant, "package.json"), JSON.stringify({ type: "module", private: true }))
  for (const file of ["compareWorker.js", "clients/connectors.js", "rounds.js", "serve.js", "workload.js"]) {
    cpSync(here(file), join(variant, file))
  }
  return variant
}

/** Microseconds per call. The revision runs in two processes. */
interface Round {
  readonly first: number
  readonly again: number
  readonly tree: number
}

/** Microseconds per call of each variant, by round. */
const measure = async (variants: ReadonlyArray<string>, args: ReadonlyArray<string>): Promise<ReadonlyArray<Round>> => {
  const workers = variants.map((variant) => forked(join(variant, "compareWorker.js"), args, 16))
  const costs = await interleaved(workers, { rounds, calls, warmUpRounds: 5 })
  const failed = costs.find((cost) => cost.failed !== undefined)?.failed
  if (failed !== undefined) throw new Error(failed)
  const [firsts = [], agains = [], trees = []] = costs.map(({ micros }) => micros)
  return firsts.map((first, round) => ({ first, again: agains[round] ?? NaN, tree: trees[round] ?? NaN }))
}

interface Result {
  readonly transport: string
  readonly revisionMicros: number
  readonly treeMicros: number
  /** The working tree by the revision: the median of the rounds. */
  readonly ratio: number
  /** The revision by itself. */
  readonly sameRatio: number
  readonly spread: readonly [low: number, high: number]
  readonly isInside: boolean
}

const resultOf = (transport: string, measured: ReadonlyArray<Round>): Result => {
  const ratio = median(measured.map(({ again, first, tree }) => tree / ((first + again) / 2)))
  const same = measured.map(({ again, first }) => again / first)
  const spread = spreadOf(same)
  return {
    transport,
    revisionMicros: median(measured.map(({ again, first }) => (first + again) / 2)),
    treeMicros: median(measured.map(({ tree }) => tree)),
    ratio,
    sameRatio: median(same),
    spread,
    isInside: ratio >= spread[0] && ratio <= spread[1]
  }
}

const compare = async () => {
  const commit = git("rev-parse", "--verify", `${revision}^{commit}`)
  log(`${revision} is ${commit.slice(0, 7)}: cloning, installing and building it`)
  const clone = builtClone(commit)
  const variants = [variantOf("first", clone), variantOf("again", clone), variantOf("tree", workingTree)]
  const { stop, url } = await startServer()
  log(`CPU time per call at 16 in flight, ${rounds} interleaved rounds of ${calls} calls; Node ${process.version}`)
  log("| transport | revision, us | working tree, us | ratio | revision against itself (90 % of rounds) | difference |")
  log("| --- | --: | --: | --: | --- | --- |")
  const results: Array<Result> = []
  for (const transport of Object.keys(transports)) {
    const result = resultOf(transport, await measure(variants, [transport, url]))
    results.push(result)
    const { isInside, ratio, revisionMicros, sameRatio, spread, treeMicros } = result
    log(
      `| ${transport} | ${revisionMicros.toFixed(1)} | ${treeMicros.toFixed(1)} | ${ratio.toFixed(3)} ` +
        `| ${spread[0].toFixed(3)} to ${spread[1].toFixed(3)}, median ${sameRatio.toFixed(3)} ` +
        `| ${isInside ? "inside the spread" : "outside the spread"} |`
    )
  }
  stop()
  if (values.json) console.log(JSON.stringify({ node: process.version, revision: commit, rounds, calls, results }))
}

const remove = (): void => rmSync(folder, { recursive: true, force: true })
process.once("exit", remove)
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1))
await compare()
