/**
 * A page of what an action answers with.
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
 * Where a page is: what is sent with the parameters. Plain JSON: a program that keeps it can go on from
 * there another time.
 *
 * @since 0.2.0
 * @category models
 */
export interface Position {
  readonly page?: number | undefined
  readonly cursor?: string | number | undefined
}

/**
 * How asking for a page can end without it.
 *
 * @since 0.2.0
 * @category errors
 */
export type PageError = ReadError | WriteError | PaginationLoop

/**
 * A page: its data, what the server says of it, and its neighbors. What is not a list is a page of its own.
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
  /** Whether the data is a list: only lists have neighbors. */
  readonly isList: boolean
  readonly hasNext: boolean
  readonly hasPrev: boolean
  /** Where the next page is, to go on from there with `Action.from`. */
  readonly nextPosition: Option.Option<Position>
  /** Where the page before is. */
  readonly prevPosition: Option.Option<Position>
  /** Asks for the next page with the same parameters; none at the end. */
  readonly next: Option.Option<Effect.Effect<Page<A>, PageError>>
  /** Asks for the page before; none at the start. */
  readonly prev: Option.Option<Effect.Effect<Page<A>, PageError>>
}
