import * as Action from "@effect-connectors/core/Action"
import { BosaApi } from "@effect-connectors/core/BosaApi"
import { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import * as Answer from "@effect-connectors/testing/Answer"
import { BosaTest } from "@effect-connectors/testing/BosaTest"
import type { BosaContext } from "@effect-connectors/testing/BosaWorld"
import { ConnectionInvalid } from "@effect-connectors/testing/ConnectionBuilder"
import { ConnectionsTest } from "@effect-connectors/testing/ConnectionsTest"
import type { ActionContext, Json, JsonObject } from "@effect-connectors/testing/Executor"
import * as Job from "@effect-connectors/testing/Job"
import * as World from "@effect-connectors/testing/World"
import { assert, describe, it } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { expectTypeOf } from "vitest"
import { bosa, connections, virtually } from "./support/clients.ts"

const Deal = Schema.Struct({ name: Schema.String, wonAt: Schema.Date })
const DealId = Schema.Struct({ id: Schema.NumberFromString, note: Schema.optional(Schema.String) })

const fetchDeal = Answer.typed({ input: DealId, output: Deal }, ({ id }) => ({
  name: `deal ${id + 1}`,
  wonAt: new Date(0)
}))

/** The message of the platform: the message of the client does not repeat it, as it may contain a secret. */
const said = <A, R>(program: Effect.Effect<A, unknown, R>) =>
  Effect.map(Effect.flip(program), (error) =>
    typeof error === "object" && error !== null && "body" in error ? JSON.stringify(error.body) : error
  )

const execute = (action: string, input: object = {}) =>
  Effect.flatMap(ConnectionsApi, (api) => api.jobs.result(api.connection("crm").actions.execute(action, { input })))

describe("World.make", () => {
  it("makes the same data as written by hand", () => {
    const crm = World.connection("crm")
      .action("deal", { id: 7 }, { name: "A deal", inputs: [{ name: "id" }] })
      .action("sync", Job.takes("6 seconds", { queued: "1 second", progress: true, result: { synced: 2 } }))
      .action("steps", Job.script(["queued", 40, "done"], { result: 1 }))
      .action("down", Job.fails("down", { after: 5, code: "DOWN" }))
      .trigger("won", { name: "Won" })
      .with({ displayName: "CRM", relayId: "r1" })
    const world = World.make(
      crm,
      World.connection("web").http("get", "/status", { up: true }).inactive,
      World.connection("share").file("a.txt", "A").file("b.txt", "B").unauthorized,
      World.connection("db")
        .table("orders", [{ id: 1 }])
        .job("sql.query", Job.takes(500)),
      World.connector("github").action("me", { login: "ann" }, { docstring: "Who", takes: "1 second" }),
      World.connector("notes").custom(["api_key"]),
      { auth: { serviceTokens: ["T"] } }
    )
    assert.deepStrictEqual(world, {
      connections: [
        {
          slug: "crm",
          actions: [
            { slug: "deal", result: { id: 7 }, name: "A deal", inputs: [{ name: "id" }] },
            { slug: "sync", takesMillis: 6000, queuedMillis: 1000, progress: true, result: { synced: 2 } },
            { slug: "steps", polls: ["queued", 40, "done"], result: 1 },
            { slug: "down", takesMillis: 5, fails: { code: "DOWN", message: "down" } }
          ],
          triggers: [{ slug: "won", name: "Won" }],
          displayName: "CRM",
          relayId: "r1"
        },
        { slug: "web", kind: "http", answers: [{ method: "get", path: "/status", body: { up: true } }], active: false },
        { slug: "share", kind: "file", files: { "a.txt": "A", "b.txt": "B" }, authorized: false },
        {
          slug: "db",
          kind: "sql",
          tables: { orders: [{ id: 1 }] },
          plans: { "sql.query": { takesMillis: 500, queuedMillis: 0, progress: false } }
        }
      ],
      bosa: {
        connectors: [
          {
            name: "github",
            actions: [{ name: "me", value: { login: "ann" }, takesMillis: 1000, docstring: "Who" }]
          },
          { name: "notes", auth: "custom", configuration: ["api_key"] }
        ]
      },
      auth: { serviceTokens: ["T"] }
    })
  })

  it.effect("makes data for a world file when there are no functions", () =>
    Effect.gen(function* () {
      const world = World.make(
        World.connection("crm").action("sync", Job.script(["queued", 40, "done"], { result: 1 })),
        World.connector("github").action("list", Answer.pages([1, 2], { by: "cursor" }))
      )
      assert.deepStrictEqual(yield* World.fromJsonText(JSON.stringify(world)), world)
    })
  )

  it("replaces a part by a later one, and changes neither", () => {
    const crm = World.connection("crm").action("a", 1).action("b", 2)
    const other = crm.action("a", 3)
    const github = World.connector("github").action("x", 1)
    const base = World.make(crm, World.connection("web"), github, { syncLimitMillis: 5 })
    const world = World.make(base, other, github.action("x", 2).action("y", 3), { syncLimitMillis: 6 })
    assert.deepStrictEqual(
      world.connections.map(({ slug, actions }) => [slug, actions?.map(({ slug, result }) => [slug, result])]),
      [
        [
          "crm",
          [
            ["a", 3],
            ["b", 2]
          ]
        ],
        ["web", undefined]
      ]
    )
    assert.deepStrictEqual(world.bosa?.connectors?.[0]?.actions, [
      { name: "x", value: 2 },
      { name: "y", value: 3 }
    ])
    assert.strictEqual(world.syncLimitMillis, 6)
    assert.deepStrictEqual(base.connections[0]?.actions?.[0], { slug: "a", result: 1 })
    assert.strictEqual(base.bosa?.connectors?.[0]?.actions?.length, 1)
  })

  it("throws for a connection of two kinds", () => {
    const make = () => World.connection("mixed").file("a", "").table("t", [])
    assert.throws(
      make,
      ConnectionInvalid,
      "the connection mixed is invalid: it is of kind file and cannot be of kind sql too; make another connection for that"
    )
  })
})

describe("an action of a connection", () => {
  const crm = World.connection("crm")
    .action("value", { a: [1, null] })
    .action(
      "now",
      Effect.map(Clock.currentTimeMillis, (at) => ({ at }))
    )
    .action("fn", (input, { execution }) => ({ input, execution }))
    .action("effect", (input) => Effect.succeed(input))
    .action("refuses", Answer.fails("no such deal", { status: 404, code: "DEAL_NOT_FOUND" }))
    .action("fails", () => Answer.fails("broken"))
    .action(
      "stock",
      Answer.inTurn({ left: 1 }, (input) => ({ left: 0, input }), Answer.fails("sold out"))
    )
    .action("one", Answer.inTurn(5))
    .action("echo", Answer.echo)
    .action("deal", fetchDeal)
    .action(
      "wrong",
      Answer.typed({ input: Schema.Unknown, output: Schema.NonEmptyString }, () => "")
    )
    .action("long", Job.takes("1 hour", { result: fetchDeal }))
  const layer = connections(World.make(crm))

  it.effect("answers with a value, an Effect or a function", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* execute("value"), { a: [1, null] })
      assert.deepStrictEqual(yield* execute("now"), { at: 0 })
      yield* Effect.sleep(5)
      assert.deepStrictEqual(yield* execute("now"), { at: 5 })
      assert.deepStrictEqual(yield* execute("fn", { x: 1 }), { input: { x: 1 }, execution: 1 })
      assert.deepStrictEqual(yield* execute("fn", { x: 2 }), { input: { x: 2 }, execution: 2 })
      assert.deepStrictEqual(yield* execute("effect", { x: 3 }), { x: 3 })
      assert.deepStrictEqual(yield* execute("echo", { x: 4 }), { x: 4 })
    }).pipe(virtually(layer))
  )

  it.effect("fails as it says", () =>
    Effect.gen(function* () {
      assert.deepInclude(yield* Effect.flip(execute("refuses")), { _tag: "NotFound", status: 404 })
      assert.deepInclude(yield* Effect.flip(execute("fails")), { _tag: "ApiRejected", status: 422 })
    }).pipe(virtually(layer))
  )

  it.effect("gives its answers in turn, then repeats the last one", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* execute("stock"), { left: 1 })
      assert.deepStrictEqual(yield* execute("stock", { x: 1 }), { left: 0, input: { x: 1 } })
      assert.include(yield* said(execute("stock")), "sold out")
      assert.include(yield* said(execute("stock")), "sold out")
      assert.deepStrictEqual([yield* execute("one"), yield* execute("one")], [5, 5])
    }).pipe(virtually(layer))
  )

  it.effect("decodes its input and encodes its output", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* execute("deal", { id: "7" }), { name: "deal 8", wonAt: "1970-01-01T00:00:00.000Z" })
      assert.deepStrictEqual(yield* execute("long", { id: "1" }), { name: "deal 2", wonAt: "1970-01-01T00:00:00.000Z" })
    }).pipe(virtually(layer))
  )

  it.effect("names the place where the input or the output is invalid", () =>
    Effect.gen(function* () {
      const input = yield* said(execute("deal", { id: "x", note: 5 }))
      assert.include(input, "INVALID_INPUT")
      assert.include(input, "id: Unable to decode")
      assert.include(input, "note: Expected string, actual 5")
      const output = yield* said(execute("wrong"))
      assert.include(output, "INVALID_OUTPUT")
    }).pipe(virtually(layer))
  )

  it.effect("declares the fields of its input", () =>
    Effect.gen(function* () {
      const api = yield* ConnectionsApi
      const inputs = yield* api.connection("crm").actions.inputs("deal")
      assert.deepStrictEqual(
        inputs.map(({ raw }) => raw),
        [
          { name: "id", type: "STRING", required: true },
          { name: "note", type: "STRING", required: false }
        ]
      )
    }).pipe(virtually(layer))
  )
})

