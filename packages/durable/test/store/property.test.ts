import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import type { State } from "../../src/DurableJob.js"
import {
  bucketCount,
  type Change,
  type Expected,
  type JobRow,
  type JobStore
} from "../../src/internal/store/jobStore.js"
import { sharedLayer } from "../support/sharedLayer.js"
import { kinds, Stores } from "../support/stores.js"

/** A row without its times: whether it is due is all that a model can know of them. */
type ModelRow = Omit<JobRow, "notBefore" | "createdAt" | "updatedAt">

const untimed = ({ createdAt: _, notBefore: __, updatedAt: ___, ...row }: JobRow): ModelRow => row

const states: ReadonlyArray<State> = ["new", "intended", "accepted", "unknown", "succeeded", "failed", "cancelled"]
const open: ReadonlyArray<State> = states.slice(0, 3)
const ended: ReadonlyArray<State> = states.slice(4)
// in the order of their bytes
const keys = ["A", "a", "a b", "b", "é", "\uFFFD", "😀"]
const bucketOf = (key: string): number => keys.indexOf(key) % 3

const hour = 3_600_000

/** The table as one would write it down: no index, no clause, no conversion. */
class Model {
  rows: ReadonlyArray<ModelRow> = []
  later: ReadonlySet<string> = new Set()
  pruned: ReadonlySet<string> = new Set()

  find(key: string) {
    return this.rows.find((row) => row.key === key)
  }
  put(row: ModelRow) {
    const others = this.rows.filter(({ key }) => key !== row.key)
    this.rows = [...others, row].sort((a, b) => keys.indexOf(a.key) - keys.indexOf(b.key))
    return row
  }
  insert(row: Parameters<JobStore["insert"]>[0]) {
    const known = this.find(row.key)
    if (known !== undefined) return { row: known, isNew: false }
    const empty = { intent: null, attempts: 0, progress: null, outcome: null, version: 1 }
    return { row: this.put({ ...row, ...empty }), isNew: true }
  }
  change(key: string, expected: Expected, { notBeforeIn, ...change }: Change) {
    const row = this.find(key)
    if (row === undefined || !expected.states.includes(row.state)) return undefined
    if (expected.intent !== undefined && expected.intent !== row.intent) return undefined
    if (expected.version !== undefined && expected.version !== row.version) return undefined
    const without = (set: ReadonlySet<string>) => new Set([...set].filter((it) => it !== key))
    this.pruned = without(this.pruned)
    if (notBeforeIn !== undefined) this.later = notBeforeIn > 0 ? new Set([...this.later, key]) : without(this.later)
    return this.put({ ...row, ...change, version: row.version + 1 })
  }
  prune(olderThanMillis: number) {
    const old = this.rows.filter(
      ({ key, state }) => olderThanMillis === 0 && ended.includes(state) && !this.pruned.has(key)
    )
    this.pruned = new Set([...this.pruned, ...old.map(({ key }) => key)])
    const nothing = { work: null, ref: null, progress: null, outcome: null }
    for (const row of old) this.put({ ...row, ...nothing, version: row.version + 1 })
    return old.length
  }
}

const key = FastCheck.constantFrom(...keys)
const text = FastCheck.constantFrom(null, "", "one", `{"two":"é' \\\\ 😀"}`)
const given = <A>(arbitrary: FastCheck.Arbitrary<A>) => FastCheck.option(arbitrary, { nil: undefined })

const insertStep = FastCheck.record({
  _tag: FastCheck.constant("insert" as const),
  key,
  digest: FastCheck.constantFrom("one", "other"),
  work: text,
  ref: text,
  state: FastCheck.constantFrom("new" as const, "new" as const, "accepted" as const)
})

const changeStep = FastCheck.record({
  _tag: FastCheck.constant("change" as const),
  key,
  // mostly those that have the row, or few changes would happen
  states: FastCheck.oneof(
    { weight: 4, arbitrary: FastCheck.constant(states) },
    { weight: 1, arbitrary: FastCheck.subarray([...states]) }
  ),
  intent: FastCheck.constantFrom(undefined, undefined, undefined, undefined, "one", "other"),
  versionOff: FastCheck.constantFrom(undefined, undefined, undefined, 0, 0, 1, -1),
  state: FastCheck.constantFrom(...states),
  written: FastCheck.record(
    {
      intent: FastCheck.constantFrom(null, "one", "other"),
      attempts: FastCheck.nat(5),
      notBeforeIn: FastCheck.constantFrom(0, hour),
      ref: FastCheck.constantFrom("", "ref"),
      progress: text,
      outcome: text
    },
    { requiredKeys: [] }
  )
})

const pruneStep = FastCheck.record({
  _tag: FastCheck.constant("prune" as const),
  olderThanMillis: FastCheck.constantFrom(0, hour)
})

