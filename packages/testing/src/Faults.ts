/**
 * Fault plans: which requests meet which fault, as plain data. A plan can be printed, composed, kept in a
 * file, drawn from a seed and shrunk, and does the same on a fake in memory and on the emulator.
 *
 * @since 0.4.0
 */
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as FastCheck from "effect/FastCheck"
import * as Function from "effect/Function"
import type * as Schema from "effect/Schema"
import type * as BosaModel from "./BosaModel.js"
import type { Json, OperationName } from "./Executor.js"
import * as arbitraries from "./internal/faults/arbitrary.js"
import * as kindFaults from "./internal/faults/kinds.js"
import * as printing from "./internal/faults/print.js"
import * as schemas from "./internal/faults/schema.js"
import { type Issue, issuesOf, notJson } from "./internal/schema/issues.js"

/**
 * What any fault may have besides. Times in milliseconds.
 *
 * @since 0.4.0
 * @category models
 */
export interface Timing {
  /** Passes on the Clock first. */
  readonly delayMillis?: number
  /**
   * How far the server's clock is ahead, behind when negative: in the answer's `date`, in its other headers that are
   * dates, and in the fields of its JSON that are named `..._at`.
   */
  readonly skewMillis?: number
}

/**
 * What befalls one request. One with `commit: true` comes after the work was done; without it nothing is
 * executed. The values are data, the constructors below make them.
 *
 * - `Answer`: this answer in place of the platform's.
 * - `RateLimited`: a 429 that says how long to wait, in the way that `hint` names.
 * - `Reset`: the request was read, the connection ends without an answer.
 * - `Refused`: the connection is never made, nothing was sent.
 * - `Hang`: no answer, however long one waits.
 * - `CutBody`: the answer ends in its middle.
 * - `SlowBody`: the answer comes in pieces.
 * - `StaleRead`: a `GET` is answered as before the answer's last `changes`; as ever, where no other answer was given before.
 * - `Duplicate`: the request arrives twice at the same time.
 * - `Pass`: the platform answers as ever.
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
      /** In place of `json`; `content-type` is `text/plain` unless given. */
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
      /** Without `commit`: of the answer that is cut; 200 unless given. */
      readonly status?: number
      readonly json?: Json
    } & Timing)
  | ({ readonly _tag: "SlowBody"; readonly bytes: number; readonly everyMillis: number } & Timing)
  | ({ readonly _tag: "StaleRead"; readonly changes?: number } & Timing)
  | ({ readonly _tag: "Duplicate" } & Timing)
  | ({ readonly _tag: "Pass" } & Timing)

/**
 * How a platform says when to come back. `seconds` and `date`: the header `retry-after`, with a `date` beside the
 * second. `millis`: the header `retry-after-ms`. `recovery`: the fields `error.recovery` of the body.
 *
 * @since 0.4.0
 * @category models
 */
export type Hint = "seconds" | "date" | "millis" | "recovery"

/**
 * Which requests a rule is for: every field that is given must fit.
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
  /** An operation of either platform, e.g. `actions.execute`. */
  readonly operation?: OperationName | BosaModel.OperationName
  /** The slug of a connection of the Connections platform. */
  readonly connection?: string
  /** The name of a connector of BOSA / GL Connectors. */
  readonly connector?: string
  readonly action?: string
  /** The first one that counts among the requests that fit, 1 unless given: the ones before it pass. */
  readonly from?: number
}

/**
 * The kinds of faults that {@link seeded} draws and {@link arbitrary} makes, each one fault. `unavailable` is a 503,
 * `gatewayTimeout` a 504 after the work was done; the others are named after their constructors.
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
 * How likely each kind is, from 0 to 1; together no more than 1.
 *
 * @since 0.4.0
 * @category models
 */
export type Rates = Readonly<Partial<Record<Kind, number>>>

