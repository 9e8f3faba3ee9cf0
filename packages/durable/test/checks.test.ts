import { assert, describe, it } from "@effect/vitest"
import type { InvalidRequest } from "@effect-connectors/core/InvalidRequest"
import * as ConnectionsApi from "@effect-connectors/core/ConnectionsApi"
import { ConnectionsTest } from "@effect-connectors/testing/ConnectionsTest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Budget from "../src/Budget.js"
import { StoreFailed } from "../src/DurableError.js"
import { type Database, DurableJobs, type RunnerOptions, type Settlement } from "../src/DurableJobs.js"
import { makeMemoryStore } from "../src/internal/store/memoryStore.js"
import { openSqlite } from "../src/internal/store/sqlite.js"
import type { Work } from "../src/Work.js"
import { action, client, type Env, meet, run, sends, start, stateOf, tagOf, virtual, watcher } from "./support/kit.js"

const paths = (error: { readonly _tag: string } | InvalidRequest): ReadonlyArray<string> =>
  "issues" in error ? error.issues.map(({ path }) => path.join(".")) : [error._tag]

// as from JavaScript, or from a file
const parsed = (text: string): Work => JSON.parse(text)
const settlementOf = (text: string): Settlement => JSON.parse(text)
const fromJavaScript = (database: unknown): Database => Object.assign(JSON.parse("{}"), { database }).database

