import * as NodeConnectors from "@effect-connectors/node/NodeConnectors"
import { Emulator } from "@effect-connectors/testing/Emulator"
import { laws, lawsOnly } from "@effect-connectors/testing/Vitest"
import * as Laws from "@effect-connectors/testing/Laws"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import type * as HttpClient from "@effect/platform/HttpClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { fake, fakeIn } from "./support/laws.ts"

/** Real time: a busy machine must not break a law. */
const limit = "5 minutes"

/** Over real sockets, to an emulator of its own. */
const overSockets = <E>(transport: Layer.Layer<HttpClient.HttpClient, E>) =>
  Layer.unwrapEffect(Effect.map(Emulator, ({ url }) => Laws.client({ baseUrl: url }))).pipe(
    Layer.provide(transport),
    Layer.provide(Emulator.layer({ world: Laws.world, executors: "memory" }))
  )

laws(overSockets(NodeConnectors.layer), { name: "Laws: node transport", limit })

laws(overSockets(FetchHttpClient.layer), { name: "Laws: fetch transport", limit })

laws(fake, { name: "Laws: fake platform" })

for (const dialect of ["bosa-0.3", "gl"] as const) {
  lawsOnly(Laws.bosa, fakeIn(dialect), { name: `Laws: fake platform in dialect ${dialect}` })
}
