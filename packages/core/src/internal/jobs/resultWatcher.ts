import * as Cause from "effect/Cause"
import * as Exit from "effect/Exit"
import type { JobState } from "../../JobProtocol.js"
import type { JobRef } from "../../JobRef.js"
import { fromEither } from "../runtime/fromResult.js"
import { interrupted } from "../runtime/interruption.js"
import * as JobTrace from "./jobTrace.js"
import type { ResultError, ResultsState } from "./resultsState.js"
import { type End, Watcher, type WatchTerms } from "./tracker/watcher.js"

/**
 * How an execute failed: as its result, or for all of the stream where it is no error.
 *
 * @internal
 */
export const deliverFailure = <XE, E>(
  state: ResultsState<XE, E>,
  index: number,
  job: JobRef | undefined,
  cause: Cause.Cause<ResultError<XE>>
): void => {
  const failure = fromEither(Cause.failureOrCause(cause))
  if (failure._tag === "Success") state.stop(failure.success)
  else state.deliver({ index, job, outcome: Exit.fail(failure.failure) })
}

/**
 * What a job of a stream of results costs while it waits: this object, its reference and its entry in the tracker.
 *
 * @internal
 */
export class ResultWatcher<XE, E> extends Watcher {
  /** Its neighbors in the list of its stream. */
  before: ResultWatcher<XE, E> | undefined = undefined
  after: ResultWatcher<XE, E> | undefined = undefined

  constructor(
    job: JobRef,
    terms: WatchTerms,
    trace: JobTrace.JobTrace | undefined,
    protected readonly state: ResultsState<XE, E>,
    protected readonly index: number
  ) {
    super(job, terms, trace)
  }

  override onEnd(end: End): void {
    const { index, ref: job, state } = this
    JobTrace.close(this.trace, end)
    state.forget(this)
    if (Exit.isSuccess(end)) state.deliver({ index, job, outcome: Exit.succeed(end.value.result) })
    else deliverFailure(state, index, job, end.cause)
  }

  /** The reader has left before the end. */
  abandoned(): void {
    JobTrace.close(this.trace, interrupted)
  }
}

/**
 * The same where the reader wants what happens before the end too.
 *
 * @internal
 */
export class ResultEventWatcher<XE, E> extends ResultWatcher<XE, E> {
  override onProgress(state: JobState): void {
    this.state.progressed(this.index, state)
  }
}
