import * as ExactJson from "@effect-connectors/core/ExactJson"
import { JobState } from "@effect-connectors/core/JobProtocol"
import { JobRef } from "@effect-connectors/core/JobRef"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { StoreFailed } from "../../DurableError.js"
import { DurableJob, Failure } from "../../DurableJob.js"
import { Work } from "../../Work.js"
import type { JobRow } from "../store/jobStore.js"

const encodedRef = Schema.encodeSync(JobRef)
const encodedState = Schema.encodeSync(JobState)
const encodedFailure = Schema.encodeSync(Failure)

const workOf = Schema.decodeUnknownOption(Work)
const refOf = Schema.decodeUnknownOption(JobRef)
const stateOf = Schema.decodeUnknownOption(JobState)
const failureOf = Schema.decodeUnknownOption(Failure)

/**
 * JSON of what a server gave. What has no form in JSON, such as a file, is `null`.
 *
 * @internal
 */
export const writeValue = (value: unknown): string => {
  try {
    return ExactJson.stringify(value) ?? "null"
  } catch {
    return "null"
  }
}

/** @internal */
export const writeRef = (ref: JobRef): string => JSON.stringify(encodedRef(ref))

/** @internal */
export const writeState = (state: JobState): string => JSON.stringify(encodedState(state))

/** @internal */
export const writeFailure = (failure: Failure): string => JSON.stringify(encodedFailure(failure))

/** @internal */
export const readWork = (text: string): Option.Option<Work> => Option.flatMap(ExactJson.parse(text), workOf)

/** @internal */
export const readRef = (text: string): Option.Option<JobRef> => Option.flatMap(ExactJson.parse(text), refOf)

// a part that is there but cannot be read makes the whole unreadable
const part = <A>(text: string | null, read: (text: string) => Option.Option<A>): Option.Option<A | undefined> =>
  text === null ? Option.some(undefined) : read(text)

const isSuccess = ({ state }: JobRow): boolean => state === "succeeded"

const partsOf = (row: JobRow) =>
  Option.all({
    // what becomes of it is there to read all the same
    work: Option.some(row.work === null ? undefined : Option.getOrUndefined(readWork(row.work))),
    ref: part(row.ref, readRef),
    progress: part(row.progress, (text) => Option.flatMap(ExactJson.parse(text), stateOf)),
    value: part(isSuccess(row) ? row.outcome : null, ExactJson.parse),
    failure: part(isSuccess(row) ? null : row.outcome, (text) => Option.flatMap(ExactJson.parse(text), failureOf))
  })

const corrupt = new StoreFailed({ step: "read", code: "CORRUPT" })

/**
 * A row as its reader sees it. `StoreFailed` when somebody else wrote it.
 *
 * @internal
 */
export const jobOf = (row: JobRow): Effect.Effect<DurableJob, StoreFailed> =>
  Option.match(partsOf(row), {
    onNone: () => Effect.fail(corrupt),
    onSome: (parts) =>
      Effect.succeed(
        new DurableJob(
          {
            ...parts,
            key: row.key,
            state: row.state,
            version: row.version,
            createdAt: row.createdAt,
            updatedAt: row.updatedAt
          },
          // each part was decoded just now, and a check of the whole compiles its schema every time
          { disableValidation: true }
        )
      )
  })
