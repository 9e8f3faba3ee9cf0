/**
 * How a platform describes its jobs: where the fields are and what its state
 * words mean. It is one value: replace it when your
 * server differs.
 *
 * @since 0.1.0
 */
import * as Predicate from "effect/Predicate"
import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { type Fields, isFields } from "./internal/data/fields.js"

/**
 * The kinds of state a job can be in. `unknown` is a word in none of the sets: an end only beside a time of ending
 * (see {@link isOver}).
 *
 * @since 0.1.0
 * @category models
 */
export type State = "queued" | "running" | "succeeded" | "failed" | "cancelled" | "unknown"

/**
 * What one poll of a job found.
 *
 * @since 0.1.0
 * @category models
 */
export interface JobState {
  readonly jobId: string
  readonly state: State
  /**
   * The server's own word for it: as it came, if it is no longer than 64 characters, has no control characters and
   * repeats no credential that was sent. `raw` has it as it came in any case.
   */
  readonly word: string
  /** From 0 to 1. */
  readonly progress: number | undefined
  /** The value of a job that succeeded. */
  readonly result: unknown
  /** What the server reports of a job that failed. */
  readonly error: unknown
  readonly createdAt: DateTime.Utc | undefined
  readonly startedAt: DateTime.Utc | undefined
  readonly updatedAt: DateTime.Utc | undefined
  readonly finishedAt: DateTime.Utc | undefined
  /** The server's hint for the next poll, in milliseconds. */
  readonly pollAfterMillis: number | undefined
  /** The whole body. */
  readonly raw: unknown
}

const shownFields = {
  jobId: Schema.String,
  state: Schema.Literal("queued", "running", "succeeded", "failed", "cancelled", "unknown"),
  word: Schema.String
}

const SentState = Schema.Struct({
  ...shownFields,
  progress: Schema.optional(Schema.Finite),
  createdAt: Schema.optional(Schema.DateTimeUtc),
  startedAt: Schema.optional(Schema.DateTimeUtc),
  updatedAt: Schema.optional(Schema.DateTimeUtc),
  finishedAt: Schema.optional(Schema.DateTimeUtc),
  pollAfterMillis: Schema.optional(Schema.Finite)
})

const time = Schema.UndefinedOr(Schema.DateTimeUtcFromSelf)

const WholeState = Schema.Struct({
  ...shownFields,
  progress: Schema.UndefinedOr(Schema.Finite),
  result: Schema.Unknown,
  error: Schema.Unknown,
  createdAt: time,
  startedAt: time,
  updatedAt: time,
  finishedAt: time,
  pollAfterMillis: Schema.UndefinedOr(Schema.Finite),
  raw: Schema.Unknown
})

/**
 * The schema of a {@link JobState} as plain JSON. What the server wrote (`result`, `error`, `raw`) is not part of it, since
 * it may hold what a browser must not see: they are `undefined` in a state that was decoded. Send a result as the
 * `Completed` of `JobEvent.schema`.
 *
 * @since 0.5.0
 * @category schemas
 */
export const JobState: Schema.Schema<JobState, JobState.Encoded> = Schema.transform(SentState, WholeState, {
  strict: true,
  decode: (sent) => ({
    jobId: sent.jobId,
    state: sent.state,
    word: sent.word,
    progress: sent.progress,
    result: undefined,
    error: undefined,
    createdAt: sent.createdAt,
    startedAt: sent.startedAt,
    updatedAt: sent.updatedAt,
    finishedAt: sent.finishedAt,
    pollAfterMillis: sent.pollAfterMillis,
    raw: undefined
  }),
  encode: ({ error: _error, raw: _raw, result: _result, ...sent }) => sent
})

/**
 * The types of {@link JobState}.
 *
 * @since 0.5.0
 * @category models
 */
export declare namespace JobState {
  /**
   * A state as plain JSON.
   *
   * @since 0.5.0
   * @category models
   */
  export type Encoded = typeof SentState.Encoded
}

/**
 * Where the fields of a job are and what its state words mean. Of each list of
 * field names the first that is there counts.
 *
 * @since 0.1.0
 * @category models
 */
export interface JobProtocol {
  /** Fields of an execute's response that hold a job id. */
  readonly jobId: ReadonlyArray<string>
  /** Fields that may hold the job when the top level does not. */
  readonly containers: ReadonlyArray<string>
  readonly state: ReadonlyArray<string>
  readonly result: ReadonlyArray<string>
  readonly error: ReadonlyArray<string>
  readonly progress: ReadonlyArray<string>
  readonly createdAt: ReadonlyArray<string>
  readonly startedAt: ReadonlyArray<string>
  readonly updatedAt: ReadonlyArray<string>
  readonly finishedAt: ReadonlyArray<string>
  /** State words: trimmed, lower case, `-` and space as `_`. A word in CamelCase is read in its parts too. */
  readonly words: Readonly<Record<string, Exclude<State, "unknown">>>
}

