/**
 * Fault plans: which requests get which fault, as plain data. A plan can be printed, composed, kept in a file, drawn
 * from a seed and shrunk. It does the same on a fake in memory and on the emulator.
 *
 * @since 0.4.0
 */
import * as ExactJson from "@effect-connectors/core/ExactJson"
import * as OptionNames from "@effect-connectors/core/OptionNames"
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as FastCheck from "effect/FastCheck"
import * as Function from "effect/Function"
import type * as Schema from "effect/Schema"
import type * as BosaModel from "./BosaModel.js"
import type { Json, OperationName } from "./Executor.js"
import { knownOptions } from "./internal/knownOptions.js"
import * as arbitraries from "./internal/faults/arbitrary.js"
import * as kindFaults from "./internal/faults/kinds.js"
import * as printing from "./internal/faults/print.js"
import * as schemas from "./internal/faults/schema.js"
import { type Issue, issuesOf, notJson } from "./internal/schema/issues.js"

/**
 * The timing that every fault may have. Times in milliseconds.
 *
 * @since 0.4.0
 * @category models
 */
export interface Timing {
  /** How long the fault is delayed, on the Clock. */
  readonly delayMillis?: number
  /**
   * How far the server's clock is ahead; behind when negative. It moves the `date` of the response, its other headers
   * that are dates, and the fields of its JSON that are named `..._at`.
   */
  readonly skewMillis?: number
}

/**
 * The fault of one request. With `commit: true` the work is executed first; without it nothing is executed. A fault is
 * plain data; the constructors below make it.
 *
 * - `Answer`: this response instead of the platform's.
 * - `RateLimited`: a 429 that says how long to wait, in the form that `hint` names.
 * - `Reset`: the request was read; the connection ends without a response.
 * - `Refused`: the connection is not made; nothing was sent.
 * - `Hang`: no response ever comes.
 * - `CutBody`: the connection ends in the middle of the response.
 * - `SlowBody`: the body of the response comes in pieces.
 * - `StaleRead`: a `GET` gets the response from before its last `changes`; the current one, if it has not changed.
 * - `Duplicate`: the request arrives twice at the same time.
 * - `Pass`: the platform responds normally.
 *
 * @since 0.4.0
 * @category models
 */
export type Fault =
  | ({
      readonly _tag: "Answer"
      /** 200 unless given. */
      readonly status?: number
      readonly headers?: Readonly<Record<string, string>>
      readonly json?: Json
      /** Instead of `json`; `content-type` is `text/plain` unless given. */
      readonly text?: string
      readonly commit?: boolean
    } & Timing)
  | ({ readonly _tag: "RateLimited"; readonly retryAfterMillis?: number; readonly hint?: Hint } & Timing)
  | ({ readonly _tag: "Reset"; readonly commit?: boolean } & Timing)
  | ({ readonly _tag: "Refused" } & Timing)
  | ({ readonly _tag: "Hang"; readonly commit?: boolean } & Timing)
  | ({
      readonly _tag: "CutBody"
      readonly commit?: boolean
      /** Without `commit`: the status of the response that is cut; 200 unless given. */
      readonly status?: number
      readonly json?: Json
    } & Timing)
  | ({ readonly _tag: "SlowBody"; readonly bytes: number; readonly everyMillis: number } & Timing)
  | ({ readonly _tag: "StaleRead"; readonly changes?: number } & Timing)
  | ({ readonly _tag: "Duplicate" } & Timing)
  | ({ readonly _tag: "Pass" } & Timing)

/**
 * How a response says when to retry. `seconds` and `date`: the header `retry-after`; a `date` header comes with the
 * second. `millis`: the header `retry-after-ms`. `recovery`: the fields `error.recovery` of the body.
 *
 * @since 0.4.0
 * @category models
 */
export type Hint = "seconds" | "date" | "millis" | "recovery"

/**
 * Which requests a rule is for: every given field must match.
 *
 * @since 0.4.0
 * @category models
 */
export interface Matcher {
  readonly method?: string
  /** The whole path as it was sent, without the query. */
  readonly path?: string
  /** The source of a regular expression that is found in the path, e.g. `^/api/v1/jobs/`. */
  readonly pattern?: string
  /** An operation of either platform, such as `actions.execute` or the `operation` of an error. */
  readonly operation?: OperationName | BosaModel.OperationName | (string & Record<never, never>)
  /** The slug of a connection of the Connections platform. */
  readonly connection?: string
  /** The name of a connector of BOSA / GL Connectors. */
  readonly connector?: string
  readonly action?: string
  /** The number of the first matching request that gets a fault; 1 unless given. The ones before it pass. */
  readonly from?: number
}

