import * as DateTime from "effect/DateTime"
import type { PlatformName } from "../platforms.js"
import type { KeptBody, KeptExchange } from "./exchanges.js"
import type { SecretMask } from "./secretMask.js"

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
  /** The fault that replaced the platform's own response. */
  readonly fault: string | undefined
  readonly executed: boolean
  readonly durationMillis: number | undefined
}

/** A body without secrets; without a text when it is binary or too large to be kept. @internal */
export interface BodyView {
  readonly bytes: number
  readonly contentType: string | undefined
  readonly text: string | undefined
}

/** Everything about a request, without secrets. @internal */
export interface DetailView extends RequestView {
  readonly requestHeaders: Readonly<Record<string, string>>
  readonly requestBody: BodyView
  /** `undefined` when no response was sent. */
  readonly responseHeaders: Readonly<Record<string, string>> | undefined
  readonly responseBody: BodyView | undefined
}

/** The fault that replaced the response; `Answer 503` when it was an `Answer` of a test. @internal */
const faultOf = ({ record, response }: KeptExchange): string | undefined =>
  record?.fault ?? (record?.scripted === true && response !== undefined ? `Answer ${response.status}` : undefined)

const stateOf = ({ endedNanos, interrupted, record, response }: KeptExchange): RequestView["state"] => {
  if (endedNanos === undefined) return "pending"
  if (interrupted) return "interrupted"
  return response === undefined || record?.fault === "CutBody" ? "lost" : "answered"
}

/** To a tenth of a millisecond. */
const millisOf = (nanos: bigint): number => Number(nanos / 100_000n) / 10

const isoOf = (millis: number): string => DateTime.formatIso(DateTime.unsafeMake(millis))

/** @internal */
export const requestView = (mask: SecretMask, exchange: KeptExchange): RequestView => {
  const { request, record, startedNanos: begunNanos, endedNanos } = exchange
  const target = record?.connection ?? record?.connector
  return {
    id: exchange.id,
    platform: exchange.platform,
    at: isoOf(exchange.at),
    method: request.method,
    path: mask.text(request.path),
    query: mask.query(request.query),
    operation: record?.operation,
    target: target === undefined ? undefined : mask.text(target),
    action: record?.action === undefined ? undefined : mask.text(record.action),
    state: stateOf(exchange),
    status: exchange.response?.status,
    fault: faultOf(exchange),
    executed: record?.executed ?? false,
    durationMillis: endedNanos === undefined ? undefined : millisOf(endedNanos - begunNanos)
  }
}

const bodyView = (mask: SecretMask, { bytes, contentType, text }: KeptBody): BodyView => ({
  bytes,
  contentType,
  text: text === undefined ? undefined : mask.body(text)
})

/** @internal */
export const detailView = (mask: SecretMask, exchange: KeptExchange): DetailView => ({
  ...requestView(mask, exchange),
  requestHeaders: mask.headers(exchange.request.headers),
  requestBody: bodyView(mask, exchange.body),
  responseHeaders: exchange.response === undefined ? undefined : mask.headers(exchange.response.headers),
  responseBody: exchange.response === undefined ? undefined : bodyView(mask, exchange.response.body)
})
