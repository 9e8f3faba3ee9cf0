import { BosaApi } from "@effect-connectors/core/BosaApi"
import { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import { JobRef } from "@effect-connectors/core/JobRef"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Redacted from "effect/Redacted"
import type { Law } from "../../Law.js"
import type { WireRequest } from "../../Wire.js"
import { courseOf, paced, submitted } from "./following.js"
import { listening, type Output, Outputs } from "./outputs.js"
import { renderings } from "./renderings.js"
import { law, type Trail } from "./evidence.js"

/** What a program that does much and goes wrong in many ways gets to see: its errors, and all else. */
interface Seen {
  readonly error: Array<unknown>
  readonly event: Array<unknown>
}

const run = <A, E, R>(seen: Seen, call: Effect.Effect<A, E, R>): Effect.Effect<void, never, R> =>
  Effect.map(Effect.exit(call), (exit) => {
    if (Exit.isSuccess(exit)) seen.event.push(exit.value)
    else seen.error.push(exit.cause, ...exitErrors(exit))
  })

const exitErrors = (exit: Exit.Failure<unknown, unknown>): ReadonlyArray<unknown> =>
  exit.cause._tag === "Fail" ? [exit.cause.error] : []

const isTelling = (secret: string): boolean => secret.length >= 4

interface Leak {
  readonly place: string
  readonly text: string
}

const leaksIn = (outputs: ReadonlyArray<Output>, secrets: ReadonlyArray<string>): ReadonlyArray<Leak> =>
  outputs.flatMap(({ place, value }) =>
    renderings(value)
      .filter((text) => secrets.some((secret) => text.includes(secret)))
      .map((text) => ({ place, text }))
  )

const carries = ({ headers }: WireRequest, secrets: ReadonlyArray<string>): boolean =>
  Object.values(Redacted.value(headers)).some((value) => secrets.some((secret) => value.includes(secret)))

/** That none of the secrets is in what was put out, and that they were used: else nothing is shown by it. */
const keptSecret = Effect.fnUntraced(function* (trail: Trail, { error, event }: Seen) {
  const secrets = trail.target.secrets.map((secret) => Redacted.value(secret)).filter(isTelling)
  if (secrets.length === 0) return yield* trail.skipped("the target names no secrets of four characters or more")
  const sent = yield* trail.sentIfSeen
  yield* trail.hold(
    sent.length === 0 || sent.some((request) => carries(request, secrets)),
    "no request carried any of the secrets: the target has to name those that the implementation uses"
  )
  const heard = yield* Outputs
  const leaks = leaksIn(
    [...(heard ?? []), { place: "an error", value: error }, { place: "an event", value: event }],
    secrets
  )
  const places = Array.from(new Set(leaks.map(({ place }) => place)))
  const shortest = leaks.reduce((least, { text }) => (text.length < least.length ? text : least), leaks[0]?.text ?? "")
  yield* trail.hold(leaks.length === 0, `a secret is shown in ${places.join(", ")}: ${shortest.slice(0, 500)}`)
})

/** Listens to a program unless somebody does already. */
const heard = <A, E, R>(program: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.flatMap(Outputs, (sink) => (sink === undefined ? listening(program) : program))

const secrets = law(
  "secrets: Connections shows none",
  "No credential is in any error, event, reference, log line or span, however it is printed.",
  Effect.fnUntraced(
    function* (trail) {
      const { actions, get, jobs, list } = yield* ConnectionsApi
      const { connection, fails, missing, quick, refusals, works } = trail.target
      const seen: Seen = { error: [], event: [] }
      yield* run(seen, list())
      yield* run(seen, get(missing))
      yield* run(seen, get(""))
      if (quick !== undefined) yield* run(seen, actions.execute(connection, quick, { input: { n: NaN } }))
      yield* Effect.forEach(refusals, ({ action }) =>
        run(seen, actions.execute(connection, action, { input: {} }, { retry: "none" }))
      )
      if (works !== undefined) {
        const job = yield* submitted(trail, works)
        seen.event.push(job, JobRef.encode(job))
        seen.event.push(...(yield* courseOf(trail, jobs.watch(job, paced(trail)))).events)
        yield* run(seen, jobs.result({ ...JobRef.encode(job), origin: "https://elsewhere.invalid" }))
      }
      if (fails !== undefined) yield* run(seen, jobs.result(yield* submitted(trail, fails), paced(trail)))
      yield* keptSecret(trail, seen)
    },
    (effect) => heard(effect)
  )
)

const connectorSecrets = law(
  "secrets: BOSA shows none",
  "No credential is in any error, page, log line or span, however it is printed.",
  Effect.fnUntraced(
    function* (trail) {
      const bosa = yield* BosaApi
      const { connector, connectorRefusals, echo, refused } = trail.target
      const seen: Seen = { error: [], event: [] }
      yield* run(seen, bosa.connectors)
      if (echo !== undefined) yield* run(seen, bosa.run(connector, echo.action, echo.input))
      if (refused !== undefined) yield* run(seen, bosa.run(connector, refused.action, refused.input))
      yield* Effect.forEach(connectorRefusals, ({ action }) => run(seen, bosa.execute(connector, action)))
      yield* keptSecret(trail, seen)
    },
    (effect) => heard(effect)
  )
)

/** That Connections keeps secrets. @internal */
export const secretLaws: ReadonlyArray<Law<ConnectionsApi>> = [secrets]

/** That BOSA keeps secrets. @internal */
export const connectorSecretLaws: ReadonlyArray<Law<BosaApi>> = [connectorSecrets]
