import { BosaApi } from "@effect-connectors/core/BosaApi"
import { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import { JobRef } from "@effect-connectors/core/JobRef"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Redacted from "effect/Redacted"
import type { Law } from "../../Law.js"
import type { WireRequest } from "../../Wire.js"
import { watchToEnd, pollOptions, submitJob } from "./watchJob.js"
import { captureOutputs, type Output, CapturedOutputs } from "./outputs.js"
import { renderings } from "./renderings.js"
import { law, type Transcript } from "./transcript.js"

/** What a program observes: its errors, and its values. */
interface Observed {
  readonly error: Array<unknown>
  readonly event: Array<unknown>
}

const runAndObserve = <A, E, R>(observed: Observed, call: Effect.Effect<A, E, R>): Effect.Effect<void, never, R> =>
  Effect.map(Effect.exit(call), (exit) => {
    if (Exit.isSuccess(exit)) observed.event.push(exit.value)
    else observed.error.push(exit.cause, ...exitErrors(exit))
  })

const exitErrors = (exit: Exit.Failure<unknown, unknown>): ReadonlyArray<unknown> =>
  exit.cause._tag === "Fail" ? [exit.cause.error] : []

const isLongEnough = (secret: string): boolean => secret.length >= 4

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

/** Checks that no output has a secret, and that requests carried the secrets: without that the check proves nothing. */
const ensureNoLeak = Effect.fnUntraced(function* (transcript: Transcript, { error, event }: Observed) {
  const secrets = transcript.target.secrets.map((secret) => Redacted.value(secret)).filter(isLongEnough)
  if (secrets.length === 0) return yield* transcript.skipped("the target has no secrets of four characters or more")
  const sent = yield* transcript.sentIfObserved
  yield* transcript.ensure(
    sent.length === 0 || sent.some((request) => carries(request, secrets)),
    "no request carried a secret of the target: name the secrets that the implementation uses"
  )
  const outputs = yield* CapturedOutputs
  const leaks = leaksIn(
    [...(outputs ?? []), { place: "an error", value: error }, { place: "an event", value: event }],
    secrets
  )
  const places = Array.from(new Set(leaks.map(({ place }) => place)))
  const shortest = leaks.reduce((least, { text }) => (text.length < least.length ? text : least), leaks[0]?.text ?? "")
  yield* transcript.ensure(leaks.length === 0, `a secret is in ${places.join(", ")}: ${shortest.slice(0, 500)}`)
})

/** Captures the output of a program, unless it is captured already. */
const withCapture = <A, E, R>(program: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.flatMap(CapturedOutputs, (sink) => (sink === undefined ? captureOutputs(program) : program))

const secrets = law(
  "secrets: Connections leaks none",
  "No credential is in any error, event, reference, log line or span, however it is printed.",
  Effect.fnUntraced(
    function* (transcript) {
      const { actions, get, jobs, list } = yield* ConnectionsApi
      const { connection, fails, missing, quick, refusals, works } = transcript.target
      const observed: Observed = { error: [], event: [] }
      yield* runAndObserve(observed, list())
      yield* runAndObserve(observed, get(missing))
      yield* runAndObserve(observed, get(""))
      if (quick !== undefined) yield* runAndObserve(observed, actions.execute(connection, quick, { input: { n: NaN } }))
      yield* Effect.forEach(refusals, ({ action }) =>
        runAndObserve(observed, actions.execute(connection, action, { input: {} }, { retry: "none" }))
      )
      if (works !== undefined) {
        const job = yield* submitJob(transcript, works)
        observed.event.push(job, JobRef.encode(job))
        observed.event.push(...(yield* watchToEnd(transcript, jobs.watch(job, pollOptions(transcript)))).events)
        yield* runAndObserve(observed, jobs.result({ ...JobRef.encode(job), origin: "https://elsewhere.invalid" }))
      }
      if (fails !== undefined)
        yield* runAndObserve(observed, jobs.result(yield* submitJob(transcript, fails), pollOptions(transcript)))
      yield* ensureNoLeak(transcript, observed)
    },
    (effect) => withCapture(effect)
  )
)

const connectorSecrets = law(
  "secrets: BOSA leaks none",
  "No credential is in any error, page, log line or span, however it is printed.",
  Effect.fnUntraced(
    function* (transcript) {
      const bosa = yield* BosaApi
      const { connector, connectorRefusals, echo, refused } = transcript.target
      const observed: Observed = { error: [], event: [] }
      yield* runAndObserve(observed, bosa.connectors)
      if (echo !== undefined) yield* runAndObserve(observed, bosa.run(connector, echo.action, echo.input))
      if (refused !== undefined) yield* runAndObserve(observed, bosa.run(connector, refused.action, refused.input))
      yield* Effect.forEach(connectorRefusals, ({ action }) => runAndObserve(observed, bosa.execute(connector, action)))
      yield* ensureNoLeak(transcript, observed)
    },
    (effect) => withCapture(effect)
  )
)

/** The laws about secrets of Connections. @internal */
export const secretLaws: ReadonlyArray<Law<ConnectionsApi>> = [secrets]

/** The laws about secrets of BOSA. @internal */
export const connectorSecretLaws: ReadonlyArray<Law<BosaApi>> = [connectorSecrets]
