/**
 * What a ledger of submissions writes down, and where: an interface that any store can stand behind.
 *
 * @since 0.3.0
 */
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { JobRef } from "./JobRef.js"
import type { LedgerFailed } from "./LedgerError.js"

const submission = {
  /** The caller's name of the piece of work. */
  key: Schema.String,
  /** The operation, when the caller named it. */
  operation: Schema.optional(Schema.String),
  /** The connection, when the caller named it. */
  connection: Schema.optional(Schema.String),
  /** SHA-256 of its operation, connection and input, when the caller gave an input. */
  digest: Schema.optional(Schema.String),
  /** When it was about to be sent: epoch milliseconds. */
  intendedAt: Schema.Number
}

/**
 * It is about to be sent, or may have been: its outcome is unknown.
 *
 * @since 0.3.0
 * @category models
 */
export const Intended = Schema.TaggedStruct("Intended", submission)

/**
 * It is about to be sent, or may have been: its outcome is unknown.
 *
 * @since 0.3.0
 * @category models
 */
export type Intended = typeof Intended.Type

/**
 * The server made it a job.
 *
 * @since 0.3.0
 * @category models
 */
export const Accepted = Schema.TaggedStruct("Accepted", {
  ...submission,
  job: JobRef,
  /** When the response came: epoch milliseconds. */
  acceptedAt: Schema.Number,
  /** When its job was seen to have failed: epoch milliseconds. */
  failedAt: Schema.optional(Schema.Number)
})

/**
 * The server made it a job.
 *
 * @since 0.3.0
 * @category models
 */
export type Accepted = typeof Accepted.Type

/**
 * It is done: at once, or finished by the caller.
 *
 * @since 0.3.0
 * @category models
 */
export const Done = Schema.TaggedStruct("Done", {
  ...submission,
  job: Schema.optional(JobRef),
  /** When its end was written down: epoch milliseconds. */
  doneAt: Schema.Number,
  /** Its value as JSON, where the caller had it kept. */
  value: Schema.optional(Schema.Unknown),
  /** The same as a text of JSON, where it holds a bigint: then `value` is not there. */
  valueText: Schema.optional(Schema.String),
  /** The value is the result itself, as a verifier gave it, and not the body of a response that holds the result. */
  isResult: Schema.optional(Schema.Boolean)
})

/**
 * It is done: at once, or finished by the caller.
 *
 * @since 0.3.0
 * @category models
 */
export type Done = typeof Done.Type

/**
 * What is known of one piece of work. It holds no credential, no input (a digest of it at most), and no result unless the
 * caller gave a schema for it.
 *
 * @since 0.3.0
 * @category models
 */
export const Entry = Schema.Union(Intended, Accepted, Done)

/**
 * What is known of one piece of work.
 *
 * @since 0.3.0
 * @category models
 */
export type Entry = typeof Entry.Type

/**
 * An entry as plain JSON.
 *
 * @since 0.3.0
 * @category models
 */
export type Encoded = typeof Entry.Encoded

/**
 * An entry as plain JSON.
 *
 * @since 0.3.0
 * @category encoding
 */
export const encode: (entry: Entry) => Encoded = Schema.encodeSync(Entry)

const decodeEntry = Schema.decodeUnknownOption(Entry)

/**
 * Reads what {@link encode} gave; nothing when it is not that.
 *
 * @since 0.3.0
 * @category decoding
 */
export const decode = (encoded: unknown): Option.Option<Entry> => decodeEntry(encoded)

/**
 * Where entries are kept, by their keys. It belongs to one ledger of one process at a time. A change that succeeded
 * must be there after a crash: a submit is sent because it did.
 *
 * @since 0.3.0
 * @category models
 */
export interface LedgerJournal {
  readonly get: (key: string) => Effect.Effect<Option.Option<Entry>, LedgerFailed>
  /** Takes the place of what was there for the key. */
  readonly put: (entry: Entry) => Effect.Effect<void, LedgerFailed>
  readonly remove: (key: string) => Effect.Effect<void, LedgerFailed>
  /** Every entry that is not `Done`. */
  readonly pending: Effect.Effect<ReadonlyArray<Intended | Accepted>, LedgerFailed>
  /**
   * Whether this process still has the journal. It runs before each request of a submit leaves that changes something;
   * when it fails, nothing more is sent. A journal that only this process can reach needs none.
   */
  readonly stillHeld?: Effect.Effect<void, LedgerFailed> | undefined
}

/**
 * Whether an entry is one that {@link LedgerJournal.pending} has.
 *
 * @since 0.3.0
 * @category guards
 */
export const isPending = (entry: Entry): entry is Intended | Accepted => entry._tag !== "Done"
