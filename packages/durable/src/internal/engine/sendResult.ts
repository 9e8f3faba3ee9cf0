import type { ReadError, WriteError } from "@effect-connectors/core/ApiError"
import type { StartedCall } from "@effect-connectors/core/Call"
import type { Execution } from "@effect-connectors/core/Job"
import { InvalidRequest } from "@effect-connectors/core/InvalidRequest"
import type { JobRef } from "@effect-connectors/core/JobRef"
import { isNotDone } from "@effect-connectors/core/Ledger"
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import type { Failure } from "../../DurableJob.js"

/**
 * What a send came to, and so what its row becomes.
 *
 * @internal
 */
export type SendResult =
  | { readonly _tag: "Accepted"; readonly job: JobRef }
  | { readonly _tag: "Completed"; readonly value: unknown }
  /** It was refused: it was not done. */
  | { readonly _tag: "Refused"; readonly failure: Failure }
  /** It may have been done. */
  | { readonly _tag: "Unknown"; readonly failure: Failure | undefined }
  /** It was not done, and is sent again. */
  | { readonly _tag: "NotDone"; readonly failure: Failure | undefined; readonly waitMillis: number }

type SendError = ReadError | WriteError

const notDone = (failure?: SendError): SendResult => ({
  _tag: "NotDone",
  failure,
  waitMillis:
    failure !== undefined && "retryAfter" in failure && failure.retryAfter !== undefined
      ? Duration.toMillis(failure.retryAfter)
      : 0
})

// proved not to have been done, and likely to be done later
const isWorthRepeating = (error: SendError): boolean =>
  error.retryable ||
  // no credentials could be had
  (error._tag === "Unauthorized" && error.status === 0) ||
  error._tag === "NotSent" ||
  error._tag === "RateLimited" ||
  error._tag === "DeadlineExceeded"

const ofError = (error: SendError, isRead: boolean): SendResult => {
  // a read changes nothing, whatever became of it
  if (!isRead && !isNotDone(error)) return { _tag: "Unknown", failure: error }
  return isWorthRepeating(error) ? notDone(error) : { _tag: "Refused", failure: error }
}

const broken = new InvalidRequest({
  operation: "DurableJobs",
  issues: [{ path: ["work"], message: "the client broke on it before anything was sent; the log says how" }]
})

/**
 * What the end of an execution proves. `writes` are its calls that change something.
 *
 * @internal
 */
export const resultOf = (exit: Exit.Exit<Execution, SendError>, writes: ReadonlyArray<StartedCall>): SendResult => {
  if (Exit.isSuccess(exit)) return exit.value
  const error = Cause.failureOption(exit.cause)
  if (Option.isSome(error)) return ofError(error.value, writes.length === 0)
  // an interruption, or a defect
  if (writes.some((write) => write.mayHaveHappened())) return { _tag: "Unknown", failure: undefined }
  return Cause.isInterrupted(exit.cause) ? notDone() : { _tag: "Refused", failure: broken }
}
