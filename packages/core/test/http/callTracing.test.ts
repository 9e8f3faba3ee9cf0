import { Auth } from "@effect-connectors/core/Auth"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Tracer from "effect/Tracer"
import { apiOver, calls, goodBody, virtual } from "../support/api.js"
import { answer, fakeClient, goodAnswer, hang, lost } from "../support/fakeClient.js"

interface Seen {
  readonly name: string
  readonly kind: string
  readonly parent: string | undefined
  readonly attributes: Record<string, unknown>
  readonly events: Array<readonly [string, Record<string, unknown> | undefined]>
  readonly ends: Array<Exit.Exit<unknown, unknown>>
}

const tracer = (sampled = true) => {
  const spans: Array<Seen> = []
  const made = Tracer.make({
    span: (name, parent, context, links, startTime, kind) => {
      const attributes: Record<string, unknown> = {}
      const above = Option.getOrUndefined(parent)
      const events: Seen["events"] = []
      const ends: Seen["ends"] = []
      spans.push({ name, kind, parent: above?._tag === "Span" ? above.name : undefined, attributes, events, ends })
      return {
        _tag: "Span",
        name,
        spanId: `${spans.length}`.padStart(16, "0"),
        traceId: "1".padStart(32, "0"),
        parent,
        context,
        links,
        kind,
        sampled,
        status: { _tag: "Started", startTime },
        attributes: new Map(),
        end: (_at, exit) => {
          ends.push(exit)
        },
        attribute: (key, value) => {
          attributes[key] = value
        },
        event: (event, _at, given) => {
          events.push([event, given])
        },
        addLinks: () => undefined
      }
    },
    context: (run) => run()
  })
  return { spans, tracer: made }
}

const hex = (value: number, length: number): string => `${value}`.padStart(length, "0")

const busy = answer(503, { json: {} })

describe("spans", () => {
  virtual("there is one span for each call, with the attributes of OpenTelemetry and ours", () =>
    Effect.gen(function* () {
      const { spans, tracer: made } = tracer()
      const accepted = answer(202, { json: { job_id: "job-7" }, headers: { "x-request-id": "r-1" } })
      const api = yield* apiOver(fakeClient(busy, busy, goodAnswer, accepted).client)
      yield* Effect.withTracer(Effect.zipRight(api.get("crm"), calls.submit(api)), made)
      const server = { "server.address": "localhost", "server.port": 8081 }
      assert.deepStrictEqual(
        spans.map(({ attributes, kind, name, parent }) => ({ attributes, kind, name, parent })),
        [
          {
            name: "connections.connections.get",
            kind: "client",
            parent: undefined,
            attributes: {
              ...server,
              "http.request.method": "GET",
              "url.template": "/api/v1/connections/{slug}",
              "connectors.connection": "crm",
              "http.response.status_code": 200,
              "http.request.resend_count": 2
            }
          },
          {
            name: "connections.actions.execute",
            kind: "client",
            parent: undefined,
            attributes: {
              ...server,
              "http.request.method": "POST",
              "url.template": "/api/v1/connections/{slug}/actions/{action}/execute",
              "connectors.connection": "crm",
              "connectors.action": "a",
              "http.response.status_code": 202,
              "connectors.request_id": "r-1",
              "connectors.job_id": "job-7"
            }
          }
        ]
      )
      const waits = spans[0]?.events.map(([name, given]) => [name, given?.["error.type"]])
      assert.deepStrictEqual(waits, [
        ["retry", "503"],
        ["retry", "503"]
      ])
    })
  )

  for (const [name, reply, expected] of [
    ["a status", answer(404, { json: {} }), "404"],
    ["no response", lost({ code: "ECONNRESET" }), "OutcomeUnknown"],
    ["proof that it was not sent", lost({ sent: false, phase: "connect", permanent: true }), "NotSent"]
  ] as const) {
    virtual(`error.type of a call that ends with ${name} is ${expected}`, () =>
      Effect.gen(function* () {
        const { spans, tracer: made } = tracer()
        const api = yield* apiOver(fakeClient(reply).client)
        yield* Effect.withTracer(Effect.exit(calls.unsafe(api)), made)
        assert.strictEqual(spans[0]?.attributes["error.type"], expected)
      })
    )
  }

  virtual("a span that is not sampled ends with its call, and nothing else is said of it", () =>
    Effect.gen(function* () {
      const { spans, tracer: made } = tracer(false)
      const api = yield* apiOver(fakeClient(busy, answer(404, { json: {} })).client)
      yield* Effect.withTracer(Effect.exit(api.get("crm")), made)
      assert.deepStrictEqual(
        spans.map(({ attributes, ends, events }) => ({ attributes, events, ends: ends.map(Exit.isFailure) })),
        [{ attributes: {}, events: [], ends: [true] }]
      )
    })
  )

  virtual("a span ends with the interruption of its call, and is not left open to what comes after", () =>
    Effect.gen(function* () {
      const { spans, tracer: made } = tracer()
      const api = yield* apiOver(fakeClient(hang).client)
      const late = api.get("crm").pipe(Effect.timeoutOption("1 second"))
      const open = yield* Effect.zipRight(late, Effect.option(Effect.currentSpan)).pipe(Effect.withTracer(made))
      assert.isTrue(Option.isNone(open))
      assert.deepStrictEqual(
        spans[0]?.ends.map((exit) => Exit.isFailure(exit) && Cause.isInterruptedOnly(exit.cause)),
        [true]
      )
      assert.isUndefined(spans[0]?.attributes["error.type"])
    })
  )

  virtual("a span around a call is its parent", () =>
    Effect.gen(function* () {
      const { spans, tracer: made } = tracer()
      const api = yield* apiOver(fakeClient(goodAnswer).client)
      yield* api.get("crm").pipe(Effect.withSpan("mine"), Effect.withTracer(made))
      assert.deepStrictEqual(
        spans.map((span) => [span.name, span.parent]),
        [
          ["mine", undefined],
          ["connections.connections.get", "mine"]
        ]
      )
    })
  )

  virtual("there is no span where tracing is switched off", () =>
    Effect.gen(function* () {
      const { spans, tracer: made } = tracer()
      const api = yield* apiOver(fakeClient(goodAnswer).client)
      yield* api.get("crm").pipe(Effect.withTracerEnabled(false), Effect.withTracer(made))
      assert.deepStrictEqual(spans, [])
    })
  )

  virtual("there is no span without a tracer: the transport sees none above it", () =>
    Effect.gen(function* () {
      const seen: Array<string> = []
      const plain = fakeClient((request, sent) =>
        Effect.zipRight(
          Effect.map(Effect.option(Effect.currentSpan), (span) => {
            seen.push(Option.isSome(span) ? span.value.name : "none")
          }),
          goodAnswer(request, sent)
        )
      )
      const api = yield* apiOver(plain.client)
      yield* api.get("crm")
      yield* Effect.withSpan(api.get("crm"), "mine")
      assert.deepStrictEqual(seen, ["none", "connections.connections.get"])
    })
  )
})

