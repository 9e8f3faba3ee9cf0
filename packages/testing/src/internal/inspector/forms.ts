import type * as HttpServerError from "@effect/platform/HttpServerError"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import type * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Effect from "effect/Effect"
import { timingSafeEqual } from "node:crypto"
import type { ExecutorFailure } from "../../Executor.js"
import { parse } from "../data/jsonText.js"
import { isObject } from "../fakeServer/json.js"
import { noContent, redirectToPage, refuse } from "./responses.js"
import { addFault, type Field, removeFault } from "./faultRoutes.js"
import type { Inspector } from "./inspector.js"

const same = (a: string, b: string): boolean => {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.byteLength === right.byteLength && timingSafeEqual(left, right)
}

/** The media type of a request. @internal */
export const mediaTypeOf = ({ headers }: HttpServerRequest.HttpServerRequest): string | undefined =>
  headers["content-type"]?.split(";")[0]?.trim().toLowerCase()

const fieldIn = (body: string, mediaType: string | undefined): Field => {
  if (mediaType !== "application/json") {
    const fields = new URLSearchParams(body)
    return (name) => fields.get(name) ?? ""
  }
  const fields = parse(body)
  return (name) => {
    const value = isObject(fields) ? fields[name] : undefined
    return typeof value === "string" ? value : ""
  }
}

/**
 * Runs the command of a form, if the form has the token of the page. The script of the page sends the form as JSON; a
 * browser without JavaScript sends it as it is, and is led back to the page.
 *
 * @internal
 */
export const submit = Effect.fnUntraced(function* (
  inspector: Inspector,
  token: string
): Effect.fn.Return<
  HttpServerResponse.HttpServerResponse,
  ExecutorFailure | HttpServerError.RequestError,
  HttpServerRequest.HttpServerRequest
> {
  const request = yield* HttpServerRequest.HttpServerRequest
  const mediaType = mediaTypeOf(request)
  const field = fieldIn(yield* request.text, mediaType)
  const done = mediaType === "application/json" ? noContent : redirectToPage
  if (!same(field("token"), token)) return refuse(403, "FORBIDDEN", "the form belongs to another run: reload the page")
  switch (field("do")) {
    case "clear":
      yield* inspector.clear
      return done
    case "reset":
      yield* inspector.reset
      return done
    case "add-fault":
      return (yield* addFault(inspector, field)) ? done : refuse(400, "BAD_REQUEST", "the form offers no such fault")
    case "remove-fault":
      return (yield* removeFault(inspector, field)) ? done : refuse(409, "GONE", "the fault is no longer on")
    default:
      return refuse(400, "BAD_REQUEST", `${JSON.stringify(field("do"))} is not a command of a form`)
  }
})
