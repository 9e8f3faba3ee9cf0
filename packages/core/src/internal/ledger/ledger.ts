import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { InvalidRequest } from "../../InvalidRequest.js"
import { withBeforeWrite } from "../../Call.js"
import { Accepted, Completed, type Execution } from "../../Job.js"
import type { Ledger, SubmitOptions } from "../../Ledger.js"
import { AlreadyDone, type LedgerError, LedgerFailed, SubmissionUnknown } from "../../LedgerError.js"
import type * as Journal from "../../LedgerJournal.js"
import * as OptionNames from "../../OptionNames.js"
import { isNotDone, provesNotDone } from "./proof.js"
import { segmentIssue } from "../http/path.js"
import * as Signal from "../runtime/signal.js"

// a larger value is a document, and belongs in a store for documents
const maxValueLength = 65_536

const valueOf = <A, I>(value: A, schema: Schema.Schema<A, I> | undefined): unknown => {
  if (schema === undefined) return undefined
  const encoded = Schema.encodeOption(schema)(value)
  if (Option.isNone(encoded)) return undefined
  const text = Option.getOrUndefined(
    Option.liftThrowable((json: unknown): string | undefined => JSON.stringify(json))(encoded.value)
  )
  const kept: unknown = text === undefined || text.length > maxValueLength ? undefined : JSON.parse(text)
  return kept
}

const submitOptions = OptionNames.make<SubmitOptions<unknown, unknown, unknown>>({
  operation: true,
  connection: true,
  value: true,
  isNotDone: true
})

const checked = (key: string, options: object): Effect.Effect<void, InvalidRequest> => {
  const issue = segmentIssue("key", key)
  const issues = [
    ...(issue === undefined
      ? []
      : [{ ...issue, fix: "give a name of your own for this piece of work, of 1 to 512 characters" }]),
    ...OptionNames.issues(submitOptions, options)
  ]
  return issues.length === 0 ? Effect.void : Effect.fail(new InvalidRequest({ operation: "ledger.submit", issues }))
}

/** How far the attempts of one submit came. */
interface Sending {
  hasSent: boolean
  refusal: LedgerFailed | undefined
}

