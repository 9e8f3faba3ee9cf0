import { callCosts } from "../callCosts.js"
import type { CallName } from "../callVariants.js"
import type { Row, RowOptions } from "../row.js"
import { callGroup } from "../variants.js"

// the second line is the first again: their ratio is what the machine adds
const inMemory: ReadonlyArray<CallName> = [
  "ours in memory",
  "ours in memory, again",
  "ours in memory, tracer",
  "ours in memory, metrics"
]
const overSockets: ReadonlyArray<CallName> = [
  "undici request",
  "undici request, again",
  "ours, in a fiber",
  "ours, in a fiber, tracer",
  "ours, in a fiber, metrics"
]

const measure = async (options: RowOptions) => {
  const costs = await callCosts([...inMemory, ...overSockets], options)
  return {
    groups: [
      callGroup("telemetry of a call without sockets", costs, inMemory),
      callGroup("telemetry of a call over the Node transport", costs, overSockets)
    ],
    figures: []
  }
}

export const telemetry: Row = { name: "telemetry", about: "what a tracer and metrics add to a call", measure }
