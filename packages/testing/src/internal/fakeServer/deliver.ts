import type * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Effect from "effect/Effect"
import type { ModelResponse } from "../../ConnectionsModel.js"
import { notSent, requestFailed } from "./transportFailure.js"

/** A response with a head; its body may be cut. @internal */
export type DeliveredResponse = Extract<ModelResponse, { readonly status: number }>

/** What a client sees of a response: a connection that failed is an error, however the body is read. @internal */
export const deliver = (
  request: HttpClientRequest.HttpClientRequest,
  response: ModelResponse
): Effect.Effect<DeliveredResponse, HttpClientError.RequestError> => {
  if (response._tag === "Reset") return requestFailed(request, { phase: "request", code: "ECONNRESET" })
  if (response._tag === "Refused") return requestFailed(request, { ...notSent, code: "ECONNREFUSED" })
  return Effect.succeed(response)
}

const encoder = new TextEncoder()

/** @internal */
export const bytesOf = (body: string | Uint8Array): Uint8Array =>
  typeof body === "string" ? encoder.encode(body) : body
