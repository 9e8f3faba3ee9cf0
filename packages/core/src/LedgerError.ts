/**
 * Every way the ledger of submissions can refuse a submit.
 *
 * @since 0.3.0
 */
import * as DateTime from "effect/DateTime"
import * as Schema from "effect/Schema"
import { quoted } from "./internal/data/serverText.js"
import { JobRef } from "./JobRef.js"

const submission = {
  /** The caller's name of the piece of work. */
  key: Schema.String,
  /** The operation, when the caller named it. */
  operation: Schema.optional(Schema.String),
  /** The connection, when the caller named it. */
  connection: Schema.optional(Schema.String)
}

interface Submission {
  readonly key: string
  readonly operation?: string | undefined
  readonly connection?: string | undefined
}

const which = ({ connection, key, operation }: Submission): string => {
  const on = connection === undefined ? "" : ` on ${quoted(connection)}`
  return operation === undefined && connection === undefined
    ? quoted(key)
    : `${quoted(key)} (${operation === undefined ? "work" : quoted(operation)}${on})`
}

// a time out of range has no ISO form
const at = (millis: number): string =>
  Math.abs(millis) <= 8.64e15 ? DateTime.formatIso(DateTime.unsafeMake(millis)) : String(millis)

const verifierSaid = {
  failed: "The verifier was asked and failed (its error is in the log, as a warning)",
  cannotTell: "The verifier was asked and could not tell"
}

/**
 * This work was started before and its outcome was never written down: the program ended in between, it was interrupted,
 * or the response was lost. It may have happened, so it is not sent again. See what the server did; then
 * `Ledger.finish(key)` when it was done, or `Ledger.forget(key)` when it was not, which allows to send it again. The option
 * `verify` of submit does that by itself.
 *
 * @since 0.3.0
 * @category errors
 */
export class SubmissionUnknown extends Schema.TaggedError<SubmissionUnknown>(
  "@effect-connectors/core/LedgerError/SubmissionUnknown"
)("SubmissionUnknown", {
  ...submission,
  /** When it was about to be sent: epoch milliseconds. */
  intendedAt: Schema.Finite,
  /** What became of the question to the verifier of this submit, when it was asked. */
  verifier: Schema.optional(Schema.Literal("failed", "cannotTell"))
}) {
  /**
   * Submitting again sends nothing until `finish` or `forget`. With a verifier it asks again: see `Ledger.maySubmitAgain`.
   */
  readonly retryable = false
  /** What happened and what to do. */
  override get message(): string {
    const asked = this.verifier === undefined ? "" : ` ${verifierSaid[this.verifier]}: submit again to ask it again.`
    return `${which(this)} was about to be sent at ${at(this.intendedAt)}, and its outcome was never written down: it may have happened, so nothing was sent now.${asked} See what the server did; then call finish(key) if it was done, forget(key) if it was not`
  }
}

/**
 * This work is done, and its value was not kept (or does not fit the schema any more). Nothing was sent.
 *
 * @since 0.3.0
 * @category errors
 */
export class AlreadyDone extends Schema.TaggedError<AlreadyDone>("@effect-connectors/core/LedgerError/AlreadyDone")(
  "AlreadyDone",
  {
    ...submission,
    /** When its end was written down: epoch milliseconds. */
    doneAt: Schema.Finite,
    /** Its job, if it was one: the server may still know its result. */
    job: Schema.optional(JobRef)
  }
) {
  /** Submitting again gives the same error, until `finish` or `forget`. */
  readonly retryable = false
  /** What happened and what to do. */
  override get message(): string {
    const next =
      this.job === undefined
        ? "The option `value` of submit keeps the value of the next one"
        : `Its job was ${quoted(this.job.jobId)}, which the server may still know`
    return `${which(this)} was done at ${at(this.doneAt)}, and nothing was sent. ${next}; forget(key) allows to send it again`
  }
}

// enough of a digest to tell two apart
const digestStart = (digest: string): string => `input ${digest.slice(0, 12)}`

/**
 * This key names another piece of work: what was submitted under it had another operation, connection or input. Nothing
 * was sent.
 *
 * @since 0.5.0
 * @category errors
 */
