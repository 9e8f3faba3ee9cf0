import { VirtualClock } from "@effect-connectors/testing/VirtualClock"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { openSqlite } from "../src/internal/store/sqlite.js"
import type { JobStore } from "../src/internal/store/jobStore.js"
import { laws } from "./support/laws.js"
import { chaos } from "./support/chaos.js"

const make = Effect.gen(function* () {
  const { hold } = yield* VirtualClock
  const store = yield* hold(openSqlite(":memory:"))
  const dueAt = new Map<string, number>()
  const wrapped: JobStore = {
    ...store,
    insert: (row) => hold(store.insert(row)),
    read: (key) => hold(store.read(key)),
    change: (key, expected, change) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) => {
        if (change.notBeforeIn === undefined) return hold(store.change(key, expected, change))
        dueAt.set(key, now + change.notBeforeIn)
        return hold(store.change(key, expected, { ...change, notBeforeIn: 0 }))
      }),
    open: (q) => hold(store.open(q)),
    due: (b, l) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) =>
        Effect.map(hold(store.due(b, l)), (rows) => rows.filter(({ key }) => (dueAt.get(key) ?? 0) <= now))
      ),
    list: (q) => hold(store.list(q)),
    prune: (m) => hold(store.prune(m)),
    prunable: (m) => hold(store.prunable(m)),
    counts: hold(store.counts),
    versions: (k) => hold(store.versions(k))
  }
  return wrapped
})
laws("SQLite", make)
chaos("SQLite", make, 2)