/**
 * A rule of a plan; without a matcher it is for every request. `Next`: the next ones that fit get these, one each.
 * `Always`: each one that fits gets it. `Seeded`: a share of those that fit, drawn from the seed. Each question (method
 * and path) has draws of its own, so that requests side by side do not change what befalls the others.
 *
 * @since 0.4.0
 * @category models
 */
export type Rule =
  | { readonly _tag: "Next"; readonly matcher?: Matcher; readonly faults: ReadonlyArray<Fault> }
  | { readonly _tag: "Always"; readonly matcher?: Matcher; readonly fault: Fault }
  | { readonly _tag: "Seeded"; readonly matcher?: Matcher; readonly seed: number; readonly rates: Rates }

/**
 * A fault plan: its rules in order. For each request the first rule that fits and has a fault decides.
 *
 * @since 0.4.0
 * @category models
 */
export interface Plan {
  readonly rules: ReadonlyArray<Rule>
}

/**
 * A fault plan that cannot be: what is wrong, where, and what to do.
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
 * A fault that is an answer: its status and what it carries. `json` is an empty object unless given. With `commit`
 * the work is done all the same.
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
 * An answer with this body, and a status of 200 unless given: what gateways and captive portals say. Its
 * `content-type` is `text/plain` unless given.
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
 * A page in HTML with status 200, where JSON was asked for.
 *
 * @since 0.4.0
 * @category faults
 */
export const html: Fault = kindFaults.kinds.html

/**
 * The answer sends the client elsewhere; with 302 unless given.
 *
 * @since 0.4.0
 * @category faults
 */
export const redirect = (location: string, code = 302): Fault => status(code, { headers: { location } })

/**
 * A 429. `retryAfter` is how long to wait, told in `seconds` unless another hint is given; nothing is told without it.
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
 * The connection ends without an answer, and nothing was executed.
 *
 * @since 0.4.0
 * @category faults
 */
export const reset: Fault = kindFaults.kinds.reset

/**
 * The work is done, and then the connection ends without an answer.
 *
 * @since 0.4.0
 * @category faults
 */
export const lostAnswer: Fault = kindFaults.kinds.lostAnswer

/**
 * The connection is refused: nothing was sent. A server cannot refuse what it has accepted, so the emulator
 * ends the connection without an answer in its place.
 *
 * @since 0.4.0
 * @category faults
 */
export const refused: Fault = kindFaults.kinds.refused

/**
 * No answer ever comes, and nothing was executed.
 *
 * @since 0.4.0
 * @category faults
 */
export const hang: Fault = kindFaults.kinds.hang

/**
 * The work is done, and no answer ever comes.
 *
 * @since 0.4.0
 * @category faults
 */
export const hangAfterCommit: Fault = { _tag: "Hang", commit: true }

/**
 * The work is done, and its answer ends in its middle.
 *
 * @since 0.4.0
 * @category faults
 */
export const cutBody: Fault = kindFaults.kinds.cutBody

/**
 * The answer comes in pieces of so many bytes, one every so many milliseconds.
 *
 * @since 0.4.0
 * @category faults
 */
export const slowBytes = (pace: { readonly bytes: number; readonly everyMillis: number }): Fault => ({
  _tag: "SlowBody",
  ...pace
})

/**
 * A `GET` is answered as before the last so many changes of its answer, 1 unless given: a replica that lags. Answers are
 * known once they were given; a question that was never asked before gets its answer of now.
 *
 * @since 0.4.0
 * @category faults
 */
export const staleRead = (changes = 1): Fault => ({ _tag: "StaleRead", changes })

/**
 * The request arrives at the server twice at the same time, and the second answer is the one that comes back. The executions
 * count it: here, and only here, a double execution is the network's and not the client's.
 *
 * @since 0.4.0
 * @category faults
 */
export const duplicate: Fault = kindFaults.kinds.duplicate

/**
 * The platform answers as ever: lets a request by in {@link next} and {@link when}.
 *
 * @since 0.4.0
 * @category faults
 */
