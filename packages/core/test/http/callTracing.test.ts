import { Auth } from "@effect-connectors/core/Auth"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Tracer from "effect/Tracer"
import { apiOver, calls, goodBody, virtual } from "../support/api.js"
import { answer, fakeClient, goodAnswer } from "../support/fakeClient.js"

interface Seen {
  readonly name: string
  readonly kind: string
  readonly parent: string | undefined
  readonly attributes: Record<string, unknown>
}

const tracer = () => {
  const spans: Array<Seen> = []
  const made = Tracer.make({
    span: (name, parent, context, links, startTime, kind) => {
      const attributes: Record<string, unknown> = {}
      const above = Option.getOrUndefined(parent)
      spans.push({ name, kind, parent: above?._tag === "Span" ? above.name : undefined, attributes })
      return {
        _tag: "Span",
        name,
        spanId: `${spans.length}`.padStart(16, "0"),
        traceId: "1".padStart(32, "0"),
        parent,
        context,
        links,
        kind,
        sampled: true,
        status: { _tag: "Started", startTime },
        attributes: new Map(),
        end: () => undefined,
        attribute: (key, value) => {
          attributes[key] = value
        },
        event: () => undefined,
        addLinks: () => undefined
      }
    },
    context: (run) => run()
  })
  return { spans, tracer: made }
}

const named = (name: string, method: string, route: string, parent?: string): Seen => ({
  name,
  kind: "client",
  parent,
  attributes: { "http.request.method": method, "url.template": route }
})

describe("spans", () => {
  virtual(
    "there is one span for each call, however often it was sent, named by the operation and the path's template",
    () =>
      Effect.gen(function* () {
        const { spans, tracer: made } = tracer()
        const api = yield* apiOver(fakeClient(answer(503, { json: {} }), answer(503, { json: {} }), goodAnswer).client)
        yield* Effect.withTracer(Effect.zipRight(api.get("crm"), calls.unsafe(api)), made)
        assert.deepStrictEqual(spans, [
          named("connections.connections.get", "GET", "/api/v1/connections/{slug}"),
          named("connections.actions.execute", "POST", "/api/v1/connections/{slug}/actions/{action}/execute")
        ])
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

describe("what a tracer must not change on the wire", () => {
  virtual("no trace headers leave, and the platform makes no span that shows our headers", () =>
    Effect.gen(function* () {
      const headers: Array<Record<string, string>> = []
      const init: Array<RequestInit | undefined> = []
      const fetch: typeof globalThis.fetch = async (_input, given) => {
        init.push(given)
        headers.push(Object.fromEntries(new Headers(given?.headers)))
        return Response.json(goodBody)
      }
      const { spans, tracer: made } = tracer()
      const client = yield* Effect.provide(HttpClient.HttpClient, FetchHttpClient.layer)
      const api = yield* apiOver(client, {}, Auth.serviceToken(Redacted.make("token")))
      const both = Effect.zipRight(api.get("crm"), calls.unsafe(api))
      yield* both.pipe(
        Effect.withSpan("mine"),
        Effect.withTracer(made),
        Effect.provideService(FetchHttpClient.Fetch, fetch)
      )
      const ours = { accept: "application/json", "user-agent": "effect-connectors", "x-service-token": "token" }
      assert.deepStrictEqual(headers, [ours, { ...ours, "content-type": "application/json" }])
      assert.deepStrictEqual(
        spans.map((span) => span.name),
        ["mine", "connections.connections.get", "connections.actions.execute"]
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