export class KeyReused extends Schema.TaggedError<KeyReused>("@effect-connectors/core/LedgerError/KeyReused")(
  "KeyReused",
  {
    ...submission,
    /** SHA-256 of the operation, the connection and the input of this submit. */
    digest: Schema.String,
    /** What the ledger has under this key. */
    known: Schema.Struct({
      operation: Schema.optional(Schema.String),
      connection: Schema.optional(Schema.String),
      digest: Schema.String,
      /** When it was about to be sent: epoch milliseconds. */
      intendedAt: Schema.Finite,
      /** The job that failed, and when that was seen: epoch milliseconds. */
      job: Schema.optional(JobRef),
      failedAt: Schema.optional(Schema.Finite),
      /** When its end was written down: epoch milliseconds. */
      doneAt: Schema.optional(Schema.Finite)
    })
  }
) {
  /** Submitting again gives the same error, until `forget`; after a job that failed `resubmit: "failed"` submits it. */
  readonly retryable = false
  /** What happened and what to do. */
  override get message(): string {
    const { key, known } = this
    return `${which(this)} with ${digestStart(this.digest)} is not what was submitted under this key at ${at(known.intendedAt)}: ${which({ key, ...known })} with ${digestStart(known.digest)}. Nothing was sent. ${reuseHint(known)}`
  }
}

const reuseHint = ({ doneAt, failedAt, job }: KeyReused["known"]): string => {
  if (failedAt !== undefined) {
    const which = job === undefined ? "The job" : `The job ${quoted(job.jobId)}`
    return `${which} under this key has failed: if this is the same work, corrected, submit it with \`resubmit: "failed"\`, or call forget(key) first. Give other work another key`
  }
  return doneAt === undefined
    ? "One key is for one piece of work: give this one another key"
    : `What this key is for is done since ${at(doneAt)}: give this one another key, or call forget(key) if it takes its place`
}

/**
 * The response to this work was lost, and the verifier of the submit says that it was not done. Its key is free: submit it again.
 *
 * @since 0.5.0
 * @category errors
 */
export class SubmissionNotDone extends Schema.TaggedError<SubmissionNotDone>(
  "@effect-connectors/core/LedgerError/SubmissionNotDone"
)("SubmissionNotDone", {
  ...submission,
  /** When it was about to be sent: epoch milliseconds. */
  intendedAt: Schema.Finite
}) {
  /** Submitting again sends it. */
  readonly retryable = true
  /** What happened and what to do. */
  override get message(): string {
    return `${which(this)} was about to be sent at ${at(this.intendedAt)} and got no usable response. The verifier says that it was not done: its key is free, and another submit sends it`
  }
}

const permanentCodes: ReadonlySet<string> = new Set(["CORRUPT", "CLOSED", "TAKEN_OVER", "UNKNOWN_OPTION"])

const fixes: Readonly<Record<string, string>> = {
  TAKEN_OVER: "Another process has the ledger now: leave the work to it, or end it and open the ledger again",
  LEASE_ENDED: "This process stood still for the length of its lease: submit again",
  UNKNOWN_OPTION: "`layerStore` takes the option `prefix` and no other"
}

/**
 * The ledger could not be read or written. From a submit: nothing was sent. `code` is
 *
 * - `CORRUPT`: what is kept for the key is not an entry;
 * - `CLOSED`: the ledger's scope has ended;
 * - `TAKEN_OVER`: another process has the ledger now, since this one stood still for longer than its lease;
 * - `LEASE_ENDED`: the same may have happened, and this process could not make sure yet;
 * - `UNKNOWN_OPTION`: an option is not known;
 * - else that of the store, such as `ENOSPC`.
 *
 * @since 0.3.0
 * @category errors
 */
export class LedgerFailed extends Schema.TaggedError<LedgerFailed>("@effect-connectors/core/LedgerError/LedgerFailed")(
  "LedgerFailed",
  {
    step: Schema.Literal("open", "read", "write"),
    key: Schema.optional(Schema.String),
    code: Schema.String
  }
) {
  /** The same submit may be tried again, once the ledger can be written; what is damaged or another's stays so. */
  readonly retryable: boolean = !permanentCodes.has(this.code)
  /** What happened and what to do. */
  override get message(): string {
    const about = this.key === undefined ? "" : ` for ${quoted(this.key)}`
    const done = { open: "opened", read: "read", write: "written" }[this.step]
    return `the ledger could not be ${done}${about} (${this.code}), and nothing was sent. ${fixes[this.code] ?? "Mend the ledger's store, then submit again"}`
  }
}

/**
 * How the ledger can refuse any submit. `KeyReused` comes with `input`, `SubmissionNotDone` with `verify`.
 *
 * @since 0.3.0
 * @category models
 */
export type LedgerError = SubmissionUnknown | AlreadyDone | LedgerFailed
