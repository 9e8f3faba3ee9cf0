import * as Action from "@effect-connectors/core/Action"
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { virtual } from "../support/api.js"
import { inputs, integer, optional, quick, row, rows, text } from "../support/bosaKit.js"
import { byCursor, byPage, collected, numbers, serving, world } from "../support/bosaPagesKit.js"
import type { Reply } from "../support/fakeClient.js"

describe("pages", () => {
  for (const [name, reply, start] of [
    ["by number", byPage(5), { page: 5 }],
    ["by cursor", byCursor(5), { cursor: "c5" }]
  ] as const) {
    virtual(`${name}: forward to the end, each requested once`, () =>
      Effect.gen(function* () {
        const { action, fake } = yield* world(reply, { q: "x" })
        assert.deepStrictEqual(yield* collected(Action.items(action)), numbers(1, 5))
        assert.deepStrictEqual([fake.discoveries.length, fake.actions.length], [1, 5])
        const of =
          name === "by number"
            ? [2, 3, 4, 5].map((page) => ({ page }))
            : ["c2", "c3", "c4", "c5"].map((cursor) => ({ cursor }))
        assert.deepStrictEqual(inputs(fake.actions), [{ q: "x" }, ...of.map((position) => ({ ...position, q: "x" }))])
      })
    )

    virtual(`${name}: backward is forward reversed`, () =>
      Effect.gen(function* () {
        const { action } = yield* world(reply)
        const forward = yield* collected(Action.items(action))
        const backward = yield* collected(action.pipe(Action.from(start), Action.itemsBackward))
        assert.deepStrictEqual(backward, [...forward].reverse())
        const pages = yield* collected(action.pipe(Action.from(start), Action.pagesBackward))
        assert.deepStrictEqual(
          pages.map(({ hasNext, hasPrev }) => [hasNext, hasPrev]),
          [
            [false, true],
            [true, true],
            [true, true],
            [true, true],
            [true, false]
          ]
        )
      })
    )

    virtual(`${name}: a run can be left and gone on with at nextPosition`, () =>
      Effect.gen(function* () {
        const { action } = yield* world(reply)
        const first = yield* collected(Stream.take(Action.pages(action), 2))
        const position = first[1]?.nextPosition ?? Option.none()
        const kept: Action.ActionOptions["from"] = JSON.parse(JSON.stringify(Option.getOrThrow(position)))
        const rest = yield* collected(action.pipe(Action.from(kept ?? {}), Action.items))
        const before: ReadonlyArray<unknown> = first.flatMap(({ data }) => data)
        assert.deepStrictEqual<ReadonlyArray<unknown>>([...before, ...rest], numbers(1, 5))
      })
    )

    virtual(`${name}: next and prev of a page request their neighbor, each time they are run`, () =>
      Effect.gen(function* () {
        const { action, fake } = yield* world(reply)
        const one = yield* Action.run(action)
        assert.isTrue(Option.isNone(one.prev))
        const two = yield* Option.getOrThrow(one.next)
        assert.deepStrictEqual(two.data, [20, 21])
        assert.deepStrictEqual((yield* Option.getOrThrow(two.prev)).data, [10, 11])
        assert.deepStrictEqual((yield* Option.getOrThrow(one.next)).data, [20, 21])
        assert.strictEqual(fake.actions.length, 4)
      })
    )
  }

  virtual("the same Stream can be run twice", () =>
    Effect.gen(function* () {
      const { action } = yield* world(byCursor(3))
      const items = Action.items(action)
      assert.deepStrictEqual(yield* collected(items), yield* collected(items))
    })
  )

  virtual("take(1) costs one discovery and one request of the action", () =>
    Effect.gen(function* () {
      const { action, fake } = yield* world(byPage(50))
      assert.deepStrictEqual(yield* collected(Stream.take(Action.items(action), 1)), [10])
      yield* collected(Stream.take(Action.items(action), 2))
      assert.deepStrictEqual([fake.discoveries.length, fake.actions.length], [1, 2])
    })
  )

  virtual("headers, token, account and attempts go along to every page", () =>
    Effect.gen(function* () {
      const { action, fake } = yield* world(byPage(3), {}, rows, "gl")
      const options = { token: Redacted.make("t"), identifier: "ann", headers: { "x-own": "1" } }
      yield* collected(Action.items(action.with({ options })))
      assert.strictEqual(fake.actions.length, 3)
      for (const { headers } of fake.actions)
        assert.deepInclude(headers, {
          authorization: "Bearer t",
          "x-integration": "ann",
          "x-bosa-integration": "ann",
          "x-own": "1",
          "x-api-key": "demo-key"
        })
    })
  )

  virtual("a caller's own page stays next to a cursor, and the caller's object is not changed", () =>
    Effect.gen(function* () {
      const given = Object.freeze({ page: 7, q: "x" })
      const { action, fake } = yield* world(byCursor(3), given)
      yield* collected(Action.items(action))
      assert.deepStrictEqual(inputs(fake.actions), [
        { page: 7, q: "x" },
        { page: 7, cursor: "c2", q: "x" },
        { page: 7, cursor: "c3", q: "x" }
      ])
      assert.deepStrictEqual(given, { page: 7, q: "x" })
    })
  )

  virtual("what is not a list is one item and has no neighbors, whatever meta says", () =>
    Effect.gen(function* () {
      const meta = { has_next: true, has_prev: true, page: 3, forwards_cursor: "x" }
      for (const data of [{ id: 1 }, "x", 3, null]) {
        const { action, fake } = yield* world(quick({ data, meta }))
        assert.deepStrictEqual(yield* collected(Action.items(action)), [data])
        const page = yield* Action.run(action)
        assert.deepStrictEqual(
          [page.isList, page.hasNext, page.hasPrev, Option.isNone(page.next), Option.isNone(page.nextPosition)],
          [false, false, false, true, true]
        )
        assert.strictEqual(fake.actions.length, 2)
      }
    })
  )

  virtual("an empty page in the middle ends nothing", () =>
    Effect.gen(function* () {
      const reply = serving(({ page = 1 }) => ({ data: page === 2 ? [] : [page], meta: { page, has_next: page < 3 } }))
      const { action, fake } = yield* world(reply)
      assert.deepStrictEqual(yield* collected(Action.items(action)), [1, 3])
      assert.strictEqual(fake.actions.length, 3)
    })
  )

  for (const [name, reply] of [
    [
      "text",
      serving(({ page = 1 }) => ({ data: [page], meta: { page: String(page), has_next: page < 3 ? "yes" : "" } }))
    ],
    ["from 0", serving(({ page = 0 }) => ({ data: [page + 1], meta: { page, has_next: page < 2 ? 1 : 0 } }))]
  ] as const) {
    virtual(`page numbers: ${name}`, () =>
      Effect.gen(function* () {
        const { action } = yield* world(reply)
        assert.deepStrictEqual(yield* collected(Action.items(action)), [1, 2, 3])
      })
    )
  }

  virtual("the page before the first is page 0, when the server says that it is there", () =>
    Effect.gen(function* () {
      const reply = serving(({ page = 1 }) => ({ data: [page], meta: { page, has_prev: page > 0 } }))
      const { action, fake } = yield* world(reply)
      assert.deepStrictEqual(yield* collected(Action.itemsBackward(action)), [1, 0])
      assert.deepStrictEqual(inputs(fake.actions), [{}, { page: 0 }])
    })
  )

  virtual("a page or a cursor of another type than declared is sent in the declared type", () =>
    Effect.gen(function* () {
      const reply: Reply = (request, sent) =>
        quick(
          sent.body === "{}"
            ? { data: [1], meta: { page: 1, has_next: true, forwards_cursor: sent.url.endsWith("c") ? 7 : null } }
            : { data: [2], meta: {} }
        )(request, sent)
      const texts = { list: row({ page: optional(text), cursor: optional(text) }) }
      const numbersOf = { list: row({ page: optional(integer), cursor: optional(text) }, { path: "/demo/c" }) }
      for (const [of, second] of [
        [texts, { page: "2" }],
        [numbersOf, { cursor: "7" }]
      ] as const) {
        const { action, fake } = yield* world(reply, {}, of)
        assert.deepStrictEqual(yield* collected(Action.items(action)), [1, 2])
        assert.deepStrictEqual(inputs(fake.actions), [{}, second])
      }
    })
  )
})

