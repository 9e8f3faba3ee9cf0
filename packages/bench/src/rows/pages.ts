/** What reading the pages of a list costs: live heap over their number, and CPU of one next to the usual clients. */
import { type ChildProcess, fork } from "node:child_process"
import { fileURLToPath } from "node:url"
import type { Row, RowOptions, RowResult, Variant } from "../row.js"
import { messageOf, spreadOf } from "../rounds.js"
import { median } from "../workload.js"
import { withServer } from "./transfers/transfers.js"

const worker = fileURLToPath(new URL("./pages/worker.js", import.meta.url))
const variants = ["async generator over undici", "ours, items", "effect paginateChunkEffect", "openai"] as const

const started = (variant: (typeof variants)[number], url: string): ChildProcess =>
  fork(worker, [variant, url], { execArgv: ["--expose-gc"] })

const replyTo = async (child: ChildProcess, message: number | { readonly heap: number }): Promise<number> => {
  if (child.exitCode !== null) throw new Error(`its process ended with ${child.exitCode}`)
  child.send(message)
  return Number(await messageOf(child))
}

/** Most live heap over so many pages each, in MiB. */
export const heapOverPages = async (url: string, sizes: ReadonlyArray<number>): Promise<ReadonlyArray<number>> => {
  const child = started("ours, items", url)
  try {
    await replyTo(child, 200)
    const heaps: Array<number> = []
    for (const heap of sizes) heaps.push(await replyTo(child, { heap }))
    return heaps
  } finally {
    child.disconnect()
  }
}

/** Microseconds of CPU per page, by round; the message where a variant failed. */
const cpuOf = async (url: string, pages: number, rounds: number): Promise<ReadonlyArray<Variant>> => {
  const children = variants.map((name) => ({ name, child: started(name, url), costs: new Array<number>(), failed: "" }))
  for (let round = -2; round < rounds; round++) {
    for (const measured of children) {
      if (measured.failed !== "") continue
      try {
        const cost = await replyTo(measured.child, pages)
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
