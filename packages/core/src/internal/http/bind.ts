import type * as Effect from "effect/Effect"
import type { ApiError } from "../../ApiError.js"
import type { Result } from "../data/result.js"
import type { RequestPipeline } from "./call.js"
import type { Endpoint } from "./endpoint.js"
import type { Input } from "./request.js"
import type { CallError } from "./errors.js"
import type { ParsedResponse } from "./response.js"

/**
 * How the response of an endpoint is read, by what was sent and by what its client is made with.
 *
 * @internal
 */
export type Read<A, Client = unknown> = (
  response: ParsedResponse,
  input: Input,
  client: Client
) => Result<A, ReadonlyArray<string>>

/**
 * An endpoint that can be called with nothing but its arguments.
 *
 * @internal
 */
export type Callable<Args extends ReadonlyArray<unknown>, A, E, Client> = Endpoint<
  E,
  string,
  (...args: Args) => Input,
  Read<A, Client>
>

/**
 * The function that an endpoint is to its callers. It has four parameters and no list of them, since such a list would
 * be made for each call.
 *
 * @internal
 */
export function bind<Args extends ReadonlyArray<unknown>, A, E extends ApiError, Client>(
  pipeline: RequestPipeline,
  client: Client,
  endpoint: Callable<Args, A, E, Client>
): (...args: Args) => Effect.Effect<A, CallError<E>>
export function bind(
  pipeline: RequestPipeline,
  client: unknown,
  endpoint: Callable<[unknown, unknown, unknown, unknown], unknown, ApiError, unknown>
): (a: unknown, b: unknown, c: unknown, d: unknown) => Effect.Effect<unknown, CallError<ApiError>> {
  const { decode, input } = endpoint
  return (a, b, c, d) => {
    const given = input(a, b, c, d)
    return pipeline.call(endpoint, given, (response) => decode(response, given, client))
  }
}
