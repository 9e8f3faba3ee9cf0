/** What reading the pages of a list costs: live heap over their number, and CPU of one next to the usual clients. */
import { type ChildProcess, fork } from "node:child_process"
import { fileURLToPath } from "node:url"
import type { Row, RowOptions, RowResult, Variant } from "../row.js"
import { replyTo, spreadOf } from "../rounds.js"
import { median } from "../workload.js"
import { withServer } from "./transfers/transfers.js"

const worker = fileURLToPath(new URL("./pages/worker.js", import.meta.url))
const variants = ["async generator over undici", "ours, items", "effect paginateChunkEffect", "openai"] as const

const started = (variant: (typeof variants)[number], url: string): ChildProcess =>
  fork(worker, [variant, url], { execArgv: ["--expose-gc"] })

const budgetMillis = 100_000

const figureOf = async (child: ChildProcess, message: number | { readonly heap: number }): Promise<number> =>
  Number(await replyTo(child, message, 60_000))

/** Most live heap over so many pages each, in MiB. */
export const heapOverPages = async (url: string, sizes: ReadonlyArray<number>): Promise<ReadonlyArray<number>> => {
  const child = started("ours, items", url)
  try {
    await figureOf(child, 200)
    const heaps: Array<number> = []
    for (const heap of sizes) heaps.push(await figureOf(child, { heap }))
    return heaps
  } finally {
    if (child.connected) child.disconnect()
  }
}

/** Microseconds of CPU per page, by round; the message where a variant failed. */
const cpuOf = async (url: string, pages: number, rounds: number): Promise<ReadonlyArray<Variant>> => {
  const children = variants.map((name) => ({ name, child: started(name, url), costs: new Array<number>(), failed: "" }))
  const until = performance.now() + budgetMillis
  // on a machine that is busy with something else there are fewer rounds
  for (let round = -2; round < rounds && (round < 3 || performance.now() < until); round++) {
    for (const measured of children) {
      if (measured.failed !== "") continue
      try {
        const cost = await figureOf(measured.child, pages)
        if (round >= 0) measured.costs.push(cost)
      } catch (error) {
        measured.failed = error instanceof Error ? error.message : "failed"
      }
    }
  }
  for (const { child } of children) if (child.connected) child.disconnect()
  const base = children[0]?.costs ?? []
  return children.map(({ costs, failed, name }): Variant => {
    if (failed !== "") return { name, value: NaN, failed }
    const ratio = median(costs.map((cost, round) => cost / (base[round] ?? NaN)))
    return { name, value: median(costs), spread: spreadOf(costs), ratio }
  })
}

const measure = ({ log, quick, rounds }: RowOptions): Promise<RowResult> =>
  withServer(false, async (url) => {
    const sizes = quick ? [1000, 4000] : [10_000, 20_000, 40_000]
    const heaps = await heapOverPages(url, sizes)
    log(`  live heap over ${sizes.join(", ")} pages: ${heaps.map((heap) => heap.toFixed(1)).join(", ")} MiB`)
    const cpu = await cpuOf(url, quick ? 200 : 1000, rounds)
    return {
      groups: [{ title: "CPU of one page of ten items", unit: "us", variants: cpu }],
      figures: [
        {
          name: `live heap over ${sizes.at(-1) ?? 0} pages beyond that over ${sizes[0] ?? 0}`,
          value: (heaps.at(-1) ?? NaN) - (heaps[0] ?? NaN),
          unit: "MiB",
          atMost: 10
        }
      ],
      plots: [
        {
          file: "pages-heap",
          title: "Live heap over the number of pages",
          x: "pages",
          y: "MiB",
          lines: [{ name: "ours, items", points: sizes.map((size, index) => [size, heaps[index] ?? NaN] as const) }]
        }
      ]
    }
  })

export const pages: Row = {
  name: "pages",
  peers: true,
  about: "live heap over 10,000 and 40,000 pages, and CPU of one page",
  measure
}
