import { BosaTest } from "@effect-connectors/testing/BosaTest"
import { ExecutorFailure } from "@effect-connectors/testing/Executor"
import { VirtualClock } from "@effect-connectors/testing/VirtualClock"
import * as World from "@effect-connectors/testing/World"
import * as HttpBody from "@effect/platform/HttpBody"
import type * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { BosaAction } from "../../src/BosaWorld.ts"
import { at, call, refused, run } from "../support/bosa.ts"

const test = (
  name: string,
  body: Effect.Effect<void, unknown, BosaTest | HttpClient.HttpClient>,
  world?: World.World
) => it.effect(name, () => VirtualClock.provide(Effect.provide(body, BosaTest.layer(world))))

/** A world with one connector `c`. */
const worldOf = (...actions: ReadonlyArray<BosaAction>) =>
  World.make({ bosa: { connectors: [{ name: "c", actions }] } })

describe("discovery", () => {
  test(
    "needs no credentials, and gives the names in every form",
    Effect.gen(function* () {
      const names = yield* call("GET", "/connectors/names", { key: null })
      assert.deepStrictEqual(names.body, ["demo", "github", "notes"])
      const list = yield* call("GET", "/connectors", { key: null })
      assert.deepStrictEqual(Object.keys(list.body ?? {}), ["demo", "github", "notes"])
      for (const path of ["/connectors/?modules=notes", "/connectors?modules=notes"]) {
        const one = yield* call("GET", path, { key: null })
        assert.deepStrictEqual(one.body, {
          notes: {
            list_notes: {
              method: "POST",
              path: "/notes/list_notes",
              docstring: "List the notes.",
              parameters: { request: { schema: { type: "object", properties: {}, required: [] } } },
              request_body: { title: "ListNotesRequest", type: "object", properties: {}, required: [] }
            }
          }
        })
      }
      const two = yield* call("GET", "/connectors/?modules=notes,github", { key: null })
      assert.deepStrictEqual(Object.keys(two.body ?? {}), ["notes", "github"])
      assert.deepStrictEqual(refused(yield* call("GET", "/connectors/?modules=none")), [404, "CONNECTOR_NOT_FOUND"])
    })
  )

  test(
    "includes rows that are not actions, and an action without parameters",
    Effect.gen(function* () {
      const { body } = yield* call("GET", "/connectors/?modules=demo", { key: null })
      const rows = at(body, "demo")
      assert.strictEqual(at(rows, "integrations.path"), "/connectors/demo/integrations")
      assert.strictEqual(at(rows, "integration-exists.method"), "GET")
      assert.deepStrictEqual(at(rows, "ping.parameters"), {})
      assert.strictEqual(at(rows, "list_items.request_body.title"), "ListItemsRequest")
      assert.deepStrictEqual(at(rows, "upload.parameters.request.schema.required"), ["file"])
    })
  )

  test(
    "includes the fields and schema that the world gives an action",
    Effect.gen(function* () {
      const { body } = yield* call("GET", "/connectors/?modules=c")
      assert.deepStrictEqual(at(body, "c.a.parameters.request.schema.$defs"), { x: { type: "string" } })
      assert.strictEqual(at(body, "c.a.path"), "/elsewhere/a")
      assert.strictEqual(at(body, "c.a.method"), "post")
      assert.deepStrictEqual(yield* run("elsewhere/a"), [200, { data: null, meta: null }])
    }),
    worldOf({
      name: "a",
      path: "/elsewhere/a",
      properties: {},
      schema: { $defs: { x: { type: "string" } } },
      fields: { method: "post" }
    })
  )

  test(
    "changes with the platform, but not in the cache of a client",
    Effect.gen(function* () {
      const platform = yield* BosaTest
      yield* platform.changeAction("c", "a", { value: 2, path: "/moved/a", docstring: "Moved." })
      assert.deepStrictEqual(refused(yield* call("POST", "/c/a")), [404, "ACTION_NOT_FOUND"])
      assert.deepStrictEqual(yield* run("moved/a"), [200, { data: 2, meta: null }])
      yield* platform.changeAction("c", "b", { value: "new" })
      const { body } = yield* call("GET", "/connectors/?modules=c")
      assert.deepStrictEqual(Object.keys(Object(at(body, "c"))), ["a", "b"])
      assert.strictEqual(at(body, "c.a.docstring"), "Moved.")
      yield* platform.removeAction("c", "a")
      assert.deepStrictEqual(refused(yield* call("POST", "/moved/a")), [404, "NOT_FOUND"])
      assert.deepStrictEqual(Object.keys(Object(at((yield* call("GET", "/connectors/?modules=c")).body, "c"))), ["b"])
    }),
    worldOf({ name: "a", value: 1 })
  )
})

