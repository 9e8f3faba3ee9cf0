import { BosaApi } from "@effect-connectors/core/BosaApi"
import { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import type { Dialect } from "@effect-connectors/core/Dialect"
import { BosaTest } from "@effect-connectors/testing/BosaTest"
import type { ModelRequest, ModelResponse } from "@effect-connectors/testing/ConnectionsModel"
import { ConnectionsTest } from "@effect-connectors/testing/ConnectionsTest"
import * as Laws from "@effect-connectors/testing/Laws"
import * as Platforms from "@effect-connectors/testing/Platforms"
import { VirtualClock } from "@effect-connectors/testing/VirtualClock"
import * as HttpClient from "@effect/platform/HttpClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { clientOf } from "../../src/internal/fakeServer/client.ts"
import { platformOf } from "../../src/internal/platforms.ts"

/** How a platform responds. */
export type Handle = (request: ModelRequest) => Effect.Effect<ModelResponse>

const same: <A>(value: A) => A = (value) => value

/** The fake of `Laws.world` under virtual time, with a planted bug in the platform or in the HTTP client. */
export const fakeWith = (bug: {
  readonly platform?: (handle: Handle) => Handle
  readonly client?: (client: HttpClient.HttpClient) => HttpClient.HttpClient
}) => {
  const { client = same<HttpClient.HttpClient>, platform = same<Handle> } = bug
  const transport = Layer.scoped(
    HttpClient.HttpClient,
    Effect.map(
      Effect.all({ connections: ConnectionsTest.make(Laws.world), bosa: BosaTest.make(Laws.world) }),
      (fakes) =>
        client(clientOf({ receive: platform((request) => fakes[platformOf(request.path).name].handle(request)) }))
    )
  )
  return Laws.client({ baseUrl: "http://localhost" }).pipe(
    Layer.provide(transport),
    Layer.provideMerge(VirtualClock.layer)
  )
}

/** The fake of `Laws.world` under virtual time. */
export const fake = fakeWith({})

/** The fake in another dialect. */
export const fakeIn = (dialect: Dialect) =>
  Laws.client({ baseUrl: "http://localhost", dialect }).pipe(
    Layer.provide(Platforms.layer(Laws.world)),
    Layer.provideMerge(VirtualClock.layer)
  )

/** The fake, and a `ConnectionsApi` with a planted bug over it. */
export const connectionsWith = (bug: (api: ConnectionsApi.Service) => Partial<ConnectionsApi.Service>) =>
  Layer.effect(
    ConnectionsApi,
    Effect.map(ConnectionsApi, (api) => ({ ...api, ...bug(api) }))
  ).pipe(Layer.provideMerge(fake))

/** The fake, and a `BosaApi` with a planted bug over it. */
export const bosaWith = (bug: (api: BosaApi.Service) => Partial<BosaApi.Service>) =>
  Layer.effect(
    BosaApi,
    Effect.map(BosaApi, (api) => ({ ...api, ...bug(api) }))
  ).pipe(Layer.provideMerge(fake))
