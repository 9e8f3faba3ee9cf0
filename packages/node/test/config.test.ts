import { assert, describe, it } from "@effect/vitest"
import { BosaApi, ConnectionsApi } from "@effect-connectors/core"
import { NodeConnectors } from "@effect-connectors/node"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"

const withEnvironment = (entries: ReadonlyArray<readonly [string, string]>) =>
  Effect.map(ConnectionsApi, (connections) => connections.origin).pipe(
    Effect.provide(NodeConnectors.layerConnections),
    Effect.withConfigProvider(ConfigProvider.fromMap(new Map(entries))),
    Effect.either
  )

describe("layerConnections", () => {
  it.effect("takes everything from the environment", () =>
    Effect.gen(function* () {
      const origin = yield* withEnvironment([
        ["CONNECTIONS_BASE_URL", "http://localhost:8081/proxy/"],
        ["CONNECTIONS_SERVICE_TOKEN", "token"]
      ])
      assert.deepStrictEqual(origin, yield* Effect.either(Effect.succeed("http://localhost:8081")))
    })
  )

  it.effect("names what is missing", () =>
    Effect.gen(function* () {
      const noUrl = yield* withEnvironment([["CONNECTIONS_SERVICE_TOKEN", "token"]])
      const noToken = yield* withEnvironment([["CONNECTIONS_BASE_URL", "http://localhost:8081"]])
      assert.include(String(noUrl), "CONNECTIONS_BASE_URL")
      assert.include(String(noToken), "CONNECTIONS_SERVICE_TOKEN")
    })
  )
})

describe("layerBosa", () => {
  const fromEnvironment = (entries: ReadonlyArray<readonly [string, string]>) =>
    Effect.map(BosaApi, (bosa) => `${bosa.origin} ${bosa.dialect}`).pipe(
      Effect.provide(NodeConnectors.layerBosa),
      Effect.withConfigProvider(ConfigProvider.fromMap(new Map(entries))),
      Effect.either
    )

  it.effect("takes everything from the environment, and names what is missing", () =>
    Effect.gen(function* () {
      const given = yield* fromEnvironment([
        ["BOSA_BASE_URL", "http://localhost:8082"],
        ["BOSA_DIALECT", "bosa"],
        ["BOSA_API_KEY", "key"]
      ])
      assert.deepStrictEqual(given, yield* Effect.either(Effect.succeed("http://localhost:8082 bosa")))
      assert.include(String(yield* fromEnvironment([])), "BOSA_API_KEY")
    })
  )
})
