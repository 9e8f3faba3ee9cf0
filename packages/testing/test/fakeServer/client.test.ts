import * as Transport from "@effect-connectors/core/Transport"
import { ConnectionsTest } from "@effect-connectors/testing/ConnectionsTest"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"

const limits: Transport.Attempt = { timeoutMillis: 1_000, idleMillis: 1_000, maxBodyBytes: 40, maxErrorBodyBytes: 10 }

const mapped = Effect.map(HttpClient.HttpClient, HttpClient.mapRequest(HttpClientRequest.setHeader("x-own", "1")))

const get = (path: string) =>
  Effect.flatMap(mapped, (client) => client.get(`http://localhost/api/v1/${path}`)).pipe(
    Effect.locally(Transport.currentAttempt, limits)
  )

describe("a client made from the client of a fake", () => {
  it.effect("keeps the limits of an attempt, and buffers the body", () =>
    Effect.gen(function* () {
      const { requests } = yield* ConnectionsTest
      const response = yield* get("nowhere")
      assert.isTrue(Predicate.hasProperty(response, Transport.BufferedBodyTypeId))
      const body = Predicate.hasProperty(response, Transport.BufferedBodyTypeId)
        ? response[Transport.BufferedBodyTypeId]
        : undefined
      assert.deepInclude(body, { text: '{"message"', truncated: true })
      const [request] = yield* requests
      assert.strictEqual(request?.headers["x-own"], "1")
    }).pipe(Effect.provide(ConnectionsTest.layer()))
  )

  it.effect("gives the evidence of a body that is too large", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(get("connections"))
      assert.deepInclude(Transport.evidenceOf(error), { code: "BODY_TOO_LARGE", phase: "body", sent: true })
    }).pipe(Effect.provide(ConnectionsTest.layer()))
  )
})
