import * as Transport from "@effect-connectors/core/Transport"
import * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FiberRef from "effect/FiberRef"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { ModelRequest, ModelResponse, BodyPace } from "../../ConnectionsModel.js"
import * as Begun from "./maybeDone.js"
import { lengthMillis, paced } from "./pacedBody.js"
import { memoize } from "./memoize.js"
import { BufferedResponse, webResponse } from "./webResponse.js"

/** What answers requests, whichever platform it is. @internal */
export interface FakeServer {
  /**
   * Begins to answer a request that comes at this time, in milliseconds, and gives what is left to
   * do: an `Exit` when that is nothing. Only from within an effect, which runs what it gives at once.
   */
  readonly receive: (request: ModelRequest, now: number) => Effect.Effect<ModelResponse>
}

/** The answer to a request, begun when the effect runs. @internal */
export const handleWith =
  (model: FakeServer) =>
  (request: ModelRequest): Effect.Effect<ModelResponse> =>
    Effect.clockWith((clock) => model.receive(request, clock.unsafeCurrentTimeMillis()))

const notSent = { sent: false, phase: "connect", timedOut: false } as const

const decoder = new TextDecoder()
const encoder = new TextEncoder()
const noBytes = new Uint8Array()

interface EncodedBody {
  readonly bytes: Uint8Array
  /** A form brings its own, with the boundary. */
  readonly contentType?: string | undefined
}

interface Target {
  readonly path: string
  readonly query: ModelRequest["query"]
  readonly origin: string
}

const targetOf = ({ origin, pathname, search, searchParams }: URL): Target => ({
  path: pathname,
  query: search === "" ? [] : Array.from(searchParams.entries()),
  origin
})

const cachedTargetOf = memoize((url) => (URL.canParse(url) ? targetOf(new URL(url)) : undefined))

type LostEvidence = Pick<Transport.Evidence, "phase" | "code"> & Partial<Transport.Evidence>

/** What was sent, unless the evidence says otherwise. */
const requestFailed = (
  request: HttpClientRequest.HttpClientRequest,
  evidence: LostEvidence
): HttpClientError.RequestError =>
  Transport.failure(request, { sent: true, permanent: false, timedOut: false, ...evidence })

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

/** The bytes of a request, as they leave. @internal */
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

type Request = HttpClientRequest.HttpClientRequest
type DeliveredResponse = Extract<ModelResponse, { readonly status: number }>

const toModelRequest = (
  request: Request,
  { bytes, contentType }: EncodedBody,
  { origin, path, query }: Target
): ModelRequest => ({
  method: request.method,
  path,
  query,
  headers: contentType === undefined ? request.headers : { ...request.headers, "content-type": contentType },
  body: bytes.byteLength === 0 ? "" : decoder.decode(bytes),
  bytes,
  origin
})

type WholeResponse = Extract<DeliveredResponse, { readonly _tag: "Answer" }>

// what happened on the way is the same however the body is read
const deliver = (
  request: Request,
  response: ModelResponse
): Effect.Effect<DeliveredResponse, HttpClientError.RequestError> => {
  if (response._tag === "Reset") return requestFailed(request, { phase: "request", code: "ECONNRESET" })
  if (response._tag === "Refused") return requestFailed(request, { ...notSent, code: "ECONNREFUSED" })
  return Effect.succeed(response)
}

// the pauses are on the Clock of whoever asked
const pacedResponse = (request: Request, answer: WholeResponse, pace: BodyPace) =>
  Effect.map(Effect.runtime<never>(), (runtime) =>
    webResponse(request, answer, Stream.toReadableStreamRuntime(paced(bytesOf(answer.body), pace), runtime))
  )

const sendStreamed =
  (model: FakeServer) =>
  (request: Request, url: URL): Effect.Effect<HttpClientResponse.HttpClientResponse, HttpClientError.RequestError> =>
    encodeBody(request).pipe(
      Effect.flatMap((sent) => handleWith(model)(toModelRequest(request, sent, targetOf(url)))),
      Effect.flatMap((response) => deliver(request, response)),
      Effect.flatMap((response) => {
        if (response._tag === "CutBody") {
          const { body, contentLength, headers, status } = response
          const cut = { ...response, headers: { ...headers, "content-length": String(contentLength) } }
          return Effect.succeed(webResponse(request, cut, cutBody(body, status)))
        }
        return response.pace === undefined
          ? Effect.succeed(new BufferedResponse(request, response, undefined))
          : pacedResponse(request, response, response.pace)
      })
    )

const isJson = (headers: Readonly<Record<string, string>>): boolean =>
  headers["content-type"]?.includes("application/json") === true

