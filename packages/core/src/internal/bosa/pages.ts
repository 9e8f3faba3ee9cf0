import { fromEither } from "../runtime/fromResult.js"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import type * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { PaginationLoop } from "../../BosaError.js"
import type { Page, PageError, Position, PositionInput } from "../../Page.js"
import { isFields } from "../data/fields.js"
import * as Result from "../data/result.js"
import { type SentCall, textOf } from "../http/sentSecrets.js"
import { CycleDetector } from "./cycleDetector.js"
import { type Calls, executed } from "./execute.js"
import { type NeighborPage, neighborPage } from "./pagePosition.js"
import type { ActionCall } from "./prepare.js"

/** @internal */
export type DecodeData<A> = (data: unknown) => Either.Either<A, ReadonlyArray<string>>

/**
 * How the pages of an action are had: sent by the client's calls, and their data decoded.
 *
 * @internal
 */
export interface PageSource<out A> {
  readonly calls: Calls
  readonly decode: DecodeData<A>
}

/** @internal */
export type Direction = 1 | -1

const defaultMaxPages = 100_000

/**
 * The data of a body and what is said of it: a body is its own data unless it says which part is.
 *
 * @internal
 */
export const unwrapped = (body: unknown): { readonly data: unknown; readonly meta: Page["meta"] } => {
  if (!isFields(body)) return { data: body ?? {}, meta: {} }
  const meta = isFields(body["meta"]) ? body["meta"] : {}
  return { data: Object.hasOwn(body, "data") ? body["data"] : body, meta }
}

const isCursor = (value: unknown): value is string | number | bigint =>
  typeof value === "string" || typeof value === "number" || typeof value === "bigint"

const startOf = ({ given, options }: ActionCall): PositionInput => {
  if (options.from !== undefined) return options.from
  const { cursor, page } = given
  return {
    ...(typeof page === "number" ? { page } : {}),
    ...(isCursor(cursor) ? { cursor } : {})
  }
}

const isSame = (a: PositionInput, b: PositionInput): boolean =>
  b.cursor === undefined
    ? b.page !== undefined && a.page === b.page
    : a.cursor !== undefined && String(a.cursor) === String(b.cursor)

/** A cursor of the server, as an error shows it. */
type ShowCursor = (cursor: string) => string

// made here, so that a page keeps the call and not its response
const showerOf =
  (call: SentCall): ShowCursor =>
  (cursor) =>
    textOf(call, "name", cursor)

const loopOf = (
  { connector, name }: ActionCall,
  reason: PaginationLoop["reason"],
  pages: number,
  show: ShowCursor,
  { cursor, page }: PositionInput = {}
): PaginationLoop =>
  new PaginationLoop({
    connector,
    action: name,
    reason,
    pages,
    page,
    cursor: cursor === undefined ? undefined : show(String(cursor))
  })

// the parameters of the first call and one of the position, as the server expects it
const callAt = (call: ActionCall, from: PositionInput): ActionCall => ({ ...call, options: { ...call.options, from } })

const positionOf = (neighbor: NeighborPage): Option.Option<Position> => {
  if (neighbor._tag !== "At") return Option.none()
  const { cursor, page } = neighbor.position
  if (cursor === undefined) return Option.some({ page })
  return Option.some({ cursor: typeof cursor === "bigint" ? String(cursor) : cursor })
}

const neighborOf = <A>(
  source: PageSource<A>,
  call: ActionCall,
  neighbor: NeighborPage,
  show: ShowCursor
): Page<A>["next"] => {
  if (neighbor._tag === "None") return Option.none()
  const loop = (reason: PaginationLoop["reason"]) => Effect.fail(loopOf(call, reason, 1, show, neighbor.position))
  if (neighbor._tag === "Loop") return Option.some(loop(neighbor.reason))
  return Option.some(
    isSame(startOf(call), neighbor.position) ? loop("repeated") : page(source, callAt(call, neighbor.position))
  )
}

interface PageRead<A> {
  readonly page: Page<A>
  readonly next: NeighborPage
  readonly prev: NeighborPage
  readonly show: ShowCursor
}

const readPage = <A>(source: PageSource<A>, call: ActionCall): Effect.Effect<PageRead<A>, PageError> =>
  source.calls.send(call, (response, prepared) => {
    const { data, meta } = unwrapped(response.body)
    return Result.map(fromEither(source.decode(data)), (decoded): PageRead<A> => {
      const isList = Array.isArray(data)
      const show = showerOf(response.call)
      const cursors = response.exact === response.body ? meta : unwrapped(response.exact).meta
      const next = neighborPage(cursors, isList, 1, prepared.schema.declares)
      const prev = neighborPage(cursors, isList, -1, prepared.schema.declares)
      const { headers, ignored, requestId, status } = executed(response, prepared)
      const page: Page<A> = {
        data: decoded,
        meta,
        status,
        headers,
        requestId,
        ignored,
        isList,
        hasNext: next._tag !== "None",
        hasPrev: prev._tag !== "None",
        nextPosition: positionOf(next),
        prevPosition: positionOf(prev),
        next: neighborOf(source, call, next, show),
        prev: neighborOf(source, call, prev, show)
      }
      return { page, next, prev, show }
    })
  })

/** @internal */
export const page = <A>(source: PageSource<A>, call: ActionCall): Effect.Effect<Page<A>, PageError> =>
  Effect.map(readPage(source, call), ({ page }) => page)

/** A step through the pages: the page to read, or why there is no further one. */
type Step =
  | { readonly _tag: "Read"; readonly call: ActionCall; readonly pages: number }
  | { readonly _tag: "Stop"; readonly error: PaginationLoop }

const stepAfter = (
  start: ActionCall,
  neighbor: NeighborPage,
  pages: number,
  cycles: CycleDetector,
  show: ShowCursor
): Option.Option<Step> => {
  if (neighbor._tag === "None") return Option.none()
  const { position } = neighbor
  const stop = (reason: PaginationLoop["reason"]): Option.Option<Step> =>
    Option.some({ _tag: "Stop", error: loopOf(start, reason, pages, show, position) })
  if (neighbor._tag === "Loop") return stop(neighbor.reason)
  if (pages >= (start.options.maxPages ?? defaultMaxPages)) return stop("cap")
  return cycles.isRepeated(neighbor.position)
    ? stop("repeated")
    : Option.some({ _tag: "Read", call: callAt(start, neighbor.position), pages })
}

/**
 * The pages from the one that a call begins at, each read when the one before was taken.
 *
 * @internal
 */
export const walk = <A>(
  source: PageSource<A>,
  start: ActionCall,
  direction: Direction
): Stream.Stream<Page<A>, PageError> =>
  Stream.suspend(() => {
    const cycles = new CycleDetector(startOf(start), direction)
    const first: Step = { _tag: "Read", call: start, pages: 0 }
    return Stream.paginateChunkEffect(first, (step: Step) =>
      step._tag === "Stop"
        ? Effect.fail(step.error)
        : Effect.map(readPage(source, step.call), ({ next, page, prev, show }) => {
            const after = stepAfter(start, direction === 1 ? next : prev, step.pages + 1, cycles, show)
            return [Chunk.of(page), after] as const
          })
    )
  })
