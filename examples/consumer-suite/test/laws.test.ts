/** The clients keep the laws of every implementation with the `HttpClient` of this program. */
import * as NodeConnectors from "@effect-connectors/node/NodeConnectors"
import { Emulator } from "@effect-connectors/testing/Emulator"
import * as Laws from "@effect-connectors/testing/Laws"
import * as Platforms from "@effect-connectors/testing/Platforms"
import { VirtualClock } from "@effect-connectors/testing/VirtualClock"
import { laws } from "@effect-connectors/testing/Vitest"
import * as HttpClient from "@effect/platform/HttpClient"
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as Http from "../src/http.ts"

const inMemory = (http: typeof Http.layer) =>
  Laws.client({ baseUrl: "http://localhost", through: http }).pipe(
    Layer.provide(Platforms.layer(Laws.world)),
    Layer.provideMerge(VirtualClock.layer)
  )

const overSockets = Layer.unwrapEffect(
  Effect.map(Emulator, ({ url }) => Laws.client({ baseUrl: url, through: Http.layer }))
).pipe(Layer.provide(NodeConnectors.layer), Layer.provide(Emulator.layer({ world: Laws.world, executors: "memory" })))

laws(inMemory(Http.layer), { name: "in memory" })
laws(overSockets, { name: "over sockets", limit: "2 minutes" })

/** A helper that many projects have. It sends an invoice twice. */
const retrying = Layer.effect(
  HttpClient.HttpClient,
  Effect.map(HttpClient.HttpClient, HttpClient.retryTransient({ times: 2, schedule: Schedule.spaced("1 second") }))
)

it.effect("a client that retries every transient failure breaks the laws", () =>
  Effect.gen(function* () {
    const { broken } = yield* Laws.check(inMemory(retrying))
    assert.deepStrictEqual(
      broken.map(({ law }) => law),
      ["once: a changing call is sent once", "once: an action is sent once"]
    )
  })
)
