/**
 * A piece of durable work as it stands now.
 *
 * @since 0.5.0
 */
import { ReadError, WriteError } from "@effect-connectors/core/ApiError"
import { JobError } from "@effect-connectors/core/JobError"
import { JobState } from "@effect-connectors/core/JobProtocol"
import { JobRef } from "@effect-connectors/core/JobRef"
import * as Schema from "effect/Schema"
import { Work } from "./Work.js"

/**
 * Where a piece of work stands:
 *
 * | state | meaning | open |
 * | --- | --- | --- |
 * | `new` | nothing was sent; a runner will | yes |
 * | `intended` | it is about to be sent, or on its way | yes |
 * | `accepted` | the server made it a job, which is followed | yes |
 * | `unknown` | it may have been done, or may still be: nobody can know without looking at the server | yes |
 * | `succeeded` | it is done, and its value is here | no |
 * | `failed` | it was refused, or its job failed: it was not done, or the server says that it failed | no |
 * | `cancelled` | its job was cancelled on the server | no |
 *
 * @since 0.5.0
 * @category schemas
 */
export const State = Schema.Literal("new", "intended", "accepted", "unknown", "succeeded", "failed", "cancelled")

/**
 * See the schema of the same name.
 *
 * @since 0.5.0
 * @category models
 */
export type State = typeof State.Type

/**
 * Why work failed, was cancelled or is of unknown outcome.
 *
 * @since 0.5.0
 * @category schemas
 */
export const Failure = Schema.Union(WriteError, ReadError, JobError)

/**
 * See the schema of the same name.
 *
 * @since 0.5.0
 * @category models
 */
export type Failure = typeof Failure.Type

/**
 * A piece of work as it stands now. Its JSON is what the database keeps.
 *
 * @since 0.5.0
 * @category models
 */
export class DurableJob extends Schema.Class<DurableJob>("@effect-connectors/durable/DurableJob")({
  key: Schema.String,
  state: State,
  /**
   * Absent for a job that was not submitted here, see `DurableJobs.follow`, once it was pruned, and where a newer version of
   * this package wrote it in a way that this one does not know.
   */
  work: Schema.optional(Work),
  /** The reference of its job. */
  ref: Schema.optional(JobRef),
  /** What the last poll found. */
  progress: Schema.optional(JobState),
  /** The result of work that succeeded. */
  value: Schema.optional(Schema.Unknown),
  /** Why it failed, was cancelled or is unknown. */
  failure: Schema.optional(Failure),
  /** Counts the changes. */
  version: Schema.Int,
  /** Epoch milliseconds, on the database's clock. */
  createdAt: Schema.Finite,
  /** When it came to its state: epoch milliseconds, on the database's clock. */
  updatedAt: Schema.Finite
}) {}
