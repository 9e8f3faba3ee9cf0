import { SqlError } from "@effect/sql/SqlError"
import * as Predicate from "effect/Predicate"
import { StoreFailed } from "../../DurableError.js"

/** Short and in capitals, as SQLSTATE, `SQLITE_BUSY` and `ECONNREFUSED` are: it cannot hold a value or an address. */
const codePattern = /^[A-Z0-9_]{1,40}$/

/**
 * The code of what a database or its driver failed with, where it has one.
 *
 * @internal
 */
export const codeOf = (error: unknown): string | undefined => {
  const cause = error instanceof SqlError || Predicate.isTagged(error, "MigrationError") ? causeOf(error) : error
  if (cause instanceof SqlError) return codeOf(cause)
  const code = Predicate.hasProperty(cause, "code") ? cause.code : undefined
  return typeof code === "string" && codePattern.test(code) ? code : undefined
}

const causeOf = (error: unknown): unknown => (Predicate.hasProperty(error, "cause") ? error.cause : undefined)

/**
 * What a database or its driver failed with, as the error that may leave this package: of all that it says only the code
 * is kept, as the rest can hold values, SQL and addresses with a password.
 *
 * @internal
 */
export const storeFailed =
  (step: StoreFailed["step"], database: NonNullable<StoreFailed["database"]>) =>
  (error: unknown): StoreFailed => {
    if (error instanceof StoreFailed) return error
    const code = codeOf(error)
    return new StoreFailed({ step, database, ...(code === undefined ? {} : { code }) })
  }
