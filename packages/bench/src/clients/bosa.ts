/** The library's client for BOSA / GL under measurement. */
import { Auth, BosaApi } from "@effect-connectors/core"
import { NodeConnectors } from "@effect-connectors/node"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"
import { inFibers, input, type Round } from "../workload.js"

export const bosaClient = (baseUrl: string): Round => {
  const runtime = ManagedRuntime.make(
    BosaApi.layer({ baseUrl }).pipe(
      Layer.provide(Auth.apiKey(Redacted.make("key"))),
      Layer.provide(NodeConnectors.layer)
    )
  )
  return (count, inFlight) =>
    runtime.runPromise(
      Effect.flatMap(BosaApi, (bosa) => inFibers(bosa.run("crm", "fetch_deal", input.input), count, inFlight))
    )
}
