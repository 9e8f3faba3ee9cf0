import type { Call, CallLog, DroppedBody, Execution, Expectation } from "../../Calls.js"
import { differences, printShort } from "./differences.js"

/** Whether calls are as expected; `message` says what is wrong, or for a negated assertion what should not be so. @internal */
export interface AssertionResult {
  /** `false` when that cannot be said, because what decides it is no longer in the log. */
  readonly pass: boolean
  readonly undecided?: true
  readonly message: string
  readonly expected: unknown
  readonly actual: unknown
}

type Field = "operation" | "target" | "work" | "status"
type Fields = { readonly [F in Field]?: string | number | undefined }

/** Something that was called or executed. */
interface Event {
  readonly at: number
  readonly name: string
  readonly fields: Fields
  readonly input: unknown
  /** The input, when it is no longer kept. */
  readonly dropped?: DroppedBody | undefined
  readonly outcome: string
}

/** The events that left the log: those that are as expected, and those of which nobody knows. */
interface DroppedEvents {
  readonly fitting: number
  readonly unknown: number
}

/** The expected events: those with these fields and, if one is given, this input. */
interface ExpectedEvents {
  readonly name: string
  readonly fields: Fields
  readonly input?: unknown
  readonly times: number | undefined
}

const timesText = (times: number | undefined): string => {
  if (times === undefined) return "at least once"
  if (times === 0) return "never"
  return times === 1 ? "once" : `${times} times`
}

const withInput = (input: unknown): string => (input === undefined ? "" : ` with ${printShort(input)}`)

const inputText = ({ dropped, input }: Event): string =>
  dropped === undefined ? withInput(input) : ` with an input of ${dropped.bytes} bytes that is no longer kept`

const inputDifferences = (expected: ExpectedEvents, event: Event): ReadonlyArray<string> =>
  "input" in expected ? differences(expected.input, event.input, "input") : []

const fieldDifferences = (expected: ExpectedEvents, { fields }: Event): ReadonlyArray<string> => {
  const named: ReadonlyArray<Field> = ["operation", "target", "work", "status"]
  return named.filter((field) => expected.fields[field] !== undefined && expected.fields[field] !== fields[field])
}

const differencesOf = (expected: ExpectedEvents) => (event: Event) => {
  const fields = fieldDifferences(expected, event)
  const input = inputDifferences(expected, event)
  return { event, places: [...fields, ...input], distance: fields.length * 1_000 + input.length }
}

const nearestOf = (expected: ExpectedEvents, events: ReadonlyArray<Event>) =>
  events
    .map(differencesOf(expected))
    .reduce<ReturnType<ReturnType<typeof differencesOf>> | undefined>(
      (nearest, next) => (nearest === undefined || next.distance < nearest.distance ? next : nearest),
      undefined
    )

const nearestText = (expected: ExpectedEvents, events: ReadonlyArray<Event>, start: number): string => {
  const nearest = nearestOf(expected, events)
  if (nearest === undefined) return "nothing was called"
  const { event, places } = nearest
  const differs = places.length === 0 ? "" : ` (differs at ${places.slice(0, 5).join(", ")})`
  return `nearest call: ${event.name}${inputText(event)} at ${event.at - start} ms${event.outcome}${differs}`
}

/** Whether the number of events is as expected; `undefined` when it may be so or not. */
const isExpectedNumber = (times: number | undefined, least: number, most: number): boolean | undefined => {
  if (times === undefined) return least > 0 ? true : most === 0 ? false : undefined
  if (times < least || times > most) return false
  return least === most ? true : undefined
}

/** Whether `events` has what is expected; if not, the message shows the nearest of `events` and `others`. */
const checkEvents = (
  log: CallLog,
  expected: ExpectedEvents,
  gone: DroppedEvents,
  events: ReadonlyArray<Event>,
  others: ReadonlyArray<Event> = []
): AssertionResult => {
  const start = log.calls[0]?.at ?? 0
  const isUnknown = (event: Event): boolean => "input" in expected && event.dropped !== undefined
  const fitting = events.filter((event) => !isUnknown(event) && differencesOf(expected)(event).distance === 0)
  const unknown = events.filter((event) => isUnknown(event) && fieldDifferences(expected, event).length === 0)
  const { fields, times } = expected
  const count = fitting.length + gone.fitting
  const missing = unknown.length + gone.unknown
  const pass = isExpectedNumber(times, count, count + missing)
  const what = `expected ${expected.name}${withInput("input" in expected ? expected.input : undefined)}`
  const when = fitting.length === 0 ? "" : ` (at ${fitting.map(({ at }) => `${at - start} ms`).join(", ")})`
  const message = (): string => {
    if (pass) return `${what} not ${timesText(times)}, but that is how often it was${when}`
    if (pass === undefined) {
      return (
        `${what} ${timesText(times)}, which cannot be said: ${missing} of the calls are no longer in the log with ` +
        `${"input" in expected ? "their input" : "all they were"}. Give the platform a larger logBytes or logLimit`
      )
    }
    if (count > 0) return `${what} ${timesText(times)}, but it was ${timesText(count)}${when}`
    return `${what} ${timesText(times)}; ${nearestText(expected, [...events, ...others], start)}`
  }
  return {
    pass: pass === true,
    ...(pass === undefined && { undecided: true }),
    message: message(),
    expected: { ...fields, ...("input" in expected ? { input: expected.input } : {}), times },
    actual: events.map(({ at, fields, input }) => ({ at, ...fields, input }))
  }
}

