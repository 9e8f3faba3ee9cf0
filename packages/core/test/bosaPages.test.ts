import * as Action from "@effect-connectors/core/Action"
import type { Dialect } from "@effect-connectors/core/Dialect"
import { assert, describe } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { virtual } from "./support/api.js"
import { bosaFake, bosaOver, inputs, integer, optional, quick, row, type Rows, rows, text } from "./support/bosaKit.js"
import type { Reply } from "./support/fakeClient.js"

interface Asked {
  readonly page?: number
  readonly cursor?: string
  readonly q?: string
}

const Input = Schema.parseJson(
  Schema.Struct({
    page: Schema.optionalWith(Schema.Number, { exact: true }),
    cursor: Schema.optionalWith(Schema.String, { exact: true }),
    q: Schema.optionalWith(Schema.String, { exact: true })
  })
)

/** Answers each request by what it asks for. */
const serving =
  (answer: (asked: Asked, count: number) => unknown): Reply =>
  (request, sent) => {
    let count = 0
    return Effect.flatMap(Effect.orDie(Schema.decode(Input)(sent.body)), (asked) =>
      quick(answer(asked, count++))(request, sent)
    )
  }

const byPage = (pages: number) =>
  serving(({ page = 1 }) => ({
    data: [page * 10, page * 10 + 1],
    meta: { page, has_next: page < pages, has_prev: page > 1 }
  }))

const byCursor = (pages: number) =>
  serving(({ cursor = "c1" }) => {
    const page = Number(cursor.slice(1))
    return {
      data: [page * 10, page * 10 + 1],
      meta: {
        has_next: page < pages,
        has_prev: page > 1,
        forwards_cursor: page < pages ? `c${page + 1}` : null,
        backwards_cursor: page > 1 ? `c${page - 1}` : null,
        page
      }
    }
  })

const world = (reply: Reply, given: Action.Parameters = {}, of: Rows = rows, dialect: Dialect = "bosa") =>
  Effect.gen(function* () {
    const fake = bosaFake(of, reply)
    const bosa = yield* bosaOver(fake.client, { dialect })
    return { fake, action: bosa.connect("demo").action("list").pipe(Action.params(given)) }
  })

const collected = <A, E>(stream: Stream.Stream<A, E>) => Effect.map(Stream.runCollect(stream), Chunk.toReadonlyArray)

/** What came before the end, and the end. */
const walked = Effect.fnUntraced(function* <A, E>(stream: Stream.Stream<A, E>) {
  const seen: Array<A> = []
  const exit = yield* Effect.exit(Stream.runForEach(stream, (item) => Effect.sync(() => void seen.push(item))))
  return { seen, exit }
})

const numbers = (from: number, to: number): ReadonlyArray<number> =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index).flatMap((page) => [page * 10, page * 10 + 1])

const failure = <A, E>(exit: Exit.Exit<A, E>): E => {
  const error = Exit.isFailure(exit) && exit.cause._tag === "Fail" ? Option.some(exit.cause.error) : Option.none()
  return Option.getOrThrowWith(error, () => new Error(String(exit)))
}

