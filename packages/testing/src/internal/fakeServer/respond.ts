import * as Headers from "@effect/platform/Headers"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { FaultName, ModelResponse, Scripted } from "../../ConnectionsModel.js"
import type { Fault } from "../../Faults.js"
import * as Begun from "./maybeDone.js"
import { type FakeResponse, json, text } from "./response.js"
import type { AnswerHistory, ReadRequest } from "./answerHistory.js"
import { httpDate, skewClock } from "./serverClock.js"

/** The parts of a record that tell what is asked, and that a scripted answer and a client that leaves write to. @internal */
export interface ResponseRecord extends ReadRequest {
  status: number | undefined
  fault: FaultName | undefined
  interrupted: boolean
}

/** Where a request has come to: its record, and what the model itself would answer. */
interface ReceivedRequest {
  readonly record: ResponseRecord
  readonly respond: Effect.Effect<FakeResponse>
  readonly history: AnswerHistory
}

const cutInHalf = (answer: FakeResponse): ModelResponse => {
  if (typeof answer.body !== "string") {
    const { body } = answer
    return {
      ...answer,
      _tag: "CutBody",
      body: body.subarray(0, body.length >> 1),
      contentLength: Math.max(body.length, 1)
    }
  }
  const bytes = new TextEncoder().encode(answer.body)
  // Half of it, and never inside of a character: what arrives is text that ends too early.
  const body = new TextDecoder().decode(bytes.subarray(0, bytes.length >> 1)).replace(/\uFFFD+$/, "")
  return { ...answer, _tag: "CutBody", body, contentLength: Math.max(bytes.length, 1) }
}

const rateLimited = (
  { hint = "seconds", retryAfterMillis }: Extract<Fault, { readonly _tag: "RateLimited" }>,
  now: number
): FakeResponse => {
  const refusal = { code: "RATE_LIMITED", message: "too many requests" }
  const answer = (headers: Readonly<Record<string, string>>, recovery?: object): FakeResponse =>
    json(429, { ...refusal, error: { type: "RateLimitError", ...refusal, ...(recovery && { recovery }) } }, headers)
  if (retryAfterMillis === undefined) return answer({})
  const seconds = Math.ceil(retryAfterMillis / 1000)
  switch (hint) {
    case "seconds":
      return answer({ "retry-after": String(seconds) })
    case "millis":
      return answer({ "retry-after-ms": String(Math.ceil(retryAfterMillis)) })
    case "date":
      return answer({ date: httpDate(now), "retry-after": httpDate(now + 1000 * seconds) })
    case "recovery":
      return answer({}, { retryable: true, retry_after_seconds: seconds })
  }
}

const scriptedResponse = (scripted: Extract<Scripted, { readonly _tag?: "Answer" }>): FakeResponse => {
  const { bytes, headers, json: value = {}, status = 200, text: words } = scripted
  if (bytes !== undefined) return { _tag: "Answer", status, headers: { ...headers }, body: bytes }
  return words === undefined ? json(status, value, headers) : text(status, words, headers)
}

/** What comes of a scripted answer or a fault. */
const outcomeOf = Effect.fnUntraced(function* (
  scripted: Scripted,
  { history: earlier, record, respond }: ReceivedRequest
): Effect.fn.Return<ModelResponse> {
  switch (scripted._tag) {
    case "Pass":
      return yield* respond
    case "Refused":
      record.fault = "Refused"
      return { _tag: "Refused" }
    case "Reset":
      if (scripted.commit === true) yield* respond
      record.fault = "Reset"
      return { _tag: "Reset" }
    case "Hang":
      if (scripted.commit === true) yield* respond
      record.fault = "Hang"
      return yield* Effect.never
    case "CutBody": {
      const whole =
        scripted.commit === true ? yield* respond : json(scripted.status ?? 200, scripted.json ?? { result: null })
      record.fault = "CutBody"
      return cutInHalf(whole)
    }
    case "SlowBody": {
      const { bytes, everyMillis } = scripted
      const whole = yield* respond
      record.fault = "SlowBody"
      return { ...whole, pace: { bytes, everyMillis } }
    }
    case "StaleRead": {
      const present = yield* respond
      const past = earlier.previous(record, scripted.changes ?? 1)
      if (past === undefined) return present
      record.fault = "StaleRead"
      return past
    }
    case "Duplicate":
      record.fault = "Duplicate"
      return yield* Effect.zipRight(respond, respond, { concurrent: true })
    case "RateLimited":
      return rateLimited(scripted, yield* Clock.currentTimeMillis)
    default:
      if (scripted.commit === true) yield* respond
      return scriptedResponse(scripted)
  }
})

const applyScript = Effect.fnUntraced(function* (
  scripted: Scripted,
  arrival: ReceivedRequest
): Effect.fn.Return<ModelResponse> {
  const { delayMillis, skewMillis } = scripted
  if (delayMillis !== undefined) yield* Effect.sleep(delayMillis)
  const response = yield* outcomeOf(scripted, arrival)
  if (skewMillis === undefined || !("status" in response)) return response
  arrival.record.fault ??= "ClockSkew"
  return skewClock(response, yield* Clock.currentTimeMillis, skewMillis)
})

// most answers have their headers as the client wants them already
const withRequestId = (headers: FakeResponse["headers"], requestId: string): FakeResponse["headers"] =>
  Headers.isHeaders(headers) && headers["x-request-id"] === undefined
    ? Headers.set(headers, "x-request-id", requestId)
    : { "x-request-id": requestId, ...headers }

/**
 * What becomes of a request: the scripted answer if there is one, else the model's own. The
 * record is told the status, and whether the client left before it. An `Exit` when there is
 * nothing left to do.
 *
 * @internal
 */
export const respondTo = (
  record: ResponseRecord,
  requestId: string,
  scripted: Scripted | undefined,
  respond: Effect.Effect<FakeResponse>,
  earlier: AnswerHistory
): Effect.Effect<ModelResponse> => {
  const recordAnswer = (answer: FakeResponse): FakeResponse => {
    earlier.record(record, answer)
    return answer
  }
  const finish = (response: ModelResponse): ModelResponse => {
    if (response._tag === "Reset" || response._tag === "Refused") return response
    if (scripted === undefined && response._tag === "Answer") recordAnswer(response)
    record.status = response.status
    return { ...response, headers: withRequestId(response.headers, requestId) }
  }
  const outcome: Effect.Effect<ModelResponse> =
    scripted === undefined
      ? respond
      : applyScript(scripted, { record, respond: Effect.map(respond, recordAnswer), history: earlier })
  if (Begun.isDone(outcome)) return Begun.map(outcome, finish)
  return outcome.pipe(
    Effect.onInterrupt(() =>
      Effect.sync(() => {
        record.interrupted = true
      })
    ),
    Effect.map(finish)
  )
}