describe("an action of a connector", () => {
  class Repository extends Schema.Class<Repository>("Repository")({
    owner: Schema.String,
    stars: Schema.Int,
    note: Schema.optional(Schema.String)
  }) {}
  const github = World.connector("github")
    .action("value", { a: 1 })
    .action("fn", (input, { execution, connector }) => ({ input, execution, connector }))
    .action("list", Answer.pages([1, 2, 3, 4, 5], { by: "cursor", perPage: 2 }))
    .action(
      "typed",
      Answer.typed({ input: Repository, output: Schema.Date }, ({ stars }) => new Date(stars))
    )
    .action("described", { ok: true }, { parameters: Repository })
    .action("readme", Answer.file({ filename: "a.txt", text: "hello" }))
    .action("form", Answer.upload)
    .action("closed", Answer.refuses({ status: 403, code: "CLOSED" }))
    .action("slow", 1, { takes: "2 seconds" })
    .action("flaky", 1, { flaky: { times: 1, status: 503 } })
    .action("turns", Answer.inTurn("a", "b"))
  const layer = bosa(World.make(github))
  const run = (action: string, input: Record<string, unknown> = {}) =>
    Effect.flatMap(BosaApi, (api) => Effect.map(api.execute("github", action, input), ({ data }) => data))

  it.effect("has the given answer", () =>
    Effect.gen(function* () {
      const api = yield* BosaApi
      const data = (value: unknown) => ({ data: value, meta: null })
      assert.deepStrictEqual(yield* run("value"), data({ a: 1 }))
      assert.deepStrictEqual(yield* run("turns"), data("a"))
      assert.deepStrictEqual(yield* run("turns"), data("b"))
      assert.deepStrictEqual(yield* run("fn"), data({ input: {}, execution: 1, connector: "github" }))
      const items = yield* Stream.runCollect(api.connect("github").items("list", {}))
      assert.deepStrictEqual(Chunk.toReadonlyArray(items), [1, 2, 3, 4, 5])
      const before = yield* Clock.currentTimeMillis
      yield* run("slow")
      assert.strictEqual((yield* Clock.currentTimeMillis) - before, 2000)
    }).pipe(virtually(layer))
  )

  it.effect("refuses without an execution", () =>
    Effect.gen(function* () {
      const { executions } = yield* BosaTest
      assert.deepInclude(yield* Effect.flip(run("closed")), { _tag: "Forbidden", status: 403 })
      assert.deepInclude(yield* Effect.flip(run("flaky")), { status: 503 })
      assert.deepStrictEqual([yield* executions("github", "closed"), yield* executions("github", "flaky")], [0, 0])
    }).pipe(virtually(layer))
  )

  it.effect("is discovered with its parameters, and decodes its input", () =>
    Effect.gen(function* () {
      const api = yield* BosaApi
      const connector = api.connect("github")
      for (const name of ["typed", "described"]) {
        for (const input of [{ owner: "a" }, { owner: "a", stars: "x" }]) {
          const invalid = yield* Effect.flip(connector.action(name).pipe(Action.params(input), Action.run))
          assert.deepInclude(invalid, { _tag: "InvalidRequest" })
        }
      }
      assert.deepStrictEqual(yield* run("typed", { owner: "a", stars: 5 }), {
        data: "1970-01-01T00:00:00.005Z",
        meta: null
      })
    }).pipe(virtually(layer))
  )

  it.effect("accepts files", () =>
    Effect.gen(function* () {
      const platform = yield* BosaTest
      const response = yield* platform.client.post("http://localhost/github/readme", {
        headers: { "x-api-key": platform.apiKey }
      })
      assert.strictEqual(yield* response.text, "hello")
    }).pipe(virtually(layer))
  )
})

