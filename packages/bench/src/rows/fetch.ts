import { callCosts } from "../callCosts.js"
import type { CallName } from "../callVariants.js"
import type { Row, RowOptions } from "../row.js"
import { callGroup, ratioIn } from "../variants.js"

const overFetch: ReadonlyArray<CallName> = [
  "global fetch + json",
  "Effect over fetch + schemaBodyJson",
  "ours over FetchHttpClient",
  "ours over FetchTransport",
  "ours over FetchTransport, by runPromise"
]
const inMemory: ReadonlyArray<CallName> = ["platform's client in memory, text", "ours, a poll in memory"]

const measure = async (options: RowOptions) => {
  const costs = await callCosts([...overFetch, ...inMemory], options)
  const calls = callGroup("client CPU of a call over fetch, 16 in flight", costs, overFetch)
  const polls = callGroup("a poll over a client in memory that responds with a web Response", costs, inMemory)
  const [platform, poll] = polls.variants
  return {
    groups: [calls, polls],
    figures: [
      {
        name: "call over FetchTransport, x fetch + json",
        value: ratioIn(calls, "ours over FetchTransport"),
        unit: "x",
        atMost: 1.3
      },
      {
        name: "call over FetchHttpClient, x fetch + json",
        value: ratioIn(calls, "ours over FetchHttpClient"),
        unit: "x",
        atMost: 1.3
      },
      {
        name: "poll in memory, beyond the platform's client",
        value: (poll?.value ?? NaN) - (platform?.value ?? NaN),
        unit: "us",
        atMost: 10
      }
    ]
  }
}

export const fetch: Row = { name: "fetch", about: "CPU of a call over fetch, and of a poll in memory", measure }
