import { ConnectionsTest } from "@effect-connectors/testing/ConnectionsTest"
import * as World from "@effect-connectors/testing/World"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { get, post, send } from "../support/call.ts"

const world = World.make({
  connections: [
    {
      slug: "crm",
      displayName: "CRM",
      relayId: "r 1&x",
      templateId: "t1",
      fields: { region: "eu" },
      actions: [
        {
          slug: "fetch-deal",
          name: "Fetch",
          inputs: [{ name: "id", type: "STRING", required: true }],
          outputs: [{ name: "name" }],
          result: { name: "Deal" }
        }
      ],
      triggers: [
        { slug: "issues", inputs: [{ name: "repository" }] },
        { slug: "refused", refuses: true }
      ]
    },
    { slug: "a/b", relayId: "r2", authorized: false },
    { slug: "db", kind: "sql", active: false, tables: { t: [{ id: 1 }] } }
  ]
})

const crm = {
  slug: "crm",
  display_name: "CRM",
  kind: "actions",
  active: true,
  authorized: true,
  relay_id: "r 1&x",
  template_id: "t1",
  region: "eu"
}
const ab = { slug: "a/b", display_name: "a/b", kind: "actions", active: true, authorized: false, relay_id: "r2" }
const db = { slug: "db", display_name: "db", kind: "sql", active: false, authorized: true }
const missing = (message: string) => [404, { code: "NOT_FOUND", message }]

const test = (
  name: string,
  body: Effect.Effect<void, unknown, Effect.Effect.Context<ReturnType<typeof get>> | ConnectionsTest>
) => it.effect(name, () => Effect.provide(body, ConnectionsTest.layer(world)))

describe("connections", () => {
  test(
    "are listed by relay and template; authorized is accepted and ignored",
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* get("/connections"), [200, { connections: [crm, ab, db] }])
      assert.deepStrictEqual(yield* get("/connections?relay_id=r%201%26x"), [200, { connections: [crm] }])
      assert.deepStrictEqual(yield* get("/connections?authorized=true&template_id=t1"), [200, { connections: [crm] }])
      assert.deepStrictEqual(yield* get("/connections?authorized=true"), [200, { connections: [crm, ab, db] }])
      assert.deepStrictEqual(yield* get("/connections?relay_id=none"), [200, { connections: [] }])
    })
  )

  test(
    "are read by their slug, also with encoded slashes",
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* get("/connections/crm"), [200, { connection: crm }])
      assert.deepStrictEqual(yield* get("/connections/a%2Fb"), [200, { connection: ab }])
      assert.deepStrictEqual(yield* get("/connections/nope"), missing("the connection nope does not exist"))
    })
  )

  test(
    "are authorized, unauthorized and toggled",
    Effect.gen(function* () {
      const platform = yield* ConnectionsTest
      assert.deepStrictEqual(yield* post("/connections/a%2Fb/authorize"), [
        200,
        { connection: { ...ab, authorized: true } }
      ])
      assert.deepStrictEqual(yield* post("/connections/crm/unauthorize"), [
        200,
        { connection: { ...crm, authorized: false } }
      ])
      assert.deepStrictEqual(yield* post("/connections/db/toggle-active", { active: true }), [
        200,
        { connection: { ...db, active: true } }
      ])
      assert.deepStrictEqual(
        (yield* platform.connections).map(({ slug, active, authorized }) => [slug, active, authorized]),
        [
          ["crm", true, false],
          ["a/b", true, true],
          ["db", true, true]
        ]
      )
    })
  )

  test(
    "refuse a toggle without true or false",
    Effect.gen(function* () {
      const message = "active must be true or false"
      assert.deepStrictEqual(yield* post("/connections/crm/toggle-active", { active: "yes" }), [
        400,
        { code: "BAD_REQUEST", message }
      ])
      assert.deepStrictEqual(yield* get("/connections/crm"), [200, { connection: crm }])
    })
  )
})

