import { toEffect } from "../runtime/fromResult.js"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Result from "../data/result.js"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { ReadError } from "../../ApiError.js"
import { PaginationLoop } from "../../BosaError.js"
import type { CatalogPage, ListError, PageMeta, Range } from "../../Catalog.js"
import { InvalidRequest, type Issue } from "../../InvalidRequest.js"
import { fieldsOf, isFields } from "../data/fields.js"
import type { Decode } from "../http/response.js"
import { dialectsWith, type Table } from "./dialects.js"
import { wholeFrom } from "./prepare.js"

/** @internal */
export const number = (value: unknown): number | undefined => (typeof value === "number" ? value : undefined)

/** @internal */
export const texts = (value: unknown): ReadonlyArray<string> =>
  Array.isArray(value) ? value.filter((it) => typeof it === "string") : []

/** @internal */
export const list = (value: unknown): ReadonlyArray<unknown> => (Array.isArray(value) ? value : [])

const count = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined

const metaOf = (raw: unknown): PageMeta => {
  const { limit, offset, total } = fieldsOf(raw)
  return { total: count(total), limit: count(limit), offset: count(offset) }
}

/**
 * A part of a list; an object without items is an empty one.
 *
 * @internal
 */
export const listed =
  <A>(decode: (raw: unknown) => A): Decode<CatalogPage<A>> =>
  ({ body }) => {
    if (!isFields(body)) return Result.fail(['expected an object with a list in "items"'])
    const items = body["items"] ?? []
    return Array.isArray(items)
      ? Result.succeed({ items: items.map(decode), meta: metaOf(body["meta"]), raw: body })
      : Result.fail(['expected a list in "items"'])
  }

/** @internal */
export const defaultLimit = 50

/** @internal */
export const rangeIssues = ({ limit, offset }: Range): ReadonlyArray<Issue> => [
  ...wholeFrom("limit", limit, 0, Number.MAX_SAFE_INTEGER),
  ...wholeFrom("offset", offset, 0, Number.MAX_SAFE_INTEGER)
]

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
 * All items of a list, each part asked for when the one before was taken. A server that gives the same part again
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
    const told = meta.offset
    if (told !== undefined && told < at.offset) return Result.fail(loop("repeated", at))
    if (items.length === 0) return Result.succeed(Option.none())
    const before = told === undefined ? JSON.stringify(fieldsOf(raw)["items"]) : undefined
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

  const issues = wholeFrom("limit", range.limit, 1, Number.MAX_SAFE_INTEGER)
  return issues.length > 0
    ? Stream.fail(new InvalidRequest({ operation: `${group}.${name}`, issues }))
    : Stream.paginateChunkEffect({ offset: range.offset ?? 0, pages: 0, before: undefined }, step)
}
