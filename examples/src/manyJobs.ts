/**
 * Many jobs from a stream, and one bar for the progress of all. At most eight run at once, a slow reader slows the source
 * down, and the failure of an invoice is an event like the others.
 */
import { ConnectionsApi, Job } from "@effect-connectors/core"
import { ProgressBar } from "@effect-connectors/node"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as HashMap from "effect/HashMap"
import * as Number from "effect/Number"
import * as Ref from "effect/Ref"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as Connections from "./support/connections.js"

const Invoice = Schema.Struct({ number: Schema.Number })

const concurrency = 8
const count = 24

interface Sum {
  /** How much of each job is done, from 0 to 1. */
  readonly done: HashMap.HashMap<number, number>
  readonly failed: number
  /** A line for each job that has ended. */
  readonly lines: ReadonlyArray<string>
  readonly ahead: number
}

const nothing: Sum = { done: HashMap.empty(), failed: 0, lines: [], ahead: 0 }

const add = (sum: Sum, index: number, event: Job.JobEvent<typeof Invoice.Type> | Job.Failed<{ _tag: string }>): Sum => {
  const done = (part: number) => HashMap.set(sum.done, index, part)
  switch (event._tag) {
    case "Submitted":
      return sum
    case "Progress":
      return { ...sum, done: done(event.state.progress ?? 0) }
    case "Completed":
      return { ...sum, done: done(1), lines: [...sum.lines, `invoice ${event.value.number}: rendered`] }
    case "Failed": {
      const line = `invoice ${index + 1}: ${event.error._tag}`
      return { ...sum, done: done(1), failed: sum.failed + 1, lines: [...sum.lines, line] }
    }
  }
}

const shown = (sum: Sum): ProgressBar.ProgressBarEvent<Sum> =>
  sum.lines.length === count
    ? Job.Completed(sum)
    : { _tag: "Progress", state: { progress: Number.sumAll(HashMap.values(sum.done)) / count } }

const program = Effect.gen(function* () {
  const connections = yield* ConnectionsApi
  const crm = connections.connection("crm")
  const pulled = yield* Ref.make(0)

  // nothing is sent until `results` pulls
  const renders = Stream.range(1, count).pipe(
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

  const sums = connections.jobs
    .results(renders, { concurrency, events: true, failures: "value", output: Invoice, deadline: "1 minute" })
    .pipe(
      Stream.scanEffect(nothing, (sum, { event, index }) =>
        Effect.map(Ref.get(pulled), (n) => ({
          ...add(sum, index, event),
          ahead: Math.max(sum.ahead, n - sum.lines.length)
        }))
      )
    )
  const { ahead, failed, lines } = yield* ProgressBar.run(Stream.map(sums, shown), { title: "invoices" })
  yield* Effect.forEach(lines, (line) => Console.log(line))
  yield* Console.log(`${lines.length} ended, ${failed} failed, the source at most ${ahead} ahead`)
})

program.pipe(Effect.provide(Connections.layer), NodeRuntime.runMain)
