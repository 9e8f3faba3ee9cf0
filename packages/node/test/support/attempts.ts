/** The client under test, inside and outside of an attempt. */
import * as Transport from "@effect-connectors/core/Transport"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

const limits: Transport.Attempt = {
  timeoutMillis: 20_000,
  idleMillis: 20_000,
  maxBodyBytes: 1_000_000,
  maxErrorBodyBytes: 1_000
}

/** Runs an effect as an attempt, with some limits of its own. */
export const attempt =
  (own: Partial<Transport.Attempt> = {}) =>
  <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.locally(self, Transport.currentAttempt, { ...limits, ...own })

/** The evidence of a request that has to fail. */
export const evidence = <R>(
  self: Effect.Effect<HttpClientResponse.HttpClientResponse, HttpClientError.HttpClientError, R>
): Effect.Effect<Transport.Evidence | undefined, HttpClientResponse.HttpClientResponse, R> =>
  Effect.map(Effect.flip(self), Transport.evidenceOf)

export const bufferedOf = (response: object): Transport.BufferedBody => {
  const found: unknown = Reflect.get(response, Transport.BufferedBodyTypeId)
  return Schema.decodeUnknownSync(Buffered)(found)
}

const Buffered = Schema.Struct({ text: Schema.String, byteLength: Schema.Number, truncated: Schema.Boolean })

const Echo = Schema.parseJson(
  Schema.Struct({
    method: Schema.String,
    url: Schema.String,
    headers: Schema.Record({ key: Schema.String, value: Schema.Union(Schema.String, Schema.Array(Schema.String)) }),
    body: Schema.String
  })
)

/** What the echo server saw. */
export const echoed = (response: HttpClientResponse.HttpClientResponse) =>
  Effect.flatMap(response.text, Schema.decodeUnknown(Echo))