describe("actions", () => {
  test(
    "are listed per connection and in the catalog",
    Effect.gen(function* () {
      const action = { slug: "fetch-deal", name: "Fetch" }
      assert.deepStrictEqual(yield* get("/connections/crm/actions"), [200, { actions: [action] }])
      assert.deepStrictEqual(yield* get("/connections/crm/actions/fetch-deal"), [200, { action }])
      assert.deepStrictEqual(yield* get("/actions"), [200, { actions: [{ ...action, connection: "crm" }] }])
    })
  )

  test(
    "have inputs and outputs",
    Effect.gen(function* () {
      const inputs = [{ name: "id", type: "STRING", required: true }]
      assert.deepStrictEqual(yield* get("/connections/crm/actions/fetch-deal/inputs"), [200, { inputs }])
      assert.deepStrictEqual(yield* get("/connections/crm/actions/fetch-deal/outputs"), [
        200,
        { outputs: [{ name: "name" }] }
      ])
      assert.deepStrictEqual(
        yield* get("/connections/crm/actions/nope/inputs"),
        missing("the action nope of crm does not exist")
      )
    })
  )

  it.effect("are those of the world's catalog when it has one", () =>
    Effect.provide(
      Effect.map(get("/actions"), (answer) => assert.deepStrictEqual(answer, [200, { actions: [{ slug: "x" }] }])),
      ConnectionsTest.layer(World.make({ catalog: [{ slug: "x" }] }))
    )
  )

  test(
    "are executed, and counted at the server",
    Effect.gen(function* () {
      const platform = yield* ConnectionsTest
      const path = "/connections/crm/actions/fetch-deal/execute"
      assert.deepStrictEqual(yield* post(path, { input: { id: 7 } }), [200, { result: { name: "Deal" } }])
      assert.deepStrictEqual(yield* post(path, { input: { id: 8 }, options: { debug: true } }), [
        200,
        { result: { name: "Deal" } }
      ])
      assert.strictEqual(yield* platform.executions("crm", "fetch-deal"), 2)
      assert.deepStrictEqual(
        (yield* platform.executionLog).map(({ body }) => body),
        [{ input: { id: 7 } }, { input: { id: 8 }, options: { debug: true } }]
      )
    })
  )

  test(
    "refuse invalid input, and execute nothing",
    Effect.gen(function* () {
      const platform = yield* ConnectionsTest
      const path = "/connections/crm/actions/fetch-deal/execute"
      assert.deepStrictEqual(yield* post(path, { input: {} }), [
        400,
        { code: "INVALID_INPUT", message: "the input id is required" }
      ])
      assert.deepStrictEqual(yield* post(path, []), [
        400,
        { code: "BAD_REQUEST", message: "the body must be a JSON object" }
      ])
      assert.strictEqual((yield* post(`${path}?timeout_ms=soon`, { input: { id: 1 } }))[0], 400)
      assert.strictEqual((yield* post("/connections/crm/actions/nope/execute"))[0], 404)
      assert.deepStrictEqual(yield* platform.executionLog, [])
      assert.isTrue((yield* platform.requests).every(({ executed }) => !executed))
    })
  )
})

describe("typed operations", () => {
  test(
    "are refused on a connection that is not active or not authorized",
    Effect.gen(function* () {
      const platform = yield* ConnectionsTest
      assert.deepStrictEqual(yield* post("/connections/db/sql/select", { table: "t" }), [
        409,
        { code: "CONNECTION_INACTIVE", message: "db is not active" }
      ])
      yield* post("/connections/db/toggle-active", { active: true })
      yield* post("/connections/db/unauthorize")
      assert.deepStrictEqual(yield* post("/connections/db/sql/select", { table: "t" }), [
        409,
        { code: "CONNECTION_UNAUTHORIZED", message: "db is not authorized" }
      ])
      assert.strictEqual(yield* platform.executions("db", "sql.select"), 0)
    })
  )

  test(
    "are refused on a connection of another kind",
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* post("/connections/crm/sql/select", { table: "t" }), [
        400,
        { code: "BAD_REQUEST", message: "crm is of kind actions, not sql" }
      ])
    })
  )
})

