import { ConnectionsTest } from "@effect-connectors/testing/ConnectionsTest"
import * as Faults from "@effect-connectors/testing/Faults"
import { VirtualClock } from "@effect-connectors/testing/VirtualClock"
import * as World from "@effect-connectors/testing/World"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Tracer from "effect/Tracer"
import { inspect } from "node:util"
import { canary } from "../common/canary.js"
import { type Caller, type BaselineClient, baselineClients } from "./clients.js"

interface BaselineCase {
  readonly name: string
  readonly rates: Faults.Rates
  readonly form: keyof Caller
}

const mixed: Faults.Rates = {
  lostAnswer: 0.05,
  cutBody: 0.05,
  reset: 0.05,
  refused: 0.05,
  unavailable: 0.05,
  hang: 0.05
}

const baselineCases: ReadonlyArray<BaselineCase> = [
  { name: "20 % of the responses are lost", form: "execute", rates: { lostAnswer: 0.2 } },
  { name: "30 % of the requests meet a fault", form: "execute", rates: mixed },
  { name: "the same, as a job", form: "job", rates: mixed }
]

/** How the calls of one client ended in one case. */
export interface Row {
  readonly case: string
  readonly name: string
  readonly calls: number
  readonly succeeded: number
  readonly executions: number
  /** Calls whose work was done twice or more. */
  readonly repeated: number
  /** Calls that failed, and their work had been done, and the error does not say that it may have been. */
  readonly misreported: number
  /** Calls that had not ended after an hour. */
  readonly neverEnded: number
  /** Errors that show a secret when they are printed. */
  readonly leaking: number
  readonly failed: number
  /** Spans that hold a secret. */
  readonly leakingSpans: number
  readonly spans: number
}

const printed = (cause: Cause.Cause<unknown>): string => {
  const error = Cause.squash(cause)
  return [inspect(error, { depth: 12 }), JSON.stringify(error), Cause.pretty(cause, { renderErrorCause: true })].join()
}

/** Runs with a tracer that collects the spans as text. */
const traced = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.flatMap(Effect.tracer, (native) => {
    const spans: Array<Tracer.Span> = []
    const tracer = Tracer.make({
      context: (f, fiber) => native.context(f, fiber),
      span: (...parts) => {
        const span = native.span(...parts)
        spans.push(span)
        return span
      }
    })
    const textOf = ({ attributes, name }: Tracer.Span): string => inspect([name, attributes], { depth: 12 })
    return Effect.map(Effect.withTracer(effect, tracer), (value) => ({ value, spans: spans.map(textOf) }))
  })

/** One call on a platform of its own, so that the first request of either client meets the same fault. */
const call = (client: BaselineClient, { rates, form }: BaselineCase, seed: number) =>
  Effect.gen(function* () {
    let executions = 0
    const handler = () =>
      Effect.as(
        Effect.sync(() => executions++),
        { done: true }
      )
    const world = World.make({ connections: [{ slug: "shop", actions: [{ slug: "order", handler }] }] })
    const platform = ConnectionsTest.layer(world, { faults: Faults.seeded(seed, rates) })
    const { spans, value } = yield* client.make.pipe(
      Effect.flatMap((caller) => Effect.timeoutOption(Effect.exit(caller[form](`order-${seed}`)), "1 hour")),
      Effect.scoped,
      traced,
      Effect.provide(platform)
    )
    const cause = Option.flatMap(value, (exit) => (Exit.isFailure(exit) ? Option.some(exit.cause) : Option.none()))
    return {
      executions,
      isEnded: Option.isSome(value),
      isFailed: Option.isSome(cause),
      isUnknown: Option.exists(Option.flatMap(cause, Cause.failureOption), client.isUnknown),
      isLeaking: Option.exists(cause, (failure) => printed(failure).includes(canary)),
      spans
    }
  }).pipe((program) => VirtualClock.run(program, { seed }))

const measure = Effect.fnUntraced(function* (client: BaselineClient, baselineCase: BaselineCase, calls: number) {
  const seen = yield* Effect.forEach(Array.from({ length: calls }), (_, seed) => call(client, baselineCase, seed))
  const spans = seen.flatMap((one) => one.spans)
  const row: Row = {
    case: baselineCase.name,
    name: client.name,
    calls,
    succeeded: seen.filter(({ isEnded, isFailed }) => isEnded && !isFailed).length,
    executions: seen.reduce((sum, { executions }) => sum + executions, 0),
    repeated: seen.filter(({ executions }) => executions > 1).length,
    misreported: seen.filter(({ executions, isFailed, isUnknown }) => isFailed && executions > 0 && !isUnknown).length,
    neverEnded: seen.filter(({ isEnded }) => !isEnded).length,
    leaking: seen.filter(({ isLeaking }) => isLeaking).length,
    failed: seen.filter(({ isFailed }) => isFailed).length,
    leakingSpans: spans.filter((text) => text.includes(canary)).length,
    spans: spans.length
  }
  return row
})

/** The library next to a program without it: the same calls and the same faults. */
export const baseline = (calls: number): Effect.Effect<ReadonlyArray<Row>> =>
  Effect.forEach(
    baselineCases.flatMap((baselineCase) => baselineClients.map((client) => ({ client, baselineCase }))),
    ({ client, baselineCase }) => measure(client, baselineCase, calls)
  )

/** As a table of Markdown. */
export const linesOf = (rows: ReadonlyArray<Row>): ReadonlyArray<string> => [
  "| case | client | calls | succeeded | executions | done twice or more | done, and reported as failed | never ended | errors with a secret | spans with a secret |",
  "| --- | --- | --: | --: | --: | --: | --: | --: | --: | --: |",
  ...rows.map(
    (row) =>
      `| ${[
        row.case,
        row.name,
        row.calls,
        row.succeeded,
        row.executions,
        row.repeated,
        row.misreported,
        row.neverEnded,
        `${row.leaking} of ${row.failed}`,
        `${row.leakingSpans} of ${row.spans}`
      ].join(" | ")} |`
  )
]
