import * as Cause from "effect/Cause"
import * as Chunk from "effect/Chunk"
import * as Predicate from "effect/Predicate"
import { isBeforeSending, isRefusal, isVerifiable } from "../http/errorDetails.js"

// InvalidRequest, NotSent and DeadlineExceeded were not sent; the others are refusals, by the server or before it
const refusals: ReadonlySet<unknown> = new Set([
  "InvalidRequest",
  "NotSent",
  "DeadlineExceeded",
  "Unauthorized",
  "Forbidden",
  "NotFound",
  "RateLimited"
])

// these pass by themselves: an unsafe call is not repeated after them by the client, and its `retryable` is false
const passing: ReadonlySet<unknown> = new Set(["RateLimited", "DeadlineExceeded"])

// a timeout, a conflict with what may be the same work done before, and a request that may be sent again
const unproven: ReadonlySet<unknown> = new Set([408, 409, 425])

/**
 * Whether an error of a call proves that the work was not done.
 *
 * @internal
 */
export const isNotDone = (error: unknown): boolean => {
  if (!Predicate.hasProperty(error, "_tag")) return false
  if (isBeforeSending(error)) return true
  // an earlier attempt may have been carried out, whatever became of the last
  if (Predicate.hasProperty(error, "mayHaveHappened") && error.mayHaveHappened === true) return false
  if (error._tag === "ApiRejected") {
    return Predicate.hasProperty(error, "status") && Predicate.isNumber(error.status) && !unproven.has(error.status)
  }
  return refusals.has(error._tag) || isRefusal(error)
}

const isOf = <K extends string>(error: object, field: K, is: (value: unknown) => boolean): boolean =>
  Predicate.hasProperty(error, field) && is(error[field])

/**
 * Whether another submit of the same key may end better than the one that gave this error.
 *
 * @internal
 */
export const maySubmitAgain = (error: unknown): boolean => {
  if (!Predicate.hasProperty(error, "_tag")) return false
  const isRetryable = isOf(error, "retryable", (value) => value === true)
  switch (error._tag) {
    case "SubmissionNotDone":
      return true
    case "LedgerFailed":
      return isRetryable
    case "SubmissionUnknown":
      return isVerifiable(error) || isOf(error, "verifier", Predicate.isNotUndefined)
    default:
      // any other refusal stays until somebody corrects the request or what it names
      return isNotDone(error)
        ? isRetryable || passing.has(error._tag) || isOf(error, "retryAfter", Predicate.isNotUndefined)
        : isVerifiable(error)
  }
}

/**
 * {@link isNotDone} of a whole cause: an interruption or a defect leaves it open how far the work came.
 *
 * @internal
 */
export const provesNotDone = <E>(cause: Cause.Cause<E>, isProof: (error: E) => boolean): boolean => {
  const failures = Cause.failures(cause)
  return (
    !Cause.isInterrupted(cause) &&
    Chunk.isEmpty(Cause.defects(cause)) &&
    Chunk.isNonEmpty(failures) &&
    Chunk.every(failures, isProof)
  )
}
