import { BosaApi } from "@effect-connectors/core/BosaApi"
import { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import * as Call from "@effect-connectors/core/Call"
import { ConnectionsTest } from "@effect-connectors/testing/ConnectionsTest"
import * as Platforms from "@effect-connectors/testing/Platforms"
import { Recorder } from "@effect-connectors/testing/Recorder"
import * as Recording from "@effect-connectors/testing/Recording"
import { VirtualClock } from "@effect-connectors/testing/VirtualClock"
import * as World from "@effect-connectors/testing/World"
import { assert, describe, it } from "@effect/vitest"
import Ajv from "ajv"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { createRequire } from "node:module"
import { apis, canary, program, world } from "./support/recorderProgram.ts"

const require = createRequire(import.meta.url)

const base = "http://localhost:4000"

/** What a program says to a platform in memory, on the virtual clock. */
const recorded = <A, E>(
  effect: Effect.Effect<A, E, ConnectionsApi | BosaApi | ConnectionsTest>,
  of: World.World = world
): Effect.Effect<readonly [A, Recording.Recording], unknown> =>
  Effect.all([effect, Effect.flatMap(Recorder, ({ recording }) => recording)]).pipe(
    Effect.provide(
      apis(base).pipe(Layer.provideMerge(Recorder.layerRecord()), Layer.provideMerge(Platforms.layer(of)))
    ),
    VirtualClock.provide
  )

describe("Recording", () => {
  it.live("its times do not change when the wall clock is set", () =>
    Effect.gen(function* () {
      const clock = yield* VirtualClock
      const { respondNext } = yield* ConnectionsTest
      const { list } = yield* ConnectionsApi
      yield* clock.jumpWallTime(1_700_000_000_000)
      const { recording } = yield* Recorder
      for (const jump of [-300_000, 3_600_000]) {
        yield* respondNext({}, [{ _tag: "Pass", delayMillis: 2_000 }])
        yield* Effect.zip(list(), Effect.delay(clock.jumpWallTime(jump), 500), { concurrent: true })
      }
      const { exchanges } = yield* recording
      assert.deepStrictEqual(
        exchanges.map(({ at, took }) => [at, took]),
        [
          [0, 2_000],
          [2_000, 2_000]
        ]
      )
    }).pipe(
      Effect.provide(
        apis(base).pipe(Layer.provideMerge(Recorder.layerRecord()), Layer.provideMerge(Platforms.layer(world)))
      ),
      VirtualClock.provide
    )
  )
})

describe("Recording.toHar", () => {
  it.live("the archive matches the published schema and has no secret", () =>
    Effect.gen(function* () {
      const all = Effect.gen(function* () {
        const { respondNext } = yield* ConnectionsTest
        const { list } = yield* ConnectionsApi
        yield* respondNext({}, [{ _tag: "Reset" }])
        yield* Effect.exit(Call.withRetry(list(), "none"))
        return yield* program
      })
      const [, recording] = yield* recorded(all)
      const har = Recording.toHar(recording)
      const schemas: Readonly<Record<string, object>> = require("har-schema")
      const ajv = new Ajv()
      ajv.addMetaSchema(require("ajv/lib/refs/json-schema-draft-06.json"))
      ajv.addSchema(Object.values(schemas))
      assert.isTrue(ajv.validate("har.json", har), ajv.errorsText())
      assert.isFalse(ajv.validate("har.json", { log: { ...har.log, entries: [{}] } }))
      assert.lengthOf(har.log.entries, recording.exchanges.length)
      assert.notInclude(JSON.stringify(har), canary)
      const [lost, list] = har.log.entries
      assert.deepInclude(lost?.response, { status: 0, comment: "ECONNRESET" })
      assert.strictEqual(list?.request.url, `${base}/api/v1/connections?relay_id=r1`)
      assert.deepStrictEqual(list?.request.queryString, [{ name: "relay_id", value: "r1" }])
      assert.include(list?.response.content.text, '{"connections":[{"slug":"crm"')
    })
  )
})

const deals = (result: World.WorldAction["result"], more: ReadonlyArray<string> = []) =>
  World.make({
    connections: [
      { slug: "crm", actions: [{ slug: "deals", ...(result === undefined ? {} : { result }) }] },
      ...more.map((slug) => ({ slug }))
    ]
  })

const asking = (count: number) =>
  Effect.gen(function* () {
    const { connection, list } = yield* ConnectionsApi
    yield* list()
    yield* Effect.replicateEffect(connection("crm").actions.execute("deals", { input: { password: canary } }), count)
  })

describe("Recording.drift", () => {
  it.live("reports new, missing, retyped and changed places, and added and removed calls", () =>
    Effect.gen(function* () {
      const [, before] = yield* recorded(asking(3), deals({ at: 1, rows: [{ id: "1", name: "a" }], owner: null }))
      const [, same] = yield* recorded(asking(3), deals({ at: 1, rows: [{ id: "1", name: "a" }], owner: null }))
      assert.notStrictEqual(same.salt, before.salt)
      assert.deepStrictEqual(Recording.drift(before, same), { compared: 4, removed: [], added: [], changed: [] })
      const [, after] = yield* recorded(asking(1), deals({ at: 2, rows: [{ id: 1, name: "a" }], by: "ann" }, ["more"]))
      const report = Recording.drift(before, after, { ignore: ["response.body.connections[*].slug"] })
      const call = "POST /api/v1/connections/crm/actions/deals/execute"
      assert.deepStrictEqual([report.compared, report.removed, report.added], [2, [call, call], []])
      const result = "response.body.result"
      assert.deepStrictEqual(
        report.changed.filter((change) => change.call === call).map(({ call: _, ...change }) => change),
        [
          { kind: "value", place: `${result}.at`, before: 1, after: 2 },
          { kind: "type", place: `${result}.rows[0].id`, before: "1", after: 1 },
          { kind: "missing", place: `${result}.owner`, before: null },
          { kind: "new", place: `${result}.by`, after: "ann" }
        ]
      )
      assert.deepStrictEqual(
        report.changed.filter((change) => change.call !== call).map(({ kind, place }) => [kind, place]),
        [["new", "response.body.connections[1]"]]
      )
      assert.strictEqual(
        Recording.showDrift({ ...report, changed: report.changed.slice(-4) }),
        [
          "2 exchanges compared, 4 differences; 2 gone, 0 new",
          `- ${call}`,
          `- ${call}`,
          call,
          `  ~ ${result}.at: 1 -> 2`,
          `  ! ${result}.rows[0].id: "1" -> 1`,
          `  - ${result}.owner: null`,
          `  + ${result}.by: "ann"`
        ].join("\n")
      )
    })
  )

  it.live("a place that is ignored for every index is not reported for any", () =>
    Effect.gen(function* () {
      const rows = (name: string) => deals({ rows: [1, 2].map((id) => ({ id, name })) })
      const [, before] = yield* recorded(asking(1), rows("a"))
      const [, after] = yield* recorded(asking(1), rows("b"))
      const placesWith = (ignore: ReadonlyArray<string>) =>
        Recording.drift(before, after, { ignore }).changed.map(({ place }) => place)
      const place = (index: number | "*") => `response.body.result.rows[${index}].name`
      assert.deepStrictEqual(placesWith([]), [place(0), place(1)])
      assert.deepStrictEqual(placesWith([place(0)]), [place(1)])
      assert.deepStrictEqual(placesWith([place("*")]), [])
    })
  )

  it.live("pairs requests with another id in the path or another body", () =>
    Effect.gen(function* () {
      const run = (id: string, input: number) =>
        Effect.gen(function* () {
          const { connection, jobs } = yield* ConnectionsApi
          const { setJob } = yield* ConnectionsTest
          yield* setJob(id, { status: "completed", result: 1 })
          yield* connection("crm").actions.execute("deals", { input: { id: input } })
          yield* jobs.get({ v: 1, api: "connections", origin: base, jobId: id, operation: "x", submittedAt: 0 })
        })
      const [, before] = yield* recorded(run("job-17", 1), deals(1))
      const [, after] = yield* recorded(run("job-2231", 2), deals(1))
      const { added, changed, compared, removed } = Recording.drift(before, after)
      assert.deepStrictEqual([compared, added, removed], [2, [], []])
      assert.deepStrictEqual(
        changed.map(({ place }) => place),
        ["request.body.input.id", "response.body.job_id"]
      )
    })
  )
})

/** The values of both platforms that a program reads, in a form that can be compared. */
const reading = Effect.gen(function* () {
  const { connection, jobs, list } = yield* ConnectionsApi
  const bosa = yield* BosaApi
  const crm = connection("crm")
  const demo = bosa.connect("demo")
  const followed = jobs.follow(crm.actions.execute("sync", { input: {} }, { async: true })).pipe(Stream.runCollect)
  const ends = (events: Iterable<{ readonly _tag: string }>) => Array.from(events).at(-1)
  return JSON.stringify([
    yield* list(),
    yield* crm.actions.list,
    yield* crm.actions.inputs("fetch-deal"),
    yield* crm.actions.outputs("fetch-deal"),
    yield* crm.actions.execute("fetch-deal", { input: { id: 7 } }),
    ends(yield* followed),
    yield* Effect.map(Effect.flip(crm.actions.execute("fails", { input: {} })), ({ _tag, message }) => [_tag, message]),
    yield* crm.triggers.list(),
    yield* connection("files").file.read({ path: "readme.txt" }),
    yield* connection("web").http.get({ path: "/status" }).pipe(Effect.option),
    yield* bosa.connectors,
    yield* demo.actions,
    (yield* demo.execute("get_item", { id: 3 })).data,
    (yield* demo.items("list_items").pipe(Stream.runCollect)).length,
    (yield* demo.items("list_events").pipe(Stream.runCollect)).length,
    yield* Effect.map(Effect.flip(demo.execute("fails")), ({ _tag }) => _tag)
  ])
})

describe("Recording.toWorld", () => {
  it.live("the program gets the same values from the world", () =>
    Effect.gen(function* () {
      const open = World.make({ ...World.demo, bosa: { ...World.demo.bosa, clients: world.bosa?.clients ?? [] } })
      const [live, recording] = yield* recorded(reading, open)
      const { unknown, world: recordedWorld } = Recording.toWorld(recording)
      const file = yield* World.fromJsonText(JSON.stringify(recordedWorld))
      assert.deepStrictEqual(file, recordedWorld)
      const keyed = { ...file, bosa: { ...file.bosa, clients: world.bosa?.clients ?? [] } }
      const [again] = yield* recorded(reading, keyed)
      assert.strictEqual(again, live)
      assert.lengthOf(unknown, 2)
    })
  )

  it.live("`unknown` lists what the recording does not show", () =>
    Effect.gen(function* () {
      const partly = Effect.gen(function* () {
        const { connection, jobs } = yield* ConnectionsApi
        const bosa = yield* BosaApi
        const { respondNext, setJob } = yield* ConnectionsTest
        yield* respondNext({ operation: "connections.get" }, [{ _tag: "Reset" }])
        yield* Effect.exit(Call.withRetry(connection("crm").get, "none"))
        yield* Effect.forEach([7, 8], (id) => connection("crm").actions.execute("fetch-deal", { input: { id } }))
        yield* connection("crm").actions.execute("echo", { input: { token: canary } })
        yield* connection("warehouse").sql.select({ table: "orders" })
        yield* setJob("job-77", { status: "running" })
        yield* jobs.get({ v: 1, api: "connections", origin: base, jobId: "job-77", operation: "x", submittedAt: 0 })
        yield* bosa.connect("demo").items("list_items").pipe(Stream.take(1), Stream.runDrain)
        yield* bosa.users.create("cid")
      })
      const [, recording] = yield* recorded(partly)
      const { unknown, world: recordedWorld } = Recording.toWorld(recording)
      const reported = unknown.slice(2)
      const expected = [
        /^secrets in responses/,
        /^the 1 exchanges without a whole response$/,
        /^warehouse: sql\.select was called/,
        /^the job job-77 started before the recording/,
        /^crm\/fetch-deal had 2 different results: the world has the last$/,
        /^POST \/\S*user\S*: users, links, skills/,
        /^\/demo\/list_items: its last page was not seen/
      ]
      for (const one of expected)
        assert.isTrue(
          reported.some((sentence) => one.test(sentence)),
          `${one} in ${reported.join("\n")}`
        )
      assert.lengthOf(reported, expected.length)
      assert.notInclude(JSON.stringify(recordedWorld), canary)
      const crm = recordedWorld.connections.find(({ slug }) => slug === "crm")
      assert.deepNestedInclude(crm, { "actions[0].result.id": 8 })
    })
  )
})