const words = (
  state: Exclude<State, "unknown">,
  list: string
): ReadonlyArray<readonly [string, Exclude<State, "unknown">]> => list.split(" ").map((word) => [word, state] as const)

/**
 * The protocol of Connections, as far as it is known; lenient where it is not.
 *
 * @since 0.1.0
 * @category constructors
 */
export const defaultProtocol: JobProtocol = {
  jobId: ["job_id"],
  containers: ["job", "data"],
  state: ["status", "state"],
  result: ["result", "output", "data", "response"],
  error: ["error", "errors", "message"],
  progress: ["progress", "percent_complete", "percentage"],
  createdAt: ["created_at", "submitted_at", "queued_at"],
  startedAt: ["started_at"],
  updatedAt: ["updated_at"],
  finishedAt: [
    "finished_at",
    "completed_at",
    "ended_at",
    "finish_time",
    "completion_time",
    "terminated_at",
    "finishedAt",
    "completedAt",
    "endedAt"
  ],
  words: Object.fromEntries([
    ...words("queued", "queued pending accepted created scheduled waiting"),
    ...words("running", "running in_progress processing started retrying paused canceling cancelling"),
    ...words("succeeded", "succeeded success completed complete done finished"),
    ...words("failed", "failed failure error errored rejected timed_out timeout expired incomplete crashed"),
    ...words("cancelled", "cancelled canceled aborted killed terminated revoked skipped")
  ])
}

/**
 * The default protocol with some of its parts replaced; `words` are added to the known
 * ones, in any letter case, with `_`, `-` or spaces.
 *
 * @example
 * ```ts
 * import * as JobProtocol from "@effect-connectors/core/JobProtocol"
 *
 * export const ours = JobProtocol.make({ words: { archived: "succeeded" } })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (parts: Partial<JobProtocol>): JobProtocol => {
  const added = Object.entries(parts.words ?? {}).flatMap(([word, state]) =>
    [keyOf(word), keyOf(splitWord(word))].map((key) => [key, state] as const)
  )
  return { ...defaultProtocol, ...parts, words: { ...defaultProtocol.words, ...Object.fromEntries(added) } }
}

const keyOf = (word: string): string =>
  word
    .trim()
    .toLowerCase()
    .replace(/[-\s]+/g, "_")

const splitWord = (word: string): string => word.replace(/(?<=[a-z\d])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, "_")

const known = (protocol: JobProtocol, key: string): State | undefined =>
  Object.hasOwn(protocol.words, key) ? protocol.words[key] : undefined

/**
 * What kind of state a server's word stands for. Letter case does not count, and a word in CamelCase is read in its
 * parts: `TimedOut` is `timed_out`.
 *
 * @since 0.1.0
 * @category getters
 */
export const stateOf = (protocol: JobProtocol, word: string): State =>
  known(protocol, word) ?? known(protocol, keyOf(word)) ?? known(protocol, keyOf(splitWord(word))) ?? "unknown"

/**
 * Whether a state is an end.
 *
 * @since 0.1.0
 * @category guards
 */
export const isEnd = (state: State): boolean => state === "succeeded" || state === "failed" || state === "cancelled"

/**
 * Whether a poll found the job at its end: its word is one of an end, or is unknown beside a time of ending. How a job
 * of the second kind ended is not known, so that it is never a success.
 *
 * @since 0.5.0
 * @category guards
 */
export const isOver = ({ finishedAt, state }: JobState): boolean =>
  // some servers send the year 1, or 1970, for a time that is not known yet
  isEnd(state) || (state === "unknown" && finishedAt !== undefined && finishedAt.epochMillis > 0)

/**
 * The result in a response body: the first of `result`, `output`, `data` and `response` that is there
 * (`null` counts when none of the others is there), else the whole body.
 *
 * @since 0.1.0
 * @category decoding
 */
export const resultIn = (protocol: JobProtocol, body: unknown): unknown => {
  if (!isFields(body)) return body
  const found = first(body, protocol.result)
  if (found !== undefined) return found
  return protocol.result.some((name) => Object.hasOwn(body, name)) ? null : body
}

const first = (fields: Fields, names: ReadonlyArray<string>): unknown => {
  for (const name of names) {
    const value = fields[name]
    if (value !== null && value !== undefined && Object.hasOwn(fields, name)) return value
  }
  return undefined
}

const wordOf = (protocol: JobProtocol, fields: Fields): string | undefined => {
  for (const name of protocol.state) {
    const value = fields[name]
    if (Predicate.isString(value) && value.trim() !== "") return value
  }
  return undefined
}

const idOf = (protocol: JobProtocol, fields: Fields): string | undefined => {
  for (const name of protocol.jobId) {
    const value = fields[name]
    if (Predicate.isString(value) && value !== "") return value
    if (Predicate.isNumber(value) || Predicate.isBigInt(value)) return String(value)
  }
  return undefined
}

