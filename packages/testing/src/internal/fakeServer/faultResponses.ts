import type { ModelResponse, Scripted } from "../../ConnectionsModel.js"
import type { Fault } from "../../Faults.js"
import { type FakeResponse, json, text } from "./response.js"
import { httpDate } from "./serverClock.js"

/** The first half of a response: its head announces the whole body. @internal */
export const cutInHalf = (response: FakeResponse): ModelResponse => {
  if (typeof response.body !== "string") {
    const { body } = response
    return {
      ...response,
      _tag: "CutBody",
      body: body.subarray(0, body.length >> 1),
      contentLength: Math.max(body.length, 1)
    }
  }
  const bytes = new TextEncoder().encode(response.body)
  // half of it, and never inside of a character: what arrives is text that ends too early
  const body = new TextDecoder().decode(bytes.subarray(0, bytes.length >> 1)).replace(/\uFFFD+$/, "")
  return { ...response, _tag: "CutBody", body, contentLength: Math.max(bytes.length, 1) }
}

/** A 429 with the hint of the fault. @internal */
export const rateLimited = (
  { hint = "seconds", retryAfterMillis }: Extract<Fault, { readonly _tag: "RateLimited" }>,
  now: number
): FakeResponse => {
  const refusal = { code: "RATE_LIMITED", message: "too many requests" }
  const response = (headers: Readonly<Record<string, string>>, recovery?: object): FakeResponse =>
    json(429, { ...refusal, error: { type: "RateLimitError", ...refusal, ...(recovery && { recovery }) } }, headers)
  if (retryAfterMillis === undefined) return response({})
  const seconds = Math.ceil(retryAfterMillis / 1000)
  switch (hint) {
    case "seconds":
      return response({ "retry-after": String(seconds) })
    case "millis":
      return response({ "retry-after-ms": String(Math.ceil(retryAfterMillis)) })
    case "date":
      return response({ date: httpDate(now), "retry-after": httpDate(now + 1000 * seconds) })
    case "recovery":
      return response({}, { retryable: true, retry_after_seconds: seconds })
  }
}

/** The response that a test scripted. @internal */
export const scriptedResponse = (scripted: Extract<Scripted, { readonly _tag?: "Answer" }>): FakeResponse => {
  const { bytes, headers, json: value = {}, status = 200, text: content } = scripted
  if (bytes !== undefined) return { _tag: "Answer", status, headers: { ...headers }, body: bytes }
  return content === undefined ? json(status, value, headers) : text(status, content, headers)
}
