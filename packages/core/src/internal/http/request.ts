import * as Headers from "@effect/platform/Headers"
import * as HttpBody from "@effect/platform/HttpBody"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import * as Result from "../data/result.js"
import * as Record from "effect/Record"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import type { ApiResponse } from "../../ApiResponse.js"
import type { Auth, Credentials } from "../../Auth.js"
import type * as Call from "../../Call.js"
import { InvalidRequest, type Issue } from "../../InvalidRequest.js"
import * as OptionNames from "../../OptionNames.js"
import type * as Retry from "../../Retry.js"
import type * as Transport from "../../Transport.js"
import { bearer } from "./bearer.js"
import { headerIssue, headerIssues, plainHeaders } from "./headers.js"
import { type Integers, jsonIssue } from "../data/json.js"
import { integersIssues, milliseconds } from "../data/checks.js"
import { writeJson } from "../data/writeJson.js"
import type { Endpoint, EndpointCredentials } from "./endpoint.js"
import { segmentIssue } from "./path.js"
import type { Resolved } from "./settings.js"

/**
 * What an operation is called with.
 *
 * @internal
 */
export interface Input {
  /** The path's parameters in order. */
  readonly segments: ReadonlyArray<string>
  /** With its `?`, encoded; empty for none. */
  readonly query?: string
  readonly body?: unknown
  /** What `content` was written from. */
  readonly values?: unknown
  /** Values that a response must not show, of a request before this one. */
  readonly secrets?: ReadonlyArray<string> | undefined
  readonly retry?: Retry.RetryInput | undefined
  /** The server's own time limit for the work. */
  readonly timeoutMs?: number | undefined
  readonly issues?: ReadonlyArray<Issue>
  /** A body that is written already, in place of `body`. */
  readonly content?: Content | undefined
  /** The caller's own headers: what authorizes replaces them. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** The user in whose name the call is made. */
  readonly token?: Redacted.Redacted | undefined
  /** Headers of ours for this call. */
  readonly added?: Readonly<Record<string, string>> | undefined
  /** Where to, when it is not the operation's path that says so. */
  readonly target?: Target | undefined
  /** How often it may be sent, when the caller has said so. */
  readonly attempts?: ReplayPolicy | undefined
  /** The response's file is opened in it, and not read. */
  readonly scope?: Scope.Scope | undefined
  /** Lets the response be larger than others may be. */
  readonly maxBodyBytes?: number | undefined
  /** How whole numbers of the response are read, when it is not the call's settings or the client that say so. */
  readonly integers?: Integers | undefined
}

/** @internal */
export interface Target {
  /** Without the query. */
  readonly url: string
  /** With its `?`; empty for none. */
  readonly query: string
}

/** @internal */
export interface Content {
  readonly body: HttpBody.HttpBody
  readonly contentType: string
  /** It can be read again from its start, for another attempt. */
  readonly isReplayable: boolean
}

/** What is known of an attempt that failed, for who decides on another. */
interface FailedAttempt {
  /** `undefined` when there was no response that could be read. */
  readonly response: ApiResponse | undefined
  /** It is proved that the server did not see it. */
  readonly isNotSent: boolean
  readonly retryAfterMillis: number | undefined
  readonly attempts: number
}

/**
 * The caller's word on how often a call may be sent, in place of what its class allows: the milliseconds
 * to wait before it is sent again, or `undefined` when it may not be.
 *
 * @internal
 */
export type ReplayPolicy = (failed: FailedAttempt) => Effect.Effect<number | undefined>

/**
 * What is sent, but for the credentials: the same on each attempt.
 *
 * @internal
 */
export interface PreparedRequest {
  /** Without the query. */
  readonly url: string
  /** With its `?`; empty for none. */
  readonly query: string
  readonly body: HttpBody.HttpBody
  readonly contentType: string
  readonly isReplayable: boolean
  /** In place of the headers that are the same for all calls. */
  readonly own: Own | undefined
  readonly limits: Transport.Attempt
  readonly idempotencyKey: string | undefined
  /** The path's parameters in order. */
  readonly segments: ReadonlyArray<string>
  /** What the body was written from. */
  readonly values: unknown
  readonly secrets: Input["secrets"]
}

interface Own {
  readonly before: Readonly<Record<string, string>>
  readonly after: Readonly<Record<string, string>>
}

const json = "application/json"

