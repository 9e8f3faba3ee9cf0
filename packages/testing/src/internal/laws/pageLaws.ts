import * as Action from "@effect-connectors/core/Action"
import { BosaApi } from "@effect-connectors/core/BosaApi"
import type { Page } from "@effect-connectors/core/Page"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Law, PagedAction } from "../../Law.js"
import { isSame } from "./following.js"
import { law, type Trail } from "./evidence.js"

const itemsOf = ({ data }: Page): ReadonlyArray<unknown> => (Array.isArray(data) ? data : [data])

const all = <A, E, R>(stream: Stream.Stream<A, E, R>): Effect.Effect<ReadonlyArray<A>, E, R> =>
  Effect.map(Stream.runCollect(stream), Chunk.toReadonlyArray)

const pageLine = (page: Page, index: number): string => `page ${index + 1}: ${itemsOf(page).length} items`

/** The action as a value, and its pages from the first to the last. */
const walked = Effect.fnUntraced(function* (trail: Trail, { action, input = {} }: PagedAction) {
  const bosa = yield* BosaApi
  const value = bosa.connect(trail.target.connector).action(action).pipe(Action.params(input))
  yield* trail.note(action)
  const pages = yield* all(value.pages)
  yield* Effect.forEach(pages, (page, index) => trail.note(pageLine(page, index)))
  yield* trail.hold(pages.length > 1, `${action} has one page: the target has to name a list of more`)
  return { action, value, pages }
})

const eachList = Effect.fnUntraced(function* <E, R>(
  trail: Trail,
  check: (list: PagedAction) => Effect.Effect<void, E, R>
) {
  const { pages } = trail.target
  if (pages.length === 0) return yield* trail.skipped("the target names no list with pages (`pages`)")
  yield* Effect.forEach(pages, check, { discard: true })
})

const complete = law(
  "pages: nothing is lost",
  "The pages come in order and hold every item once; only the last has no next.",
  (trail) =>
    eachList(
      trail,
      Effect.fnUntraced(function* (list) {
        const { action, pages } = yield* walked(trail, list)
        const found = pages.flatMap(itemsOf)
        yield* trail.hold(
          list.items === undefined || isSame(found, list.items),
          `${action} has other items: ${JSON.stringify(found)} and not ${JSON.stringify(list.items)}`
        )
        const texts = found.map((item) => JSON.stringify(item))
        yield* trail.hold(new Set(texts).size === texts.length, `${action} gave an item twice`)
        const total = pages[0]?.meta["total"]
        yield* trail.hold(
          typeof total !== "number" || total === found.length,
          `${action} has ${found.length} items, and the server says ${String(total)}`
        )
        yield* trail.hold(
          pages.every(({ hasNext }, index) => hasNext === index < pages.length - 1),
          `${action} says that there is a next page where there is none, or none where there is`
        )
      })
    )
)

const concatenated = law(
  "pages: items are those of the pages",
  "The items of an action are those of its pages, one page after the other.",
  (trail) =>
    eachList(
      trail,
      Effect.fnUntraced(function* (list) {
        const { action, pages, value } = yield* walked(trail, list)
        const items = yield* all(value.items)
        yield* trail.hold(isSame(items, pages.flatMap(itemsOf)), `${action} gives ${JSON.stringify(items)}`)
      })
    )
)

const backward = law(
  "pages: backward is the reverse",
  "From the last page back come the same pages in reverse, and their items too.",
  (trail) =>
    eachList(
      trail,
      Effect.fnUntraced(function* (list) {
        const { action, pages, value } = yield* walked(trail, list)
        const position = pages.at(-2)?.nextPosition ?? Option.none()
        if (Option.isNone(position)) return yield* trail.broken(`${action} does not say where its last page is`)
        const fromLast = Action.from(position.value)(value)
        const back = yield* all(fromLast.pagesBackward)
        const expected = pages.map(itemsOf).reverse()
        yield* trail.hold(
          isSame(back.map(itemsOf), expected),
          `${action} gives ${JSON.stringify(back.map(itemsOf))} backward`
        )
        const items = yield* all(fromLast.itemsBackward)
        yield* trail.hold(
          isSame(items, pages.flatMap(itemsOf).reverse()),
          `${action} gives the items ${JSON.stringify(items)} backward`
        )
      })
    )
)

const lazy = law("pages: only what is taken is asked for", "Whoever takes the first item asks for one page.", (trail) =>
  eachList(
    trail,
    Effect.fnUntraced(function* ({ action, input = {} }) {
      const bosa = yield* BosaApi
      const value = bosa.connect(trail.target.connector).action(action).pipe(Action.params(input))
      yield* trail.note(action)
      const asked = Effect.map(trail.sent, (sent) => sent.filter(({ method }) => method !== "GET").length)
      const before = yield* asked
      yield* all(Stream.take(value.items, 1))
      yield* trail.settle
      const times = (yield* asked) - before
      yield* trail.hold(times === 1, `${action} was asked for ${times} pages for its first item`)
    })
  )
)

/** The laws of pages. @internal */
export const pageLaws: ReadonlyArray<Law<BosaApi>> = [complete, concatenated, backward, lazy]