/**
 * The kinds of faults that {@link seeded} draws and {@link arbitrary} makes. Each stands for one fault: `unavailable` is
 * a 503, `gatewayTimeout` a 504 after the work was executed; the others are named after their constructors.
 *
 * @since 0.4.0
 * @category models
 */
export type Kind =
  | "unavailable"
  | "gatewayTimeout"
  | "rateLimited"
  | "refused"
  | "reset"
  | "lostAnswer"
  | "cutBody"
  | "html"
  | "hang"
  | "slowBytes"
  | "staleRead"
  | "duplicate"
  | "clockSkew"
  | "delay"

/**
 * The probability of each kind, from 0 to 1; together at most 1.
 *
 * @since 0.4.0
 * @category models
 */
export type Rates = Readonly<Partial<Record<Kind, number>>>

/**
 * A rule of a plan; without a matcher it is for every request.
 *
 * - `Next`: the next requests that match get these faults, one each.
 * - `Always`: each request that matches gets this fault.
 * - `Seeded`: a share of the requests that match get faults, drawn from the seed. Each method and path has its own
 *   random numbers, so that concurrent requests do not change each other's faults.
 *
 * @since 0.4.0
 * @category models
 */
export type Rule =
  | { readonly _tag: "Next"; readonly matcher?: Matcher; readonly faults: ReadonlyArray<Fault> }
  | { readonly _tag: "Always"; readonly matcher?: Matcher; readonly fault: Fault }
  | { readonly _tag: "Seeded"; readonly matcher?: Matcher; readonly seed: number; readonly rates: Rates }

/**
 * A fault plan: its rules in order. For each request the first rule that matches and has a fault decides.
 *
 * @since 0.4.0
 * @category models
 */
export interface Plan {
  readonly rules: ReadonlyArray<Rule>
}

/**
 * An invalid fault plan: what is wrong, where, and what to do.
 *
 * @since 0.4.0
 * @category errors
 */
export class FaultsInvalid extends Data.TaggedError("FaultsInvalid")<{
  /** Every place that is wrong, e.g. `rules[0].faults[1].status`; the path is empty for the whole. */
  readonly issues: ReadonlyArray<Issue>
}> {
  override get message(): string {
    const places = this.issues.map(({ path, reason }) => `at ${path === "" ? "its top" : path}: ${reason}`)
    return `the fault plan is invalid ${places.join("; ")}`
  }
}

const decode = (json: unknown): Effect.Effect<Plan, FaultsInvalid> =>
  Effect.mapError(schemas.decode(json), (error) => new FaultsInvalid({ issues: issuesOf(error) }))

const planOf = (rule: Rule): Plan => {
  const { issues, plan } = schemas.check({ rules: [rule] })
  if (plan === undefined) throw new FaultsInvalid({ issues })
  return plan
}

/**
 * A fault that is a response with this status. `json` is an empty object unless given. With `commit` the work is executed
 * first.
 *
 * @since 0.4.0
 * @category faults
 */
export const status = (
  status: number,
  options?: {
    readonly json?: Json
    readonly headers?: Readonly<Record<string, string>>
    readonly commit?: boolean
  }
): Fault => ({ _tag: "Answer", status, ...options })

/**
 * A response with this body and status 200 unless given: what gateways and captive portals send. Its `content-type` is
 * `text/plain` unless given.
 *
 * @since 0.4.0
 * @category faults
 */
export const body = (
  text: string,
  options: {
    readonly contentType?: string
    readonly status?: number
    readonly commit?: boolean
  } = {}
): Fault => {
  const { contentType, ...rest } = options
  return { _tag: "Answer", text, ...rest, ...(contentType && { headers: { "content-type": contentType } }) }
}

/**
 * An HTML page with status 200 instead of JSON.
 *
 * @since 0.4.0
 * @category faults
 */
export const html: Fault = kindFaults.kinds.html

/**
 * A redirect; status 302 unless given.
 *
 * @since 0.4.0
 * @category faults
 */
export const redirect = (location: string, code = 302): Fault => status(code, { headers: { location } })

/**
 * A 429. `retryAfter` is how long to wait, sent in `seconds` unless another hint is given. Without it no hint is sent.
 *
 * @since 0.4.0
 * @category faults
 */
export const rateLimited = (
  options: { readonly retryAfter?: Duration.DurationInput; readonly hint?: Hint } = {}
): Fault => ({
  _tag: "RateLimited",
  ...(options.retryAfter !== undefined && { retryAfterMillis: Duration.toMillis(options.retryAfter) }),
  ...(options.hint && { hint: options.hint })
})

/**
 * The connection ends without a response; nothing is executed.
 *
 * @since 0.4.0
 * @category faults
 */
export const reset: Fault = kindFaults.kinds.reset

