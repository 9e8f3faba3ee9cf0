/**
 * The clients of a command, made of a profile and the environment. Loaded once a command needs one: `--help` does not.
 */
import { Auth } from "@effect-connectors/core/Auth"
import { BosaApi } from "@effect-connectors/core/BosaApi"
import { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import type { InvalidRequest } from "@effect-connectors/core/InvalidRequest"
import * as UserAuth from "@effect-connectors/core/UserAuth"
import * as NodeConnectors from "@effect-connectors/node/NodeConnectors"
import type * as HttpClient from "@effect/platform/HttpClient"
import * as Config from "effect/Config"
import * as ConfigError from "effect/ConfigError"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { type Failure, UsageError } from "./failure.js"
import * as Profiles from "./profiles.js"
import * as Settings from "./settings.js"
import { Shell } from "./shell.js"

const missingIn = (error: ConfigError.ConfigError): ReadonlyArray<string> => {
  switch (error._op) {
    case "And":
    case "Or":
      return [...missingIn(error.left), ...missingIn(error.right)]
    case "MissingData":
      return [error.path.join("_")]
    default:
      return []
  }
}

const invalidIn = (error: ConfigError.ConfigError): ReadonlyArray<string> =>
  error._op === "And" || error._op === "Or"
    ? [...invalidIn(error.left), ...invalidIn(error.right)]
    : error._op === "InvalidData"
      ? [`${error.path.join("_")}: ${error.message}`]
      : []

const addProfile = "or make a profile: connectors profile add NAME --url URL"

const notSet = (names: ReadonlyArray<string>): UsageError =>
  new UsageError({ message: `${names.join(" and ")} is not set. Set it in the environment, ${addProfile}` })

const unusable = (error: ConfigError.ConfigError): UsageError => {
  const missing = [...new Set(missingIn(error))]
  return missing.length === 0 ? new UsageError({ message: invalidIn(error).join("; ") }) : notSet(missing)
}

const usable = (error: Failure | ConfigError.ConfigError): Failure =>
  "_tag" in error && !ConfigError.isConfigError(error) ? error : unusable(error)

const provider = (values: Settings.Values): ConfigProvider.ConfigProvider =>
  ConfigProvider.fromMap(
    new Map(
      Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, Redacted.value(value)]]))
    )
  )

/** Whether no credentials are to be sent. */
const isNone = (values: Settings.Values, platform: Settings.Platform): Effect.Effect<boolean, UsageError> => {
  const name = Settings.of[platform].none
  const value = values[name]
  if (value === undefined) return Effect.succeed(false)
  return Redacted.value(value) === "none"
    ? Effect.succeed(true)
    : new UsageError({ message: `${name} is not "none", which is all that it can be: give none, or unset it` })
}

const noAuth: Layer.Layer<Auth> = Auth.none

type AuthLayer = Layer.Layer<Auth, ConfigError.ConfigError | InvalidRequest, HttpClient.HttpClient>

const authOf: Readonly<Record<Settings.Platform, (values: Settings.Values) => AuthLayer>> = {
  connections: () => Auth.layerConfig(),
  bosa: (values) => (values.BOSA_USER_IDENTIFIER === undefined ? Auth.bosaConfig() : UserAuth.layerConfig())
}

const layerOf = <Api>(
  platform: Settings.Platform,
  api: Layer.Layer<Api, ConfigError.ConfigError | InvalidRequest, Auth | HttpClient.HttpClient>,
  profile: Option.Option<string>
): Layer.Layer<Api, Failure, Shell> =>
  Layer.unwrapEffect(
    Effect.gen(function* () {
      const { env } = yield* Shell
      const own = yield* Profiles.current(profile)
      const values = Settings.merged(platform, own, Settings.fromEnvironment(env))
      // BOSA has public addresses
      if (platform === "connections" && values.CONNECTIONS_BASE_URL === undefined) {
        return yield* notSet(["CONNECTIONS_BASE_URL"])
      }
      return api.pipe(
        Layer.provide((yield* isNone(values, platform)) ? noAuth : authOf[platform](values)),
        Layer.provide(NodeConnectors.layerOptions({ proxy: "env" })),
        Layer.provide(Layer.setConfigProvider(provider(values))),
        Layer.mapError(usable)
      )
    })
  )

/** The platforms that a profile or the environment has settings for. */
export const configured = (
  profile: Option.Option<string>
): Effect.Effect<ReadonlyArray<Settings.Platform>, UsageError, Shell> =>
  Effect.gen(function* () {
    const { env } = yield* Shell
    const values = { ...(yield* Profiles.current(profile)), ...Settings.fromEnvironment(env) }
    const hasBosa = Settings.names.some((name) => Settings.settings[name].platform === "bosa" && name in values)
    const found: ReadonlyArray<Settings.Platform> = [
      ...(values.CONNECTIONS_BASE_URL === undefined ? [] : (["connections"] as const)),
      ...(hasBosa ? (["bosa"] as const) : [])
    ]
    return found.length === 0 ? yield* notSet(["CONNECTIONS_BASE_URL or BOSA_BASE_URL"]) : found
  })

/** The settings of the environment, and whole numbers with all their digits: what is printed may be sent again. */
const exact = Config.all({
  baseUrl: Config.string("CONNECTIONS_BASE_URL"),
  attemptTimeout: Config.map(Config.option(Config.integer("CONNECTIONS_TIMEOUT_MS")), Option.getOrUndefined),
  integers: Config.succeed("bigint" as const)
})

/** Connections, for a profile. */
export const connections = (profile: Option.Option<string>): Layer.Layer<ConnectionsApi, Failure, Shell> =>
  layerOf("connections", ConnectionsApi.layerConfig(exact), profile)

/** BOSA / GL Connectors, for a profile. */
export const bosa = (profile: Option.Option<string>): Layer.Layer<BosaApi, Failure, Shell> =>
  layerOf("bosa", BosaApi.layerConfig(), profile)
