import * as ExactJson from "@effect-connectors/core/ExactJson"
import { InvalidRequest, type Issue } from "@effect-connectors/core/InvalidRequest"
import { JobRef } from "@effect-connectors/core/JobRef"
import { Ledger } from "@effect-connectors/core/Ledger"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { State } from "../../DurableJob.js"
import { State as StateSchema } from "../../DurableJob.js"
import type { ListOptions, PruneOptions } from "../../DurableJobs.js"
import * as OptionNames from "@effect-connectors/core/OptionNames"
import type { Work } from "../../Work.js"
import { readWork } from "../engine/codec.js"
import { decodeWork } from "./workIssues.js"

const isState = Schema.is(StateSchema)

const refused = (operation: string, issues: ReadonlyArray<Issue>): InvalidRequest =>
  new InvalidRequest({ operation, issues })

// databases take neither
const isWritable = (text: string): boolean => !text.includes("\u0000") && !/\p{Surrogate}/u.test(text)

const keyIssues = (key: unknown): ReadonlyArray<Issue> => {
  const fix = "give a name of your own for this piece of work, of 1 to 512 characters"
  if (typeof key !== "string") return [{ path: ["key"], message: "is not a text", fix }]
  if (key === "") return [{ path: ["key"], message: "is empty", fix }]
  if (key.length > 512) return [{ path: ["key"], message: `has ${key.length} characters`, fix }]
  return isWritable(key)
    ? []
    : [{ path: ["key"], message: "has a zero character, or half of a surrogate pair", fix: "give readable text" }]
}

/**
 * Whether there can be work of this key: what cannot be written is not there.
 *
 * @internal
 */
export const isKey = (key: string): boolean => keyIssues(key).length === 0

const actionIssues = (work: Work): ReadonlyArray<Issue> => {
  if (work.platform === "bosa") return []
  const needs = work.operation === "actions.execute"
  if (needs === (work.action !== undefined)) return []
  return [
    needs
      ? { path: ["work", "action"], message: "is missing", fix: "give the name of the saved action" }
      : { path: ["work", "action"], message: `is not for ${work.operation}`, fix: "leave it out" }
  ]
}

// JavaScript has another use for it: it is lost where fields are copied
const lostName = "__proto__"

const nameIssues = (work: Work): ReadonlyArray<Issue> => {
  const execution = work.platform === "connections" ? work.options?.execution : undefined
  const issue = (path: ReadonlyArray<string>): Issue => ({
    path: ["work", ...path, lostName],
    message: "cannot be the name of a field here",
    fix: "give it another name"
  })
  return [
    ...(Object.hasOwn(work.input, lostName) ? [issue(["input"])] : []),
    ...(execution !== undefined && Object.hasOwn(execution, lostName) ? [issue(["options", "execution"])] : [])
  ]
}

/**
 * A row to write, as far as its caller says.
 *
 * @internal
 */
export interface Entry {
  readonly digest: string
  readonly work: string
}

// fields that are left out and fields that are undefined are the same work
const digestOf = (operation: string, input: unknown): Effect.Effect<string, InvalidRequest> =>
  Effect.mapError(Ledger.digest({ input }), ({ issues }) =>
    refused(
      operation,
      issues.map((issue) => ({ ...issue, path: ["work", ...issue.path.slice(1)] }))
    )
  )

/** @internal */
export const checkKey = (operation: string, key: string): Effect.Effect<void, InvalidRequest> =>
  Effect.suspend(() => {
    const issues = keyIssues(key)
    return issues.length === 0 ? Effect.void : Effect.fail(refused(operation, issues))
  })

/**
 * Checks work and writes it as JSON. Whole numbers of any size keep their digits.
 *
 * @internal
 */
export const checkWork = Effect.fnUntraced(function* (
  key: string,
  given: Work
): Effect.fn.Return<Entry, InvalidRequest> {
  const operation = "DurableJobs.submit"
  const decoded = yield* Effect.either(decodeWork(given))
  const wrong = decoded._tag === "Left" ? decoded.left : [...actionIssues(decoded.right), ...nameIssues(given)]
  const issues = [...keyIssues(key), ...wrong]
  if (issues.length > 0) return yield* refused(operation, issues)
  const digest = yield* digestOf(operation, given)
  const text = ExactJson.stringify(given) ?? ""
  if (Option.isNone(readWork(text))) {
    return yield* refused(operation, [
      { path: ["work"], message: "is not the same once it was written as JSON", fix: "give plain data" }
    ])
  }
  return { digest, work: text }
})