/**
 * The work is executed; then the connection ends without a response.
 *
 * @since 0.4.0
 * @category faults
 */
export const lostAnswer: Fault = kindFaults.kinds.lostAnswer

/**
 * The connection is refused: nothing was sent. A server cannot refuse a connection that it has accepted, so the emulator
 * ends the connection without a response instead.
 *
 * @since 0.4.0
 * @category faults
 */
export const refused: Fault = kindFaults.kinds.refused

/**
 * No response ever comes; nothing is executed.
 *
 * @since 0.4.0
 * @category faults
 */
export const hang: Fault = kindFaults.kinds.hang

/**
 * The work is executed; no response ever comes.
 *
 * @since 0.4.0
 * @category faults
 */
export const hangAfterCommit: Fault = { _tag: "Hang", commit: true }

/**
 * The work is executed; the connection ends in the middle of the response.
 *
 * @since 0.4.0
 * @category faults
 */
export const cutBody: Fault = kindFaults.kinds.cutBody

/**
 * The body of the response comes in pieces of so many bytes, one every so many milliseconds.
 *
 * @since 0.4.0
 * @category faults
 */
export const slowBytes = (pace: { readonly bytes: number; readonly everyMillis: number }): Fault => ({
  _tag: "SlowBody",
  ...pace
})

/**
 * A `GET` gets the response from before its last `changes`, 1 unless given: a replica that lags. The fake knows only the
 * responses that it has sent: a request that is new, or whose response has not changed, gets the current one.
 *
 * @since 0.4.0
 * @category faults
 */
export const staleRead = (changes = 1): Fault => ({ _tag: "StaleRead", changes })

/**
 * The request arrives at the server twice at the same time; the second response comes back. Both count as executions:
 * only with this fault a double execution is not a mistake of the client.
 *
 * @since 0.4.0
 * @category faults
 */
export const duplicate: Fault = kindFaults.kinds.duplicate

/**
 * The platform responds normally: skips a request in {@link next} and {@link when}.
 *
 * @since 0.4.0
 * @category faults
 */
export const pass: Fault = { _tag: "Pass" }

/**
 * The server's clock is so many milliseconds ahead, behind when negative, during this fault; {@link pass} unless given.
 *
 * @since 0.4.0
 * @category faults
 */
export const clockSkew = (millis: number, fault: Fault = pass): Fault => ({ ...fault, skewMillis: millis })

/**
 * Delays a fault; {@link pass} unless given.
 *
 * @since 0.4.0
 * @category faults
 */
export const delay = (duration: Duration.DurationInput, fault: Fault = pass): Fault => ({
  ...fault,
  delayMillis: Duration.toMillis(duration)
})

/**
 * No faults.
 *
 * @since 0.4.0
 * @category constructors
 */
export const none: Plan = { rules: [] }

/**
 * The next requests get these faults, one each; then the platform responds normally. Throws {@link FaultsInvalid} for an
 * invalid fault, such as a status of 9.
 *
 * @example
 * ```ts
 * import { ConnectionsTest } from "@effect-connectors/testing/ConnectionsTest"
 * import * as Faults from "@effect-connectors/testing/Faults"
 * import * as World from "@effect-connectors/testing/World"
 *
 * const faults = Faults.next(Faults.status(503), Faults.rateLimited({ retryAfter: "2 seconds" }))
 *
 * export const layer = ConnectionsTest.layer(World.demo, { faults })
 * ```
 *
 * @since 0.4.0
 * @category constructors
 */
export const next = (...faults: ReadonlyArray<Fault>): Plan => planOf({ _tag: "Next", faults })

/**
 * The next requests that match get these faults, one each. Throws {@link FaultsInvalid} like {@link next}.
 *
 * @example
 * ```ts
 * import * as Faults from "@effect-connectors/testing/Faults"
 *
 * // the third poll gets the response from before the last change
 * export const plan = Faults.when({ operation: "jobs.get", from: 3 }, Faults.staleRead())
 * ```
 *
 * @since 0.4.0
 * @category constructors
 */
export const when = (matcher: Matcher, ...faults: ReadonlyArray<Fault>): Plan =>
  planOf({ _tag: "Next", matcher, faults })

/**
 * Each request that matches gets this fault. Throws {@link FaultsInvalid} like {@link next}.
 *
 * @since 0.4.0
 * @category constructors
 */
export const always = (matcher: Matcher, fault: Fault): Plan => planOf({ _tag: "Always", matcher, fault })

