import * as Cause from "effect/Cause"
import * as Chunk from "effect/Chunk"
import * as Predicate from "effect/Predicate"
import { isBeforeSending } from "../http/errorDetails.js"
import { provesNothing } from "../http/outcome.js"

// InvalidRequest, NotSent and DeadlineExceeded were not sent; the others are the server's own refusal
const refusals: ReadonlySet<unknown> = new Set([
  "InvalidRequest",
  "NotSent",
  "DeadlineExceeded",
  "Unauthorized",
  "Forbidden",
  "NotFound"
])

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
    return Predicate.hasProperty(error, "status") && Predicate.isNumber(error.status) && !provesNothing(error.status)
  }
  return refusals.has(error._tag)
}

/**
 * The same of a whole cause: an interruption or a defect leaves it open how far the work came.
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
