import * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Result from "../data/result.js"
import type * as Redacted from "effect/Redacted"
import type { Credentials } from "../../Auth.js"
import { InvalidRequest, type Issue } from "../../InvalidRequest.js"
import * as OptionNames from "../../OptionNames.js"
import * as Retry from "../../Retry.js"
import type { Limits } from "../../Limits.js"
import type * as Transport from "../../Transport.js"
import { headerIssue, headerIssues, plainHeaders } from "./headers.js"
import type { Bounds } from "./limiter.js"
import * as Metrics from "./metrics.js"
import type { Secrets } from "../data/secretValues.js"
import { secretHeaders } from "./sentSecrets.js"
import { integersIssues, maxTimerMillis, milliseconds, wholeIssues } from "../data/checks.js"
import type { Integers } from "../data/json.js"
import { type BaseUrl, baseUrl } from "./url.js"

/**
 * The key that a client sends with each change.
 *
 * @internal
 */
interface IdempotencyKey {
  readonly header: string
  readonly make: Effect.Effect<string>
  readonly honored?: boolean | undefined
}

/**
 * The options of a client.
 *
 * @internal
 */
export interface ClientOptions {
  readonly baseUrl: string
  readonly extraHeaders?: Readonly<Record<string, string | Redacted.Redacted>> | undefined
  readonly attemptTimeout?: Duration.DurationInput | undefined
  readonly deadline?: Duration.DurationInput | undefined
  readonly retry?: Exclude<Retry.RetryInput, "idempotent"> | undefined
  readonly userAgent?: string | undefined
  readonly transformClient?: Transport.TransformClient | undefined
  readonly allowInsecureHttp?: boolean | undefined
  readonly slugPattern?: RegExp | undefined
  readonly maxRetryAfter?: Duration.DurationInput | undefined
  readonly maxBodyBytes?: number | undefined
  readonly integers?: Integers | undefined
  readonly idempotencyKey?: IdempotencyKey | undefined
  readonly limits?: Limits | undefined
  readonly metrics?: boolean | undefined
  readonly reasons?: "shown" | "hidden" | undefined
}

/**
 * The names of the options that the clients of both platforms have.
 *
 * @internal
 */
export const clientNames = {
  baseUrl: true,
  extraHeaders: true,
  attemptTimeout: true,
  deadline: true,
  userAgent: true,
  allowInsecureHttp: true,
  maxRetryAfter: true,
  maxBodyBytes: true,
  retry: true,
  integers: true,
  limits: true,
  metrics: true,
  reasons: true,
  transformClient: true
} as const satisfies OptionNames.Table<Omit<ClientOptions, "slugPattern" | "idempotencyKey">>

/** @internal */
export interface Resolved {
  readonly baseUrl: BaseUrl
  readonly extraHeaders: Readonly<Record<string, string>>
  readonly limits: Transport.Attempt
  /** The caller set the time of an attempt: it holds for rows that have their own too. */
  readonly hasOwnTimeout: boolean
  readonly deadline: Duration.Duration | undefined
  readonly retry: Retry.Retry
  readonly userAgent: string
  readonly platform: Platform
  readonly slugPattern: RegExp | undefined
  readonly maxRetryAfterMillis: number
  readonly integers: Integers
  readonly idempotencyKey: IdempotencyKey | undefined
  readonly bounds: Bounds | undefined
  readonly metrics: Metrics.Metrics | undefined
  readonly transformClient: Transport.TransformClient | undefined
  /** Errors show the server's own reason. */
  readonly showsReasons: boolean
  readonly secrets: LayerSecrets
}

/**
 * What the requests of a client have in common that no response may show.
 *
 * @internal
 */
interface LayerSecrets {
  readonly headers: ReadonlyArray<string>
  /** With those of each credentials that were sent. */
  readonly byCredentials: WeakMap<Credentials, Secrets>
}

/**
 * What differs between the platforms before any operation.
 *
 * @internal
 */
export interface Platform {
  /** Begins the names of its spans. */
  readonly name: string
  readonly accept: string
  /** The path that the client adds to the base URL by itself. */
  readonly prefix: string | undefined
  /** How a name is written into a path. */
  readonly segment: (value: string) => string
}

const limitNames = OptionNames.make<Limits>({ requests: true, per: true, shared: true, concurrency: true })

const sharedIssues = ({ per, requests, shared }: Limits): ReadonlyArray<Issue> => {
  if (shared === undefined) return []
  if (requests !== undefined || per !== undefined) {
    return [{ path: ["shared"], message: "has a window of its own", fix: "leave out `requests` and `per`" }]
  }
  return Predicate.hasProperty(shared, "reserve") && Predicate.hasProperty(shared, "pausedFor")
    ? []
    : [{ path: ["shared"], message: "is not a shared budget", fix: "give the service of `SharedBudget`" }]
}

