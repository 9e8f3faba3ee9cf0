import type { ReadError, WriteError } from "@effect-connectors/core/ApiError"
import type { BosaApi } from "@effect-connectors/core/BosaApi"
import type { BosaError } from "@effect-connectors/core/BosaError"
import type { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import type { JobError } from "@effect-connectors/core/JobError"
import type { Dialect } from "@effect-connectors/core/Dialect"
import type * as Effect from "effect/Effect"

/** The clients of the operations, and one that authenticates a user again. */
export interface Clients {
  readonly connections: ConnectionsApi.Service
  readonly bosa: Readonly<Record<Dialect, BosaApi.Service>>
  /** A client of a user who has no token yet. */
  readonly fresh: (dialect: Dialect) => Effect.Effect<BosaApi.Service>
}

/** A call, the errors of its type, and good responses to it. */
export interface Operation {
  readonly name: string
  readonly tags: ReadonlySet<string>
  readonly run: (clients: Clients) => Effect.Effect<unknown, unknown>
  readonly status: number
  /** Bodies that it can read; one of them is mutated. */
  readonly good: readonly [unknown, ...Array<unknown>]
  /** Good responses to the first requests, before the mutated one. */
  readonly before: ReadonlyArray<unknown>
  /** Whether the response to discovery is the mutated one. */
  readonly discovers: boolean
}

type Tags<E extends { readonly _tag: string }> = Readonly<Record<E["_tag"], true>>

export const readTags: Tags<ReadError> = {
  InvalidRequest: true,
  Unauthorized: true,
  Forbidden: true,
  NotFound: true,
  RateLimited: true,
  ApiRejected: true,
  ServerFailed: true,
  UnexpectedRedirect: true,
  UnexpectedBody: true,
  Unreachable: true,
  DeadlineExceeded: true
}

const { Unreachable: _, ...common } = readTags

export const writeTags: Tags<WriteError> = { ...common, NotSent: true, OutcomeUnknown: true }

export const jobTags: Tags<JobError> = {
  JobFailed: true,
  JobCancelled: true,
  JobNotFound: true,
  JobDeadlineExceeded: true
}

export const apiTags: Tags<ReadError | WriteError> = { ...readTags, ...writeTags }

const loopTag: Tags<Extract<BosaError, { readonly _tag: "PaginationLoop" }>> = { PaginationLoop: true }

export const pageTags = { ...apiTags, ...loopTag }
export const listTags = { ...readTags, ...loopTag }

interface Row<E extends { readonly _tag: string }> {
  readonly name: string
  /** The compiler holds them to be all that the call can fail with, and no others. */
  readonly tags: Tags<E>
  readonly run: (clients: Clients) => Effect.Effect<unknown, E>
  readonly good: Operation["good"]
  readonly status?: number
  readonly before?: ReadonlyArray<unknown>
  readonly discovers?: boolean
}

export const operation = <E extends { readonly _tag: string }>(row: Row<E>): Operation => ({
  name: row.name,
  tags: new Set(Object.keys(row.tags)),
  run: row.run,
  status: row.status ?? 200,
  good: row.good,
  before: row.before ?? [],
  discovers: row.discovers ?? false
})
