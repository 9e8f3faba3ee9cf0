import * as Action from "@effect-connectors/core/Action"
import type { Dialect } from "@effect-connectors/core/Dialect"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { bosaFake, bosaOver, quick, type Rows, rows } from "./bosaKit.js"
import type { Reply } from "./fakeClient.js"

export interface PageRequest {
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
export const serving =
  (answer: (requested: PageRequest, count: number) => unknown): Reply =>
  (request, sent) => {
    let count = 0
    return Effect.flatMap(Effect.orDie(Schema.decode(Input)(sent.body)), (requested) =>
      quick(answer(requested, count++))(request, sent)
    )
  }

export const byPage = (pages: number) =>
  serving(({ page = 1 }) => ({
    data: [page * 10, page * 10 + 1],
    meta: { page, has_next: page < pages, has_prev: page > 1 }
  }))

export const byCursor = (pages: number) =>
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

export const world = (reply: Reply, given: Action.Parameters = {}, of: Rows = rows, dialect: Dialect = "bosa") =>
  Effect.gen(function* () {
    const fake = bosaFake(of, reply)
    const bosa = yield* bosaOver(fake.client, { dialect })
    return { fake, action: bosa.connect("demo").action("list").pipe(Action.params(given)) }
  })

export const collected = <A, E>(stream: Stream.Stream<A, E>) =>
  Effect.map(Stream.runCollect(stream), Chunk.toReadonlyArray)

/** What came before the end, and the end. */
export const walked = Effect.fnUntraced(function* <A, E>(stream: Stream.Stream<A, E>) {
  const seen: Array<A> = []
  const exit = yield* Effect.exit(Stream.runForEach(stream, (item) => Effect.sync(() => void seen.push(item))))
  return { seen, exit }
})

export const numbers = (from: number, to: number): ReadonlyArray<number> =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index).flatMap((page) => [page * 10, page * 10 + 1])

export const failure = <A, E>(exit: Exit.Exit<A, E>): E => {
  const error = Exit.isFailure(exit) && exit.cause._tag === "Fail" ? Option.some(exit.cause.error) : Option.none()
  return Option.getOrThrowWith(error, () => new Error(String(exit)))
}
