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

/** What answers requests, whichever platform it is. @internal */
export type Answering = Pick<ConnectionsModel, "handle">

/** An exchange on its way through the recorder. */
interface Passing {
  readonly answering: Answering
  readonly request: ModelRequest
  response: ModelResponse | undefined
}

/** What a transport adds to what a program sends: in a replay, where none is, it would be missing. */
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

const isAdded = (name: string, value: string): boolean =>
  addedByTransports.has(name) || (name === "accept-language" && value === "*")

/** The request as its program has sent it. */
const asSent = (request: ModelRequest): HttpClientRequest.HttpClientRequest | undefined => {
  const { bytes, headers, method, origin, path, query } = request
  if (!HttpMethod.isHttpMethod(method)) return undefined
  const search = query.length === 0 ? "" : `?${new URLSearchParams(query.map(([name, value]) => [name, value]))}`
  const own = Object.entries(headers).filter(([name, value]) => !isAdded(name, value))
  const bare = HttpClientRequest.make(method)(`${origin}${path}${search}`)
  const whole =
    bytes.byteLength === 0
      ? bare
      : HttpClientRequest.setBody(bare, HttpBody.uint8Array(bytes, headers["content-type"] ?? "text/plain"))
  return HttpClientRequest.setHeaders(whole, own)
}

/**
 * Makes models whose exchanges are put into a file when the scope ends, as the client that had them would have
 * recorded them. The secrets are hidden beside those that their names tell.
 *
 * @internal
 */
export const make = Effect.fnUntraced(function* (
  file: string,
  secrets: ReadonlyArray<string>
): Effect.fn.Return<(answering: Answering) => Answering, Recorder.RecorderFailure | RecordingInvalid, Scope.Scope> {
  const passing = yield* FiberRef.make<Passing | undefined>(undefined)
  const below = clientOf({
    receive: (request) =>
      Effect.flatMap(FiberRef.get(passing), (one) =>
        one === undefined
          ? Effect.dieMessage(`nothing answers ${request.path}`)
          : Effect.map(one.answering.handle(one.request), (response) => {
              one.response = response
              if (response._tag !== "Answer") return response
              // a slow body is for the client to wait for
              const { pace: _, ...atOnce } = response
              return atOnce
            })
      )
  })
  const options = { mode: "record", secrets: { values: secrets.map((value) => Redacted.make(value)) } } as const
  const { client } = yield* Recorder.make(file, options).pipe(
    Effect.provideService(HttpClient.HttpClient, below),
    Effect.provide(NodeFileSystem.layer)
  )
  return (answering) => ({
    handle: (request) =>
      Effect.suspend(() => {
        const sent = asSent(request)
        if (sent === undefined) return answering.handle(request)
        const one: Passing = { answering, request, response: undefined }
        return client.execute(sent).pipe(
          Effect.flatMap(({ stream }) => Stream.runDrain(stream)),
          Effect.ignore,
          Effect.locally(passing, one),
          // one that cannot be sent by any client never came to the model
          Effect.flatMap(() => (one.response === undefined ? answering.handle(request) : Effect.succeed(one.response)))
        )
      })
  })
})
