import type * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type { StoreFailed } from "../../DurableError.js"
import type { State } from "../../DurableJob.js"

/**
 * The number of buckets that the work is spread over. Each is owned by one runner at a time.
 *
 * @internal
 */
export const bucketCount = 32

/**
 * A row of the table of jobs, its columns as the database keeps them. Times are epoch milliseconds on the clock of the
 * database.
 *
 * @internal
 */
export interface JobRow {
  readonly key: string
  readonly bucket: number
  /** SHA-256 of the work. */
  readonly digest: string
  /** JSON of the work; null for a followed reference, and once it was pruned. */
  readonly work: string | null
  readonly state: State
  /** Names the one send that an `intended` row is about; null before the first. */
  readonly intent: string | null
  /** How many sends were proved not to have been done. A long wait that the server asked for counts as several. */
  readonly attempts: number
  /** A `new` row is not sent before this time. */
  readonly notBefore: number
  readonly ref: string | null
  readonly progress: string | null
  /** JSON of a value (`succeeded`) or a failure. */
  readonly outcome: string | null
  /** Grows with each change of the row. */
  readonly version: number
  readonly createdAt: number
  /** When it came to its state. */
  readonly updatedAt: number
}

/**
 * What a change writes. What is left out stays. A change that keeps the state, such as one of progress, keeps `updatedAt`
 * too: those who look for changes look for changes of state.
 *
 * @internal
 */
export interface Change {
  readonly state: State
  readonly intent?: string | null
  readonly attempts?: number
  /** From now, on the clock of the database. */
  readonly notBeforeIn?: number
  readonly ref?: string | null
  readonly progress?: string | null
  readonly outcome?: string | null
}

/**
 * Which row a change is for. It is written only if the row is still in one of these states and fits the rest: compare and swap,
 * in one statement.
 *
 * @internal
 */
export interface Expected {
  readonly states: ReadonlyArray<State>
  readonly intent?: string
  readonly version?: number
}

/**
 * The table of jobs. Every method is one statement, so that a process that is killed leaves a row as it was or as it
 * was to be.
 *
 * @internal
 */
export interface JobStore {
  /** Writes a row if its key is free, and gives the one that is there then, with whether it is this one. */
  readonly insert: (
    row: Pick<JobRow, "key" | "bucket" | "digest" | "work" | "ref"> & { readonly state: "new" | "accepted" }
  ) => Effect.Effect<{ readonly row: JobRow; readonly isNew: boolean }, StoreFailed>

  readonly read: (key: string) => Effect.Effect<JobRow | undefined, StoreFailed>

  /** The row as it is now, or undefined if it was not as expected. */
  readonly change: (key: string, expected: Expected, change: Change) => Effect.Effect<JobRow | undefined, StoreFailed>

  /**
   * Open rows of buckets (`new`, `intended`, `accepted`), in the order of their keys, those after `after`. With
   * `changedWithinMillis` only those that were changed since. `new` rows whose time has not come are among them. Their work,
   * which may be large, is left out: it is null.
   */
  readonly open: (query: {
    readonly buckets: ReadonlyArray<number>
    readonly after: string | undefined
    readonly limit: number
    readonly changedWithinMillis?: number
  }) => Effect.Effect<ReadonlyArray<JobRow>, StoreFailed>

  /** `new` rows of buckets that are due, the oldest first, without their work. The change that claims one gives it. */
  readonly due: (buckets: ReadonlyArray<number>, limit: number) => Effect.Effect<ReadonlyArray<JobRow>, StoreFailed>

  /** Rows by state in the order of their keys. */
  readonly list: (query: {
    readonly states: ReadonlyArray<State>
    readonly after: string | undefined
    readonly limit: number
  }) => Effect.Effect<ReadonlyArray<JobRow>, StoreFailed>

  /**
   * Of rows that ended before (`succeeded`, `failed`, `cancelled`; age by the clock of the database) work, ref, progress and
   * outcome are deleted; key, digest and state stay. Gives how many.
   */
  readonly prune: (olderThanMillis: number) => Effect.Effect<number, StoreFailed>

  /** How many rows `prune` would empty. */
  readonly prunable: (olderThanMillis: number) => Effect.Effect<number, StoreFailed>

  readonly counts: Effect.Effect<Readonly<Record<State, number>>, StoreFailed>

  /** Versions of some keys, for those who wait for them. Keys that are not there are left out. */
  readonly versions: (keys: ReadonlyArray<string>) => Effect.Effect<ReadonlyMap<string, number>, StoreFailed>

  /**
   * Keys whose row has changed, as hints: they may be late, doubled or missing. What they say is found in the table.
   */
  readonly hints: Stream.Stream<string>
}