describe("the authorization of an action", () => {
  test(
    "needs a known client, and a valid token if one is sent",
    Effect.gen(function* () {
      const platform = yield* BosaTest
      assert.deepStrictEqual(refused(yield* call("POST", "/demo/ping", { key: null })), [401, "API_KEY_MISSING"])
      for (const key of ["wrong", ""]) {
        assert.deepStrictEqual(refused(yield* call("POST", "/demo/ping", { key })), [401, "API_KEY_INVALID"])
      }
      assert.deepStrictEqual(refused(yield* call("POST", "/demo/ping", { token: "none" })), [401, "TOKEN_INVALID"])
      const token = yield* platform.token("ann")
      const doubled = { headers: { authorization: `Bearer Bearer ${token}` } }
      assert.deepStrictEqual(refused(yield* call("POST", "/demo/ping", doubled)), [401, "TOKEN_INVALID"])
      assert.strictEqual((yield* call("POST", "/demo/ping", { token })).status, 200)
      assert.strictEqual((yield* call("POST", "/demo/ping")).status, 200)
      assert.strictEqual(yield* platform.executions("demo", "ping"), 2)
    })
  )

  test(
    "needs a linked account if the action does; the caller may choose the account",
    Effect.gen(function* () {
      const platform = yield* BosaTest
      const repository = { owner: "o", repo: "r" }
      const token = yield* platform.token("ann")
      const listPulls = (headers: Readonly<Record<string, string>> = {}) =>
        call("POST", "/github/create_issue", { token, json: { ...repository, title: "t" }, headers })
      const without = yield* call("POST", "/github/get_repository", { json: repository })
      assert.deepStrictEqual(refused(without), [401, "INTEGRATION_REQUIRED"])
      const unlinked = yield* listPulls()
      assert.deepStrictEqual(refused(unlinked), [403, "INTEGRATION_REQUIRED"])
      assert.strictEqual(at(unlinked.body, "error.details.connector"), "github")
      assert.strictEqual(yield* platform.executions("github", "create_issue"), 0)
      yield* platform.link("ann", "github", "ann@work")
      yield* platform.link("ann", "github", "ann@home")
      const login = (answer: { readonly body: unknown }) => at(answer.body, "data.user.login")
      assert.strictEqual(login(yield* listPulls()), "ann@work")
      assert.strictEqual(login(yield* listPulls({ "x-integration": "ann@home" })), "ann@home")
      assert.strictEqual(login(yield* listPulls({ "x-bosa-integration": "ann@home" })), "ann@home")
      assert.deepStrictEqual(refused(yield* listPulls({ "x-integration": "eve" })), [403, "INTEGRATION_REQUIRED"])
      assert.deepStrictEqual(
        (yield* platform.executionLog).map(({ user, account }) => [user, account]),
        [
          ["ann", "ann@work"],
          ["ann", "ann@home"],
          ["ann", "ann@home"]
        ]
      )
      yield* platform.unlink("ann", "github")
      assert.deepStrictEqual(refused(yield* listPulls()), [403, "INTEGRATION_REQUIRED"])
    })
  )
})

