import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as HttpBody from "@effect/platform/HttpBody"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpMethod from "@effect/platform/HttpMethod"
import * as Effect from "effect/Effect"
import * as FiberRef from "effect/FiberRef"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { ConnectionsModel, ModelRequest, ModelResponse } from "../../ConnectionsModel.js"
import * as Recorder from "../../Recorder.js"
import type { RecordingInvalid } from "../../Recording.js"
import { clientOf } from "../fakeServer/client.js"

/** The part of a fake platform that answers requests. @internal */
export type RequestHandler = Pick<ConnectionsModel, "handle">

/** A request that is passing through the recorder. */
interface InFlight {
  readonly handler: RequestHandler
  readonly request: ModelRequest
  response: ModelResponse | undefined
}

/** The headers that a transport adds to a request. A replay has no transport, so they would be missing there. */
const addedByTransports: ReadonlySet<string> = new Set([
  "accept-encoding",
  "connection",
  "content-length",
  "expect",
  "host",
  "keep-alive",
  "sec-fetch-mode",
  "transfer-encoding"
])

const isAddedByTransport = (name: string, value: string): boolean =>
  addedByTransports.has(name) || (name === "accept-language" && value === "*")

/** The request as the program gave it to its HTTP client. */
const clientRequest = (request: ModelRequest): HttpClientRequest.HttpClientRequest | undefined => {
  const { bytes, headers, method, origin, path, query } = request
  if (!HttpMethod.isHttpMethod(method)) return undefined
  const search = query.length === 0 ? "" : `?${new URLSearchParams(query.map(([name, value]) => [name, value]))}`
  const ownHeaders = Object.entries(headers).filter(([name, value]) => !isAddedByTransport(name, value))
  const bare = HttpClientRequest.make(method)(`${origin}${path}${search}`)
  const whole =
    bytes.byteLength === 0
      ? bare
      : HttpClientRequest.setBody(bare, HttpBody.uint8Array(bytes, headers["content-type"] ?? "text/plain"))
  return HttpClientRequest.setHeaders(whole, ownHeaders)
}

/** The response without its pace: only the client of the program waits for a slow body. */
const atOnce = (response: ModelResponse): ModelResponse => {
  if (response._tag !== "Answer") return response
  const { pace: _, ...unpaced } = response
  return unpaced
}

type InFlightRef = FiberRef.FiberRef<InFlight | undefined>

/** The client below the recorder: it passes the request of the current fiber to its platform. */
const platformClient = (inFlight: InFlightRef): HttpClient.HttpClient =>
  clientOf({
    receive: (request) =>
      Effect.flatMap(FiberRef.get(inFlight), (current) =>
        current === undefined
          ? Effect.dieMessage(`no platform handles ${request.path}`)
          : Effect.map(current.handler.handle(current.request), (response) => {
              current.response = response
              return atOnce(response)
            })
      )
  })

const recordHandler = (
  client: HttpClient.HttpClient,
  inFlight: InFlightRef,
  handler: RequestHandler
): RequestHandler => ({
  handle: (request) =>
    Effect.suspend(() => {
      const sent = clientRequest(request)
      if (sent === undefined) return handler.handle(request)
      const current: InFlight = { handler, request, response: undefined }
      return client.execute(sent).pipe(
        Effect.flatMap(({ stream }) => Stream.runDrain(stream)),
        Effect.ignore,
        Effect.locally(inFlight, current),
        // no client can send this request, so it did not reach the platform
        Effect.flatMap(() =>
          current.response === undefined ? handler.handle(request) : Effect.succeed(current.response)
        )
      )
    })
})

/**
 * Wraps fake platforms so that their exchanges are recorded as the program's own client would record them. The file is
 * written when the scope ends. The given secrets are redacted too, with those that are found by name.
 *
 * @internal
 */
export const make = Effect.fnUntraced(function* (
  file: string,
  secrets: ReadonlyArray<string>
): Effect.fn.Return<
  (handler: RequestHandler) => RequestHandler,
  Recorder.RecorderFailure | RecordingInvalid,
  Scope.Scope
> {
  const inFlight = yield* FiberRef.make<InFlight | undefined>(undefined)
  const options = { mode: "record", secrets: { values: secrets.map((value) => Redacted.make(value)) } } as const
  const { client } = yield* Recorder.make(file, options).pipe(
    Effect.provideService(HttpClient.HttpClient, platformClient(inFlight)),
    Effect.provide(NodeFileSystem.layer)
  )
  return (handler) => recordHandler(client, inFlight, handler)
})
