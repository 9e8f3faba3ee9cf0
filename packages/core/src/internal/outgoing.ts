import * as Headers from "@effect/platform/Headers"
import * as HttpBody from "@effect/platform/HttpBody"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Duration from "effect/Duration"
import * as Either from "effect/Either"
import type { Auth, Credentials } from "../Auth.js"
import type * as Call from "../Call.js"
import { InvalidRequest, type Issue } from "../InvalidRequest.js"
import type * as Retry from "../Retry.js"
import type * as Transport from "../Transport.js"
import { plainHeaders } from "./headers.js"
import { jsonIssue } from "./json.js"
import { milliseconds } from "./milliseconds.js"
import type { Operation } from "./operation.js"
import { segment, segmentIssue } from "./path.js"
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
  readonly retry?: Retry.RetryInput | undefined
  /** The server's own time limit for the work. */
  readonly timeoutMs?: number | undefined
  readonly issues?: ReadonlyArray<Issue>
}

/**
 * What is sent, but for the credentials: the same on each attempt.
 *
 * @internal
 */
export interface Outgoing {
  /** Without the query. */
  readonly url: string
  /** With its `?`; empty for none. */
  readonly query: string
  readonly body: HttpBody.HttpBody
  readonly limits: Transport.Attempt
  readonly idempotencyKey: string | undefined
}

const noBody: Either.Either<HttpBody.HttpBody, Issue> = Either.right(HttpBody.empty)

const jsonType = { "content-type": "application/json" }

// checked before and not by writing: JSON.stringify turns NaN into null and drops what it does not know
const written = (input: Input): Either.Either<HttpBody.HttpBody, Issue> => {
  if (input.body === undefined) return noBody
  try {
    const issue = jsonIssue(input.body, "body")
    return issue === undefined ? Either.right(HttpBody.raw(JSON.stringify(input.body))) : Either.left(issue)
  } catch {
    return Either.left({ path: ["body"], message: "cannot be written as JSON", fix: "send plain data" })
  }
}

/**
 * How requests are built for one client: refused with every issue, or ready to be sent.
 *
 * @internal
 */
export const make = (auth: Auth.Service, settings: Resolved) => {
  const common = { accept: "application/json", "user-agent": settings.userAgent }

  const headersFor = (credentials: Credentials, hasBody: boolean): Headers.Headers => {
    const sent = { ...plainHeaders(credentials), ...settings.extraHeaders }
    return Headers.unsafeFromRecord({ ...common, ...(hasBody ? jsonType : {}), ...sent })
  }
  const template = (method: Operation["method"], headers: Headers.Headers): HttpClientRequest.HttpClientRequest =>
    HttpClientRequest.make(method)("", { headers })

  // headers that never change are merged once, not for each request
  const fixed =
    auth.initial === undefined
      ? undefined
      : {
          GET: template("GET", headersFor(auth.initial, false)),
          POST: template("POST", headersFor(auth.initial, true)),
          DELETE: template("DELETE", headersFor(auth.initial, false))
        }

  const limitsFor = (input: Input, call: Call.CallSettings): Transport.Attempt => {
    if (call.attemptTimeout === undefined && input.timeoutMs === undefined) return settings.limits
    const own =
      call.attemptTimeout === undefined ? settings.limits.timeoutMillis : Duration.toMillis(call.attemptTimeout)
    const timeoutMillis =
      input.timeoutMs === undefined || call.attemptTimeout !== undefined ? own : input.timeoutMs + 5000
    return { ...settings.limits, timeoutMillis }
  }

  const issuesIn = (
    operation: Operation,
    input: Input,
    call: Call.CallSettings,
    deadlineMillis: number
  ): ReadonlyArray<Issue> => {
    const issues: Array<Issue> = [...(input.issues ?? [])]
    for (const name of ["deadline", "attemptTimeout"] as const)
      if (call[name] !== undefined) milliseconds(name, call[name], issues)
    input.segments.forEach((value, index) => {
      const name = operation.path.names[index] ?? "path"
      const issue = segmentIssue(name, value, name === "slug" || name === "action" ? settings.slugPattern : undefined)
      if (issue !== undefined) issues.push(issue)
    })
    if (input.timeoutMs !== undefined && deadlineMillis > 0 && deadlineMillis < input.timeoutMs) {
      issues.push({
        path: ["timeoutMs"],
        message: `is ${input.timeoutMs} ms, longer than the call's deadline of ${deadlineMillis} ms`,
        fix: "raise the deadline, or lower timeoutMs"
      })
    }
    return issues
  }

  const urlOf = (operation: Operation, input: Input): string => {
    const { parts } = operation.path
    let url = settings.baseUrl.href + (parts[0] ?? "")
    for (let i = 0; i < input.segments.length; i++) url += segment(input.segments[i] ?? "") + (parts[i + 1] ?? "")
    return url
  }

  const prepare = (
    operation: Operation,
    input: Input,
    call: Call.CallSettings,
    deadlineMillis: number,
    idempotencyKey: string | undefined
  ): Either.Either<Outgoing, InvalidRequest> => {
    const body = written(input)
    const found = issuesIn(operation, input, call, deadlineMillis)
    const issues = body._tag === "Left" ? [...found, body.left] : found
    if (body._tag === "Left" || issues.length > 0) {
      return Either.left(new InvalidRequest({ operation: operation.name, issues }))
    }
    return Either.right({
      url: urlOf(operation, input),
      query: input.query ?? "",
      body: body.right,
      limits: limitsFor(input, call),
      idempotencyKey
    })
  }

  const requestOf = (
    operation: Operation,
    outgoing: Outgoing,
    credentials: Credentials
  ): HttpClientRequest.HttpClientRequest => {
    const { method } = operation
    const empty =
      fixed !== undefined && credentials === auth.initial
        ? fixed[method]
        : template(method, headersFor(credentials, method === "POST"))
    const request = HttpClientRequest.setUrl(empty, outgoing.url + outgoing.query)
    const keyed =
      outgoing.idempotencyKey === undefined || settings.idempotencyKey === undefined
        ? request
        : HttpClientRequest.setHeader(request, settings.idempotencyKey.header, outgoing.idempotencyKey)
    return outgoing.body._tag === "Empty" ? keyed : HttpClientRequest.setBody(keyed, outgoing.body)
  }

  return { prepare, requestOf }
}
