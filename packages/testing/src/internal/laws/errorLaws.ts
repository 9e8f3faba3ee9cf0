import { BosaApi } from "@effect-connectors/core/BosaApi"
import { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import { JobRef } from "@effect-connectors/core/JobRef"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import type { Law } from "../../Law.js"
import { paced, submitted } from "./following.js"
import { law, type Trail } from "./evidence.js"

/** Every way that a call or a job of either platform can end without its value. */
const closedList: ReadonlySet<string> = new Set([
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

/** That a call fails with one error: of the closed list, and this one. */
const failsWith = Effect.fnUntraced(function* <A, E, R>(
  trail: Trail,
  what: string,
  call: Effect.Effect<A, E, R>,
  tag: string,
  status?: number
) {
  const exit = yield* Effect.exit(call)
  if (Exit.isSuccess(exit)) return yield* trail.broken(`${what} ended well, and not as ${tag}`)
  const error: unknown = Option.getOrUndefined(Cause.failureOption(exit.cause))
  if (error === undefined)
    return yield* trail.broken(`${what} died, which no answer may cause: ${Cause.pretty(exit.cause)}`)
  const found = Predicate.hasProperty(error, "_tag") ? String(error._tag) : "an error without a tag"
  yield* trail.note(`${what}: ${found}`)
  yield* trail.hold(closedList.has(found), `${what} ended as ${found}, which is not among the errors there are`)
  yield* trail.hold(found === tag, `${what} ended as ${found}, and not as ${tag}`)
  const told = Predicate.hasProperty(error, "status") ? error.status : undefined
  yield* trail.hold(
    status === undefined || told === status,
    `${what} tells the status ${String(told)}, and not ${status}`
  )
})

/** That a call is refused before anything of it has left, but for reads that find out whether it may. */
const refusedUnsent = Effect.fnUntraced(function* <A, E, R>(trail: Trail, what: string, call: Effect.Effect<A, E, R>) {
  const changes = Effect.map(trail.sentIfSeen, (sent) => sent.filter(({ method }) => method !== "GET").length)
  const before = yield* changes
  yield* failsWith(trail, what, call, "InvalidRequest")
  yield* trail.hold((yield* changes) === before, `${what} was refused, and had been sent`)
})

const refusals = law(
  "errors: Connections' are typed",
  "An answer outside of 2xx is the one error of the closed list that its status stands for, and tells the status.",
  Effect.fnUntraced(function* (trail) {
    const { actions, get } = yield* ConnectionsApi
    const { connection, missing, refusals } = trail.target
    yield* failsWith(trail, `the connection ${missing}`, get(missing), "NotFound", 404)
    yield* Effect.forEach(refusals, ({ action, status }) =>
      failsWith(
        trail,
        action,
        actions.execute(connection, action, { input: {} }, { retry: "none" }),
        tagFor(status),
        status
      )
    )
  })
)

const badInput = law(
  "errors: what cannot be is not sent",
  "A slug, an input or a reference that cannot be is InvalidRequest, and nothing leaves.",
  Effect.fnUntraced(function* (trail) {
    const { actions, get, jobs } = yield* ConnectionsApi
    const { connection, quick, works } = trail.target
    yield* refusedUnsent(trail, "an empty slug", get(""))
    if (quick !== undefined) {
      yield* refusedUnsent(trail, "a NaN", actions.execute(connection, quick, { input: { n: NaN } }))
    }
    if (works === undefined) return
    const ref = JobRef.encode(yield* submitted(trail, works))
    const before = (yield* trail.sentIfSeen).length
    yield* failsWith(
      trail,
      "a reference to another origin",
      jobs.result({ ...ref, origin: "https://elsewhere.invalid" }),
      "InvalidRequest"
    )
    const after = (yield* trail.sentIfSeen).length
    yield* trail.hold(after === before, "a reference to another origin made the client ask")
  })
)

const failedJob = law(
  "errors: a job's are values of the type",
  "A job that fails, and one that nobody knows, end as typed errors and not as defects.",
  Effect.fnUntraced(function* (trail) {
    const { jobs } = yield* ConnectionsApi
    const fails = yield* trail.given(trail.target.fails, "action whose job fails (`fails`)")
    yield* failsWith(trail, fails.action, jobs.result(yield* submitted(trail, fails), paced(trail)), "JobFailed")
    yield* failsWith(trail, "a job that nobody knows", jobs.get("laws-no-such-job"), "NotFound", 404)
  })
)

const connectorRefusals = law(
  "errors: BOSA's are typed",
  "An action's answer outside of 2xx is the one error of the closed list that its status stands for, and tells the status.",
  Effect.fnUntraced(function* (trail) {
    const bosa = yield* BosaApi
    const { connector, connectorRefusals } = trail.target
    yield* trail.given(connectorRefusals[0], "action that is refused (`connectorRefusals`)")
    yield* Effect.forEach(connectorRefusals, ({ action, status }) =>
      failsWith(trail, action, bosa.execute(connector, action), tagFor(status), status)
    )
  })
)

const badParameters = law(
  "errors: parameters that do not fit are not sent",
  "Parameters that discovery refuses are InvalidRequest, and the action is not sent.",
  Effect.fnUntraced(function* (trail) {
    const bosa = yield* BosaApi
    const { connector, refused } = trail.target
    const { action, input } = yield* trail.given(refused, "action with parameters that do not fit (`refused`)")
    yield* refusedUnsent(trail, "parameters that do not fit", bosa.run(connector, action, input))
  })
)

/** The laws of Connections' errors. @internal */
export const errorLaws: ReadonlyArray<Law<ConnectionsApi>> = [refusals, badInput, failedJob]

/** The laws of BOSA's errors. @internal */
export const connectorErrorLaws: ReadonlyArray<Law<BosaApi>> = [connectorRefusals, badParameters]