const bufferBody = ({ body, headers }: DeliveredResponse, maxBytes: number): Transport.BufferedBody => {
  // a character takes three bytes at most
  if (typeof body === "string" && isJson(headers) && body.length * 3 <= maxBytes) {
    return { text: body, byteLength: Buffer.byteLength(body), truncated: false }
  }
  const awaitBody = bytesOf(body)
  const { byteLength } = awaitBody
  const truncated = byteLength > maxBytes
  const bytes = truncated ? awaitBody.subarray(0, maxBytes) : awaitBody
  const text = typeof body === "string" && !truncated ? body : decoder.decode(bytes)
  return isJson(headers) ? { text, byteLength, truncated } : { text, byteLength, truncated, bytes }
}

const isOk = ({ status }: DeliveredResponse): boolean => status >= 200 && status < 300

const readWithin = (
  request: Request,
  limits: Transport.Attempt,
  response: DeliveredResponse
): Effect.Effect<HttpClientResponse.HttpClientResponse, HttpClientError.RequestError> => {
  const { status } = response
  if (response._tag === "CutBody" && isOk(response)) {
    return Effect.fail(requestFailed(request, { phase: "body", code: "ECONNRESET", status }))
  }
  const body = bufferBody(response, isOk(response) ? limits.maxBodyBytes : limits.maxErrorBodyBytes)
  return isOk(response) && body.truncated
    ? Effect.fail(requestFailed(request, { phase: "body", code: "BODY_TOO_LARGE", status, permanent: true }))
    : Effect.succeed(new BufferedResponse(request, response, body))
}

/** The answer once its body is there; none when the client has given up on a pause. */
const whole = (response: DeliveredResponse, idleMillis: number): Effect.Effect<Option.Option<DeliveredResponse>> => {
  if (response._tag === "CutBody" || response.pace === undefined) return Effect.succeedSome(response)
  const { body, pace } = response
  const millis = lengthMillis(bytesOf(body).byteLength, pace)
  if (millis === 0) return Effect.succeedSome(response)
  return pace.everyMillis > idleMillis
    ? Effect.as(Effect.sleep(idleMillis), Option.none())
    : Effect.as(Effect.sleep(millis), Option.some(response))
}

type AttemptResult = Effect.Effect<HttpClientResponse.HttpClientResponse, HttpClientError.RequestError>

// an error's head is an answer, however its body goes on
const withLimits = (
  request: Request,
  limits: Transport.Attempt,
  begun: Effect.Effect<ModelResponse>
): AttemptResult => {
  let head: DeliveredResponse | undefined
  const timedOut = Effect.suspend(() => {
    if (head !== undefined && !isOk(head)) return readWithin(request, limits, { ...head, body: "" })
    const phase = head === undefined ? "request" : "body"
    const status = head === undefined ? {} : { status: head.status }
    return Effect.fail(requestFailed(request, { phase, code: "ATTEMPT_TIMEOUT", timedOut: true, ...status }))
  })
  return Effect.flatMap(begun, (response) => deliver(request, response)).pipe(
    Effect.flatMap((response) => {
      head = response
      return whole(response, limits.idleMillis)
    }),
    Effect.timeoutOption(limits.timeoutMillis),
    Effect.map(Option.flatten),
    Effect.flatMap(
      Option.match({ onNone: () => timedOut, onSome: (response) => readWithin(request, limits, response) })
    )
  )
}

// the way of a client that keeps the limits of an attempt itself: no stream and no AbortController for each answer,
// and no timer for what is answered at once
const sendAttempt =
  (model: FakeServer): Transport.SendAttempt =>
  (request, limits) => {
    const target = cachedTargetOf(request.url)
    if (target === undefined) {
      return Effect.fail(requestFailed(request, { ...notSent, code: "ERR_INVALID_URL", permanent: true }))
    }
    const answer = (sent: EncodedBody) =>
      Effect.clockWith((clock): AttemptResult => {
        const begun = model.receive(toModelRequest(request, sent, target), clock.unsafeCurrentTimeMillis())
        const response = Begun.isDone(begun) && Exit.isSuccess(begun) ? begun.value : undefined
        return response?._tag === "Answer" && response.pace === undefined
          ? readWithin(request, limits, response)
          : withLimits(request, limits, begun)
      })
    return request.body._tag === "Empty" ? answer({ bytes: noBytes }) : Effect.flatMap(encodeBody(request), answer)
  }

/** A client that reaches a model, for any origin. @internal */
export const clientOf = (model: FakeServer): HttpClient.HttpClient => {
  const general = HttpClient.make(sendStreamed(model))
  const attempt = sendAttempt(model)
  // a client that was made from this one by a combinator keeps the limits all the same
  const send = (request: Request) =>
    Effect.flatMap(FiberRef.get(Transport.currentAttempt), (limits) =>
      limits === undefined ? general.execute(request) : attempt(request, limits)
    )
  const client: HttpClient.HttpClient = HttpClient.makeWith<never, never, HttpClientError.HttpClientError, never>(
    Effect.flatMap(send),
    Effect.succeed
  )
  return Transport.keepsAttempt(client, attempt)
}
