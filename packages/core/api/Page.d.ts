import type { Ignored } from "./ActionSchema.js"
import type { ReadError, WriteError } from "./ApiError.js"
import type { PaginationLoop } from "./BosaError.js"
import type * as Headers from "@effect/platform/Headers"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"

export interface Position {
  readonly page?: number | undefined
  readonly cursor?: string | number | undefined
}
export interface PositionInput extends Omit<Position, "cursor"> {
  readonly cursor?: string | number | bigint | undefined
}
export type PageError = ReadError | WriteError | PaginationLoop
export interface Page<out A = unknown> {
  readonly data: A
  readonly meta: Readonly<Record<string, unknown>>
  readonly status: number
  readonly headers: Headers.Headers
  readonly requestId: string | undefined
  readonly ignored: ReadonlyArray<Ignored>
  readonly isList: boolean
  readonly hasNext: boolean
  readonly hasPrev: boolean
  readonly nextPosition: Option.Option<Position>
  readonly prevPosition: Option.Option<Position>
  readonly next: Option.Option<Effect.Effect<Page<A>, PageError>>
  readonly prev: Option.Option<Effect.Effect<Page<A>, PageError>>
}
