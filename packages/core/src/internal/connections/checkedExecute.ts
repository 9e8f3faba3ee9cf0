import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { NotSent, type ReadError, type WriteError } from "../../ApiError.js"
import * as Call from "../../Call.js"
import type { ActionBody, ActionExecuteOptions } from "../../ConnectionHandle.js"
import { InvalidRequest } from "../../InvalidRequest.js"
import type { Execution } from "../../Job.js"
import type { Field } from "../../Records.js"
import { fieldsOf } from "../data/fields.js"
import { bind } from "../http/bind.js"
import type { RequestPipeline } from "../http/call.js"
import { markBeforeSending } from "../http/errorDetails.js"
import * as sharedDeadline from "../http/sharedDeadline.js"
import * as ReadCache from "../runtime/readCache.js"
import { endpoints } from "./endpoints.js"
import type { Client } from "./execute.js"
import { inputIssues } from "./inputCheck.js"

/**
 * Whether and by what inputs are checked.
 *
 * @internal
 */
export interface InputChecks {
  /** For calls that do not say. */
  readonly byDefault: boolean
  /** How long declared inputs are used. */
  readonly ttlMillis: number
  /** The client's own, for each call. */
  readonly deadline: Duration.Duration | undefined
}

type Execute = (
  slug: string,
  action: string,
  body?: ActionBody,
  options?: ActionExecuteOptions
) => Effect.Effect<Execution, WriteError>

const { execute, inputs } = endpoints.actions

// neither a slug nor a name that is sent holds it
const separator = "\u0000"

const keyOf = (slug: string, action: string): string => `${slug}${separator}${action}`

// a server without codes says that an input is not known in its text alone
const isAboutInputs = (error: WriteError): boolean =>
  error._tag === "ApiRejected" &&
  (error.status === 400 || error.status === 422) &&
  (error.serverCode === undefined || /INPUT|FIELD|PARAM|ARGUMENT|VALIDATION|SCHEMA/i.test(error.serverCode))

/**
 * The execute of saved actions. Where inputs are checked, the declared ones are read first, once for all callers; where
 * they are not, nothing is added to the call.
 *
 * @internal
 */
export const make = (pipeline: RequestPipeline, client: Client, checks: InputChecks): Execute => {
  const run: Execute = bind(pipeline, client, execute)
  const read = bind(pipeline, client, inputs)
  const cache = ReadCache.make((key): Effect.Effect<ReadonlyArray<Field>, ReadError> => {
    const [slug = "", action = ""] = key.split(separator)
    // a caller's own settings are not those of all who share the response
    return Effect.provideService(read(slug, action), Call.Settings, {})
  })

  // the change was not sent: a read without a response says so by its tag, and every other error as it is
  const unread = (
    error: ReadError,
    place: ReadonlyArray<string>
  ): Exclude<WriteError, { readonly _tag: "OutcomeUnknown" }> =>
    markBeforeSending(
      error._tag === "Unreachable"
        ? new NotSent({
            ...sharedDeadline.calledAs(execute, pipeline.base, place),
            attempts: 0,
            retryable: true,
            code: error.code,
            detail: "The inputs of the action could not be read, which `checkInputs` does first"
          })
        : error
    )

  const declared = (slug: string, action: string, maxAgeMillis: number) =>
    Effect.mapError(
      sharedDeadline.bounded(
        sharedDeadline.calledAs(inputs, pipeline.base, [slug, action]),
        cache.within(keyOf(slug, action), maxAgeMillis)
      ),
      (error) => unread(error, [slug, action])
    )

  const checked: Execute = (slug, action, body, options) => {
    const given = execute.input(slug, action, body, options)
    // what is wrong already is refused without a read
    if ((given.issues ?? []).length > 0) return run(slug, action, body, options)
    const input = fieldsOf(given.body)["input"] ?? {}
    const refused = (fields: ReadonlyArray<Field>) => inputIssues(action, fields, input)
    const called = Effect.gen(function* () {
      const issues = refused(yield* declared(slug, action, checks.ttlMillis))
      // an input that is not known may have come since they were read
      const stillWrong =
        issues.length === 0
          ? issues
          : refused(yield* declared(slug, action, Math.min(ReadCache.freshMillis, checks.ttlMillis)))
      if (stillWrong.length > 0) return yield* new InvalidRequest({ operation: execute.name, issues: stillWrong })
      return yield* Effect.tapError(run(slug, action, body, options), (error) =>
        Effect.sync(() => {
          if (isAboutInputs(error)) cache.forget(keyOf(slug, action))
        })
      )
    })
    return sharedDeadline.within(checks, called)
  }

  return (slug, action, body, options) =>
    (options?.checkInputs ?? checks.byDefault) ? checked(slug, action, body, options) : run(slug, action, body, options)
}
