import * as Action from "@effect-connectors/core/Action"
import type { BosaApi } from "@effect-connectors/core/BosaApi"
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { virtual } from "../support/api.js"
import { bosaFake, bosaOver, dialects, integer, optional, quickText, row, type Rows, text } from "../support/bosaKit.js"
import { collected, failure, walked } from "../support/bosaPagesKit.js"
import { answer, type Reply } from "../support/fakeClient.js"

const start = 1234567890123456000n

/** Sixty items in pages of two, by a number of 19 digits. */
const numbered: Reply = (request, sent) => {
  const cursor = /"cursor":"?(\d+)/.exec(sent.body)?.[1]
  const at = cursor === undefined ? 0 : Number(BigInt(cursor) - start)
  const forwards = at + 2 < 60 ? String(start + BigInt(at + 2)) : "null"
  const backwards = at > 0 ? String(start + BigInt(at - 2)) : "null"
  return quickText(
    `{"data":[${at},${at + 1}],"meta":{"previous":{"forwards_cursor":${start}},"has_next":${at + 2 < 60},` +
      `"has_prev":${at > 0},"forwards_cursor":${forwards},"backwards_cursor":${backwards}}}`
  )(request, sent)
}

const listOver = (cursor: unknown, reply: Reply, options: BosaApi.Options = {}) => {
  const fake = bosaFake({ list: row({ cursor }, { path: "/demo/list" }) }, reply)
  return Effect.map(bosaOver(fake.swift, options), (bosa) => ({ fake, action: bosa.connect("demo").action("list") }))
}

const sixty = Array.from({ length: 60 }, (_, index) => index)

const cursorTypes: Rows = {
  text: optional(text),
  integer: optional(integer),
  number: optional({ type: "number" }),
  "integer or text": optional({ anyOf: [integer, text] }),
  "a type that is not known": { oneOf: [integer, text] }
}

describe("a numeric cursor of 19 digits", () => {
  for (const [name, type] of Object.entries(cursorTypes)) {
    virtual(
      `${name}: every item, each once, forward and backward, sent as ${name === "text" ? "text" : "a number"}`,
      () =>
        Effect.gen(function* () {
          const { action, fake } = yield* listOver(type, numbered)
          assert.deepStrictEqual(yield* collected(action.items), sixty)
          const last = start + 58n
          assert.strictEqual(fake.actions.at(-1)?.body, name === "text" ? `{"cursor":"${last}"}` : `{"cursor":${last}}`)
          const back = yield* collected(action.pipe(Action.from({ cursor: last })).itemsBackward)
          assert.deepStrictEqual(back, [...sixty].reverse())
        })
    )
  }

  virtual("pages one by one, and on from a position that was kept as JSON", () =>
    Effect.gen(function* () {
      const { action, fake } = yield* listOver(optional(integer), numbered)
      const page = yield* action.run
      const position = Option.getOrThrow(page.nextPosition)
      assert.deepStrictEqual(position, { cursor: String(start + 2n) })
      const kept: { cursor: string } = JSON.parse(JSON.stringify(position))
      assert.deepStrictEqual((yield* action.pipe(Action.from(kept)).run).data, [2, 3])
      const next = yield* Option.getOrThrow(page.next)
      assert.deepStrictEqual(next.data, [2, 3])
      assert.deepStrictEqual((yield* Option.getOrThrow(next.prev)).data, [0, 1])
      assert.deepStrictEqual((yield* action.pipe(Action.params({ cursor: start + 4n })).run).data, [4, 5])
      assert.deepStrictEqual(
        fake.actions.slice(1).map(({ body }) => body),
        [2n, 2n, 0n, 4n].map((step) => `{"cursor":${start + step}}`)
      )
    })
  )

  virtual("one that comes again is a loop, also where the first was given as text", () =>
    Effect.gen(function* () {
      const stuck = quickText(`{"data":[1],"meta":{"has_next":true,"forwards_cursor":${start}}}`)
      const { action, fake } = yield* listOver(optional(integer), stuck)
      const { exit, seen } = yield* walked(action.pipe(Action.from({ cursor: String(start) })).items)
      const error = failure(exit)
      assert.deepStrictEqual(error._tag === "PaginationLoop" && [error.reason, error.cursor], [
        "repeated",
        String(start)
      ])
      assert.deepStrictEqual([seen, fake.actions.length], [[1], 1])
      const page = yield* action.pipe(Action.from({ cursor: String(start) })).run
      assert.strictEqual((yield* Effect.flip(Option.getOrThrow(page.next)))._tag, "PaginationLoop")
    })
  )
})

const big = 1234567890123456789n

const acting = (
  properties: Rows,
  reply: Reply = quickText(`{"data":{"id":${big}}}`),
  options: BosaApi.Options = {}
) => {
  const fake = bosaFake({ act: row(properties) }, reply)
  return Effect.map(bosaOver(fake.swift, options), (bosa) => ({
    bosa,
    fake,
    action: bosa.connect("demo").action("act")
  }))
}

