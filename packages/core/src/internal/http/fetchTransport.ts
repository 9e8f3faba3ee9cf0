import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as Headers from "@effect/platform/Headers"
import * as HttpBody from "@effect/platform/HttpBody"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import type * as Scope from "effect/Scope"
import * as Transport from "../../Transport.js"
import { evidenceOfBun, evidenceOfDeno } from "./evidence.js"

/** What `fetch` is given besides the request; `client` is Deno's. */
interface Init extends RequestInit {
  readonly client?: unknown
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

const headersOf = (init: RequestInit): Headers.Headers => Headers.fromInput(new globalThis.Headers(init.headers))

const merged = (ofLayer: RequestInit, ofCall: RequestInit, denoClient: unknown): Init => ({
  ...(denoClient === undefined ? undefined : { client: denoClient }),
  ...ofLayer,
  ...ofCall,
  headers: Headers.merge(headersOf(ofLayer), headersOf(ofCall)),
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

const make: Effect.Effect<HttpClient.HttpClient, never, HttpClient.HttpClient | Scope.Scope> = Effect.gen(function* () {
  const fetching = yield* HttpClient.HttpClient
  const ofLayer = Option.getOrElse(yield* Effect.serviceOption(FetchHttpClient.RequestInit), (): RequestInit => ({}))
  const denoClient = yield* Effect.acquireRelease(Effect.sync(makeDenoClient), closeDenoClient)
  const evidenceOf = denoClient === undefined ? evidenceOfBun : evidenceOfDeno
  const client = "FixedLengthStream" in globalThis ? HttpClient.mapRequest(fetching, withStream) : fetching
  return HttpClient.transform(client, (sent, request) =>
    Effect.contextWithEffect((context: Context.Context<never>) => {
      const ofCall = Option.getOrElse(Context.getOption(context, FetchHttpClient.RequestInit), (): RequestInit => ({}))
      const init = merged(ofLayer, ofCall, denoClient)
      return sent.pipe(
        Effect.provideService(FetchHttpClient.RequestInit, init),
        Effect.mapError((error) => {
          const evidence = init.client === denoClient ? evidenceOf(error) : undefined
          return evidence === undefined ? error : Transport.failure(request, evidence)
        })
      )
    })
  )
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
