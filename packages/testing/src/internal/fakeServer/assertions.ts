import type { Call, CallLog, Execution, Expectation } from "../../Calls.js"
import { differences, printShort } from "./differences.js"

/** Whether calls are as expected; `message` says what is wrong, or for a negated assertion what should not be so. @internal */
export interface AssertionResult {
  readonly pass: boolean
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
  readonly outcome: string
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
  return `nearest call: ${event.name}${withInput(event.input)} at ${event.at - start} ms${event.outcome}${differs}`
}

/** Whether `events` has what is expected; if not, the message shows the nearest of `events` and `others`. */
const checkEvents = (
  log: CallLog,
  expected: ExpectedEvents,
  events: ReadonlyArray<Event>,
  others: ReadonlyArray<Event> = []
): AssertionResult => {
  const start = log.calls[0]?.at ?? 0
  const fitting = events.filter((event) => differencesOf(expected)(event).distance === 0)
  const { fields, times } = expected
  const pass = times === undefined ? fitting.length > 0 : fitting.length === times
  const what = `expected ${expected.name}${withInput("input" in expected ? expected.input : undefined)}`
  const when = fitting.length === 0 ? "" : ` (at ${fitting.map(({ at }) => `${at - start} ms`).join(", ")})`
  const message = (): string => {
    if (pass) return `${what} not ${timesText(times)}, but that is how often it was${when}`
    if (fitting.length > 0) return `${what} ${timesText(times)}, but it was ${timesText(fitting.length)}${when}`
    return `${what} ${timesText(times)}; ${nearestText(expected, [...events, ...others], start)}`
  }
  return {
    pass,
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
    const { at, input, target, work } = execution
    return { at, name: targetName(target, work), fields: { target, work }, input, outcome: "" }
  })
  const refused = log.calls.flatMap((call) => {
    const { at, executed, input, target, work } = call
    if (work === undefined || executed) return []
    const outcome = `${outcomeOf(call)} and not executed`
    return [{ at, name: targetName(target, work), fields: { target, work }, input, outcome }]
  })
  return checkEvents(
    log,
    { name: targetName(target, work), fields: { target, work }, times, ...input },
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
    const { at, input, method, operation = `${method} ${call.path}`, status, target, work } = call
    const subject = targetName(target, work)
    const name = subject === "" ? operation : `${operation} of ${subject}`
    return { at, name, fields: { operation, target, work, status }, input, outcome: outcomeOf(call) }
  })
  return checkEvents(log, { name, fields: { operation, target, work, status }, times, ...input }, events)
}

const callLine =
  (start: number) =>
  (call: Call): string =>
    `  ${call.method} ${call.path} at ${call.at - start} ms${outcomeOf(call)}`

/** @internal */
export const checkNoUnmatched = (log: CallLog): AssertionResult => {
  const unmatched = log.calls.filter((call) => call.unmatched)
  const lines = unmatched.map(callLine(log.calls[0]?.at ?? 0))
  return {
    pass: unmatched.length === 0,
    message:
      unmatched.length === 0
        ? "expected a request for what the world does not have, but there was none"
        : `expected no request for what the world does not have, but there were ${unmatched.length}:\n${lines.join("\n")}`,
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
