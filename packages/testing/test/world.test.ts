import { ConnectionsTest } from "@effect-connectors/testing/ConnectionsTest"
import { ExecutorFailure } from "@effect-connectors/testing/Executor"
import { VirtualClock } from "@effect-connectors/testing/VirtualClock"
import * as World from "@effect-connectors/testing/World"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { get, post } from "./support/call.ts"

const invalid = (json: unknown) =>
  Effect.map(Effect.flip(World.fromJson(json)), ({ _tag, path, message }) => ({ _tag, path, message }))

describe("World.fromJson", () => {
  it.effect("reads a whole world", () =>
    Effect.gen(function* () {
      const json: World.World = {
        connections: [
          {
            slug: "crm",
            kind: "actions",
            displayName: "CRM",
            relayId: "r1",
            fields: { region: "eu" },
            actions: [
              { slug: "sync", takesMillis: 6000, progress: true, inputs: [{ name: "id" }], result: { n: [1, null] } },
              { slug: "fails", fails: { message: "down", status: 503 } },
              {
                slug: "steps",
                steps: [
                  { atMillis: 0, status: "queued" },
                  { atMillis: 5, status: "done" }
                ]
              }
            ],
            triggers: [{ slug: "t", refuses: true }]
          },
          { slug: "db", kind: "sql", tables: { orders: [{ id: 1 }] }, plans: { "*": { takesMillis: 5 } } },
          {
            slug: "web",
            kind: "http",
            baseUrl: "http://127.0.0.1:1",
            answers: [{ method: "get", path: "/", body: 1 }]
          },
          { slug: "files", kind: "file", files: { "a.txt": "x" } }
        ],
        auth: { serviceTokens: ["T"] },
        syncLimitMillis: 10,
        jobIds: "number"
      }
      assert.deepStrictEqual(yield* World.fromJson(json), json)
      assert.deepStrictEqual(yield* World.fromJsonText(JSON.stringify(json)), json)
    })
  )

  it.effect("names the place of an error", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* invalid({ connections: [{ slug: "a" }, { slug: 7 }] }), {
        _tag: "WorldInvalid",
        path: "connections[1].slug",
        message: "the world is invalid at connections[1].slug: Expected string, actual 7"
      })
      assert.strictEqual((yield* invalid({ connections: [{ slug: "" }] })).path, "connections[0].slug")
      assert.strictEqual((yield* invalid({})).path, "connections")
      assert.strictEqual((yield* invalid([])).path, "")
      assert.strictEqual(
        (yield* invalid({ connections: [{ slug: "a", actions: [{ slug: "x", takesMillis: -1 }] }] })).path,
        "connections[0].actions[0].takesMillis"
      )
    })
  )

  it.effect("refuses an unknown field, such as a typing error", () =>
    Effect.gen(function* () {
      const error = yield* invalid({ connections: [{ slug: "a", dispayName: "A" }] })
      assert.strictEqual(error.path, "connections[0].dispayName")
    })
  )

  it.effect("refuses a slug that is there twice", () =>
    Effect.gen(function* () {
      assert.deepInclude(yield* invalid({ connections: [{ slug: "a" }, { slug: "a" }] }), {
        path: "connections[1].slug",
        message: `the world is invalid at connections[1].slug: "a" is there twice`
      })
      const actions = [{ slug: "x" }, { slug: "y" }, { slug: "x" }]
      assert.strictEqual(
        (yield* invalid({ connections: [{ slug: "a", actions }] })).path,
        "connections[0].actions[2].slug"
      )
      const triggers = [{ slug: "x" }, { slug: "x" }]
      assert.strictEqual(
        (yield* invalid({ connections: [{ slug: "a", triggers }] })).path,
        "connections[0].triggers[1].slug"
      )
    })
  )

  it.effect("names the places of all errors at once", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(World.fromJson({ connections: [{ slug: 1 }, { slug: 2 }], admin: "no" }))
      assert.deepStrictEqual(
        error.issues.map(({ path }) => path),
        ["connections[0].slug", "connections[1].slug", "admin"]
      )
      assert.include(error.message, "(and 2 more)")
    })
  )

  it.effect("refuses a text that is not JSON", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(World.fromJsonText("{"))
      assert.strictEqual(error.message, "the world is invalid at its top: it is not JSON")
    })
  )
})

