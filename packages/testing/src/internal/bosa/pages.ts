import * as Either from "effect/Either"
import * as Encoding from "effect/Encoding"
import type { BosaFailure, BosaPages } from "../../BosaWorld.js"
import type { Json, JsonObject } from "../../Executor.js"

/** @internal */
export interface Page {
  readonly items: ReadonlyArray<Json>
  readonly meta: JsonObject
}

const invalid = (field: string, message: string): Either.Either<never, BosaFailure> =>
  Either.left({ status: 422, code: "VALIDATION_ERROR", message, details: { fields: [field] } })

const positive = (value: Json | undefined): number | undefined => {
  const number = typeof value === "string" && value !== "" ? Number(value) : value
  return typeof number === "number" && Number.isInteger(number) && number > 0 ? number : undefined
}

const toCursor = (offset: number): string => Encoding.encodeBase64Url(`offset:${offset}`)

const offsetOf = (cursor: Json): number | undefined => {
  if (typeof cursor !== "string") return undefined
  const text = Either.getOrElse(Encoding.decodeBase64UrlString(cursor), () => "")
  return /^offset:\d{1,15}$/.test(text) ? Number(text.slice("offset:".length)) : undefined
}

/** The page that the parameters select. @internal */
export const pageOf = (pages: BosaPages, input: JsonObject): Either.Either<Page, BosaFailure> => {
  const requested = input["per_page"] ?? input["limit"]
  const limit = requested === undefined || requested === null ? (pages.perPage ?? 10) : positive(requested)
  if (limit === undefined) return invalid("per_page", "per_page must be a whole number above 0")
  const total = pages.items.length
  const count = Math.ceil(total / limit)
  if (pages.by === "cursor") {
    const cursor = input["cursor"] ?? null
    const offset = cursor === null ? 0 : offsetOf(cursor)
    if (offset === undefined) return invalid("cursor", "the cursor is not one of this list")
    const at = pages.stuck === true ? 0 : offset
    const hasNext = pages.stuck === true || at + limit < total
    const meta: JsonObject = {
      total,
      total_page: count,
      limit,
      has_next: hasNext,
      has_prev: at > 0,
      forwards_cursor: hasNext ? toCursor(pages.stuck === true ? limit : at + limit) : null,
      backwards_cursor: at > 0 ? toCursor(Math.max(0, at - limit)) : null
    }
    return Either.right({ items: pages.items.slice(at, at + limit), meta })
  }
  const requestedPage = input["page"] ?? null
  const given = requestedPage === null ? 1 : positive(requestedPage)
  if (given === undefined) return invalid("page", "page must be a whole number above 0")
  const page = pages.stuck === true ? 1 : given
  const meta: JsonObject = {
    total,
    total_page: count,
    page,
    limit,
    has_next: pages.stuck === true || page < count,
    has_prev: page > 1,
    forwards_cursor: null,
    backwards_cursor: null
  }
  return Either.right({ items: pages.items.slice((page - 1) * limit, page * limit), meta })
}
