/**
 * What a law is: a sentence that every implementation of `ConnectionsApi` or `BosaApi` has to keep, and the program
 * that finds out whether it does. The laws themselves are in `Laws`.
 *
 * @since 0.4.0
 */
import type { Parameters } from "@effect-connectors/core/Action"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type { JsonObject } from "./Executor.js"
import { worldTarget } from "./internal/laws/world.js"

/**
 * A law is broken: which one, in what way, and what was seen on the way there.
 *
 * @since 0.4.0
 * @category errors
 */
export class LawBroken extends Data.TaggedError("LawBroken")<{
  /** The name of the law. */
  readonly law: string
  readonly reason: string
  /** What was seen, in order: events, requests where a `Wire` tells of them. No secrets. */
  readonly trace: ReadonlyArray<string>
}> {
  override get message(): string {
    const trace =
      this.trace.length === 0 ? "" : `\n  seen, in order:\n${this.trace.map((at) => `    ${at}`).join("\n")}`
    return `the law "${this.law}" is broken: ${this.reason}${trace}`
  }
}

/**
 * A law could not be shown, because something that it needs was not given.
 *
 * @since 0.4.0
 * @category errors
 */
export class LawSkipped extends Data.TaggedError("LawSkipped")<{
  readonly law: string
  /** What is missing. */
  readonly reason: string
}> {
  override get message(): string {
    return `the law "${this.law}" was not shown: ${this.reason}`
  }
}

/**
 * A law as a value. `R` is the service that it is about.
 *
 * @since 0.4.0
 * @category models
 */
export interface Law<out R> {
  /** Unique, e.g. `jobs: one end`. */
  readonly name: string
  /** What it says, in one sentence. */
  readonly sentence: string
  /** Succeeds when it is kept by the services in its context. It needs neither a test framework nor a clock of its own. */
  readonly check: Effect.Effect<void, LawBroken | LawSkipped, R>
}

/**
 * An action that answers with a status outside of 2xx.
 *
 * @since 0.4.0
 * @category models
 */
export interface Refusal {
  readonly action: string
  readonly status: number
}

/**
 * An action of Connections that becomes a job when it is asked to.
 *
 * @since 0.4.0
 * @category models
 */
export interface JobAction {
  readonly action: string
  readonly input?: JsonObject | undefined
  /** What its job results in, where that is known. */
  readonly result?: unknown
}

/**
 * An action of BOSA whose list has more than one page.
 *
 * @since 0.4.0
 * @category models
 */
export interface PagedAction {
  readonly action: string
  readonly input?: Parameters | undefined
  /** All its items in order, where they are known. */
  readonly items?: ReadonlyArray<unknown> | undefined
}

/**
 * What the laws ask for on an implementation. A law whose part is `undefined` is skipped.
 *
 * @since 0.4.0
 * @category models
 */
export interface Target {
  /** A connection with the actions below. */
  readonly connection: string
  /** An action that ends well at once. */
  readonly quick: string | undefined
  /** An action whose job ends well, within moments. */
  readonly works: JobAction | undefined
  /** An action whose job ends in failure, within moments. */
  readonly fails: JobAction | undefined
  /** An action whose job is under way for much longer than the laws take. */
  readonly stays: JobAction | undefined
  /** Actions that are refused at once. */
  readonly refusals: ReadonlyArray<Refusal>
  /** A text file that may be appended to, on a connection of files. */
  readonly file: { readonly connection: string; readonly path: string } | undefined
  /** A slug that no connection has. */
  readonly missing: string
  /** A connector of BOSA with the actions below. */
  readonly connector: string
  /** An action that ends well at once, and its parameters. */
  readonly echo: { readonly action: string; readonly input: Parameters } | undefined
  /** An action, and parameters of the wrong kind for it: discovery tells. */
  readonly refused: { readonly action: string; readonly input: Parameters } | undefined
  readonly pages: ReadonlyArray<PagedAction>
  /** Actions of the connector that are refused. */
  readonly connectorRefusals: ReadonlyArray<Refusal>
  /** What the implementation sends to be let in, and must never show. */
  readonly secrets: ReadonlyArray<Redacted.Redacted>
  /** How often jobs are looked at. Default 5 milliseconds. */
  readonly pace: Duration.DurationInput
  /** How long nothing may happen where nothing is to happen. Default 100 milliseconds. */
  readonly settle: Duration.DurationInput
}

/**
 * What the laws of this program ask for: that of `Laws.world`, unless another one is given.
 *
 * @since 0.4.0
 * @category services
 */
export class CurrentTarget extends Context.Reference<CurrentTarget>()("@effect-connectors/testing/Law/CurrentTarget", {
  defaultValue: (): Target => worldTarget
}) {}
