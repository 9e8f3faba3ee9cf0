/**
 * The program that is killed: it resumes the work in its ledger, then submits and follows work of its own.
 * `child.js LEDGER URL PREFIX COUNT [last]`: with `last` it ends by itself.
 */
import { Auth } from "@effect-connectors/core/Auth"
import { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import type { JobRef } from "@effect-connectors/core/JobRef"
import { Ledger } from "@effect-connectors/core/Ledger"
import * as NodeConnectors from "@effect-connectors/node/NodeConnectors"
import * as NodeLedger from "@effect-connectors/node/NodeLedger"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import { action, connection, type ChildMessage } from "./messages.js"

const [path = "", url = "", prefix = "", count = "0", last] = process.argv.slice(2)

const report = (message: ChildMessage): Effect.Effect<void> => Effect.sync(() => void process.send?.(message))

// time for a kill between the start of a piece of work and that of the next
const stagger = "12 millis"

const program = Effect.gen(function* () {
  const { connection: bound, jobs } = yield* ConnectionsApi
  const ledger = yield* Ledger

  const submitted = (key: string) =>
    ledger.submit(key, bound(connection).actions.execute(action, { input: { key, by: prefix } }, { async: true }), {
      operation: action,
      connection
    })

  const options = (key: string) => ({
    pace: Schedule.spaced("15 millis"),
    onSubmitted: (job: JobRef) => report({ _tag: "Accepted", key, job: job.jobId })
  })

  const reportResult = <E>(key: string, result: Effect.Effect<unknown, E>) =>
    result.pipe(
      Effect.tap((value) => report({ _tag: "Result", key, value })),
      Effect.zipRight(ledger.finish(key)),
      Effect.zipRight(report({ _tag: "Finished", key }))
    )

  const followed = (key: string) => reportResult(key, jobs.result(submitted(key), options(key)))

  // the same submit gives what is stored, and sends nothing; a reference alone is polled at once
  const resumed = (key: string) =>
    reportResult(
      key,
      Effect.flatMap(submitted(key), (execution) =>
        jobs.result(execution._tag === "Accepted" ? execution.job : execution, options(key))
      )
    )

  const { accepted, unknown } = yield* ledger.pending
  yield* report({ _tag: "Ready" })
  yield* Effect.forEach(unknown, ({ key }) =>
    Effect.flatMap(Effect.either(submitted(key)), (outcome) =>
      report({ _tag: "Unknown", key, outcome: outcome._tag === "Left" ? outcome.left._tag : outcome.right._tag })
    )
  )
  yield* Effect.forEach(accepted, ({ key }) => resumed(key), { concurrency: 16 })
  yield* report({ _tag: "Resumed" })
  const keys = Array.from({ length: Number(count) }, (_, index) => `${prefix}.${index}`)
  yield* Effect.forEach(
    keys,
    (key, index) =>
      Effect.sleep(stagger).pipe(
        Effect.repeatN(index),
        Effect.zipRight(report({ _tag: "Started", key })),
        Effect.zipRight(followed(key))
      ),
    { concurrency: "unbounded" }
  )
  yield* report({ _tag: "Idle" })
  if (last === undefined) return yield* Effect.never
})

const services = Layer.merge(
  ConnectionsApi.layer({ baseUrl: url }).pipe(
    Layer.provide(Auth.serviceToken(Redacted.make("crash"))),
    Layer.provide(NodeConnectors.layer)
  ),
  NodeLedger.layer(path)
)

const exit = await Effect.runPromiseExit(Effect.provide(program, services))
if (Exit.isFailure(exit)) process.send?.({ _tag: "Failed", reason: Cause.pretty(exit.cause) } satisfies ChildMessage)
process.disconnect?.()
