import type { ActionBody } from "@effect-connectors/core/ConnectionHandle"
import { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import { Auth } from "@effect-connectors/core/Auth"
import { ConnectionsTest } from "@effect-connectors/testing/ConnectionsTest"
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { baseUrl, virtual } from "../support/api.js"
import { json } from "../support/fakeClient.js"
import { platform } from "../support/connectionsKit.js"

/** As JavaScript gives it, past the compiler. */
const given = <A>(value: unknown): A => JSON.parse(JSON.stringify(value))

const fakes = ConnectionsApi.layer({ baseUrl }).pipe(
  Layer.provide(Auth.none),
  Layer.provideMerge(ConnectionsTest.layer())
)

/** What an execute with this body is refused with, before anything is sent. */
const refusal = (body: unknown) =>
  Effect.gen(function* () {
    const { actions } = yield* ConnectionsApi
    const fake = yield* ConnectionsTest
    const error = yield* Effect.flip(actions.execute("crm", "echo", given<ActionBody>(body)))
    assert.deepStrictEqual(yield* fake.requests, [])
    return error.message
  }).pipe(Effect.provide(fakes))

const refused = (name: string, body: unknown, ...texts: ReadonlyArray<string>): void =>
  virtual(name, () =>
    Effect.map(refusal(body), (message) =>
      assert.strictEqual(message, `actions.execute: refused, nothing was sent. ${texts.join("; ")}`)
    )
  )

const extraHint = "what only the server knows goes into `extra`"
const inOptions = "it belongs in the options, the argument after the body"

describe("the body of an execute", () => {
  refused(
    "every field that is not known is named",
    { timeout_ms: 5, inputs: { id: 7 }, debug: true },
    `body.timeout_ms: is not a field of the body (it is called "timeoutMs", and belongs in the options, the argument after the body)`,
    `body.inputs: is not a field of the body (the nearest is "input")`,
    "body.debug: is not a field of the body (it belongs in `execution` of the options, the argument after the body)"
  )
  refused(
    "fields that are wrong in the same way are named together",
    { id: 7, region: "north", note: "x", inputs: {} },
    `body.id, body.region, body.note: each is not a field of the body (put it in \`input\`; ${extraHint})`,
    `body.inputs: is not a field of the body (the nearest is "input")`
  )
  refused(
    "of many such fields the first ten are named",
    Object.fromEntries(Array.from({ length: 12 }, (_, at) => [`f${at}`, at])),
    `${Array.from({ length: 10 }, (_, at) => `body.f${at}`).join(", ")} and 2 more: each is not a field of the body (put it in \`input\`; ${extraHint})`
  )
  refused(
    "next to `input`, a name near an option is one",
    { input: {}, timeout: 5 },
    `body.timeout: is not a field of the body (the nearest is "timeoutMs": ${inOptions})`
  )
  refused(
    "without `input`, such a name may be an input",
    { timeout: 5 },
    `body.timeout: is not a field of the body (put it in \`input\`; ${extraHint})`
  )
  refused(
    "a field of `extra` that is given twice is refused",
    { input: { id: 7 }, extra: { input: { id: 8 }, more: 1 } },
    "body.extra.input: is given twice (leave it out of `extra`)"
  )
  refused(
    "an `extra` that is not an object is refused",
    { extra: [1] },
    "body.extra: is not an object (give the fields by name)"
  )

  virtual("a value of the body is in no message", () =>
    Effect.map(refusal({ password: "CANARY", extra: { a: "CANARY" }, async: "CANARY" }), (message) =>
      assert.notInclude(message, "CANARY")
    )
  )

  virtual("a name without a value says nothing", () =>
    Effect.gen(function* () {
      const { api, lines } = yield* platform([json({})])
      const body = { input: { id: 7 }, more: undefined }
      yield* api.actions.execute("c", "a", body)
      assert.strictEqual(lines()[0]?.body, `{"input":{"id":7}}`)
    })
  )

  virtual("`extra` is sent under its own names, after the others, with execution options merged", () =>
    Effect.gen(function* () {
      const { api, lines } = yield* platform([json({})])
      const extra = { trace: "t", none: undefined }
      yield* api.actions.execute("c", "a", { input: {}, extra })
      yield* api.connection("c").actions.execute("a", { extra, options: { a: 1 } }, { execution: { debug: true } })
      yield* api.sql.select("c", { table: "t", extra: { page: 2 } })
      assert.deepStrictEqual(
        lines().map(({ body }) => body),
        [`{"input":{},"trace":"t"}`, `{"options":{"a":1,"debug":true},"trace":"t"}`, `{"table":"t","page":2}`]
      )
    })
  )
})

describe("the parameters of a typed call", () => {
  virtual("an option among them is refused, with where it belongs", () =>
    Effect.gen(function* () {
      const { api, lines } = yield* platform([json({})])
      const error = yield* Effect.flip(api.sql.select("c", given({ table: "t", async: true })))
      assert.strictEqual(
        error.message,
        `sql.select: refused, nothing was sent. body.async: is an option (${inOptions}; as a parameter of the server put it in \`extra\`)`
      )
      yield* api.sql.select("c", { table: "t", extra: { async: true } })
      assert.deepStrictEqual(
        lines().map(({ body }) => body),
        [`{"table":"t","async":true}`]
      )
    })
  )

  virtual("names that no type has are sent as they are: the shapes of the server are not public", () =>
    Effect.gen(function* () {
      const { api, lines } = yield* platform([json({})])
      yield* api.sql.select("c", given({ tabel: "t", limit: "many" }))
      assert.strictEqual(lines()[0]?.body, `{"tabel":"t","limit":"many"}`)
    })
  )
})
