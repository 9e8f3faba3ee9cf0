import type { WriteError } from "@effect-connectors/core/ApiError"
import { Auth } from "@effect-connectors/core/Auth"
import * as Call from "@effect-connectors/core/Call"
import { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import { Ledger } from "@effect-connectors/core/Ledger"
import { ConnectionsTest } from "@effect-connectors/testing/ConnectionsTest"
import * as Faults from "@effect-connectors/testing/Faults"
import * as World from "@effect-connectors/testing/World"
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import { baseUrl, type Options, virtual } from "../support/api.js"

const fields = [
  { name: "orderId", type: "NUMBER", required: true },
  { name: "note", type: "STRING" },
  { name: "express", type: "BOOLEAN" },
  { name: "count", type: "integer" },
  { name: "day", type: "DATE" },
  { name: "at", type: "date-time" },
  { name: "tags", type: "LIST" },
  { name: "address", type: "OBJECT" },
  { name: "color", type: "SELECT", enum: ["red", "green"] },
  { name: "anything", type: "PICKLIST_OF_THE_DAY" },
  { name: "untyped" }
]

const world = World.make(
  World.connection("shop")
    .action("place", { placed: true }, { inputs: fields })
    .action("bare", { done: true })
    .action("nameless", { done: true }, { inputs: [{ name: "a" }, { type: "STRING" }] })
)

const shop = (options: Options = {}, of = world) =>
  ConnectionsApi.layer({ baseUrl, ...options }).pipe(
    Layer.provide(Auth.none),
    Layer.provideMerge(ConnectionsTest.layer(of))
  )

const checking = { checkInputs: true }

const place = (input: object | undefined, options?: { readonly checkInputs?: boolean }, action = "place") =>
  Effect.flatMap(ConnectionsApi, ({ connection }) =>
    connection("shop").actions.execute(action, input === undefined ? {} : { input }, options)
  )

const operations = Effect.flatMap(ConnectionsTest, ({ requests }) =>
  Effect.map(requests, (all) => all.map(({ operation }) => operation))
)

const linesOf = (error: WriteError): ReadonlyArray<string> =>
  error._tag === "InvalidRequest"
    ? error.issues.map(({ fix, message, path }) => `${path.join(".")}: ${message} (${fix ?? ""})`)
    : [error._tag]

const test = <E>(
  name: string,
  body: Effect.Effect<void, E, ConnectionsApi | ConnectionsTest>,
  options: Options = checking
) => virtual(name, () => Effect.provide(body, shop(options)))

const right = { orderId: 7 }

describe("inputs that are checked before they are sent", () => {
  test(
    "every issue is in one refusal: what is missing, what is not known, what is of another type",
    Effect.gen(function* () {
      const input = { ordrId: 7, express: "yes", count: 1.5, tags: { a: 1 }, address: ["x"], note: 5, zzzz: 1 }
      assert.deepStrictEqual(linesOf(yield* Effect.flip(place(input))), [
        "body.input.orderId: is required (NUMBER) (add it to `input`)",
        `body.input.ordrId: is not an input of "place" (the nearest is "orderId")`,
        "body.input.express: expected BOOLEAN, got text (give true or false)",
        "body.input.count: expected integer, got a number (give a whole number, such as 7)",
        "body.input.tags: expected LIST, got an object (give a list)",
        "body.input.address: expected OBJECT, got a list (give an object)",
        "body.input.note: expected STRING, got a number (give text)",
        `body.input.zzzz: is not an input of "place" (it takes ${fields.map(({ name }) => `"${name}"`).join(", ")})`
      ])
      assert.deepStrictEqual(yield* operations, ["actions.inputs"])
    })
  )

  const refused = (name: string, input: object, line: string) =>
    test(
      name,
      Effect.map(Effect.flip(place({ ...right, ...input })), (error) => assert.deepStrictEqual(linesOf(error), [line]))
    )
  refused(
    "a DATE that is no day",
    { day: "2026-02-30" },
    'body.input.day: expected DATE, got text of another form (give a day, as "2026-01-31", or milliseconds since 1970)'
  )
  refused(
    "a time in another form",
    { at: "tomorrow" },
    'body.input.at: expected date-time, got text of another form (give a time, as "2026-01-31T08:00:00Z", or milliseconds since 1970)'
  )
  refused(
    "a wrong enum that is near none: all values",
    { color: "blue" },
    'body.input.color: is not one of the values that are allowed (give one of "red", "green")'
  )

  test(
    "what fits is sent, and so is everything of a word that is not known",
    Effect.gen(function* () {
      const inputs: ReadonlyArray<object> = [
        right,
        {
          ...right,
          note: "n",
          express: false,
          count: 3,
          day: "2026-02-28",
          at: "2026-02-28T08:00:00+01:00",
          tags: [],
          address: {}
        },
        { ...right, day: 1_700_000_000_000, at: 1_700_000_000_000, color: "red" },
        { ...right, anything: [{ a: 1 }], untyped: null, note: null, express: undefined }
      ]
      for (const input of inputs) assert.strictEqual((yield* place(input))._tag, "Completed")
    })
  )

  test(
    "the message names no value",
    Effect.map(Effect.flip(place({ orderId: "CANARY", color: "CANARY", CANARy: 1 })), (error) =>
      assert.notInclude(error.message, "CANARY")
    )
  )

  test(
    "no input at all: what is missing is named",
    Effect.map(Effect.flip(place(undefined)), (error) =>
      assert.deepStrictEqual(linesOf(error), ["body.input.orderId: is required (NUMBER) (add it to `input`)"])
    )
  )

  test(
    "an input that is not an object",
    Effect.map(Effect.flip(place([1])), (error) =>
      assert.deepStrictEqual(linesOf(error), ["body.input: is not an object (give the inputs by name)"])
    )
  )

  test(
    "an action that declares nothing, or a field without a name, may take anything",
    Effect.gen(function* () {
      assert.strictEqual((yield* place({ x: 1 }, undefined, "bare"))._tag, "Completed")
      assert.strictEqual((yield* place({ x: 1 }, undefined, "nameless"))._tag, "Completed")
    })
  )
})

describe("the inputs that an action declares", () => {
  test(
    "are not read unless asked",
    Effect.gen(function* () {
      yield* place({ ordrId: 7, ...right })
      assert.deepStrictEqual(yield* operations, ["actions.execute"])
    }),
    {}
  )

  test(
    "are read for a call that asks, and not for one that declines",
    Effect.gen(function* () {
      yield* Effect.flip(place({}, checking))
      assert.deepStrictEqual(yield* operations, ["actions.inputs"])
    }),
    {}
  )
  test(
    "are not read for a call that declines",
    Effect.gen(function* () {
      yield* place(right, { checkInputs: false })
      assert.deepStrictEqual(yield* operations, ["actions.execute"])
    })
  )

  test(
    "are read once for many calls at the same time, and again when their time is over",
    Effect.gen(function* () {
      yield* Effect.all(Effect.replicate(place(right), 20), { concurrency: "unbounded" })
      yield* Effect.sleep("9 minutes")
      yield* place(right)
      assert.lengthOf(
        (yield* operations).filter((name) => name === "actions.inputs"),
        1
      )
      yield* Effect.sleep("2 minutes")
      yield* place(right)
      assert.lengthOf(
        (yield* operations).filter((name) => name === "actions.inputs"),
        2
      )
    })
  )

  test(
    "are kept for `inputsTtl`",
    Effect.gen(function* () {
      yield* place(right)
      yield* Effect.sleep("31 seconds")
      yield* place(right)
      assert.lengthOf(
        (yield* operations).filter((name) => name === "actions.inputs"),
        2
      )
    }),
    { ...checking, inputsTtl: "30 seconds" }
  )

  test(
    "are read again before a name that was not known is refused, but not at once",
    Effect.gen(function* () {
      const fake = yield* ConnectionsTest
      yield* place(right)
      yield* Effect.flip(place({ ...right, isNew: 1 }))
      assert.deepStrictEqual(yield* operations, ["actions.inputs", "actions.execute"])
      yield* Effect.sleep("11 seconds")
      yield* fake.respondNext({ operation: "actions.inputs" }, [{ json: { inputs: [...fields, { name: "isNew" }] } }])
      assert.strictEqual((yield* place({ ...right, isNew: 1 }))._tag, "Completed")
      assert.deepStrictEqual((yield* operations).slice(2), ["actions.inputs", "actions.execute"])
    })
  )

  test(
    "are read again after the server has refused an input",
    Effect.gen(function* () {
      const fake = yield* ConnectionsTest
      const refusals = [
        { status: 400, json: { code: "UNKNOWN_INPUT" } },
        { status: 422, json: { message: "note is not known" } },
        { status: 400, json: { code: "OUT_OF_STOCK" } }
      ]
      yield* fake.respondNext({ operation: "actions.execute" }, refusals)
      for (const _ of refusals) yield* Effect.flip(place(right))
      yield* place(right)
      assert.deepStrictEqual(yield* operations, [
        "actions.inputs",
        "actions.execute",
        "actions.inputs",
        "actions.execute",
        "actions.inputs",
        "actions.execute",
        "actions.execute"
      ])
    })
  )

  test(
    "are not read for a call that is refused already",
    Effect.gen(function* () {
      const { actions } = yield* ConnectionsApi
      yield* Effect.flip(actions.execute("shop", "place", JSON.parse('{"orderId":7}')))
      yield* Effect.flip(actions.execute("shop", "place", { input: right }, { timeoutMs: -1 }))
      assert.deepStrictEqual(yield* operations, [])
    })
  )

  test(
    "are read by the slug with the name: another connection's are others",
    Effect.gen(function* () {
      const { actions } = yield* ConnectionsApi
      yield* place(right)
      const error = yield* Effect.flip(actions.execute("shoop", "place", { input: right }))
      assert.deepStrictEqual([error._tag, "operation" in error && error.operation], ["NotFound", "actions.inputs"])
    })
  )
})

describe("inputs that cannot be read", () => {
  const sentExecutes = Effect.map(operations, (all) => all.filter((name) => name === "actions.execute"))

  test(
    "end the call with the read's own error, and nothing is sent",
    Effect.gen(function* () {
      const fake = yield* ConnectionsTest
      yield* fake.setFaults(Faults.always({ operation: "actions.inputs" }, Faults.status(503)))
      const failed = yield* Effect.flip(place(right))
      assert.deepStrictEqual(
        [failed._tag, "operation" in failed && failed.operation, "attempts" in failed && failed.attempts],
        ["ServerFailed", "actions.inputs", 3]
      )
      assert.deepStrictEqual(yield* sentExecutes, [])
    })
  )

  test(
    "without a response end it as NotSent, since the change was not sent",
    Effect.gen(function* () {
      const fake = yield* ConnectionsTest
      yield* fake.setFaults(Faults.always({ operation: "actions.inputs" }, Faults.refused))
      const failed = yield* Effect.flip(place(right))
      assert.strictEqual(failed._tag, "NotSent")
      assert.include(
        failed.message,
        "actions.execute (POST http://localhost:8081/api/v1/connections/shop/actions/place/execute)"
      )
      assert.include(failed.message, "The inputs of the action could not be read, which `checkInputs` does first")
      assert.deepStrictEqual(yield* sentExecutes, [])
    })
  )

  test(
    "are not kept: the next call reads them",
    Effect.gen(function* () {
      const fake = yield* ConnectionsTest
      yield* fake.respondNext({ operation: "actions.inputs" }, [{ status: 404 }])
      yield* Effect.flip(place(right))
      assert.strictEqual((yield* place(right))._tag, "Completed")
    })
  )

  test(
    "before the call's deadline end it with DeadlineExceeded",
    Effect.gen(function* () {
      const fake = yield* ConnectionsTest
      yield* fake.respondNext({ operation: "actions.inputs" }, [{ delayMillis: 20_000 }])
      const failed = yield* Effect.flip(place(right).pipe(Call.withDeadline("5 seconds")))
      assert.strictEqual(failed._tag, "DeadlineExceeded")
      assert.deepStrictEqual(yield* sentExecutes, [])
    })
  )

  test(
    "do not hold up another caller when one is interrupted",
    Effect.gen(function* () {
      const fake = yield* ConnectionsTest
      yield* fake.respondNext({ operation: "actions.inputs" }, [{ delayMillis: 5000, json: { inputs: fields } }])
      const first = yield* Effect.fork(place(right))
      const second = yield* Effect.fork(place(right))
      yield* Effect.sleep("1 second")
      yield* Fiber.interrupt(first)
      assert.strictEqual((yield* Fiber.join(second))._tag, "Completed")
      assert.deepStrictEqual(yield* operations, ["actions.inputs", "actions.execute"])
    })
  )

  for (const [name, scripted] of [
    ["a failure of the server", { status: 503 }],
    ["a rate limit", { status: 429, headers: { "retry-after": "600" } }],
    ["a body that is not JSON", { status: 200, text: "<html>" }],
    ["a redirect", { status: 302 }]
  ] as const) {
    virtual(`leave the key of a ledger free, since nothing was sent: ${name}`, () =>
      Effect.gen(function* () {
        const fake = yield* ConnectionsTest
        const { pending, submit } = yield* Ledger
        yield* fake.respondNext({ operation: "actions.inputs" }, [scripted, scripted, scripted])
        const failed = yield* Effect.flip(submit("order-7", place(right)))
        assert.strictEqual("operation" in failed && failed.operation, "actions.inputs")
        assert.deepStrictEqual(yield* pending, { accepted: [], unknown: [] })
        assert.deepStrictEqual(yield* sentExecutes, [])
      }).pipe(Effect.provide(Layer.merge(shop(checking), Ledger.layerMemory)))
    )
  }
})
