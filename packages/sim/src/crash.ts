/**
 * `npm run crash -- [--points 200] [--seed 1] [--workers 6] [--json]`: a program that submits and follows jobs through a
 * ledger in a file is killed with SIGKILL at seeded points of its life, and each time a new process continues from the
 * stored references. The figures are counted at the server, which is a process of its own. Ends with 1 on any break.
 *
 * `npm run crash -- --sigterm 20 [--in-flight 20]`: the program is asked to end while its submits are in flight, with and without waiting
 * for their responses.
 *
 * `npm run crash -- --namespaces 50`: two processes in two pid namespaces share one ledger and one key instead, where
 * each of them sees the other neither run nor end.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { type WorkerReport, phases, runWorker } from "./crash/crashWorker.js"
import { killPoints } from "./crash/killPoints.js"
import { runNamespaces } from "./crash/namespaces.js"
import { bundled } from "./common/bundled.js"
import { wholeOption } from "./common/options.js"
import { serve } from "./crash/processes.js"
import { runTerminations } from "./crash/termination.js"

const { values } = parseArgs({
  options: {
    points: { type: "string", default: "200" },
    seed: { type: "string", default: "1" },
    workers: { type: "string", default: "6" },
    namespaces: { type: "string" },
    sigterm: { type: "string" },
    "in-flight": { type: "string", default: "20" },
    json: { type: "boolean", default: false }
  }
})

const points = wholeOption("points", values.points, 1)
const seed = wholeOption("seed", values.seed, 1)
const workerCount = Math.min(points, wholeOption("workers", values.workers, 1))

const here = (name: string): string => fileURLToPath(new URL(`./crash/${name}`, import.meta.url))
const startedAt = performance.now()
const secondsSince = (): number => Math.round((performance.now() - startedAt) / 100) / 10
const folder = mkdtempSync(join(tmpdir(), "crash-"))

const bundledChild = (name: string): Promise<string> => bundled(here(`${name}.js`), join(folder, `${name}.mjs`))

if (values.sigterm !== undefined) {
  const runs = wholeOption("sigterm", values.sigterm, 1)
  const inFlight = wholeOption("in-flight", values["in-flight"], 1)
  const server = await serve(here("server.js"))
  try {
    const setup = { folder, program: await bundledChild("terminationChild"), next: await bundledChild("child"), server }
    const undrained = await runTerminations(runs, inFlight, seed, { ...setup, isDrained: false })
    const drained = await runTerminations(runs, inFlight, seed, { ...setup, isDrained: true })
    const breaks = [...undrained.breaks, ...drained.breaks]
    for (const it of breaks) console.error(`BREAK ${it}`)
    const counted = (it: typeof drained): string =>
      `${it.unknown} unknown, ${it.accepted} accepted (${it.resumed} resumed to their result), ${it.free} free; ended within ${it.slowestMillis} ms`
    if (values.json) console.log(JSON.stringify({ drained, undrained, seed, seconds: secondsSince() }))
    else {
      console.log(`crash --sigterm ${runs} x ${inFlight} submits in flight`)
      console.log(`  without waiting: ${counted(undrained)}`)
      console.log(`  as by default: ${counted(drained)}`)
      console.log(`  seed ${seed}, ${breaks.length} breaks, ${secondsSince()} s`)
    }
    process.exitCode = breaks.length === 0 ? 0 : 1
  } finally {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  process.exit()
}

if (values.namespaces !== undefined) {
  const runs = wholeOption("namespaces", values.namespaces, 1)
  const server = await serve(here("server.js"))
  try {
    const setup = { folder, program: await bundledChild("namespaceChild"), server }
    const report = await runNamespaces(runs, seed, workerCount, setup)
    for (const it of report.breaks) console.error(`BREAK ${it}`)
    const { breaks, ...rest } = report
    if (values.json) console.log(JSON.stringify({ ...rest, breaks: breaks.length, seed, seconds: secondsSince() }))
    else {
      console.log(`crash --namespaces ${report.passed}/${runs} (${report.isolation})`)
      console.log(
        `  ${report.once} keys executed once, ${report.never} not sent and reported as unknown, ${report.more} more than once`
      )
      console.log(
        `  ${report.takenOver} ledgers taken over, ${report.refused} processes refused, ${report.lost} submits refused after it`
      )
      console.log(`  seed ${seed}, ${secondsSince()} s`)
    }
    process.exitCode = report.passed === runs ? 0 : 1
  } finally {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  process.exit()
}

const program = await bundledChild("child")
const server = await serve(here("server.js"))
let reports: ReadonlyArray<WorkerReport>
try {
  const killPointList = killPoints(seed, points)
  reports = await Promise.all(
    Array.from({ length: workerCount }, (_, index) =>
      runWorker(
        `worker${index}`,
        killPointList.filter((_point, at) => at % workerCount === index),
        { folder, program, server }
      )
    )
  )
} finally {
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
}

const killed = reports.flatMap((report) => report.killed)
const breaks = reports.flatMap((report) =>
  Array.from(report.breaks).flatMap(([owner, all]) => all.map((it) => ({ owner, it })))
)
const broken = new Set(breaks.map(({ owner }) => owner))
const passed = killed.filter(({ prefix }) => !broken.has(prefix)).length
const sum = (of: (report: WorkerReport) => number): number => reports.reduce((total, report) => total + of(report), 0)

const figures = {
  passed,
  points: killed.length,
  seed,
  phases: Object.fromEntries(phases.map((phase) => [phase, killed.filter((it) => it.phase === phase).length])),
  tornLines: killed.filter(({ isTorn }) => isTorn).length,
  keys: sum(({ counts }) => counts.started),
  done: sum(({ counts }) => counts.done),
  storedReferences: sum(({ counts }) => counts.resumed),
  unknownExecuted: sum(({ counts }) => counts.unknownExecuted),
  unknownNotExecuted: sum(({ counts }) => counts.unknownNotExecuted),
  seconds: secondsSince()
}

for (const { it, owner } of breaks) console.error(`BREAK ${owner}: ${it}`)
if (values.json) console.log(JSON.stringify(figures))
else {
  console.log(`crash ${passed}/${killed.length}`)
  for (const [phase, count] of Object.entries(figures.phases)) console.log(`  ${phase}: ${count}`)
  console.log(
    `  ${figures.keys} keys: ${figures.done} done with the server's result, ${figures.storedReferences} of them resumed from a stored reference`
  )
  console.log(
    `  ${figures.unknownExecuted + figures.unknownNotExecuted} without an outcome, reported and not sent again: ${figures.unknownExecuted} were executed, ${figures.unknownNotExecuted} were not`
  )
  console.log(`  seed ${seed}, ${figures.tornLines} torn lines, ${figures.seconds} s`)
}
const missed = phases.filter((phase) => figures.phases[phase] === 0)
if (points >= 100 && missed.length > 0) console.error(`no kill came ${missed.join(", nor ")}`)
process.exitCode = breaks.length > 0 || passed < points || (points >= 100 && missed.length > 0) ? 1 : 0