describe("pages", () => {
  for (const [name, reply, start] of [
    ["by number", byPage(5), { page: 5 }],
    ["by cursor", byCursor(5), { cursor: "c5" }]
  ] as const) {
    virtual(`${name}: forward to the end, each asked for once`, () =>
      Effect.gen(function* () {
        const { action, fake } = yield* world(reply, { q: "x" })
        assert.deepStrictEqual(yield* collected(Action.items(action)), numbers(1, 5))
        assert.deepStrictEqual([fake.discoveries.length, fake.actions.length], [1, 5])
        const of = name === "by number" ? [2, 3, 4, 5].map((page) => ({ page })) : ["c2", "c3", "c4", "c5"].map((cursor) => ({ cursor }))
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
          [[false, true], [true, true], [true, true], [true, true], [true, false]]
        )
      })
    )

    virtual(`${name}: a run can be left and gone on with at nextPosition`, () =>
      Effect.gen(function* () {
        const { action } = yield* world(reply)
        const first = yield* collected(Stream.take(Action.pages(action), 2))
        const position = first[1]?.nextPosition ?? Option.none()
        const kept: Action.Options["from"] = JSON.parse(JSON.stringify(Option.getOrThrow(position)))
        const rest = yield* collected(action.pipe(Action.from(kept ?? {}), Action.items))
        const before: ReadonlyArray<unknown> = first.flatMap(({ data }) => data)
        assert.deepStrictEqual<ReadonlyArray<unknown>>([...before, ...rest], numbers(1, 5))
      })
    )

    virtual(`${name}: next and prev of a page ask for the page beside it, each time they are run`, () =>
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

  virtual("a caller's own page stays beside a cursor, and his object is not changed", () =>
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

  virtual("what is no list is one item and has no pages beside it, whatever meta says", () =>
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
    ["text", serving(({ page = 1 }) => ({ data: [page], meta: { page: String(page), has_next: page < 3 ? "yes" : "" } }))],
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

describe("pages that lead nowhere", () => {
  const loops: ReadonlyArray<
    readonly [name: string, reply: Reply, given: Action.Parameters, reason: string, pages: number, sends: number]
  > = [
    ["the first page again and again", serving(() => ({ data: [1], meta: { page: 1, has_next: true } })), {}, "repeated", 2, 2],
    ["the page that was asked for", serving(() => ({ data: [1], meta: { page: 4, has_next: true } })), { page: 5 }, "repeated", 1, 1],
    ["backwards while going forward", serving(({ page = 9 }) => ({ data: [1], meta: { page: page - 2, has_next: true } })), {}, "repeated", 2, 2],
    ["the same cursor", serving(() => ({ data: [1], meta: { forwards_cursor: "c", has_next: true } })), {}, "repeated", 2, 2],
    ["the cursor it began with", serving(() => ({ data: [1], meta: { forwards_cursor: "c", has_next: true } })), { cursor: "c" }, "repeated", 1, 1],
    [
      "two cursors in turn",
      serving(({ cursor }) => ({ data: [1], meta: { forwards_cursor: cursor === "a" ? "b" : "a", has_next: true } })),
      {},
      "repeated",
      3,
      3
    ],
    ["no way on", serving(() => ({ data: [1], meta: { has_next: true } })), {}, "stuck", 1, 1],
    ["an empty cursor", serving(() => ({ data: [1], meta: { has_next: true, forwards_cursor: "" } })), {}, "stuck", 1, 1],
    ["a page that is no number", serving(() => ({ data: [1], meta: { has_next: true, page: "two" } })), {}, "stuck", 1, 1],
    ["a page that is a fraction", serving(() => ({ data: [1], meta: { has_next: true, page: 1.5 } })), {}, "stuck", 1, 1]
  ]
  for (const [name, reply, given, reason, pages, sends] of loops) {
    virtual(`${name}: ${reason} after ${pages}, and the pages before were given`, () =>
      Effect.gen(function* () {
        const { action, fake } = yield* world(reply, given)
        const { exit, seen } = yield* walked(Action.pages(action))
        const error = failure(exit)
        if (error._tag !== "PaginationLoop") throw new Error(error._tag)
        assert.deepStrictEqual([error.reason, error.pages, error.connector, error.action], [reason, pages, "demo", "list"])
        assert.deepStrictEqual([seen.length, fake.actions.length], [pages, sends])
        if (sends > 1) return
        // by hand it is the same
        const page = yield* Action.run(action)
        const next = yield* Effect.flip(Option.getOrThrow(page.next))
        assert.deepStrictEqual([page.hasNext, next._tag === "PaginationLoop" && next.reason], [true, reason])
      })
    )
  }

  virtual("40 cursors in a round: found when the first of them comes again", () =>
    Effect.gen(function* () {
      const reply = serving(({ cursor = "c0" }) => {
        const at = (Number(cursor.slice(1)) + 1) % 40
        return { data: [], meta: { forwards_cursor: `c${at}`, has_next: true } }
      })
      const { action, fake } = yield* world(reply)
      const error = failure((yield* walked(Action.pages(action))).exit)
      assert.deepStrictEqual(
        [error._tag === "PaginationLoop" && error.cursor, error._tag === "PaginationLoop" && error.reason],
        ["c1", "repeated"]
      )
      assert.strictEqual(fake.actions.length, 41)
    })
  )

  for (const [name, meta] of [
    ["page", { page: 1, has_next: true }],
    ["cursor", { forwards_cursor: "c", has_next: true }]
  ] as const) {
    virtual(`an action that does not take ${name}: undeclared, and never the same request twice`, () =>
      Effect.gen(function* () {
        const { action, fake } = yield* world(serving(() => ({ data: [1], meta })), {}, { list: row() })
        const { exit, seen } = yield* walked(Action.pages(action))
        const error = failure(exit)
        assert.strictEqual(error._tag === "PaginationLoop" && error.reason, "undeclared")
        assert.deepStrictEqual([seen.length, fake.actions.length], [1, 1])
      })
    )
  }

  virtual("more pages than allowed: cap, after as many", () =>
    Effect.gen(function* () {
      for (const maxPages of [1, 3, 5, 6]) {
        const { action, fake } = yield* world(byPage(5))
        const { exit, seen } = yield* walked(action.pipe(Action.maxPages(maxPages), Action.pages))
        assert.strictEqual(fake.actions.length, Math.min(maxPages, 5))
        assert.strictEqual(seen.length, Math.min(maxPages, 5))
        if (maxPages >= 5) assert.isTrue(Exit.isSuccess(exit))
        else {
          const error = failure(exit)
          assert.strictEqual(error._tag === "PaginationLoop" && error.reason, "cap")
        }
      }
    })
  )

  virtual("no number of pages: refused", () =>
    Effect.gen(function* () {
      for (const maxPages of [0, -1, 1.5, NaN, Infinity]) {
        const { action, fake } = yield* world(byPage(5))
        const error = failure((yield* walked(action.pipe(Action.maxPages(maxPages), Action.pages))).exit)
        assert.deepStrictEqual([error._tag, fake.actions.length], ["InvalidRequest", 0])
      }
    })
  )

  virtual("a failure in the middle is one, and no page; those before it were given, none after it is asked for", () =>
    Effect.gen(function* () {
      const good = byPage(5)
      const reply: Reply = (request, sent) =>
        sent.body === '{"page":3}' ? quick({ error: { code: "BROKEN", message: "x" } }, 500)(request, sent) : good(request, sent)
      const { action, fake } = yield* world(reply)
      const { exit, seen } = yield* walked(Action.items(action))
      assert.deepStrictEqual([failure(exit)._tag, seen, fake.actions.length], ["ServerFailed", numbers(1, 2), 3])
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