describe("triggers", () => {
  const trigger = { slug: "issues", name: "issues", config: { inputs: [{ name: "repository" }] }, subscriptions: [] }

  test(
    "are listed and read, with the requested account",
    Effect.gen(function* () {
      const [status, body] = yield* get("/connections/crm/triggers?account_slug=acme")
      assert.strictEqual(status, 200)
      assert.deepInclude(body, { account: { slug: "acme" } })
      assert.deepStrictEqual(yield* get("/connections/crm/triggers/issues"), [200, { trigger, account: null }])
      assert.strictEqual((yield* get("/connections/crm/triggers/nope"))[0], 404)
    })
  )

  test(
    "are subscribed to once per target, and show the subscription",
    Effect.gen(function* () {
      const platform = yield* ConnectionsTest
      const path = "/connections/crm/triggers/issues/subscribers"
      const body = {
        target_url: "https://app.example/hook",
        service: "helpdesk",
        account_id: 414,
        inputs: { repository: "o/n" },
        name: "Work"
      }
      const subscriber = { id: 1, ...body }
      assert.deepStrictEqual(yield* post(path, body), [200, { created: true, subscriber }])
      assert.deepStrictEqual(yield* post(path, body), [200, { created: false, subscriber }])
      assert.deepStrictEqual(yield* platform.subscribers, [1])
      assert.deepStrictEqual(yield* get("/connections/crm/triggers/issues"), [
        200,
        { trigger: { ...trigger, subscriptions: [subscriber] }, account: null }
      ])
      const other = { ...body, account_id: 415 }
      const created = { created: true, subscriber: { id: 2, ...other } }
      assert.deepStrictEqual(yield* post(path, other), [200, created])
      assert.deepStrictEqual(yield* platform.subscribers, [1, 2])
    })
  )

  test(
    "do not show the key of a subscriber",
    Effect.gen(function* () {
      const path = "/connections/crm/triggers/issues/subscribers"
      const [, body] = yield* post(path, { target_url: "https://app.example/key", api_key: "K-canary" })
      assert.deepStrictEqual(body, {
        created: true,
        subscriber: { id: 1, target_url: "https://app.example/key", api_key_header: "x-api-key" }
      })
      assert.notInclude(JSON.stringify(yield* get("/connections/crm/triggers")), "K-canary")
    })
  )

  test(
    "refuse a subscriber that is incomplete, or that the provider refuses",
    Effect.gen(function* () {
      const platform = yield* ConnectionsTest
      const path = "/connections/crm/triggers/issues/subscribers"
      assert.strictEqual((yield* post(path, { service: "helpdesk" }))[0], 400)
      assert.strictEqual((yield* post(path, { target_url: "https://app.example/hook" }))[0], 400)
      assert.strictEqual(
        (yield* post(path, { target_url: "https://app.example/hook", service: "helpdesk", api_key: "k" }))[0],
        400
      )
      const refused = { target_url: "https://app.example/hook", service: "helpdesk" }
      assert.strictEqual((yield* post("/connections/crm/triggers/refused/subscribers", refused))[0], 502)
      assert.deepStrictEqual(yield* platform.subscribers, [])
    })
  )

  test(
    "are unsubscribed from once",
    Effect.gen(function* () {
      yield* post("/connections/crm/triggers/issues/subscribers", {
        target_url: "https://app.example/hook",
        service: "helpdesk"
      })
      assert.deepInclude(yield* send("DELETE", "/subscribers/1"), { status: 200, body: { id: 1, deleted: true } })
      assert.deepInclude(yield* send("DELETE", "/subscribers/1"), { status: 200, body: { id: 1, deleted: false } })
    })
  )

  it.effect("cannot be unsubscribed by a caller without admin rights", () =>
    Effect.provide(
      Effect.map(send("DELETE", "/subscribers/1"), ({ status }) => assert.strictEqual(status, 403)),
      ConnectionsTest.layer(World.make({ admin: false }))
    )
  )
})

describe("an unknown path", () => {
  test(
    "is 404, and another method 405",
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* get("/nothing"), missing("/api/v1/nothing does not exist"))
      assert.deepStrictEqual(yield* get("/jobs/job-1"), missing("the job job-1 does not exist"))
      const wrong = yield* send("PUT", "/connections/crm", { body: {} })
      assert.deepStrictEqual([wrong.status, wrong.headers["allow"]], [405, "GET"])
      assert.strictEqual((yield* post("/connections/nope/http/get"))[0], 404)
      assert.strictEqual((yield* get("/connections/%E0%A4%A"))[0], 400)
    })
  )
})

describe("a world with credentials", () => {
  const guarded = ConnectionsTest.layer(
    World.make({
      connections: [{ slug: "crm" }],
      auth: { serviceTokens: ["TOK"], sessions: [{ cookie: "JSESSIONID=1", csrfToken: "c" }] }
    })
  )
  const status = (headers: Readonly<Record<string, string>>) =>
    Effect.map(send("GET", "/connections", { headers }), ({ status }) => status)

  it.effect("accepts a service token, or a cookie with its CSRF token", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* status({ "x-service-token": "TOK" }), 200)
      assert.strictEqual(yield* status({ cookie: "JSESSIONID=1", "x-csrf-token": "c" }), 200)
    }).pipe(Effect.provide(guarded))
  )

  it.effect("refuses all other requests", () =>
    Effect.gen(function* () {
      const platform = yield* ConnectionsTest
      assert.strictEqual(yield* status({}), 401)
      assert.strictEqual(yield* status({ "x-service-token": "other" }), 401)
      assert.strictEqual(yield* status({ cookie: "JSESSIONID=1" }), 401)
      assert.strictEqual(yield* status({ cookie: "JSESSIONID=1", "x-csrf-token": "d" }), 401)
      assert.strictEqual(yield* status({ "x-csrf-token": "c" }), 401)
      assert.strictEqual((yield* post("/connections/crm/authorize"))[0], 401)
      assert.deepStrictEqual(
        (yield* platform.requests).map((request) => request.status),
        Array(6).fill(401)
      )
    }).pipe(Effect.provide(guarded))
  )
})