/**
 * Checks a reference, and that it is of this client's server.
 *
 * @internal
 */
export const checkRef = Effect.fnUntraced(function* (
  operation: string,
  origin: string | undefined,
  given: JobRef | JobRef.Encoded
): Effect.fn.Return<{ readonly ref: JobRef; readonly digest: string }, InvalidRequest> {
  const ref = given instanceof JobRef ? given : yield* JobRef.decode(given)
  if (!URL.canParse(ref.origin) || (origin !== undefined && new URL(ref.origin).origin !== origin)) {
    return yield* refused(operation, [
      {
        path: ["job", "origin"],
        message: "the job was submitted to another origin than this client's",
        fix: "use the client of the origin it was submitted to"
      }
    ])
  }
  const digest = yield* digestOf(operation, { job: [ref.origin, ref.jobId] })
  return { ref, digest }
})

/**
 * What is listed, with its defaults.
 *
 * @internal
 */
export interface ListPlan {
  readonly states: ReadonlyArray<State>
  readonly after: string | undefined
  readonly limit: number
}

const listNames = OptionNames.make<ListOptions>({ states: true, cursor: true, limit: true })

/** @internal */
export const checkList = (options: ListOptions): Effect.Effect<ListPlan, InvalidRequest> =>
  Effect.suspend(() => {
    const issues: Array<Issue> = [...OptionNames.issues(listNames, options)]
    const { cursor, limit = 100, states = StateSchema.literals } = options
    if (!Number.isSafeInteger(limit) || limit < 1 || limit > 1_000) {
      issues.push({
        path: ["limit"],
        message: "is not a whole number from 1 to 1,000",
        fix: "give one, or leave it out"
      })
    }
    if (!Array.isArray(states) || !states.every(isState)) {
      issues.push({
        path: ["states"],
        message: "is not a list of states",
        fix: `give some of ${StateSchema.literals.join(", ")}`
      })
    }
    if (cursor !== undefined && keyIssues(cursor).length > 0) {
      issues.push({ path: ["cursor"], message: "is not a cursor", fix: "give the `next` of the page before" })
    }
    return issues.length > 0
      ? Effect.fail(refused("DurableJobs.list", issues))
      : Effect.succeed({ states, after: cursor, limit })
  })

/** @internal */
export const millisOf = (name: string, input: Duration.DurationInput, issues: Array<Issue>, least = 0): number => {
  const millis = Option.map(Duration.decodeUnknown(input), Duration.toMillis)
  if (Option.isNone(millis)) {
    issues.push({ path: [name], message: "is not a duration", fix: 'write it as "30 seconds", or in milliseconds' })
  } else if (!Number.isFinite(millis.value) || millis.value < least) {
    issues.push({ path: [name], message: "is too short, or has no end", fix: `give at least ${least} milliseconds` })
  } else return millis.value
  return least
}

const pruneNames = OptionNames.make<PruneOptions>({ dryRun: true })

/** @internal */
export const checkPrune = (
  olderThan: Duration.DurationInput,
  options: PruneOptions
): Effect.Effect<number, InvalidRequest> =>
  Effect.suspend(() => {
    const issues: Array<Issue> = [...OptionNames.issues(pruneNames, options)]
    // a count was asked for, and rows would be deleted
    if (options.dryRun !== undefined && typeof options.dryRun !== "boolean") {
      issues.push({ path: ["dryRun"], message: "is not true or false", fix: "give one, or leave it out" })
    }
    const millis = millisOf("olderThan", olderThan, issues)
    return issues.length > 0 ? Effect.fail(refused("DurableJobs.prune", issues)) : Effect.succeed(millis)
  })

/**
 * The value that somebody says work came to, as JSON.
 *
 * @internal
 */
export const checkValue = (value: unknown): Effect.Effect<string, InvalidRequest> =>
  Effect.flatMap(
    Effect.mapError(Ledger.digest({ input: value }), ({ issues }) =>
      refused(
        "DurableJobs.settle",
        issues.map((issue) => ({ ...issue, path: ["value", ...issue.path.slice(1)] }))
      )
    ),
    () => Effect.succeed(ExactJson.stringify(value) ?? "null")
  )
