import { Auth, ConnectionsApi } from "@effect-connectors/core"
import { ConnectionsTest } from "@effect-connectors/testing/ConnectionsTest"
import { VirtualClock } from "@effect-connectors/testing/VirtualClock"
import * as World from "@effect-connectors/testing/World"
import * as NodeSdk from "@effect/opentelemetry/NodeSdk"
import * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe, it } from "@effect/vitest"
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as MetricState from "effect/MetricState"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { readFile } from "node:fs/promises"

const world = World.make({
  connections: [
    {
      slug: "crm",
      actions: [
        { slug: "sync", takesMillis: 3_000, progress: true, result: { synced: 2 } },
        { slug: "fails", takesMillis: 1_000, fails: { code: "UPSTREAM_DOWN", message: "the CRM is down" } }
      ]
    }
  ]
})

const layer = Layer.provideMerge(
  ConnectionsApi.layer({ baseUrl: "http://localhost", metrics: true }).pipe(
    Layer.provide(Auth.serviceToken(Redacted.make("CANARY-token")))
  ),
  ConnectionsTest.layer(world)
)

/** What a program exports under a tracer of OpenTelemetry, as each span with its parent. */
const exported = <A, E>(program: Effect.Effect<A, E, ConnectionsApi | ConnectionsTest>) => {
  const exporter = new InMemorySpanExporter()
  const sdk = NodeSdk.layer(() => ({
    resource: { serviceName: "orders" },
    spanProcessor: new SimpleSpanProcessor(exporter)
  }))
  return Effect.gen(function* () {
    const value = yield* VirtualClock.run(Effect.scoped(Effect.provide(program, layer)), {
      startMillis: 1_700_000_000_000
    })
    return { value, spans: exporter.getFinishedSpans() }
  }).pipe(Effect.provide(sdk))
}

interface Tree {
  readonly name: string
  readonly below: ReadonlyArray<Tree>
}

const treesOf = (spans: ReadonlyArray<ReadableSpan>, parent?: string): ReadonlyArray<Tree> =>
  spans
    .filter((span) => span.parentSpanContext?.spanId === parent)
    .sort((a, b) => a.startTime[0] - b.startTime[0] || a.startTime[1] - b.startTime[1])
    .map((span) => ({ name: span.name, below: treesOf(spans, span.spanContext().spanId) }))

const leaf = (name: string): Tree => ({ name, below: [] })

const spanNamed = (spans: ReadonlyArray<ReadableSpan>, name: string): ReadableSpan => {
  const span = spans.find((one) => one.name === name)
  if (span === undefined) throw new Error(`no span is named ${name}`)
  return span
}

const submit = (api: ConnectionsApi.Service, action: string) =>
  api.connection("crm").actions.execute(action, { input: { orderId: 7 } }, { async: true, retry: "idempotent" })

/** The counters of a name, as the tags that say what was counted and the count. */
const counted = (name: string, tag: string, second?: string) =>
  Effect.map(Metric.snapshot, (pairs) => {
    const counts: Record<string, number> = {}
    for (const { metricKey, metricState } of pairs) {
      if (metricKey.name !== name || !MetricState.isCounterState(metricState)) continue
      const valueOf = (key: string) => metricKey.tags.find((label) => label.key === key)?.value ?? ""
      counts[second === undefined ? valueOf(tag) : `${valueOf(tag)} ${valueOf(second)}`] = Number(metricState.count)
    }
    return counts
  })

