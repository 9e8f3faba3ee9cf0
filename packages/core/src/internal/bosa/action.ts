import * as Result from "../data/result.js"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Pipeable from "effect/Pipeable"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type * as Action from "../../Action.js"
import type * as ActionSchema from "../../ActionSchema.js"
import { type ReadError, responseOf } from "../../ApiError.js"
import { type ConnectorFile, isConnectorFile } from "../../ConnectorFile.js"
import type { Page, PageError } from "../../Page.js"
import type { ParsedResponse } from "../http/response.js"
import { isOk } from "../http/transport.js"
import { common } from "./endpoints.js"
import { type Calls, executed } from "./execute.js"
import { actionOptions } from "./optionNames.js"
import { type DecodeData, page, type PageSource, walk } from "./pages.js"
import type { ActionCall } from "./prepare.js"

const fileIn = ({ body }: ParsedResponse): Result.Result<ConnectorFile, ReadonlyArray<string>> =>
  isConnectorFile(body)
    ? Result.succeed(body)
    : Result.fail(["expected a file and got JSON: run this action instead of downloading it"])

// only a response of the action itself: neither of discovery, nor credentials that could not be had
const refusalOf = (error: Action.ActionError): Action.Executed | undefined => {
  const response = error.operation === common.action.name ? responseOf(error) : undefined
  if (response === undefined || isOk(response.status)) return undefined
  const { body = null, headers, requestId, status } = response
  return { data: body, status, headers, requestId, ignored: [] }
}

// what is not a list is one item
function itemsOf<A>(data: A): Chunk.Chunk<Action.Item<A>>
function itemsOf(data: unknown): Chunk.Chunk<unknown> {
  return Array.isArray(data) ? Chunk.unsafeFromArray(data) : Chunk.of(data)
}

class ActionOf<A> extends Pipeable.Class() implements Action.Action<A> {
  readonly connector: string
  readonly name: string
  readonly given: Action.Parameters
  readonly options: Action.ActionOptions

  constructor(
    private readonly source: PageSource<A>,
    private readonly call: ActionCall
  ) {
    super()
    this.connector = call.connector
    this.name = call.name
    this.given = call.given
    this.options = call.options
  }

  get parameters(): Effect.Effect<ReadonlyArray<ActionSchema.Parameter>, ReadError> {
    return Effect.map(this.source.calls.entry(this.call), ({ info }) => info.parameters)
  }

  get schema(): Action.Action["schema"] {
    return Effect.map(this.source.calls.entry(this.call), ({ schema }) => schema.schema)
  }

  get validate(): Effect.Effect<ActionSchema.Cleaned, ReadError> {
    return Effect.map(this.source.calls.prepared(this.call), ({ cleaned }) => cleaned)
  }

  get execute(): Effect.Effect<Action.Executed, Action.ActionError> {
    return this.source.calls.send(this.call, (response, prepared) => Result.succeed(executed(response, prepared)))
  }

  get either(): Effect.Effect<Either.Either<Action.Executed, Action.Executed>, Action.ActionError> {
    return Effect.matchEffect(this.execute, {
      onSuccess: (done) => Effect.succeed(Either.right(done)),
      onFailure: (error) => {
        const refused = refusalOf(error)
        return refused === undefined ? Effect.fail(error) : Effect.succeed(Either.left(refused))
      }
    })
  }

  get download(): Effect.Effect<ConnectorFile, Action.ActionError, Scope.Scope> {
    return Effect.flatMap(Effect.scope, (scope) => this.source.calls.send(this.call, fileIn, scope))
  }

  get run(): Effect.Effect<Page<A>, PageError> {
    return page(this.source, this.call)
  }

  get pages(): Stream.Stream<Page<A>, PageError> {
    return walk(this.source, this.call, 1)
  }

  get pagesBackward(): Stream.Stream<Page<A>, PageError> {
    return walk(this.source, this.call, -1)
  }

  get items(): Stream.Stream<Action.Item<A>, PageError> {
    return Stream.mapConcatChunk(this.pages, ({ data }) => itemsOf(data))
  }

  get itemsBackward(): Stream.Stream<Action.Item<A>, PageError> {
    return Stream.mapConcatChunk(this.pagesBackward, ({ data }) => Chunk.reverse(itemsOf(data)))
  }

  with({ given, options }: Action.Change): Action.Action<A> {
    return new ActionOf(this.source, {
      ...this.call,
      given: { ...this.given, ...given },
      options: { ...this.options, ...options }
    })
  }

  decoding<B>(decode: DecodeData<B>): Action.Action<B> {
    return new ActionOf({ calls: this.source.calls, decode }, this.call)
  }
}

/** @internal */
export const make = (calls: Calls, connector: string, name: string, names = actionOptions): Action.Action =>
  new ActionOf({ calls, decode: Either.right }, { connector, name, given: {}, options: {}, names })
