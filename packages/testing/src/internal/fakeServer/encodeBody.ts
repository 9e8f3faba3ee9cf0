import type * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { notSent, requestFailed } from "./transportFailure.js"

const encoder = new TextEncoder()

/** @internal */
export const noBytes = new Uint8Array()

/** The body of a request as it is sent. @internal */
export interface EncodedBody {
  readonly bytes: Uint8Array
  /** Only of a form: it names the boundary. */
  readonly contentType?: string | undefined
}

const bodyFailed = (request: HttpClientRequest.HttpClientRequest) => () =>
  requestFailed(request, { phase: "request", code: "BODY_FAILED" })

const concat = (chunks: Iterable<Uint8Array>): Uint8Array => {
  const all = Array.from(chunks)
  const bytes = new Uint8Array(all.reduce((sum, { byteLength }) => sum + byteLength, 0))
  let offset = 0
  for (const chunk of all) {
    bytes.set(chunk, offset)
    offset += chunk.byteLength
  }
  return bytes
}

/** The bytes of a request, as they are sent. @internal */
export const encodeBody = (
  request: HttpClientRequest.HttpClientRequest
): Effect.Effect<EncodedBody, HttpClientError.RequestError> => {
  const body = request.body
  switch (body._tag) {
    case "Empty":
      return Effect.succeed({ bytes: noBytes })
    case "Uint8Array":
      return Effect.succeed({ bytes: body.body })
    case "Raw":
      return typeof body.body === "string"
        ? Effect.succeed({ bytes: encoder.encode(body.body) })
        : Effect.fail(requestFailed(request, { ...notSent, code: "UNSUPPORTED_BODY", permanent: true }))
    case "Stream":
      return Effect.mapBoth(Stream.runCollect(body.stream), {
        onFailure: bodyFailed(request),
        onSuccess: (chunks) => ({ bytes: concat(chunks) })
      })
    case "FormData":
      return Effect.tryPromise({
        try: async () => {
          const form = new Response(body.formData)
          return {
            bytes: new Uint8Array(await form.arrayBuffer()),
            contentType: form.headers.get("content-type") ?? undefined
          }
        },
        catch: bodyFailed(request)
      })
  }
}
