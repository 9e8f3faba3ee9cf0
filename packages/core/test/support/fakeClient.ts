import * as Transport from "@effect-connectors/core/Transport"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

export interface Sent {
  /** Milliseconds on the Clock. */
  readonly at: number
  readonly method: string
  /** As the client gave it, before a URL parser has seen it. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export type Reply = (
  request: HttpClientRequest.HttpClientRequest,
  sent: Sent
) => Effect.Effect<HttpClientResponse.HttpClientResponse, HttpClientError.HttpClientError>

export interface Fake {
  readonly client: HttpClient.HttpClient
  readonly sent: Array<Sent>
}

const bodyText = (request: HttpClientRequest.HttpClientRequest): string => {
  const { body } = request
  if (body._tag === "Raw") return typeof body.body === "string" ? body.body : "(not text)"
  return body._tag === "Uint8Array" ? new TextDecoder().decode(body.body) : ""
}

/** A client that replies to each request by its number; the last reply stands for all that follow. */
export const fakeClient = (...replies: readonly [Reply, ...Array<Reply>]): Fake => {
  const sent: Array<Sent> = []
  const client = HttpClient.make((request) =>
    Effect.flatMap(Clock.currentTimeMillis, (at) => {
      const reply = replies[Math.min(sent.length, replies.length - 1)] ?? replies[0]
      const one = {
        at,
        method: request.method,
        url: request.url,
        headers: { ...request.headers },
        body: bodyText(request)
      }
      sent.push(one)
      return reply(request, one)
    })
  )
  return { client, sent }
}

export interface AnswerParts {
  readonly headers?: Readonly<Record<string, string>>
  readonly json?: unknown
  readonly text?: string
  readonly bytes?: Uint8Array<ArrayBuffer>
  readonly stream?: ReadableStream<Uint8Array>
}

const contentOf = (parts: AnswerParts): BodyInit | null =>
  parts.json === undefined ? (parts.text ?? parts.bytes ?? parts.stream ?? null) : JSON.stringify(parts.json)

export const answer =
  (status: number, parts: AnswerParts = {}): Reply =>
  (request) =>
    Effect.sync(() => {
      const headers = { "content-type": "application/json", ...parts.headers }
      return HttpClientResponse.fromWeb(request, new Response(contentOf(parts), { status, headers }))
    })

export const json = (value: unknown, status = 200): Reply => answer(status, { json: value })

/** What every operation that these tests call can read. */
export const goodAnswer: Reply = json({ connection: { slug: "crm" }, result: 1 })

const nothing: Transport.Evidence = { sent: true, phase: "request", code: "X", permanent: false, timedOut: false }

/** A failure with the transport's own word on it. */
export const lost =
  (evidence: Partial<Transport.Evidence>): Reply =>
  (request) =>
    Effect.fail(Transport.failure(request, { ...nothing, ...evidence }))

/** A failure as `fetch` gives it: an error whose cause is the system's error. */
export const thrown =
  (code: string, syscall?: string): Reply =>
  (request) =>
    Effect.fail(
      new HttpClientError.RequestError({
        request,
        reason: "Transport",
        cause: Object.assign(new TypeError("fetch failed"), {
          cause: Object.assign(new Error(`${syscall ?? "it"} ${code}`), { code, syscall })
        })
      })
    )

/** The platform's own refusals. */
export const refusedBy =
  (reason: "InvalidUrl" | "Encode"): Reply =>
  (request) =>
    Effect.fail(new HttpClientError.RequestError({ request, reason, cause: new Error(reason) }))

export const hang: Reply = () => Effect.never

/** A head and some of the body, then the connection ends. */
export const cut = (
  status: number,
  text: string,
  code = "ECONNRESET",
  headers: Readonly<Record<string, string>> = {}
): Reply =>
  answerStream(
    status,
    (controller, pulls) => {
      if (pulls === 0) controller.enqueue(new TextEncoder().encode(text))
      else
        controller.error(
          Object.assign(new TypeError("terminated"), { cause: Object.assign(new Error("cut"), { code }) })
        )
    },
    headers
  )

/** A body made as it is read. */
export const answerStream =
  (
    status: number,
    pull: (controller: ReadableStreamDefaultController<Uint8Array>, pulls: number) => void,
    headers: Readonly<Record<string, string>> = {}
  ): Reply =>
  (request, sent) => {
    let pulls = 0
    const stream = new ReadableStream<Uint8Array>(
      { pull: (controller) => pull(controller, pulls++) },
      { highWaterMark: 0 }
    )
    return answer(status, { stream, headers })(request, sent)
  }