describe("durable jobs: what is refused before anything is written", () => {
  virtual("a key that is none, and work that is none", () =>
    Effect.gen(function* () {
      const { jobs } = yield* Effect.flatMap(makeMemoryStore, (store) => start(store))
      const refused = (key: string, work: Work) => Effect.map(Effect.flip(jobs.submit(key, work)), paths)
      for (const key of ["", "x".repeat(513), "a\u0000b", "\ud800"]) {
        assert.deepStrictEqual(yield* refused(key, action("sync")), ["key"])
      }
      const cases: ReadonlyArray<readonly [string, ReadonlyArray<string>]> = [
        [`{"platform":"other"}`, ["work.platform"]],
        [`{"platform":"connections","connection":"crm","operation":"actions.execute","input":{}}`, ["work.action"]],
        [
          `{"platform":"connections","connection":"crm","operation":"http.get","action":"x","input":{}}`,
          ["work.action"]
        ],
        [
          `{"platform":"connections","connection":"","operation":"http.got","input":7}`,
          ["work.connection", "work.operation", "work.input"]
        ],
        [`{"platform":"bosa","connector":"demo","action":"act","inputs":{}}`, ["work.inputs", "work.input"]]
      ]
      for (const [text, expected] of cases) {
        assert.includeMembers([...(yield* refused("a", parsed(text)))], [...expected], text)
      }
      assert.deepStrictEqual(yield* refused("a", action("sync", { at: [1, Number.NaN] })), ["work.input.at.1"])
      assert.deepStrictEqual(yield* refused("a", action("sync", { all: new Set([1]) })), ["work.input.all"])
      assert.strictEqual((yield* jobs.stats).states.new, 0)
      assert.strictEqual(yield* sends, 0)
    })
  )

  virtual("work, in a word on each mistake", () =>
    Effect.gen(function* () {
      const { jobs } = yield* Effect.flatMap(makeMemoryStore, (store) => start(store))
      const at = (more: string) =>
        `{"platform":"connections","connection":"crm","operation":"http.get","input":{}${more}}`
      const options = (text: string) => at(`,"options":${text}`)
      const cases: ReadonlyArray<readonly [string, string]> = [
        ["null", `work: expected an object with platform "connections" or "bosa" (give the work as data: see Work)`],
        ["[]", `work: expected an object with platform "connections" or "bosa" (give the work as data: see Work)`],
        ["{}", `work.platform: is missing (give "connections" or "bosa")`],
        [`{"platform":"x"}`, `work.platform: is neither "connections" nor "bosa" (give "connections" or "bosa")`],
        [
          `{"platform":"connections","connection":"crm","operation":"action.execute","action":"a","input":{}}`,
          `work.operation: is not an operation (the nearest is "actions.execute")`
        ],
        [at(`,"opions":{}`), `work.opions: is not a field (the nearest is "options")`],
        [options("7"), `work.options: is not an object (give an object, or leave it out)`],
        [options(`{"timeoutMS":5}`), `work.options.timeoutMS: is not a field (the nearest is "timeoutMs")`],
        [
          options(`{"timeoutMs":-5}`),
          `work.options.timeoutMs: is not a number above 0 (give milliseconds, or leave it out)`
        ],
        [
          `{"platform":"bosa","connector":"demo","action":"","input":{}}`,
          "work.action: is not a text of 1 to 512 characters (give the name of the saved action)"
        ],
        [
          `{"platform":"bosa","connector":"demo","input":{}}`,
          "work.action: is missing (give the name of the saved action)"
        ]
      ]
      for (const [text, expected] of cases) {
        const { message } = yield* Effect.flip(jobs.submit("a", parsed(text)))
        assert.include(message, expected)
        assert.isBelow(message.length, expected.length + 60, message)
      }
      const far = yield* Effect.flip(jobs.submit("a", parsed(`{"platform":"connections","operation":"zzzzzzzzz"}`)))
      assert.include(far.message, 'is not an operation (the names are "actions.execute", "http.get"')
    })
  )

  it.scopedLive("a key that cannot be written is not there, and not another one either", () =>
    Effect.gen(function* () {
      const jobs = yield* watcher(yield* openSqlite(":memory:"))
      yield* jobs.submit("\ufffd", action("now"))
      for (const key of ["\ud800", "a\u0000", "", "x".repeat(513)]) {
        assert.strictEqual(tagOf(yield* Effect.exit(jobs.get(key))), "WorkNotFound")
        assert.strictEqual(tagOf(yield* Effect.exit(jobs.result(key))), "WorkNotFound")
      }
    })
  )

  virtual("a field that would be lost on its way", () =>
    Effect.gen(function* () {
      const { jobs } = yield* Effect.flatMap(makeMemoryStore, (store) => start(store))
      const work = (more: string) =>
        parsed(`{"platform":"connections","connection":"crm","operation":"http.get",${more}}`)
      const refused = (more: string) => Effect.map(Effect.flip(jobs.submit("a", work(more))), paths)
      assert.deepStrictEqual(yield* refused(`"input":{"__proto__":{"a":1}}`), ["work.input.__proto__"])
      assert.deepStrictEqual(yield* refused(`"input":{},"options":{"execution":{"__proto__":1}}`), [
        "work.options.execution.__proto__"
      ])
      yield* jobs.submit("a", work(`"input":{"deeper":{"__proto__":{"a":1}},"constructor":1}`))
      yield* jobs.result("a").pipe(Effect.exit)
      const { requests } = yield* ConnectionsTest
      assert.include(JSON.stringify((yield* requests)[0]?.body), `"deeper":{"__proto__":{"a":1}},"constructor":1`)
    })
  )

  virtual("work without a word of what is in it", () =>
    Effect.gen(function* () {
      const { jobs } = yield* Effect.flatMap(makeMemoryStore, (store) => start(store))
      const canary = "canary, actual 'canary'"
      for (const given of [
        { ...action("now"), input: canary },
        { ...action("now"), input: [{ password: canary }] },
        { ...action("now"), connection: { password: canary } },
        { ...action("now"), options: { timeoutMs: canary } },
        { ...action("now"), operation: canary },
        { platform: canary },
        { input: { password: canary } },
        canary
      ]) {
        const error = yield* Effect.flip(jobs.submit("a", parsed(JSON.stringify(given))))
        assert.notInclude(`${error.message} ${JSON.stringify(error)} ${error.stack ?? ""}`, "canary")
      }
    })
  )

  it.effect("a filename that is none", () =>
    Effect.gen(function* () {
      const api = Layer.scoped(ConnectionsApi.ConnectionsApi, client)
      const refused = (filename: string) =>
        run(Effect.flip(Effect.scoped(Layer.build(Layer.provide(DurableJobs.layerSqlite({ filename }), api)))))
      for (const filename of ["", "a\u0000b"]) {
        assert.deepStrictEqual(paths(yield* refused(filename)), ["filename"])
      }
      assert.include((yield* refused(":memory:")).message, "(use DurableJobs.layerMemory)")
    })
  )

  it.effect("a PostgreSQL that is none, without a word of its address", () =>
    Effect.gen(function* () {
      const api = Layer.scoped(ConnectionsApi.ConnectionsApi, client)
      const failure = <A, E>(layer: Layer.Layer<A, E, Env>) => run(Effect.flip(Effect.scoped(Layer.build(layer))))
      const refused = (database: Database) =>
        Effect.all([
          failure(Layer.provide(DurableJobs.layerPg({ database }), api)),
          failure(DurableJobs.layerClient({ database })),
          failure(Budget.layerPg({ database, requests: 1 }))
        ])
      for (const [database, expected] of [
        [undefined, "database: is not an object (give a url, or a client)"],
        [{ url: "" }, "database.url: is empty (give the address, such as"],
        [{ url: Redacted.make("") }, "database.url: is empty (give the address, such as"],
        [{ url: Redacted.make(undefined) }, "database.url: is empty (give the address, such as"],
        [
          { url: "postgres://canary" },
          "database.url: is not redacted, so that it would be printed (wrap it in Redacted"
        ],
        [{ host: "canary", password: "canary" }, "database.password: is not redacted"]
      ] as const) {
        for (const error of yield* refused(fromJavaScript(database))) {
          assert.include(String(error), expected)
          assert.include(String(error), "InvalidRequest")
          assert.notInclude(`${String(error)} ${JSON.stringify(error)}`, "canary")
        }
      }
    })
  )

  it("the codes of PostgreSQL, in words", () => {
    for (const [code, words] of [
      ["3D000", "there is no database of that name"],
      ["28P01", "the user or the password is wrong"],
      ["ECONNREFUSED", "nothing listens at its address"],
      ["ENOTFOUND", "there is no host of that name"],
      ["XX000", "see that it is up, that its address is right, and that this user may read and write"]
    ] as const) {
      const { message } = new StoreFailed({ step: "open", code, database: "postgres" })
      assert.include(message, `the database of durable jobs could not be opened (${code}): ${words}`)
    }
  })

  virtual("a settlement that is none, whatever the work is", () =>
    Effect.gen(function* () {
      const { jobs } = yield* Effect.flatMap(makeMemoryStore, (store) => start(store))
      yield* jobs.submit("ended", action("now"))
      yield* jobs.result("ended")
      yield* meet({ _tag: "Reset", commit: true })
      yield* jobs.submit("unknown", action("sync"))
      const { message } = yield* Effect.flip(jobs.result("unknown"))
      assert.include(
        message,
        "it is not sent again by itself. See what the server did, then call settle; where the runners have a verify they ask it, and result may be called again"
      )
      for (const [text, expected] of [
        ["null", "settlement: is none (give Done, Accepted, NotDone or GivenUp as its _tag)"],
        [`{"_tag":"Dun"}`, "settlement: is none"],
        [`{"_tag":"Done"}`, "value: is missing (give what the work came to; null, if nothing)"],
        [`{"_tag":"Accepted"}`, "job: is missing (give the reference of the job that it became)"]
      ] as const) {
        for (const key of ["ended", "unknown", "not there"]) {
          const error = yield* Effect.flip(jobs.settle(key, settlementOf(text)))
          assert.include(error.message, expected)
        }
      }
      assert.strictEqual(yield* stateOf(jobs, "unknown"), "unknown")
      yield* jobs.settle("unknown", { _tag: "Done", value: undefined })
      assert.strictEqual(yield* stateOf(jobs, "unknown"), "succeeded")
    })
  )

  virtual("an action of BOSA where there is no BosaApi", () =>
    Effect.gen(function* () {
      const { jobs } = yield* Effect.flatMap(makeMemoryStore, (store) => start(store))
      const work: Work = { platform: "bosa", connector: "demo", action: "echo", input: {} }
      const error = yield* Effect.flip(jobs.submit("a", work))
      assert.include(error.message, "provide BosaApi.layer")
    })
  )

  virtual("options, lists and ages", () =>
    Effect.gen(function* () {
      const { jobs } = yield* Effect.flatMap(makeMemoryStore, (store) => start(store))
      assert.deepStrictEqual(paths(yield* Effect.flip(jobs.list({ limit: 0 }))), ["limit"])
      assert.deepStrictEqual(paths(yield* Effect.flip(jobs.list({ limit: 1_001, cursor: "" }))), ["limit", "cursor"])
      assert.deepStrictEqual(paths(yield* Effect.flip(jobs.prune(Infinity))), ["olderThan"])
      const options: RunnerOptions = JSON.parse(`{"gate":65,"drein":3,"pollInterval":"1 milli"}`)
      const api = Layer.scoped(ConnectionsApi.ConnectionsApi, client)
      const built = Effect.scoped(Layer.build(Layer.provide(DurableJobs.layerMemory(options), api)))
      const error = yield* Effect.flip(built)
      assert.deepStrictEqual(paths(error), ["drein", "gate", "pollInterval"])
      assert.include(error.message, 'the nearest is "drain"')
    })
  )

  virtual("nothing where all is right: the layer does work", () =>
    Effect.gen(function* () {
      const api = Layer.scoped(ConnectionsApi.ConnectionsApi, client)
      const program = Effect.gen(function* () {
        const jobs = yield* DurableJobs
        yield* jobs.submit("a", action("now"))
        return yield* jobs.result("a")
      })
      const value = yield* Effect.provide(program, Layer.provide(DurableJobs.layerMemory({ gate: 2 }), api))
      assert.deepStrictEqual(value, { done: true })
    })
  )
})