const noBody: Result.Result<HttpBody.HttpBody, Issue> = Result.succeed(HttpBody.empty)

const sent: Record<EndpointCredentials, (header: string) => boolean> = {
  all: () => true,
  key: (header) => header !== "authorization",
  token: (header) => header !== "x-api-key",
  none: () => false,
  bare: () => false
}

// checked before and not by writing: JSON turns NaN into null and drops what it does not know
const written = (input: Input): Result.Result<HttpBody.HttpBody, Issue> => {
  if (input.content !== undefined) return Result.succeed(input.content.body)
  if (input.body === undefined) return noBody
  try {
    const issue = jsonIssue(input.body, "body")
    return issue === undefined ? Result.succeed(HttpBody.raw(writeJson(input.body))) : Result.fail(issue)
  } catch {
    return Result.fail({ path: ["body"], message: "cannot be written as JSON", fix: "send plain data" })
  }
}

type Templates = Readonly<Record<Endpoint["method"], HttpClientRequest.HttpClientRequest>>

/**
 * What is the same in all requests of a client.
 *
 * @internal
 */
export interface RequestDefaults {
  readonly settings: Resolved
  readonly headers: Readonly<Record<string, string>>
  /** Credentials that never change. */
  readonly credentials: Credentials | undefined
  /** With those credentials: headers that never change are merged once, not for each request. */
  readonly templates: Templates | undefined
}

/** @internal */
export const defaultsOf = (auth: Auth.Service, settings: Resolved): RequestDefaults => {
  const headers = { accept: settings.platform.accept, "user-agent": settings.userAgent }
  const credentials = auth.initial
  const fixed = (contentType: string | undefined) =>
    headersFor(headers, settings, "all", credentials ?? {}, contentType, undefined)
  const templates =
    credentials === undefined
      ? undefined
      : {
          GET: template("GET", fixed(undefined)),
          POST: template("POST", fixed(json)),
          DELETE: template("DELETE", fixed(undefined))
        }
  return { settings, headers, credentials, templates }
}

const headersFor = (
  common: Readonly<Record<string, string>>,
  settings: Resolved,
  wanted: EndpointCredentials,
  credentials: Credentials,
  contentType: string | undefined,
  own: Own | undefined
): Headers.Headers => {
  const authorizing = wanted === "all" ? credentials : Record.filter(credentials, (_, name) => sent[wanted](name))
  return Headers.unsafeFromRecord({
    ...common,
    ...(contentType === undefined ? {} : { "content-type": contentType }),
    ...own?.before,
    ...plainHeaders(authorizing),
    ...own?.after,
    ...(wanted === "bare" ? {} : settings.extraHeaders)
  })
}

const template = (method: Endpoint["method"], headers: Headers.Headers): HttpClientRequest.HttpClientRequest =>
  HttpClientRequest.make(method)("", { headers })

const limitsFor = (
  settings: Resolved,
  operation: Endpoint,
  input: Input,
  call: Call.CallSettings
): Transport.Attempt => {
  const ofRow = settings.hasOwnTimeout ? undefined : operation.timeoutMillis
  const limits =
    input.maxBodyBytes === undefined
      ? settings.limits
      : { ...settings.limits, maxBodyBytes: Math.max(settings.limits.maxBodyBytes, input.maxBodyBytes) }
  if (call.attemptTimeout === undefined && input.timeoutMs === undefined && ofRow === undefined) return limits
  const own =
    call.attemptTimeout === undefined
      ? (ofRow ?? settings.limits.timeoutMillis)
      : Duration.toMillis(call.attemptTimeout)
  const timeoutMillis =
    input.timeoutMs === undefined || call.attemptTimeout !== undefined ? own : input.timeoutMs + 5000
  // of a file that is only opened, the caller's time holds between its pieces too
  return input.scope === undefined || call.attemptTimeout === undefined
    ? { ...limits, timeoutMillis }
    : { ...limits, timeoutMillis, idleMillis: timeoutMillis }
}

const callSettings = OptionNames.make<Call.CallSettings>({
  retry: true,
  deadline: true,
  deadlineAt: true,
  jobDeadlineAt: true,
  attemptTimeout: true,
  transformClient: true,
  onResponse: true,
  beforeWrite: true,
  onCall: true,
  integers: true
})

