import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import type { ModelResponse } from "../../ConnectionsModel.js"
import type { GuardedRequest } from "./guard.js"

/** Whether a text is an origin as a browser sends it: neither `null` nor `*`, without a path. @internal */
export const isOrigin = (text: string): boolean =>
  /^https?:\/\//.test(text) && URL.canParse(text) && new URL(text).origin === text

/** The page of another origin that may use the platforms. @internal */
export interface Cors {
  /** The response to a browser that asks whether it may send a request; `undefined` for all other requests. */
  readonly preflight: (request: GuardedRequest) => HttpServerResponse.HttpServerResponse | undefined
  /** A response that the page may read, with all of its headers. */
  readonly readable: (request: GuardedRequest, response: ModelResponse) => ModelResponse
}

/** @internal */
export const corsOf = (allowed: string | undefined): Cors => {
  const shared = { "access-control-allow-origin": allowed ?? "", vary: "origin" }
  const isAllowed = ({ headers }: GuardedRequest): boolean => allowed !== undefined && headers["origin"] === allowed
  return {
    preflight: (request) =>
      request.method === "OPTIONS" &&
      isAllowed(request) &&
      request.headers["access-control-request-method"] !== undefined
        ? HttpServerResponse.empty({
            headers: {
              ...shared,
              "access-control-allow-methods": "GET, HEAD, POST, PUT, PATCH, DELETE",
              // a star does not stand for authorization
              "access-control-allow-headers": request.headers["access-control-request-headers"] ?? "*"
            }
          })
        : undefined,
    readable: (request, response) =>
      isAllowed(request) && (response._tag === "Answer" || response._tag === "CutBody")
        ? { ...response, headers: { ...response.headers, ...shared, "access-control-expose-headers": "*" } }
        : response
  }
}
