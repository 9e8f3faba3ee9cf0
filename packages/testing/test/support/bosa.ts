import type * as HttpBody from "@effect/platform/HttpBody"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Effect from "effect/Effect"

const origin = "http://localhost"

export interface Options {
  /** The client key; `demo-key` unless given, none when `null`. */
  readonly key?: string | null
  readonly token?: string
  readonly json?: unknown
  readonly body?: HttpBody.HttpBody
  readonly headers?: Readonly<Record<string, string>>
}

/** One request to the platform behind the `HttpClient`: its status, headers, and body as text and parsed. */
export const call = (method: "GET" | "POST" | "DELETE", path: string, options: Options = {}) => {
  const { key = "demo-key", token, json, body, headers = {} } = options
  const request = HttpClientRequest.make(method)(path.startsWith("http") ? path : `${origin}${path}`).pipe(
    HttpClientRequest.setHeaders({
      ...(key === null ? {} : { "x-api-key": key }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...headers
    }),
    (request) => (json === undefined ? request : HttpClientRequest.bodyUnsafeJson(request, json)),
    (request) => (body === undefined ? request : HttpClientRequest.setBody(request, body))
  )
  return Effect.flatMap(HttpClient.execute(request), (response) =>
    Effect.map(response.arrayBuffer, (buffer) => {
      const bytes = new Uint8Array(buffer)
      const text = new TextDecoder().decode(bytes)
      const isJson = response.headers["content-type"]?.includes("application/json") === true
      const body: unknown = isJson ? JSON.parse(text) : undefined
      return { status: response.status, headers: response.headers, bytes, text, body }
    })
  )
}

/** The status and parsed body of an action. */
export const run = (action: string, input: unknown = {}, options: Options = {}) =>
  Effect.map(call("POST", `/${action}`, { json: input, ...options }), ({ status, body }) => [status, body] as const)

/** The value at a dotted path of a parsed body. */
export const at = (value: unknown, path: string): unknown =>
  path
    .split(".")
    .reduce<unknown>(
      (value, name) =>
        typeof value === "object" && value !== null
          ? Object.entries(value).find(([key]) => key === name)?.[1]
          : undefined,
      value
    )

/** The text at a dotted path of a parsed body. */
export const textAt = (value: unknown, path: string): string => String(at(value, path))

/** The status and the code of a refusal. */
export const refused = (answer: { readonly status: number; readonly body: unknown }) => [
  answer.status,
  at(answer.body, "error.code")
]
