/** An HttpApi that submits a job, streams its events to a browser, and has a page that shows them. */
import { ApiError, ConnectionsApi, Job, JobError, JobRef } from "@effect-connectors/core"
import * as HttpApi from "@effect/platform/HttpApi"
import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as HttpApiSchema from "@effect/platform/HttpApiSchema"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { page } from "./jobEventsPage.js"

const Result = Schema.Struct({ synced: Schema.Number })

const Event = Schema.parseJson(Job.JobEvent.schema(Result))
const Failure = Schema.parseJson(Schema.Union(ApiError.ReadError, JobError.JobError))

const api = HttpApi.make("jobs").add(
  HttpApiGroup.make("jobs")
    .add(HttpApiEndpoint.get("page", "/").addSuccess(HttpApiSchema.Text({ contentType: "text/html" })))
    .add(HttpApiEndpoint.post("submit", "/jobs").addSuccess(Schema.NullOr(JobRef)).addError(ApiError.WriteError))
    .add(
      // the reference is checked before anything is sent: one of another server is refused
      HttpApiEndpoint.get("events", "/events")
        .setUrlParams(Schema.Struct({ job: Schema.parseJson(JobRef) }))
        .addSuccess(HttpApiSchema.Text({ contentType: "text/event-stream" }))
    )
)

/** One event of the stream: its name and one line of JSON. */
const line = (name: string, json: string): string => `event: ${name}\ndata: ${json}\n\n`

// when the browser leaves, the stream is interrupted, and with it the watch: nothing polls any more
const eventsOf = (connections: ConnectionsApi.Service, job: JobRef) =>
  connections.jobs.watch(job, { output: Result }).pipe(
    Stream.mapEffect((event) =>
      Effect.orDie(Effect.map(Schema.encode(Event)(event), (json) => line(event._tag, json)))
    ),
    Stream.catchAll((error) =>
      Stream.fromEffect(Effect.orDie(Effect.map(Schema.encode(Failure)(error), (json) => line("Failed", json))))
    ),
    Stream.encodeText
  )

const handlers = HttpApiBuilder.group(api, "jobs", (handlers) =>
  Effect.map(ConnectionsApi, (connections) =>
    handlers
      .handle("page", () => Effect.succeed(page))
      .handle("submit", () =>
        Effect.map(connections.connection("crm").actions.execute("sync-orders", {}, { async: true }), (execution) =>
          execution._tag === "Accepted" ? execution.job : null
        )
      )
      .handle("events", ({ urlParams }) =>
        HttpServerResponse.stream(eventsOf(connections, urlParams.job), {
          contentType: "text/event-stream",
          headers: { "cache-control": "no-store" }
        })
      )
  )
)

export const layer = Layer.provide(HttpApiBuilder.api(api), handlers)
