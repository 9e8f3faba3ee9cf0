import { jsonText } from "../data/jsonText.js"
import * as Action from "@effect-connectors/core/Action"
import { BosaApi } from "@effect-connectors/core/BosaApi"
import type { Page } from "@effect-connectors/core/Page"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Law, PagedAction } from "../../Law.js"
import { isSameJson } from "./isSameJson.js"
import { law, type Transcript } from "./transcript.js"

const itemsOf = ({ data }: Page): ReadonlyArray<unknown> => (Array.isArray(data) ? data : [data])

const collect = <A, E, R>(stream: Stream.Stream<A, E, R>): Effect.Effect<ReadonlyArray<A>, E, R> =>
  Effect.map(Stream.runCollect(stream), Chunk.toReadonlyArray)

const pageLine = (page: Page, index: number): string => `page ${index + 1}: ${itemsOf(page).length} items`

/** Reads all pages of an action. */
const readPages = Effect.fnUntraced(function* (transcript: Transcript, { action, input = {} }: PagedAction) {
  const bosa = yield* BosaApi
  const value = bosa.connect(transcript.target.connector).action(action).pipe(Action.params(input))
  yield* transcript.note(action)
  const pages = yield* collect(value.pages)
  yield* Effect.forEach(pages, (page, index) => transcript.note(pageLine(page, index)))
  yield* transcript.ensure(pages.length > 1, `${action} has one page: the target has to name a list with more pages`)
  return { action, value, pages }
})

const eachList = Effect.fnUntraced(function* <E, R>(
  transcript: Transcript,
  check: (list: PagedAction) => Effect.Effect<void, E, R>
) {
  const { pages } = transcript.target
  if (pages.length === 0) return yield* transcript.skipped("the target has no list with pages (`pages`)")
  yield* Effect.forEach(pages, check, { discard: true })
})

const complete = law(
  "pages: nothing is lost",
  "The pages come in order and hold every item once, and only the last has no next page.",
  (transcript) =>
    eachList(
      transcript,
      Effect.fnUntraced(function* (list) {
        const { action, pages } = yield* readPages(transcript, list)
        const found = pages.flatMap(itemsOf)
        yield* transcript.ensure(
          list.items === undefined || isSameJson(found, list.items),
          `${action} has other items: ${jsonText(found)} and not ${jsonText(list.items)}`
        )
        const texts = found.map((item) => jsonText(item))
        yield* transcript.ensure(new Set(texts).size === texts.length, `${action} gave an item twice`)
        const total = pages[0]?.meta["total"]
        yield* transcript.ensure(
          typeof total !== "number" || total === found.length,
          `${action} has ${found.length} items, and the server says ${String(total)}`
        )
        yield* transcript.ensure(
          pages.every(({ hasNext }, index) => hasNext === index < pages.length - 1),
          `${action} reports a next page after the last page, or none before it`
        )
      })
    )
)

const concatenated = law(
  "pages: items match the pages",
  "The items of an action are those of its pages, one page after the other.",
  (transcript) =>
    eachList(
      transcript,
      Effect.fnUntraced(function* (list) {
        const { action, pages, value } = yield* readPages(transcript, list)
        const items = yield* collect(value.items)
        yield* transcript.ensure(isSameJson(items, pages.flatMap(itemsOf)), `${action} gives ${jsonText(items)}`)
      })
    )
)

const backward = law(
  "pages: backward reverses forward",
  "Reading from the last page back gives the same pages and items in reverse.",
  (transcript) =>
    eachList(
      transcript,
      Effect.fnUntraced(function* (list) {
        const { action, pages, value } = yield* readPages(transcript, list)
        const position = pages.at(-2)?.nextPosition ?? Option.none()
        if (Option.isNone(position)) return yield* transcript.broken(`${action} has no position of its last page`)
        const fromLast = Action.from(position.value)(value)
        const back = yield* collect(fromLast.pagesBackward)
        const expected = pages.map(itemsOf).reverse()
        yield* transcript.ensure(
          isSameJson(back.map(itemsOf), expected),
          `${action} gives ${jsonText(back.map(itemsOf))} backward`
        )
        const items = yield* collect(fromLast.itemsBackward)
        yield* transcript.ensure(
          isSameJson(items, pages.flatMap(itemsOf).reverse()),
          `${action} gives the items ${jsonText(items)} backward`
        )
      })
    )
)

const lazy = law("pages: pages are read on demand", "Taking the first item sends one request.", (transcript) =>
  eachList(
    transcript,
    Effect.fnUntraced(function* ({ action, input = {} }) {
      const bosa = yield* BosaApi
      const value = bosa.connect(transcript.target.connector).action(action).pipe(Action.params(input))
      yield* transcript.note(action)
      const requestCount = Effect.map(transcript.sent, (sent) => sent.filter(({ method }) => method !== "GET").length)
      const before = yield* requestCount
      yield* collect(Stream.take(value.items, 1))
      yield* transcript.settle
      const times = (yield* requestCount) - before
      yield* transcript.ensure(times === 1, `${action} sent ${times} requests for its first item`)
    })
  )
)

/** The laws about pages. @internal */
export const pageLaws: ReadonlyArray<Law<BosaApi>> = [complete, concatenated, backward, lazy]
