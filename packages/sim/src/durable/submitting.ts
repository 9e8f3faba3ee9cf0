import { type DurableJobPage, DurableJobs } from "@effect-connectors/durable/DurableJobs"
import type { DurableJob } from "@effect-connectors/durable/DurableJob"
import type { Work } from "@effect-connectors/durable/Work"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import { isDeepStrictEqual } from "node:util"
import { report } from "./child.js"
import { action, type ClientCommand, connection, resultOf, type Row } from "./messages.js"

const workOf = (key: string): Work => ({
  platform: "connections",
  connection,
  operation: "actions.execute",
  action,
  input: { key }
})

const rowOf = ({ failure, key, state, value }: DurableJob): Row => ({
  key,
  state,
  isRight: isDeepStrictEqual(value, resultOf(key)),
  failure: failure?.message
})

const allRows = Effect.gen(function* () {
  const jobs = yield* DurableJobs
  const rows: Array<Row> = []
  let cursor: string | undefined
  do {
    const page: DurableJobPage = yield* jobs.list({ cursor, limit: 1000 })
    rows.push(...page.jobs.map(rowOf))
    cursor = page.next
  } while (cursor !== undefined)
  return rows
})

const howOf = (exit: Exit.Exit<boolean, { readonly _tag: string }>): string => {
  if (Exit.isSuccess(exit)) return exit.value ? "Completed" : "no end"
  return Option.match(Cause.failureOption(exit.cause), {
    onNone: () => Cause.pretty(exit.cause),
    onSome: ({ _tag }) => _tag
  })
}

// the database may be away for a moment
const again = Schedule.intersect(Schedule.spaced("250 millis"), Schedule.recurs(80))

/** Does what the process that started this one asks for. */
export const serve = Effect.gen(function* () {
  const jobs = yield* DurableJobs
  const watched = (key: string) =>
    Stream.runFold(jobs.watch(key), false, (_ended, event) => event._tag === "Completed").pipe(
      Effect.exit,
      Effect.flatMap((exit) => report({ _tag: "Ended", key, how: howOf(exit) }))
    )
  const submitted = (key: string) =>
    Effect.zipRight(Effect.retry(jobs.submit(key, workOf(key)), again), Effect.forkDaemon(watched(key)))
  const answered = (command: ClientCommand) => {
    const { id } = command
    switch (command._tag) {
      case "Submit":
        return Effect.zipRight(
          Effect.forEach(command.keys, submitted, { concurrency: 8, discard: true }),
          report({ _tag: "Submitted", id })
        )
      case "Rows":
        return Effect.flatMap(Effect.retry(allRows, again), (rows) => report({ _tag: "Rows", id, rows }))
      case "Counts":
        return Effect.flatMap(Effect.retry(jobs.stats, again), ({ states }) =>
          report({ _tag: "Counts", id, open: states.new + states.intended + states.accepted })
        )
    }
  }
  yield* report({ _tag: "Ready" })
  yield* Stream.asyncPush<ClientCommand>((emit) =>
    Effect.acquireRelease(
      Effect.sync(() => {
        const listener = (command: ClientCommand): void => void emit.single(command)
        process.on("message", listener)
        return listener
      }),
      (listener) => Effect.sync(() => void process.off("message", listener))
    )
  ).pipe(Stream.mapEffect(answered, { concurrency: "unbounded" }), Stream.runDrain)
})
