import * as DateTime from "effect/DateTime"
import type { PlatformName } from "../platforms.js"
import type { Body, Exchange } from "./exchanges.js"
import type { Secrets } from "./secrets.js"

/** A request in one line, without secrets. @internal */
export interface RequestView {
  readonly id: number
  readonly platform: PlatformName
  /** ISO 8601. */
  readonly at: string
  readonly method: string
  readonly path: string
  readonly query: ReadonlyArray<readonly [name: string, value: string]>
  readonly operation: string | undefined
  /** The slug of the connection, or the name of the connector. */
  readonly target: string | undefined
  readonly action: string | undefined
  readonly state: "pending" | "answered" | "lost" | "interrupted"
  readonly status: number | undefined
  /** What took the place of the platform's own answer. */
  readonly fault: string | undefined
  readonly executed: boolean
  readonly durationMillis: number | undefined
}

/** A body without secrets; no text when it is none or too large to be kept. @internal */
export interface BodyView {
  readonly bytes: number
  readonly contentType: string | undefined
  readonly text: string | undefined
}

/** Everything about a request, without secrets. @internal */
export interface DetailView extends RequestView {
  readonly requestHeaders: Readonly<Record<string, string>>
  readonly requestBody: BodyView
  /** `undefined` when no answer was sent. */
  readonly responseHeaders: Readonly<Record<string, string>> | undefined
  readonly responseBody: BodyView | undefined
}

/** What took the place of the answer; `Answer 503` when a test's own answer did. @internal */
const faultOf = ({ record, answer }: Exchange): string | undefined =>
  record?.fault ?? (record?.scripted === true && answer !== undefined ? `Answer ${answer.status}` : undefined)

const stateOf = ({ endedNanos, interrupted, record, answer }: Exchange): RequestView["state"] => {
  if (endedNanos === undefined) return "pending"
  if (interrupted) return "interrupted"
  return answer === undefined || record?.fault === "CutBody" ? "lost" : "answered"
}

/** To a tenth of a millisecond. */
const millisOf = (nanos: bigint): number => Number(nanos / 100_000n) / 10

const isoOf = (millis: number): string => DateTime.formatIso(DateTime.unsafeMake(millis))

/** @internal */
export const requestView = (secrets: Secrets, exchange: Exchange): RequestView => {
  const { request, record, begunNanos, endedNanos } = exchange
  const target = record?.connection ?? record?.connector
  return {
    id: exchange.id,
    platform: exchange.platform,
    at: isoOf(exchange.at),
    method: request.method,
    path: secrets.text(request.path),
    query: secrets.query(request.query),
    operation: record?.operation,
    target: target === undefined ? undefined : secrets.text(target),
    action: record?.action === undefined ? undefined : secrets.text(record.action),
    state: stateOf(exchange),
    status: exchange.answer?.status,
    fault: faultOf(exchange),
    executed: record?.executed ?? false,
    durationMillis: endedNanos === undefined ? undefined : millisOf(endedNanos - begunNanos)
  }
}

const bodyView = (secrets: Secrets, { bytes, contentType, text }: Body): BodyView => ({
  bytes,
  contentType,
  text: text === undefined ? undefined : secrets.body(text)
})

/** @internal */
export const detailView = (secrets: Secrets, exchange: Exchange): DetailView => ({
  ...requestView(secrets, exchange),
  requestHeaders: secrets.headers(exchange.request.headers),
  requestBody: bodyView(secrets, exchange.body),
  responseHeaders: exchange.answer === undefined ? undefined : secrets.headers(exchange.answer.headers),
  responseBody: exchange.answer === undefined ? undefined : bodyView(secrets, exchange.answer.body)
})
