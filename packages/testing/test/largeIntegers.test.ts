import * as Action from "@effect-connectors/core/Action"
import { BosaApi } from "@effect-connectors/core/BosaApi"
import { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import * as ExactJson from "@effect-connectors/core/ExactJson"
import * as Answer from "@effect-connectors/testing/Answer"
import { BosaTest } from "@effect-connectors/testing/BosaTest"
import * as Calls from "@effect-connectors/testing/Calls"
import { ConnectionsTest } from "@effect-connectors/testing/ConnectionsTest"
import * as Faults from "@effect-connectors/testing/Faults"
import * as Matchers from "@effect-connectors/testing/Matchers"
import { Recorder } from "@effect-connectors/testing/Recorder"
import * as Recording from "@effect-connectors/testing/Recording"
import * as World from "@effect-connectors/testing/World"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { bosa, connections, virtually } from "./support/clients.ts"

const id = 1234567890123456789n
const neighbor = 1234567890123456788n

const Integer = Schema.Union(Schema.Number, Schema.BigIntFromSelf).annotations({ jsonSchema: { type: "integer" } })

const typed = Answer.typed(
  { input: Schema.Struct({ id: Integer }), output: Schema.Struct({ twice: Integer }) },
  ({ id }) => ({ twice: BigInt(id) * 2n })
)

const world = World.make(
  World.connection("crm").action("echo", Answer.echo).action("deal", { id }).action("typed", typed),
  World.connection("warehouse").table("orders", [
    { id: neighbor, name: "b" },
    { id, name: "a" }
  ]),
  World.connector("github").action("list", Answer.pages([{ id }, { id: neighbor }], { perPage: 1 }))
)

const onConnections = virtually(connections(world))
const onBosa = virtually(bosa(world))

const execute = (action: string, input: object) =>
  Effect.flatMap(ConnectionsApi, (api) => api.actions.execute("crm", action, { input }, { integers: "bigint" })).pipe(
    Effect.map((execution) => (execution._tag === "Completed" ? execution.value : execution._tag))
  )

describe("fakes and numbers over 2^53", () => {
  it.effect("an input arrives, and a result is sent, with all digits", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* execute("echo", { id, small: 5n }), { result: { id, small: 5 } })
      assert.deepStrictEqual(yield* execute("deal", {}), { result: { id } })
      assert.deepStrictEqual(yield* execute("typed", { id }), { result: { twice: id * 2n } })
    }).pipe(onConnections)
  )

  it.effect("rows are found by all digits, and are sorted by them", () =>
    Effect.gen(function* () {
      const api = yield* ConnectionsApi
      const select = (parameters: object) =>
        api.sql.select("warehouse", { table: "orders", ...parameters }, { integers: "bigint" })
      const rows = yield* select({ where: { id } })
      assert.deepInclude(rows, { value: { result: { rows: [{ id, name: "a" }], row_count: 1 } } })
      const sorted = yield* select({ order_by: "id desc", columns: ["name"] })
      assert.deepInclude(sorted, { value: { result: { rows: [{ name: "a" }, { name: "b" }], row_count: 2 } } })
    }).pipe(onConnections)
  )

  it.effect("assertions tell neighbors apart, and show all digits", () =>
    Effect.gen(function* () {
      const { calls } = yield* ConnectionsTest
      yield* execute("echo", { id, list: [5n] })
      yield* execute("echo", { id, list: [5n] })
      const log = yield* calls.log
      yield* Calls.assertExecuted(yield* ConnectionsTest, "crm", "echo", { input: { id, list: [5n] }, times: 2 })
      const match = Matchers.toHaveExecuted(log, "crm", "echo", { input: { id: neighbor, list: [5] } })
      assert.isFalse(match.pass)
      assert.include(match.message(), `{"id":${neighbor},"list":[5]}`)
      assert.include(match.message(), `{"id":${id},"list":[5]}`)
      assert.include(match.message(), "input.id")
      // the second is another attempt of the first
      assert.deepStrictEqual(
        (yield* calls.all).map(({ attempt }) => attempt),
        [1, 2]
      )
    }).pipe(onConnections)
  )

  it.effect("BOSA: inputs, pages and discovery", () =>
    Effect.gen(function* () {
      const github = (yield* BosaApi).connect("github")
      const page = yield* github.action("list").pipe(Action.integers("bigint"), Action.run)
      assert.deepStrictEqual(page.data, [{ id }])
      yield* Calls.assertExecuted(yield* BosaTest, "github", "list", { times: 1 })
    }).pipe(onBosa)
  )

  it.effect("a world, a plan of faults and a recording are read and written with all digits", () =>
    Effect.gen(function* () {
      const text = `{"connections":[{"slug":"crm","actions":[{"slug":"deal","result":{"id":${id}}}]}]}`
      const read = yield* World.fromJsonText(text)
      assert.deepStrictEqual(read.connections?.[0]?.actions?.[0]?.result, { id })
      assert.deepStrictEqual(ExactJson.stringify(read), text)
      const plan = Faults.next(Faults.status(500, { json: { id } }))
      const again = yield* Faults.fromJsonText(ExactJson.stringify(plan) ?? "")
      assert.deepStrictEqual(again, plan)
      assert.include(Faults.print(plan), String(id))
    })
  )
})

