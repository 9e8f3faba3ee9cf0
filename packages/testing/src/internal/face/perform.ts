import * as Effect from "effect/Effect"
import type { ModelResponse, Scripted } from "../../ConnectionsModel.js"
import * as Begun from "./begun.js"
import { type Answer, json, text } from "./answer.js"

/** The parts of a record that a scripted answer and a client that leaves write to. @internal */
export interface Fated {
  status: number | undefined
  fault: "Reset" | "Refused" | "Hang" | "CutBody" | undefined
  interrupted: boolean
}

const cut = (answer: Answer): ModelResponse => {
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

/** What comes of a scripted answer; `respond` is what the model itself would do. */
const perform = Effect.fnUntraced(function* (
  scripted: Scripted,
  respond: Effect.Effect<Answer>,
  record: Fated
): Effect.fn.Return<ModelResponse> {
  if (scripted._tag !== "Hang" && scripted.delayMillis !== undefined) yield* Effect.sleep(scripted.delayMillis)
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
      return cut(whole)
    }
    default: {
      const status = scripted.status ?? 200
      if (scripted.bytes !== undefined) {
        return { _tag: "Answer", status, headers: { ...scripted.headers }, body: scripted.bytes }
      }
      return scripted.text === undefined
        ? json(status, scripted.json ?? {}, scripted.headers)
        : text(status, scripted.text, scripted.headers)
    }
  }
})

/**
 * What becomes of a request: the scripted answer if there is one, else the model's own. The
 * record is told the status, and whether the client left before it. An `Exit` when there is
 * nothing left to do.
 *
 * @internal
 */
export const respondTo = (
  record: Fated,
  requestId: string,
  scripted: Scripted | undefined,
  respond: Effect.Effect<Answer>
): Effect.Effect<ModelResponse> => {
  const told = (response: ModelResponse): ModelResponse => {
    if (response._tag === "Reset" || response._tag === "Refused") return response
    record.status = response.status
    return { ...response, headers: { "x-request-id": requestId, ...response.headers } }
  }
  const rest = scripted === undefined ? respond : perform(scripted, respond, record)
  if (Begun.isDone(rest)) return Begun.map(rest, told)
  return rest.pipe(
    Effect.onInterrupt(() =>
      Effect.sync(() => {
        record.interrupted = true
      })
    ),
    Effect.map(told)
  )
}
