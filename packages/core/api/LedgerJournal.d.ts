import type { JobRef } from "./JobRef.js"
import type { LedgerFailed } from "./LedgerError.js"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type * as Schema from "effect/Schema"

export declare const Intended: Schema.TaggedStruct<
  "Intended",
  {
    key: typeof Schema.String
    operation: Schema.optional<typeof Schema.String>
    connection: Schema.optional<typeof Schema.String>
    digest: Schema.optional<typeof Schema.String>
    intendedAt: typeof Schema.Number
  }
>
export type Intended = typeof Intended.Type
export declare const Accepted: Schema.TaggedStruct<
  "Accepted",
  {
    key: typeof Schema.String
    operation: Schema.optional<typeof Schema.String>
    connection: Schema.optional<typeof Schema.String>
    digest: Schema.optional<typeof Schema.String>
    intendedAt: typeof Schema.Number
    job: typeof JobRef
    acceptedAt: typeof Schema.Number
    failedAt: Schema.optional<typeof Schema.Number>
  }
>
export type Accepted = typeof Accepted.Type
export declare const Done: Schema.TaggedStruct<
  "Done",
  {
    key: typeof Schema.String
    operation: Schema.optional<typeof Schema.String>
    connection: Schema.optional<typeof Schema.String>
    digest: Schema.optional<typeof Schema.String>
    intendedAt: typeof Schema.Number
    job: Schema.optional<typeof JobRef>
    doneAt: typeof Schema.Number
    value: Schema.optional<typeof Schema.Unknown>
    valueText: Schema.optional<typeof Schema.String>
    isResult: Schema.optional<typeof Schema.Boolean>
  }
>
export type Done = typeof Done.Type
export declare const Entry: Schema.Union<
  [
    Schema.TaggedStruct<
      "Intended",
      {
        key: typeof Schema.String
        operation: Schema.optional<typeof Schema.String>
        connection: Schema.optional<typeof Schema.String>
        digest: Schema.optional<typeof Schema.String>
        intendedAt: typeof Schema.Number
      }
    >,
    Schema.TaggedStruct<
      "Accepted",
      {
        key: typeof Schema.String
        operation: Schema.optional<typeof Schema.String>
        connection: Schema.optional<typeof Schema.String>
        digest: Schema.optional<typeof Schema.String>
        intendedAt: typeof Schema.Number
        job: typeof JobRef
        acceptedAt: typeof Schema.Number
        failedAt: Schema.optional<typeof Schema.Number>
      }
    >,
    Schema.TaggedStruct<
      "Done",
      {
        key: typeof Schema.String
        operation: Schema.optional<typeof Schema.String>
        connection: Schema.optional<typeof Schema.String>
        digest: Schema.optional<typeof Schema.String>
        intendedAt: typeof Schema.Number
        job: Schema.optional<typeof JobRef>
        doneAt: typeof Schema.Number
        value: Schema.optional<typeof Schema.Unknown>
        valueText: Schema.optional<typeof Schema.String>
        isResult: Schema.optional<typeof Schema.Boolean>
      }
    >
  ]
>
export type Entry = typeof Entry.Type
export type Encoded = typeof Entry.Encoded
export declare const encode: (entry: Entry) => Encoded
export declare const decode: (encoded: unknown) => Option.Option<Entry>
export interface LedgerJournal {
  readonly get: (key: string) => Effect.Effect<Option.Option<Entry>, LedgerFailed>
  readonly put: (entry: Entry) => Effect.Effect<void, LedgerFailed>
  readonly remove: (key: string) => Effect.Effect<void, LedgerFailed>
  readonly pending: Effect.Effect<ReadonlyArray<Intended | Accepted>, LedgerFailed>
  readonly stillHeld?: Effect.Effect<void, LedgerFailed> | undefined
}
export declare const isPending: (entry: Entry) => entry is Intended | Accepted
