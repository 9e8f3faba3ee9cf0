/**
 * Laws that every implementation of `ConnectionsApi` and `BosaApi` has to keep, whether it is this library's client
 * over some transport, a fake, a recording, or somebody's own. They need no test framework; `Vitest` registers them as tests.
 *
 * @since 0.4.0
 */
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
import { connectorErrorLaws, errorLaws } from "./internal/laws/errorLaws.js"
import { jobLaws } from "./internal/laws/jobLaws.js"
import { connectorOnceLaws, onceLaws } from "./internal/laws/onceLaws.js"
import { listening } from "./internal/laws/outputs.js"
import { pageLaws } from "./internal/laws/pageLaws.js"
import { connectorSecretLaws, secretLaws } from "./internal/laws/secretLaws.js"
import { canaries, lawsWorld, nothing, worldTarget } from "./internal/laws/world.js"
import { CurrentTarget, type Law, LawBroken, type LawSkipped, type Target } from "./Law.js"
import { Wire } from "./Wire.js"
import type { World } from "./World.js"

/**
 * The world that an implementation serves when it is not asked about another target: plain data, so that
 * `JSON.stringify` of it is a world file for the emulator. Its jobs take moments.
 *
 * @since 0.4.0
 * @category constructors
 */
export const world: World = lawsWorld

/**
 * What of {@link world} the laws ask for.
 *
 * @since 0.4.0
 * @category constructors
 */
export const target: Target = worldTarget

/**
 * What the laws may ask for on another platform, such as a live one: laws about what is not named here are skipped.
 *
 * @since 0.4.0
 * @category constructors
 */
export const targetOf = (parts: Partial<Target>): Target => ({ ...nothing, ...parts })

/**
 * What {@link world} lets in: other credentials are refused.
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
 * Where a client of this library is to go.
 *
 * @since 0.4.0
 * @category models
 */
export interface ClientOptions {
  readonly baseUrl: string
  /** How BOSA is spoken to. Default `bosa`. */
  readonly dialect?: Dialect | undefined
  /**
   * What of yours stands between the clients and the transport, such as an `HttpClient` that adds headers or tries again.
   * What it sends is seen by the laws; what the layer below this one does by itself is not.
   */
  readonly through?: Layer.Layer<HttpClient.HttpClient, never, HttpClient.HttpClient> | undefined
  /** {@link credentials} unless given; the target has to name these as `secrets`. */
  readonly credentials?: Credentials | undefined
}

/**
 * This library's own clients over an `HttpClient`, with a `Wire` between: for whoever has a transport, a fake or a
 * recording to put the laws to.
 *
 * @since 0.4.0
 * @category layers
 */
export const client = (
  options: ClientOptions
): Layer.Layer<ConnectionsApi | BosaApi | Wire, InvalidRequest, HttpClient.HttpClient> => {
  const { apiKey, serviceToken, userToken } = options.credentials ?? credentials
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
 * How laws are shown.
 *
 * @since 0.4.0
 * @category models
 */
export interface Options {
  /** What to ask for, where it is another one than {@link target}. */
  readonly target?: Target | undefined
  /** How long one law may take, on the clock of the layer. Default 10 seconds. */
  readonly limit?: Duration.DurationInput | undefined
}

/**
 * A law that is kept.
 *
 * @since 0.4.0
 * @category models
 */
export interface LawKept {
  readonly _tag: "LawKept"
  readonly law: string
}

/**
 * What became of a law.
 *
 * @since 0.4.0
 * @category models
 */
export type Verdict = LawKept | LawBroken | LawSkipped

/**
 * What laws are shown to: a layer, or one for each law, such as a recording of its own.
 *
 * @since 0.4.0
 * @category models
 */
export type Subject<R, E> = Layer.Layer<R, E> | ((law: Law<R>) => Layer.Layer<R, E>)

const defaultLimit = Duration.seconds(10)

/**
 * Shows one law to an implementation, which is built for it, and listens to all that it logs and traces meanwhile.
 * Fails with what the layer fails with.
 *
 * @since 0.4.0
 * @category running
 */
export const judge = <R, E>(law: Law<R>, subject: Subject<R, E>, options: Options = {}): Effect.Effect<Verdict, E> => {
  const { limit = defaultLimit, target = worldTarget } = options
  const late = () =>
    new LawBroken({ law: law.name, reason: `it was not shown within ${Duration.format(limit)}`, trace: [] })
  const shown = Effect.match(Effect.timeoutFail(law.check, { duration: limit, onTimeout: late }), {
    onFailure: (error): Verdict => error,
    onSuccess: (): Verdict => ({ _tag: "LawKept", law: law.name })
  })
  const layer = typeof subject === "function" ? subject(law) : subject
  return listening(Effect.provideService(Effect.provide(shown, layer), CurrentTarget, target))
}

/**
 * What became of all laws.
 *
 * @since 0.4.0
 * @category models
 */
export interface Report {
  readonly verdicts: ReadonlyArray<Verdict>
  /** None is broken, and at least one is kept. */
  readonly isKept: boolean
  readonly broken: ReadonlyArray<LawBroken>
  readonly skipped: ReadonlyArray<LawSkipped>
}

/**
 * Shows some laws, such as {@link connections}, to an implementation of what they are about.
 *
 * @since 0.4.0
 * @category running
 */
export const checkOnly = <R, E>(
  laws: ReadonlyArray<Law<R>>,
  subject: Subject<R, E>,
  options?: Options
): Effect.Effect<Report, E> =>
  Effect.map(
    Effect.forEach(laws, (law) => judge(law, subject, options)),
    (verdicts) => {
      const broken = verdicts.filter((verdict) => verdict._tag === "LawBroken")
      const skipped = verdicts.filter((verdict) => verdict._tag === "LawSkipped")
      const isKept = broken.length === 0 && verdicts.length > skipped.length
      return { verdicts, isKept, broken, skipped }
    }
  )

/**
 * Shows all laws to an implementation of both services, one after the other.
 *
 * The layer is built anew for each law. It may give a `Wire` too; without one the laws that are about what is sent are
 * skipped. A fake under virtual time brings its clock in the layer.
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
export const check = <E>(subject: Subject<ConnectionsApi | BosaApi, E>, options?: Options): Effect.Effect<Report, E> =>
  checkOnly(all, subject, options)

const line = (verdict: Verdict): string => {
  switch (verdict._tag) {
    case "LawKept":
      return `kept    ${verdict.law}`
    case "LawBroken":
      return `BROKEN  ${verdict.law}: ${verdict.reason}`
    case "LawSkipped":
      return `skipped ${verdict.law}: ${verdict.reason}`
  }
}

/**
 * A report as text: a line for each law, and what was seen of each that is broken.
 *
 * @since 0.4.0
 * @category running
 */
export const print = ({ broken, skipped, verdicts }: Report): string =>
  [
    ...verdicts.map(line),
    ...broken.map(({ message }) => `\n${message}`),
    `${verdicts.length - broken.length - skipped.length} kept, ${broken.length} broken, ${skipped.length} skipped`
  ].join("\n")
