import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as Headers from "@effect/platform/Headers"
import * as HttpBody from "@effect/platform/HttpBody"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import type * as Scope from "effect/Scope"
import * as Transport from "../../Transport.js"
import { withCaller } from "../runtime/callContext.js"
import { openSpan } from "../runtime/tracing.js"
import { initFor, withDirectFetch } from "./directFetch.js"
import { evidenceOfBun, evidenceOfDeno } from "./evidence.js"

/** What `fetch` is given besides the request; `client` is Deno's. */
interface Init extends RequestInit {
  readonly client?: unknown
  readonly headers: Headers.Headers
}

// in Deno only a client without a pool sends a request once; Deno 1 may have none, and its fetch then stays as it is
const makeDenoClient = (): unknown => {
  const scope: object = globalThis
  const deno = Predicate.hasProperty(scope, "Deno") ? scope.Deno : undefined
  if (!Predicate.hasProperty(deno, "createHttpClient") || !Predicate.isFunction(deno.createHttpClient)) return undefined
  try {
    return deno.createHttpClient({ poolMaxIdlePerHost: 0 })
  } catch {
    return undefined
  }
}

const closeDenoClient = (client: unknown): Effect.Effect<void> =>
  Effect.sync(() => {
    if (Predicate.hasProperty(client, "close") && Predicate.isFunction(client.close)) client.close()
  })

const headersOf = ({ headers }: RequestInit): Headers.Headers =>
  headers === undefined ? Headers.empty : Headers.fromInput(new globalThis.Headers(headers))

const merged = (ofLayer: RequestInit, ofCall: RequestInit, denoClient: unknown): Init => ({
  ...(denoClient === undefined ? undefined : { client: denoClient }),
  ...ofLayer,
  ...ofCall,
  headers:
    ofLayer.headers === undefined && ofCall.headers === undefined
      ? Headers.empty
      : Headers.merge(headersOf(ofLayer), headersOf(ofCall)),
  // Bun takes a connection of its own then, and others ignore it
  keepalive: false
})

// workerd sends these again, but not while they have a stream for a body
const withStream = (request: HttpClientRequest.HttpClientRequest): HttpClientRequest.HttpClientRequest => {
  const { body, method } = request
  const isBodiless = body._tag === "Empty" || (body._tag === "Uint8Array" && body.body.byteLength === 0)
  if (!isBodiless || (method !== "PUT" && method !== "DELETE")) return request
  const empty = new ReadableStream<Uint8Array>({ start: (controller) => controller.close() })
  return HttpClientRequest.setBody(request, HttpBody.raw(empty))
}

const optional = <Id, A>(context: Context.Context<never>, tag: Context.Tag<Id, A>): A | undefined =>
  Option.getOrUndefined(Context.getOption(context, tag))

// the rest is for the platform's client to send
const isPlain = ({ body, hash, urlParams }: HttpClientRequest.HttpClientRequest): boolean =>
  (body._tag === "Raw" || body._tag === "Uint8Array" || body._tag === "Empty") &&
  urlParams.length === 0 &&
  Option.isNone(hash)

const bodyOf = ({ body }: HttpClientRequest.HttpClientRequest): unknown =>
  body._tag === "Raw" || body._tag === "Uint8Array" ? body.body : undefined

const make: Effect.Effect<HttpClient.HttpClient, never, HttpClient.HttpClient | Scope.Scope> = Effect.gen(function* () {
  const fetching = yield* HttpClient.HttpClient
  const layer = yield* Effect.context<never>()
  const ofLayer = optional(layer, FetchHttpClient.RequestInit) ?? {}
  const denoClient = yield* Effect.acquireRelease(Effect.sync(makeDenoClient), closeDenoClient)
  const evidenceOf = denoClient === undefined ? evidenceOfBun : evidenceOfDeno
  const initOf = (context: Context.Context<never>) =>
    merged(ofLayer, optional(context, FetchHttpClient.RequestInit) ?? {}, denoClient)
  const withEvidence = <E>(
    error: E,
    request: HttpClientRequest.HttpClientRequest,
    init: Init
  ): E | HttpClientError.RequestError => {
    const evidence = init.client === denoClient ? evidenceOf(error) : undefined
    return evidence === undefined ? error : Transport.failure(request, evidence)
  }
  const changed =
    "FixedLengthStream" in globalThis ? withStream : (request: HttpClientRequest.HttpClientRequest) => request
  const client = HttpClient.transform(HttpClient.mapRequest(fetching, changed), (sent, request) =>
    withCaller(({ currentContext }) => {
      const init = initOf(currentContext)
      return sent.pipe(
        Effect.provideService(FetchHttpClient.RequestInit, init),
        Effect.mapError((error) => withEvidence(error, request, init))
      )
    })
  )
  return withDirectFetch(client, (asked, caller, asBytes) => {
    const request = changed(asked)
    // the platform's client sends the ids of a span
    if (openSpan(caller) !== undefined || !isPlain(request)) return undefined
    const fetch: (url: string, init: object) => Promise<Response> =
      optional(caller.currentContext, FetchHttpClient.Fetch) ??
      optional(layer, FetchHttpClient.Fetch) ??
      globalThis.fetch
    const init = merged(ofLayer, initFor(caller.currentContext, asBytes), denoClient)
    const given = init.headers === Headers.empty ? request.headers : Headers.merge(init.headers, request.headers)
    const headers = Headers.remove(given, "content-length")
    const options = { ...init, redirect: "manual", method: request.method, headers, body: bodyOf(request) }
    return {
      request,
      send: (signal) => fetch(request.url, { ...options, signal }),
      errorOf: (cause) =>
        withEvidence(new HttpClientError.RequestError({ request, reason: "Transport", cause }), request, init)
    }
  })
})

/**
 * The client over the `fetch` of the platform, which keeps it from sending a request twice where it can.
 *
 * @internal
 */
export const fetchTransport: Layer.Layer<HttpClient.HttpClient, never, HttpClient.HttpClient> = Layer.scoped(
  HttpClient.HttpClient,
  make
)
