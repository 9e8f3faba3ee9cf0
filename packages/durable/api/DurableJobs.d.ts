import type { StoreFailed, WorkKeyReused, WorkNotFound, WorkNotUnknown, WorkUnknown } from "./DurableError.js"
import type { DurableJob, Failure, State } from "./DurableJob.js"
import type { Work } from "./Work.js"
import type { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import type { InvalidRequest } from "@effect-connectors/core/InvalidRequest"
import type { JobEvent } from "@effect-connectors/core/Job"
import type { JobRef } from "@effect-connectors/core/JobRef"
import type { Verification } from "@effect-connectors/core/Ledger"
import type { PgClient, PgClientConfig } from "@effect/sql-pg/PgClient"
import type * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type * as Stream from "effect/Stream"

export type Settlement =
  | {
      readonly _tag: "Done"
      readonly value: unknown
    }
  | {
      readonly _tag: "Accepted"
      readonly job: JobRef | JobRef.Encoded
    }
  | {
      readonly _tag: "NotDone"
    }
  | {
      readonly _tag: "GivenUp"
    }
export interface ListOptions {
  readonly states?: ReadonlyArray<State> | undefined
  readonly cursor?: string | undefined
  readonly limit?: number | undefined
}
export interface DurableJobPage {
  readonly jobs: ReadonlyArray<DurableJob>
  readonly unreadable: ReadonlyArray<string>
  readonly next: string | undefined
}
export interface Stats {
  readonly states: Readonly<Record<State, number>>
  readonly buckets: number
  readonly followed: number
}
export interface RunnerOptions {
  readonly gate?: number | undefined
  readonly drain?: Duration.DurationInput | undefined
  readonly submitFor?: Duration.DurationInput | undefined
  readonly pollInterval?: Duration.DurationInput | undefined
  readonly verify?: ((job: DurableJob) => Effect.Effect<Verification<unknown>, unknown>) | undefined
  readonly settleAfter?: Duration.DurationInput | undefined
}
export interface SqliteOptions extends RunnerOptions {
  readonly filename: string
}
export type Database =
  | PgClientConfig
  | {
      readonly client: PgClient
    }
export interface PgOptions extends RunnerOptions {
  readonly database: Database
}
export type ClientOptions = Pick<RunnerOptions, "pollInterval"> & {
  readonly create?: boolean | undefined
} & (
    | {
        readonly database: Database
      }
    | {
        readonly filename: string
      }
  )
export interface PruneOptions {
  readonly dryRun?: boolean | undefined
}
declare const DurableJobs_base: Context.TagClass<
  DurableJobs,
  "@effect-connectors/durable/DurableJobs",
  DurableJobs.Service
>
export declare class DurableJobs extends DurableJobs_base {
  static readonly layerMemory: (options?: RunnerOptions) => Layer.Layer<DurableJobs, InvalidRequest, ConnectionsApi>
  static readonly layerSqlite: (
    options: SqliteOptions
  ) => Layer.Layer<DurableJobs, InvalidRequest | StoreFailed, ConnectionsApi>
  static readonly layerPg: (
    options: PgOptions
  ) => Layer.Layer<DurableJobs, InvalidRequest | StoreFailed, ConnectionsApi>
  static readonly layerClient: (options: ClientOptions) => Layer.Layer<DurableJobs, InvalidRequest | StoreFailed>
}
export declare namespace DurableJobs {
  interface Service {
    readonly submit: (
      key: string,
      work: Work
    ) => Effect.Effect<DurableJob, WorkKeyReused | InvalidRequest | StoreFailed>
    readonly follow: (
      job: JobRef | JobRef.Encoded,
      key: string
    ) => Effect.Effect<DurableJob, WorkKeyReused | InvalidRequest | StoreFailed>
    readonly get: (key: string) => Effect.Effect<DurableJob, WorkNotFound | StoreFailed>
    readonly result: (key: string) => Effect.Effect<unknown, Failure | WorkUnknown | WorkNotFound | StoreFailed>
    readonly watch: (key: string) => Stream.Stream<JobEvent, Failure | WorkUnknown | WorkNotFound | StoreFailed>
    readonly settle: (
      key: string,
      settlement: Settlement
    ) => Effect.Effect<DurableJob, WorkNotFound | WorkNotUnknown | InvalidRequest | StoreFailed>
    readonly list: (options?: ListOptions) => Effect.Effect<DurableJobPage, InvalidRequest | StoreFailed>
    readonly prune: (
      olderThan: Duration.DurationInput,
      options?: PruneOptions
    ) => Effect.Effect<number, InvalidRequest | StoreFailed>
    readonly stats: Effect.Effect<Stats, StoreFailed>
  }
}
