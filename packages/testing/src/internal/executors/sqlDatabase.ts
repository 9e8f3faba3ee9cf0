import * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import { ExecutorFailure } from "../../Executor.js"
import type { Statement } from "./sqlStatement.js"

/** The result of one statement. Rows are arrays: two columns may have the same name. */
export interface Result {
  readonly command: string
  readonly columns: ReadonlyArray<{ readonly name: string; readonly type: number }>
  readonly rows: ReadonlyArray<ReadonlyArray<unknown>>
  readonly rowCount: number
}

export interface Session {
  /** One statement with its values. */
  readonly run: (statement: Statement) => Promise<Result>
  /** Any number of statements without values; gives the result of the last one. */
  readonly script: (sql: string) => Promise<Result>
}

export type Work<A> = (session: Session) => Promise<A>

export interface Database {
  /**
   * Runs work with a session of its own. A transaction that is left open is rolled back. Work that takes longer than the
   * limit is stopped, and a session that it broke is replaced; both are failures.
   */
  readonly use: <A>(work: Work<A>) => Effect.Effect<A, ExecutorFailure>
}

export const emptyResult: Result = { command: "", columns: [], rows: [], rowCount: 0 }

const codeOf = (error: unknown): string =>
  Predicate.hasProperty(error, "code") && typeof error.code === "string" ? error.code : ""

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** Classes of SQLSTATE that are failures of the server, not of the statement. `08P01` is values that do not fit the statement. */
const serverFailure = /^(?:08(?!P01)|53|57|58|XX)/

export const failureOf = (error: unknown): ExecutorFailure => {
  const code = codeOf(error)
  const message = messageOf(error)
  if (/^[0-9A-Z]{5}$/.test(code)) {
    return new ExecutorFailure({ status: serverFailure.test(code) ? 500 : 400, code, message })
  }
  return /^E[A-Z]+$/.test(code)
    ? new ExecutorFailure({ status: 502, code: "DATABASE_UNREACHABLE", message: `${code}: ${message}` })
    : new ExecutorFailure({ status: 400, code: "INVALID_PARAMETERS", message })
}

/** The failure of work that took too long. */
export const limitFailure = (limit: Duration.Duration, then: string): ExecutorFailure =>
  new ExecutorFailure({
    status: 422,
    code: "STATEMENT_LIMIT",
    message:
      `the SQL ran longer than the limit of ${Duration.format(limit)} and was stopped. ${then}. ` +
      "Give the emulator a larger statementLimit, --statement-limit"
  })

/** The failure of work that broke its session. */
export const brokenFailure = (reason: string, then: string): ExecutorFailure =>
  new ExecutorFailure({
    status: 500,
    code: "SESSION_BROKEN",
    message: `the session of the database broke (${reason}) and was replaced. ${then}`
  })

/** How work ended. */
export type WorkOutcome<A> =
  | { readonly _tag: "Done"; readonly value: A }
  | { readonly _tag: "Failed"; readonly error: unknown }
  /** Whatever the session answered, it does not count. */
  | { readonly _tag: "Broken"; readonly error: unknown }

/** Runs work, and leaves its transaction. `isWhole` does that, and says whether the session still works. */
export const workOutcome = async <A>(
  session: Session,
  work: Work<A>,
  isWhole: (session: Session) => Promise<boolean>
): Promise<WorkOutcome<A>> => {
  const ended = await work(session).then(
    (value): WorkOutcome<A> => ({ _tag: "Done", value }),
    (error: unknown): WorkOutcome<A> => ({ _tag: "Failed", error })
  )
  try {
    if (await isWhole(session)) return ended
    return { _tag: "Broken", error: ended._tag === "Done" ? "it no longer answers" : ended.error }
  } catch (error) {
    return { _tag: "Broken", error: ended._tag === "Done" ? error : ended.error }
  }
}

export const unavailable = (message: string) =>
  new ExecutorFailure({ status: 501, code: "DATABASE_UNAVAILABLE", message })

const isRow = (row: unknown): row is ReadonlyArray<unknown> => Array.isArray(row)

export const fromClient = (result: {
  readonly command?: string | undefined
  readonly fields: ReadonlyArray<{ readonly name: string; readonly dataTypeID: number }>
  readonly rows: ReadonlyArray<unknown>
  readonly rowCount?: number | null | undefined
}): Result => ({
  command: result.command ?? "",
  columns: result.fields.map((field) => ({ name: field.name, type: field.dataTypeID })),
  rows: result.rows.filter(isRow),
  rowCount: result.rowCount ?? result.rows.length
})
