import * as Transport from "@effect-connectors/core/Transport"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { BodyPace } from "../../ConnectionsModel.js"
import { BufferedResponse } from "./bufferedResponse.js"
import { bytesOf, deliver } from "./deliver.js"
import { encodeBody } from "./encodeBody.js"
import { type FakeServer, handleWith } from "./fakeServer.js"
import { targetOf, toModelRequest } from "./modelRequest.js"
import { paced } from "./pacedBody.js"
import type { FakeResponse } from "./response.js"
import { webResponse } from "./webResponse.js"

type Request = HttpClientRequest.HttpClientRequest

/** A body that ends too early. The error of reading it carries the evidence. */
const cutBody = (body: string | Uint8Array, status: number): ReadableStream<Uint8Array> => {
  let sent = false
  return new ReadableStream({
    pull: (controller) => {
      if (!sent && body.length > 0) {
        sent = true
        return controller.enqueue(bytesOf(body))
      }
      const evidence: Transport.Evidence = {
        sent: true,
        phase: "body",
        code: "ECONNRESET",
        permanent: false,
        timedOut: false,
        status
      }
      controller.error(
        Object.assign(new Error("the connection ended inside of the body"), { [Transport.EvidenceTypeId]: evidence })
      )
    }
  })
}

// the pauses are on the Clock of the fiber that sent the request
const pacedResponse = (request: Request, response: FakeResponse, pace: BodyPace) =>
  Effect.map(Effect.runtime<never>(), (runtime) =>
    webResponse(request, response, Stream.toReadableStreamRuntime(paced(bytesOf(response.body), pace), runtime))
  )

/** Sends a request for a client that reads the body of the response itself. @internal */
export const sendStreamed =
  (server: FakeServer) =>
  (request: Request, url: URL): Effect.Effect<HttpClientResponse.HttpClientResponse, HttpClientError.RequestError> =>
    encodeBody(request).pipe(
      Effect.flatMap((body) => handleWith(server)(toModelRequest(request, body, targetOf(url)))),
      Effect.flatMap((response) => deliver(request, response)),
      Effect.flatMap((response) => {
        if (response._tag === "CutBody") {
          const { body, contentLength, headers, status } = response
          const cut = { ...response, headers: { ...headers, "content-length": String(contentLength) } }
          return Effect.succeed(webResponse(request, cut, cutBody(body, status)))
        }
        return response.pace === undefined
          ? Effect.succeed(new BufferedResponse(request, response, undefined))
          : pacedResponse(request, response, response.pace)
      })
    )
