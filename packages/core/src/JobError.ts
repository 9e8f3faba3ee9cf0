/**
 * Every way a job can end without its result, each with the job's reference.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import { coded, said } from "./internal/http/errorMessage.js"
import { JsonDuration } from "./internal/http/jsonDuration.js"
import { shownText } from "./internal/data/serverText.js"
import { reportedJobError } from "./internal/http/errorDetails.js"
import { JobRef } from "./JobRef.js"

const followed = {
  job: JobRef,
  /** The server's word for the state. */
  word: Schema.optional(Schema.String),
  /** The server's own code for what went wrong, when it gives one. */
  serverCode: Schema.optional(Schema.String),
  /** What the server says of it in its own words, as for the errors of calls. */
  serverReason: Schema.optional(Schema.String)
}

const which = (ref: JobRef): string =>
  `job ${shownText("name", ref.jobId)} (${ref.operation}${
    ref.connection === undefined ? "" : ` on ${shownText("name", ref.connection)}`
  })`

/**
 * The job ended in failure. `error` is what the server said of it.
 *
 * @since 0.1.0
 * @category errors
 */
export class JobFailed extends Schema.TaggedError<JobFailed>("@effect-connectors/core/ApiError/JobFailed")(
  "JobFailed",
  followed
) {
  /** The job ran and failed: to repeat it is to submit it again. */
  readonly retryable = false
  /** What the server reports as the job's error. */
  get error(): unknown {
    return reportedJobError(this)
  }
  /** What happened and what to do. */
  override get message(): string {
    return `${which(this.job)} failed${coded(this.serverCode)}${this.word === undefined ? "" : `: the server calls it "${shownText("word", this.word)}"`}.${said(this.serverReason)} ${
      this.serverReason === undefined ? "What it reports" : "All that it reports"
    } is in \`error\``
  }
}

/**
 * The job was cancelled on the server.
 *
 * @since 0.1.0
 * @category errors
 */
export class JobCancelled extends Schema.TaggedError<JobCancelled>("@effect-connectors/core/ApiError/JobCancelled")(
  "JobCancelled",
  followed
) {
  /** To repeat it is to submit it again. */
  readonly retryable = false
  /** What the server reports as the job's error. */
  get error(): unknown {
    return reportedJobError(this)
  }
  /** What happened and what to do. */
  override get message(): string {
    return `${which(this.job)} was cancelled on the server${this.serverReason === undefined ? "" : `.${said(this.serverReason)}`}`
  }
}

/**
 * The server knows no such job, past the time a new one may take to show (`seen`: it was known before).
 *
 * @since 0.1.0
 * @category errors
 */
export class JobNotFound extends Schema.TaggedError<JobNotFound>("@effect-connectors/core/ApiError/JobNotFound")(
  "JobNotFound",
  {
    job: JobRef,
    seen: Schema.Boolean,
    status: Schema.Finite,
    /** What the server says of it in its own words, as for the errors of calls. */
    serverReason: Schema.optional(Schema.String)
  }
) {
  /** How it ended is unknown. */
  readonly retryable = false
  /** What happened and what to do. */
  override get message(): string {
    return this.seen
      ? `${which(this.job)} is gone: the server knew it and does not any more (${this.status}).${said(this.serverReason)} How it ended is unknown`
      : `${which(this.job)} is not known to the server (${this.status}).${said(this.serverReason)} Check that this is the tenant it was submitted to`
  }
}

/**
 * The wait for a job reached its deadline. The job is not known to have failed:
 * it can be watched again with the same reference.
 *
 * @since 0.1.0
 * @category errors
 */
export class JobDeadlineExceeded extends Schema.TaggedError<JobDeadlineExceeded>(
  "@effect-connectors/core/ApiError/JobDeadlineExceeded"
)("JobDeadlineExceeded", {
  job: JobRef,
  deadline: JsonDuration,
  polls: Schema.Finite,
  word: Schema.optional(Schema.String)
}) {
  /** Watching the same job again is safe. */
  readonly retryable = true
  /** What happened and what to do. */
  override get message(): string {
    return `${which(this.job)} was not at its end within ${Duration.format(this.deadline)} (${this.polls} polls${
      this.word === undefined ? "" : `, last "${shownText("word", this.word)}"`
    }). It may still be running: watch it again with this reference`
  }
}

/**
 * How a job can end without its result.
 *
 * @since 0.1.0
 * @category models
 */
export type JobError = JobFailed | JobCancelled | JobNotFound | JobDeadlineExceeded

/**
 * The schema of every {@link JobError}. What the server reports of the job (`error`) is not part of it.
 *
 * @since 0.5.0
 * @category schemas
 */
export const JobError = Schema.Union(JobFailed, JobCancelled, JobNotFound, JobDeadlineExceeded)
