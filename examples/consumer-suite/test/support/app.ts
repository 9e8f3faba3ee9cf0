import { Auth } from "@effect-connectors/core/Auth"
import { BosaApi } from "@effect-connectors/core/BosaApi"
import { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import type { BosaTest } from "@effect-connectors/testing/BosaTest"
import type { ConnectionsTest } from "@effect-connectors/testing/ConnectionsTest"
import * as Platforms from "@effect-connectors/testing/Platforms"
import { VirtualClock } from "@effect-connectors/testing/VirtualClock"
import type { World } from "@effect-connectors/testing/World"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Deals } from "../../src/Deals.ts"
import { Reviews } from "../../src/Reviews.ts"
import { apiKey, serviceToken } from "./credentials.ts"

/** The whole program except its `HttpClient`. */
export const program = (baseUrl: string) =>
  Layer.merge(
    Layer.provide(Deals.layer, ConnectionsApi.layer({ baseUrl }).pipe(Layer.provide(Auth.serviceToken(serviceToken)))),
    Layer.provide(Reviews.layer, BosaApi.layer({ baseUrl }).pipe(Layer.provide(Auth.bosa({ apiKey }))))
  )

/** Runs a test on a platform in memory, under virtual time. The test can inspect the platform. */
export const inMemory =
  (world: World, options?: Platforms.PlatformsOptions) =>
  <A, E>(test: Effect.Effect<A, E, Deals | Reviews | ConnectionsTest | BosaTest | VirtualClock>) =>
    test.pipe(
      Effect.provide(Layer.provideMerge(program("http://localhost"), Platforms.layer(world, options))),
      VirtualClock.provide
    )
