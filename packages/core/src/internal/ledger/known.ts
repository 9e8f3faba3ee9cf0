import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Accepted, Completed, type Execution } from "../../Job.js"
import { AlreadyDone, KeyReused } from "../../LedgerError.js"
import type * as Journal from "../../LedgerJournal.js"
import { parse } from "../data/json.js"
import { writeJson } from "../data/writeJson.js"
import { completedWith, holdsResult } from "../jobs/finalValue.js"

// a larger value is a document, and belongs in a store for documents
const maxValueLength = 65_536

/** A value as a journal keeps it. */
type Kept = Pick<Journal.Done, "value" | "valueText" | "isResult">

const nothing: Kept = {}

const textOf = Option.liftThrowable((json: unknown) => writeJson(json))

const holdsBigint = (value: unknown): boolean => {
  if (typeof value === "bigint") return true
  return typeof value === "object" && value !== null && Object.values(value).some(holdsBigint)
}

/**
 * A value as it is kept, if it is. A bigint is kept in a text: journals write their entries as JSON.
 *
 * @internal
 */
export const keptOf = <A, I>(execution: Completed<A>, schema: Schema.Schema<A, I> | undefined): Kept => {
  if (schema === undefined) return nothing
  const encoded = Schema.encodeOption(schema)(execution.value)
  const text = Option.getOrUndefined(Option.flatMap(encoded, textOf))
  if (text === undefined || text.length > maxValueLength) return nothing
  const kept = holdsBigint(Option.getOrUndefined(encoded)) ? { valueText: text } : { value: JSON.parse(text) }
  return holdsResult(execution) ? { ...kept, isResult: true } : kept
}

const valueIn = ({ value, valueText }: Kept): unknown => {
  const parsed = valueText === undefined ? undefined : parse(valueText, "bigint")
  return parsed?._tag === "Value" ? parsed.value : value
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
  const value = valueIn(entry)
  if (schema === undefined || value === undefined) return Effect.fail(already)
  return Option.match(Schema.decodeUnknownOption(schema)(value), {
    onNone: () => Effect.fail(already),
    onSome: (value) => Effect.succeed(entry.isResult === true ? completedWith(value) : Completed(value))
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
  entry: Journal.Entry,
  submitted: Submitted,
  digest: string | undefined
): KeyReused | undefined => {
  const { connection, digest: known, intendedAt, key, operation } = entry
  return digest === undefined || known === undefined || digest === known
    ? undefined
    : new KeyReused({
        key,
        operation: submitted.operation,
        connection: submitted.connection,
        digest,
        known: { operation, connection, digest: known, intendedAt, ...endOf(entry) }
      })
}

const endOf = (entry: Journal.Entry): Partial<KeyReused["known"]> => {
  if (entry._tag === "Done") return { doneAt: entry.doneAt }
  return entry._tag === "Accepted" && entry.failedAt !== undefined ? { job: entry.job, failedAt: entry.failedAt } : {}
}
