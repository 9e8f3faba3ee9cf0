import { BosaApi } from "@effect-connectors/core/BosaApi"
import { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import type { Law } from "../../Law.js"
import { pollOptions, submitJob } from "./watchJob.js"
import { law, type Transcript } from "./transcript.js"

const changes = (transcript: Transcript) =>
  Effect.map(transcript.sent, (sent) => sent.filter(({ method }) => method !== "GET").length)

/** Checks that a call is sent once, however it ends. */
const ensureSentOnce = Effect.fnUntraced(function* <A, E, R>(
  transcript: Transcript,
  what: string,
  call: Effect.Effect<A, E, R>
) {
  const before = yield* changes(transcript)
  yield* transcript.note(what)
  yield* Effect.exit(call)
  const times = (yield* changes(transcript)) - before
  yield* transcript.ensure(times === 1, `${what} was sent ${times} times`)
})

const sentOnce = law(
  "once: a changing call is sent once",
  "An execute is sent once for each call, whether it completes at once, becomes a job, or is refused.",
  Effect.fnUntraced(function* (transcript) {
    const { actions, connection: handle, jobs } = yield* ConnectionsApi
    const { connection, quick, refusals, works } = transcript.target
    yield* transcript.requires(quick ?? works, "action that succeeds (`quick` or `works`)")
    if (quick !== undefined) {
      yield* ensureSentOnce(transcript, quick, actions.execute(connection, quick, { input: {} }))
      yield* ensureSentOnce(
        transcript,
        `${quick} of the handle`,
        handle(connection).actions.execute(quick, { input: {} })
      )
    }
    if (works !== undefined) {
      const followed = Effect.flatMap(submitJob(transcript, works), (job) => jobs.result(job, pollOptions(transcript)))
      yield* ensureSentOnce(transcript, works.action, followed)
    }
    const failing = refusals.filter(({ status }) => status >= 500)
    yield* Effect.forEach(failing, ({ action }) =>
      Effect.zipRight(
        ensureSentOnce(transcript, action, actions.execute(connection, action)),
        ensureSentOnce(transcript, `${action} of the handle`, handle(connection).actions.execute(action))
      )
    )
  })
)

const contentIn = (value: unknown): string | undefined => {
  const result = Predicate.hasProperty(value, "result") ? value.result : value
  return Predicate.hasProperty(result, "content") ? String(result.content) : undefined
}

const doneOnce = law(
  "once: a changing call runs once",
  "A line that is appended to a file is in it once.",
  Effect.fnUntraced(function* (transcript) {
    const { file, jobs } = yield* ConnectionsApi
    const { connection, path } = yield* transcript.requires(
      transcript.target.file,
      "file that may be appended to (`file`)"
    )
    const read = Effect.map(jobs.result(file.read(connection, { path })), contentIn)
    const before = yield* read
    if (before === undefined) return yield* transcript.broken(`${path} of ${connection} has no content`)
    yield* jobs.result(file.append(connection, { path, content: "a line of the laws\n" }))
    const after = yield* read
    const added = (after ?? "").slice(before.length).split("a line of the laws\n").length - 1
    yield* transcript.ensure(added === 1, `the line was appended ${added} times`)
  })
)

const actionOnce = law(
  "once: an action is sent once",
  "An action is sent once for each call, whether it succeeds or is refused, unless the caller allows more attempts.",
  Effect.fnUntraced(function* (transcript) {
    const bosa = yield* BosaApi
    const { connector, connectorRefusals } = transcript.target
    const echo = yield* transcript.requires(transcript.target.echo, "action that succeeds (`echo`)")
    const handle = bosa.connect(connector)
    yield* ensureSentOnce(transcript, echo.action, bosa.run(connector, echo.action, echo.input))
    yield* ensureSentOnce(transcript, `${echo.action} of the handle`, handle.run(echo.action, echo.input))
    const failing = connectorRefusals.filter(({ status }) => status === 429 || status >= 500)
    yield* Effect.forEach(failing, ({ action }) =>
      Effect.zipRight(
        ensureSentOnce(transcript, action, bosa.run(connector, action)),
        ensureSentOnce(transcript, `${action} of the handle`, handle.run(action))
      )
    )
  })
)

const callers = 8

const discovery = law(
  "discovery: concurrent callers share one request",
  "Callers that need the same discovery at the same time share one request, and later callers send none.",
  Effect.fnUntraced(function* (transcript) {
    const bosa = yield* BosaApi
    const { action, input } = yield* transcript.requires(transcript.target.echo, "action that succeeds (`echo`)")
    const connector = bosa.connect(transcript.target.connector)
    const reads = Effect.map(transcript.sent, (sent) => sent.filter(({ method }) => method === "GET").length)
    yield* connector.refresh
    const before = yield* reads
    const calls = Array.from({ length: callers }, () => connector.run(action, input))
    yield* Effect.all(calls, { concurrency: "unbounded" })
    yield* connector.run(action, input)
    const requestCount = (yield* reads) - before
    yield* transcript.ensure(
      requestCount === 1,
      `${callers} callers and a later one made ${requestCount} discovery requests`
    )
  })
)

/** The laws about how often requests to Connections are sent. @internal */
export const onceLaws: ReadonlyArray<Law<ConnectionsApi>> = [sentOnce, doneOnce]

/** The laws about how often requests to BOSA are sent. @internal */
export const connectorOnceLaws: ReadonlyArray<Law<BosaApi>> = [actionOnce, discovery]
