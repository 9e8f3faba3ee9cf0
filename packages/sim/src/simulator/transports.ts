import * as Transport from "@effect-connectors/core/Transport"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Effect from "effect/Effect"
import { forever, type Wire } from "./applyFault.js"

type Request = HttpClientRequest.HttpClientRequest

/** The network between a client and the servers. */
export interface Network {
  /** With a limit, in milliseconds, `Hang` and `HangBody` are returned when it is over; without one they never are. */
  readonly send: (request: Request, url: URL, limitMillis?: number) => Effect.Effect<Wire>
  /** Counts a body that is not read to its end as an open connection, until it is released. */
  readonly opened: () => () => void
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()
const bodiless = new Set([204, 205, 304])

const bytesOf = (body: string | Uint8Array): Uint8Array => (typeof body === "string" ? encoder.encode(body) : body)

const responseOf = (
  request: Request,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: BodyInit | null
) => HttpClientResponse.fromWeb(request, new Response(bodiless.has(status) ? null : body, { status, headers }))

const bodyInit = (body: string | Uint8Array): BodyInit => (typeof body === "string" ? body : new Uint8Array(body))

const systemError = (code: string, syscall: string | undefined): Error =>
  Object.assign(new Error("the connection ended"), { code, ...(syscall === undefined ? {} : { syscall }) })

/** A client that a user may bring: it keeps no limits, and its errors have only the codes of the system. */
export const plainTransport = (network: Network): HttpClient.HttpClient =>
  HttpClient.make((request, url, signal) =>
    Effect.flatMap(network.send(request, url), (wire) => {
      switch (wire._tag) {
        case "Response":
          return Effect.succeed(responseOf(request, wire.status, wire.headers, bodyInit(wire.body)))
        case "Lost":
          return Effect.fail(
            new HttpClientError.RequestError({
              request,
              reason: "Transport",
              cause: systemError(wire.evidence.code, wire.syscall)
            })
          )
        case "Hang":
          return forever
        default:
          return Effect.sync(() => responseOf(request, wire.status, wire.headers, streamOf(network, wire, signal)))
      }
    })
  )

const streamOf = (
  network: Network,
  wire: Extract<Wire, { readonly _tag: "Cut" | "HangBody" }>,
  signal: AbortSignal
): ReadableStream => {
  const close = network.opened()
  let hasStarted = false
  return new ReadableStream<Uint8Array>({
    start: (controller) => {
      signal.addEventListener("abort", () => {
        close()
        controller.error(signal.reason)
      })
    },
    pull: (controller) => {
      if (!hasStarted) {
        hasStarted = true
        if (wire.body !== "") return controller.enqueue(encoder.encode(wire.body))
      }
      if (wire._tag === "HangBody") return new Promise<void>(() => {})
      close()
      controller.error(systemError("ECONNRESET", undefined))
      return undefined
    },
    cancel: close
  })
}

/** A client that keeps the limits of an attempt itself, and gives evidence of what it sent. */
export const limitingTransport = (network: Network): HttpClient.HttpClient =>
  Transport.keepsAttempt(plainTransport(network), (request, limits) => {
    const late = (status?: number) =>
      Effect.fail(
        Transport.failure(request, {
          sent: true,
          phase: status === undefined ? "request" : "body",
          code: "ATTEMPT_TIMEOUT",
          permanent: false,
          timedOut: true,
          status
        })
      )
    const cut = (status: number, code: string, permanent: boolean) =>
      Effect.fail(Transport.failure(request, { sent: true, phase: "body", code, permanent, timedOut: false, status }))
    return Effect.flatMap(network.send(request, new URL(request.url), limits.timeoutMillis), (wire) => {
      switch (wire._tag) {
        case "Lost":
          return Effect.fail(Transport.failure(request, wire.evidence))
        case "Hang":
          return late()
        case "HangBody":
          return late(wire.status)
        case "Cut":
          return cut(wire.status, "ECONNRESET", false)
        case "Response": {
          const { body, headers, status } = wire
          const bytes = bytesOf(body)
          const isOk = status >= 200 && status < 300
          const most = isOk ? limits.maxBodyBytes : limits.maxErrorBodyBytes
          if (isOk && bytes.byteLength > most) return cut(status, "BODY_TOO_LARGE", true)
          const kept = bytes.subarray(0, most)
          const read: Transport.BufferedBody = {
            text: decoder.decode(kept),
            bytes: kept,
            byteLength: bytes.byteLength,
            truncated: kept.byteLength < bytes.byteLength
          }
          return Effect.succeed(
            Object.assign(responseOf(request, status, headers, null), { [Transport.BufferedBodyTypeId]: read })
          )
        }
      }
    })
  })
