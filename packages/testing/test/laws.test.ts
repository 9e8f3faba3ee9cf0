import { Emulator } from "@effect-connectors/testing/Emulator"
import * as Laws from "@effect-connectors/testing/Laws"
import * as Platforms from "@effect-connectors/testing/Platforms"
import { VirtualClock } from "@effect-connectors/testing/VirtualClock"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import { it, assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

const fake = Laws.client({ baseUrl: "http://localhost" }).pipe(
  Layer.provide(Platforms.layer(Laws.world)),
  Layer.provideMerge(VirtualClock.layer)
)

it("fake", async () => {
  const t = performance.now()
  const report = await Effect.runPromise(Laws.check(fake))
  console.log(Laws.print(report), performance.now() - t)
  assert.isTrue(report.isKept)
})
const emulated = Layer.unwrapEffect(Effect.map(Emulator, ({ url }) => Laws.client({ baseUrl: url }))).pipe(
  Layer.provide(FetchHttpClient.layer),
  Layer.provide(Emulator.layer({ world: Laws.world, executors: "memory" }))
)
it("fetch", async () => {
  const t = performance.now()
  const report = await Effect.runPromise(Laws.check(emulated))
  console.log(Laws.print(report), performance.now() - t)
  assert.isTrue(report.isKept)
})
