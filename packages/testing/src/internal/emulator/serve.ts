import * as Headers from "@effect/platform/Headers"
import type * as HttpApp from "@effect/platform/HttpApp"
import type * as HttpServer from "@effect/platform/HttpServer"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as Effect from "effect/Effect"
import type { PlatformModel } from "../platform.js"
import { secretHeaderName } from "../fakeServer/redactHeaders.js"
import { isInspector } from "../inspector/routes.js"
import { refuse } from "../inspector/responses.js"
import { type PlatformName, platformOf } from "../platforms.js"
import { corsOf } from "./cors.js"
import { refusalOf } from "./guard.js"
import { readBody, toModelRequest } from "./receiveRequest.js"
import { sendResponse } from "./sendResponse.js"

/** What a server serves. @internal */
export interface Served {
  /** Each platform handles the requests that it owns. */
  readonly platforms: Readonly<Record<PlatformName, Pick<PlatformModel, "handle">>>
  /** The largest body of a request, in bytes. */
  readonly requestLimit: number
  /** The pages of the inspector, on paths that no platform has. */
  readonly inspector: HttpApp.Default
  /** The origin whose pages may use the platforms, and nothing else. */
  readonly cors: string | undefined
}

const respond = Effect.fnUntraced(function* ({ cors: allowed, inspector, platforms, requestLimit }: Served) {
  const request = yield* HttpServerRequest.HttpServerRequest
  const isInspected = isInspector(request.method, request.url.split("?")[0] ?? "")
  const refusal = refusalOf(request, isInspected ? undefined : allowed)
  if (refusal !== undefined) return refuse(403, "FORBIDDEN", refusal)
  if (isInspected) return yield* inspector
  const cors = corsOf(allowed)
  const preflight = cors.preflight(request)
  if (preflight !== undefined) return preflight
  const bytes = yield* readBody(request, requestLimit)
  const received = toModelRequest(request, bytes ?? new Uint8Array())
  const { name, refuseBody } = platformOf(received.path)
  const response = refuseBody(bytes, requestLimit) ?? (yield* platforms[name].handle(received))
  return yield* sendResponse(request, cors.readable(request, response))
})

/**
 * Serves the platforms until the scope ends. `@effect/platform` runs an app so that nothing interrupts it. This app has
 * to end with its client, or a request that hangs would never end. The spans list the headers of a request: credentials
 * among them are redacted.
 *
 * @internal
 */
export const serve = (server: HttpServer.HttpServer, served: Served) =>
  Effect.locallyWith(server.serve(Effect.interruptible(respond(served))), Headers.currentRedactedNames, (names) => [
    ...names,
    secretHeaderName
  ])
