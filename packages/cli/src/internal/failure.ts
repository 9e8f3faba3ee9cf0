/**
 * Every way a command can fail, and the exit code of each.
 */
import type { ApiError } from "@effect-connectors/core/ApiError"
import type { BosaError } from "@effect-connectors/core/BosaError"
import type { StartedCall } from "@effect-connectors/core/Call"
import type { FileError } from "@effect-connectors/core/ConnectorFile"
import type { JobError } from "@effect-connectors/core/JobError"
import type * as LedgerError from "@effect-connectors/core/LedgerError"
import type { InvalidOptions } from "@effect-connectors/node/NodeConnectors"
import type { DigestMismatch, FileUnreadable, FileUnsaved } from "@effect-connectors/node/NodeFile"
import type { LedgerFileRefused } from "@effect-connectors/node/NodeLedger"
import type { ClientClosed } from "@effect-connectors/node/PromiseClient"
import type { SkillNotWritten } from "@effect-connectors/node/NodeSkills"
import type { TokenFileRefused } from "@effect-connectors/node/NodeTokenStore"
import * as Data from "effect/Data"
import * as Match from "effect/Match"
import type { OutputError } from "./shell.js"

/** The command, an input or a setting is wrong; nothing was sent. */
export class UsageError extends Data.TaggedError("UsageError")<{ readonly message: string }> {}

/** What was generated differs from what the tenant has. The differences are on stdout. */
export class TypesDrifted extends Data.TaggedError("TypesDrifted")<{ readonly message: string }> {}

/** A program that this one runs has ended with a code of its own, and said why. */
export class ChildEnded extends Data.TaggedError("ChildEnded")<{ readonly code: number; readonly message: string }> {}

export type Failure =
  | ApiError
  | JobError
  | BosaError
  | FileError
  | LedgerError.SubmissionUnknown
  | LedgerError.AlreadyDone
  | LedgerError.KeyReused
  | LedgerError.SubmissionNotDone
  | LedgerError.LedgerFailed
  | InvalidOptions
  | FileUnreadable
  | FileUnsaved
  | DigestMismatch
  | SkillNotWritten
  | TokenFileRefused
  | LedgerFileRefused
  | UsageError
  | TypesDrifted
  | ChildEnded
  | ClientClosed
  | OutputError

/** The exit codes, in the order of their numbers. */
export const exitCodes = {
  done: { code: 0, means: "The command did what it was to do, or the reader of its output had enough, as `head` has." },
  defect: { code: 1, means: "A bug of `connectors`." },
  usage: { code: 2, means: "The command, an input, a profile or a setting is wrong. Nothing was sent." },
  refused: { code: 3, means: "The server refused or failed, or its response is not what was promised." },
  notFound: { code: 4, means: "The server does not know the connection, action, job or other thing." },
  unauthorized: {
    code: 5,
    means: "The server does not accept the credentials, or the user has not linked the connector."
  },
  jobFailed: { code: 6, means: "The job failed, or was cancelled on the server." },
  unknown: { code: 7, means: "The work may have been done. Look at the server before you repeat the command." },
  unreachable: { code: 8, means: "No response from the server. Nothing was done: you may repeat the command." },
  deadline: { code: 9, means: "`--deadline` passed." },
  drifted: { code: 10, means: "The generated types are not what the tenant has." },
  interrupted: { code: 130, means: "Interrupted with Ctrl-C." }
} as const

type Outcome = keyof typeof exitCodes

/** The last call of the command. */
type LastCall = Pick<StartedCall, "isWrite" | "mayHaveHappened">

/** Whether the command may have changed something. */
export const mayHaveChanged = (call: LastCall | undefined): boolean =>
  call !== undefined && call.isWrite && call.mayHaveHappened()

const afterCall = (error: ApiError, call: LastCall | undefined): Outcome =>
  "job" in error && error.job !== undefined ? "refused" : mayHaveChanged(call) ? "unknown" : "refused"

const fileCodes = /^CONTENT_ENCODING_/

type Rows = {
  readonly [Tag in Failure["_tag"]]: (failure: Extract<Failure, { readonly _tag: Tag }>) => Outcome | number
}

/** What each failure is to a script. A tag that is added to the library and has no row here does not compile. */
const rows = (call: LastCall | undefined): Rows => ({
  UsageError: () => "usage",
  InvalidRequest: () => "usage",
  InvalidOptions: () => "usage",
  FileUnreadable: () => "usage",
  FileUnsaved: () => "usage",
  SkillNotWritten: () => "usage",
  TokenFileRefused: () => "usage",
  LedgerFileRefused: () => "usage",
  LedgerFailed: () => "usage",
  KeyReused: () => "usage",
  FileError: ({ code }) => (fileCodes.test(code) ? "refused" : "usage"),
  Forbidden: () => "refused",
  RateLimited: () => "refused",
  ApiRejected: () => "refused",
  ServerFailed: (error) => afterCall(error, call),
  UnexpectedRedirect: () => "refused",
  UnexpectedBody: (error) => (error.reason === "ended" ? "unknown" : afterCall(error, call)),
  PaginationLoop: () => "refused",
  SkillRejected: () => "refused",
  DigestMismatch: () => "refused",
  AlreadyDone: () => "refused",
  NotFound: () => "notFound",
  JobNotFound: ({ seen }) => (seen ? "unknown" : "notFound"),
  Unauthorized: () => "unauthorized",
  IntegrationRequired: () => "unauthorized",
  JobFailed: () => "jobFailed",
  JobCancelled: () => "jobFailed",
  OutcomeUnknown: () => "unknown",
  SubmissionUnknown: () => "unknown",
  Unreachable: () => "unreachable",
  NotSent: () => "unreachable",
  SubmissionNotDone: () => "unreachable",
  DeadlineExceeded: () => "deadline",
  JobDeadlineExceeded: () => "deadline",
  TypesDrifted: () => "drifted",
  // no command uses a Promise client
  ClientClosed: () => "defect",
  OutputClosed: () => "done",
  OutputFailed: () => (mayHaveChanged(call) ? "unknown" : "usage"),
  ChildEnded: ({ code }) => code
})

/** The tags that have a row. */
export const tags: ReadonlyArray<string> = Object.keys(rows(undefined))

/** The exit code of a failure. A change that may have been done before the failure is `unknown`, whatever its end. */
export const exitCodeOf = (failure: Failure, call: LastCall | undefined): number => {
  const outcome =
    "mayHaveHappened" in failure && failure.mayHaveHappened === true ? "unknown" : Match.valueTags(failure, rows(call))
  return typeof outcome === "number" ? outcome : exitCodes[outcome].code
}
