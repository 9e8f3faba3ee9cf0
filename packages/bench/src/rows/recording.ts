/** What replaying a recording costs over its number of exchanges. */
import { Recorder } from "@effect-connectors/testing"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Row, RowOptions, RowResult } from "../row.js"
import { median } from "../workload.js"

const inMemory = HttpClient.make((request) =>
  Effect.sync(() => HttpClientResponse.fromWeb(request, new Response(JSON.stringify({ url: request.url }))))
)

const calls = (count: number) =>
  Effect.gen(function* () {
    const client = yield* HttpClient.HttpClient
    for (let call = 0; call < count; call++) {
      yield* Effect.flatMap(client.get(`http://localhost/items/${call}`), ({ json }) => json)
    }
  })

/** Milliseconds of CPU that a replay of so many exchanges takes. */
const replayed = (count: number) =>
  Effect.gen(function* () {
    const recorded = Effect.zipRight(
      calls(count),
      Effect.flatMap(Recorder, ({ recording }) => recording)
    ).pipe(Effect.provide(Layer.provide(Recorder.layerRecord(), Layer.succeed(HttpClient.HttpClient, inMemory))))
    const recording = yield* recorded
    return yield* Effect.gen(function* () {
      const before = process.cpuUsage()
      yield* calls(count)
      const { system, user } = process.cpuUsage(before)
      return (system + user) / 1000
    }).pipe(Effect.provide(Recorder.layerReplay(recording)))
  })

const measure = async ({ log, quick, rounds }: RowOptions): Promise<RowResult> => {
  const sizes = quick ? [250, 1000] : [1000, 2000, 4000]
  const millis = sizes.map(() => new Array<number>())
  for (let round = -1; round < rounds; round++) {
    for (const [index, size] of sizes.entries()) {
      const cost = await Effect.runPromise(replayed(size))
      if (round >= 0) millis[index]?.push(cost)
    }
  }
  const points = sizes.map((size, index) => [size, median(millis[index] ?? [])] as const)
  log(`  replay of ${points.map(([size, cost]) => `${size}: ${cost.toFixed(0)} ms`).join(", ")}`)
  const [first = [NaN, NaN] as const] = points
  const last = points.at(-1) ?? first
  return {
    groups: [
      {
        title: "CPU of a replay",
        unit: "ms",
        variants: points.map(([size, value]) => ({ name: `${size} exchanges`, value, ratio: value / first[1] }))
      }
    ],
    figures: [
      { name: `replay of ${last[0]} exchanges, x ${first[0]}`, value: last[1] / first[1], unit: "x", atMost: 4.5 }
    ],
    plots: [
      {
        file: "recording-replay",
        title: "CPU of a replay over its exchanges",
        x: "exchanges",
        y: "ms",
        lines: [{ name: "replay", points }]
      }
    ]
  }
}

export const recording: Row = {
  name: "recording",
  about: "CPU of replaying 1,000 to 4,000 exchanges",
  measure
}