describe("the response of an action", () => {
  let handled = 0

  test(
    "is its value, its parameters, or the result of its handler",
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* run("c/value"), [200, { data: [1, null], meta: { note: "m" } }])
      assert.deepStrictEqual(yield* run("c/echo", { a: { b: [1] } }), [200, { data: { a: { b: [1] } }, meta: null }])
      assert.deepStrictEqual(yield* run("c/handler", { x: 1 }), [
        200,
        { data: { input: { x: 1 }, connector: "c", action: "handler", execution: 1 }, meta: null }
      ])
      assert.deepStrictEqual(refused(yield* call("POST", "/c/refuses")), [418, "TEAPOT"])
    }),
    worldOf(
      { name: "value", value: [1, null], meta: { note: "m" } },
      { name: "echo", echo: true },
      {
        name: "handler",
        handler: (input, { connector, action, execution }) => Effect.succeed({ input, connector, action, execution })
      },
      {
        name: "refuses",
        handler: () => Effect.fail(new ExecutorFailure({ status: 418, code: "TEAPOT", message: "no" }))
      }
    )
  )

  test(
    "has only the requested response fields",
    Effect.gen(function* () {
      const fields = (response_fields: unknown) =>
        Effect.map(run("demo/get_item", { id: 2, response_fields }), ([, body]) => at(body, "data"))
      assert.deepStrictEqual(yield* fields(["id", "owner.login", "none", "tags"]), {
        id: 2,
        owner: { login: "ben" },
        tags: ["odd", "small"]
      })
      assert.deepStrictEqual(yield* fields([]), yield* fields(null))
      const [, page] = yield* run("demo/list_items", { per_page: 2, response_fields: ["owner.id"] })
      assert.deepStrictEqual(at(page, "data"), [{ owner: { id: 1 } }, { owner: { id: 2 } }])
      assert.strictEqual(at(page, "meta.total"), 25)
    })
  )

  test(
    "is an error for an action that fails, and nothing is executed",
    Effect.gen(function* () {
      const platform = yield* BosaTest
      const failed = yield* call("POST", "/c/fails")
      assert.strictEqual(failed.status, 503)
      assert.strictEqual(failed.headers["retry-after"], "7")
      assert.deepStrictEqual(failed.body, {
        error: {
          type: "UnavailableError",
          code: "DOWN",
          message: "down",
          request_id: "req-1",
          recovery: { retryable: true, retry_after_seconds: 3 },
          details: { k: "v" }
        }
      })
      assert.strictEqual(failed.headers["x-request-id"], "req-1")
      assert.strictEqual(yield* platform.executions("c", "fails"), 0)
      assert.isFalse((yield* platform.requests)[0]?.executed)
    }),
    worldOf({
      name: "fails",
      error: {
        status: 503,
        code: "DOWN",
        message: "down",
        retryable: true,
        retryAfterSeconds: 3,
        details: { k: "v" },
        headers: { "retry-after": "7" }
      }
    })
  )

  test(
    "is a success after some failures for a flaky action",
    Effect.gen(function* () {
      const platform = yield* BosaTest
      const statuses = (action: string) =>
        Effect.replicateEffect(
          Effect.map(run(action), ([status]) => status),
          4
        )
      assert.deepStrictEqual(yield* statuses("c/flaky"), [429, 429, 200, 200])
      assert.strictEqual(yield* platform.executions("c", "flaky"), 2)
      assert.deepStrictEqual(yield* statuses("c/commits"), [500, 200, 200, 200])
      assert.strictEqual(yield* platform.executions("c", "commits"), 4)
    }),
    worldOf(
      { name: "flaky", flaky: { times: 2, status: 429 } },
      { name: "commits", flaky: { times: 1, status: 500, commits: true } }
    )
  )

  test(
    "takes time on the Clock; a client that leaves does not undo the work",
    Effect.gen(function* () {
      const platform = yield* BosaTest
      assert.strictEqual((yield* run("demo/slow"))[0], 200)
      assert.strictEqual(yield* Clock.currentTimeMillis, 2000)
      assert.strictEqual((yield* Effect.timeoutOption(run("demo/slow"), "1 second"))._tag, "None")
      assert.strictEqual(yield* platform.executions("demo", "slow"), 2)
      assert.deepStrictEqual(
        (yield* platform.requests).map(({ interrupted, status }) => [interrupted, status]),
        [
          [false, 200],
          [true, undefined]
        ]
      )
    })
  )

  test(
    "is computed before the time passes: a client that leaves does not undo the work of a handler",
    Effect.suspend(() => {
      handled = 0
      return Effect.gen(function* () {
        assert.strictEqual((yield* Effect.timeoutOption(run("c/slow"), "1 second"))._tag, "None")
        assert.strictEqual(handled, 1)
      })
    }),
    worldOf({ name: "slow", takesMillis: 2000, handler: () => Effect.sync(() => ++handled) })
  )

  test(
    "is a refusal when a required parameter is missing or the body is invalid",
    Effect.gen(function* () {
      const platform = yield* BosaTest
      const missing = yield* call("POST", "/demo/get_item", { json: {} })
      assert.deepStrictEqual(refused(missing), [422, "VALIDATION_ERROR"])
      assert.deepStrictEqual(at(missing.body, "error.details.fields"), ["id"])
      for (const text of ["[1]", "{", "1"]) {
        const body = HttpBody.text(text, "application/json")
        assert.deepStrictEqual(refused(yield* call("POST", "/demo/echo", { body })), [400, "BODY_INVALID"])
      }
      assert.deepStrictEqual(refused(yield* call("GET", "/demo/echo")), [405, "METHOD_NOT_ALLOWED"])
      assert.deepStrictEqual(refused(yield* call("GET", "/demo/%zz")), [400, "BAD_REQUEST"])
      assert.deepStrictEqual(refused(yield* call("POST", "/demo/none")), [404, "ACTION_NOT_FOUND"])
      assert.deepStrictEqual(refused(yield* call("POST", "/none/none")), [404, "NOT_FOUND"])
      assert.deepStrictEqual(yield* platform.executionLog, [])
    })
  )

  test(
    "is the same for a path with encoded characters",
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* run("c/a%20b/%C3%BC"), [200, { data: true, meta: null }])
    }),
    worldOf({ name: "a b/ü", value: true })
  )
})
