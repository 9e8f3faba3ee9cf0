/**
 * Durable jobs: work that is submitted at most once and followed to its end, whatever becomes of the processes.
 *
 * @since 0.5.0
 */
import type { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import type { InvalidRequest } from "@effect-connectors/core/InvalidRequest"
import type { JobEvent } from "@effect-connectors/core/Job"
import type { JobRef } from "@effect-connectors/core/JobRef"
import type { Verification } from "@effect-connectors/core/Ledger"
import type { PgClient, PgClientConfig } from "@effect/sql-pg/PgClient"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Stream from "effect/Stream"
import type { StoreFailed, WorkKeyReused, WorkNotFound, WorkNotUnknown, WorkUnknown } from "./DurableError.js"
import type { DurableJob, Failure, State } from "./DurableJob.js"
import { asClient, onPostgres, onSqlite } from "./internal/service/onDatabase.js"
import { runAll } from "./internal/service/runAll.js"
import * as service from "./internal/service/service.js"
import { makeMemoryStore } from "./internal/store/memoryStore.js"
import type { Work } from "./Work.js"

/**
 * What a person, or a program that looked at the server, says of work of unknown outcome:
 *
 * - `Done`: it was done, with this value.
 * - `Accepted`: it became this job, which is followed from now on.
 * - `NotDone`: it was not done and cannot be any more; it is sent again. Also for work that failed.
 * - `GivenUp`: nobody will know; it counts as failed, with the failure that it has.
 *
 * @since 0.5.0
 * @category models
 */
export type Settlement =
  | { readonly _tag: "Done"; readonly value: unknown }
  | { readonly _tag: "Accepted"; readonly job: JobRef | JobRef.Encoded }
  | { readonly _tag: "NotDone" }
  | { readonly _tag: "GivenUp" }

/**
 * Which work is listed.
 *
 * @since 0.5.0
 * @category models
 */
export interface ListOptions {
  /** All states by default. */
  readonly states?: ReadonlyArray<State> | undefined
  /** The `next` of the page before. */
  readonly cursor?: string | undefined
  /** Rows of a page, 1 to 1,000. Default 100. */
  readonly limit?: number | undefined
}

/**
 * A page of work.
 *
 * @since 0.5.0
 * @category models
 */
export interface DurableJobPage {
  readonly jobs: ReadonlyArray<DurableJob>
  /** The keys of rows between them that something else wrote: `get` of one fails with `StoreFailed`. */
  readonly unreadable: ReadonlyArray<string>
  /** The cursor of the next page; absent on the last one. */
  readonly next: string | undefined
}

/**
 * How much work stands where, and what this process does now.
 *
 * @since 0.5.0
 * @category models
 */
export interface Stats {
  /** Rows by state. */
  readonly states: Readonly<Record<State, number>>
  /** Buckets that this process owns, of 32. */
  readonly buckets: number
  /** Jobs that this process follows. */
  readonly followed: number
}

/**
 * How a process does the work. Every part can be left out.
 *
 * @since 0.5.0
 * @category models
 */
export interface RunnerOptions {
  /**
   * How much work is being sent at once in this process, 1 to 64. Default 8. It bounds what is `unknown` after the process is
   * killed.
   */
  readonly gate?: number | undefined
  /** How long a request that has left may wait for its response when the process ends. Default 3 seconds. */
  readonly drain?: Duration.DurationInput | undefined
  /** How long work is sent again that was proved not to have been done, the waits together. Default 24 hours. */
  readonly submitFor?: Duration.DurationInput | undefined
  /** How often the table is read, in this process and by those who watch. Default 1 second. */
  readonly pollInterval?: Duration.DurationInput | undefined
  /**
   * A read that says what became of work of unknown outcome, such as a search on the server. It is asked `settleAfter` after
   * the work became unknown; when it fails, or cannot tell, it is asked again later. Without it `settle` alone helps.
   */
  readonly verify?: ((job: DurableJob) => Effect.Effect<Verification<unknown>, unknown>) | undefined
  /**
   * How long after that a late request may still be carried out. Default twice the time limit of an attempt: the longest
   * of those that were seen, and at least 30 seconds.
   */
  readonly settleAfter?: Duration.DurationInput | undefined
}

/**
 * The SQLite file of a process, and how it does the work.
 *
 * @since 0.5.0
 * @category models
 */
export interface SqliteOptions extends RunnerOptions {
  /** Made unless it is there. */
  readonly filename: string
}

/**
 * A PostgreSQL: its address, or a client of yours.
 *
 * @since 0.5.0
 * @category models
 */
export type Database = PgClientConfig | { readonly client: PgClient }

/**
 * The PostgreSQL that many processes share, and how this one does its part of the work.
 *
 * @since 0.5.0
 * @category models
 */
export interface PgOptions extends RunnerOptions {
  readonly database: Database
}

/**
 * Where the work is that other processes do: their PostgreSQL, or a SQLite file that none of them has open now.
 *
 * @since 0.5.0
 * @category models
 */
export type ClientOptions = Pick<RunnerOptions, "pollInterval"> & {
  /**
   * Whether tables, and a SQLite file, are made where there are none. Default true. With false the layer fails with
   * `StoreFailed` (`NO_TABLES`, `ENOENT`) then, so that a wrong address changes nothing.
   */
  readonly create?: boolean | undefined
} & ({ readonly database: Database } | { readonly filename: string })

/**
 * How `DurableJobs.prune` deletes.
 *
 * @since 0.5.0
 * @category models
 */
export interface PruneOptions {
  /** Only count what would be deleted. Default false. */
  readonly dryRun?: boolean | undefined
}

/**
 * Durable jobs.
 *
 * @example
 * ```ts
 * import { DurableJobs } from "@effect-connectors/durable/DurableJobs"
 * import * as Effect from "effect/Effect"
 *
 * export const sync = Effect.gen(function*() {
 *   const jobs = yield* DurableJobs
 *   yield* jobs.submit("sync-2024-05-01", {
 *     platform: "connections",
 *     connection: "crm",
 *     operation: "actions.execute",
 *     action: "sync",
 *     input: { since: "2024-05-01" }
 *   })
 *   return yield* jobs.result("sync-2024-05-01")
 * })
 * ```
 *
 * @since 0.5.0
 * @category services
 */
export class DurableJobs extends Context.Tag("@effect-connectors/durable/DurableJobs")<
  DurableJobs,
  DurableJobs.Service
>() {
  /**
   * Durable jobs in memory, for tests: all that the other layers do, until the layer is released. Actions of BOSA need a
   * `BosaApi` too.
   *
   * @since 0.5.0
   */
  static readonly layerMemory = (
    options: RunnerOptions = {}
  ): Layer.Layer<DurableJobs, InvalidRequest, ConnectionsApi> =>
    Layer.scoped(
      DurableJobs,
      Effect.flatMap(makeMemoryStore, (store) => service.make("DurableJobs.layerMemory", store, runAll, options))
    )

  /**
   * Durable jobs in a SQLite file, for one process at a time: this one does all the work. Fails with `StoreFailed`
   * (`IN_USE`) while another process has the file. Actions of BOSA need a `BosaApi` too.
   *
   * @since 0.5.0
   */
  static readonly layerSqlite = (
    options: SqliteOptions
  ): Layer.Layer<DurableJobs, InvalidRequest | StoreFailed, ConnectionsApi> =>
    Layer.scoped(DurableJobs, onSqlite(options))

  /**
   * Durable jobs in a PostgreSQL, for many processes: each one that provides this layer does a part of the work, and takes
   * over what another one leaves. Actions of BOSA need a `BosaApi` too.
   *
   * @since 0.5.0
   */
  static readonly layerPg = (
    options: PgOptions
  ): Layer.Layer<DurableJobs, InvalidRequest | StoreFailed, ConnectionsApi> =>
    Layer.scoped(DurableJobs, onPostgres(options))

  /**
   * Submits and watches work in a PostgreSQL, and does none of it: for a process next to those with `layerPg`. It needs no
   * credentials. With a `ConnectionsApi` around it refuses the jobs of another server. With a `filename` it is for a look at
   * a SQLite file, and for `settle` and `prune` there, while no process works on it.
   *
   * @since 0.5.0
   */
  static readonly layerClient = (options: ClientOptions): Layer.Layer<DurableJobs, InvalidRequest | StoreFailed> =>
    Layer.scoped(DurableJobs, asClient(options))
}

/**
 * The types of the service.
 *
 * @since 0.5.0
 * @category services
 */
export declare namespace DurableJobs {
  /**
   * The service.
   *
   * @since 0.5.0
   * @category services
   */
  export interface Service {
    /**
     * Writes the work down; a runner submits it, at most once, and follows its job. Gives what stands under the key: new
     * work, or the same work as it stands now. `key` is your name of the piece of work, 1 to 512 characters, and no secret.
     */
    readonly submit: (
      key: string,
      work: Work
    ) => Effect.Effect<DurableJob, WorkKeyReused | InvalidRequest | StoreFailed>

    /**
     * Follows a job that was submitted elsewhere, under a key of yours.
     */
    readonly follow: (
      job: JobRef | JobRef.Encoded,
      key: string
    ) => Effect.Effect<DurableJob, WorkKeyReused | InvalidRequest | StoreFailed>

    /**
     * The work as it stands now.
     */
    readonly get: (key: string) => Effect.Effect<DurableJob, WorkNotFound | StoreFailed>

    /**
     * Waits for the end and gives the value. Interrupting it stops the wait alone.
     */
    readonly result: (key: string) => Effect.Effect<unknown, Failure | WorkUnknown | WorkNotFound | StoreFailed>

    /**
     * What becomes of the work, from any process: `Submitted` once it is a job, `Progress` as it changes, then one
     * `Completed`; or its failure. A slow reader misses progress, never the end.
     * The first read is tried 6 times; once it waits, it goes on waiting while the database is away.
     */
    readonly watch: (key: string) => Stream.Stream<JobEvent, Failure | WorkUnknown | WorkNotFound | StoreFailed>

    /**
     * Says what became of work of unknown outcome.
     */
    readonly settle: (
      key: string,
      settlement: Settlement
    ) => Effect.Effect<DurableJob, WorkNotFound | WorkNotUnknown | InvalidRequest | StoreFailed>

    /**
     * The work by state, in the order of the keys.
     */
    readonly list: (options?: ListOptions) => Effect.Effect<DurableJobPage, InvalidRequest | StoreFailed>

    /**
     * Deletes what is kept of work that ended longer ago than this: all but key, digest and state, so that an old key is
     * never done again. Gives how many.
     */
    readonly prune: (
      olderThan: Duration.DurationInput,
      options?: PruneOptions
    ) => Effect.Effect<number, InvalidRequest | StoreFailed>

    readonly stats: Effect.Effect<Stats, StoreFailed>
  }
}