const outcomeOf = ({ fault, interrupted, status }: Call): string => {
  if (fault !== undefined) return `, met with ${fault}`
  if (status !== undefined) return `, answered ${status}`
  return interrupted ? ", left before its answer" : ", not answered yet"
}

const targetName = (...parts: ReadonlyArray<string | undefined>): string =>
  parts.filter((part) => part !== undefined).join("/")

/** Whether work was executed at the server. @internal */
export const checkExecuted = (
  log: CallLog,
  target: string,
  work: string,
  expectation: Execution = {}
): AssertionResult => {
  const { times, ...input } = expectation
  const events = log.executions.map((execution) => {
    const { at, dropped, input, target, work } = execution
    return { at, name: targetName(target, work), fields: { target, work }, input, dropped, outcome: "" }
  })
  const refused = log.calls.flatMap((call) => {
    const { at, dropped, executed, input, target, work } = call
    if (work === undefined || executed) return []
    const outcome = `${outcomeOf(call)} and not executed`
    return [{ at, name: targetName(target, work), fields: { target, work }, input, dropped, outcome }]
  })
  const gone = (log.dropped?.executions ?? [])
    .filter((each) => each.target === target && each.work === work)
    .reduce((sum, each) => sum + each.times, 0)
  return checkEvents(
    log,
    { name: targetName(target, work), fields: { target, work }, times, ...input },
    "input" in input ? { fitting: 0, unknown: gone } : { fitting: gone, unknown: 0 },
    events,
    refused
  )
}

/** Whether an operation was called. @internal */
export const checkCalled = (log: CallLog, operation: string, expectation: Expectation = {}): AssertionResult => {
  const { status, times, target, work, ...input } = expectation
  const subject = targetName(target, work)
  const name = `${operation}${subject === "" ? "" : ` of ${subject}`}${status === undefined ? "" : ` answered ${status}`}`
  const events = log.calls.map((call) => {
    const { at, dropped, input, method, operation = `${method} ${call.path}`, status, target, work } = call
    const subject = targetName(target, work)
    const name = subject === "" ? operation : `${operation} of ${subject}`
    return { at, name, fields: { operation, target, work, status }, input, dropped, outcome: outcomeOf(call) }
  })
  const gone = { fitting: 0, unknown: log.dropped?.calls ?? 0 }
  return checkEvents(log, { name, fields: { operation, target, work, status }, times, ...input }, gone, events)
}

const callLine =
  (start: number) =>
  (call: Call): string =>
    `  ${call.method} ${call.path} at ${call.at - start} ms${outcomeOf(call)}`

/** @internal */
export const checkNoUnmatched = (log: CallLog): AssertionResult => {
  const unmatched = log.calls.filter((call) => call.unmatched)
  const gone = log.dropped?.unmatched ?? 0
  const count = unmatched.length + gone
  const lines = [
    ...(gone === 0 ? [] : [`  ${gone} that are no longer in the log`]),
    ...unmatched.map(callLine(log.calls[0]?.at ?? 0))
  ]
  return {
    pass: count === 0,
    message:
      count === 0
        ? "expected a request for what the world does not have, but there was none"
        : `expected no request for what the world does not have, but there were ${count}:\n${lines.join("\n")}`,
    expected: [],
    actual: unmatched.map(({ method, path }) => `${method} ${path}`)
  }
}

/** @internal */
export const checkNoUnused = ({ unused }: CallLog): AssertionResult => ({
  pass: unused.length === 0,
  message:
    unused.length === 0
      ? "expected something to be left of what was scripted, but there is nothing"
      : `expected nothing to be left of what was scripted, but there is:\n${unused.map((text) => `  ${text}`).join("\n")}`,
  expected: [],
  actual: unused
})
