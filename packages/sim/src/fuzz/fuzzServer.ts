import * as Transport from "@effect-connectors/core/Transport"
import * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { SeededRandom } from "../simulator/seededRandom.js"

/** A response as bytes, and how they arrive. */
export interface FuzzResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array<ArrayBuffer>
  /** `buffered`: a transport has read it already; the others are read by the client. */
  readonly arrives: "buffered" | "whole" | "pieces" | "broken"
}

const oddStatuses = [
  200, 201, 202, 204, 205, 206, 226, 299, 300, 301, 302, 303, 304, 307, 308, 400, 401, 402, 403, 404, 408, 409, 410,
  413, 415, 418, 421, 422, 425, 429, 451, 499, 500, 501, 502, 503, 504, 507, 511, 599
] as const

const types = [
  "application/json; charset=utf-8",
  "application/json; charset=utf-16",
  "Application/JSON",
  "application/problem+json",
  "application/x-ndjson",
  "text/html",
  "text/plain",
  "application/octet-stream",
  "multipart/form-data",
  "application/json, text/html",
  ";;;",
  "\u00ff"
] as const

const waits = [
  "0",
  "1",
  "7",
  "-1",
  "1e10",
  "x",
  "Fri, 31 Dec 9999 23:59:59 GMT",
  "Thu, 01 Jan 1970 00:00:00 GMT",
  "99999999999999999999"
] as const

const oddHeaders = (random: SeededRandom): Record<string, string> => ({
  ...(random.chance(0.3) ? { "retry-after": random.pick(waits) } : {}),
  ...(random.chance(0.2)
    ? { location: random.pick(["/", "https://elsewhere.example/", "//x", "", "jav\tascript:"]) }
    : {}),
  ...(random.chance(0.2) ? { "content-length": random.pick(["0", "-1", "5", "99999999999", "x"]) } : {}),
  ...(random.chance(0.2) ? { "content-encoding": random.pick(["gzip", "br", "identity", "x"]) } : {}),
  ...(random.chance(0.2)
    ? {
        "content-disposition": random.pick([
          'attachment; filename="../../x"',
          "attachment; filename*=UTF-8''%ff",
          ";",
          'filename="'
        ])
      }
    : {}),
  ...(random.chance(0.2) ? { "x-request-id": random.pick(["", "a b", "r".repeat(5000), "\u00ff"]) } : {}),
  ...(random.chance(0.1) ? { date: random.pick(["x", "Fri, 31 Dec 9999 23:59:59 GMT"]) } : {})
})

/** A response with this body; its status and headers are often odd. */
export const fuzzResponse = (random: SeededRandom, status: number, body: Uint8Array<ArrayBuffer>): FuzzResponse => ({
  status: random.chance(0.25) ? random.pick(oddStatuses) : status,
  headers: {
    ...(random.chance(0.05) ? {} : { "content-type": random.chance(0.1) ? random.pick(types) : "application/json" }),
    ...(random.chance(0.3) ? oddHeaders(random) : {})
  },
  body,
  arrives:
    random.weighted([
      ["buffered", 15],
      ["whole", 5],
      ["pieces", 2],
      ["broken", 1]
    ]) ?? "whole"
})

/** A good response with JSON. */
export const goodResponse = (value: unknown, status = 200): FuzzResponse => ({
  status,
  headers: { "content-type": "application/json" },
  body: new TextEncoder().encode(JSON.stringify(value)),
  arrives: "buffered"
})

const inPieces = (body: Uint8Array<ArrayBuffer>, broken: boolean): ReadableStream<Uint8Array> => {
  let at = 0
  const size = Math.max(1, Math.ceil(body.length / 4))
  return new ReadableStream(
    {
      pull: (controller) => {
        if (broken && at >= body.length / 2) {
          controller.error(Object.assign(new TypeError("terminated"), { cause: { code: "ECONNRESET" } }))
        } else if (at >= body.length) controller.close()
        else {
          controller.enqueue(body.slice(at, at + size))
          at += size
        }
      }
    },
    { highWaterMark: 0 }
  )
}

const bodiless = new Set([204, 205, 304])

// as a transport decodes them: bytes that are not UTF-8 become U+FFFD, a byte order mark is removed
const decoder = new TextDecoder()

const buffered = ({ body, headers, status }: FuzzResponse, request: HttpClientRequest.HttpClientRequest) => {
  const text = decoder.decode(body)
  const held: Transport.BufferedBody = { text, bytes: body, byteLength: body.length, truncated: false }
  return Object.defineProperties(HttpClientResponse.fromWeb(request, new Response(null, { status, headers })), {
    text: { value: Effect.succeed(text) },
    stream: { value: Stream.make(body) },
    [Transport.BufferedBodyTypeId]: { value: held }
  })
}

const responseOf = (response: FuzzResponse, request: HttpClientRequest.HttpClientRequest) => {
  const { arrives, body, headers, status } = response
  if (arrives === "buffered") return buffered(response, request)
  const content = arrives === "whole" ? body : inPieces(body, arrives === "broken")
  return HttpClientResponse.fromWeb(request, new Response(bodiless.has(status) ? null : content, { status, headers }))
}

/** A server in this process, with scripted responses. */
export class FuzzServer {
  private script: (request: HttpClientRequest.HttpClientRequest, index: number) => FuzzResponse = () => goodResponse({})
  /** The requested URLs since the last script. */
  readonly urls: Array<string> = []

  /** The most requests that one call may take. */
  constructor(readonly limit: number) {}

  respondWith(script: (request: HttpClientRequest.HttpClientRequest, index: number) => FuzzResponse): void {
    this.urls.length = 0
    this.script = script
  }

  /** More requests than a call may make: it would never end. */
  get isRunaway(): boolean {
    return this.urls.length > this.limit
  }

  private readonly send = (request: HttpClientRequest.HttpClientRequest) =>
    Effect.suspend(() => {
      const index = this.urls.push(request.url) - 1
      return this.isRunaway ? Effect.never : Effect.sync(() => responseOf(this.script(request, index), request))
    })

  /** As the platform's own clients are. */
  readonly client = HttpClient.make(this.send)

  /** As a transport that keeps an attempt's limits itself, and reads the responses. */
  readonly buffering = Transport.keepsAttempt(HttpClient.make(this.send), this.send)
}
