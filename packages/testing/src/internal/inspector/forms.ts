import type * as HttpServerError from "@effect/platform/HttpServerError"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import type * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Effect from "effect/Effect"
import { timingSafeEqual } from "node:crypto"
import type { ExecutorFailure } from "../../Executor.js"
import { isObject, parse } from "../fakeServer/json.js"
import { noContent, refuse } from "./responses.js"
import { addFault, removeFault } from "./faultRoutes.js"
import type { Inspector } from "./inspector.js"

const same = (a: string, b: string): boolean => {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.byteLength === right.byteLength && timingSafeEqual(left, right)
}

/** Runs the command of a form, which the page sends as JSON, if the form has the token of the page. @internal */
export const submit = Effect.fnUntraced(function* (
  inspector: Inspector,
  token: string
): Effect.fn.Return<
  HttpServerResponse.HttpServerResponse,
  ExecutorFailure | HttpServerError.RequestError,
  HttpServerRequest.HttpServerRequest
> {
  const request = yield* HttpServerRequest.HttpServerRequest
  const fields = parse(yield* request.text)
  const field = (name: string) => {
    const value = isObject(fields) ? fields[name] : undefined
    return typeof value === "string" ? value : ""
  }
  if (!same(field("token"), token)) return refuse(403, "FORBIDDEN", "the form belongs to another run: reload the page")
  switch (field("do")) {
    case "clear":
      yield* inspector.clear
      return noContent
    case "reset":
      yield* inspector.reset
      return noContent
    case "add-fault":
      return (yield* addFault(inspector, field))
        ? noContent
        : refuse(400, "BAD_REQUEST", "the form offers no such fault")
    case "remove-fault":
      return (yield* removeFault(inspector, field)) ? noContent : refuse(409, "GONE", "the fault is no longer on")
    default:
      return refuse(400, "BAD_REQUEST", `${JSON.stringify(field("do"))} is not a command of a form`)
  }
})
