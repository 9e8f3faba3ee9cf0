/**
 * A page of the result of an action.
 *
 * @since 0.2.0
 */
import type * as Headers from "@effect/platform/Headers"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type { ReadError, WriteError } from "./ApiError.js"
import type { Ignored } from "./ActionSchema.js"
import type { PaginationLoop } from "./BosaError.js"

/**
 * Where a page is: what is sent in addition to the parameters. Plain JSON: a program that keeps it can go on from
 * there another time.
 *
 * @since 0.2.0
 * @category models
 */
export interface Position {
  readonly page?: number | undefined
  /** A number over 2^53 is its text here. */
  readonly cursor?: string | number | undefined
}

/**
 * The page to start with: a {@link Position}, or one whose cursor is a bigint.
 *
 * @since 0.5.0
 * @category models
 */
export interface PositionInput extends Omit<Position, "cursor"> {
  readonly cursor?: string | number | bigint | undefined
}

/**
 * How fetching a page can fail.
 *
 * @since 0.2.0
 * @category errors
 */
export type PageError = ReadError | WriteError | PaginationLoop

/**
 * A page: its data, what the server says of it, and its neighbor pages. Data that is not a list is a single page.
 *
 * @since 0.2.0
 * @category models
 */
export interface Page<out A = unknown> {
  readonly data: A
  /** What the server says of the page, as it came; empty when it says nothing. */
  readonly meta: Readonly<Record<string, unknown>>
  readonly status: number
  readonly headers: Headers.Headers
  readonly requestId: string | undefined
  /** Parameters that the action does not know and that were not sent. */
  readonly ignored: ReadonlyArray<Ignored>
  /** Whether the data is a list: only lists have neighbor pages. */
  readonly isList: boolean
  readonly hasNext: boolean
  readonly hasPrev: boolean
  /** Where the next page is, to go on from there with `Action.from`. */
  readonly nextPosition: Option.Option<Position>
  /** Where the page before is. */
  readonly prevPosition: Option.Option<Position>
  /** Fetches the next page with the same parameters; none at the end. */
  readonly next: Option.Option<Effect.Effect<Page<A>, PageError>>
  /** Fetches the page before; none at the start. */
  readonly prev: Option.Option<Effect.Effect<Page<A>, PageError>>
}
