import * as Headers from "@effect/platform/Headers"
import * as Effect from "effect/Effect"
import type { FaultName, ModelResponse, Scripted } from "../../ConnectionsModel.js"
import * as MaybeDone from "./maybeDone.js"
import { cutInHalf, rateLimited, scriptedResponse } from "./faultResponses.js"
import { type FakeResponse, json } from "./response.js"
import type { AnswerHistory, ReadRequest } from "./answerHistory.js"
import { serverTime, skewClock } from "./serverClock.js"

/** The parts of a record that identify the read, and those that a response, a fault or an interruption writes. @internal */
export interface ResponseRecord extends ReadRequest {
  status: number | undefined
  fault: FaultName | undefined
  interrupted: boolean
}

/** A request while it is handled: its record, and the response of the platform itself. */
interface ReceivedRequest {
  readonly record: ResponseRecord
  readonly respond: Effect.Effect<FakeResponse>
  readonly history: AnswerHistory
}

/** The outcome of a scripted answer or a fault. */
const outcomeOf = Effect.fnUntraced(function* (
  scripted: Scripted,
  { history, record, respond }: ReceivedRequest
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
      const past = history.previous(record, scripted.changes ?? 1)
      if (past === undefined) return present
      record.fault = "StaleRead"
      return past
    }
    case "Duplicate":
      record.fault = "Duplicate"
      return yield* Effect.zipRight(respond, respond, { concurrent: true })
    case "RateLimited":
      return rateLimited(scripted, yield* serverTime)
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
  return skewClock(response, yield* serverTime, skewMillis)
})

// most responses have headers in the form that a client needs
const withRequestId = (headers: FakeResponse["headers"], requestId: string): FakeResponse["headers"] =>
  Headers.isHeaders(headers) && headers["x-request-id"] === undefined
    ? Headers.set(headers, "x-request-id", requestId)
    : { "x-request-id": requestId, ...headers }

/**
 * The response to a request: the scripted one if there is one, else that of the platform. Writes the status, or that
 * the client left before the response, to the record. An `Exit` when nothing is left to do.
 *
 * @internal
 */
export const respondTo = (
  record: ResponseRecord,
  requestId: string,
  scripted: Scripted | undefined,
  respond: Effect.Effect<FakeResponse>,
  history: AnswerHistory
): Effect.Effect<ModelResponse> => {
  const recordResponse = (response: FakeResponse): FakeResponse => {
    history.record(record, response)
    return response
  }
  const finish = (response: ModelResponse): ModelResponse => {
    if (response._tag === "Reset" || response._tag === "Refused") return response
    if (scripted === undefined && response._tag === "Answer") recordResponse(response)
    record.status = response.status
    return { ...response, headers: withRequestId(response.headers, requestId) }
  }
  const outcome: Effect.Effect<ModelResponse> =
    scripted === undefined
      ? respond
      : applyScript(scripted, { record, respond: Effect.map(respond, recordResponse), history })
  if (MaybeDone.isDone(outcome)) return MaybeDone.map(outcome, finish)
  return outcome.pipe(
    Effect.onInterrupt(() =>
      Effect.sync(() => {
        record.interrupted = true
      })
    ),
    Effect.map(finish)
  )
}
