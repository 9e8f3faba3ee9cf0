import { assert, describe } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import { bucketCount, type JobRow, type JobStore } from "../../src/internal/store/jobStore.js"
import { sharedLayer } from "../support/sharedLayer.js"
import { kinds, row, Stores } from "../support/stores.js"

const stores = Effect.flatMap(Stores, ({ two }) => two)

/** All pages of a query. */
const pages = Effect.fnUntraced(function* <E>(
  limit: number,
  page: (after: string | undefined) => Effect.Effect<ReadonlyArray<JobRow>, E>
) {
  const keys: Array<string> = []
  for (;;) {
    const rows: ReadonlyArray<JobRow> = yield* page(keys.at(-1))
    keys.push(...rows.map(({ key }) => key))
    if (rows.length < limit) return keys
    assert.isBelow(keys.length, 1000, "it does not end")
  }
})

const end = (store: JobStore, key: string) =>
  store.change(key, { states: ["new", "intended", "accepted"] }, { state: "succeeded", outcome: "1", ref: "{}" })

describe.each(kinds)("$name", ({ isSkipped, layer: kind }) => {
  describe.skipIf(isSkipped)("store", () => {
    const it = sharedLayer(kind)

    it.scoped("change: of 50 at once exactly one wins", () =>
      Effect.gen(function* () {
        const both = yield* stores
        yield* both[0].insert(row("a"))
        const won = yield* Effect.forEach(
          Array.from({ length: 50 }, (_, i) => i),
          (i) =>
            both[i % 2 === 0 ? 0 : 1].change("a", { states: ["new"] }, { state: "intended", intent: `intent ${i}` }),
          { concurrency: "unbounded" }
        )
        const winners = won.filter((it) => it !== undefined)
        assert.strictEqual(winners.length, 1)
        assert.deepStrictEqual(yield* both[1].read("a"), winners[0])
        assert.strictEqual(winners[0]?.version, 2)
      })
    )

    it.scoped("change: of 20 increments by version none is lost", () =>
      Effect.gen(function* () {
        const both = yield* stores
        yield* both[0].insert(row("a"))
        const increment = (store: JobStore): Effect.Effect<unknown, unknown> =>
          Effect.flatMap(store.read("a"), (it) =>
            Effect.flatMap(
              store.change(
                "a",
                { states: ["new"], version: it?.version ?? 0 },
                { state: "new", attempts: (it?.attempts ?? 0) + 1 }
              ),
              (changed) => (changed === undefined ? increment(store) : Effect.void)
            )
          )
        yield* Effect.forEach(
          Array.from({ length: 20 }, (_, i) => i),
          (i) => increment(both[i % 2 === 0 ? 0 : 1]),
          { concurrency: "unbounded" }
        )
        const { attempts, version } = (yield* both[0].read("a")) ?? {}
        assert.deepStrictEqual([attempts, version], [20, 21])
      })
    )

    it.scoped("change: each condition is one", () =>
      Effect.gen(function* () {
        const [store] = yield* stores
        yield* store.insert(row("a"))
        yield* store.change("a", { states: ["new"] }, { state: "intended", intent: "mine" })
        const before = yield* store.read("a")
        for (const expected of [
          { states: [] },
          { states: ["new" as const, "accepted" as const] },
          { states: ["intended" as const], intent: "other" },
          { states: ["intended" as const], version: 1 },
          { states: ["intended" as const], intent: "mine", version: 3 }
        ]) {
          assert.isUndefined(yield* store.change("a", expected, { state: "accepted" }))
        }
        assert.isUndefined(yield* store.change("b", { states: ["intended"] }, { state: "accepted" }))
        assert.deepStrictEqual(yield* store.read("a"), before)
        const changed = yield* store.change(
          "a",
          { states: ["unknown", "intended"], intent: "mine", version: 2 },
          { state: "accepted", ref: "r" }
        )
        assert.deepStrictEqual([changed?.state, changed?.intent, changed?.ref], ["accepted", "mine", "r"])
      })
    )

    it.scoped("change: what is left out stays, null deletes", () =>
      Effect.gen(function* () {
        const [store] = yield* stores
        yield* store.insert(row("a"))
        const full = { intent: "i", attempts: 2, ref: "r", progress: "p", outcome: "o" }
        yield* store.change("a", { states: ["new"] }, { state: "accepted", ...full })
        const { attempts, intent, outcome, progress, ref } =
          (yield* store.change("a", { states: ["accepted"] }, { state: "unknown" })) ?? {}
        assert.deepStrictEqual({ intent, attempts, ref, progress, outcome }, full)
        const nulled = yield* store.change(
          "a",
          { states: ["unknown"] },
          { state: "new", intent: null, progress: null, outcome: null, attempts: 0 }
        )
        assert.deepStrictEqual(
          [nulled?.intent, nulled?.progress, nulled?.outcome, nulled?.attempts, nulled?.ref, nulled?.version],
          [null, null, null, 0, "r", 4]
        )
      })
    )

    it.scoped("insert: from 50 callers at once one is new, and all get its row", () =>
      Effect.gen(function* () {
        const both = yield* stores
        const inserted = yield* Effect.forEach(
          Array.from({ length: 50 }, (_, i) => i),
          (i) => both[i % 2 === 0 ? 0 : 1].insert({ ...row("a"), digest: `digest ${i}` }),
          { concurrency: "unbounded" }
        )
        assert.strictEqual(inserted.filter(({ isNew }) => isNew).length, 1)
        assert.strictEqual(new Set(inserted.map((it) => it.row.digest)).size, 1)
      })
    )

    it.scoped("insert: text comes back exactly as it was, and times as numbers", () =>
      Effect.gen(function* () {
        const [store] = yield* stores
        const work = JSON.stringify({ a: "'; drop table x; -- \u0000 \\ $1 ? é 😀 \u2028", n: 1.0, big: 1e300 }) + "  "
        const inserted = yield* store.insert({ ...row("é 😀 '%_\\"), work })
        assert.deepStrictEqual(yield* store.read("é 😀 '%_\\"), inserted.row)
        const { createdAt, notBefore, updatedAt, version } = inserted.row
        assert.strictEqual(inserted.row.work, work)
        assert.strictEqual(version, 1)
        for (const time of [createdAt, notBefore, updatedAt]) {
          assert.isTrue(Number.isInteger(time))
          assert.isBelow(Math.abs(time - inserted.row.createdAt), 1000)
        }
        const followed = yield* store.insert({ ...row("b"), state: "accepted", work: null, ref: "ref" })
        assert.deepStrictEqual([followed.row.state, followed.row.work, followed.row.ref], ["accepted", null, "ref"])
      })
    )

    it.scoped("change: one that keeps the state keeps the time of the last change of state", () =>
      Effect.gen(function* () {
        const [store] = yield* stores
        yield* store.insert({ ...row("a"), state: "accepted" })
        const claimed = yield* store.change("a", { states: ["accepted"] }, { state: "accepted", progress: "1" })
        const inserted = yield* store.read("a")
        assert.deepStrictEqual([claimed?.version, claimed?.progress], [2, "1"])
        assert.strictEqual(claimed?.updatedAt, claimed?.createdAt)
        assert.deepStrictEqual(inserted, claimed)
        const ended = yield* store.change("a", { states: ["accepted"] }, { state: "failed" })
        assert.isAtLeast(ended?.updatedAt ?? 0, claimed?.updatedAt ?? Infinity)
      })
    )

    it.scoped("list and open: pages give every row once, in the order of the bytes of their keys", () =>
      Effect.gen(function* () {
        const [store] = yield* stores
        const names = ["a", "B", "ä", "z", "Z", "_", "10", "9", "a b", "a-b", "ab", "\uFFFD", "😀", "éa", "e\u0301"]
        const keys = [...names, ...Array.from({ length: 60 }, (_, i) => `key ${i}`)]
        const sorted = [...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
        yield* Effect.forEach(keys, (key, i) => store.insert(row(key, i % 3)))
        const closed = sorted.filter((_, i) => i % 5 === 0)
        yield* Effect.forEach(closed, (key) => end(store, key))
        const left = sorted.filter((key) => !closed.includes(key))
        for (const limit of [1, 7, 100]) {
          const states = ["new", "succeeded", "unknown"] as const
          assert.deepStrictEqual(yield* pages(limit, (after) => store.list({ states, after, limit })), sorted)
          assert.deepStrictEqual(
            yield* pages(limit, (after) => store.list({ states: ["succeeded"], after, limit })),
            closed
          )
          const inTwo = left.filter((key) => keys.indexOf(key) % 3 !== 1)
          assert.deepStrictEqual(
            yield* pages(limit, (after) => store.open({ buckets: [0, 2, 31], after, limit })),
            inTwo
          )
        }
        assert.deepStrictEqual(yield* store.open({ buckets: [], after: undefined, limit: 10 }), [])
        assert.deepStrictEqual(yield* store.list({ states: [], after: undefined, limit: 10 }), [])
      })
    )

    it.scoped("open: unknown rows are not among them, and with an age only what changed since", () =>
      Effect.gen(function* () {
        const [store] = yield* stores
        yield* Effect.forEach(["new", "intended", "accepted", "unknown"] as const, (state) =>
          Effect.zipRight(store.insert(row(state)), store.change(state, { states: ["new"] }, { state }))
        )
        const open = { buckets: [0], after: undefined, limit: 10 }
        const keys = (rows: ReadonlyArray<JobRow>) => rows.map(({ key }) => key)
        assert.deepStrictEqual(keys(yield* store.open(open)), ["accepted", "intended", "new"])
        yield* Effect.sleep("2 seconds")
        yield* store.change("accepted", { states: ["accepted"] }, { state: "accepted", progress: "1" })
        yield* store.change("new", { states: ["new"] }, { state: "intended" })
        yield* store.change("new", { states: ["intended"] }, { state: "new" })
        assert.deepStrictEqual(keys(yield* store.open({ ...open, changedWithinMillis: 1_500 })), ["new"])
        assert.deepStrictEqual(keys(yield* store.open({ ...open, changedWithinMillis: 60_000 })), [
          "accepted",
          "intended",
          "new"
        ])
      })
    )

    it.scoped("open and due: the work is left out, and the change that claims a row gives it", () =>
      Effect.gen(function* () {
        const [store] = yield* stores
        const { row: added } = yield* store.insert(row("a", 5))
        for (const buckets of [[5], Array.from({ length: bucketCount }).keys()].map((numbers) => [...numbers])) {
          const [open] = yield* store.open({ buckets, after: undefined, limit: 10 })
          const [due] = yield* store.due(buckets, 10)
          assert.deepStrictEqual(
            [open, due],
            [added, added].map((it) => ({ ...it, work: null }))
          )
        }
        const claimed = yield* store.change("a", { states: ["new"] }, { state: "intended" })
        assert.strictEqual(claimed?.work, row("a").work)
      })
    )

    it.scoped("due: new rows of the buckets whose time has come, the oldest first", () =>
      Effect.gen(function* () {
        const [store] = yield* stores
        yield* Effect.forEach(["c", "b", "a", "later", "sent", "foreign"], (key) =>
          Effect.zipRight(store.insert(row(key, key === "foreign" ? 7 : 1)), Effect.sleep("3 millis"))
        )
        yield* store.change("later", { states: ["new"] }, { state: "new", notBeforeIn: 60_000 })
        yield* store.change("sent", { states: ["new"] }, { state: "intended" })
        const keys = Effect.fnUntraced(function* (limit: number) {
          return (yield* store.due([1, 2], limit)).map(({ key }) => key)
        })
        assert.deepStrictEqual(yield* keys(10), ["c", "b", "a"])
        assert.deepStrictEqual(yield* keys(2), ["c", "b"])
        yield* store.change("c", { states: ["new"] }, { state: "new", notBeforeIn: 20 })
        yield* Effect.repeat(keys(10), {
          until: ({ length }) => length === 3,
          schedule: Schedule.intersect(Schedule.spaced("10 millis"), Schedule.recurs(500))
        })
        assert.deepStrictEqual(yield* keys(10), ["b", "a", "c"])
      })
    )

    it.scoped("prune: keeps key, digest and state of what ended long enough ago, and touches nothing else", () =>
      Effect.gen(function* () {
        const [store] = yield* stores
        const ended = Array.from({ length: 2100 }, (_, i) => `ended ${i}`)
        yield* Effect.forEach(ended.slice(0, 20), (key) => Effect.zipRight(store.insert(row(key)), end(store, key)), {
          concurrency: 10
        })
        yield* Effect.forEach(["unknown", "accepted"] as const, (state) =>
          Effect.zipRight(store.insert(row(state)), store.change(state, { states: ["new"] }, { state, ref: "r" }))
        )
        const untouched = yield* Effect.all([store.read("unknown"), store.read("accepted")])
        assert.deepStrictEqual([yield* store.prunable(60_000), yield* store.prunable(0)], [0, 20])
        assert.strictEqual(yield* store.prune(60_000), 0)
        assert.strictEqual(yield* store.prune(0), 20)
        assert.strictEqual(yield* store.prunable(0), 0)
        assert.strictEqual(yield* store.prune(0), 0)
        assert.deepStrictEqual(yield* Effect.all([store.read("unknown"), store.read("accepted")]), untouched)
        const { digest, outcome, progress, ref, state, work } = (yield* store.read("ended 7")) ?? {}
        assert.deepStrictEqual(
          [digest, state, work, ref, progress, outcome],
          ["digest of ended 7", "succeeded", null, null, null, null]
        )
        assert.isFalse((yield* store.insert(row("ended 7"))).isNew)
      })
    )

    it.scoped("prune: more rows than one statement takes", () =>
      Effect.gen(function* () {
        const both = yield* stores
        const store = both[0]
        const keys = Array.from({ length: 1050 }, (_, i) => `${i}`)
        yield* Effect.forEach(
          keys,
          (key) =>
            Effect.zipRight(
              store.insert({ ...row(key), state: "accepted" }),
              store.change(key, { states: ["accepted"] }, { state: "failed", outcome: "{}" })
            ),
          { concurrency: 20 }
        )
        // from two at once: each row is counted once
        const counts = yield* Effect.all([both[0].prune(0), both[1].prune(0)], { concurrency: 2 })
        assert.strictEqual(counts[0] + counts[1], 1050)
      })
    )

    it.scoped("counts and versions: every state, and the keys that are there", () =>
      Effect.gen(function* () {
        const [store] = yield* stores
        assert.deepStrictEqual(Object.values(yield* store.counts), [0, 0, 0, 0, 0, 0, 0])
        yield* Effect.forEach(["a", "b", "c"], (key) => store.insert(row(key)))
        yield* end(store, "b")
        const { new: fresh, succeeded, unknown } = yield* store.counts
        assert.deepStrictEqual([fresh, succeeded, unknown], [2, 1, 0])
        const missing = Array.from({ length: 1200 }, (_, i) => `missing ${i}`)
        const versions = yield* store.versions(["a", ...missing, "b"])
        assert.deepStrictEqual(
          [...versions],
          [
            ["a", 1],
            ["b", 2]
          ]
        )
        assert.strictEqual((yield* store.versions([])).size, 0)
      })
    )

    it.scoped("hints: an insert and a change of one store reach the other, a change that was refused does not", () =>
      Effect.gen(function* () {
        const [one, other] = yield* stores
        const hinted = yield* other.hints.pipe(
          Stream.takeUntil((key) => key === "last"),
          Stream.runCollect,
          Effect.fork
        )
        // until the first hint arrives it is not known to listen
        const knocking = yield* Effect.fork(
          Effect.forEach(
            Array.from({ length: 200 }, (_, i) => `knock ${i}`),
            (key) => Effect.zipRight(one.insert(row(key)), Effect.sleep("10 millis"))
          )
        )
        yield* other.hints.pipe(Stream.runHead)
        yield* Effect.sleep("50 millis")
        yield* Fiber.interrupt(knocking)
        yield* one.insert(row("refused"))
        yield* one.change("refused", { states: ["unknown"] }, { state: "failed" })
        yield* one.insert(row("a"))
        yield* end(one, "a")
        yield* one.insert(row("last"))
        const keys = Chunk.toReadonlyArray(yield* Fiber.join(hinted))
        assert.deepStrictEqual(
          keys.filter((key) => !key.startsWith("knock")),
          ["refused", "a", "a", "last"]
        )
      })
    )
  })
})