const readStep = FastCheck.record({
  _tag: FastCheck.constant("read" as const),
  states: FastCheck.subarray([...states]),
  buckets: FastCheck.oneof(
    FastCheck.subarray([0, 1, 2, 31]),
    FastCheck.constant(Array.from({ length: bucketCount }, (_, i) => i))
  ),
  after: given(key),
  limit: FastCheck.constantFrom(1, 2, 3, 100),
  within: given(FastCheck.constant(hour))
})

const steps = FastCheck.array(
  FastCheck.oneof(
    { weight: 4, arbitrary: insertStep },
    { weight: 9, arbitrary: changeStep },
    { weight: 1, arbitrary: pruneStep },
    { weight: 3, arbitrary: readStep }
  ),
  { minLength: 20, maxLength: 60, size: "max" }
)

type Step = typeof steps extends FastCheck.Arbitrary<ReadonlyArray<infer S>> ? S : never

const apply = Effect.fnUntraced(function* (model: Model, store: JobStore, step: Step) {
  switch (step._tag) {
    case "insert": {
      const { _tag, ...rest } = step
      const row = { ...rest, bucket: bucketOf(step.key) }
      const inserted = yield* store.insert(row)
      assert.deepStrictEqual({ ...inserted, row: untimed(inserted.row) }, model.insert(row))
      break
    }
    case "change": {
      const { intent, state, states: from, versionOff, written } = step
      const version = versionOff === undefined ? undefined : (model.find(step.key)?.version ?? 0) + versionOff
      const expected = {
        states: from,
        ...(intent === undefined ? {} : { intent }),
        ...(version === undefined ? {} : { version })
      }
      const changed = yield* store.change(step.key, expected, { state, ...written })
      assert.deepStrictEqual(changed && untimed(changed), model.change(step.key, expected, { state, ...written }))
      break
    }
    case "prune": {
      assert.strictEqual(yield* store.prune(step.olderThanMillis), model.prune(step.olderThanMillis))
      break
    }
    case "read": {
      const { after, buckets, limit, states: wanted, within } = step
      const isAfter = (row: ModelRow) => after === undefined || keys.indexOf(row.key) > keys.indexOf(after)
      assert.deepStrictEqual(
        (yield* store.list({ states: wanted, after, limit })).map(untimed),
        model.rows.filter((row) => isAfter(row) && wanted.includes(row.state)).slice(0, limit)
      )
      const query = { buckets, after, limit, ...(within === undefined ? {} : { changedWithinMillis: within }) }
      assert.deepStrictEqual(
        (yield* store.open(query)).map(untimed),
        model.rows
          .filter((row) => isAfter(row) && open.includes(row.state) && buckets.includes(row.bucket))
          .slice(0, limit)
          .map((row) => ({ ...row, work: null }))
      )
    }
  }
})

/** Everything that can be read of the table. */
const compareAll = Effect.fnUntraced(function* (model: Model, store: JobStore) {
  const all = yield* store.list({ states, after: undefined, limit: 100 })
  assert.deepStrictEqual(all.map(untimed), model.rows)
  for (const it of keys) {
    const row = yield* store.read(it)
    assert.deepStrictEqual(row && untimed(row), model.find(it))
  }
  const due = yield* store.due([0, 1, 2], 100)
  assert.deepStrictEqual(
    due.map((row) => row.key).sort(),
    model.rows
      .filter((row) => row.state === "new" && !model.later.has(row.key))
      .map((row) => row.key)
      .sort()
  )
  const times = due.map(({ notBefore }) => notBefore)
  assert.deepStrictEqual(
    times,
    [...times].sort((a, b) => a - b)
  )
  assert.deepStrictEqual((yield* store.due([0, 1, 2], 2)).length, Math.min(2, due.length))
  assert.deepStrictEqual(
    new Map(yield* store.versions([...keys, "missing"])),
    new Map(model.rows.map((row) => [row.key, row.version]))
  )
  const counts = yield* store.counts
  for (const state of states) {
    assert.strictEqual(counts[state], model.rows.filter((row) => row.state === state).length)
  }
})

describe.each(kinds)("$name", ({ isSkipped, layer: kind }) => {
  describe.skipIf(isSkipped)("store", () => {
    const it = sharedLayer(kind)

    it.scoped("random operations give the rows of a model", () =>
      Effect.gen(function* () {
        const { two } = yield* Stores
        let changes = 0
        const property = FastCheck.asyncProperty(steps, (drawn) =>
          Effect.gen(function* () {
            const stores = yield* two
            const model = new Model()
            for (const [i, step] of drawn.entries()) yield* apply(model, stores[i % 2 === 0 ? 0 : 1], step)
            yield* compareAll(model, stores[0])
            changes += model.rows.reduce((sum, { version }) => sum + version - 1, 0)
          }).pipe(Effect.scoped, Effect.runPromise)
        )
        yield* Effect.promise(() => FastCheck.assert(property, { numRuns: 20 }))
        // they do something
        assert.isAbove(changes, 10)
      })
    )
  })
})
