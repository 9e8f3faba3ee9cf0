import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import { CurrentTarget, type Law, LawBroken, LawSkipped, type Target } from "../../Law.js"
import { Wire, type WireRequest } from "../../Wire.js"

/** What a law runs with: its target, a log of what happens, and the ways to end. @internal */
export interface Transcript {
  readonly law: string
  readonly target: Target
  /** Adds a line to the log. */
  readonly note: (line: string) => Effect.Effect<void>
  /** The requests sent since the law started. The law is skipped without a `Wire`. */
  readonly sent: Effect.Effect<ReadonlyArray<WireRequest>, LawSkipped>
  /** The requests sent since the law started; empty without a `Wire`. */
  readonly sentIfObserved: Effect.Effect<ReadonlyArray<WireRequest>>
  readonly broken: (reason: string) => Effect.Effect<never, LawBroken>
  readonly skipped: (reason: string) => Effect.Effect<never, LawSkipped>
  /** Breaks the law unless the condition is true. */
  readonly ensure: (condition: boolean, reason: string) => Effect.Effect<void, LawBroken>
  /** A part of the target. The law is skipped if the target does not have it. */
  readonly requires: <A>(part: A | undefined, what: string) => Effect.Effect<A, LawSkipped>
  /** Waits for the time in which nothing may happen. */
  readonly settle: Effect.Effect<void>
}

interface Line {
  readonly text: string
  /** How many requests were sent before it. */
  readonly after: number
}

const requestLine = ({ method, path, status }: WireRequest): string => `${method} ${path} -> ${status}`

const interleave = (lines: ReadonlyArray<Line>, requests: ReadonlyArray<WireRequest>): ReadonlyArray<string> => {
  let printed = 0
  const until = (count: number) => {
    const from = printed
    printed = Math.max(printed, count)
    return requests.slice(from, printed).map(requestLine)
  }
  return [...lines.flatMap(({ after, text }) => [...until(after), text]), ...until(requests.length)]
}

/** Reports of broken laws end up in public logs, so they must not show the secrets of an implementation. */
const withoutSecrets =
  ({ secrets }: Target) =>
  (text: string): string =>
    secrets.reduce((clean, secret) => clean.replaceAll(Redacted.value(secret), "<secret>"), text)

const makeTranscript = Effect.fnUntraced(function* (law: string) {
  const target = yield* CurrentTarget
  const wire = Option.getOrUndefined(yield* Effect.serviceOption(Wire))
  const all = wire?.requests ?? Effect.succeed<ReadonlyArray<WireRequest>>([])
  const before = (yield* all).length
  const lines: Array<Line> = []
  const sentIfSeen = Effect.map(all, (requests) => requests.slice(before))
  const note = (text: string) =>
    Effect.map(sentIfSeen, ({ length: after }) => {
      lines.push({ text, after })
    })
  const clean = withoutSecrets(target)
  const broken = (reason: string) =>
    Effect.flatMap(sentIfSeen, (requests) =>
      Effect.fail(new LawBroken({ law, reason: clean(reason), trace: interleave(lines, requests).map(clean) }))
    )
  const skipped = (reason: string) => Effect.fail(new LawSkipped({ law, reason }))
  const transcript: Transcript = {
    law,
    target,
    note,
    sentIfObserved: sentIfSeen,
    sent:
      wire === undefined
        ? skipped("it checks requests: provide a `Wire`, for example `Wire.layer` over the HttpClient")
        : sentIfSeen,
    broken,
    skipped,
    ensure: (condition, reason) => (condition ? Effect.void : broken(reason)),
    requires: (part, what) => (part === undefined ? skipped(`the target has no ${what}`) : Effect.succeed(part)),
    settle: Effect.sleep(target.settle)
  }
  return transcript
})

const isLawFailure = (error: unknown): error is LawBroken | LawSkipped =>
  error instanceof LawBroken || error instanceof LawSkipped

/** An error in one line. @internal */
export const errorLine = (error: unknown): string => {
  const tag = Predicate.hasProperty(error, "_tag") ? String(error._tag) : "an error without a tag"
  const message = Predicate.hasProperty(error, "message") ? `: ${String(error.message)}` : ""
  return `${tag}${message}`
}

/** An unexpected end in one line. @internal */
export const causeLine = (cause: Cause.Cause<unknown>): string => {
  if (Cause.isInterruptedOnly(cause)) return "it was interrupted"
  const failure = Cause.failureOption(cause)
  return Option.isSome(failure) ? errorLine(failure.value) : `it died: ${Cause.pretty(cause)}`
}

/**
 * A law from a program that may fail with any error. An error other than `LawBroken` or `LawSkipped` breaks the law.
 *
 * @internal
 */
export const law = <E, R>(
  name: string,
  sentence: string,
  program: (transcript: Transcript) => Effect.Effect<void, E, R>
): Law<R> => ({
  name,
  sentence,
  check: Effect.flatMap(makeTranscript(name), (transcript) =>
    Effect.flatMap(Effect.exit(program(transcript)), (exit): Effect.Effect<void, LawBroken | LawSkipped> => {
      if (Exit.isSuccess(exit)) return Effect.void
      const failure = Option.getOrUndefined(Cause.failureOption(exit.cause))
      return isLawFailure(failure) ? Effect.fail(failure) : transcript.broken(`it ended with ${causeLine(exit.cause)}`)
    })
  )
})
