import * as Transport from "@effect-connectors/core/Transport"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Effect from "effect/Effect"
import type { Json } from "../../Executor.js"
import type { Content, Ending, Exchange, Failure, RecordedAnswer } from "../../Recording.js"
import { encodeBody } from "../fakeServer/encodeBody.js"
import { recordedRequest } from "./recordedRequest.js"
import { hasNoBody } from "./bodiless.js"
import { bytesOf, mapContent } from "./content.js"
import { causeOf } from "./failures.js"
import type { Player } from "./player.js"
import type { Secrets } from "./secrets.js"

type Request = HttpClientRequest.HttpClientRequest

/** A request that the recording does not have, for whoever wants to look at all of them. @internal */
export type OnMiss = (difference: string) => void

const missing = (request: Request, difference: string): HttpClientError.RequestError =>
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

const restored = (secrets: Secrets, content: Content): Content => {
  const text = (text: string): string => secrets.restore(text)
  return mapContent(content, text, (leaf): Json => secrets.number(leaf) ?? text(leaf))
}

const unread = { reason: "Decode", code: "BODY_NOT_RECORDED" } as const satisfies Failure

const failureAtEnd = (ending: Ending | undefined): Failure | undefined => {
  if (ending === undefined || ending._tag === "Truncated") return undefined
  return ending._tag === "Cut" ? ending.failure : unread
}

const broken = (bytes: Uint8Array, failure: Failure): ReadableStream<Uint8Array> => {
  let isGiven = bytes.byteLength === 0
  return new ReadableStream({
    pull: (controller) => {
      if (isGiven) return controller.error(causeOf(failure))
      isGiven = true
      controller.enqueue(bytes)
    }
  })
}

const headersOf = (secrets: Secrets, answer: RecordedAnswer, recorded: number, actual: number): Headers => {
  const headers = new Headers()
  for (const [name, value] of Object.entries(answer.headers)) headers.set(name, secrets.restore(value))
  for (const cookie of answer.setCookies ?? []) headers.append("set-cookie", secrets.restore(cookie))
  // a secret may be shorter or longer than its placeholder, and than the one that was recorded
  const isLength = recorded !== actual && headers.has("content-length") && !headers.has("content-encoding")
  if (isLength && answer.ending === undefined) headers.set("content-length", String(actual))
  return headers
}

const answerOf = (secrets: Secrets, request: Request, answer: RecordedAnswer) => {
  const bytes = bytesOf(answer.body === undefined ? undefined : restored(secrets, answer.body))
  const length = Number(answer.headers["content-length"])
  const headers = headersOf(secrets, answer, length, bytes.byteLength)
  const init = { status: answer.status, headers }
  const failure = failureAtEnd(answer.ending)
  if (hasNoBody({ request, status: answer.status })) {
    return HttpClientResponse.fromWeb(
      request,
      new Response(null, { ...init, headers: headersOf(secrets, answer, 0, 0) })
    )
  }
  const body = failure === undefined ? new Uint8Array(bytes) : broken(bytes, failure)
  return HttpClientResponse.fromWeb(request, new Response(body, init))
}

const lost = (request: Request, failure: Failure, status: number | undefined): HttpClientError.HttpClientError => {
  const { reason } = failure
  const cause = causeOf(failure)
  if (reason === "Transport" || reason === "Encode" || reason === "InvalidUrl") {
    return new HttpClientError.RequestError({ request, reason, cause })
  }
  const response = HttpClientResponse.fromWeb(request, new Response(null, { status: status ?? 200 }))
  return new HttpClientError.ResponseError({ request, response, reason, cause })
}

const given = (
  secrets: Secrets,
  request: Request,
  { outcome }: Exchange
): Effect.Effect<HttpClientResponse.HttpClientResponse, HttpClientError.HttpClientError> => {
  switch (outcome._tag) {
    case "Answer":
      return Effect.sync(() => answerOf(secrets, request, outcome))
    case "Lost":
      return Effect.fail(lost(request, outcome.failure, outcome.status))
    // nothing had come when the program left, and nothing comes until it leaves
    case "Left":
      return Effect.never
  }
}

/** A client that answers from a recording, and has nothing below it. @internal */
export const replaying = (player: Player, secrets: Secrets, onMiss: OnMiss): HttpClient.HttpClient =>
  HttpClient.make((request, url) =>
    Effect.flatMap(encodeBody(request), ({ bytes, contentType }) => {
      const played = player.play(recordedRequest(request.method, url, request.headers, bytes, contentType))
      if (played._tag === "Found") return given(secrets, request, played.exchange)
      onMiss(played.difference)
      return Effect.fail(missing(request, played.difference))
    })
  )
