import type * as DateTime from "effect/DateTime"
import type * as Schema from "effect/Schema"

export type State = "queued" | "running" | "succeeded" | "failed" | "cancelled" | "unknown"
export interface JobState {
  readonly jobId: string
  readonly state: State
  readonly word: string
  readonly progress: number | undefined
  readonly result: unknown
  readonly error: unknown
  readonly createdAt: DateTime.Utc | undefined
  readonly startedAt: DateTime.Utc | undefined
  readonly updatedAt: DateTime.Utc | undefined
  readonly finishedAt: DateTime.Utc | undefined
  readonly pollAfterMillis: number | undefined
  readonly raw: unknown
}
declare const SentState: Schema.Struct<{
  jobId: typeof Schema.String
  state: Schema.Literal<["queued", "running", "succeeded", "failed", "cancelled", "unknown"]>
  word: typeof Schema.String
  progress: Schema.optional<typeof Schema.Finite>
  createdAt: Schema.optional<typeof Schema.DateTimeUtc>
  startedAt: Schema.optional<typeof Schema.DateTimeUtc>
  updatedAt: Schema.optional<typeof Schema.DateTimeUtc>
  finishedAt: Schema.optional<typeof Schema.DateTimeUtc>
  pollAfterMillis: Schema.optional<typeof Schema.Finite>
}>
export declare const JobState: Schema.Schema<JobState, JobState.Encoded>
export declare namespace JobState {
  type Encoded = typeof SentState.Encoded
}
export interface JobProtocol {
  readonly jobId: ReadonlyArray<string>
  readonly containers: ReadonlyArray<string>
  readonly state: ReadonlyArray<string>
  readonly result: ReadonlyArray<string>
  readonly error: ReadonlyArray<string>
  readonly progress: ReadonlyArray<string>
  readonly createdAt: ReadonlyArray<string>
  readonly startedAt: ReadonlyArray<string>
  readonly updatedAt: ReadonlyArray<string>
  readonly finishedAt: ReadonlyArray<string>
  readonly words: Readonly<Record<string, Exclude<State, "unknown">>>
}
export declare const defaultProtocol: JobProtocol
export declare const make: (parts: Partial<JobProtocol>) => JobProtocol
export declare const stateOf: (protocol: JobProtocol, word: string) => State
export declare const isEnd: (state: State) => boolean
export declare const isOver: ({ finishedAt, state }: JobState) => boolean
export declare const resultIn: (protocol: JobProtocol, body: unknown) => unknown
export declare const jobIdIn: (protocol: JobProtocol, body: unknown) => string | undefined
export declare const decode: (
  protocol: JobProtocol,
  jobId: string,
  body: unknown,
  pollAfterMillis?: number
) => JobState | undefined
export declare const decoder: (
  protocol: JobProtocol
) => (jobId: string, body: unknown, pollAfterMillis?: number) => JobState | undefined
