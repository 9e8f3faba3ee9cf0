import * as Transport from "@effect-connectors/core/Transport"
import * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Effect from "effect/Effect"

const stateText = JSON.stringify({ job_id: "job", status: "RUNNING", progress: 0.5 })
const emptyResponse = new Response(null)

const responseOf = (request: HttpClientRequest.HttpClientRequest, text: string) =>
  Object.assign(HttpClientResponse.fromWeb(request, emptyResponse), {
    [Transport.BufferedBodyTypeId]: { text, byteLength: text.length, truncated: false }
  })

/** Jobs of a platform in memory that never end, and how late each of their polls came. Times in milliseconds. */
export class MemoryJobs {
  submitted = 0
  /** The lags of the polls since the last `reset`. */
  readonly lags: Array<number> = []
  private readonly polledAt: Float64Array

  /** A poll is due `everyMillis` after the one before it. */
  constructor(
    count: number,
    private readonly everyMillis: number
  ) {
    this.polledAt = new Float64Array(count)
  }

  reset(): void {
    this.lags.length = 0
  }

  submit(): number {
    return this.submitted++
  }

  /** Polls a job: its state as JSON. */
  poll(index: number): string {
    const now = performance.now()
    const before = this.polledAt[index] ?? 0
    if (before > 0) this.lags.push(now - before - this.everyMillis)
    this.polledAt[index] = now
    return stateText
  }

  /** The same as a client of HTTP. */
  readonly client = Effect.sync(() => {
    const send = (request: HttpClientRequest.HttpClientRequest) =>
      Effect.sync(() => {
        if (request.method === "POST") return responseOf(request, `{"job_id":"job-${this.submit()}"}`)
        return responseOf(request, this.poll(Number(request.url.slice(request.url.lastIndexOf("-") + 1))))
      })
    return Transport.keepsAttempt(HttpClient.make(send), send)
  })
}