describe("a tracer on the wire", () => {
  for (const propagates of [true, false]) {
    virtual(
      `the ids of the call's span ${propagates ? "leave" : "stay, where propagation is off"}, and nothing shows our headers`,
      () =>
        Effect.gen(function* () {
          const headers: Array<Record<string, string>> = []
          const fetch: typeof globalThis.fetch = async (_input, given) => {
            headers.push(Object.fromEntries(new Headers(given?.headers)))
            return Response.json(goodBody)
          }
          const { spans, tracer: made } = tracer()
          const client = yield* Effect.provide(HttpClient.HttpClient, FetchHttpClient.layer)
          const api = yield* apiOver(
            HttpClient.withTracerPropagation(client, propagates),
            {},
            Auth.serviceToken(Redacted.make("token"))
          )
          const both = Effect.zipRight(api.get("crm"), calls.unsafe(api))
          yield* both.pipe(
            Effect.withSpan("mine"),
            Effect.withTracer(made),
            Effect.provideService(FetchHttpClient.Fetch, fetch)
          )
          const ours = { accept: "application/json", "user-agent": "effect-connectors", "x-service-token": "token" }
          const ids = (span: number, parent: number) =>
            propagates
              ? {
                  b3: `${hex(1, 32)}-${hex(span, 16)}-1-${hex(parent, 16)}`,
                  traceparent: `00-${hex(1, 32)}-${hex(span, 16)}-01`
                }
              : {}
          assert.deepStrictEqual(headers, [
            { ...ours, ...ids(2, 1) },
            { ...ours, ...ids(3, 1), "content-type": "application/json" }
          ])
          assert.deepStrictEqual(
            spans.map((span) => span.name),
            ["mine", "connections.connections.get", "connections.actions.execute"]
          )
          assert.notInclude(JSON.stringify(spans), "token")
        })
    )
  }

  virtual("redirects stay off under a tracer", () =>
    Effect.gen(function* () {
      const init: Array<RequestInit | undefined> = []
      const fetch: typeof globalThis.fetch = async (_input, given) => {
        init.push(given)
        return Response.json(goodBody)
      }
      const client = yield* Effect.provide(HttpClient.HttpClient, FetchHttpClient.layer)
      const api = yield* apiOver(client)
      yield* Effect.zipRight(api.get("crm"), calls.unsafe(api)).pipe(
        Effect.withTracer(tracer().tracer),
        Effect.provideService(FetchHttpClient.Fetch, fetch)
      )
      assert.deepStrictEqual(
        init.map((given) => given?.redirect),
        ["manual", "manual"]
      )
    })
  )

  virtual("the caller's own options of fetch are kept, and redirects stay off", () =>
    Effect.gen(function* () {
      const init: Array<RequestInit | undefined> = []
      const fetch: typeof globalThis.fetch = async (_input, given) => {
        init.push(given)
        return Response.json(goodBody)
      }
      const client = yield* Effect.provide(HttpClient.HttpClient, FetchHttpClient.layer)
      yield* (yield* apiOver(client))
        .get("crm")
        .pipe(
          Effect.provideService(FetchHttpClient.RequestInit, { credentials: "omit", redirect: "follow" }),
          Effect.provideService(FetchHttpClient.Fetch, fetch)
        )
      assert.deepStrictEqual([init[0]?.credentials, init[0]?.redirect], ["omit", "manual"])
    })
  )
})
