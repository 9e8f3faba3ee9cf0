/** What moving a file costs: memory and CPU, up and down, next to the usual clients. */
import type { Group, Row, RowOptions, RowResult, Variant } from "../row.js"
import { spreadOf } from "../rounds.js"
import { median } from "../workload.js"
import { type Direction, type Transfer, transferOf, withServer } from "./transfers/transfers.js"

const runs = 5
// of each direction: on a machine that is busy with something else there are fewer runs
const budgetMillis = 100_000

const variantsOf = {
  up: [
    "undici request",
    "ours, NodeFile.fromPath",
    "ours, a Stream",
    "ours over FetchTransport, NodeFile.fromPath",
    "axios",
    "got",
    "global fetch"
  ],
  down: [
    "undici stream",
    "undici request",
    "ours, a Stream",
    "ours, NodeFile.save",
    "ours over FetchTransport, a Stream",
    "axios",
    "got",
    "global fetch"
  ]
} as const satisfies Record<Direction, ReadonlyArray<string>>

/** The transfers of each variant by round; no transfers where it could not be run. */
const measured = async (
  direction: Direction,
  url: string,
  mebibytes: number,
  { log }: Pick<RowOptions, "log">
): Promise<ReadonlyMap<string, ReadonlyArray<Transfer> | string>> => {
  const found = new Map<string, Array<Transfer> | string>()
  const until = performance.now() + budgetMillis
  for (let run = 0; run < runs; run++) {
    for (const variant of variantsOf[direction]) {
      const before = found.get(variant) ?? []
      if (typeof before === "string") continue
      if (performance.now() > until) {
        if (before.length === 0) found.set(variant, "no time was left for it")
        continue
      }
      try {
        const transfer = await transferOf(direction, variant, url, mebibytes)
        log(`  ${direction} ${variant}: ${transfer.growth.toFixed(0)} MiB, ${transfer.cpuMillis.toFixed(0)} ms`)
        found.set(variant, [...before, transfer])
      } catch (error) {
        found.set(variant, error instanceof Error ? error.message : "failed")
      }
    }
  }
  return found
}

const groupOf = (
  title: string,
  unit: string,
  found: ReadonlyMap<string, ReadonlyArray<Transfer> | string>,
  valueOf: (transfer: Transfer) => number
): Group => {
  const [first] = found.values()
  const base = typeof first === "object" ? first.map(valueOf) : []
  const variants = [...found].map(([name, transfers]): Variant => {
    if (typeof transfers === "string") return { name, value: NaN, failed: transfers }
    const values = transfers.map(valueOf)
    const ratios = values.map((value, run) => value / (base[run] ?? NaN)).filter((ratio) => !Number.isNaN(ratio))
    return {
      name: `${name}, ${values.length} runs`,
      value: median(values),
      spread: spreadOf(ratios),
      ratio: median(ratios)
    }
  })
  return { title, unit, variants }
}

/** The most that one of our variants took in any run. An upload over `fetch` is not ours to bound: Node's holds the whole of it. */
const worstOf = (found: ReadonlyMap<string, ReadonlyArray<Transfer> | string>): number =>
  Math.max(
    ...[...found].flatMap(([name, transfers]) =>
      name.startsWith("ours,") || name === "ours over FetchTransport, a Stream"
        ? typeof transfers === "string"
          ? [NaN]
          : transfers.map(({ growth }) => growth)
        : []
    )
  )

const measure = (options: RowOptions): Promise<RowResult> =>
  withServer(true, async (url) => {
    const mebibytes = options.quick ? 64 : 1024
    const up = await measured("up", url, mebibytes, options)
    const down = await measured("down", url, mebibytes, options)
    const size = `${mebibytes} MiB`
    const growth = ({ growth }: Transfer) => growth
    const cpu = ({ cpuMillis }: Transfer) => cpuMillis
    const upCpu = groupOf(`CPU of sending ${size}`, "ms", up, cpu)
    const path = upCpu.variants.find(({ name }) => name.startsWith("ours, NodeFile.fromPath"))
    return {
      groups: [
        groupOf(`resident memory over base, sending ${size}`, "MiB", up, growth),
        groupOf(`resident memory over base, receiving ${size}`, "MiB", down, growth),
        upCpu,
        groupOf(`CPU of receiving ${size}`, "ms", down, cpu)
      ],
      figures: [
        { name: `most memory of any run, sending ${size}`, value: worstOf(up), unit: "MiB", atMost: 64 },
        { name: `most memory of any run, receiving ${size}`, value: worstOf(down), unit: "MiB", atMost: 64 },
        { name: "CPU of an upload from disk, x undici", value: path?.ratio ?? NaN, unit: "x", atMost: 1.1 }
      ]
    }
  })

export const files: Row = {
  name: "files",
  peers: true,
  about: "a gibibyte up and down beside a process that keeps a core busy: resident memory from outside, and CPU",
  measure
}
