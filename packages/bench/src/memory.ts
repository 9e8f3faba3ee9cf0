/**
 * `npm run memory`: what moving a gibibyte and reading many pages costs in memory. `--json` for machines, `--mebibytes N` for
 * another size. RSS depends on when garbage is collected, so that a busy machine shows more: it fails when the growth is
 * a quarter of what was moved, as memory is not flat then, and prints the goal with it.
 */
import { Action, Auth, BosaApi, ConnectorFile } from "@effect-connectors/core"
import { NodeConnectors } from "@effect-connectors/node"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { fork } from "node:child_process"
import { createHash } from "node:crypto"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"

const { values } = parseArgs({
  options: { json: { type: "boolean", default: false }, mebibytes: { type: "string", default: "1024" } }
})
const mebibytes = Number(values.mebibytes)
const mebibyte = 1024 * 1024
const log = (line: string): void => {
  if (!values.json) console.log(line)
}

const server = fork(fileURLToPath(new URL("./memoryServer.js", import.meta.url)))
const port = await new Promise<unknown>((resolve) => server.once("message", resolve))

const api = BosaApi.layer({ baseUrl: `http://127.0.0.1:${String(port)}` }).pipe(
  Layer.provide(Auth.apiKey(Redacted.make("key"))),
  Layer.provide(NodeConnectors.layer)
)

const settled = Effect.sync(() => {
  globalThis.gc?.()
  globalThis.gc?.()
})

/** The most that the process grew while an effect ran, over what it had when it began. */
const growthOf = <A, E, R>(effect: Effect.Effect<A, E, R>, used: () => number) =>
  Effect.gen(function* () {
    yield* settled
    const before = used()
    let peak = before
    const watch = Effect.sync(() => {
      peak = Math.max(peak, used())
    }).pipe(Effect.zipRight(Effect.sleep("20 millis")), Effect.forever)
    const value = yield* Effect.raceFirst(effect, watch)
    return { value, mebibytes: (Math.max(peak, used()) - before) / mebibyte }
  })

const rss = () => process.memoryUsage.rss()

// made once: what is measured is not the garbage of the one who sends
const made = Array.from({ length: 97 }, (_, index) => Buffer.alloc(64 * 1024, `piece ${index} `))
const pieceOf = (index: number) => made[index % made.length] ?? Buffer.alloc(0)

const upload = (mebibytes: number) =>
  Effect.gen(function* () {
    const bosa = yield* BosaApi
    const content = Stream.map(Stream.range(1, (mebibytes * mebibyte) / (64 * 1024), 1), pieceOf)
    const file = ConnectorFile.fromStream(content, { filename: "big.bin", size: mebibytes * mebibyte })
    const { data } = yield* bosa.run("big", "upload", { file })
    return data
  })

const download = (mebibytes: number) =>
  Effect.scoped(
    Effect.gen(function* () {
      const bosa = yield* BosaApi
      const file = yield* bosa.connect("big").action("download").pipe(Action.params({ mebibytes }), Action.download)
      const hash = createHash("sha256")
      let bytes = 0
      yield* Stream.runForEach(file.stream, (piece) =>
        Effect.sync(() => {
          bytes += piece.length
          hash.update(piece)
        })
      )
      return { bytes, sha256: hash.digest("hex") }
    })
  )

const items = (pages: number) =>
  Effect.flatMap(BosaApi, (bosa) => Stream.runCount(bosa.items("big", "list", { pages })))

/** Live objects, sampled now and then after garbage collection. */
const heapOf = (pages: number) =>
  Effect.gen(function* () {
    const bosa = yield* BosaApi
    let peak = 0
    let count = 0
    const sample = Effect.zipRight(
      settled,
      Effect.sync(() => {
        peak = Math.max(peak, process.memoryUsage().heapUsed)
      })
    )
    yield* Stream.runForEach(bosa.items("big", "list", { pages }), () =>
      ++count % Math.floor((pages * 10) / 20) === 0 ? sample : Effect.void
    )
    return { count, mebibytes: peak / mebibyte }
  })

const measured = Effect.gen(function* () {
  // the first of each loads code and opens connections
  yield* upload(16)
  yield* download(16)
  yield* items(200)
  const up = yield* growthOf(upload(mebibytes), rss)
  const down = yield* growthOf(download(mebibytes), rss)
  const few = yield* heapOf(10_000)
  const many = yield* heapOf(40_000)
  return { up, down, few, many }
})

const { down, few, many, up } = await Effect.runPromise(Effect.provide(measured, api))
server.disconnect()

const figures = {
  [`RSS growth of sending ${mebibytes} MiB (goal 64)`]: up.mebibytes,
  [`RSS growth of receiving ${mebibytes} MiB (goal 64)`]: down.mebibytes,
  "live heap, most over 10,000 pages": few.mebibytes,
  "live heap, most over 40,000 pages": many.mebibytes,
  "difference of the two (at most 10)": Math.abs(many.mebibytes - few.mebibytes)
}
log(`Node ${process.version}, server in its own process, MiB`)
for (const [name, value] of Object.entries(figures)) log(`  ${name.padEnd(52)} ${value.toFixed(1).padStart(7)}`)
log(`  ${"bytes received".padEnd(52)} ${down.value.bytes}`)
log(`  ${"items".padEnd(52)} ${few.count} and ${many.count}`)
if (values.json)
  console.log(JSON.stringify({ node: process.version, mebibytes, figures, up, down, few, many }, null, 2))

const isWhole = down.value.bytes === mebibytes * mebibyte && few.count === 100_000 && many.count === 400_000
const most = mebibytes / 4
const isFlat = up.mebibytes <= most && down.mebibytes <= most && Math.abs(many.mebibytes - few.mebibytes) <= 10
if (!isWhole || !isFlat) {
  console.error(isWhole ? "memory grew more than the goal" : "something is missing from what was moved")
  process.exitCode = 1
}
