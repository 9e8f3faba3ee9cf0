/**
 * Many jobs from a stream. At most eight run at once, a slow reader slows the source down, and an invoice that fails is a
 * value like the others.
 */
import { ConnectionsApi } from "@effect-connectors/core"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Ref from "effect/Ref"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as Connections from "./support/connections.js"

const Invoice = Schema.Struct({ number: Schema.Number })

const concurrency = 8

const program = Effect.gen(function* () {
  const connections = yield* ConnectionsApi
  const crm = connections.connection("crm")
  const pulled = yield* Ref.make(0)

  // nothing is sent until `results` pulls
  const renders = Stream.range(1, 24).pipe(
    Stream.rechunk(1),
    Stream.tap(() => Ref.update(pulled, (n) => n + 1)),
    Stream.map((number) =>
      crm.actions.execute(
        number % 10 === 0 ? "render-broken" : "render-invoice",
        { input: { number } },
        { async: true }
      )
    )
  )

  const tally = yield* connections.jobs
    .results(renders, { concurrency, order: "end", failures: "value", output: Invoice, deadline: "1 minute" })
    .pipe(
      Stream.mapEffect(({ index, outcome }) =>
        Effect.as(
          Either.match(outcome, {
            onLeft: (error) => Console.log(`invoice ${index + 1}: ${error._tag}`),
            onRight: (invoice) => Console.log(`invoice ${invoice.number}: rendered`)
          }),
          outcome
        )
      ),
      Stream.runFoldEffect({ ended: 0, failed: 0, ahead: 0 }, (sum, outcome) =>
        Effect.map(Ref.get(pulled), (n) => ({
          ended: sum.ended + 1,
          failed: sum.failed + (Either.isLeft(outcome) ? 1 : 0),
          ahead: Math.max(sum.ahead, n - sum.ended)
        }))
      )
    )
  yield* Console.log(`${tally.ended} ended, ${tally.failed} failed, the source at most ${tally.ahead} ahead`)
})

program.pipe(Effect.provide(Connections.layer), NodeRuntime.runMain)
