import type { Evidence } from "../../Transport.js"

/**
 * What a call may have done at the server, over all its attempts. This module is the only writer of it.
 *
 * `clear`: no attempt can have done the work. `sending`: an attempt is in flight, and none before it can have
 * done the work. `doubtful`: an attempt may have done the work. `resending`: an attempt is in flight, and one
 * before it may have done the work. `answered`: the server says that it did the work.
 *
 * | event        | what was seen                                     | clear     | doubtful    | sending    | resending  |
 * | ------------ | ------------------------------------------------- | --------- | ----------- | ---------- | ---------- |
 * | `sent`       | an attempt starts                                 | `sending` | `resending` |            |            |
 * | `notSent`    | proof that nothing of the attempt left            |           |             | `clear`    | `doubtful` |
 * | `lost`       | no whole response, and no such proof              |           |             | `doubtful` | `doubtful` |
 * | `refused`    | a status that only a server gives that refuses    |           |             | `clear`    | `doubtful` |
 * | `unproven`   | a status that proves nothing                      |           |             | `doubtful` | `doubtful` |
 * | `unreadable` | a 2xx whose body cannot be read                   |           |             | `doubtful` | `doubtful` |
 * | `answered`   | a 2xx whose body can be read                      |           |             | `answered` | `answered` |
 *
 * An empty place cannot occur and changes nothing. A deadline and an interruption are not events: an attempt that
 * is in flight stays in flight.
 *
 * | a call ends with                | read                | write, `clear`      | write, any other state |
 * | ------------------------------- | ------------------- | ------------------- | ---------------------- |
 * | no response                     | `Unreachable`       | `NotSent`           | `OutcomeUnknown`       |
 * | a 2xx whose body was cut        | `UnexpectedBody`    | `NotSent`           | `OutcomeUnknown`       |
 * | a 2xx whose body is unreadable  | `UnexpectedBody`    | (does not occur)    | `OutcomeUnknown`       |
 * | its deadline                    | `DeadlineExceeded`  | `DeadlineExceeded`  | `OutcomeUnknown`       |
 * | its deadline, in the limits     | `DeadlineExceeded`  | `NotSent`           | `OutcomeUnknown`       |
 * | a status outside of 2xx         | the error of it     | the error of it     | the same, with `mayHaveHappened` if an earlier attempt may have done the work |
 *
 * @internal
 */
export type State = "clear" | "sending" | "doubtful" | "resending" | "answered"

/** @internal */
export type Event = "sent" | "notSent" | "lost" | "refused" | "unproven" | "unreadable" | "answered"

const transitions: Readonly<Record<Event, Readonly<Partial<Record<State, State>>>>> = {
  sent: { clear: "sending", doubtful: "resending" },
  notSent: { sending: "clear", resending: "doubtful" },
  lost: { sending: "doubtful", resending: "doubtful" },
  refused: { sending: "clear", resending: "doubtful" },
  unproven: { sending: "doubtful", resending: "doubtful" },
  unreadable: { sending: "doubtful", resending: "doubtful" },
  answered: { sending: "answered", resending: "answered" }
}

/**
 * The state after an event.
 *
 * @internal
 */
export const next = (state: State, event: Event): State => transitions[event][state] ?? state

/**
 * Changes the state of a call.
 *
 * @internal
 */
export const record = (call: { outcome: State }, event: Event): void => {
  call.outcome = next(call.outcome, event)
}

// the other statuses below 500 are given by the server that refuses the work; these a gateway gives too
const gatewayStatuses = new Set([408, 425, 429])

// a status that a gateway gives too, whatever became of the work behind it
const provesNothing = (status: number): boolean => status >= 500 || gatewayStatuses.has(status)

/** @internal */
export const eventOfStatus = (status: number): Event => (provesNothing(status) ? "unproven" : "refused")

/** @internal */
export const eventOfLoss = (evidence: Evidence): Event => (evidence.sent ? "lost" : "notSent")

/**
 * Whether an attempt before the one in flight may have done the work.
 *
 * @internal
 */
export const earlierMayHaveHappened = (state: State): boolean => state === "resending"

/**
 * The error of a write without a response.
 *
 * @internal
 */
export const lostWrite = (state: State): "NotSent" | "OutcomeUnknown" =>
  state === "clear" ? "NotSent" : "OutcomeUnknown"

/**
 * The error of a write whose deadline passed.
 *
 * @internal
 */
export const lateWrite = (state: State): "DeadlineExceeded" | "OutcomeUnknown" =>
  state === "clear" ? "DeadlineExceeded" : "OutcomeUnknown"
