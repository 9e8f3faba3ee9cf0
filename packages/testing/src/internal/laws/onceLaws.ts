import { BosaApi } from "@effect-connectors/core/BosaApi"
import { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import type { Law } from "../../Law.js"
import { paced, submitted } from "./following.js"
import { law, type Trail } from "./evidence.js"

const changes = (trail: Trail) => Effect.map(trail.sent, (sent) => sent.filter(({ method }) => method !== "GET").length)

/** That a call, however it ends, is sent once. */
const once = Effect.fnUntraced(function* <A, E, R>(trail: Trail, what: string, call: Effect.Effect<A, E, R>) {
  const before = yield* changes(trail)
  yield* trail.note(what)
  yield* Effect.exit(call)
  const times = (yield* changes(trail)) - before
  yield* trail.hold(times === 1, `${what} was sent ${times} times`)
})

const sentOnce = law(
  "once: what changes something is sent once",
  "An execute is sent once for each call, whether it is done at once, becomes a job that is followed, or is refused.",
  Effect.fnUntraced(function* (trail) {
    const { actions, connection: handle, jobs } = yield* ConnectionsApi
    const { connection, quick, refusals, works } = trail.target
    yield* trail.given(quick ?? works, "action that ends well (`quick` or `works`)")
    if (quick !== undefined) {
      yield* once(trail, quick, actions.execute(connection, quick, { input: {} }))
      yield* once(trail, `${quick} of the handle`, handle(connection).actions.execute(quick, { input: {} }))
    }
    if (works !== undefined) {
      const followed = Effect.flatMap(submitted(trail, works), (job) => jobs.result(job, paced(trail)))
      yield* once(trail, works.action, followed)
    }
    const failing = refusals.filter(({ status }) => status >= 500)
    yield* Effect.forEach(failing, ({ action }) =>
      Effect.zipRight(
        once(trail, action, actions.execute(connection, action)),
        once(trail, `${action} of the handle`, handle(connection).actions.execute(action))
      )
    )
  })
)

const contentIn = (answer: unknown): string | undefined => {
  const result = Predicate.hasProperty(answer, "result") ? answer.result : answer
  return Predicate.hasProperty(result, "content") ? String(result.content) : undefined
}

const doneOnce = law(
  "once: what changes something is done once",
  "A line that is appended to a file is there once.",
  Effect.fnUntraced(function* (trail) {
    const { file, jobs } = yield* ConnectionsApi
    const { connection, path } = yield* trail.given(trail.target.file, "file that may be appended to (`file`)")
    const read = Effect.map(jobs.result(file.read(connection, { path })), contentIn)
    const before = yield* read
    if (before === undefined) return yield* trail.broken(`${path} of ${connection} has no content`)
    yield* jobs.result(file.append(connection, { path, content: "a line of the laws\n" }))
    const after = yield* read
    const added = (after ?? "").slice(before.length).split("a line of the laws\n").length - 1
    yield* trail.hold(added === 1, `the line was appended ${added} times`)
  })
)

const actionOnce = law(
  "once: an action is sent once",
  "An action is sent once for each call, whether it ends well or is refused, unless more attempts are asked for.",
  Effect.fnUntraced(function* (trail) {
    const bosa = yield* BosaApi
    const { connector, connectorRefusals } = trail.target
    const echo = yield* trail.given(trail.target.echo, "action that ends well (`echo`)")
    const handle = bosa.connect(connector)
    yield* once(trail, echo.action, bosa.run(connector, echo.action, echo.input))
    yield* once(trail, `${echo.action} of the handle`, handle.run(echo.action, echo.input))
    const failing = connectorRefusals.filter(({ status }) => status === 429 || status >= 500)
    yield* Effect.forEach(failing, ({ action }) =>
      Effect.zipRight(
        once(trail, action, bosa.run(connector, action)),
        once(trail, `${action} of the handle`, handle.run(action))
      )
    )
  })
)

const callers = 8

const discovery = law(
  "discovery: many callers ask once",
  "Callers that need the same discovery at the same time share one request, and those after them ask no more.",
  Effect.fnUntraced(function* (trail) {
    const bosa = yield* BosaApi
    const { action, input } = yield* trail.given(trail.target.echo, "action that ends well (`echo`)")
    const connector = bosa.connect(trail.target.connector)
    const reads = Effect.map(trail.sent, (sent) => sent.filter(({ method }) => method === "GET").length)
    yield* connector.refresh
    const before = yield* reads
    const calls = Array.from({ length: callers }, () => connector.run(action, input))
    yield* Effect.all(calls, { concurrency: "unbounded" })
    yield* connector.run(action, input)
    const asked = (yield* reads) - before
    yield* trail.hold(asked === 1, `${callers} callers and one after them made ${asked} requests for it`)
  })
)

/** The laws of how often Connections is asked. @internal */
export const onceLaws: ReadonlyArray<Law<ConnectionsApi>> = [sentOnce, doneOnce]

/** The laws of how often BOSA is asked. @internal */
export const connectorOnceLaws: ReadonlyArray<Law<BosaApi>> = [actionOnce, discovery]
