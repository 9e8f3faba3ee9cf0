import type { ReadError, WriteError } from "@effect-connectors/core/ApiError"
import { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import type { JobEvent } from "@effect-connectors/core/Job"
import type { JobError } from "@effect-connectors/core/JobError"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { Deal } from "./Deal.ts"

/** The CRM has no such deal. */
export class DealNotFound extends Data.TaggedError("DealNotFound")<{ readonly id: number }> {}

/** The CRM did not do it. You can try again. */
export class CrmUnavailable extends Data.TaggedError("CrmUnavailable")<{ readonly message: string }> {}

/** It may have been done. Check the CRM before you try again. */
export class Unclear extends Data.TaggedError("Unclear")<{ readonly what: string }> {}

/** The sync started and gave no result. */
export class SyncFailed extends Data.TaggedError("SyncFailed")<{ readonly job: string; readonly message: string }> {}

/** The progress of a sync. */
export type SyncStep = Data.TaggedEnum<{
  Started: { readonly job: string }
  Running: { readonly percent: number }
  Done: { readonly synced: number }
}>
export const { Done, Running, Started } = Data.taggedEnum<SyncStep>()

const Synced = Schema.Struct({ synced: Schema.Number })

/** The deals of the CRM. */
export class Deals extends Context.Tag("sales/Deals")<Deals, Deals.Service>() {
  static readonly layer: Layer.Layer<Deals, never, ConnectionsApi> = Layer.effect(
    Deals,
    Effect.map(ConnectionsApi, (connections) => make(connections))
  )
}

export declare namespace Deals {
  export interface Service {
    readonly fetch: (id: number) => Effect.Effect<Deal, DealNotFound | CrmUnavailable>
    /** Sends the invoice of a deal at most once. */
    readonly invoice: (id: number) => Effect.Effect<void, CrmUnavailable | Unclear>
    /** Starts a sync and follows it to its end. */
    readonly sync: Stream.Stream<SyncStep, SyncFailed | CrmUnavailable | Unclear>
  }
}

const make = ({ connection, jobs }: ConnectionsApi.Service): Deals.Service => {
  const { actions } = connection("crm")
  return {
    fetch: (id) =>
      // fetching twice is harmless, so the client may repeat the call
      jobs
        .result(actions.execute("fetch-deal", { input: { id } }, { retry: "idempotent" }), { output: Deal })
        .pipe(Effect.mapError((error) => (error._tag === "NotFound" ? new DealNotFound({ id }) : unavailable(error)))),
    invoice: (id) =>
      jobs.result(actions.execute("send-invoice", { input: { id } })).pipe(
        Effect.asVoid,
        Effect.mapError((error) =>
          error._tag === "OutcomeUnknown" ? new Unclear({ what: `the invoice of deal ${id}` }) : unavailable(error)
        )
      ),
    sync: jobs
      .follow(actions.execute("sync", {}, { async: true }), { output: Synced })
      .pipe(Stream.map(stepOf), Stream.mapError(syncErrorOf))
  }
}

const unavailable = ({ message }: Error): CrmUnavailable => new CrmUnavailable({ message })

const stepOf = (event: JobEvent<typeof Synced.Type>): SyncStep => {
  switch (event._tag) {
    case "Submitted":
      return Started({ job: event.job.jobId })
    case "Progress":
      return Running({ percent: Math.round((event.state.progress ?? 0) * 100) })
    case "Completed":
      return Done({ synced: event.value.synced })
  }
}

const syncErrorOf = (error: ReadError | WriteError | JobError): SyncFailed | CrmUnavailable | Unclear => {
  switch (error._tag) {
    case "OutcomeUnknown":
      return new Unclear({ what: "the sync" })
    case "JobFailed":
    case "JobCancelled":
    case "JobNotFound":
    case "JobDeadlineExceeded":
      return new SyncFailed({ job: error.job.jobId, message: error.message })
    default:
      return unavailable(error)
  }
}
