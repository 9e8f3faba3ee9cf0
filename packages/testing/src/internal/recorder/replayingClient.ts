import * as Transport from "@effect-connectors/core/Transport"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Effect from "effect/Effect"
import type { Json } from "../../Executor.js"
import type { Content, Ending, Exchange, Failure, RecordedResponse } from "../../Recording.js"
import { encodeBody } from "../fakeServer/encodeBody.js"
import { recordedRequest } from "./recordedRequest.js"
import { hasNoBody } from "./hasNoBody.js"
import { bytesOf, mapContent } from "./content.js"
import { causeOf } from "./failures.js"
import type { Player } from "./player.js"
import type { ReplaySecrets } from "./replaySecrets.js"

type Request = HttpClientRequest.HttpClientRequest

/** Called for each request that the recording does not have. @internal */
export type OnMiss = (difference: string) => void

const notRecorded = (request: Request, difference: string): HttpClientError.RequestError =>
  new HttpClientError.RequestError({
    request,
    reason: "Transport",
    description: difference,
    cause: {
      [Transport.EvidenceTypeId]: {
        sent: false,
        phase: "connect",
        code: "NOT_RECORDED",
        permanent: true,
        timedOut: false,
        detail: difference
      } satisfies Transport.Evidence
    }
  })

const restoreSecrets = (secrets: ReplaySecrets, content: Content): Content => {
  const text = (text: string): string => secrets.restore(text)
  return mapContent(content, text, (leaf): Json => secrets.restoreNumber(leaf) ?? text(leaf))
}

const bodyNotRecorded = { reason: "Decode", code: "BODY_NOT_RECORDED" } as const satisfies Failure

const failureAtEnd = (ending: Ending | undefined): Failure | undefined => {
  if (ending === undefined || ending._tag === "Truncated") return undefined
  return ending._tag === "Cut" ? ending.failure : bodyNotRecorded
}

const brokenBody = (bytes: Uint8Array, failure: Failure): ReadableStream<Uint8Array> => {
  let isEnqueued = bytes.byteLength === 0
  return new ReadableStream({
    pull: (controller) => {
      if (isEnqueued) return controller.error(causeOf(failure))
      isEnqueued = true
      controller.enqueue(bytes)
    }
  })
}

const headersOf = (
  secrets: ReplaySecrets,
  recorded: RecordedResponse,
  recordedLength: number,
  actualLength: number
): Headers => {
  const headers = new Headers()
  for (const [name, value] of Object.entries(recorded.headers)) headers.set(name, secrets.restore(value))
  for (const cookie of recorded.setCookies ?? []) headers.append("set-cookie", secrets.restore(cookie))
  // a secret may differ in length from its placeholder and from the recorded secret
  const hasOtherLength =
    recordedLength !== actualLength && headers.has("content-length") && !headers.has("content-encoding")
  if (hasOtherLength && recorded.ending === undefined) headers.set("content-length", String(actualLength))
  return headers
}

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b

const responseOf = (secrets: ReplaySecrets, request: Request, recorded: RecordedResponse) => {
  const bytes = bytesOf(recorded.body === undefined ? undefined : restoreSecrets(secrets, recorded.body))
  const length = Number(recorded.headers["content-length"])
  const headers = headersOf(secrets, recorded, length, bytes.byteLength)
  // most transports decode what they give, and some leave the header that says otherwise
  if (!isGzip(bytes)) headers.delete("content-encoding")
  const init = { status: recorded.status, headers }
  const failure = failureAtEnd(recorded.ending)
  if (hasNoBody({ request, status: recorded.status })) {
    return HttpClientResponse.fromWeb(
      request,
      new Response(null, { ...init, headers: headersOf(secrets, recorded, 0, 0) })
    )
  }
  const body = failure === undefined ? new Uint8Array(bytes) : brokenBody(bytes, failure)
  return HttpClientResponse.fromWeb(request, new Response(body, init))
}

const failureError = (
  request: Request,
  failure: Failure,
  status: number | undefined
): HttpClientError.HttpClientError => {
  const { reason } = failure
  const cause = causeOf(failure)
  if (reason === "Transport" || reason === "Encode" || reason === "InvalidUrl") {
    return new HttpClientError.RequestError({ request, reason, cause })
  }
  const response = HttpClientResponse.fromWeb(request, new Response(null, { status: status ?? 200 }))
  return new HttpClientError.ResponseError({ request, response, reason, cause })
}

const replayOutcome = (
  secrets: ReplaySecrets,
  request: Request,
  { outcome }: Exchange
): Effect.Effect<HttpClientResponse.HttpClientResponse, HttpClientError.HttpClientError> => {
  switch (outcome._tag) {
    case "Answer":
      return Effect.sync(() => responseOf(secrets, request, outcome))
    case "Lost":
      return Effect.fail(failureError(request, outcome.failure, outcome.status))
    // the program stopped waiting for this response: it has to stop again
    case "Left":
      return Effect.never
  }
}

/** A client that answers from a recording. It sends nothing. @internal */
export const replayingClient = (player: Player, secrets: ReplaySecrets, onMiss: OnMiss): HttpClient.HttpClient =>
  HttpClient.make((request, url) =>
    Effect.flatMap(encodeBody(request), ({ bytes, contentType }) => {
      const result = player.play(recordedRequest(request.method, url, request.headers, bytes, contentType))
      if (result._tag === "Found") return replayOutcome(secrets, request, result.exchange)
      onMiss(result.difference)
      return Effect.fail(notRecorded(request, result.difference))
    })
  )
