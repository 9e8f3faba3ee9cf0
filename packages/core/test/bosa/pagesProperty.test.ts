import * as Action from "@effect-connectors/core/Action"
import { VirtualClock } from "@effect-connectors/testing/VirtualClock"
import { assert, describe, it } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { bosaFake, bosaOver, inputs, quick, rows } from "../support/bosaKit.js"
import type { Reply } from "../support/fakeClient.js"

const Position = Schema.parseJson(
  Schema.Struct({
    page: Schema.optionalWith(Schema.Number, { exact: true }),
    cursor: Schema.optionalWith(Schema.String, { exact: true })
  })
)

interface World {
  /** How many items each page has. */
  readonly sizes: ReadonlyArray<number>
  readonly by: "page" | "cursor"
  readonly firstPage: number
  readonly isText: boolean
  readonly extras: Readonly<Record<string, unknown>>
}

const worlds: FastCheck.Arbitrary<World> = FastCheck.record({
  sizes: FastCheck.array(FastCheck.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 12 }),
  by: FastCheck.constantFrom("page", "cursor"),
  firstPage: FastCheck.constantFrom(0, 1, 1, 1, 17),
  isText: FastCheck.boolean(),
  // what is never read must not matter
  extras: FastCheck.dictionary(
    FastCheck.constantFrom("total", "total_page", "limit", "links", "next", "has_more"),
    FastCheck.oneof(FastCheck.integer(), FastCheck.boolean(), FastCheck.string()),
    { maxKeys: 3 }
  )
})

const pagesOf = ({ sizes }: World): ReadonlyArray<ReadonlyArray<string>> =>
  sizes.map((size, page) => Array.from({ length: size }, (_, index) => `${page}.${index}`))

const server = (world: World): Reply => {
  const { by, extras, firstPage, isText } = world
  const pages = pagesOf(world)
  const cursorOf = (index: number) => `at:${index}/é"`
  return (request, sent) =>
    Effect.flatMap(Effect.orDie(Schema.decode(Position)(sent.body)), ({ cursor, page = firstPage }) => {
      const index = by === "page" ? page - firstPage : cursor === undefined ? 0 : Number(cursor.slice(3).split("/")[0])
      const [next, prev] = [index < pages.length - 1, index > 0]
      const meta =
        by === "page"
          ? { page: isText ? String(page) : page }
          : {
              forwards_cursor: next ? cursorOf(index + 1) : null,
              backwards_cursor: prev ? cursorOf(index - 1) : null,
              page: 99
            }
      return quick({ data: pages[index], meta: { ...extras, ...meta, has_next: next, has_prev: prev } })(request, sent)
    })
}

const walk = (world: World, run: (action: Action.Action) => Effect.Effect<ReadonlyArray<unknown>, unknown>) => {
  const fake = bosaFake(rows, server(world))
  return Effect.runPromise(
    VirtualClock.run(Effect.flatMap(bosaOver(fake.client), (bosa) => run(bosa.connect("demo").action("list"))))
  ).then((items) => ({ items, fake }))
}

const collected = <A, E>(stream: Stream.Stream<A, E>) => Effect.map(Stream.runCollect(stream), Chunk.toReadonlyArray)

describe("any world of pages", () => {
  it("forward: all items in order, each page requested once", () =>
    FastCheck.assert(
      FastCheck.asyncProperty(worlds, async (world) => {
        const { fake, items } = await walk(world, (action) => collected(Action.items(action)))
        assert.deepStrictEqual(items, pagesOf(world).flat())
        assert.strictEqual(fake.discoveries.length, 1)
        assert.strictEqual(fake.actions.length, world.sizes.length)
        assert.strictEqual(new Set(inputs(fake.actions).map((input) => JSON.stringify(input))).size, world.sizes.length)
      }),
      { numRuns: 60, seed: 11 }
    ))

  it("backward from the end: the same items in reverse", () =>
    FastCheck.assert(
      FastCheck.asyncProperty(worlds, async (world) => {
        const last = world.sizes.length - 1
        const from = world.by === "page" ? { page: world.firstPage + last } : { cursor: `at:${last}/é"` }
        const { fake, items } = await walk(world, (action) =>
          collected(action.pipe(Action.from(from), Action.itemsBackward))
        )
        assert.deepStrictEqual(items, pagesOf(world).flat().reverse())
        assert.strictEqual(fake.actions.length, world.sizes.length)
      }),
      { numRuns: 60, seed: 12 }
    ))

  it("any part of it: as many items as taken, and no page beyond the one that holds the last of them", () =>
    FastCheck.assert(
      FastCheck.asyncProperty(worlds, FastCheck.integer({ min: 1, max: 20 }), async (world, count) => {
        const { fake, items } = await walk(world, (action) => collected(Stream.take(Action.items(action), count)))
        const all = pagesOf(world)
        assert.deepStrictEqual(items, all.flat().slice(0, count))
        let sum = 0
        const needed = all.findIndex((page) => (sum += page.length) >= count)
        assert.strictEqual(fake.actions.length, needed < 0 ? all.length : needed + 1)
      }),
      { numRuns: 60, seed: 13 }
    ))
})
