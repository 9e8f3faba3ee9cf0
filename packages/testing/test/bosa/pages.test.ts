import { BosaTest } from "@effect-connectors/testing/BosaTest"
import * as World from "@effect-connectors/testing/World"
import type * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { BosaPages } from "../../src/BosaWorld.ts"
import { at, call, refused, run } from "../support/bosa.ts"

const items = [1, 2, 3, 4, 5, 6, 7]

const test = (name: string, pages: BosaPages, body: Effect.Effect<void, unknown, HttpClient.HttpClient>) =>
  it.effect(name, () => {
    const world = World.make({ bosa: { connectors: [{ name: "c", actions: [{ name: "list", pages }] }] } })
    return Effect.provide(body, BosaTest.layer(world))
  })

const page = (input: unknown) =>
  Effect.map(run("c/list", input), ([, body]) => ({ data: at(body, "data"), meta: Object(at(body, "meta")) }))

/** Reads page after page while the list says that there is a next one. */
const walk = (first: unknown, next: (meta: Readonly<Record<string, unknown>>) => unknown) =>
  Effect.gen(function* () {
    const seen = []
    let input = first
    for (let count = 0; count < 10; count++) {
      const { data, meta } = yield* page(input)
      seen.push(data)
      input = next(meta)
      if (input === undefined) break
    }
    return seen
  })

describe("pages by number", () => {
  const pages = { items, perPage: 3 }

  test(
    "have their position in their meta data",
    pages,
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* page({}), {
        data: [1, 2, 3],
        meta: {
          total: 7,
          total_page: 3,
          page: 1,
          limit: 3,
          has_next: true,
          has_prev: false,
          forwards_cursor: null,
          backwards_cursor: null
        }
      })
      assert.deepInclude((yield* page({ page: 3, per_page: 2 })).meta, {
        total_page: 4,
        has_next: true,
        has_prev: true
      })
    })
  )

  test(
    "lead to the last page and back",
    pages,
    Effect.gen(function* () {
      const forwards = walk({}, (meta) => (meta["has_next"] === true ? { page: Number(meta["page"]) + 1 } : undefined))
      assert.deepStrictEqual(yield* forwards, [[1, 2, 3], [4, 5, 6], [7]])
      const backwards = walk({ page: 3 }, (meta) =>
        meta["has_prev"] === true ? { page: Number(meta["page"]) - 1 } : undefined
      )
      assert.deepStrictEqual(yield* backwards, [[7], [4, 5, 6], [1, 2, 3]])
      assert.deepStrictEqual((yield* page({ page: 9 })).data, [])
      assert.deepStrictEqual((yield* page({ page: "2", per_page: "3" })).data, [4, 5, 6])
    })
  )

  test(
    "end with a last page that is full",
    pages,
    Effect.gen(function* () {
      assert.deepInclude((yield* page({ limit: items.length })).meta, { has_next: false, total_page: 1 })
    })
  )

  test(
    "refuse an invalid page number",
    pages,
    Effect.gen(function* () {
      for (const input of [{ page: 0 }, { page: "x" }, { page: 1.5 }, { per_page: -1 }, { limit: 0 }]) {
        assert.deepStrictEqual(
          refused(yield* call("POST", "/c/list", { json: input })),
          [422, "VALIDATION_ERROR"],
          JSON.stringify(input)
        )
      }
    })
  )

  test(
    "repeat the first page when they are stuck",
    { ...pages, stuck: true },
    Effect.gen(function* () {
      const second = yield* page({ page: 2 })
      assert.deepStrictEqual(second.data, [1, 2, 3])
      assert.deepInclude(second.meta, { page: 1, has_next: true })
    })
  )
})

describe("pages by cursor", () => {
  const pages = { items, by: "cursor", perPage: 3 } as const

  test(
    "lead to the last page and back",
    pages,
    Effect.gen(function* () {
      const cursor = (name: string) => (meta: Readonly<Record<string, unknown>>) =>
        meta[name] === null ? undefined : { cursor: meta[name], limit: 3 }
      assert.deepStrictEqual(yield* walk({ limit: 3 }, cursor("forwards_cursor")), [[1, 2, 3], [4, 5, 6], [7]])
      const second = yield* page({ cursor: (yield* page({})).meta["forwards_cursor"] })
      assert.deepInclude(second.meta, { has_next: true, has_prev: true, total: 7, limit: 3 })
      assert.isUndefined(second.meta["page"])
      const first = yield* page({ cursor: second.meta["backwards_cursor"] })
      assert.deepStrictEqual(first.data, [1, 2, 3])
      assert.deepInclude(first.meta, { has_prev: false, backwards_cursor: null })
    })
  )

  test(
    "end with a last page that is full",
    pages,
    Effect.gen(function* () {
      const all = yield* page({ limit: items.length })
      assert.deepInclude(all.meta, { has_next: false, forwards_cursor: null, total_page: 1 })
    })
  )

  test(
    "refuse a cursor of another list",
    pages,
    Effect.gen(function* () {
      for (const cursor of ["x", "", 7, "b2Zmc2V0Oi0x"]) {
        const answer = yield* call("POST", "/c/list", { json: { cursor } })
        assert.deepStrictEqual(refused(answer), [422, "VALIDATION_ERROR"], String(cursor))
      }
    })
  )

  test(
    "repeat the same cursor when they are stuck",
    { ...pages, stuck: true },
    Effect.gen(function* () {
      const first = yield* page({})
      const second = yield* page({ cursor: first.meta["forwards_cursor"] })
      assert.deepStrictEqual(second, first)
      assert.isTrue(second.meta["has_next"])
    })
  )
})
