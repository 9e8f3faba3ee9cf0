import * as Result from "../data/result.js"
import type { ExecuteOptions, Parameters } from "../../ConnectionHandle.js"
import type { Issue } from "../../InvalidRequest.js"
import { Accepted, Completed, type Execution } from "../../Job.js"
import * as JobProtocol from "../../JobProtocol.js"
import { JobRef } from "../../JobRef.js"
import { noIssues, wholeIssues } from "../data/checks.js"
import { type Fields, isFields } from "../data/fields.js"
import type { Read } from "../http/bind.js"
import { segmentIssue } from "../http/path.js"
import type { Input } from "../http/request.js"
import { acceptedId, repeatsCredential, sensitiveInput } from "../http/sentSecrets.js"
import { requestIdOf } from "../http/transport.js"
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

const refuse = (path: ReadonlyArray<string>, message: string, fix: string): Result.Result<Fields, Issue> =>
  Result.fail({ path, message, fix })

// a key without a value says nothing: it neither replaces what was given nor makes an `options` of its own
const stated = (execution: Parameters): Parameters =>
  Object.fromEntries(Object.entries(execution).filter(([, value]) => value !== undefined))

// without execution options the body stays as it was given: no empty `options` key
const bodyOf = (parameters: unknown, execution: Parameters | undefined): Result.Result<Fields, Issue> => {
  if (!isFields(parameters)) return refuse(["body"], "is not an object", "give the parameters as an object")
  if (execution === undefined) return Result.succeed(parameters)
  try {
    const merged = stated(execution)
    if (Object.keys(merged).length === 0) return Result.succeed(parameters)
    const given = parameters["options"]
    return given !== undefined && !isFields(given)
      ? refuse(
          ["body", "options"],
          "is not an object, so execution options cannot be merged into it",
          "give one of the two"
        )
      : Result.succeed({ ...parameters, options: { ...given, ...merged } })
  } catch {
    return refuse(["body"], "cannot be read", "send plain data")
  }
}

/**
 * The request of every execute: parameters as the body, options as the query.
 *
 * @internal
 */
export const executeInput = (
  segments: ReadonlyArray<string>,
  parameters: Parameters = {},
  options: ExecuteOptions = {}
): Input => {
  const body = bodyOf(parameters, options.execution)
  return {
    segments,
    query: queryOf(options),
    body: body._tag === "Failure" ? {} : body.success,
    retry: options.retry,
    integers: options.integers,
    timeoutMs: options.timeoutMs,
    issues:
      body._tag === "Failure"
        ? [body.failure]
        : options.timeoutMs === undefined
          ? noIssues
          : wholeIssues("timeoutMs", options.timeoutMs, 1, undefined, "give milliseconds, or leave it out")
  }
}

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
        requestId: acceptedId(call, requestIdOf(response.headers))
      },
      true
    )
    rememberInput(job, sensitiveInput(call.request))
    return Result.succeed(Accepted(job))
  }
