/**
 * What a command needs once it runs. Loaded then, since it takes its time.
 */
import { BosaApi } from "@effect-connectors/core/BosaApi"
import * as Call from "@effect-connectors/core/Call"
import { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Clients from "./clients.js"
import type { Failure } from "./failure.js"
import type { Common } from "./operation.js"
import type { Shell } from "./shell.js"

export { show as showJob } from "./jobView.js"

const within =
  <Id, Api>(tag: Context.Tag<Id, Api>, layerOf: (profile: Option.Option<string>) => Layer.Layer<Id, Failure, Shell>) =>
  (use: (api: Api) => Effect.Effect<void, Failure, Shell>, { deadline, profile }: Common) => {
    const used = Effect.flatMap(tag, use)
    return Effect.provide(
      Option.match(deadline, { onNone: () => used, onSome: (deadline) => Call.withDeadline(used, deadline) }),
      layerOf(profile)
    )
  }

export const withConnections = within(ConnectionsApi, Clients.connections)

export const withBosa = within(BosaApi, Clients.bosa)