const boundsOf = (limits: Limits, maxPauseMillis: number, issues: Array<Issue>): Bounds => {
  const { concurrency, per, requests, shared } = limits
  const own: Array<Issue> = [
    ...OptionNames.issues(limitNames, limits),
    ...wholeIssues("requests", requests, 1, 1_000_000),
    ...wholeIssues("concurrency", concurrency, 1),
    ...sharedIssues(limits)
  ]
  const perMillis = milliseconds("per", per ?? "1 second", own)
  if (perMillis > maxTimerMillis) {
    own.push({ path: ["per"], message: "is longer than a timer can wait", fix: "give 24 days at most" })
  }
  if (requests === undefined && per !== undefined && shared === undefined) {
    own.push({ path: ["requests"], message: "is missing", fix: "say how many requests may start in `per`" })
  }
  issues.push(...own.map((issue) => ({ ...issue, path: ["limits", ...issue.path] })))
  return {
    window: requests === undefined ? undefined : { requests, perMillis },
    shared,
    concurrency: concurrency ?? Infinity,
    maxPauseMillis
  }
}

const mebibyte = 1024 * 1024

const keyOptions = OptionNames.make<IdempotencyKey>({ header: true, make: true, honored: true })

const honoredIssues = (honored: unknown): ReadonlyArray<Issue> =>
  honored === undefined || typeof honored === "boolean"
    ? []
    : [{ path: ["idempotencyKey", "honored"], message: "is not a boolean", fix: "give true or false, or leave it out" }]

/** @internal */
export const resolve = (
  operation: string,
  options: ClientOptions,
  platform: Platform
): Result.Result<Resolved, InvalidRequest> => {
  const issues: Array<Issue> = []
  const url = baseUrl(options.baseUrl, options.allowInsecureHttp ?? false, platform.prefix)
  if (url._tag === "Failure") issues.push(url.failure)
  const extraHeaders = options.extraHeaders ?? {}
  issues.push(...headerIssues("extraHeaders", extraHeaders))
  const userAgent = options.userAgent ?? "effect-connectors"
  const agentIssue = headerIssue(["userAgent"], "user-agent", userAgent)
  if (agentIssue !== undefined) issues.push(agentIssue)
  if (options.idempotencyKey !== undefined) {
    issues.push(...OptionNames.issues(keyOptions, options.idempotencyKey, ["idempotencyKey"]))
    issues.push(...headerIssues("idempotencyKey", { [options.idempotencyKey.header]: "key" }))
    issues.push(...honoredIssues(options.idempotencyKey.honored))
  }
  const timeoutMillis = milliseconds("attemptTimeout", options.attemptTimeout ?? "30 seconds", issues)
  const deadlineMillis = milliseconds("deadline", options.deadline ?? Duration.infinity, issues)
  const maxRetryAfterMillis = milliseconds("maxRetryAfter", options.maxRetryAfter ?? "64 seconds", issues)
  if (maxRetryAfterMillis > maxTimerMillis) {
    issues.push({ path: ["maxRetryAfter"], message: "is longer than a timer can wait", fix: "give 24 days at most" })
  }
  const reasons = options.reasons ?? "shown"
  if (reasons !== "shown" && reasons !== "hidden") {
    issues.push({ path: ["reasons"], message: "is not a way to show reasons", fix: 'give "shown" or "hidden"' })
  }
  const maxBodyBytes = options.maxBodyBytes ?? 16 * mebibyte
  issues.push(...wholeIssues("maxBodyBytes", maxBodyBytes, 1, undefined, "give a size in bytes"))
  const bounds = options.limits && boundsOf(options.limits, maxRetryAfterMillis, issues)
  const integers = options.integers ?? "number"
  issues.push(...integersIssues(integers))
  if (url._tag === "Failure" || issues.length > 0) {
    return Result.fail(new InvalidRequest({ operation, issues }))
  }
  return Result.succeed({
    baseUrl: url.success,
    extraHeaders: plainHeaders(extraHeaders),
    hasOwnTimeout: options.attemptTimeout !== undefined,
    limits: { timeoutMillis, idleMillis: 30_000, maxBodyBytes, maxErrorBodyBytes: 64 * 1024 },
    deadline: deadlineMillis === Infinity ? undefined : Duration.millis(deadlineMillis),
    retry: options.retry === undefined ? Retry.defaultPolicy : Retry.resolve(options.retry),
    userAgent,
    platform,
    slugPattern: options.slugPattern,
    maxRetryAfterMillis,
    integers,
    idempotencyKey: options.idempotencyKey,
    bounds,
    metrics: options.metrics === true ? Metrics.make(platform.name, url.success) : undefined,
    transformClient: options.transformClient,
    showsReasons: reasons !== "hidden",
    secrets: { headers: secretHeaders(extraHeaders), byCredentials: new WeakMap() }
  })
}
