import type * as HttpServerError from "@effect/platform/HttpServerError"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import type * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Effect from "effect/Effect"
import { timingSafeEqual } from "node:crypto"
import type { ExecutorFailure } from "../../Executor.js"
import { back, refuse } from "./answers.js"
import { addFault, removeFault } from "./faultRoutes.js"
import type { Inspector } from "./inspector.js"

const same = (a: string, b: string): boolean => {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.byteLength === right.byteLength && timingSafeEqual(left, right)
}

/** Does what a form of the page asks for, if it has the page's token. @internal */
export const submit = Effect.fnUntraced(function* (
  inspector: Inspector,
  token: string
): Effect.fn.Return<
  HttpServerResponse.HttpServerResponse,
  ExecutorFailure | HttpServerError.RequestError,
  HttpServerRequest.HttpServerRequest
> {
  const request = yield* HttpServerRequest.HttpServerRequest
  const fields = new URLSearchParams(yield* request.text)
  const field = (name: string) => fields.get(name) ?? ""
  if (!same(field("token"), token)) return refuse(403, "FORBIDDEN", "the form is of another run: load the page again")
  switch (field("do")) {
    case "clear":
      yield* inspector.clear
      return back
    case "reset":
      yield* inspector.reset
      return back
    case "add-fault":
      return (yield* addFault(inspector, field)) ? back : refuse(400, "BAD_REQUEST", "the form offers no such fault")
    case "remove-fault":
      return (yield* removeFault(inspector, field)) ? back : refuse(409, "GONE", "the fault is not on any more")
    default:
      return refuse(400, "BAD_REQUEST", `${JSON.stringify(field("do"))} is nothing that a form can do`)
  }
})