// an envelope may have a status of its own: the object that names the job wins
const jobFields = (protocol: JobProtocol, body: Fields): Fields | undefined => {
  const hasWord = (fields: Fields) => wordOf(protocol, fields) !== undefined
  const namesJob = (fields: Fields) => hasWord(fields) && idOf(protocol, fields) !== undefined
  if (namesJob(body)) return body
  const inner = protocol.containers.map((name) => body[name]).filter(isFields)
  return inner.find(namesJob) ?? [body, ...inner].find(hasWord)
}

const clamp = (n: number): number | undefined => (Number.isFinite(n) && n >= 0 ? Math.min(1, n) : undefined)

const progressOf = (value: unknown, isPercentage: boolean): number | undefined => {
  if (Predicate.isNumber(value)) return clamp(isPercentage || value > 1 ? value / 100 : value)
  if (!isFields(value)) return undefined
  const { done, total } = value
  return Predicate.isNumber(done) && Predicate.isNumber(total) && total > 0 ? clamp(done / total) : undefined
}

const progressIn = (protocol: JobProtocol, fields: Fields): number | undefined => {
  for (const name of protocol.progress) {
    const value = fields[name]
    const progress = value === undefined ? undefined : progressOf(value, name.startsWith("percent"))
    if (progress !== undefined) return progress
  }
  return undefined
}

// epoch seconds end in the year 5138 where epoch milliseconds begin to mean 1973
const timeOf = (value: unknown): DateTime.Utc | undefined => {
  if (Predicate.isNumber(value)) return Option.getOrUndefined(DateTime.make(value < 1e11 ? value * 1000 : value))
  if (!Predicate.isString(value)) return undefined
  return Option.getOrUndefined(Option.map(DateTime.make(value.trim()), DateTime.toUtc))
}

type Times = Pick<JobState, "createdAt" | "startedAt" | "updatedAt" | "finishedAt">
type ReadTimes = { readonly [K in keyof Times]: typeof timeOf }

const readTimes: ReadTimes = { createdAt: timeOf, startedAt: timeOf, updatedAt: timeOf, finishedAt: timeOf }

// most polls of a job give the same times: the last one is not read again
const lastTime = (): typeof timeOf => {
  let last: unknown
  let time: DateTime.Utc | undefined
  return (value) => {
    if (value !== last) {
      time = timeOf(value)
      last = value
    }
    return time
  }
}

/**
 * The job id in an execute's response, if it names one: a string or a number, but not `null` or `""`.
 * An id over 2^53 is exact where it is a bigint, as `ExactJson.parse` reads it. Inside a container it counts only with a word for queued or running, since there it may as well be
 * data.
 *
 * @since 0.1.0
 * @category decoding
 */
export const jobIdIn = (protocol: JobProtocol, body: unknown): string | undefined => {
  if (!isFields(body)) return undefined
  const own = idOf(protocol, body)
  if (own !== undefined) return own
  for (const name of protocol.containers) {
    const inner = body[name]
    const word = isFields(inner) ? wordOf(protocol, inner) : undefined
    if (!isFields(inner) || word === undefined) continue
    const state = stateOf(protocol, word)
    if (state === "queued" || state === "running") return idOf(protocol, inner)
  }
  return undefined
}

const stateIn = (
  protocol: JobProtocol,
  times: ReadTimes,
  jobId: string,
  body: unknown,
  pollAfterMillis: number | undefined
): JobState | undefined => {
  const fields = isFields(body) ? jobFields(protocol, body) : undefined
  const word = fields === undefined ? undefined : wordOf(protocol, fields)
  if (fields === undefined || word === undefined) return undefined
  const state = stateOf(protocol, word)
  return {
    jobId,
    state,
    word,
    progress: progressIn(protocol, fields),
    result: state === "succeeded" ? resultIn(protocol, fields) : undefined,
    error: state === "failed" || state === "cancelled" ? first(fields, protocol.error) : undefined,
    createdAt: times.createdAt(first(fields, protocol.createdAt)),
    startedAt: times.startedAt(first(fields, protocol.startedAt)),
    updatedAt: times.updatedAt(first(fields, protocol.updatedAt)),
    finishedAt: times.finishedAt(first(fields, protocol.finishedAt)),
    pollAfterMillis,
    raw: body
  }
}

/**
 * What the response to a poll of a job says; `undefined` when it names no state.
 *
 * @since 0.1.0
 * @category decoding
 */
export const decode = (
  protocol: JobProtocol,
  jobId: string,
  body: unknown,
  pollAfterMillis?: number
): JobState | undefined => stateIn(protocol, readTimes, jobId, body, pollAfterMillis)

/**
 * The same as {@link decode} for one client: it remembers the times it read last.
 *
 * @since 0.5.0
 * @category decoding
 */
export const decoder = (
  protocol: JobProtocol
): ((jobId: string, body: unknown, pollAfterMillis?: number) => JobState | undefined) => {
  const times: ReadTimes = {
    createdAt: lastTime(),
    startedAt: lastTime(),
    updatedAt: lastTime(),
    finishedAt: lastTime()
  }
  return (jobId, body, pollAfterMillis) => stateIn(protocol, times, jobId, body, pollAfterMillis)
}
