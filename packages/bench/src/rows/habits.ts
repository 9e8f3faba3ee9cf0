import { callCosts } from "../callCosts.js"
import type { CallName } from "../callVariants.js"
import type { Row, RowOptions } from "../row.js"
import { callGroup } from "../variants.js"

const names: ReadonlyArray<CallName> = [
  "a call",
  "Call.withDeadline",
  "Effect.gen around it",
  "Effect.retry around it",
  "Effect.scoped around it",
  "Effect.withSpan around it",
  "Effect.timeout around it",
  "runPromise per call",
  "runPromise of a ManagedRuntime per call",
  "Effect.provide of the client's layer per call"
]

const measure = async (options: RowOptions) => ({
  groups: [
    callGroup("CPU of a call without sockets, by what is put around it", await callCosts(names, options), names)
  ],
  figures: []
})

export const habits: Row = { name: "habits", about: "what is often put around a call, and its cost", measure }
