import { toEffect } from "../runtime/fromResult.js"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Result from "../data/result.js"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { ReadError } from "../../ApiError.js"
import { PaginationLoop } from "../../BosaError.js"
import type { CatalogPage, ListError, Range } from "../../Catalog.js"
import { InvalidRequest } from "../../InvalidRequest.js"
import { wholeIssues } from "../data/checks.js"
import { fieldsOf } from "../data/fields.js"
import { writeJson } from "../data/writeJson.js"
import { dialectsWith, type Table } from "./dialects.js"

/**
 * What a dialect has, or the refusal that names those that have it.
 *
 * @internal
 */
export const offered = <A>(
  table: Table,
  what: "catalog" | "skills",
  operation: string,
  rows: A | undefined
): Result.Result<A, InvalidRequest> =>
  Result.fromUndefined(rows, () => {
    const others = dialectsWith((other) => other[what] !== undefined)
    const issue = { path: ["dialect"], message: `"${table.dialect}" has no ${what}`, fix: `speak ${others}` }
    return new InvalidRequest({ operation, issues: [issue] })
  })

const mostPages = 100_000

interface At {
  readonly offset: number
  readonly pages: number
  /** The part before as text, when the server does not say where a part is. */
  readonly before: string | undefined
}

/**
 * All items of a list, each part read when the one before was taken. A server that gives the same part again
 * ends it.
 *
 * @internal
 */
export const walk = <A>(
  group: string,
  name: string,
  range: Range,
  part: (range: Range) => Effect.Effect<CatalogPage<A>, ReadError>
): Stream.Stream<A, ListError> => {
  const loop = (reason: PaginationLoop["reason"], { offset, pages }: At) =>
    new PaginationLoop({ connector: group, action: name, reason, pages, cursor: String(offset) })

  const after = (at: At, { items, meta, raw }: CatalogPage<A>): Result.Result<Option.Option<At>, PaginationLoop> => {
    const given = meta.offset
    if (given !== undefined && given < at.offset) return Result.fail(loop("repeated", at))
    if (items.length === 0) return Result.succeed(Option.none())
    const before = given === undefined ? writeJson(fieldsOf(raw)["items"]) : undefined
    if (before !== undefined && before === at.before) return Result.fail(loop("repeated", at))
    const next: At = { offset: at.offset + items.length, pages: at.pages + 1, before }
    return Result.succeed(meta.total !== undefined && next.offset >= meta.total ? Option.none() : Option.some(next))
  }

  const step = (at: At) =>
    at.pages >= mostPages
      ? Effect.fail(loop("cap", at))
      : Effect.flatMap(part({ ...range, offset: at.offset }), (page) =>
          toEffect(Result.map(after(at, page), (next) => [Chunk.unsafeFromArray(page.items), next] as const))
        )

  const issues = wholeIssues("limit", range.limit, 1)
  return issues.length > 0
    ? Stream.fail(new InvalidRequest({ operation: `${group}.${name}`, issues }))
    : Stream.paginateChunkEffect({ offset: range.offset ?? 0, pages: 0, before: undefined }, step)
}
