import { inspect, isDeepStrictEqual } from "node:util"
import { Auth, ConnectionsApi } from "@effect-connectors/core"
import type * as ApiError from "@effect-connectors/core/ApiError"
import type * as ApiResponse from "@effect-connectors/core/ApiResponse"
import * as Call from "@effect-connectors/core/Call"
import type { InvalidRequest } from "@effect-connectors/core/InvalidRequest"
import * as NodeConnectors from "@effect-connectors/node/NodeConnectors"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import type * as HttpClient from "@effect/platform/HttpClient"
import * as Cause from "effect/Cause"
import * as Config from "effect/Config"
import type * as ConfigError from "effect/ConfigError"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Predicate from "effect/Predicate"
import * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"
import type { Config as VectorConfig, Outcome, Request, Vector } from "./format.js"
import { operations } from "./operations.js"
import { type Seen, serve } from "./server.js"

const transports = { node: NodeConnectors.layer, fetch: FetchHttpClient.layer } satisfies Record<
  string,
  Layer.Layer<HttpClient.HttpClient>
>

export type Transport = keyof typeof transports

/** What was not as the vector says; none: it passes. */
export type Mismatches = ReadonlyArray<string>

type Called = Exit.Exit<
  { readonly value: unknown; readonly response: ApiResponse.ApiResponse | undefined },
  ApiError.ApiError
>

const shown = (value: unknown): string => inspect(value, { depth: 8, breakLength: Infinity })

const compare = (what: string, actual: unknown, expected: unknown): Mismatches =>
  isDeepStrictEqual(actual, expected) ? [] : [`${what}: expected ${shown(expected)}, got ${shown(actual)}`]

const field = (value: unknown, name: string): unknown => (Predicate.hasProperty(value, name) ? value[name] : undefined)

const json = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return `not JSON: ${text}`
  }
}

/** How a request differs from the expected one. */
export const requestMismatches = (what: string, seen: Seen, expected: Request): Mismatches => [
  ...compare(`${what} method`, seen.method, expected.method),
  ...compare(`${what} path`, seen.path, expected.path),
  ...compare(`${what} query`, [...new URLSearchParams(seen.search)], expected.query ?? []),
  ...(expected.query === undefined ? compare(`${what} raw query`, seen.search, "") : []),
  ...Object.entries(expected.headers ?? {}).flatMap(([name, value]) =>
    compare(`${what} header ${name}`, seen.headers.get(name.toLowerCase()), [value])
  ),
  ...(expected.absent_headers ?? []).flatMap((name) =>
    compare(`${what} header ${name}`, seen.headers.get(name.toLowerCase()), undefined)
  ),
  ...("body_json" in expected ? compare(`${what} body`, json(seen.body), expected.body_json) : []),
  ...(!("body_json" in expected) && seen.method !== "POST" ? compare(`${what} body`, seen.body, "") : [])
]

// without execution options an execute's body is the caller's, byte for byte
const untouchedBody = (vector: Vector): string | undefined => {
  const { args, op } = vector.call
  const executes = /^(http|file|sql)\./.test(op) || op === "actions.execute"
  const given = field(args, "body") ?? {}
  return executes && field(field(args, "options"), "execution") === undefined ? JSON.stringify(given) : undefined
}

const requestsMismatches = (vector: Vector, seen: ReadonlyArray<Seen>): Mismatches => {
  const bytes = untouchedBody(vector)
  return [
    ...compare("requests", seen.length, vector.requests.length),
    ...vector.requests.flatMap((expected, index) => {
      const request = seen[index]
      if (request === undefined) return [`request ${index + 1} was not sent`]
      const what = `request ${index + 1}`
      const mismatches = requestMismatches(what, request, expected)
      return bytes === undefined ? mismatches : [...mismatches, ...compare(`${what} bytes`, request.body, bytes)]
    })
  ]
}

const failureMismatches = (error: unknown, expected: Outcome): Mismatches => [
  ...compare("fails", field(error, "_tag"), expected.fails),
  ...("status" in expected ? compare("status", field(error, "status"), expected.status) : []),
  ...("body" in expected ? compare("body", field(error, "body"), expected.body) : [])
]