describe("World.demo", () => {
  it.effect("has an example of everything", () =>
    VirtualClock.provide(
      Effect.gen(function* () {
        const fetchDeal = "/connections/crm/actions/fetch-deal/execute"
        assert.deepStrictEqual(yield* post(fetchDeal, { input: { id: 7 } }), [
          200,
          { result: { id: 7, name: "Harbour lights", stage: "won", amount: 42_000 } }
        ])
        assert.strictEqual((yield* post(fetchDeal, { input: { id: 9 } }))[0], 404)
        assert.strictEqual((yield* post(fetchDeal, { input: {} }))[0], 400)
        assert.deepStrictEqual(yield* post("/connections/crm/actions/sync/execute"), [200, { result: { synced: 2 } }])
        assert.strictEqual((yield* post("/connections/crm/actions/fails/execute"))[0], 422)
        assert.deepStrictEqual(yield* post("/connections/web/http/get", { path: "/status" }), [
          200,
          { result: { status: 200, headers: {}, body: { up: true } } }
        ])
        assert.strictEqual((yield* post("/connections/files/file/readFile", { path: "readme.txt" }))[0], 200)
        assert.strictEqual((yield* post("/connections/warehouse/sql/select", { table: "orders" }))[0], 200)
        assert.strictEqual((yield* post("/connections/old-crm/actions/echo/execute"))[0], 409)
        assert.strictEqual((yield* get("/connections/crm/triggers/deal-won"))[0], 200)
      }).pipe(Effect.provide(ConnectionsTest.layer()))
    )
  )
})

describe("handlers and executors of a world", () => {
  it.effect("get the input and the number of the execution", () =>
    Effect.gen(function* () {
      const path = "/connections/c/actions/a/execute"
      yield* post(path, { input: 1 })
      assert.deepStrictEqual(yield* post(path, { input: [2], extra: true }), [
        200,
        { result: { input: [2], connection: "c", action: "a", body: { input: [2], extra: true }, execution: 2 } }
      ])
    }).pipe(
      Effect.provide(
        ConnectionsTest.layer(
          World.make({
            connections: [
              {
                slug: "c",
                actions: [{ slug: "a", handler: (input, context) => Effect.succeed({ input, ...context }) }]
              }
            ]
          }),
          { lenient: true }
        )
      )
    )
  )

  it.effect("are those of the connection, else of the options, else in memory", () => {
    const world = World.make({
      connections: [
        { slug: "own", kind: "http", executor: ({ operation }) => Effect.succeed(`own ${operation}`) },
        { slug: "given", kind: "http", baseUrl: "http://127.0.0.1:9" },
        { slug: "memory", kind: "file", files: { a: "1" } },
        {
          slug: "refuses",
          kind: "sql",
          executor: () => Effect.fail(new ExecutorFailure({ status: 400, code: "42P01", message: "no" }))
        }
      ]
    })
    return Effect.gen(function* () {
      assert.deepStrictEqual(yield* post("/connections/own/http/put"), [200, { result: "own http.put" }])
      assert.deepStrictEqual(yield* post("/connections/given/http/get", { path: "/" }), [
        200,
        { result: [{ slug: "given", kind: "http", baseUrl: "http://127.0.0.1:9" }, { path: "/" }] }
      ])
      assert.strictEqual((yield* post("/connections/memory/file/readFile", { path: "a" }))[0], 200)
      assert.deepStrictEqual(yield* post("/connections/refuses/sql/query"), [400, { code: "42P01", message: "no" }])
    }).pipe(
      Effect.provide(
        ConnectionsTest.layer(world, {
          executorFor: (connection) =>
            connection.kind === "http"
              ? (work) => Effect.succeed([{ ...connection, baseUrl: connection.baseUrl ?? null }, work.body])
              : undefined
        })
      )
    )
  })
})
