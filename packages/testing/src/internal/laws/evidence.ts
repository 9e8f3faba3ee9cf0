import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import { CurrentTarget, type Law, LawBroken, LawSkipped, type Target } from "../../Law.js"
import { Wire, type WireRequest } from "../../Wire.js"

/** What a law has at hand: what it asks for, what it saw, and how it ends. @internal */
export interface Trail {
  readonly law: string
  readonly target: Target
  /** Adds a line to what was seen. */
  readonly note: (line: string) => Effect.Effect<void>
  /** Everything that has left since the law began. */
  readonly sent: Effect.Effect<ReadonlyArray<WireRequest>, LawSkipped>
  /** The same; nothing where nobody tells of requests. */
  readonly sentIfSeen: Effect.Effect<ReadonlyArray<WireRequest>>
  readonly broken: (reason: string) => Effect.Effect<never, LawBroken>
  readonly skipped: (reason: string) => Effect.Effect<never, LawSkipped>
  /** Breaks the law unless it holds. */
  readonly hold: (condition: boolean, reason: string) => Effect.Effect<void, LawBroken>
  /** The part of the target, or the law is skipped. */
  readonly given: <A>(part: A | undefined, what: string) => Effect.Effect<A, LawSkipped>
  /** Lets some time pass in which nothing is to happen. */
  readonly settle: Effect.Effect<void>
}

interface Line {
  readonly text: string
  /** How many requests had left before it. */
  readonly after: number
}

const requestLine = ({ method, path, status }: WireRequest): string => `${method} ${path} -> ${status}`

const interleaved = (lines: ReadonlyArray<Line>, requests: ReadonlyArray<WireRequest>): ReadonlyArray<string> => {
  let told = 0
  const until = (count: number) => {
    const from = told
    told = Math.max(told, count)
    return requests.slice(from, told).map(requestLine)
  }
  return [...lines.flatMap(({ after, text }) => [...until(after), text]), ...until(requests.length)]
}

/** What is printed of a broken law is read by many: an implementation that shows secrets must not do so through it. */
const scrubbed =
  ({ secrets }: Target) =>
  (text: string): string =>
    secrets.reduce((clean, secret) => clean.replaceAll(Redacted.value(secret), "<secret>"), text)

const trailOf = Effect.fnUntraced(function* (law: string) {
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
  const clean = scrubbed(target)
  const broken = (reason: string) =>
    Effect.flatMap(sentIfSeen, (requests) =>
      Effect.fail(new LawBroken({ law, reason: clean(reason), trace: interleaved(lines, requests).map(clean) }))
    )
  const skipped = (reason: string) => Effect.fail(new LawSkipped({ law, reason }))
  const trail: Trail = {
    law,
    target,
    note,
    sentIfSeen,
    sent:
      wire === undefined
        ? skipped("it is about what is sent: give the layer a `Wire`, as `Wire.layer` over its HttpClient does")
        : sentIfSeen,
    broken,
    skipped,
    hold: (condition, reason) => (condition ? Effect.void : broken(reason)),
    given: (part, what) => (part === undefined ? skipped(`the target names no ${what}`) : Effect.succeed(part)),
    settle: Effect.sleep(target.settle)
  }
  return trail
})

const isVerdict = (error: unknown): error is LawBroken | LawSkipped =>
  error instanceof LawBroken || error instanceof LawSkipped

/** An error in one line. @internal */
export const errorLine = (error: unknown): string => {
  const tag = Predicate.hasProperty(error, "_tag") ? String(error._tag) : "an error without a tag"
  const message = Predicate.hasProperty(error, "message") ? `: ${String(error.message)}` : ""
  return `${tag}${message}`
}

/** How something ended that was not to end so, in one line. @internal */
export const causeLine = (cause: Cause.Cause<unknown>): string => {
  if (Cause.isInterruptedOnly(cause)) return "it was interrupted"
  const failure = Cause.failureOption(cause)
  return Option.isSome(failure) ? errorLine(failure.value) : `it died: ${Cause.pretty(cause)}`
}

/**
 * A law whose program may end with any error: one that is no verdict was not to be, and breaks it.
 *
 * @internal
 */
export const law = <E, R>(
  name: string,
  sentence: string,
  program: (trail: Trail) => Effect.Effect<void, E, R>
): Law<R> => ({
  name,
  sentence,
  check: Effect.flatMap(trailOf(name), (trail) =>
    Effect.flatMap(Effect.exit(program(trail)), (exit): Effect.Effect<void, LawBroken | LawSkipped> => {
      if (Exit.isSuccess(exit)) return Effect.void
      const failure = Option.getOrUndefined(Cause.failureOption(exit.cause))
      return isVerdict(failure) ? Effect.fail(failure) : trail.broken(`it ended with ${causeLine(exit.cause)}`)
    })
  )
})
