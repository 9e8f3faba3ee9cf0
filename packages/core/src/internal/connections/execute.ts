import type * as Effect from "effect/Effect"
import * as Result from "../data/result.js"
import type { ApiError } from "../../ApiError.js"
import type { ExecuteOptions, Parameters } from "../../ConnectionHandle.js"
import type { Issue } from "../../InvalidRequest.js"
import { Accepted, Completed, type Execution } from "../../Job.js"
import * as JobProtocol from "../../JobProtocol.js"
import { JobRef } from "../../JobRef.js"
import { requestIdOf } from "../http/transport.js"
import { type Fields, isFields } from "../data/fields.js"
import type { Endpoint } from "../http/endpoint.js"
import { segmentIssue } from "../http/path.js"
import type { CallError, Decode, ParsedResponse } from "../http/response.js"
import type { RequestPipeline } from "../http/call.js"

const noIssues: ReadonlyArray<Issue> = []

const queries = { none: "", async: "?async=true" }

const timeoutIssue = (timeoutMs: number | undefined): Issue | undefined =>
  timeoutMs === undefined || (Number.isSafeInteger(timeoutMs) && timeoutMs > 0)
    ? undefined
    : {
        path: ["timeoutMs"],
        message: `${timeoutMs} is not a whole number of milliseconds above 0`,
        fix: "give a positive count, or leave it out"
      }

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

// JSON.parse rounds a number over 2^53, and a rounded id is another job's: the text still has its digits
const exactId = (id: string, received: ParsedResponse, protocol: JobProtocol.JobProtocol): string => {
  if (!/^\d/.test(id) || Number.isSafeInteger(Number(id))) return id
  const names = protocol.jobId.map((name) => JSON.stringify(name).replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")).join("|")
  const numbers = new RegExp(`(?:${names})\\s*:\\s*(\\d+)(?![\\d.eE])`, "g")
  for (const [, digits = ""] of received.response.text.matchAll(numbers)) {
    if (String(Number(digits)) === id) return digits
  }
  return id
}

/**
 * How every execute is called: parameters as the body, options as the query, and
 * the answer read as done or accepted.
 *
 * @internal
 */
export const make = (pipeline: RequestPipeline, protocol: JobProtocol.JobProtocol) => {
  const decode =
    (operation: Endpoint, connection: string): Decode<Execution> =>
    (received) => {
      const given = JobProtocol.jobIdIn(protocol, received.body)
      if (given === undefined) return Result.succeed(Completed(received.body))
      const jobId = exactId(given, received, protocol)
      // the work was accepted: an id that cannot be asked for is kept in the error's body
      if (segmentIssue("job", jobId) !== undefined) return Result.fail(["expected a job id that fits into a path"])
      return Result.succeed(
        Accepted(
          new JobRef(
            {
              v: 1,
              api: "connections",
              origin: pipeline.base,
              jobId,
              operation: operation.name,
              connection,
              submittedAt: received.now(),
              requestId: requestIdOf(received.response.headers)
            },
            true
          )
        )
      )
    }
  return <E extends ApiError>(
    operation: Endpoint<E>,
    segments: readonly [slug: string, ...rest: ReadonlyArray<string>],
    parameters: Parameters = {},
    options: ExecuteOptions = {}
  ): Effect.Effect<Execution, CallError<E>> => {
    const body = bodyOf(parameters, options.execution)
    const issue = body._tag === "Failure" ? body.failure : timeoutIssue(options.timeoutMs)
    return pipeline.call(
      operation,
      {
        segments,
        query: queryOf(options),
        body: body._tag === "Failure" ? {} : body.success,
        retry: options.retry,
        timeoutMs: options.timeoutMs,
        issues: issue === undefined ? noIssues : [issue]
      },
      decode(operation, segments[0])
    )
  }
}
