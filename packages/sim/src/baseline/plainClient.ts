import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Schedule from "effect/Schedule"

/** A field of a value that may have none. */
export const field = (value: unknown, name: string): unknown =>
  Predicate.hasProperty(value, name) ? value[name] : undefined

/** What a program has without the library: an HttpClient with retries, and a loop that polls. */
export const plainClient = (client: HttpClient.HttpClient, baseUrl: string, token: string) => {
  const api = client.pipe(
    HttpClient.mapRequest((request) =>
      HttpClientRequest.setHeader(HttpClientRequest.prependUrl(request, baseUrl), "x-service-token", token)
    ),
    HttpClient.filterStatusOk,
    HttpClient.retryTransient({ schedule: Schedule.exponential("100 millis"), times: 2 })
  )
  const jsonOf = (request: HttpClientRequest.HttpClientRequest) =>
    Effect.flatMap(api.execute(request), (response) => response.json)
  const post = (action: string, input: unknown, query: string) =>
    jsonOf(
      HttpClientRequest.bodyUnsafeJson(HttpClientRequest.post(`/api/v1/connections/${action}/execute${query}`), {
        input
      })
    )
  return {
    /** Executes `CONNECTION/actions/ACTION`. */
    execute: (action: string, input: unknown) => post(action, input, ""),
    /** The same as a job, up to its end. */
    job: (action: string, input: unknown) =>
      Effect.flatMap(post(action, input, "?async=true"), (accepted) =>
        Effect.repeat(jsonOf(HttpClientRequest.get(`/api/v1/jobs/${field(accepted, "job_id")}`)), {
          schedule: Schedule.spaced("1 second"),
          until: (state) => ["completed", "succeeded", "failed", "cancelled"].includes(String(field(state, "status")))
        })
      )
  }
}
