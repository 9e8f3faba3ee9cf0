import * as NodeConnectors from "@effect-connectors/node/NodeConnectors"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { cert } from "./certificate.js"

export const transportNames = ["node", "fetch"] as const

export type TransportName = (typeof transportNames)[number]

interface Agent {
  readonly destroy: () => Promise<void>
}

// Node's fetch keeps its pool under this symbol once it was used; its class has no other source
const agentKey = Symbol.for("undici.globalDispatcher.1")

const agentClass = Effect.promise(async (): Promise<new (options: object) => Agent> => {
  await fetch("data:,").then((response) => response.text())
  const agent: unknown = Reflect.get(globalThis, agentKey)
  if (typeof agent !== "object" || agent === null) throw new Error("fetch has no dispatcher")
  return Reflect.get(agent, "constructor")
})

/** `fetch` with a pool of its own, so that no cell reuses the connections of another. */
const fetching: Layer.Layer<HttpClient.HttpClient> = Layer.scoped(
  HttpClient.HttpClient,
  Effect.gen(function* () {
    const Agent = yield* agentClass
    const dispatcher = yield* Effect.acquireRelease(
      Effect.sync(() => new Agent({ connect: { ca: cert } })),
      (agent) => Effect.promise(() => agent.destroy())
    )
    // keeps what the library sets, such as not to follow a redirect
    const withPool = <A, E, R>(call: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
      Effect.flatMap(Effect.serviceOption(FetchHttpClient.RequestInit), (init) => {
        const pooled: object = { ...Option.getOrUndefined(init), dispatcher }
        return Effect.provideService(call, FetchHttpClient.RequestInit, pooled)
      })
    return HttpClient.transform(yield* HttpClient.HttpClient, withPool)
  })
).pipe(Layer.provide(FetchHttpClient.layer))

export const transports: Readonly<Record<TransportName, Layer.Layer<HttpClient.HttpClient>>> = {
  node: Layer.orDie(NodeConnectors.layerOptions({ tls: { ca: cert } })),
  fetch: fetching
}
