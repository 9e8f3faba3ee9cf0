import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { Deals } from "./Deals.ts"
import { Reviews } from "./Reviews.ts"

/** The amount of a deal and its open pull requests. */
export const report = Effect.fn("report")(function* (id: number, repo: string) {
  const deals = yield* Deals
  const reviews = yield* Reviews
  const deal = yield* deals.fetch(id)
  const waiting = yield* Stream.runCollect(reviews.waiting(repo))
  return [
    `${deal.name}: ${deal.amount}`,
    ...Chunk.toReadonlyArray(waiting).map(({ number, title }) => `  #${number} ${title}`)
  ].join("\n")
})
