import type { InvalidRequest } from "@effect-connectors/core/InvalidRequest"
import * as Data from "effect/Data"
import * as Match from "effect/Match"
import type { DurableError, StoreFailed } from "../../DurableError.js"

/**
 * The command or an input is wrong; nothing was read or written.
 *
 * @internal
 */
export class UsageError extends Data.TaggedError("UsageError")<{ readonly message: string }> {}

/**
 * The reader of stdout is gone, such as `head`.
 *
 * @internal
 */
export class OutputClosed extends Data.TaggedError("OutputClosed")<{ readonly message: string }> {}

/**
 * What was written could not be kept, such as on a disk that is full.
 *
 * @internal
 */
export class OutputFailed extends Data.TaggedError("OutputFailed")<{
  readonly message: string
  /** Whether it is about a change that was made: a script must not repeat it. */
  readonly isChanged: boolean
}> {}

/** @internal */
export type OutputError = OutputClosed | OutputFailed

/**
 * Rows that something else wrote are left out of a list.
 *
 * @internal
 */
export class RowsUnreadable extends Data.TaggedError("RowsUnreadable")<{ readonly message: string }> {}

/**
 * Whoever was asked did not say yes.
 *
 * @internal
 */
export class NotConfirmed extends Data.TaggedError("NotConfirmed")<{ readonly message: string }> {}

/** @internal */
export type CommandError = DurableError | InvalidRequest | UsageError | OutputError | RowsUnreadable | NotConfirmed

/**
 * Those of `connectors` that this command has.
 *
 * @internal
 */
export const exitCodes = {
  done: 0,
  defect: 1,
  usage: 2,
  refused: 3,
  notFound: 4,
  unauthorized: 5,
  unknown: 7,
  unreachable: 8,
  interrupted: 130
} as const

type Outcome = keyof typeof exitCodes

const ofStore: ReadonlyMap<string | undefined, Outcome> = new Map<string | undefined, Outcome>([
  ["DRIVER_MISSING", "usage"],
  ["NO_TABLES", "usage"],
  ["IN_USE", "unreachable"],
  ["CORRUPT", "refused"],
  ["3D000", "usage"],
  ["28P01", "unauthorized"],
  ["28000", "unauthorized"],
  ["42501", "refused"],
  ["ENOENT", "usage"],
  ["ENOTDIR", "usage"],
  ["EISDIR", "usage"],
  ["EACCES", "usage"],
  ["SQLITE_NOTADB", "usage"]
])

const storeOutcome = ({ code, step }: StoreFailed): Outcome =>
  ofStore.get(code) ?? (step === "write" ? "unknown" : "unreachable")

// a tag that is added and has no row here does not compile
const outcomeOf = Match.typeTags<CommandError>()({
  UsageError: () => "usage" as const,
  InvalidRequest: () => "usage" as const,
  WorkKeyReused: () => "usage" as const,
  WorkNotFound: () => "notFound" as const,
  WorkNotUnknown: () => "refused" as const,
  WorkUnknown: () => "unknown" as const,
  StoreFailed: storeOutcome,
  OutputClosed: () => "done" as const,
  OutputFailed: ({ isChanged }) => (isChanged ? ("unknown" as const) : ("usage" as const)),
  RowsUnreadable: () => "refused" as const,
  NotConfirmed: () => "interrupted" as const
})

/**
 * The exit code of a failure.
 *
 * @internal
 */
export const exitCodeOf = (error: CommandError): number => exitCodes[outcomeOf(error)]