/**
 * A share of the requests gets faults, the same ones for the same seed. One rate is divided evenly among the kinds
 * `unavailable`, `rateLimited`, `refused`, `reset`, `lostAnswer` and `cutBody`. Throws {@link FaultsInvalid} for rates
 * with a sum over 1.
 *
 * @example
 * ```ts
 * import * as Faults from "@effect-connectors/testing/Faults"
 *
 * export const rough = Faults.seeded(7, 0.2)
 * export const lossy = Faults.seeded(7, { lostAnswer: 0.05, staleRead: 0.1 }, { operation: "actions.execute" })
 * ```
 *
 * @since 0.4.0
 * @category constructors
 */
export const seeded = (seed: number, rates: number | Rates, matcher?: Matcher): Plan =>
  planOf({
    _tag: "Seeded",
    ...(matcher && { matcher }),
    seed,
    rates: typeof rates === "number" ? kindFaults.evenly(rates, kindFaults.commonKinds) : rates
  })

/**
 * Joins plans: for each request the first rule that matches and has a fault decides. It is associative, and {@link none}
 * on either side changes nothing.
 *
 * @since 0.4.0
 * @category combinators
 */
export const all = (...plans: ReadonlyArray<Plan>): Plan => ({ rules: plans.flatMap(({ rules }) => rules) })

/**
 * {@link all} of two, for pipes.
 *
 * @example
 * ```ts
 * import * as Faults from "@effect-connectors/testing/Faults"
 * import { pipe } from "effect/Function"
 *
 * export const plan = pipe(
 *   Faults.next(Faults.refused),
 *   Faults.and(Faults.always({ operation: "catalog.list" }, Faults.delay("2 seconds")))
 * )
 * ```
 *
 * @since 0.4.0
 * @category combinators
 */
export const and: {
  (that: Plan): (self: Plan) => Plan
  (self: Plan, that: Plan): Plan
} = Function.dual(2, (self: Plan, that: Plan): Plan => all(self, that))

/**
 * The number of faults of a plan: those of each `Next`, and one for each other rule.
 *
 * @since 0.4.0
 * @category getters
 */
export const size = ({ rules }: Plan): number =>
  rules.reduce((sum, rule) => sum + (rule._tag === "Next" ? rule.faults.length : 1), 0)

/**
 * A plan in words, one line for each fault; the same plan gives the same text.
 *
 * @example
 * ```ts
 * import * as Faults from "@effect-connectors/testing/Faults"
 *
 * // next actions.execute of crm/sync: lost answer
 * console.log(Faults.print(Faults.when({ operation: "actions.execute", connection: "crm", action: "sync" }, Faults.lostAnswer)))
 * ```
 *
 * @since 0.4.0
 * @category getters
 */
export const print = (plan: Plan): string => printing.print(plan)

/**
 * The schema of plans as JSON: a plan is its own JSON, so `JSON.stringify` writes what this reads.
 *
 * @since 0.4.0
 * @category schemas
 */
export const FromJson: Schema.Schema<Plan> = schemas.PlanData

/**
 * Reads a plan from plain data, such as a parsed file. Fails with {@link FaultsInvalid} for an unknown field, a wrong
 * type or an invalid value, and names each place.
 *
 * @since 0.4.0
 * @category constructors
 */
export const fromJson = (json: unknown): Effect.Effect<Plan, FaultsInvalid> => decode(json)

/**
 * {@link fromJson} from the text of a file. A text that is not JSON is {@link FaultsInvalid} too.
 *
 * @since 0.4.0
 * @category constructors
 */
export const fromJsonText = (text: string): Effect.Effect<Plan, FaultsInvalid> =>
  Effect.flatMap(
    Effect.mapError(
      ExactJson.parse(text),
      () => new FaultsInvalid({ issues: [{ ...notJson, reason: `${notJson.reason}, begin with {"rules": []}` }] })
    ),
    fromJson
  )

/**
 * The options of {@link arbitrary}.
 *
 * @since 0.4.0
 * @category models
 */
export interface ArbitraryOptions {
  /** All but `duplicate` unless given: that one makes a double execution without a mistake of the client. The first is the simplest. */
  readonly kinds?: ReadonlyArray<Kind>
  /** Which requests get faults; any request unless given. The first is the simplest. */
  readonly matchers?: ReadonlyArray<Matcher>
  /** How many faults a plan has at most; 6 unless given. */
  readonly maxFaults?: number
  /** The highest `from` of a matcher; 5 unless given. */
  readonly maxFrom?: number
}

const arbitraryNames = OptionNames.make<ArbitraryOptions>({
  kinds: true,
  matchers: true,
  maxFaults: true,
  maxFrom: true
})

/**
 * Plans for property tests with fast-check. They shrink towards fewer faults, simpler kinds and earlier requests.
 *
 * @since 0.4.0
 * @category testing
 */
export const arbitrary = (options: ArbitraryOptions = {}): FastCheck.Arbitrary<Plan> =>
  arbitraries.arbitrary(knownOptions("Faults.arbitrary", arbitraryNames, options))
