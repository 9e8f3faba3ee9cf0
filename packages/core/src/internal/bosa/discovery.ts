import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Result from "../data/result.js"
import * as Option from "effect/Option"
import { NotFound, type ReadError, responseOf } from "../../ApiError.js"
import * as Call from "../../Call.js"
import { quoted } from "../data/serverText.js"
import type { Decode } from "../http/response.js"
import { requestIdOf } from "../http/transport.js"
import type { Endpoint } from "../http/endpoint.js"
import type { Input } from "../http/request.js"
import { bind } from "../http/bind.js"
import { withResponse } from "../http/errorDetails.js"
import { exactTextOf } from "../http/sentSecrets.js"
import type { RequestPipeline } from "../http/call.js"
import { nearest } from "../jsonSchema/nearest.js"
import { monotonicTime } from "../runtime/monotonic.js"
import { singleFlight } from "../runtime/singleFlight.js"
import type { Table } from "./dialects.js"
import { type Connector, connectorIn } from "./discoveredConnector.js"

interface Held {
  readonly connector: Connector
  readonly at: number
}

type Fetch = Effect.Effect<Held, ReadError>

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

// what was just read is not read again because of one unknown name
const freshMillis = 10_000

// names come from callers: what they make up must not fill the memory
const mostHeld = 1024

/**
 * What an error says of an operation without parameters in its path.
 *
 * @internal
 */
export const calledAs = ({ method, name, path }: Endpoint, base: string) => ({
  operation: name,
  method,
  route: path.route,
  url: base + path.route
})

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
  const held = new Map<string, Held>()
  const flights = new Map<string, Fetch>()

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

  const fetch = (name: string): Fetch => {
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
      Effect.zipWith(monotonicTime, (connector, at) => ({ connector, at })),
      // a caller's own settings are not those of all who share the response
      Effect.provideService(Call.Settings, {})
    )
  }

  const keep = (name: string, found: Held): void => {
    held.delete(name)
    held.set(name, found)
    const oldest = held.size > mostHeld ? held.keys().next() : undefined
    if (oldest !== undefined && oldest.done !== true) held.delete(oldest.value)
  }

  const flightTo = (name: string): Fetch => {
    const running = flights.get(name)
    if (running !== undefined) return running
    const flight: Fetch = singleFlight(
      Effect.onExit(fetch(name), (exit) =>
        Effect.sync(() => {
          // one that was forgotten meanwhile is older than the wish for a newer one
          if (flights.get(name) !== flight) return
          flights.delete(name)
          if (exit._tag === "Success") keep(name, exit.value)
        })
      )
    )
    flights.set(name, flight)
    return flight
  }

  const within = (name: string, maxAgeMillis: number): Effect.Effect<Connector, ReadError> =>
    Effect.flatMap(monotonicTime, (now) => {
      const found = held.get(name)
      return found !== undefined && now - found.at < maxAgeMillis
        ? Effect.succeed(found.connector)
        : Effect.map(flightTo(name), ({ connector }) => connector)
    })

  return {
    names: bind(pipeline, undefined, list)(),
    get: (name) => within(name, ttlMillis),
    newer: (name) => within(name, Math.min(freshMillis, ttlMillis)),
    forget: (name) => {
      held.delete(name)
      flights.delete(name)
    }
  }
}