describe("an input over 2^53", () => {
  for (const dialect of dialects) {
    virtual(`${dialect}: a bigint, and text of digits, are sent with all digits`, () =>
      Effect.gen(function* () {
        const properties = {
          id: integer,
          price: { type: "number" },
          name: text,
          ids: { type: "array", items: integer },
          nested: { type: "object", properties: { id: integer } },
          free: { type: "object" },
          any: { oneOf: [integer, text] }
        }
        const { action, fake } = yield* acting(properties, undefined, { dialect })
        const nested = { id: String(big) }
        yield* action.pipe(
          Action.params({ id: big, price: String(big), name: String(big), ids: [big, "5"], nested }),
          Action.params({ free: { deep: [big] }, any: big }),
          Action.run
        )
        assert.strictEqual(
          fake.actions[0]?.body,
          `{"id":${big},"price":${big},"name":"${big}","ids":[${big},5],"nested":{"id":${big}},"free":{"deep":[${big}]},"any":${big}}`
        )
      })
    )
  }

  virtual("in a form: all digits, with `.0` for the type number, and in an object that goes as JSON", () =>
    Effect.gen(function* () {
      const file = optional({ type: "string", format: "binary" })
      const { action, fake } = yield* acting(
        { id: integer, price: { type: "number" }, free: { type: "object" }, file },
        undefined,
        { dialect: "gl" }
      )
      yield* action.pipe(Action.params({ id: big, price: big, free: { deep: big } }), Action.run)
      assert.strictEqual(
        fake.actions[0]?.body,
        `id=${big}&price=${big}.0&free=${encodeURIComponent(`{"deep":${big}}`)}`
      )
    })
  )

  virtual("the limits of the schema hold with all their digits, as discovery gave them", () =>
    Effect.gen(function* () {
      const most = "9223372036854775807"
      const schema = `{"type":"integer","maximum":${most},"default":${most}}`
      const choice = `{"anyOf":[{"type":"integer","enum":[${most},-${most}]},{"type":"null"}]}`
      const properties = `{"id":${schema},"choice":${choice}}`
      const discovery = quickText(
        `{"demo":{"act":{"method":"POST","path":"/demo/act","docstring":"Acts.",` +
          `"parameters":{"request":{"schema":{"properties":${properties}}}},"request_body":{"properties":${properties}}}}}`
      )
      for (const integers of ["number", "bigint"] as const) {
        const fake = bosaFake(discovery, quickText('{"data":1}'))
        const bosa = yield* bosaOver(fake.swift, { strict: true, integers })
        const run = (given: Action.Parameters) =>
          bosa.connect("demo").action("act").pipe(Action.params(given), Action.run, Effect.either)
        assert.strictEqual((yield* run({ id: BigInt(most), choice: most }))._tag, "Right")
        assert.strictEqual(fake.actions[0]?.body, `{"id":${most},"choice":${most}}`)
        for (const given of [{ id: BigInt(most) + 1n }, { id: 1, choice: BigInt(most) - 1n }]) {
          const refused = yield* run(given)
          assert.strictEqual(refused._tag === "Left" && refused.left._tag, "InvalidRequest")
        }
        // what is told to models is JSON that any program can write
        const [tool] = yield* bosa.tools("demo")
        assert.include(JSON.stringify(tool?.inputSchema), '"maximum":9223372036854776000')
        yield* tool?.invoke(`{"id":${most},"choice":-${most}}`) ?? Effect.void
        assert.strictEqual(fake.actions[1]?.body, `{"id":${most},"choice":-${most}}`)
      }
    })
  )
})

describe("whole numbers over 2^53 in the answer of an action", () => {
  const exact = { id: big }
  const rounded = { id: Number(big) }
  const body = `{"data":{"id":${big}},"meta":{"total":${big}}}`

  virtual("rounded by default, exact by layer, by action or by call", () =>
    Effect.gen(function* () {
      const { action } = yield* acting({}, quickText(body))
      assert.deepStrictEqual((yield* action.run).data, rounded)
      const page = yield* action.pipe(Action.integers("bigint"), Action.run)
      assert.deepStrictEqual([page.data, page.meta], [exact, { total: big }])
      assert.deepStrictEqual((yield* action.pipe(Action.integers("bigint")).execute).data, {
        data: exact,
        meta: { total: big }
      })
      const layer = yield* acting({}, quickText(body), { integers: "bigint" })
      assert.deepStrictEqual((yield* layer.action.run).data, exact)
      assert.deepStrictEqual((yield* layer.action.pipe(Action.integers("number"), Action.run)).data, rounded)
      const output = Schema.Struct({ id: Schema.BigIntFromSelf })
      assert.deepStrictEqual((yield* layer.action.pipe(Action.output(output), Action.run)).data, exact)
    })
  )

  virtual("in items, and in the body of a refusal", () =>
    Effect.gen(function* () {
      const list = `{"data":[{"id":${big}},{"id":5}],"meta":{}}`
      const { action } = yield* acting({}, quickText(list), { integers: "bigint" })
      assert.deepStrictEqual(yield* collected(action.items), [exact, { id: 5 }])
      const refused = yield* acting({}, quickText(`{"error":{"id":${big}}}`, 422), { integers: "bigint" })
      const left = yield* refused.action.either
      assert.deepStrictEqual(left._tag === "Left" && left.left.data, { error: exact })
    })
  )

  virtual("1e400 is none: OutcomeUnknown, under any name of JSON", () =>
    Effect.gen(function* () {
      for (const type of ["application/json", "text/json", "application/x-json"]) {
        const reply = answer(200, { text: '{"data":{"a":1e400}}', headers: { "content-type": type } })
        const { action } = yield* acting({}, reply)
        const error = yield* Effect.flip(action.run)
        assert.deepStrictEqual(error._tag === "OutcomeUnknown" && error.code, "INVALID_BODY", type)
      }
    })
  )

  virtual("1e400 in discovery or in a read: UnexpectedBody", () =>
    Effect.gen(function* () {
      const fake = bosaFake(quickText('{"demo":{"act":{"n":1e400}}}'), quickText("{}"))
      const bosa = yield* bosaOver(fake.swift)
      const discovery = yield* Effect.flip(bosa.connect("demo").action("act").run)
      assert.strictEqual(discovery._tag, "UnexpectedBody")
    })
  )
})
