import { Auth } from "@effect-connectors/core/Auth"
import { BosaApi } from "@effect-connectors/core/BosaApi"
import { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import { BosaTest } from "@effect-connectors/testing/BosaTest"
import { ConnectionsTest } from "@effect-connectors/testing/ConnectionsTest"
import { VirtualClock } from "@effect-connectors/testing/VirtualClock"
import type * as World from "@effect-connectors/testing/World"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"

const baseUrl = "http://localhost"

/** The real client of Connections on a fake platform with this world. */
export const connections = (
  world: World.World,
  options?: ConnectionsTest.Options
): Layer.Layer<ConnectionsApi | ConnectionsTest, unknown> =>
  ConnectionsApi.layer({ baseUrl }).pipe(
    Layer.provide(Auth.none),
    Layer.provideMerge(ConnectionsTest.layer(world, options))
  )

/** The real client of BOSA / GL Connectors on a fake platform with this world. */
export const bosa = (world: World.World, options?: BosaTest.Options): Layer.Layer<BosaApi | BosaTest, unknown> =>
  BosaApi.layer({ baseUrl }).pipe(
    Layer.provide(Auth.apiKey(Redacted.make("demo-key"))),
    Layer.provideMerge(BosaTest.layer(world, options))
  )

/** A program over a layer, in virtual time. */
export const virtually =
  <ROut, LE>(layer: Layer.Layer<ROut, LE>) =>
  <A, E>(program: Effect.Effect<A, E, ROut>): Effect.Effect<A, E | LE> =>
    VirtualClock.provide(Effect.provide(program, layer))
