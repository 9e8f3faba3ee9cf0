import { jsonText, parse as parseJson } from "../data/jsonText.js"
import * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type { HttpMethod } from "@effect/platform/HttpMethod"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Stream from "effect/Stream"
import { type Executor, ExecutorFailure, type Json, type JsonObject } from "../../Executor.js"
import { http as names } from "../parameters/names.js"
import * as Parameters from "../parameters/values.js"

const methods: Readonly<Record<string, HttpMethod>> = {
  "http.get": "GET",
  "http.post": "POST",
  "http.patch": "PATCH",
  "http.put": "PUT",
  "http.delete": "DELETE"
}

const maxBodyBytes = 16 * 1024 * 1024

/** Headers that the caller may not set. */
const ownHeaders = new Set(["host", "content-length", "transfer-encoding", "connection", "accept-encoding", "expect"])

const isLoopback = (url: URL): boolean =>
  url.hostname === "localhost" || url.hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(url.hostname)

const parse = (text: string, base?: URL): Effect.Effect<URL, ExecutorFailure> =>
  Effect.try({
    try: () => new URL(text, base),
    catch: () =>
      new ExecutorFailure({ status: 400, code: "INVALID_URL", message: `${JSON.stringify(text)} is not a URL` })
  })

const baseOf = Effect.fnUntraced(function* (baseUrl: string) {
  const base = yield* parse(baseUrl)
  if (base.protocol !== "http:" || !isLoopback(base)) {
    return yield* Parameters.refuse(`${base.origin} is not on this machine: only loopback is called`, "HOST_REFUSED")
  }
  return base
})

/** A path is below the connection's URL; a whole URL must have the same origin. */
const targetOf = Effect.fnUntraced(function* (baseUrl: string, given: string) {
  const base = yield* baseOf(baseUrl)
  const prefix = base.pathname.replace(/\/+$/, "")
  const whole = /^[a-z][a-z0-9+.-]*:|^\/\//i.test(given)
  const target = whole
    ? yield* parse(given, base)
    : yield* parse(`${base.origin}${prefix}/${given.replace(/^\/+/, "")}`)
  if (target.origin !== base.origin) {
    return yield* Parameters.refuse(`${target.origin} is not the connection's ${base.origin}`, "HOST_REFUSED")
  }
  if (!`${target.pathname}/`.startsWith(`${prefix}/`)) {
    return yield* Parameters.refuse(`${target.pathname} is not below the connection's ${base.pathname}`, "HOST_REFUSED")
  }
  return target
})

const addQuery = Effect.fnUntraced(function* (url: URL, query: JsonObject) {
  for (const [name, value] of Object.entries(query)) {
    for (const item of Parameters.isList(value) ? value : [value]) {
      if (item === null) continue
      if (typeof item === "object")
        return yield* Parameters.refuse(`"query" holds an object at ${JSON.stringify(name)}`)
      url.searchParams.append(name, String(item))
    }
  }
})

const headersOf = Effect.fnUntraced(function* (given: JsonObject) {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(given)) {
    const lower = name.toLowerCase()
    if (ownHeaders.has(lower)) return yield* Parameters.refuse(`the header ${lower} belongs to the connection`)
    if (typeof value !== "string" || !/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(lower) || /[\r\n\0]/.test(value)) {
      return yield* Parameters.refuse(`${JSON.stringify(name)} is not a header with a text value`)
    }
    headers[lower] = value
  }
  return headers
})

const withBody = (request: HttpClientRequest.HttpClientRequest, body: Json | undefined, type: string | undefined) =>
  body === undefined
    ? request
    : typeof body === "string"
      ? HttpClientRequest.bodyText(request, body, type ?? "text/plain; charset=utf-8")
      : HttpClientRequest.bodyText(request, jsonText(body), type ?? "application/json")

const causeCode = (error: unknown): string => {
  let cause: unknown = error
  for (let depth = 0; depth < 5 && Predicate.hasProperty(cause, "cause"); depth++) cause = cause.cause
  return Predicate.hasProperty(cause, "code") && typeof cause.code === "string" ? cause.code : "no response"
}

const unreachable = (url: URL) => (error: HttpClientError.HttpClientError) =>
  new ExecutorFailure({ status: 502, code: "UNREACHABLE", message: `${url.origin}: ${causeCode(error)}` })

const contentOf = (bytes: Uint8Array, type: string): { readonly body: Json; readonly encoding?: string } => {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes)
    if (text === "") return { body: null }
    if (!/^application\/(?:[^;]+\+)?json\b/i.test(type)) return { body: text }
    return { body: parseJson(text) ?? text }
  } catch {
    return { body: Buffer.from(bytes).toString("base64"), encoding: "base64" }
  }
}

const readBounded = (stream: Stream.Stream<Uint8Array, HttpClientError.ResponseError>, url: URL) =>
  stream.pipe(
    Stream.mapError(unreachable(url)),
    Stream.mapAccumEffect(0, (size, chunk) =>
      size + chunk.byteLength > maxBodyBytes
        ? new ExecutorFailure({ status: 502, code: "TOO_LARGE", message: `the response is over ${maxBodyBytes} bytes` })
        : Effect.succeed([size + chunk.byteLength, chunk] as const)
    ),
    Stream.runCollect,
    Effect.map((chunks) => Buffer.concat(Chunk.toReadonlyArray(chunks)))
  )

/** Calls the server at `baseUrl` on this machine, and no other. A redirect is returned, not followed. */
export const make = (client: HttpClient.HttpClient, baseUrl: string): Executor => {
  const untraced = HttpClient.withTracerPropagation(client, false)
  return ({ body, operation }) => {
    const method = methods[operation]
    if (method === undefined) return Parameters.refuse(`${operation} is not an operation of an http connection`)
    return Effect.gen(function* () {
      const url = yield* targetOf(baseUrl, (yield* Parameters.optionalString(body, names.target)) ?? "")
      yield* addQuery(url, (yield* Parameters.optionalRecord(body, names.query)) ?? {})
      const headers = yield* headersOf((yield* Parameters.optionalRecord(body, names.headers)) ?? {})
      const content = yield* Parameters.valueOf(body, names.body)
      const request = withBody(
        HttpClientRequest.make(method)(url, { headers: { ...headers, "accept-encoding": "identity" } }),
        content,
        headers["content-type"]
      )
      const { bytes, response } = yield* untraced.execute(request).pipe(
        Effect.mapError(unreachable(url)),
        Effect.flatMap((response) => Effect.map(readBounded(response.stream, url), (bytes) => ({ bytes, response }))),
        Effect.timeoutFail({
          duration: "10 seconds",
          onTimeout: () =>
            new ExecutorFailure({ status: 504, code: "TIMEOUT", message: `${url.origin} did not answer in 10 s` })
        })
      )
      return {
        status: response.status,
        headers: { ...response.headers },
        ...contentOf(bytes, response.headers["content-type"] ?? "")
      }
    })
  }
}
