/**
 * The body and the headers of a request in the form undici writes.
 */
import * as Transport from "@effect-connectors/core/Transport"
import type * as Headers from "@effect/platform/Headers"
import type * as HttpBody from "@effect/platform/HttpBody"
import type * as Runtime from "effect/Runtime"
import { Readable } from "node:stream"
import { FormData as UndiciFormData } from "undici/index.js"
import { StreamBody } from "./streamBody.js"

/** What `dispatch` takes as a body. */
type Body = string | Buffer | Uint8Array | Readable | UndiciFormData | null

/** A request that is ready to be written. */
export interface WireRequest {
  readonly headers: Headers.Headers
  readonly body: Body
  /** Whether the source of the body has failed; absent where it cannot. */
  readonly failed?: () => boolean
}

const invalidValue = /[^\t\x20-\x7e\x80-\xff]/
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const digits = /^\d+$/
const hopByHop: ReadonlySet<string> = new Set(["transfer-encoding", "keep-alive", "upgrade", "expect", "connection"])

/**
 * Whether the headers can be written.
 *
 * undici checks them as well, but a pool loses a connection for good each time it has to refuse a request itself.
 */
export const areValidHeaders = (headers: Headers.Headers): boolean => {
  for (const name of Object.keys(headers)) {
    const value = headers[name]
    if (typeof value !== "string" || invalidValue.test(value) || !token.test(name)) return false
    if (hopByHop.has(name) || (name === "content-length" && !digits.test(value))) return false
  }
  return true
}

const fromReadable = (headers: Headers.Headers, body: Readable): WireRequest => {
  let failed = false
  // Before undici's own listener, and it stays: a source that fails after the response must not end the process.
  body.on("error", () => {
    failed = true
  })
  return { headers, body, failed: () => failed }
}

// The global FormData is of another undici than ours, which takes only its own.
const fromFormData = (formData: FormData): UndiciFormData => {
  const copy = new UndiciFormData()
  for (const [name, value] of formData) {
    if (typeof value === "string") copy.append(name, value)
    else copy.append(name, value, value.name)
  }
  return copy
}

const fromRaw = (headers: Headers.Headers, body: unknown): WireRequest | undefined => {
  if (typeof body === "string" || body instanceof Uint8Array) return { headers, body }
  if (body === undefined || body === null) return { headers, body: null }
  if (body instanceof Readable) return fromReadable(headers, body)
  if (body instanceof ArrayBuffer) return { headers, body: new Uint8Array(body) }
  if (body instanceof URLSearchParams) return { headers, body: body.toString() }
  if (body instanceof FormData) return { headers, body: fromFormData(body) }
  return undefined
}

/** The request's body for undici; `undefined` when it is of a kind that cannot be written. */
export const toWireRequest = (
  headers: Headers.Headers,
  body: HttpBody.HttpBody,
  runtime: () => Runtime.Runtime<never>,
  isOwnDispatcher: boolean
): WireRequest | undefined => {
  switch (body._tag) {
    case "Empty":
      return { headers, body: null }
    case "Raw":
      return fromRaw(headers, body.body)
    case "Uint8Array":
      return { headers, body: body.body }
    case "FormData":
      return { headers, body: fromFormData(body.formData) }
    case "Stream": {
      // another dispatcher than ours may keep the pieces
      const transient = isOwnDispatcher ? Transport.transientBodyOf(body) : undefined
      return fromReadable(headers, new StreamBody(transient ?? body.stream, runtime(), transient !== undefined))
    }
  }
}
