/**
 * A reference to a job that is plain JSON without secrets, so that another
 * process can go on with it.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import { InvalidRequest } from "./InvalidRequest.js"

const Segment = Schema.String.pipe(Schema.minLength(1), Schema.maxLength(512))

/**
 * What is needed to find a job again: the platform, the origin it was
 * submitted to, the job's id. Times are epoch milliseconds.
 *
 * The origin is checked against the client's own before anything is sent, so
 * that a forged reference cannot make a client send its credentials elsewhere.
 *
 * @example
 * ```ts
 * import { JobRef } from "@effect-connectors/core"
 * import * as Effect from "effect/Effect"
 *
 * const save = (ref: JobRef): string => JSON.stringify(JobRef.encode(ref))
 * const load = (text: string) => Effect.flatMap(Effect.try(() => JSON.parse(text)), JobRef.decode)
 * export const both = { save, load }
 * ```
 *
 * @since 0.1.0
 * @category models
 */
export class JobRef extends Schema.Class<JobRef>("@effect-connectors/core/JobRef")({
  v: Schema.Literal(1),
  api: Schema.Literal("connections"),
  /** The base URL it was submitted to: its origin, and its path if it has one. */
  origin: Schema.String,
  jobId: Segment,
  operation: Schema.String,
  connection: Schema.optional(Schema.String),
  submittedAt: Schema.Finite,
  requestId: Schema.optional(Schema.String),
  /**
   * When the wait for it ends: the `deadline` that it was submitted under. Whoever goes on with the job without a `deadline`
   * option of its own keeps it; one that has passed is not kept.
   */
  deadlineAt: Schema.optional(Schema.Finite)
}) {
  /**
   * The reference as plain JSON.
   *
   * @since 0.1.0
   */
  static encode(ref: JobRef): JobRef.Encoded {
    return encodeRef(ref)
  }

  /**
   * Reads a reference back; `InvalidRequest` names what is wrong with it.
   *
   * @since 0.1.0
   */
  static decode(input: unknown): Effect.Effect<JobRef, InvalidRequest> {
    return Effect.mapError(decodeRef(input), invalidRef)
  }
}

/**
 * The types of {@link JobRef}.
 *
 * @since 0.1.0
 * @category models
 */
export declare namespace JobRef {
  /**
   * A reference as plain JSON, see {@link JobRef.encode}.
   *
   * @since 0.1.0
   * @category models
   */
  export type Encoded = Schema.Schema.Encoded<typeof JobRef>
}

const encodeRef = Schema.encodeSync(JobRef)
const decodeRef = Schema.decodeUnknown(JobRef, { errors: "all" })

const fixes: Record<string, string> = {
  v: "this release reads version 1; update the package that reads it",
  api: "this reference belongs to another platform's client",
  jobId: "pass the reference exactly as JobRef.encode gave it"
}

// only paths are printed: the values of a stored reference belong to its owner
const invalidRef = (error: ParseResult.ParseError): InvalidRequest =>
  new InvalidRequest({
    operation: "JobRef.decode",
    issues: ParseResult.ArrayFormatter.formatErrorSync(error).map((issue) => ({
      path: issue.path.map(String),
      message: `not a job reference: ${issue.path.length === 0 ? "expected an object" : `"${issue.path.join(".")}" is missing or wrong`}`,
      fix: fixes[String(issue.path[0])] ?? "pass the reference exactly as JobRef.encode gave it"
    }))
  })
