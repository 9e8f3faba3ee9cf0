import { Auth } from "@effect-connectors/core/Auth"
import { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import { sendAttemptOf } from "@effect-connectors/core/Transport"
import { ConnectionsTest } from "@effect-connectors/testing/ConnectionsTest"
import { Emulator } from "@effect-connectors/testing/Emulator"
import { VirtualClock } from "@effect-connectors/testing/VirtualClock"
import { Wire } from "@effect-connectors/testing/Wire"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { inspect } from "node:util"

const overFake = Wire.layer.pipe(Layer.provideMerge(ConnectionsTest.layer()), Layer.provideMerge(VirtualClock.layer))

const connections = ConnectionsApi.layer({ baseUrl: "http://localhost" }).pipe(
  Layer.provide(Auth.serviceToken(Redacted.make("canary-token"))),
  Layer.provideMerge(overFake)
)

const run = <A, E, R>(layer: Layer.Layer<R, unknown>, program: Effect.Effect<A, E, R>) =>
  Effect.runPromise(Effect.provide(program, layer))

describe("Wire", () => {
  it("records each request, its time and its response", () =>
    run(
      connections,
      Effect.gen(function* () {
        const api = yield* ConnectionsApi
        const wire = yield* Wire
        yield* api.list()
        yield* Effect.sleep("2 seconds")
        yield* Effect.ignore(api.get("nobody"))
        const [first, second] = yield* wire.requests
        assert.deepInclude(first, { at: 0, method: "GET", path: "/api/v1/connections", status: 200 })
        assert.include(first?.answer, '"crm"')
        assert.deepInclude(second, { at: 2000, path: "/api/v1/connections/nobody", status: 404 })
      })
    ))

  it("redacts the headers", () =>
    run(
      connections,
      Effect.gen(function* () {
        yield* Effect.flatMap(ConnectionsApi, (api) => api.list())
        const requests = yield* Effect.flatMap(Wire, (wire) => wire.requests)
        assert.notInclude(inspect(requests, { depth: 9, showHidden: true }) + JSON.stringify(requests), "canary")
        assert.strictEqual(requests[0] && Redacted.value(requests[0].headers)["x-service-token"], "canary-token")
      })
    ))

  it("records requests that failed and requests that were interrupted", () =>
    run(
      connections,
      Effect.gen(function* () {
        const { actions } = yield* ConnectionsApi
        const platform = yield* ConnectionsTest
        const wire = yield* Wire
        yield* platform.respondNext({ operation: "actions.execute" }, [{ _tag: "Reset" }, { _tag: "Hang" }])
        yield* Effect.ignore(actions.execute("crm", "echo"))
        yield* Effect.timeoutOption(actions.execute("crm", "echo"), "1 second")
        assert.deepStrictEqual(
          (yield* wire.requests).map(({ status }) => status),
          ["lost", "interrupted"]
        )
      })
    ))

  it("keeps the attempt limits of a client", () =>
    run(
      overFake,
      Effect.map(HttpClient.HttpClient, (client) => assert.isFunction(sendAttemptOf(client)))
    ))

  const toEmulator = Layer.effect(
    HttpClient.HttpClient,
    Effect.zipWith(HttpClient.HttpClient, Emulator, (client, { url }) =>
      HttpClient.mapRequest(client, HttpClientRequest.prependUrl(url))
    )
  )

  const overSocket = Wire.layer.pipe(
    Layer.provide(toEmulator),
    Layer.provide([FetchHttpClient.layer, Emulator.layer({ executors: "memory" })])
  )

  it("records the body that is read, as text or as a stream, and changes nothing", () =>
    run(
      overSocket,
      Effect.gen(function* () {
        const wire = yield* Wire
        const asText = yield* Effect.flatMap(HttpClient.get("/api/v1/connections"), ({ text }) => text)
        const response = yield* HttpClient.get("/api/v1/connections")
        const asPieces = yield* Stream.mkString(Stream.decodeText(response.stream))
        yield* HttpClient.get("/api/v1/connections")
        assert.strictEqual(asPieces, asText)
        assert.strictEqual(response.headers["content-type"], "application/json")
        assert.deepStrictEqual(
          (yield* wire.requests).map(({ answer }) => answer),
          [asText, asText, undefined]
        )
      })
    ))
})
