import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Effect from "effect/Effect"

const origin = "http://localhost"

/** One request to the platform behind the `HttpClient`: its status and parsed body. */
export const send = (
  method: "GET" | "POST" | "PUT" | "DELETE",
  path: string,
  options?: { readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> }
) => {
  const request = HttpClientRequest.make(method)(`${origin}/api/v1${path}`).pipe(
    HttpClientRequest.setHeaders(options?.headers ?? {}),
    (request) => (options?.body === undefined ? request : HttpClientRequest.bodyUnsafeJson(request, options.body))
  )
  return Effect.flatMap(HttpClient.execute(request), (response) =>
    Effect.map(response.json, (body) => ({ status: response.status, body, headers: response.headers }))
  )
}

export const get = (path: string) => Effect.map(send("GET", path), ({ status, body }) => [status, body])

export const post = (path: string, body: unknown = {}) =>
  Effect.map(send("POST", path, { body }), ({ status, body }) => [status, body])