describe("telemetry", () => {
  it("a retried async run is one trace: the job above its submit and its polls", () =>
    Effect.runPromise(
      Effect.gen(function* () {
        const { spans, value } = yield* exported(
          Effect.gen(function* () {
            const api = yield* ConnectionsApi
            const platform = yield* ConnectionsTest
            yield* platform.respondNext({ operation: "actions.execute" }, [{ status: 503 }])
            return yield* Effect.withSpan(api.jobs.result(submit(api, "sync")), "order")
          })
        )
        assert.deepStrictEqual(value, { synced: 2 })
        const polls = spans.filter(({ name }) => name === "connections.jobs.get").length
        assert.isAbove(polls, 1)
        assert.deepStrictEqual(treesOf(spans), [
          {
            name: "order",
            below: [
              {
                name: "connections.job",
                below: [
                  leaf("connections.actions.execute"),
                  ...Array.from({ length: polls }, () => leaf("connections.jobs.get"))
                ]
              }
            ]
          }
        ])
        assert.strictEqual(new Set(spans.map((span) => span.spanContext().traceId)).size, 1)
        const job = spanNamed(spans, "connections.job")
        const execute = spanNamed(spans, "connections.actions.execute")
        const { "connectors.job_id": jobId, ...ofJob } = job.attributes
        assert.deepInclude(ofJob, {
          "connectors.operation": "actions.execute",
          "connectors.connection": "crm",
          "connectors.job.end": "Completed"
        })
        assert.deepInclude(execute.attributes, {
          "http.request.method": "POST",
          "url.template": "/api/v1/connections/{slug}/actions/{action}/execute",
          "server.address": "localhost",
          "server.port": 80,
          "http.response.status_code": 200,
          "http.request.resend_count": 1,
          "connectors.action": "sync",
          "connectors.job_id": jobId
        })
        assert.deepStrictEqual(
          execute.events.map(({ attributes, name }) => [name, attributes?.["error.type"]]),
          [["retry", "503"]]
        )
        assert.notInclude(JSON.stringify(spans.map(({ attributes, events }) => [attributes, events])), "CANARY")
      })
    ))

  it("a stream and many results have their jobs' spans, with how each ended", () =>
    Effect.runPromise(
      Effect.gen(function* () {
        const { spans } = yield* exported(
          Effect.gen(function* () {
            const api = yield* ConnectionsApi
            yield* Stream.runDrain(api.jobs.follow(submit(api, "sync")))
            yield* Stream.runDrain(
              api.jobs.results(Stream.make(submit(api, "sync"), submit(api, "fails")), { failures: "value" })
            )
            yield* Effect.either(Stream.runDrain(api.jobs.follow(submit(api, "fails"))))
            yield* Stream.runDrain(Stream.take(api.jobs.follow(submit(api, "sync")), 1))
          })
        )
        const jobs = spans.filter(({ name }) => name === "connections.job")
        assert.deepStrictEqual(jobs.map(({ attributes }) => attributes["connectors.job.end"]).sort(), [
          "Completed",
          "Completed",
          "Completed",
          "JobFailed",
          "JobFailed"
        ])
        assert.deepStrictEqual(
          jobs.filter((job) => !spans.some((span) => span.parentSpanContext?.spanId === job.spanContext().spanId)),
          []
        )
        // no poll is a trace of its own
        assert.deepStrictEqual(
          spans.filter(
            ({ name, parentSpanContext }) => name === "connections.jobs.get" && parentSpanContext === undefined
          ),
          []
        )
      })
    ))

  it("the counters are those of the platform", () =>
    Effect.runPromise(
      VirtualClock.run(
        Effect.scoped(
          Effect.gen(function* () {
            const before = yield* counted("connectors.requests", "operation", "outcome")
            const ended = yield* counted("connectors.jobs.ends", "kind")
            const api = yield* ConnectionsApi
            const platform = yield* ConnectionsTest
            yield* platform.respondNext({ operation: "jobs.get" }, [{ status: 429 }, { _tag: "Reset" }])
            yield* platform.respondNext({ operation: "connections.list" }, [{ status: 500 }])
            yield* api.list()
            yield* Effect.either(api.get("nowhere"))
            yield* Stream.runDrain(
              api.jobs.results(
                Stream.fromIterable(
                  Array.from({ length: 50 }, (_, index) => submit(api, index % 5 === 0 ? "fails" : "sync"))
                ),
                { failures: "value" }
              )
            )
            const after = yield* counted("connectors.requests", "operation", "outcome")
            const requests = yield* platform.requests
            const expected: Record<string, number> = {}
            for (const { operation, status } of requests) {
              const key = `${operation} ${status ?? "ECONNRESET"}`
              expected[key] = (expected[key] ?? 0) + 1
            }
            const counts = Object.fromEntries(
              Object.entries(after)
                .map(([key, count]) => [key, count - (before[key] ?? 0)] as const)
                .filter(([, count]) => count > 0)
            )
            assert.deepStrictEqual(counts, expected)
            const ends = yield* counted("connectors.jobs.ends", "kind")
            assert.strictEqual((ends["Completed"] ?? 0) - (ended["Completed"] ?? 0), 40)
            assert.strictEqual((ends["JobFailed"] ?? 0) - (ended["JobFailed"] ?? 0), 10)
            assert.deepStrictEqual(yield* counted("connectors.rate_limit.pauses", "of"), { polls: 1 })
            assert.strictEqual((yield* counted("connectors.retries", "operation"))["connections.list"], 1)
          }).pipe(Effect.provide(layer))
        )
      )
    ))

  it("the counters of two servers are those of each", () =>
    Effect.runPromise(
      VirtualClock.run(
        Effect.scoped(
          Effect.gen(function* () {
            const tenant = (baseUrl: string) =>
              Effect.gen(function* () {
                const platform = yield* ConnectionsTest.make(world)
                const api = yield* ConnectionsApi.make({ baseUrl, metrics: true }).pipe(
                  Effect.provide(Auth.none),
                  Effect.provideService(HttpClient.HttpClient, platform.client)
                )
                return { api, platform }
              })
            const north = yield* tenant("https://north.example")
            const south = yield* tenant("https://south.example:8443")
            yield* north.platform.respondNext({ operation: "connections.list" }, [{ status: 503 }])
            yield* north.api.list()
            yield* Effect.either(north.api.get("nowhere"))
            yield* north.api.jobs.result(submit(north.api, "sync"))
            yield* south.api.list()
            const requestsOf = Effect.map(Metric.snapshot, (pairs) => {
              const counts: Record<string, number> = {}
              for (const { metricKey, metricState } of pairs) {
                if (metricKey.name !== "connectors.requests" || !MetricState.isCounterState(metricState)) continue
                const tag = (name: string) => metricKey.tags.find(({ key }) => key === name)?.value
                const server = `${tag("server.address")}:${tag("server.port")}`
                counts[server] = (counts[server] ?? 0) + Number(metricState.count)
              }
              return counts
            })
            assert.deepInclude(yield* requestsOf, {
              "north.example:443": (yield* north.platform.requests).length,
              "south.example:8443": (yield* south.platform.requests).length
            })
            assert.isAbove((yield* north.platform.requests).length, (yield* south.platform.requests).length)
          })
        )
      )
    ))

  it("the documentation and the dashboard name the metrics that there are, and no others", async () => {
    const read = (path: string) => readFile(new URL(`../../${path}`, import.meta.url), "utf8")
    const made = Effect.runSync(Metric.snapshot)
      .map(({ metricKey }) => metricKey.name)
      .filter((name) => name.startsWith("connectors."))
    const section = (await read("docs/observability.md")).split("## Metrics")[1]?.split("## Logs")[0] ?? ""
    const documented = [...section.matchAll(/^\| `(connectors\.[a-z_.]+)`/gm)].map(([, name]) => name)
    assert.deepStrictEqual([...new Set(made)].sort(), documented.sort())
    const shown = [
      ...(await read("examples/data/dashboard.json")).matchAll(/connectors_[a-z_]+?(?=_total|_bucket|[[){])/g)
    ]
    assert.deepStrictEqual(
      [...new Set(shown.map(([name]) => name))].sort(),
      documented.map((name) => name?.replaceAll(".", "_")).sort()
    )
  })

  it("without metrics nothing is counted", () =>
    Effect.runPromise(
      VirtualClock.run(
        Effect.scoped(
          Effect.gen(function* () {
            const before = yield* counted("connectors.requests", "operation", "outcome")
            const quiet = yield* ConnectionsApi.make({ baseUrl: "http://localhost" }).pipe(Effect.provide(Auth.none))
            const result = yield* Effect.either(quiet.jobs.result(submit(quiet, "sync")))
            assert.isTrue(Either.isRight(result))
            assert.deepStrictEqual(yield* counted("connectors.requests", "operation", "outcome"), before)
          }).pipe(Effect.provide(ConnectionsTest.layer(world)))
        )
      )
    ))
})