/** @internal */
export const make = (journal: Journal.LedgerJournal): Ledger.Service => {
  // the submits of this process that are under way: each signal ends when the outcome is written
  const running = new Map<string, Signal.Signal<void>>()

  const others = (key: string): Effect.Effect<void> | undefined => {
    const other = running.get(key)
    return other === undefined ? undefined : Signal.wait(other)
  }

  const inTurn = <A, E, R>(key: string, use: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.uninterruptibleMask((restore) => {
      const other = others(key)
      if (other !== undefined) return Effect.zipRight(restore(other), restore(inTurn(key, use)))
      const mine = Signal.make<void>()
      running.set(key, mine)
      const over = Effect.sync(() => {
        running.delete(key)
        Signal.end(mine, Exit.void)
      })
      return Effect.ensuring(restore(use), over)
    })

  // the journal may be another's by the time that an attempt leaves: after a wait, or after this process stood still
  const whileHeld = <A, E, R>(
    execution: Effect.Effect<A, E, R>,
    key: string,
    sending: Sending
  ): Effect.Effect<A, E, R> => {
    const { stillHeld } = journal
    if (stillHeld === undefined) return execution
    return withBeforeWrite(
      execution,
      Effect.matchEffect(stillHeld, {
        onFailure: ({ code, step }) => {
          sending.refusal = new LedgerFailed({ step, key, code })
          return Effect.interrupt
        },
        onSuccess: () => Effect.sync(() => void (sending.hasSent = true))
      })
    )
  }

  // once there is a response, no failure of the ledger may take it from the caller: the intent stays, which is the safe side
  const noted = (key: string, change: Effect.Effect<void, LedgerFailed>): Effect.Effect<void> =>
    Effect.catchAllCause(change, (cause) =>
      Effect.logWarning(`The outcome of ${JSON.stringify(key)} was not written to the ledger: it stays unknown`, cause)
    )

  const first = <A, E, R, I>(
    key: string,
    execution: Effect.Effect<Execution<A>, E, R>,
    options: SubmitOptions<A, E, I>
  ): Effect.Effect<Execution<A>, E | LedgerFailed | SubmissionUnknown, R> =>
    Effect.uninterruptibleMask((restore) =>
      Effect.gen(function* () {
        const { connection, operation } = options
        const submission = { key, operation, connection, intendedAt: yield* Clock.currentTimeMillis }
        yield* Effect.tapError(journal.put({ _tag: "Intended", ...submission }), () =>
          Effect.ignore(journal.remove(key))
        )
        let hasStarted = false
        const sending: Sending = { hasSent: false, refusal: undefined }
        const guarded = whileHeld(execution, key, sending)
        const started = Effect.suspend(() => {
          hasStarted = true
          return guarded
        })
        const exit = yield* Effect.exit(restore(started))
        const now = yield* Clock.currentTimeMillis
        if (Exit.isSuccess(exit)) {
          const done = exit.value
          const entry: Journal.Entry =
            done._tag === "Accepted"
              ? { _tag: "Accepted", ...submission, job: done.job, acceptedAt: now }
              : { _tag: "Done", ...submission, doneAt: now, value: valueOf(done.value, options.value) }
          yield* noted(key, journal.put(entry))
        } else if (sending.refusal !== undefined) {
          // an attempt before may have been carried out
          if (sending.hasSent) return yield* new SubmissionUnknown(submission)
          yield* Effect.ignore(journal.remove(key))
          return yield* sending.refusal
        } else if (!hasStarted || provesNotDone(exit.cause, options.isNotDone ?? isNotDone)) {
          yield* noted(key, journal.remove(key))
        }
        return yield* exit
      })
    )

  const known = <A, I>(
    entry: Journal.Entry,
    schema: Schema.Schema<A, I> | undefined
  ): Effect.Effect<Execution<A>, SubmissionUnknown | AlreadyDone> => {
    const { connection, key, operation } = entry
    if (entry._tag === "Accepted") return Effect.succeed(Accepted(entry.job))
    if (entry._tag === "Intended") {
      return Effect.fail(new SubmissionUnknown({ key, operation, connection, intendedAt: entry.intendedAt }))
    }
    const already = new AlreadyDone({ key, operation, connection, doneAt: entry.doneAt, job: entry.job })
    if (schema === undefined || entry.value === undefined) return Effect.fail(already)
    return Option.match(Schema.decodeUnknownOption(schema)(entry.value), {
      onNone: () => Effect.fail(already),
      onSome: (value) => Effect.succeed(Completed(value))
    })
  }

  const submit = <A, E, R, I>(
    key: string,
    execution: Effect.Effect<Execution<A>, E, R>,
    options: SubmitOptions<A, E, I> = {}
  ): Effect.Effect<Execution<A>, E | LedgerError | InvalidRequest, R> => {
    type Submitted = Effect.Effect<Execution<A>, E | LedgerError, R>
    const inOwnTurn: Submitted = inTurn(
      key,
      Effect.flatMap(journal.get(key), (entry): Submitted =>
        Option.isSome(entry) ? known(entry.value, options.value) : first(key, execution, options)
      )
    )
    // a caller that waited for a submit that was accepted or done needs no turn: one after the other would be quadratic
    const afterOthers = Effect.flatMap(journal.get(key), (entry): Submitted =>
      Option.isSome(entry) && entry.value._tag !== "Intended" ? known(entry.value, options.value) : inOwnTurn
    )
    return Effect.zipRight(
      checked(key, options),
      Effect.suspend(() => {
        const other = others(key)
        return other === undefined ? inOwnTurn : Effect.zipRight(other, afterOthers)
      })
    )
  }

  const pending: Ledger.Service["pending"] = Effect.map(journal.pending, (entries) => ({
    accepted: entries.filter((entry) => entry._tag === "Accepted"),
    unknown: entries.filter((entry) => entry._tag === "Intended").filter(({ key }) => !running.has(key))
  }))

  return {
    submit,
    pending,
    forget: (key) => inTurn(key, Effect.uninterruptible(journal.remove(key))),
    finish: (key) =>
      inTurn(
        key,
        Effect.flatMap(Effect.zip(journal.get(key), Clock.currentTimeMillis), ([entry, doneAt]) => {
          if (Option.isNone(entry) || entry.value._tag === "Done") return Effect.void
          const { connection, intendedAt, operation } = entry.value
          const job = entry.value._tag === "Accepted" ? entry.value.job : undefined
          return Effect.uninterruptible(
            journal.put({ _tag: "Done", key, operation, connection, intendedAt, job, doneAt })
          )
        })
      )
  }
}