describe("recordings and numbers over 2^53", () => {
  const answering = (text: (nth: number) => string) => {
    let nth = 0
    return Layer.succeed(
      HttpClient.HttpClient,
      HttpClient.make((request) => Effect.sync(() => HttpClientResponse.fromWeb(request, new Response(text(nth++)))))
    )
  }

  const post = (text: string) =>
    Effect.flatMap(
      HttpClient.execute(
        HttpClientRequest.post("http://localhost:4000/x").pipe(HttpClientRequest.bodyText(text, "application/json"))
      ),
      ({ text }) => text
    )

  const record = <A, E>(program: Effect.Effect<A, E, HttpClient.HttpClient>, text: (nth: number) => string) =>
    Effect.all([program, Effect.flatMap(Recorder, ({ recording }) => recording)]).pipe(
      Effect.provide(Layer.provide(Recorder.layerRecord(), answering(text)))
    )

  it.effect("two requests that differ in the last digit are two, through a file too", () =>
    Effect.gen(function* () {
      const both = Effect.all([post(`{"id":${id}}`), post(`{"id":${neighbor}}`)])
      const [live, recording] = yield* record(both, (nth) => `{"nth":${nth},"id":${id}}`)
      const file = yield* Recording.fromJsonText(Recording.toJsonText(recording))
      assert.deepStrictEqual(JSON.parse(JSON.stringify(recording)), recording)
      const swapped = Effect.all([post(`{"id":${neighbor}}`), post(`{"id":${id}}`)])
      const replayed = yield* Effect.provide(swapped, Recorder.layerReplay(file))
      assert.deepStrictEqual(replayed, [live[1], live[0]])
      const other = post(`{"id":${id + 1n}}`)
      assert.strictEqual((yield* Effect.exit(Effect.provide(other, Recorder.layerReplay(file))))._tag, "Failure")
    })
  )

  it.effect(
    "a secret next to such a number, or to one that is none, is not kept, and the number keeps its digits",
    () =>
      Effect.gen(function* () {
        const body = (number: string) => `{ "password": "pw", "id": ${number} }`
        const [, recording] = yield* record(
          Effect.all([post(body(String(id))), post(body("1e400"))]),
          () => `{"refresh_token":"the-refresh-token","id":${id},"x":1e400}`
        )
        const file = Recording.toJsonText(recording)
        assert.notInclude(file, '"pw')
        assert.notInclude(file, "the-refresh-token")
        assert.include(file, String(id))
      })
  )

  it.effect("drift shows all digits", () =>
    Effect.gen(function* () {
      const [, before] = yield* record(post("{}"), () => `{"id":${id}}`)
      const [, after] = yield* record(post("{}"), () => `{"id":${neighbor}}`)
      const drift = Recording.drift(before, after)
      assert.include(Recording.showDrift(drift), `${id} -> ${neighbor}`)
    })
  )
})
