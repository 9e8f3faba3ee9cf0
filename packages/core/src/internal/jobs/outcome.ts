import * as Cause from "effect/Cause"
import type * as Duration from "effect/Duration"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import {
  ApiRejected,
  DeadlineExceeded,
  Forbidden,
  NotFound,
  RateLimited,
  type ReadError,
  responseOf,
  ServerFailed,
  Unauthorized,
  UnexpectedBody,
  UnexpectedRedirect,
  Unreachable
} from "../../ApiError.js"
import { JobCancelled, JobFailed, JobNotFound } from "../../JobError.js"
import type { JobState } from "../../JobProtocol.js"
import type { JobRef } from "../../JobRef.js"
import { withCredentialsReason, withJobError, withResponse, withValue } from "../http/errorDetails.js"
import { reportOf } from "./reported.js"
import type { End } from "./tracker/watcher.js"

const copied = (error: ReadError, job: JobRef): ReadError => {
  switch (error._tag) {
    // nothing was sent, so there is no call that could name its job
    case "InvalidRequest":
      return error
    case "Unauthorized":
      return withCredentialsReason(new Unauthorized({ ...error, job }), error.reason)
    case "Forbidden":
      return new Forbidden({ ...error, job })
    case "NotFound":
      return new NotFound({ ...error, job })
    case "RateLimited":
      return new RateLimited({ ...error, job })
    case "ApiRejected":
      return new ApiRejected({ ...error, job })
    case "ServerFailed":
      return new ServerFailed({ ...error, job })
    case "UnexpectedRedirect":
      return new UnexpectedRedirect({ ...error, job })
    case "UnexpectedBody":
      return new UnexpectedBody({ ...error, job })
    case "Unreachable":
      return new Unreachable({ ...error, job })
    case "DeadlineExceeded":
      return new DeadlineExceeded({ ...error, job })
  }
}

/**
 * The error of a poll, with the job it was about.
 *
 * @internal
 */
const withJob = (error: ReadError, job: JobRef): ReadError => withResponse(copied(error, job), responseOf(error))

/**
 * The error of a value that is here already, such as the state that an earlier poll found: no request is to blame.
 *
 * @internal
 */
export const unexpectedValue = (
  job: JobRef | undefined,
  value: unknown,
  why: Pick<UnexpectedBody, "reason" | "word" | "expected" | "serverCode" | "serverReason">
): UnexpectedBody =>
  withValue(
    new UnexpectedBody({
      operation: job?.operation ?? "jobs.result",
      method: "",
      route: "",
      url: "",
      attempts: 1,
      retryable: false,
      job,
      status: 200,
      ...why
    }),
    value,
    job?.requestId
  )

/**
 * What a final state means to a watcher of this job.
 *
 * @internal
 */
export const endOf = (state: JobState, job: JobRef): End => {
  if (state.state === "succeeded") return Exit.succeed(state)
  const said = reportOf(state, job)
  if (state.state === "unknown")
    return Exit.fail(unexpectedValue(job, state.raw, { reason: "ended", word: state.word, ...said }))
  const followed = { job, word: state.word, ...said }
  const error = state.state === "cancelled" ? new JobCancelled(followed) : new JobFailed(followed)
  return Exit.fail(withJobError(error, state.error))
}

/**
 * What a failed poll means: `Final` ends every watch at once, `Limited` pauses all, `Missing` is a 404, and some of
 * `Failed` in a row are tolerated. `end` is how the watch ends when it does.
 *
 * @internal
 */
export type Failure =
  | { readonly _tag: "Final"; readonly end: (job: JobRef, seen: boolean) => End }
  | { readonly _tag: "Limited"; readonly retryAfter: Duration.Duration | undefined }
  | {
      readonly _tag: "Missing" | "Failed"
      readonly retryAfter: Duration.Duration | undefined
      readonly end: (job: JobRef, seen: boolean) => End
    }

const notFound =
  ({ serverReason, status }: NotFound | ApiRejected) =>
  (job: JobRef, seen: boolean): End =>
    Exit.fail(new JobNotFound({ job, seen, status, serverReason }))

/**
 * What the failure of a poll means for its watchers.
 *
 * @internal
 */
export const failureOf = (cause: Cause.Cause<ReadError>): Failure => {
  const failure = Cause.failureOption(cause)
  // a defect is no failure of the network: it is reported, whatever else is in the cause
  if (Option.isNone(failure) || Option.isSome(Cause.dieOption(cause))) {
    return { _tag: "Final", end: () => Exit.failCause(cause) }
  }
  const error = failure.value
  const end = (job: JobRef): End => Exit.fail(withJob(error, job))
  switch (error._tag) {
    case "InvalidRequest":
    case "Unauthorized":
    case "Forbidden":
      return { _tag: "Final", end }
    case "RateLimited":
      return { _tag: "Limited", retryAfter: error.retryAfter }
    case "NotFound":
      return { _tag: "Missing", retryAfter: undefined, end: notFound(error) }
    case "ApiRejected":
      return error.status === 410
        ? { _tag: "Final", end: notFound(error) }
        : { _tag: "Failed", retryAfter: error.retryAfter, end }
    case "ServerFailed":
      return { _tag: "Failed", retryAfter: error.retryAfter, end }
    default:
      return { _tag: "Failed", retryAfter: undefined, end }
  }
}
