import * as Effect from "effect/Effect"
import { availableParallelism } from "node:os"
import { parseArgs } from "node:util"
import { wholeOption } from "./common/options.js"
import { baseline, linesOf as baselineLines } from "./baseline/baseline.js"
import { linesOf as historyLines } from "./simulator/history.js"
import { runMutants } from "./simulator/mutantHunt.js"
import { simulate } from "./simulator/run.js"
import { type Progress, sweepAll } from "./simulator/sweep.js"
import { faultsOf, linesOf, missing } from "./simulator/totals.js"
import { breaksOf, isEven, isSame } from "./simulator/breaks.js"

const usage = `npm run sim -- [--seeds N] [--from S] [--threads T]   runs N seeds (1000 unless given) from S on
npm run sim -- --seed S [--history]                  replays one seed, and prints its history
npm run sim -- --mutants                             plants bugs, and checks that each is caught
npm run sim -- --baseline [--seeds N]                N calls next to a plain HttpClient, as a table`

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "1000" },
    from: { type: "string", default: "0" },
    threads: { type: "string", default: String(Math.min(2, availableParallelism())) },
    seed: { type: "string" },
    history: { type: "boolean", default: false },
    mutants: { type: "boolean", default: false },
    baseline: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false }
  }
})

const print = (lines: ReadonlyArray<string>): void => console.log(lines.join("\n"))

const replay = async (seed: number): Promise<boolean> => {
  const history = await simulate(seed)
  const breaks = breaksOf(history)
  const same = await isSame(history)
  const even = await isEven(history)
  if (values.history) print(historyLines(history))
  print([
    ...breaks.map(({ invariant, reason }) => `BREAK ${invariant}: ${reason}`),
    ...(same ? [] : ["BREAK 8 determinism: the same seed gave another history"]),
    ...(even ? [] : ["BREAK 9 even time: it has another history when nobody sets the clock"]),
    `seed ${seed}: ${history.events.length} events, ${breaks.length} breaks, run twice: ${same ? "the same bytes" : "different"}`
  ])
  return breaks.length === 0 && same && even
}

const sweep = async (from: number, seeds: number, threads: number): Promise<boolean> => {
  const started = performance.now()
  // on stderr: what a long run has found is not lost when it is stopped
  const report = (progress: Progress): void => {
    if (progress.seeds % 10_000 === 0) {
      console.error(`${progress.seeds} seeds, ${progress.broken.length} breaks ${progress.broken.join(" ")}`.trim())
    }
  }
  const { breaks, compared, totals } = await sweepAll(from, seeds, threads, report)
  const seconds = (performance.now() - started) / 1000
  const none = missing(totals)
  const [first] = breaks
  if (first !== undefined) {
    const lines = historyLines(await simulate(first.seed))
    print([
      ...breaks.slice(0, 20).map(({ invariant, reason, seed }) => `BREAK seed ${seed}, ${invariant}: ${reason}`),
      `the last lines of the history of seed ${first.seed}:`,
      ...lines.slice(-60),
      `again: npm run sim -- --seed ${first.seed} --history`
    ])
  }
  const isWide = seeds >= 1000
  if (values.json) {
    console.log(JSON.stringify({ from, seeds, seconds, breaks, compared, totals }))
  } else {
    print([
      ...linesOf(totals),
      `seeds: ${totals.seeds} from ${from} in ${seconds.toFixed(1)} s (${(totals.seeds / seconds).toFixed(0)} per second)`,
      `run twice to the same bytes: ${compared} seeds`,
      `invariant breaks: ${breaks.length}`
    ])
  }
  if (isWide && none.length > 0) console.log(`BREAK: no exchange met the kinds ${none.join(", ")}`)
  if (isWide && faultsOf(totals) < 10 * totals.seeds) console.log("BREAK: fewer than 10 faults per seed")
  return breaks.length === 0 && (!isWide || (none.length === 0 && faultsOf(totals) >= 10 * totals.seeds))
}

if (values.help) {
  console.log(usage)
} else if (values.baseline) {
  print(baselineLines(await Effect.runPromise(baseline(wholeOption("seeds", values.seeds)))))
} else {
  const isGood = values.mutants
    ? await runMutants()
    : values.seed !== undefined
      ? await replay(wholeOption("seed", values.seed))
      : await sweep(
          wholeOption("from", values.from),
          wholeOption("seeds", values.seeds),
          wholeOption("threads", values.threads, 1)
        )
  process.exit(isGood ? 0 : 1)
}
