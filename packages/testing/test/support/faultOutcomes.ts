import { Auth } from "@effect-connectors/core/Auth"
import * as BosaApi from "@effect-connectors/core/BosaApi"
import * as ConnectionsApi from "@effect-connectors/core/ConnectionsApi"
import * as NodeConnectors from "@effect-connectors/node/NodeConnectors"
import type * as BosaModel from "@effect-connectors/testing/BosaModel"
import { BosaTest } from "@effect-connectors/testing/BosaTest"
import type * as ConnectionsModel from "@effect-connectors/testing/ConnectionsModel"
import { ConnectionsTest } from "@effect-connectors/testing/ConnectionsTest"
import * as Emulator from "@effect-connectors/testing/Emulator"
import * as Platforms from "@effect-connectors/testing/Platforms"
import { VirtualClock } from "@effect-connectors/testing/VirtualClock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"

/** Both platforms of one server, and the real clients. */
export interface Bench {
  readonly connections: ConnectionsModel.State
  readonly bosa: BosaModel.State
  readonly connectionsApi: ConnectionsApi.ConnectionsApi.Service
  readonly bosaApi: BosaApi.BosaApi.Service
}

/** The outcome for a client: `done`, or the tag of its error and its fields. */
export const outcomeOf = <A, E, R>(call: Effect.Effect<A, E, R>): Effect.Effect<string, never, R> =>
  Effect.match(call, {
    onSuccess: () => "done",
    onFailure: (error) => {
      const part = (name: string) => (Predicate.hasProperty(error, name) ? error[name] : undefined)
      const wait = part("retryAfter")
      return [
        part("_tag"),
        part("status"),
        part("phase"),
        part("reason"),
        Duration.isDuration(wait) ? `${Duration.toMillis(wait)} ms` : undefined
      ]
        .filter((word) => word !== undefined)
        .join(" ")
    }
  })

const settings = { retry: "none", attemptTimeout: "400 millis" } as const

const clients = Effect.fnUntraced(function* (baseUrl: string) {
  const bosaApi = yield* Effect.provide(
    BosaApi.make({ baseUrl, ...settings, dialect: "gl" }),
    Auth.apiKey(Redacted.make("demo-key"))
  )
  return {
    bosaApi,
    connectionsApi: yield* Effect.provide(ConnectionsApi.make({ baseUrl, ...settings }), Auth.none)
  }
})

/** A program over the fakes in memory, in virtual time. */
export const inMemory = <A, E>(program: (bench: Bench) => Effect.Effect<A, E, Scope.Scope>) =>
  Effect.gen(function* () {
    const connections = yield* ConnectionsTest
    const bosa = yield* BosaTest
    return yield* program({ connections, bosa, ...(yield* clients("http://localhost")) })
  }).pipe(Effect.provide(Platforms.layer()), Effect.scoped, VirtualClock.provide)

/** The same program over the emulator, with real sockets and in real time. */
export const onEmulator = <A, E>(program: (bench: Bench) => Effect.Effect<A, E, Scope.Scope>) =>
  Effect.gen(function* () {
    const { bosa, url, ...connections } = yield* Emulator.make({ executors: "memory" })
    return yield* program({ connections, bosa, ...(yield* clients(url)) })
  }).pipe(Effect.provide(NodeConnectors.layer), Effect.scoped)
