import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Calls } from "../Calls.js"
import type { ConnectionsModel, ConnectionsModelOptions } from "../ConnectionsModel.js"
import type { World } from "../World.js"
import type { FakeServer } from "./fakeServer/fakeServer.js"
import type { HistoryLimits } from "./fakeServer/boundedList.js"
import type { FaultRules } from "./fakeServer/faultRules.js"
import type { RequestListener } from "./fakeServer/requestListener.js"
import type { FakeResponse } from "./fakeServer/response.js"
import type { CompletedExchange } from "./recorder/completedExchange.js"

/** What every fake platform can do. @internal */
export interface PlatformModel extends Pick<ConnectionsModel, "handle" | "clearLog"> {
  readonly calls: Pick<Calls, "verify">
}

/** What a fake platform gets with its world. @internal */
export interface PlatformSettings {
  /** The fault plan in force. Platforms of one server share it. */
  readonly rules: FaultRules
  /** Called for each request, before its response. */
  readonly listener?: RequestListener | undefined
  /** How much of the past is kept; the defaults of the platform unless given. */
  readonly limits?: HistoryLimits | undefined
  /** The largest body of a request in bytes; 16 MiB unless given. */
  readonly requestLimit?: number | undefined
  /** What does the typed work of a connection; a small executor in memory unless given. */
  readonly executorFor?: ConnectionsModelOptions["executorFor"] | undefined
  /** Whether names that the platform does not know pass. */
  readonly lenient?: boolean | undefined
}

/** Builds the world of a platform from recorded exchanges. */
interface WorldBuilder {
  readonly add: (exchange: CompletedExchange) => void
  /** The platform's part of the world, from the exchanges so far. */
  readonly world: () => Partial<World>
  /** What the exchanges do not show. Complete after `world`. */
  readonly unknown: ReadonlyArray<string>
}

/**
 * A fake platform as a value: everything in which one platform differs from another. To add a platform, make one of
 * these and add it to `platforms.ts`.
 *
 * @internal
 */
export interface Platform<Name extends string, Model extends PlatformModel> {
  readonly name: Name
  /** What people call it. */
  readonly title: string
  /** What people call the thing that a request is about. */
  readonly targetTitle: string
  /** Whether a request with this path is for it. */
  readonly ownsRequest: (path: string) => boolean
  /** A running fake: it ends with the scope. */
  readonly make: (world: World, settings: PlatformSettings) => Effect.Effect<Model & FakeServer, never, Scope.Scope>
  /** How it refuses a body that it cannot take; `undefined` bytes mean that the body was over the limit. */
  readonly refuseBody: (bytes: Uint8Array | undefined, limit: number) => FakeResponse | undefined
  readonly recorderView: () => WorldBuilder
}