describe("the inputs that a typed answer declares", () => {
  const Order = Schema.Struct({
    id: Schema.Int,
    total: Schema.Number.pipe(Schema.positive()),
    priority: Schema.Literal("low", "normal"),
    way: Schema.optional(Schema.Union(Schema.Literal("air"), Schema.Literal("sea"))),
    level: Schema.NullOr(Schema.Literal(1, 2)),
    gift: Schema.Boolean,
    lines: Schema.Array(Schema.Struct({ sku: Schema.Literal("a", "b") })),
    to: Schema.Struct({ city: Schema.String })
  })
  let placed = 0
  const place = Answer.typed({ input: Order, output: Schema.Number }, () => ++placed)
  const layer = connections(World.make(World.connection("crm").action("place", place)))
  const order = { id: 1, total: 2, priority: "low", level: null, gift: true, lines: [{ sku: "a" }], to: { city: "X" } }

  it.effect("have the values of literals and the type of each", () =>
    Effect.gen(function* () {
      const api = yield* ConnectionsApi
      const inputs = yield* api.connection("crm").actions.inputs("place")
      assert.deepStrictEqual(
        inputs.map(({ raw }) => raw),
        [
          { name: "id", type: "INTEGER", required: true },
          { name: "total", type: "NUMBER", required: true },
          { name: "priority", type: "STRING", required: true, enum: ["low", "normal"] },
          { name: "way", type: "STRING", required: false, enum: ["air", "sea"] },
          { name: "level", type: "INTEGER", required: true, enum: [1, 2] },
          { name: "gift", type: "BOOLEAN", required: true },
          { name: "lines", type: "ARRAY", required: true },
          { name: "to", type: "OBJECT", required: true }
        ]
      )
    }).pipe(virtually(layer))
  )

  it.effect("refuse another value with 400 before any work, also when a job is asked for", () =>
    Effect.gen(function* () {
      const api = yield* ConnectionsApi
      const platform = yield* ConnectionsTest
      const wrong = [
        [{ priority: "urgent" }, "the input priority must be one of low, normal"],
        [{ way: "rail" }, "the input way must be one of air, sea"],
        [{ level: 3 }, "the input level must be one of 1, 2"],
        [{ id: 1.5 }, "the input id must be INTEGER"],
        // what the declared inputs have no words for
        [{ total: 0 }, "total: Expected a positive number, actual 0"],
        [{ lines: [{ sku: "c" }] }, `lines.0.sku: Expected "a" or "b", actual "c"`]
      ] as const
      for (const [part, message] of wrong) {
        for (const async of [false, true]) {
          const input = { ...order, ...part }
          const error = yield* Effect.flip(api.connection("crm").actions.execute("place", { input }, { async }))
          assert.deepInclude(error, { _tag: "ApiRejected", status: 400, serverCode: "INVALID_INPUT" })
          assert.include(JSON.stringify("body" in error ? error.body : error), JSON.stringify(message).slice(1, -1))
        }
      }
      assert.deepStrictEqual([placed, yield* platform.executions("crm", "place")], [0, 0])
      assert.strictEqual(yield* execute("place", order), 1)
    }).pipe(virtually(layer))
  )
})

