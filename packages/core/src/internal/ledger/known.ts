import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Accepted, Completed, type Execution } from "../../Job.js"
import { AlreadyDone, KeyReused } from "../../LedgerError.js"
import type * as Journal from "../../LedgerJournal.js"

// a larger value is a document, and belongs in a store for documents
const maxValueLength = 65_536

/**
 * A value as it is kept, if it is.
 *
 * @internal
 */
export const valueOf = <A, I>(value: A, schema: Schema.Schema<A, I> | undefined): unknown => {
  if (schema === undefined) return undefined
  const encoded = Schema.encodeOption(schema)(value)
  if (Option.isNone(encoded)) return undefined
  const text = Option.getOrUndefined(
    Option.liftThrowable((json: unknown): string | undefined => JSON.stringify(json))(encoded.value)
  )
  const kept: unknown = text === undefined || text.length > maxValueLength ? undefined : JSON.parse(text)
  return kept
}

/**
 * What is known of work that is done or became a job.
 *
 * @internal
 */
export const knownOf = <A, I>(
  entry: Journal.Accepted | Journal.Done,
  schema: Schema.Schema<A, I> | undefined
): Effect.Effect<Execution<A>, AlreadyDone> => {
  const { connection, key, operation } = entry
  if (entry._tag === "Accepted") return Effect.succeed(Accepted(entry.job))
  const already = new AlreadyDone({ key, operation, connection, doneAt: entry.doneAt, job: entry.job })
  if (schema === undefined || entry.value === undefined) return Effect.fail(already)
  return Option.match(Schema.decodeUnknownOption(schema)(entry.value), {
    onNone: () => Effect.fail(already),
    onSome: (value) => Effect.succeed(Completed(value))
  })
}

/** A submit, as far as its work is compared. */
interface Submitted {
  readonly operation?: string | undefined
  readonly connection?: string | undefined
}

/**
 * The error of a key that has other work already; nothing where one of the two does not say what its work is.
 *
 * @internal
 */
export const reuseOf = (
  { connection, digest: known, intendedAt, key, operation }: Journal.Entry,
  submitted: Submitted,
  digest: string | undefined
): KeyReused | undefined =>
  digest === undefined || known === undefined || digest === known
    ? undefined
    : new KeyReused({
        key,
        operation: submitted.operation,
        connection: submitted.connection,
        digest,
        known: { operation, connection, digest: known, intendedAt }
      })