const issuesIn = (
  settings: Resolved,
  operation: Endpoint,
  input: Input,
  call: Call.CallSettings,
  deadlineMillis: number
): ReadonlyArray<Issue> => {
  const issues: Array<Issue> = [...(input.issues ?? []), ...OptionNames.issues(callSettings, call)]
  const integers = input.integers ?? call.integers
  if (integers !== undefined) issues.push(...integersIssues(integers))
  for (const name of ["deadline", "attemptTimeout"] as const)
    if (call[name] !== undefined) milliseconds(name, call[name], issues)
  input.segments.forEach((value, index) => {
    const name = operation.path.names[index] ?? "path"
    const issue = segmentIssue(name, value, name === "slug" || name === "action" ? settings.slugPattern : undefined)
    if (issue !== undefined) issues.push(issue)
  })
  if (input.headers !== undefined) issues.push(...headerIssues("headers", input.headers))
  if (input.token !== undefined) {
    const issue = headerIssue(["token"], "authorization", Redacted.value(input.token))
    if (issue !== undefined) issues.push(issue)
  }
  if (input.timeoutMs !== undefined && deadlineMillis > 0 && deadlineMillis < input.timeoutMs) {
    issues.push({
      path: ["timeoutMs"],
      message: `is ${input.timeoutMs} ms, longer than the call's deadline of ${deadlineMillis} ms`,
      fix: "raise the deadline, or lower timeoutMs"
    })
  }
  return issues
}

const urlOf = ({ baseUrl, platform }: Resolved, operation: Endpoint, input: Input): string => {
  if (input.target !== undefined) return input.target.url
  const { parts } = operation.path
  let url = baseUrl.href + (parts[0] ?? "")
  for (let i = 0; i < input.segments.length; i++)
    url += platform.segment(input.segments[i] ?? "") + (parts[i + 1] ?? "")
  return url
}

const ownOf = ({ added, headers, token }: Input): Own | undefined =>
  headers === undefined && token === undefined && added === undefined
    ? undefined
    : {
        before: headers === undefined ? {} : plainHeaders(headers),
        after: { ...(token === undefined ? {} : { authorization: Redacted.value(bearer(token)) }), ...added }
      }

/**
 * Checks a call once, before its first attempt: refused with every issue, or ready to be sent.
 *
 * @internal
 */
export const prepareRequest = (
  { settings }: RequestDefaults,
  operation: Endpoint,
  input: Input,
  call: Call.CallSettings,
  deadlineMillis: number,
  idempotencyKey: string | undefined
): Result.Result<PreparedRequest, InvalidRequest> => {
  const body = written(input)
  const found = issuesIn(settings, operation, input, call, deadlineMillis)
  const issues = body._tag === "Failure" ? [...found, body.failure] : found
  if (body._tag === "Failure" || issues.length > 0) {
    return Result.fail(new InvalidRequest({ operation: operation.name, issues }))
  }
  return Result.succeed({
    url: urlOf(settings, operation, input),
    query: input.target?.query ?? input.query ?? "",
    body: body.success,
    contentType: input.content?.contentType ?? json,
    isReplayable: input.content?.isReplayable ?? true,
    own: ownOf(input),
    limits: limitsFor(settings, operation, input, call),
    idempotencyKey,
    segments: input.segments,
    values: input.values ?? input.body,
    secrets: input.secrets
  })
}

/**
 * The request of one attempt.
 *
 * @internal
 */
export const buildRequest = (
  defaults: RequestDefaults,
  operation: Endpoint,
  prepared: PreparedRequest,
  credentials: Credentials
): HttpClientRequest.HttpClientRequest => {
  const { headers, settings, templates } = defaults
  const { method, credentials: wanted } = operation
  const { body, contentType, idempotencyKey, own, query, url } = prepared
  const hasBody = body._tag !== "Empty"
  const isCommon = wanted === "all" && own === undefined && contentType === json
  const empty =
    isCommon && hasBody === (method === "POST") && templates !== undefined && credentials === defaults.credentials
      ? templates[method]
      : template(method, headersFor(headers, settings, wanted, credentials, hasBody ? contentType : undefined, own))
  const request = HttpClientRequest.setUrl(empty, url + query)
  const withKey =
    idempotencyKey === undefined || settings.idempotencyKey === undefined
      ? request
      : HttpClientRequest.setHeader(request, settings.idempotencyKey.header, idempotencyKey)
  return hasBody ? HttpClientRequest.setBody(withKey, body) : withKey
}
