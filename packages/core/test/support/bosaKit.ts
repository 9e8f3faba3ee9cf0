import { Auth } from "@effect-connectors/core/Auth"
import { type BosaApi, make } from "@effect-connectors/core/BosaApi"
import type { Dialect } from "@effect-connectors/core/Dialect"
import type { InvalidRequest } from "@effect-connectors/core/InvalidRequest"
import * as Transport from "@effect-connectors/core/Transport"
import * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import type { Reply, Sent } from "./fakeClient.js"

export const baseUrl = "http://localhost:8081"

export const dialects: ReadonlyArray<Dialect> = ["bosa", "bosa-0.3", "gl"]

export const key = Auth.apiKey(Redacted.make("demo-key"))

/** A client over a transport, with the demo key unless other credentials are given. */
export const bosaOver = <E = InvalidRequest>(
  client: HttpClient.HttpClient,
  options: BosaApi.Options = {},
  auth?: Layer.Layer<Auth, E>
): Effect.Effect<BosaApi.Service, E | InvalidRequest> =>
  make({ baseUrl, ...options }).pipe(
    Effect.provide<Auth, E | InvalidRequest, never>(auth ?? key),
    Effect.provideService(HttpClient.HttpClient, client)
  )

export type Rows = Readonly<Record<string, unknown>>

export const text = { type: "string" }
export const integer = { type: "integer" }
export const optional = (type: object) => ({ anyOf: [type, { type: "null" }] })

/** A row of discovery: an action that takes these parameters. */
export const row = (properties: Rows = {}, more: Rows = {}): Rows => ({
  method: "POST",
  path: "/demo/act",
  docstring: "Acts.",
  parameters: { request: { schema: { properties } } },
  request_body: { title: "ActRequest", type: "object", properties },
  ...more
})

/** An action without parameters, `act`, and one that takes whatever pages need, `list`. */
export const rows: Rows = {
  act: row({ n: optional(integer) }),
  list: row({ page: optional(integer), cursor: optional(text), q: optional(text) }, { path: "/demo/list" })
}

export interface BosaFake {
  readonly client: HttpClient.HttpClient
  /** The same without the platform's and the core's own care for each request: for tests of many calls, with `quick`. */
  readonly swift: HttpClient.HttpClient
  readonly discoveries: Array<Sent>
  readonly actions: Array<Sent>
}

const bodyText = ({ body }: HttpClientRequest.HttpClientRequest): string => {
  if (body._tag === "Raw" && typeof body.body === "string") return body.body
  return body._tag === "Uint8Array" ? new TextDecoder().decode(body.body) : ""
}

const recorded =
  (sent: Array<Sent>, [first, ...rest]: readonly [Reply, ...Array<Reply>]) =>
  (request: HttpClientRequest.HttpClientRequest) =>
    Effect.flatMap(Clock.currentTimeMillis, (at) => {
      const { headers, method, url } = request
      const one = { at, method, url, headers: { ...headers }, body: bodyText(request) }
      const reply = sent.length === 0 ? first : (rest[sent.length - 1] ?? rest.at(-1) ?? first)
      sent.push(one)
      return reply(request, one)
    })

/** Discovery is answered with the rows of `demo`, or as it is said; actions in turn, the last reply for all that follow. */
export const bosaFake = (discovery: Rows | Reply, ...replies: readonly [Reply, ...Array<Reply>]): BosaFake => {
  const discoveries: Array<Sent> = []
  const actions: Array<Sent> = []
  const found = recorded(discoveries, [typeof discovery === "function" ? discovery : quick({ demo: discovery })])
  const acted = recorded(actions, replies)
  const send = (request: HttpClientRequest.HttpClientRequest) =>
    request.method === "GET" ? found(request) : acted(request)
  const swift = Transport.keepsAttempt(HttpClient.make(send), send)
  return { client: HttpClient.make(send), swift, discoveries, actions }
}

/** What the requests were sent with, as JSON. */
export const inputs = (sent: ReadonlyArray<Sent>): ReadonlyArray<unknown> =>
  sent.map(({ body }): unknown => JSON.parse(body))

/** The milliseconds between the requests. */
export const gaps = (sent: ReadonlyArray<Sent>): ReadonlyArray<number> =>
  sent.slice(1).map(({ at }, index) => at - (sent[index]?.at ?? 0))

/** An answer in JSON whose body is in memory already: for tests of many calls. */
export const quick = (value: unknown, status = 200): Reply => quickText(JSON.stringify(value), status)

/** The same for a text that is written by hand. */
export const quickText = (text: string, status = 200): Reply => {
  const buffered: Transport.BufferedBody = { text, byteLength: text.length, truncated: false }
  const init = { status, headers: { "content-type": "application/json" } }
  const content = {
    text: { value: Effect.succeed(text) },
    stream: { value: Stream.make(new TextEncoder().encode(text)) },
    [Transport.BufferedBodyTypeId]: { value: buffered }
  }
  return (request) =>
    Effect.sync(() => Object.defineProperties(HttpClientResponse.fromWeb(request, new Response(null, init)), content))
}

export const ok: Reply = quick({ data: { done: true }, meta: null })
