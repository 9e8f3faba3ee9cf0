import { callCosts } from "../callCosts.js"
import type { CallName } from "../callVariants.js"
import type { Row, RowOptions } from "../row.js"
import { callGroup, ratioIn } from "../variants.js"

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
  "the same + retry + span + timeout",
  "Effect over fetch + schemaBodyJson",
  "the same over fetch + retry + span + timeout",
  "axios",
  "got",
  "ky",
  "openai",
  "@composio/client"
]

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
    ]
  }
}

export const calls: Row = { name: "calls", about: "CPU of a call, by the client that makes it", peers: true, measure }
