import type * as HttpClient from "@effect/platform/HttpClient"
import * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import * as Result from "../data/result.js"
import type * as Redacted from "effect/Redacted"
import { InvalidRequest, type Issue } from "../../InvalidRequest.js"
import * as OptionNames from "../../OptionNames.js"
import * as Retry from "../../Retry.js"
import type * as Transport from "../../Transport.js"
import { headerIssue, headerIssues, plainHeaders } from "./headers.js"
import { maxTimerMillis, milliseconds, wholeIssues } from "../data/checks.js"
import { type BaseUrl, baseUrl } from "./url.js"

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
  readonly transformClient?: ((client: HttpClient.HttpClient) => HttpClient.HttpClient) | undefined
  readonly allowInsecureHttp?: boolean | undefined
  readonly slugPattern?: RegExp | undefined
  readonly maxRetryAfter?: Duration.DurationInput | undefined
  readonly maxBodyBytes?: number | undefined
  readonly idempotencyKey?: { readonly header: string; readonly make: Effect.Effect<string> } | undefined
}

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
  readonly idempotencyKey: ClientOptions["idempotencyKey"]
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

const mebibyte = 1024 * 1024

const keyOptions = OptionNames.make<NonNullable<ClientOptions["idempotencyKey"]>>({ header: true, make: true })

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
  }
  const timeoutMillis = milliseconds("attemptTimeout", options.attemptTimeout ?? "30 seconds", issues)
  const deadlineMillis = milliseconds("deadline", options.deadline ?? Duration.infinity, issues)
  const maxRetryAfterMillis = milliseconds("maxRetryAfter", options.maxRetryAfter ?? "64 seconds", issues)
  if (maxRetryAfterMillis > maxTimerMillis) {
    issues.push({ path: ["maxRetryAfter"], message: "is longer than a timer can wait", fix: "give 24 days at most" })
  }
  const maxBodyBytes = options.maxBodyBytes ?? 16 * mebibyte
  issues.push(...wholeIssues("maxBodyBytes", maxBodyBytes, 1, undefined, "give a size in bytes"))
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
    idempotencyKey: options.idempotencyKey
  })
}