const decoded = ["state", "word", "progress", "result"] as const

const outcomeMismatches = (called: Called, expected: Outcome): Mismatches => {
  if (Exit.isFailure(called)) {
    const failure = Cause.failureOrCause(called.cause)
    if (Either.isRight(failure)) return [`died: ${Cause.pretty(called.cause, { renderErrorCause: true })}`]
    return "fails" in expected
      ? failureMismatches(failure.left, expected)
      : [`failed with ${failure.left._tag}: ${failure.left.message}`]
  }
  const { response, value } = called.value
  if ("fails" in expected) return [`expected ${expected.fails}, but it succeeded with ${shown(value)}`]
  if (!["json", "completed", "accepted", "state"].some((form) => form in expected)) return ["the outcome says nothing"]
  return [
    ...("status" in expected ? compare("status", response?.status, expected.status) : []),
    ...("json" in expected ? compare("json", response?.body, expected.json) : []),
    ...("completed" in expected
      ? compare("completed", [field(value, "_tag"), field(value, "value")], ["Completed", expected.completed])
      : []),
    ...("accepted" in expected
      ? compare(
          "accepted",
          [field(value, "_tag"), field(field(value, "job"), "jobId")],
          ["Accepted", expected.accepted]
        )
      : []),
    ...decoded.flatMap((name) => (name in expected ? compare(name, field(value, name), expected[name]) : []))
  ]
}

const secret = (text: string | undefined) => (text === undefined ? undefined : Redacted.make(text))

const authOf = (config: VectorConfig): Layer.Layer<Auth, ConfigError.ConfigError | InvalidRequest> => {
  const { cookie, csrfToken, serviceToken } = config
  const isSession = cookie !== undefined || csrfToken !== undefined
  if (serviceToken === undefined && !isSession) return Auth.none
  if (serviceToken !== undefined && !isSession) return Auth.serviceToken(Redacted.make(serviceToken))
  return Auth.layerConfig({
    serviceToken: Config.succeed(secret(serviceToken)),
    cookie: Config.succeed(secret(cookie)),
    csrfToken: Config.succeed(secret(csrfToken))
  })
}

const byDefault: VectorConfig = { serviceToken: "TOK" }

const filled = (text: string, places: Readonly<Record<string, string>>): string =>
  Object.entries(places).reduce((done, [name, value]) => done.replaceAll(`{${name}}`, value), text)

/**
 * Makes the vector's call over a real socket, and reports what was not as the vector says.
 */
export const replay = (vector: Vector, transport: Transport): Effect.Effect<Mismatches> =>
  Effect.gen(function* () {
    const places: Record<string, string> = {}
    const fill = (text: string) => filled(text, places)
    const other = yield* serve([], fill)
    const server = yield* serve(vector.server_script, fill)
    places["base"] = server.base
    places["other"] = other.base
    const operation = operations[vector.call.op]
    if (operation === undefined) return [`there is no operation "${vector.call.op}": name its call in operations.ts`]

    const config = vector.call.config ?? byDefault
    const called: Called | string = yield* Effect.gen(function* () {
      const called = operation(yield* ConnectionsApi, vector.call.args)
      return Either.isLeft(called) ? called.left : yield* Effect.exit(Call.withResponse(called.right))
    }).pipe(
      Effect.provide(
        ConnectionsApi.layer({
          baseUrl: server.base + (config.baseUrlSuffix ?? ""),
          extraHeaders: config.extraHeaders,
          retry: vector.call.retry === "default" ? undefined : "none"
        }).pipe(Layer.provide(authOf(config)), Layer.provide(transports[transport]))
      ),
      // the default policy's waits have full jitter: with this they are none
      Effect.withRandom(Random.fixed([0])),
      Effect.catchAll((error) => Effect.succeed(`the client could not be made: ${error.message}`))
    )
    if (typeof called === "string") return [called]
    return [
      ...requestsMismatches(vector, server.seen),
      ...outcomeMismatches(called, vector.outcome),
      ...compare("requests to the other server", other.seen.length, vector.outcome.other_requests ?? 0)
    ]
  }).pipe(Effect.scoped)