describe("the types", () => {
  it("of a handler are those of its schemas and of its platform", () => {
    World.connection("crm")
      .action("untyped", (input, context) => {
        expectTypeOf(input).toEqualTypeOf<Json>()
        expectTypeOf(context).toEqualTypeOf<ActionContext>()
        return null
      })
      .action(
        "typed",
        Answer.typed({ input: DealId, output: Deal }, (input) => {
          expectTypeOf(input).toEqualTypeOf<typeof DealId.Type>()
          return { name: "", wonAt: new Date(0) }
        })
      )
    World.connector("github").action("untyped", (input, context) => {
      expectTypeOf(input).toEqualTypeOf<JsonObject>()
      expectTypeOf(context).toEqualTypeOf<BosaContext>()
      return null
    })
    // @ts-expect-error: the output is not what its schema says
    Answer.typed({ input: DealId, output: Deal }, ({ id }) => ({ name: id, wonAt: new Date(0) }))
    // @ts-expect-error: its encoded form is not JSON
    Answer.typed({ input: DealId, output: Schema.DateFromSelf }, () => new Date(0))
    // @ts-expect-error: not JSON
    World.connection("crm").action("x", { at: new Date(0) })
    // @ts-expect-error: a platform that has no jobs
    World.connector("github").action("x", Job.never)
    // @ts-expect-error: a platform that has no pages
    World.connection("crm").action("x", Answer.pages([]))
    // @ts-expect-error: a typing error
    World.make({ conections: [] })
  })

  it.effect("allow the service under both names of the platform", () =>
    Effect.gen(function* () {
      const { connections } = yield* ConnectionsTest
      assert.deepStrictEqual(yield* connections, [{ slug: "crm", kind: "actions", active: true, authorized: true }])
    }).pipe(Effect.provide(ConnectionsTest.layer(World.make(World.connection("crm")))))
  )
})
