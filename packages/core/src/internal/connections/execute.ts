import type * as Clock from "effect/Clock"
import * as Result from "../data/result.js"
import type { ExecuteOptions, Parameters } from "../../ConnectionHandle.js"
import type { Issue } from "../../InvalidRequest.js"
import { Accepted, Completed, type Execution } from "../../Job.js"
import * as JobProtocol from "../../JobProtocol.js"
import { JobRef } from "../../JobRef.js"
import * as OptionNames from "../../OptionNames.js"
import { noIssues, wholeIssues } from "../data/checks.js"
import type { Read } from "../http/bind.js"
import { segmentIssue } from "../http/path.js"
import type { Input } from "../http/request.js"
import { acceptedId, repeatsCredential, sensitiveInput } from "../http/sentSecrets.js"
import type { BodyRules } from "./body.js"
import { requestIdOf } from "../http/transport.js"
import { monotonicMillis } from "../runtime/monotonic.js"
import { rememberInput } from "../jobs/reported.js"

/**
 * What the client is made with that its responses are read by.
 *
 * @internal
 */
export interface Client {
  /** Origin and path of the platform. */
  readonly base: string
  readonly protocol: JobProtocol.JobProtocol
  /** Reads the state of a job by the protocol. */
  readonly stateOf: ReturnType<typeof JobProtocol.decoder>
}

const queries = { none: "", async: "?async=true" }

const queryOf = (options: ExecuteOptions): string => {
  const async = options.async === true ? queries.async : queries.none
  if (options.timeoutMs === undefined) return async
  return `${async}${async === "" ? "?" : "&"}timeout_ms=${options.timeoutMs}`
}

const timeoutIssues = (timeoutMs: number | undefined): ReadonlyArray<Issue> =>
  timeoutMs === undefined
    ? noIssues
    : wholeIssues("timeoutMs", timeoutMs, 1, undefined, "give milliseconds, or leave it out")

/**
 * The request of every execute: parameters as the body, options as the query.
 *
 * @internal
 */
export const executeInput = (
  segments: ReadonlyArray<string>,
  rules: BodyRules,
  parameters: Parameters = {},
  options: ExecuteOptions = {}
): Input => {
  const wrongNames = OptionNames.issues(rules.options, options)
  // what is not an object at all is an object without options here
  const given: ExecuteOptions = wrongNames.length === 0 ? options : { ...options }
  const body = rules.bodyOf(parameters, given.execution)
  const wrongTimeout = timeoutIssues(given.timeoutMs)
  const isRight = body._tag === "Success" && wrongNames.length === 0
  return {
    segments,
    query: queryOf(given),
    body: body._tag === "Success" ? body.success : {},
    retry: given.retry,
    integers: given.integers,
    timeoutMs: given.timeoutMs,
    issues: isRight
      ? wrongTimeout
      : [...wrongNames, ...(body._tag === "Failure" ? body.failure : noIssues), ...wrongTimeout]
  }
}

const noDeadline = {}

// a reference is for other processes, whose monotonic time is another
const deadlineOf = (at: number | undefined, clock: Clock.Clock): { readonly deadlineAt?: number } =>
  at === undefined || at === Infinity
    ? noDeadline
    : { deadlineAt: clock.unsafeCurrentTimeMillis() + at - monotonicMillis(clock) }

/**
 * Reads the response of an execute as done or accepted: the response decides, not the request.
 *
 * @internal
 */
export const executionOf =
  (operation: string): Read<Execution, Client> =>
  ({ body, call, clock, exact, response }, { segments: [connection] }, { base, protocol }) => {
    const jobId = JobProtocol.jobIdIn(protocol, exact)
    if (jobId === undefined) return Result.succeed(Completed(body))
    // the work was accepted: an id that does not fit into a path is kept in the error's body
    if (segmentIssue("job", jobId) !== undefined) return Result.fail(["expected a job id that fits into a path"])
    // a reference is stored and printed
    if (repeatsCredential(call, jobId)) return Result.fail(["expected a job id that repeats no credential"])
    const job = new JobRef(
      {
        v: 1,
        api: "connections",
        origin: base,
        jobId,
        operation,
        connection,
        submittedAt: clock.unsafeCurrentTimeMillis(),
        requestId: acceptedId(call, requestIdOf(response.headers)),
        ...deadlineOf(call.settings.jobDeadlineAt, clock)
      },
      true
    )
    rememberInput(job, sensitiveInput(call.request))
    return Result.succeed(Accepted(job))
  }
