import * as Transport from "@effect-connectors/core/Transport"
import * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Effect from "effect/Effect"
import * as FiberRef from "effect/FiberRef"
import type { FakeServer } from "./fakeServer.js"
import { sendAttempt } from "./sendAttempt.js"
import { sendStreamed } from "./sendStreamed.js"

/** A client whose requests reach a fake server, for any origin. @internal */
export const clientOf = (server: FakeServer): HttpClient.HttpClient => {
  const general = HttpClient.make(sendStreamed(server))
  const attempt = sendAttempt(server)
  // a client that was made from this one by a combinator keeps the limits all the same
  const send = (request: HttpClientRequest.HttpClientRequest) =>
    Effect.flatMap(FiberRef.get(Transport.currentAttempt), (limits) =>
      limits === undefined ? general.execute(request) : attempt(request, limits)
    )
  const client: HttpClient.HttpClient = HttpClient.makeWith<never, never, HttpClientError.HttpClientError, never>(
    Effect.flatMap(send),
    Effect.succeed
  )
  return Transport.keepsAttempt(client, attempt)
}
