import { BosaApi } from "@effect-connectors/core/BosaApi"
import { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import { JobRef } from "@effect-connectors/core/JobRef"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import type { Law } from "../../Law.js"
import { pollOptions, submitJob } from "./watchJob.js"
import { law, type Transcript } from "./transcript.js"

/** The tags of all errors of calls and jobs of both platforms. */
const knownTags: ReadonlySet<string> = new Set([
  "InvalidRequest",
  "Unauthorized",
  "Forbidden",
  "NotFound",
  "RateLimited",
  "ApiRejected",
  "ServerFailed",
  "UnexpectedRedirect",
  "UnexpectedBody",
  "Unreachable",
  "NotSent",
  "OutcomeUnknown",
  "DeadlineExceeded",
  "JobFailed",
  "JobCancelled",
  "JobNotFound",
  "JobDeadlineExceeded",
  "PaginationLoop",
  "IntegrationRequired",
  "SkillRejected"
])

const tags: Readonly<Record<number, string>> = {
  401: "Unauthorized",
  403: "Forbidden",
  404: "NotFound",
  429: "RateLimited"
}

const tagFor = (status: number): string => tags[status] ?? (status < 500 ? "ApiRejected" : "ServerFailed")

/** Checks that a call fails with the expected error. */
const failsWith = Effect.fnUntraced(function* <A, E, R>(
  transcript: Transcript,
  what: string,
  call: Effect.Effect<A, E, R>,
  tag: string,
  status?: number
) {
  const exit = yield* Effect.exit(call)
  if (Exit.isSuccess(exit)) return yield* transcript.broken(`${what} succeeded, and should fail as ${tag}`)
  const error: unknown = Option.getOrUndefined(Cause.failureOption(exit.cause))
  if (error === undefined)
    return yield* transcript.broken(`${what} died, and no response may cause that: ${Cause.pretty(exit.cause)}`)
  const found = Predicate.hasProperty(error, "_tag") ? String(error._tag) : "an error without a tag"
  yield* transcript.note(`${what}: ${found}`)
  yield* transcript.ensure(knownTags.has(found), `${what} ended as ${found}, which is not one of the known errors`)
  yield* transcript.ensure(found === tag, `${what} ended as ${found}, and not as ${tag}`)
  const reported = Predicate.hasProperty(error, "status") ? error.status : undefined
  yield* transcript.ensure(
    status === undefined || reported === status,
    `${what} reports the status ${String(reported)}, and not ${status}`
  )
})

/** Checks that a call is refused before it is sent. Reads that find out whether it is valid are allowed. */
const refusedUnsent = Effect.fnUntraced(function* <A, E, R>(
  transcript: Transcript,
  what: string,
  call: Effect.Effect<A, E, R>
) {
  const changes = Effect.map(transcript.sentIfObserved, (sent) => sent.filter(({ method }) => method !== "GET").length)
  const before = yield* changes
  yield* failsWith(transcript, what, call, "InvalidRequest")
  yield* transcript.ensure((yield* changes) === before, `${what} was refused, but was sent`)
})

const refusals = law(
  "errors: Connections errors are typed",
  "A response outside of 2xx is the error for its status, and the error reports the status.",
  Effect.fnUntraced(function* (transcript) {
    const { actions, get } = yield* ConnectionsApi
    const { connection, missing, refusals } = transcript.target
    yield* failsWith(transcript, `the connection ${missing}`, get(missing), "NotFound", 404)
    yield* Effect.forEach(refusals, ({ action, status }) =>
      failsWith(
        transcript,
        action,
        actions.execute(connection, action, { input: {} }, { retry: "none" }),
        tagFor(status),
        status
      )
    )
  })
)

const badInput = law(
  "errors: invalid input is not sent",
  "An invalid slug, input or reference is InvalidRequest, and no request is sent.",
  Effect.fnUntraced(function* (transcript) {
    const { actions, get, jobs } = yield* ConnectionsApi
    const { connection, quick, works } = transcript.target
    yield* refusedUnsent(transcript, "an empty slug", get(""))
    if (quick !== undefined) {
      yield* refusedUnsent(transcript, "a NaN", actions.execute(connection, quick, { input: { n: NaN } }))
    }
    if (works === undefined) return
    const ref = JobRef.encode(yield* submitJob(transcript, works))
    const before = (yield* transcript.sentIfObserved).length
    yield* failsWith(
      transcript,
      "a reference to another origin",
      jobs.result({ ...ref, origin: "https://elsewhere.invalid" }),
      "InvalidRequest"
    )
    const after = (yield* transcript.sentIfObserved).length
    yield* transcript.ensure(after === before, "a reference to another origin was sent")
  })
)

const failedJob = law(
  "errors: job failures are typed",
  "A failed job and an unknown job end as typed errors, not as defects.",
  Effect.fnUntraced(function* (transcript) {
    const { jobs } = yield* ConnectionsApi
    const fails = yield* transcript.requires(transcript.target.fails, "action whose job fails (`fails`)")
    yield* failsWith(
      transcript,
      fails.action,
      jobs.result(yield* submitJob(transcript, fails), pollOptions(transcript)),
      "JobFailed"
    )
    yield* failsWith(transcript, "an unknown job", jobs.get("laws-no-such-job"), "NotFound", 404)
  })
)

const connectorRefusals = law(
  "errors: BOSA errors are typed",
  "An action's response outside of 2xx is the error for its status, and the error reports the status.",
  Effect.fnUntraced(function* (transcript) {
    const bosa = yield* BosaApi
    const { connector, connectorRefusals } = transcript.target
    yield* transcript.requires(connectorRefusals[0], "action that is refused (`connectorRefusals`)")
    yield* Effect.forEach(connectorRefusals, ({ action, status }) =>
      failsWith(transcript, action, bosa.execute(connector, action), tagFor(status), status)
    )
  })
)

const badParameters = law(
  "errors: invalid parameters are not sent",
  "Parameters that do not match the schema are InvalidRequest, and the action is not sent.",
  Effect.fnUntraced(function* (transcript) {
    const bosa = yield* BosaApi
    const { connector, refused } = transcript.target
    const { action, input } = yield* transcript.requires(refused, "action with invalid parameters (`refused`)")
    yield* refusedUnsent(transcript, "invalid parameters", bosa.run(connector, action, input))
  })
)

/** The laws about errors of Connections. @internal */
export const errorLaws: ReadonlyArray<Law<ConnectionsApi>> = [refusals, badInput, failedJob]

/** The laws about errors of BOSA. @internal */
export const connectorErrorLaws: ReadonlyArray<Law<BosaApi>> = [connectorRefusals, badParameters]
