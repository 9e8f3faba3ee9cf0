import type { PaginationLoop } from "../../BosaError.js"
import { isWhole } from "../data/checks.js"
import type { PositionInput } from "../../Page.js"

/**
 * What a page says of its neighbor: there is none, there is one at a position, or there is one
 * that cannot be read.
 *
 * @internal
 */
export type NeighborPage =
  | { readonly _tag: "None" }
  | { readonly _tag: "At"; readonly position: PositionInput }
  | { readonly _tag: "Loop"; readonly reason: PaginationLoop["reason"]; readonly position?: PositionInput }

const none: NeighborPage = { _tag: "None" }
const stuck: NeighborPage = { _tag: "Loop", reason: "stuck" }

const wholeNumber = /^-?\d{1,15}$/

const pageIn = (value: unknown): number | undefined => {
  if (typeof value === "number") return isWhole(value, Number.MIN_SAFE_INTEGER) ? value : undefined
  return typeof value === "string" && wholeNumber.test(value) ? Number(value) : undefined
}

// an empty cursor is none
const cursorIn = (value: unknown): string | number | bigint | undefined =>
  (typeof value === "string" && value !== "") || (typeof value === "number" && value !== 0) || typeof value === "bigint"
    ? value
    : undefined

/**
 * Where the neighbor of a page is, by what the server says of the page, with all digits: a cursor goes before a number.
 *
 * @internal
 */
export const neighborPage = (
  meta: Readonly<Record<string, unknown>>,
  isList: boolean,
  direction: 1 | -1,
  declares: (name: string) => boolean
): NeighborPage => {
  const [has, cursorName] = direction === 1 ? ["has_next", "forwards_cursor"] : ["has_prev", "backwards_cursor"]
  if (!isList || !meta[has]) return none
  const cursor = cursorIn(meta[cursorName])
  const page = cursor === undefined ? pageIn(meta["page"]) : undefined
  if (cursor === undefined && page === undefined) return stuck
  const position = page === undefined ? { cursor } : { page: page + direction }
  return declares(page === undefined ? "cursor" : "page")
    ? { _tag: "At", position }
    : { _tag: "Loop", reason: "undeclared", position }
}
