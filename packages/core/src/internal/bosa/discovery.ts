import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Result from "../data/result.js"
import * as Option from "effect/Option"
import { NotFound, type ReadError, responseOf } from "../../ApiError.js"
import * as Call from "../../Call.js"
import { quoted } from "../data/serverText.js"
import type { Decode } from "../http/response.js"
import { requestIdOf } from "../http/transport.js"
import type { Input } from "../http/request.js"
import { exactTextOf } from "../http/sentSecrets.js"
import { bind } from "../http/bind.js"
import { withResponse } from "../http/errorDetails.js"
import { calledAs } from "../http/sharedDeadline.js"
import type { RequestPipeline } from "../http/call.js"
import { nearest } from "../data/nearest.js"
import * as ReadCache from "../runtime/readCache.js"
import type { Table } from "./dialects.js"
import { type Connector, connectorIn } from "./discoveredConnector.js"

/**
 * The connectors of one client, each read when it is first used.
 *
 * @internal
 */
export interface Discovery {
  readonly names: Effect.Effect<ReadonlyArray<string>, ReadError>
  readonly get: (name: string) => Effect.Effect<Connector, ReadError>
  /** Forgets the connector: its next use asks again. */
  readonly forget: (name: string) => void
  /** Asks again, unless that was done within the last while. */
  readonly newer: (name: string) => Effect.Effect<Connector, ReadError>
}

interface Discovered {
  readonly connector: Option.Option<Connector>
  readonly others: ReadonlyArray<string>
  readonly status: number
  readonly requestId: string | undefined
}

/** @internal */
export const make = (pipeline: RequestPipeline, table: Table, ttl: Duration.Duration): Discovery => {
  const ttlMillis = Duration.toMillis(ttl)
  const { actions, list } = table.connectors

  const decode =
    (name: string): Decode<Discovered> =>
    ({ call, response, body, exact }) =>
      Result.map(connectorIn(body, exact, name, table.dialect), (connector) => ({
        connector,
        others: Object.keys(body ?? {}),
        status: response.status,
        requestId: exactTextOf(call, "name", requestIdOf(response.headers))
      }))

  const unknown = (name: string, { others, requestId, status }: Discovered): NotFound => {
    const near = nearest(name, others)
    return new NotFound({
      ...calledAs(actions, pipeline.base),
      attempts: 1,
      retryable: false,
      requestId,
      status,
      requested: { connector: name },
      missing: `connector ${quoted(name)}${near === undefined ? "" : `; the nearest is ${quoted(near)}`}`
    })
  }

  const fetch = (name: string): Effect.Effect<Connector, ReadError> => {
    // what it gives is sent on as JSON, to models too
    const input: Input = { ...actions.input(name), integers: "number" }
    return pipeline.call(actions, input, decode(name)).pipe(
      Effect.flatMap((discovered) =>
        Option.isSome(discovered.connector)
          ? Effect.succeed(discovered.connector.value)
          : Effect.fail(unknown(name, discovered))
      ),
      Effect.mapError((error) =>
        error._tag === "NotFound" && error.missing === undefined
          ? withResponse(
              new NotFound({ ...error, requested: { connector: name }, missing: `connector ${quoted(name)}` }),
              responseOf(error)
            )
          : error
      ),
      // a caller's own settings are not those of all who share the response
      Effect.provideService(Call.Settings, {})
    )
  }

  const cache = ReadCache.make(fetch)

  return {
    names: bind(pipeline, undefined, list)(),
    get: (name) => cache.within(name, ttlMillis),
    newer: (name) => cache.within(name, Math.min(ReadCache.freshMillis, ttlMillis)),
    forget: cache.forget
  }
}
