import { toEffect } from "../runtime/fromResult.js"
import * as Effect from "effect/Effect"
import type * as Result from "../data/result.js"
import type * as Scope from "effect/Scope"
import type { ActionError, Executed } from "../../Action.js"
import { type ApiError, NotFound, type ReadError, responseOf } from "../../ApiError.js"
import * as sharedDeadline from "../http/sharedDeadline.js"
import * as Call from "../../Call.js"
import { isFields } from "../data/fields.js"
import { shownText } from "../data/serverText.js"
import { requestIdOf } from "../http/transport.js"
import { type Decode, type ParsedResponse } from "../http/response.js"
import { withResponse } from "../http/errorDetails.js"
import type { RequestPipeline } from "../http/call.js"
import type { Resolved } from "../http/settings.js"
import type { Table } from "./dialects.js"
import { InvalidRequest } from "../../InvalidRequest.js"
import type { Connector, DiscoveredAction } from "./discoveredConnector.js"
import type { Discovery } from "./discovery.js"
import { type ActionCall, inputOf, nameOf, prepare, type Prepared, unknownAction } from "./prepare.js"

/**
 * How the actions of one client are called.
 *
 * @internal
 */
export interface Calls {
  readonly discovery: Discovery
  readonly entry: (call: ActionCall) => Effect.Effect<DiscoveredAction, ReadError>
  readonly prepared: (call: ActionCall) => Effect.Effect<Prepared, ReadError>
  readonly send: <A>(
    call: ActionCall,
    decode: (received: ParsedResponse, prepared: Prepared) => Result.Result<A, ReadonlyArray<string>>,
    scope?: Scope.Scope
  ) => Effect.Effect<A, ActionError>
}

/** @internal */
export const executed = ({ response, body }: ParsedResponse, { cleaned }: Prepared): Executed => ({
  data: body,
  status: response.status,
  headers: response.headers,
  requestId: requestIdOf(response.headers),
  ignored: cleaned.ignored
})

const unknownCode = /^(?:UNKNOWN|INVALID|NO_SUCH)_ACTION$|^ACTION_(?:NOT_FOUND|UNKNOWN|REMOVED)$/

// a web framework's own word for a path that leads nowhere, which no action gives
const isRouteUnknown = (error: ApiError): boolean => {
  if (error._tag !== "NotFound" && error._tag !== "ApiRejected") return false
  if (error.serverCode !== undefined) return unknownCode.test(error.serverCode)
  const body = error.body
  if (!isFields(body) || Object.keys(body).length !== 1) return false
  return body["detail"] === "Not Found" || (error.status === 405 && body["detail"] === "Method Not Allowed")
}

// the path of an action is the server's, and has no parameters to take the names from
const named = ({ connector, name }: ActionCall, error: NotFound): NotFound =>
  withResponse(new NotFound({ ...error, requested: { connector, action: name } }), responseOf(error))

const remarks = ({ connector, name }: ActionCall, { cleaned }: Prepared): Effect.Effect<void> =>
  cleaned.ignored.some((ignored) => ignored.name === "response_fields")
    ? Effect.logWarning(`${connector}.${name} does not take response_fields: it answers with all fields`)
    : Effect.void

/** @internal */
export const make = (
  pipeline: RequestPipeline,
  table: Table,
  discovery: Discovery,
  settings: Resolved,
  strict: boolean
): Calls => {
  // an action that is not known may have come since it was last read
  const known = ({ connector, name }: ActionCall): Effect.Effect<Connector, ReadError> =>
    bounded(
      Effect.flatMap(discovery.get(connector), (found) =>
        found.entries.has(name) || found.info.skipped.some((skipped) => skipped.name === name)
          ? Effect.succeed(found)
          : discovery.newer(connector)
      )
    )

  const bounded = <A>(self: Effect.Effect<A, ReadError>): Effect.Effect<A, ReadError> =>
    sharedDeadline.bounded(sharedDeadline.calledAs(table.connectors.actions, pipeline.base), self)

  const entry: Calls["entry"] = (call) =>
    Effect.flatMap(known(call), (connector) => {
      const found = connector.entries.get(call.name)
      return found === undefined
        ? Effect.fail(new InvalidRequest({ operation: nameOf(call), issues: [unknownAction(call, connector)] }))
        : Effect.succeed(found)
    })

  const prepared = (call: ActionCall): Effect.Effect<Prepared, ReadError> => {
    const options = strict ? { strict, ...call.options } : call.options
    return Effect.flatMap(known(call), (connector) => toEffect(prepare(table, connector, { ...call, options })))
  }

  // nothing is sent again: the error is only made clearer
  const explained =
    (call: ActionCall) =>
    (given: ActionError): Effect.Effect<never, ActionError> => {
      const error = given._tag === "NotFound" ? named(call, given) : given
      if (!isRouteUnknown(error)) return Effect.fail(error)
      discovery.forget(call.connector)
      if (error._tag !== "NotFound") return Effect.fail(error)
      return Effect.matchEffect(bounded(discovery.get(call.connector)), {
        onFailure: () => Effect.fail(error),
        onSuccess: (connector) => {
          if (connector.entries.has(call.name)) return Effect.fail(error)
          const { fix, message } = unknownAction(call, connector)
          const missing = shownText("reason", `such action: ${message}${fix === undefined ? "" : `; ${fix}`}`)
          return Effect.fail(withResponse(new NotFound({ ...error, missing }), responseOf(error)))
        }
      })
    }

  const timed = <A, E, R>(call: ActionCall, self: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> => {
    const { timeout } = call.options
    return timeout === undefined ? self : Call.withAttemptTimeout(self, timeout)
  }

  const send: Calls["send"] = (call, decode, scope) =>
    // discovery is part of the call: one deadline over both
    sharedDeadline.within(
      settings,
      Effect.flatMap(prepared(call), (ready) => {
        const read: Decode<Decoded<typeof decode>> = (received) => decode(received, ready)
        const called = Effect.flatMap(inputOf(table, ready, call.options), (input) =>
          timed(call, pipeline.call(ready.operation, scope === undefined ? input : { ...input, scope }, read))
        )
        return Effect.zipRight(remarks(call, ready), Effect.catchAll(called, explained(call)))
      })
    )

  return { discovery, entry, prepared, send }
}

type Decoded<D> = D extends (...args: never) => Result.Result<infer A, unknown> ? A : never
