/**
 * A law: a sentence that must be true of every implementation of `ConnectionsApi` or `BosaApi`, and the program that checks
 * it. The laws are in `Laws`.
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
 * A law is broken: which one, how, and what happened before.
 *
 * @since 0.4.0
 * @category errors
 */
export class LawBroken extends Data.TaggedError("LawBroken")<{
  /** The name of the law. */
  readonly law: string
  readonly reason: string
  /** What happened, in order: events, and requests if there is a `Wire`. No secrets. */
  readonly trace: ReadonlyArray<string>
}> {
  override get message(): string {
    const trace =
      this.trace.length === 0 ? "" : `\n  observed, in order:\n${this.trace.map((at) => `    ${at}`).join("\n")}`
    return `the law "${this.law}" is broken: ${this.reason}${trace}`
  }
}

/**
 * A law could not be checked, because something that it needs is missing.
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
    return `the law "${this.law}" was not checked: ${this.reason}`
  }
}

/**
 * A law as a value. `R` is the service that it checks.
 *
 * @since 0.4.0
 * @category models
 */
export interface Law<out R> {
  /** Unique, such as `jobs: one end`. */
  readonly name: string
  /** The law in one sentence. */
  readonly sentence: string
  /** Succeeds if the services in its context keep the law. It needs no test framework and no clock of its own. */
  readonly check: Effect.Effect<void, LawBroken | LawSkipped, R>
}

/**
 * An action that responds with a status outside of 2xx.
 *
 * @since 0.4.0
 * @category models
 */
export interface Refusal {
  readonly action: string
  readonly status: number
}

/**
 * An action of Connections that can run as a job.
 *
 * @since 0.4.0
 * @category models
 */
export interface JobAction {
  readonly action: string
  readonly input?: JsonObject | undefined
  /** The result of its job, if it is known. */
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
  /** All its items in order, if they are known. */
  readonly items?: ReadonlyArray<unknown> | undefined
}

/**
 * What the laws call on an implementation. A law is skipped if its part is `undefined`.
 *
 * @since 0.4.0
 * @category models
 */
export interface Target {
  /** A connection with the actions below. */
  readonly connection: string
  /** An action that succeeds at once. */
  readonly quick: string | undefined
  /** An action whose job succeeds within milliseconds. */
  readonly works: JobAction | undefined
  /** An action whose job fails within milliseconds. */
  readonly fails: JobAction | undefined
  /** An action whose job runs for much longer than the laws take. */
  readonly stays: JobAction | undefined
  /** Actions that are refused at once. */
  readonly refusals: ReadonlyArray<Refusal>
  /** A text file that may be appended to, on a file connection. */
  readonly file: { readonly connection: string; readonly path: string } | undefined
  /** A slug that no connection has. */
  readonly missing: string
  /** A connector of BOSA with the actions below. */
  readonly connector: string
  /** An action that succeeds at once, and its parameters. */
  readonly echo: { readonly action: string; readonly input: Parameters } | undefined
  /** An action, and parameters that its discovered schema refuses. */
  readonly refused: { readonly action: string; readonly input: Parameters } | undefined
  readonly pages: ReadonlyArray<PagedAction>
  /** Actions of the connector that are refused. */
  readonly connectorRefusals: ReadonlyArray<Refusal>
  /** The credentials that the implementation sends, and must never show. */
  readonly secrets: ReadonlyArray<Redacted.Redacted>
  /** The time between two polls of a job. Default 5 milliseconds. */
  readonly pace: Duration.DurationInput
  /** How long a law waits to check that nothing more is sent. Default 100 milliseconds. */
  readonly settle: Duration.DurationInput
}

/**
 * The target of the laws: `Laws.target` unless you provide another one.
 *
 * @since 0.4.0
 * @category services
 */
export class CurrentTarget extends Context.Reference<CurrentTarget>()("@effect-connectors/testing/Law/CurrentTarget", {
  defaultValue: (): Target => worldTarget
}) {}
