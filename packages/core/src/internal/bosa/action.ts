import * as Result from "../data/result.js"
import { fromEither } from "../runtime/fromResult.js"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Pipeable from "effect/Pipeable"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type * as Action from "../../Action.js"
import type * as ActionSchema from "../../ActionSchema.js"
import { type ReadError, responseOf } from "../../ApiError.js"
import { PaginationLoop } from "../../BosaError.js"
import { type ConnectorFile, isConnectorFile } from "../../ConnectorFile.js"
import type { Page, PageError, Position } from "../../Page.js"
import { isOk } from "../http/transport.js"
import { isFields } from "../data/fields.js"
import type { ParsedResponse } from "../http/response.js"
import { type Calls, executed } from "./execute.js"
import { type NeighborPage, neighborPage } from "./pagePosition.js"
import type { ActionCall } from "./prepare.js"
import { common } from "./endpoints.js"
import { CycleDetector } from "./cycleDetector.js"

type Decode<A> = (data: unknown) => Either.Either<A, ReadonlyArray<string>>

type Direction = 1 | -1

const defaultMaxPages = 100_000

const fileIn = ({ body }: ParsedResponse): Result.Result<ConnectorFile, ReadonlyArray<string>> =>
  isConnectorFile(body)
    ? Result.succeed(body)
    : Result.fail(["expected a file and got JSON: run this action instead of downloading it"])

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

// only what the action itself answered: not what discovery did, nor credentials that could not be had
const answerOf = (error: Action.ActionError): Action.Executed | undefined => {
  const response = error.operation === common.action.name ? responseOf(error) : undefined
  if (response === undefined || isOk(response.status)) return undefined
  const { body = null, headers, requestId, status } = response
  return { data: body, status, headers, requestId, ignored: [] }
}

// what is no list is one item
function itemsOf<A>(data: A): Chunk.Chunk<Action.Item<A>>
function itemsOf(data: unknown): Chunk.Chunk<unknown> {
  return Array.isArray(data) ? Chunk.unsafeFromArray(data) : Chunk.of(data)
}

const startOf = ({ given, options }: ActionCall): Position => {
  if (options.from !== undefined) return options.from
  const { cursor, page } = given
  return {
    ...(typeof page === "number" ? { page } : {}),
    ...(typeof cursor === "string" || typeof cursor === "number" ? { cursor } : {})
  }
}

const isSame = (a: Position, b: Position): boolean =>
  b.cursor === undefined ? b.page !== undefined && a.page === b.page : a.cursor === b.cursor

/** A step of a walk through the pages: the page to ask for, or why there is no way on. */
type Step =
  | { readonly _tag: "Ask"; readonly asked: ActionCall; readonly read: number }
  | { readonly _tag: "Stop"; readonly error: PaginationLoop }

interface Answered<A> {
  readonly page: Page<A>
  readonly next: NeighborPage
  readonly prev: NeighborPage
}

class ActionOf<A> extends Pipeable.Class() implements Action.Action<A> {
  readonly connector: string
  readonly name: string
  readonly given: Action.Parameters
  readonly options: Action.Options

  constructor(
    private readonly calls: Calls,
    private readonly asked: ActionCall,
    private readonly decode: Decode<A>
  ) {
    super()
    this.connector = asked.connector
    this.name = asked.name
    this.given = asked.given
    this.options = asked.options
  }

  get parameters(): Effect.Effect<ReadonlyArray<ActionSchema.Parameter>, ReadError> {
    return Effect.map(this.calls.entry(this.asked), ({ info }) => info.parameters)
  }

  get schema(): Action.Action["schema"] {
    return Effect.map(this.calls.entry(this.asked), ({ schema }) => schema.schema)
  }

  get validate(): Effect.Effect<ActionSchema.Cleaned, ReadError> {
    return Effect.map(this.calls.prepared(this.asked), ({ cleaned }) => cleaned)
  }

  get execute(): Effect.Effect<Action.Executed, Action.ActionError> {
    return this.calls.send(this.asked, (received, prepared) => Result.succeed(executed(received, prepared)))
  }

  get either(): Effect.Effect<Either.Either<Action.Executed, Action.Executed>, Action.ActionError> {
    return Effect.matchEffect(this.execute, {
      onSuccess: (done) => Effect.succeed(Either.right(done)),
      onFailure: (error) => {
        const refused = answerOf(error)
        return refused === undefined ? Effect.fail(error) : Effect.succeed(Either.left(refused))
      }
    })
  }

  get download(): Effect.Effect<ConnectorFile, Action.ActionError, Scope.Scope> {
    return Effect.flatMap(Effect.scope, (scope) => this.calls.send(this.asked, fileIn, scope))
  }

