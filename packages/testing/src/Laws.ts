/**
 * Laws that every implementation of `ConnectionsApi` and `BosaApi` has to keep: this library's client over any transport, a
 * fake, a recording, or your own. They need no test framework; `Vitest` registers them as tests.
 *
 * @since 0.4.0
 */
import * as OptionNames from "@effect-connectors/core/OptionNames"
import { Auth } from "@effect-connectors/core/Auth"
import { BosaApi } from "@effect-connectors/core/BosaApi"
import { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import type { Dialect } from "@effect-connectors/core/Dialect"
import type { InvalidRequest } from "@effect-connectors/core/InvalidRequest"
import type * as HttpClient from "@effect/platform/HttpClient"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { knownOptions } from "./internal/knownOptions.js"
import { connectorErrorLaws, errorLaws } from "./internal/laws/errorLaws.js"
import { jobLaws } from "./internal/laws/jobLaws.js"
import { connectorOnceLaws, onceLaws } from "./internal/laws/onceLaws.js"
import { captureOutputs } from "./internal/laws/outputs.js"
import { pageLaws } from "./internal/laws/pageLaws.js"
import { connectorSecretLaws, secretLaws } from "./internal/laws/secretLaws.js"
import { canaries, lawsWorld, emptyTarget, worldTarget } from "./internal/laws/world.js"
import { CurrentTarget, type Law, LawBroken, type LawSkipped, type Target } from "./Law.js"
import { Wire } from "./Wire.js"
import type { World } from "./World.js"

/**
 * The world that an implementation has to serve for {@link target}. It is plain data: `JSON.stringify` of it is a world file
 * for the emulator. Its jobs take milliseconds.
 *
 * @since 0.4.0
 * @category constructors
 */
export const world: World = lawsWorld

/**
 * The target of {@link world}.
 *
 * @since 0.4.0
 * @category constructors
 */
export const target: Target = worldTarget

/**
 * Makes the target of another platform, such as a live one. Laws are skipped if their part is not given.
 *
 * @since 0.4.0
 * @category constructors
 */
export const targetOf = (parts: Partial<Target>): Target => ({ ...emptyTarget, ...parts })

/**
 * The credentials that {@link world} accepts. It refuses others.
 *
 * @since 0.4.0
 * @category models
 */
export interface Credentials {
  readonly serviceToken: Redacted.Redacted
  readonly apiKey: Redacted.Redacted
  readonly userToken?: Redacted.Redacted | undefined
}

/**
 * The credentials of {@link world}.
 *
 * @since 0.4.0
 * @category constructors
 */
export const credentials: Credentials = {
  serviceToken: Redacted.make(canaries.serviceToken),
  apiKey: Redacted.make(canaries.apiKey),
  userToken: Redacted.make(canaries.userToken)
}

/**
 * The laws of Connections.
 *
 * @since 0.4.0
 * @category laws
 */
export const connections: ReadonlyArray<Law<ConnectionsApi>> = [...jobLaws, ...errorLaws, ...onceLaws, ...secretLaws]

/**
 * The laws of BOSA / GL Connectors.
 *
 * @since 0.4.0
 * @category laws
 */
export const bosa: ReadonlyArray<Law<BosaApi>> = [
  ...pageLaws,
  ...connectorErrorLaws,
  ...connectorOnceLaws,
  ...connectorSecretLaws
]

/**
 * The laws of both.
 *
 * @since 0.4.0
 * @category laws
 */
export const all: ReadonlyArray<Law<ConnectionsApi | BosaApi>> = [...connections, ...bosa]

/**
 * Options of {@link client}.
 *
 * @since 0.4.0
 * @category models
 */
export interface ClientOptions {
  readonly baseUrl: string
  /** The dialect of BOSA. Default `bosa`. */
  readonly dialect?: Dialect | undefined
  /**
   * Your layer between the clients and the transport, such as an `HttpClient` that adds headers or retries. The laws check the
   * requests that it sends, but not what the layers below it do.
   */
  readonly through?: Layer.Layer<HttpClient.HttpClient, never, HttpClient.HttpClient> | undefined
  /** {@link credentials} by default. The target has to name them as `secrets`. */
  readonly credentials?: Credentials | undefined
}

const clientNames = OptionNames.make<ClientOptions>({ baseUrl: true, dialect: true, through: true, credentials: true })

/**
 * This library's clients over an `HttpClient`, with a `Wire` between them. Use it to check a transport, a fake or a
 * recording.
 *
 * @since 0.4.0
 * @category layers
 */
export const client = (
  options: ClientOptions
): Layer.Layer<ConnectionsApi | BosaApi | Wire, InvalidRequest, HttpClient.HttpClient> => {
  const known = knownOptions("Laws.client", clientNames, options)
  const { apiKey, serviceToken, userToken } = known.credentials ?? credentials
  const clients = Layer.merge(
    ConnectionsApi.layer({ baseUrl: options.baseUrl }).pipe(Layer.provide(Auth.serviceToken(serviceToken))),
    BosaApi.layer({ baseUrl: options.baseUrl, dialect: options.dialect }).pipe(
      Layer.provide(Auth.bosa({ apiKey, userToken }))
    )
  )
  const through = options.through === undefined ? clients : Layer.provide(clients, options.through)
  return Layer.provideMerge(through, Wire.layer)
}

/**
 * How laws are checked.
 *
 * @since 0.4.0
 * @category models
 */
export interface LawsOptions {
  /** The target; {@link target} by default. */
  readonly target?: Target | undefined
  /** How long one law may take, on the clock of the layer. Default 10 seconds. */
  readonly limit?: Duration.DurationInput | undefined
}

const lawsNames = OptionNames.make<LawsOptions>({ target: true, limit: true })

/**
 * An implementation keeps a law.
 *
 * @since 0.4.0
 * @category models
 */
export interface LawKept {
  readonly _tag: "LawKept"
  readonly law: string
}

/**
 * The result of checking a law.
 *
 * @since 0.4.0
 * @category models
 */
export type LawResult = LawKept | LawBroken | LawSkipped

/**
 * The implementation to check: a layer, or one for each law, such as a recording for each law.
 *
 * @since 0.4.0
 * @category models
 */
export type Subject<R, E> = Layer.Layer<R, E> | ((law: Law<R>) => Layer.Layer<R, E>)

const defaultLimit = Duration.seconds(10)

/**
 * Checks one law. It builds the implementation, and captures everything that it logs and traces meanwhile. Fails only with
 * the errors of the layer.
 *
 * @since 0.4.0
 * @category running
 */
export const checkOne = <R, E>(
  law: Law<R>,
  subject: Subject<R, E>,
  options: LawsOptions = {}
): Effect.Effect<LawResult, E> => {
  const { limit = defaultLimit, target = worldTarget } = knownOptions("Laws", lawsNames, options)
  const late = () =>
    new LawBroken({ law: law.name, reason: `it did not end within ${Duration.format(limit)}`, trace: [] })
  const checked = Effect.match(Effect.timeoutFail(law.check, { duration: limit, onTimeout: late }), {
    onFailure: (error): LawResult => error,
    onSuccess: (): LawResult => ({ _tag: "LawKept", law: law.name })
  })
  const layer = typeof subject === "function" ? subject(law) : subject
  return captureOutputs(Effect.provideService(Effect.provide(checked, layer), CurrentTarget, target))
}

/**
 * The results of checking laws.
 *
 * @since 0.4.0
 * @category models
 */
export interface Report {
  readonly results: ReadonlyArray<LawResult>
  /** True if no law is broken and at least one is kept. */
  readonly isKept: boolean
  readonly broken: ReadonlyArray<LawBroken>
  readonly skipped: ReadonlyArray<LawSkipped>
}

/**
 * Checks some laws, such as {@link connections}, on an implementation of their service.
 *
 * @since 0.4.0
 * @category running
 */
export const checkOnly = <R, E>(
  laws: ReadonlyArray<Law<R>>,
  subject: Subject<R, E>,
  options?: LawsOptions
): Effect.Effect<Report, E> =>
  Effect.map(
    Effect.forEach(laws, (law) => checkOne(law, subject, options)),
    (results) => {
      const broken = results.filter((result) => result._tag === "LawBroken")
      const skipped = results.filter((result) => result._tag === "LawSkipped")
      const isKept = broken.length === 0 && results.length > skipped.length
      return { results, isKept, broken, skipped }
    }
  )

/**
 * Checks all laws on an implementation of both services, one after the other.
 *
 * The layer is built again for each law. It may provide a `Wire`; without one the laws about requests are skipped. A fake
 * under virtual time provides its clock in the layer.
 *
 * @example
 * ```ts
 * import * as Laws from "@effect-connectors/testing/Laws"
 * import * as Platforms from "@effect-connectors/testing/Platforms"
 * import { VirtualClock } from "@effect-connectors/testing/VirtualClock"
 * import * as Console from "effect/Console"
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 *
 * const fake = Laws.client({ baseUrl: "http://localhost" }).pipe(
 *   Layer.provide(Platforms.layer(Laws.world)),
 *   Layer.provideMerge(VirtualClock.layer)
 * )
 *
 * export const main = Effect.flatMap(Laws.check(fake), (report) => Console.log(Laws.print(report)))
 * ```
 *
 * @since 0.4.0
 * @category running
 */
export const check = <E>(
  subject: Subject<ConnectionsApi | BosaApi, E>,
  options?: LawsOptions
): Effect.Effect<Report, E> => checkOnly(all, subject, options)

const line = (result: LawResult): string => {
  switch (result._tag) {
    case "LawKept":
      return `kept    ${result.law}`
    case "LawBroken":
      return `BROKEN  ${result.law}: ${result.reason}`
    case "LawSkipped":
      return `skipped ${result.law}: ${result.reason}`
  }
}

/**
 * Formats a report as text: a line for each law, and what happened for each broken one.
 *
 * @since 0.4.0
 * @category running
 */
export const print = ({ broken, skipped, results }: Report): string =>
  [
    ...results.map(line),
    ...broken.map(({ message }) => `\n${message}`),
    `${results.length - broken.length - skipped.length} kept, ${broken.length} broken, ${skipped.length} skipped`
  ].join("\n")