export const pass: Fault = { _tag: "Pass" }

/**
 * The server's clock is so many milliseconds ahead, behind when negative, while it answers or fails like this;
 * {@link pass} unless another fault is given.
 *
 * @since 0.4.0
 * @category faults
 */
export const clockSkew = (millis: number, fault: Fault = pass): Fault => ({ ...fault, skewMillis: millis })

/**
 * It takes that much longer until this fault comes; {@link pass} unless another is given.
 *
 * @since 0.4.0
 * @category faults
 */
export const delay = (duration: Duration.DurationInput, fault: Fault = pass): Fault => ({
  ...fault,
  delayMillis: Duration.toMillis(duration)
})

/**
 * No faults at all.
 *
 * @since 0.4.0
 * @category constructors
 */
export const none: Plan = { rules: [] }

/**
 * The next requests get these faults, one each; then the platform answers as ever.
 * Throws {@link FaultsInvalid} for a fault that cannot be, such as a status of 9.
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
 * The next requests that fit get these faults, one each. Throws {@link FaultsInvalid} like {@link next}.
 *
 * @example
 * ```ts
 * import * as Faults from "@effect-connectors/testing/Faults"
 *
 * // the third poll sees what the second one saw
 * export const plan = Faults.when({ operation: "jobs.get", from: 3 }, Faults.staleRead())
 * ```
 *
 * @since 0.4.0
 * @category constructors
 */
export const when = (matcher: Matcher, ...faults: ReadonlyArray<Fault>): Plan =>
  planOf({ _tag: "Next", matcher, faults })

/**
 * Each request that fits gets this fault. Throws {@link FaultsInvalid} like {@link next}.
 *
 * @since 0.4.0
 * @category constructors
 */
export const always = (matcher: Matcher, fault: Fault): Plan => planOf({ _tag: "Always", matcher, fault })

/**
 * A share of the requests gets faults, the same ones for the same seed. One rate is shared evenly by the kinds
 * `unavailable`, `rateLimited`, `refused`, `reset`, `lostAnswer` and `cutBody`. Throws {@link FaultsInvalid} for
 * rates that make more than 1.
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
 * One plan after the other: for each request the first rule that fits and has a fault decides. It is
 * associative, and {@link none} on either side changes nothing.
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
 * How many faults a plan names: each one of `Next`, and one for each other rule.
 *
 * @since 0.4.0
 * @category getters
 */
export const size = ({ rules }: Plan): number =>
  rules.reduce((sum, rule) => sum + (rule._tag === "Next" ? rule.faults.length : 1), 0)

/**
 * A plan in words, one line a fault, always the same for the same plan.
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
 * type or a value that cannot be, and names each place.
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
    Effect.try({
      try: (): unknown => JSON.parse(text),
      catch: () =>
        new FaultsInvalid({ issues: [{ ...notJson, reason: `${notJson.reason}, begin with {"rules": []}` }] })
    }),
    fromJson
  )

/**
 * What {@link arbitrary} makes plans of.
 *
 * @since 0.4.0
 * @category models
 */
export interface ArbitraryOptions {
  /** All but `duplicate` unless given: with that one a double execution is nobody's mistake. The first is the simplest. */
  readonly kinds?: ReadonlyArray<Kind>
  /** What the faults are for; any request unless given. The first is the simplest. */
  readonly matchers?: ReadonlyArray<Matcher>
  /** How many faults a plan has at most; 6 unless given. */
  readonly maxFaults?: number
  /** The last request that a fault may begin with among those that fit; 5 unless given. */
  readonly maxFrom?: number
}

/**
 * Plans for property tests with fast-check. They shrink towards fewer faults, simpler kinds and earlier requests.
 *
 * @since 0.4.0
 * @category testing
 */
export const arbitrary = (options: ArbitraryOptions = {}): FastCheck.Arbitrary<Plan> => arbitraries.arbitrary(options)
