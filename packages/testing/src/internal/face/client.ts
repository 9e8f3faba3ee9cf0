import * as Transport from "@effect-connectors/core/Transport"
import * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { ModelRequest, ModelResponse } from "../../ConnectionsModel.js"

/** What answers requests, whichever platform it is. @internal */
export interface Model {
  readonly handle: (request: ModelRequest) => Effect.Effect<ModelResponse>
}

const unsent = { sent: false, phase: "connect", timedOut: false } as const

const decoder = new TextDecoder()
const encoder = new TextEncoder()
const noBytes = new Uint8Array()

interface Sent {
  readonly bytes: Uint8Array
  /** A form brings its own, with the boundary. */
  readonly contentType?: string | undefined
}

const bodyFailed = (request: HttpClientRequest.HttpClientRequest) => () => failed(request, "request", "BODY_FAILED")

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

const sentOf = (request: HttpClientRequest.HttpClientRequest): Effect.Effect<Sent, HttpClientError.RequestError> => {
  const body = request.body
  switch (body._tag) {
    case "Empty":
      return Effect.succeed({ bytes: noBytes })
    case "Uint8Array":
      return Effect.succeed({ bytes: body.body })
    case "Raw":
      return typeof body.body === "string"
        ? Effect.succeed({ bytes: encoder.encode(body.body) })
        : Effect.fail(Transport.failure(request, { ...unsent, code: "UNSUPPORTED_BODY", permanent: true }))
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

const failed = (
  request: HttpClientRequest.HttpClientRequest,
  phase: Transport.Phase,
  code: string
): HttpClientError.RequestError =>
  Transport.failure(request, { sent: phase !== "connect", phase, code, permanent: false, timedOut: false })

const bytesOf = (body: string | Uint8Array): Uint8Array => (typeof body === "string" ? encoder.encode(body) : body)

/** A body that ends too early; the evidence is on the error that reading it gives. */
const cutBody = (body: string | Uint8Array, status: number): ReadableStream<Uint8Array> => {
  let sent = false
  return new ReadableStream({
    pull: (controller) => {
      if (!sent && body.length > 0) {
        sent = true
        return controller.enqueue(bytesOf(body))
      }
      const evidence: Transport.Evidence = {
        sent: true,
        phase: "body",
        code: "ECONNRESET",
        permanent: false,
        timedOut: false,
        status
      }
      controller.error(
        Object.assign(new Error("the connection ended inside of the body"), { [Transport.EvidenceTypeId]: evidence })
      )
    }
  })
}

/** Statuses whose answer has no body: `Response` refuses one. */
const bodiless: ReadonlySet<number> = new Set([101, 204, 205, 304])

type Request = HttpClientRequest.HttpClientRequest
type Answered = Extract<ModelResponse, { readonly status: number }>

// what happened on the way is the same however the body is read
const answered = Effect.fnUntraced(function* (
  model: Model,
  request: Request,
  url: URL
): Effect.fn.Return<Answered, HttpClientError.RequestError> {
  const { bytes, contentType } = yield* sentOf(request)
  const response = yield* model.handle({
    method: request.method,
    path: url.pathname,
    query: url.search === "" ? [] : Array.from(url.searchParams.entries()),
    headers: contentType === undefined ? request.headers : { ...request.headers, "content-type": contentType },
    body: bytes.byteLength === 0 ? "" : decoder.decode(bytes),
    bytes,
    origin: url.origin
  })
  if (response._tag === "Reset") return yield* failed(request, "request", "ECONNRESET")
  if (response._tag === "Refused") return yield* failed(request, "connect", "ECONNREFUSED")
  return response
})

const webResponse = (request: Request, { body, headers, status }: Extract<Answered, { readonly _tag: "Answer" }>) =>
  HttpClientResponse.fromWeb(
    request,
    new Response(bodiless.has(status) ? null : typeof body === "string" ? body : new Uint8Array(body), {
      status,
      headers: { ...headers }
    })
  )

const streamed =
  (model: Model) =>
  (request: Request, url: URL): Effect.Effect<HttpClientResponse.HttpClientResponse, HttpClientError.RequestError> =>
    Effect.map(answered(model, request, url), (response) => {
      if (response._tag === "Answer") return webResponse(request, response)
      const { status } = response
      const headers = { ...response.headers, "content-length": String(response.contentLength) }
      return HttpClientResponse.fromWeb(request, new Response(cutBody(response.body, status), { status, headers }))
    })

const isJson = (headers: Readonly<Record<string, string>>): boolean =>
  headers["content-type"]?.includes("application/json") === true

const cutTo = ({ body, headers }: Answered, maxBytes: number): Transport.BufferedBody => {
  const whole = bytesOf(body)
  const { byteLength } = whole
  const truncated = byteLength > maxBytes
  const bytes = truncated ? whole.subarray(0, maxBytes) : whole
  const text = typeof body === "string" && !truncated ? body : decoder.decode(bytes)
  return isJson(headers) ? { text, byteLength, truncated } : { text, byteLength, truncated, bytes }
}

// the way of a client that keeps the limits of an attempt itself: no stream and no AbortController for each answer
const attempted =
  (model: Model): Transport.SendAttempt =>
  (request, limits) => {
    const lost = (evidence: Pick<Transport.Evidence, "phase" | "code"> & Partial<Transport.Evidence>) =>
      Transport.failure(request, { sent: true, permanent: false, timedOut: false, ...evidence })
    if (!URL.canParse(request.url)) {
      return Effect.fail(lost({ ...unsent, code: "ERR_INVALID_URL", permanent: true }))
    }
    return answered(model, request, new URL(request.url)).pipe(
      Effect.timeoutFail({
        duration: limits.timeoutMillis,
        onTimeout: () => lost({ phase: "request", code: "ATTEMPT_TIMEOUT", timedOut: true })
      }),
      Effect.flatMap((response) => {
        const { status } = response
        const isOk = status >= 200 && status < 300
        if (response._tag === "CutBody" && isOk) {
          return Effect.fail(lost({ phase: "body", code: "ECONNRESET", status }))
        }
        const body = cutTo(response, isOk ? limits.maxBodyBytes : limits.maxErrorBodyBytes)
        return isOk && body.truncated
          ? Effect.fail(lost({ phase: "body", code: "BODY_TOO_LARGE", status, permanent: true }))
          : Effect.succeed(
              Object.assign(webResponse(request, { ...response, _tag: "Answer" }), {
                [Transport.BufferedBodyTypeId]: body
              })
            )
      })
    )
  }

/** A client that reaches a model, for any origin. @internal */
export const clientOf = (model: Model): HttpClient.HttpClient =>
  Transport.keepsAttempt(HttpClient.make(streamed(model)), attempted(model))
