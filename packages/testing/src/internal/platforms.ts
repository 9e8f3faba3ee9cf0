import * as Effect from "effect/Effect"
import type * as HttpClient from "@effect/platform/HttpClient"
import type * as Scope from "effect/Scope"
import type { BosaModel } from "../BosaModel.js"
import type { ConnectionsModel } from "../ConnectionsModel.js"
import type { World } from "../World.js"
import { bosa } from "./bosa/platform.js"
import { connections } from "./connections/platform.js"
import { clientOf } from "./fakeServer/client.js"
import type { FakeServer } from "./fakeServer/fakeServer.js"
import type { Platform, PlatformModel, PlatformSettings } from "./platform.js"

/** The fake platforms by name. A request goes to the first one that owns its path. */
const platforms = { connections, bosa }

/** @internal */
export type PlatformName = keyof typeof platforms

const inOrder: ReadonlyArray<Platform<PlatformName, PlatformModel>> = Object.values(platforms)

/** One value for each platform. @internal */
export const forEachPlatform = <A>(
  f: (platform: Platform<PlatformName, PlatformModel>) => A
): Readonly<Record<PlatformName, A>> => ({
  connections: f(connections),
  bosa: f(bosa)
})

/** The platform that a request with this path is for. @internal */
export const platformOf = (path: string): Platform<PlatformName, PlatformModel> =>
  inOrder.find((platform) => platform.ownsRequest(path)) ?? bosa

/** @internal */
export const platformNamed = (name: PlatformName): Platform<PlatformName, PlatformModel> => platforms[name]

/** The fake platforms of one world while they run. @internal */
export interface FakePlatforms {
  readonly connections: ConnectionsModel & FakeServer
  readonly bosa: BosaModel & FakeServer
}

/** Starts every platform of a world; they end with the scope. @internal */
export const makePlatforms = (
  world: World,
  settings: PlatformSettings
): Effect.Effect<FakePlatforms, never, Scope.Scope> =>
  Effect.all({ connections: connections.make(world, settings), bosa: bosa.make(world, settings) })

/** A client that sends each request to the platform that it is for. @internal */
export const clientOfAll = (fakes: FakePlatforms): HttpClient.HttpClient =>
  clientOf({ receive: (request, now) => fakes[platformOf(request.path).name].receive(request, now) })