describe("typed data", () => {
  const Row = Schema.Struct({ id: Schema.NumberFromString })

  virtual("each page is decoded, and items are its elements", () =>
    Effect.gen(function* () {
      const reply = serving(({ page = 1 }) => ({ data: [{ id: String(page) }], meta: { page, has_next: page < 3 } }))
      const { action } = yield* world(reply)
      const typed = action.pipe(Action.output(Schema.Array(Row)))
      assert.deepStrictEqual(yield* collected(Action.items(typed)), [{ id: 1 }, { id: 2 }, { id: 3 }])
      const page = yield* Action.run(typed)
      assert.deepStrictEqual((yield* Option.getOrThrow(page.next)).data, [{ id: 2 }])
    })
  )

  virtual("data that does not fit is UnexpectedBody with the body kept, and no value in the message", () =>
    Effect.gen(function* () {
      const body = { data: [{ id: "CANARY-value" }], meta: {} }
      const { action, fake } = yield* world(quick(body))
      const error = yield* Effect.flip(action.pipe(Action.output(Schema.Array(Row)), Action.run))
      if (error._tag !== "UnexpectedBody") throw new Error(error._tag)
      assert.deepStrictEqual([error.reason, error.body, fake.actions.length], ["invalid", body, 1])
      assert.notInclude(`${error.message} ${JSON.stringify(error)}`, "CANARY")
      assert.match(error.message, /data/)
    })
  )
})
