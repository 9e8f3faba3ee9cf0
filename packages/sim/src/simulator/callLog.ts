import * as Call from "@effect-connectors/core/Call"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import { inspect } from "node:util"
import type { Failed, Invoked, Returned } from "./history.js"
import { currentCall, type Recorder } from "./recorder.js"
import { canary } from "../common/canary.js"

/** Records the calls of one client's process. */
export interface CallLog {
  readonly recorder: Recorder
  readonly client: string
  /** The process has crashed: calls that end now are interrupted by it. */
  isDead: boolean
}

const textOf = (u: unknown): string | undefined => (typeof u === "string" ? u : undefined)

/** What the history keeps of an error. */
const failedOf = (error: unknown): Failed => {
  if (!Predicate.isRecord(error)) return { tag: "Defect" }
  const { code, exhausted, job, mayHaveHappened, phase, status, tag } = {
    tag: textOf(error["_tag"]) ?? "Defect",
    code: textOf(error["code"]),
    phase: textOf(error["phase"]),
    status: error["status"],
    job: Predicate.isRecord(error["job"]) ? textOf(error["job"]["jobId"]) : undefined,
    mayHaveHappened: error["mayHaveHappened"] === true,
    exhausted: error["retryBudgetExhausted"] === true
  }
  return {
    tag,
    ...(code === undefined ? {} : { code }),
    ...(phase === undefined ? {} : { phase }),
    ...(typeof status === "number" ? { status } : {}),
    ...(job === undefined ? {} : { job }),
    ...(mayHaveHappened ? { mayHaveHappened } : {}),
    ...(exhausted ? { exhausted } : {})
  }
}

// what a program may do with an error; only some are inspected thoroughly, as that costs as much as all the rest
const sinks = (cause: Cause.Cause<unknown>, error: unknown, isThorough: boolean): ReadonlyArray<[string, string]> => [
  ["message", error instanceof Error ? `${error.message} ${String(error)}` : String(error)],
  ["json", JSON.stringify(error) ?? ""],
  ...(isThorough
    ? [
        ["stack", error instanceof Error ? (error.stack ?? "") : ""] satisfies [string, string],
        ["pretty", Cause.pretty(cause)] satisfies [string, string],
        ["inspect", inspect(error, { depth: 20, showHidden: true })] satisfies [string, string],
        ["exit", JSON.stringify(Exit.failCause(cause))] satisfies [string, string]
      ]
    : [])
]

const leaksIn = (log: CallLog, id: number, op: string, cause: Cause.Cause<unknown>, error: unknown): void => {
  for (const [sink, text] of sinks(cause, error, id % 8 === 0)) {
    if (text.includes(canary)) log.recorder.add("leak", log.client, id, op, { sink })
  }
}

const recordEnd = <A, E>(
  log: CallLog,
  id: number,
  op: string,
  exit: Exit.Exit<A, E>,
  describe: (value: A) => Returned
): void => {
  const { client, recorder } = log
  if (Exit.isSuccess(exit)) return recorder.add("ok", client, id, op, describe(exit.value))
  const { cause } = exit
  if (Cause.isInterruptedOnly(cause)) {
    return recorder.add("interrupted", client, id, op, { by: log.isDead ? "crash" : "user" })
  }
  const error = Option.getOrElse(Cause.failureOption(cause), () => undefined)
  const failed = Option.isSome(Cause.dieOption(cause)) ? { tag: "Defect", code: Cause.pretty(cause) } : failedOf(error)
  leaksIn(log, id, op, cause, error)
  recorder.add(failed.tag === "OutcomeUnknown" ? "unknown" : "fail", client, id, op, failed)
}

/** Runs the effect and records it as a call. */
export const recordCall = <A, E, R>(
  log: CallLog,
  op: string,
  invoked: Invoked,
  effect: Effect.Effect<A, E, R>,
  describe: (value: A) => Returned,
  id: number = log.recorder.call()
): Effect.Effect<A, E, R> =>
  Effect.suspend(() => {
    log.recorder.add("invoke", log.client, id, op, invoked)
    const limited = invoked.deadline === undefined ? effect : Call.withDeadline(effect, invoked.deadline)
    return Effect.onExit(Effect.locally(limited, currentCall, id), (exit) =>
      Effect.sync(() => recordEnd(log, id, op, exit, describe))
    )
  })

/** Records a call that has ended, such as one of many results. */
export const recordEndedCall = <A, E>(
  log: CallLog,
  op: string,
  invoked: Invoked,
  exit: Exit.Exit<A, E>,
  describe: (value: A) => Returned
): void => {
  const id = log.recorder.call()
  log.recorder.add("invoke", log.client, id, op, invoked)
  recordEnd(log, id, op, exit, describe)
}

const markerOf = /"marker":"([^"]*)"/

/** What the history keeps of a value: its marker, and whether its prototype is polluted. */
export const returnedValue = (value: unknown): Returned => {
  const text = JSON.stringify(value) ?? ""
  const marker = markerOf.exec(text)?.[1]
  const isPolluted = Predicate.isRecord(value) && value["polluted"] === true
  return {
    ...(marker === undefined ? {} : { marker }),
    ...(isPolluted ? { wrong: "the value has another prototype" } : {})
  }
}
