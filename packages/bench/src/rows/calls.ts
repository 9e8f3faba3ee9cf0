import { callCosts } from "../callCosts.js"
import type { CallName } from "../callVariants.js"
import type { Plot, Row, RowOptions } from "../row.js"
import { callGroup, ratioIn } from "../variants.js"
import { median } from "../workload.js"

const names: ReadonlyArray<CallName> = [
  "undici request",
  "undici dispatch",
  "node:http",
  "global fetch + json",
  "ours, in a fiber",
  "ours, by runPromise",
  "ours, in a fiber, tracer",
  "ours, by runPromise, tracer",
  "ours over FetchTransport",
  "ours over FetchHttpClient",
  "Effect layerUndici + schemaBodyJson",
  "Effect layerUndici + retry + span + timeout",
  "Effect over fetch + schemaBodyJson",
  "Effect over fetch + retry + span + timeout",
  "axios",
  "got",
  "ky",
  "openai",
  "@composio/client"
]

const inFlights = [1, 4, 16, 64, 256]
const plotted: ReadonlyArray<CallName> = [
  "undici request",
  "ours, in a fiber",
  "ours, by runPromise",
  "ours over FetchTransport",
  "global fetch + json",
  "Effect layerUndici + schemaBodyJson",
  "axios",
  "openai"
]

const plotOf = async (options: RowOptions): Promise<Plot> => {
  const lines = plotted.map((name) => ({ name, points: new Array<readonly [number, number]>() }))
  for (const inFlight of inFlights) {
    options.log(`the plot: ${inFlight} in flight`)
    // one set of processes: a plot is read by its shape
    const costs = await callCosts(plotted, { ...options, quick: true }, inFlight)
    for (const [index, { micros }] of costs.entries()) lines[index]?.points.push([inFlight, median(micros)])
  }
  return { file: "calls", title: "client CPU of a call", x: "calls in flight", y: "us", lines }
}

const measure = async (options: RowOptions) => {
  const calls = callGroup("client CPU of a call, 16 in flight", await callCosts(names, options), names)
  return {
    groups: [calls],
    figures: [
      { name: "call in a fiber, x undici request", value: ratioIn(calls, "ours, in a fiber"), unit: "x", atMost: 1.5 },
      {
        name: "call by runPromise, x undici request",
        value: ratioIn(calls, "ours, by runPromise"),
        unit: "x",
        atMost: 2
      },
      {
        name: "call in a fiber with a tracer, x undici request",
        value: ratioIn(calls, "ours, in a fiber, tracer"),
        unit: "x",
        atMost: 2.5
      }
    ],
    plots: options.plots ? [await plotOf(options)] : []
  }
}

export const calls: Row = { name: "calls", about: "CPU of a call, by the client that makes it", peers: true, measure }
