import * as Action from "@effect-connectors/core/Action"
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import { virtual } from "../support/api.js"
import { quick, row } from "../support/bosaKit.js"
import { byPage, failure, numbers, serving, walked, world } from "../support/bosaPagesKit.js"
import type { Reply } from "../support/fakeClient.js"

describe("pages that lead nowhere", () => {
  const loops: ReadonlyArray<
    readonly [name: string, reply: Reply, given: Action.Parameters, reason: string, pages: number, sends: number]
  > = [
    [
      "the first page again and again",
      serving(() => ({ data: [1], meta: { page: 1, has_next: true } })),
      {},
      "repeated",
      2,
      2
    ],
    [
      "the page that was requested",
      serving(() => ({ data: [1], meta: { page: 4, has_next: true } })),
      { page: 5 },
      "repeated",
      1,
      1
    ],
    [
      "backwards while going forward",
      serving(({ page = 9 }) => ({ data: [1], meta: { page: page - 2, has_next: true } })),
      {},
      "repeated",
      2,
      2
    ],
    [
      "the same cursor",
      serving(() => ({ data: [1], meta: { forwards_cursor: "c", has_next: true } })),
      {},
      "repeated",
      2,
      2
    ],
    [
      "the cursor it began with",
      serving(() => ({ data: [1], meta: { forwards_cursor: "c", has_next: true } })),
      { cursor: "c" },
      "repeated",
      1,
      1
    ],
    [
      "two cursors in turn",
      serving(({ cursor }) => ({ data: [1], meta: { forwards_cursor: cursor === "a" ? "b" : "a", has_next: true } })),
      {},
      "repeated",
      3,
      3
    ],
    ["no next position", serving(() => ({ data: [1], meta: { has_next: true } })), {}, "stuck", 1, 1],
    [
      "an empty cursor",
      serving(() => ({ data: [1], meta: { has_next: true, forwards_cursor: "" } })),
      {},
      "stuck",
      1,
      1
    ],
    [
      "a page that is not a number",
      serving(() => ({ data: [1], meta: { has_next: true, page: "two" } })),
      {},
      "stuck",
      1,
      1
    ],
    [
      "a page that is a fraction",
      serving(() => ({ data: [1], meta: { has_next: true, page: 1.5 } })),
      {},
      "stuck",
      1,
      1
    ]
  ]
  for (const [name, reply, given, reason, pages, sends] of loops) {
    virtual(`${name}: ${reason} after ${pages}, and the pages before were given`, () =>
      Effect.gen(function* () {
        const { action, fake } = yield* world(reply, given)
        const { exit, seen } = yield* walked(Action.pages(action))
        const error = failure(exit)
        if (error._tag !== "PaginationLoop") throw new Error(error._tag)
        assert.deepStrictEqual(
          [error.reason, error.pages, error.connector, error.action],
          [reason, pages, "demo", "list"]
        )
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
        const { action, fake } = yield* world(
          serving(() => ({ data: [1], meta })),
          {},
          { list: row() }
        )
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

  virtual("a failure in the middle is not a page; those before it were given, none after it is requested", () =>
    Effect.gen(function* () {
      const good = byPage(5)
      const reply: Reply = (request, sent) =>
        sent.body === '{"page":3}'
          ? quick({ error: { code: "BROKEN", message: "x" } }, 500)(request, sent)
          : good(request, sent)
      const { action, fake } = yield* world(reply)
      const { exit, seen } = yield* walked(Action.items(action))
      assert.deepStrictEqual([failure(exit)._tag, seen, fake.actions.length], ["ServerFailed", numbers(1, 2), 3])
    })
  )
})
