import * as Metric from "effect/Metric"
import * as MetricBoundaries from "effect/MetricBoundaries"
import * as MetricLabel from "effect/MetricLabel"
import type { BaseUrl } from "./url.js"

/**
 * The metrics of a client. Times in milliseconds.
 *
 * @internal
 */
export interface Metrics {
  readonly requested: (operation: string, outcome: string, millis: number) => void
  readonly retried: (operation: string) => void
  /** A 429 made requests wait: `of` says which, those of the limits or the polls. */
  readonly paused: (of: "limits" | "polls") => void
  readonly watched: (jobs: number) => void
  /** How much later than it was due a poll started. */
  readonly polled: (lagMillis: number) => void
  readonly ended: (kind: string) => void
}

const durations = MetricBoundaries.fromIterable([
  5, 10, 25, 50, 75, 100, 250, 500, 750, 1_000, 2_500, 5_000, 7_500, 10_000, 30_000
])
const lags = MetricBoundaries.fromIterable([1, 10, 50, 100, 500, 1_000, 5_000, 10_000, 60_000])

const requests = Metric.counter("connectors.requests", {
  description: "HTTP requests sent, retries and polls among them, by operation and outcome: a status or a code",
  incremental: true
})
const duration = Metric.histogram(
  "connectors.request.duration",
  durations,
  "Milliseconds from the start of a request to the end of its response, by operation"
)
const retries = Metric.counter("connectors.retries", {
  description: "Requests that repeat one before them, by operation",
  incremental: true
})
const pauses = Metric.counter("connectors.rate_limit.pauses", {
  description: "429 responses that made the requests of a client wait, by what waits: its limits or its polls",
  incremental: true
})
const watched = Metric.gauge("connectors.jobs.watched", { description: "Jobs that a client waits for or watches" })
const pollLag = Metric.histogram(
  "connectors.jobs.poll_lag",
  lags,
  "Milliseconds from when a poll was due to when it started"
)
const ends = Metric.counter("connectors.jobs.ends", {
  description: "Jobs whose watch ended, by kind: Completed or the tag of the error",
  incremental: true
})

type Tags = ReadonlyArray<MetricLabel.MetricLabel>

/**
 * The metrics of the client of one server.
 *
 * @internal
 */
export const make = (platform: string, { hostname, port }: BaseUrl): Metrics => {
  const tags = [
    MetricLabel.make("platform", platform),
    MetricLabel.make("server.address", hostname),
    MetricLabel.make("server.port", String(port))
  ]
  const known = new Map<string, Tags>()
  // a metric knows a list that it was given before; to find what it keeps for a new one takes longer than a call
  const of = (name: string, value: string, outcome?: string): Tags => {
    const key = outcome === undefined ? `${name} ${value}` : `${name} ${value} ${outcome}`
    const found = known.get(key)
    if (found !== undefined) return found
    const made = [...tags, MetricLabel.make(name, value)]
    if (outcome !== undefined) made.push(MetricLabel.make("outcome", outcome))
    known.set(key, made)
    return made
  }
  return {
    requested: (operation, outcome, millis) => {
      requests.unsafeUpdate(1, of("operation", operation, outcome))
      duration.unsafeUpdate(millis, of("operation", operation))
    },
    retried: (operation) => retries.unsafeUpdate(1, of("operation", operation)),
    paused: (which) => pauses.unsafeUpdate(1, of("of", which)),
    watched: (jobs) => watched.unsafeUpdate(jobs, tags),
    polled: (lagMillis) => pollLag.unsafeUpdate(lagMillis, tags),
    ended: (kind) => ends.unsafeUpdate(1, of("kind", kind))
  }
}
