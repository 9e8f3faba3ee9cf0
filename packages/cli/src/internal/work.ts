/**
 * What a command needs once it runs. Loaded then, since it takes its time.
 */
import { BosaApi } from "@effect-connectors/core/BosaApi"
import * as Call from "@effect-connectors/core/Call"
import { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Clients from "./clients.js"
import type { Failure } from "./failure.js"
import type { Common, Tenant } from "./operation.js"
import { Shell } from "./shell.js"

export { show as showJob } from "./jobView.js"

/** What a command does, within its deadline, with whole numbers as they are, and its calls reported. */
const called = <R>(
  use: Effect.Effect<void, Failure, R | Shell>,
  { deadline }: Common
): Effect.Effect<void, Failure, R | Shell> => {
  const used = Effect.flatMap(Shell, ({ onCall = () => {} }) =>
    use.pipe(Call.withIntegers("bigint"), Call.withOnCall(onCall))
  )
  return Option.match(deadline, { onNone: () => used, onSome: (deadline) => Call.withDeadline(used, deadline) })
}

const within =
  <Id, Api>(tag: Context.Tag<Id, Api>, layerOf: (profile: Option.Option<string>) => Layer.Layer<Id, Failure, Shell>) =>
  (use: (api: Api) => Effect.Effect<void, Failure, Shell>, common: Common) =>
    Effect.provide(called(Effect.flatMap(tag, use), common), layerOf(common.profile))

export const withConnections = within(ConnectionsApi, Clients.connections)

export const withBosa = within(BosaApi, Clients.bosa)

/** The client of each platform that there are settings for. */
export const withTenant = (
  use: (tenant: Tenant) => Effect.Effect<void, Failure, Shell>,
  common: Common
): Effect.Effect<void, Failure, Shell> =>
  Effect.gen(function* () {
    const { profile } = common
    const platforms = yield* Clients.configured(profile)
    const tenant: Tenant = {
      ...(platforms.includes("bosa") ? { bosa: Context.get(yield* Layer.build(Clients.bosa(profile)), BosaApi) } : {}),
      ...(platforms.includes("connections")
        ? { connections: Context.get(yield* Layer.build(Clients.connections(profile)), ConnectionsApi) }
        : {})
    }
    yield* called(use(tenant), common)
  }).pipe(Effect.scoped)