  get run(): Effect.Effect<Page<A>, PageError> {
    return this.page(this.asked)
  }

  get pages(): Stream.Stream<Page<A>, PageError> {
    return this.walk(1)
  }

  get pagesBackward(): Stream.Stream<Page<A>, PageError> {
    return this.walk(-1)
  }

  get items(): Stream.Stream<Action.Item<A>, PageError> {
    return Stream.mapConcatChunk(this.pages, ({ data }) => itemsOf(data))
  }

  get itemsBackward(): Stream.Stream<Action.Item<A>, PageError> {
    return Stream.mapConcatChunk(this.pagesBackward, ({ data }) => Chunk.reverse(itemsOf(data)))
  }

  with({ given, options }: Action.Change): Action.Action<A> {
    const asked: ActionCall = {
      ...this.asked,
      given: { ...this.given, ...given },
      options: { ...this.options, ...options }
    }
    return new ActionOf(this.calls, asked, this.decode)
  }

  decoding<B>(decode: Decode<B>): Action.Action<B> {
    return new ActionOf(this.calls, this.asked, decode)
  }

  private page(asked: ActionCall): Effect.Effect<Page<A>, PageError> {
    return Effect.map(this.answered(asked), ({ page }) => page)
  }

  private answered(asked: ActionCall): Effect.Effect<Answered<A>, PageError> {
    return this.calls.send(asked, (received, prepared) => {
      const { data, meta } = unwrapped(received.body)
      return Result.map(fromEither(this.decode(data)), (decoded): Answered<A> => {
        const isList = Array.isArray(data)
        const next = neighborPage(meta, isList, 1, prepared.schema.declares)
        const prev = neighborPage(meta, isList, -1, prepared.schema.declares)
        const { headers, ignored, requestId, status } = executed(received, prepared)
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
          nextPosition: next._tag === "At" ? Option.some(next.position) : Option.none(),
          prevPosition: prev._tag === "At" ? Option.some(prev.position) : Option.none(),
          next: this.beside(asked, next),
          prev: this.beside(asked, prev)
        }
        return { page, next, prev }
      })
    })
  }

  private loop(reason: PaginationLoop["reason"], pages: number, position: Position = {}): PaginationLoop {
    const { connector, name } = this.asked
    const { cursor, page } = position
    return new PaginationLoop({
      connector,
      action: name,
      reason,
      pages,
      page,
      cursor: cursor === undefined ? undefined : String(cursor)
    })
  }

  // the parameters of the first call and one of the position, as the server expects it
  private at(asked: ActionCall, from: Position): ActionCall {
    return { ...asked, options: { ...asked.options, from } }
  }

  private beside(asked: ActionCall, beside: NeighborPage): Page<A>["next"] {
    if (beside._tag === "None") return Option.none()
    if (beside._tag === "Loop") return Option.some(Effect.fail(this.loop(beside.reason, 1, beside.position)))
    return Option.some(
      isSame(startOf(asked), beside.position)
        ? Effect.fail(this.loop("repeated", 1, beside.position))
        : this.page(this.at(asked, beside.position))
    )
  }

  private walk(direction: Direction): Stream.Stream<Page<A>, PageError> {
    return Stream.suspend(() => {
      const trail = new CycleDetector(startOf(this.asked), direction)
      const first: Step = { _tag: "Ask", asked: this.asked, read: 0 }
      return Stream.paginateChunkEffect(first, (step: Step) =>
        step._tag === "Stop"
          ? Effect.fail(step.error)
          : Effect.map(this.answered(step.asked), ({ next, page, prev }) => {
              const after = this.after(direction === 1 ? next : prev, step.read + 1, trail)
              return [Chunk.of(page), after] as const
            })
      )
    })
  }

  private after(beside: NeighborPage, read: number, trail: CycleDetector): Option.Option<Step> {
    const stop = (reason: PaginationLoop["reason"]): Option.Option<Step> =>
      Option.some({ _tag: "Stop", error: this.loop(reason, read, position) })
    if (beside._tag === "None") return Option.none()
    const { position } = beside
    if (beside._tag === "Loop") return stop(beside.reason)
    if (read >= (this.options.maxPages ?? defaultMaxPages)) return stop("cap")
    return trail.isRepeated(beside.position)
      ? stop("repeated")
      : Option.some({ _tag: "Ask", asked: this.at(this.asked, beside.position), read })
  }
}

/** @internal */
export const make = (calls: Calls, connector: string, name: string): Action.Action =>
  new ActionOf(calls, { connector, name, given: {}, options: {} }, Either.right)
