import type * as HttpApp from "@effect/platform/HttpApp"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Predicate from "effect/Predicate"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { DeliveryStore, DeliveryStoreFailed } from "../../DeliveryStore.js"
import { InvalidRequest, type Issue } from "../../InvalidRequest.js"
import * as OptionNames from "../../OptionNames.js"
import type { Delivery, WebhookOptions } from "../../Webhook.js"
import { milliseconds, wholeIssues } from "../data/checks.js"
import { readBody } from "./body.js"
import * as memoryStore from "./memoryStore.js"

const optionNames = OptionNames.make<WebhookOptions<never, never>>({
  signature: true,
  handler: true,
  store: true,
  tolerance: true,
  maxBytes: true,
  bodyTimeout: true
})

const text = (status: number, words: string, headers: Readonly<Record<string, string>> = {}) =>
  HttpServerResponse.text(words, { status, headers })

const handled = HttpServerResponse.empty({ status: 204 })
const soon = { "retry-after": "5" }
const notPost = text(405, "a delivery is a POST", { allow: "POST" })
const tooLarge = text(413, "the body is too large")
const tooSlow = text(408, "the body did not come in time: send it again")
const unreadable = text(400, "the body cannot be read")
const unsigned = text(401, "the signature is missing or wrong")
const stale = text(400, "the signed time is too far from now: sign it again")
const underWay = text(503, "it is being handled: send it again", soon)
const storeFailed = text(503, "it cannot be received now: send it again", soon)
const failed = text(500, "it was not handled: send it again", soon)

const refused = { "too large": tooLarge, "too slow": tooSlow, unreadable }

const decoder = new TextDecoder()

// the platform gives no stream for the body of a `Request` that has none, and a defect for one that was read before
const bodyOf = (request: HttpServerRequest.HttpServerRequest): Stream.Stream<Uint8Array, unknown> =>
  Predicate.hasProperty(request.source, "body") && request.source.body === null
    ? Stream.empty
    : Stream.suspend(() => request.stream)

/** @internal */
export const make = Effect.fnUntraced(function* <E, R>(
  options: WebhookOptions<E, R>
): Effect.fn.Return<HttpApp.Default<never, R>, InvalidRequest, Scope.Scope> {
  const { bodyTimeout = "30 seconds", handler, maxBytes = 1_048_576, signature, tolerance = "5 minutes" } = options
  const issues: Array<Issue> = [...OptionNames.issues(optionNames, options), ...wholeIssues("maxBytes", maxBytes, 1)]
  const toleranceMillis = milliseconds("tolerance", tolerance, issues)
  const bodyMillis = milliseconds("bodyTimeout", bodyTimeout, issues)
  if (issues.length > 0) return yield* new InvalidRequest({ operation: "Webhook", issues })
  const store = options.store ?? (yield* memoryStore.make({}))
  const scope = yield* Effect.scope

  const receive = Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    if (request.method !== "POST") return notPost
    const body = yield* readBody(bodyOf(request), maxBytes, bodyMillis)
    if (typeof body === "string") return refused[body]
    const signed = yield* signature.verify({ headers: request.headers, body })
    if (signed === undefined) return unsigned
    const now = yield* Clock.currentTimeMillis
    if (signed.signedAtMillis !== undefined && Math.abs(now - signed.signedAtMillis) > toleranceMillis) return stale
    const delivery: Delivery = { ...signed, headers: request.headers, body, text: decoder.decode(body) }
    // a handler may do its work before it gives its effect
    const handle = Effect.suspend(() => handler(delivery))
    return yield* once(store, scope, delivery, handle)
  })
  return Effect.catchAllDefect(receive, (defect) =>
    Effect.as(Effect.logWarning("webhook: a delivery could not be received", Cause.die(defect)), failed)
  )
})

const once = <E, R>(
  store: DeliveryStore,
  scope: Scope.Scope,
  { id }: Delivery,
  handle: Effect.Effect<void, E, R>
): Effect.Effect<HttpServerResponse.HttpServerResponse, never, R> => {
  if (id === undefined) return outlived(scope, handle)
  return Effect.uninterruptible(
    Effect.matchCauseEffect(
      Effect.suspend(() => store.begin(id)),
      {
        onFailure: (cause) => Effect.as(reported(cause), storeFailed),
        onSuccess: (state) => {
          if (state !== "new") return Effect.succeed(state === "handled" ? handled : underWay)
          const settled = Effect.onExit(Effect.interruptible(handle), (exit) =>
            // the work is done, whatever becomes of the store
            Effect.catchAllCause(
              Effect.suspend(() => (Exit.isSuccess(exit) ? store.complete(id) : store.forget(id))),
              reported
            )
          )
          return outlived(scope, settled)
        }
      }
    )
  )
}

// a sender that does not wait for it and sends again must find it done, or it would never be
const outlived = <E, R>(
  scope: Scope.Scope,
  handle: Effect.Effect<void, E, R>
): Effect.Effect<HttpServerResponse.HttpServerResponse, never, R> =>
  Effect.as(handle, handled).pipe(
    Effect.catchAllCause((cause) => Effect.as(Effect.logWarning("webhook: the handler failed", cause), failed)),
    Effect.forkIn(scope),
    Effect.flatMap((fiber) => Effect.interruptible(Fiber.join(fiber)))
  )

const reported = (cause: Cause.Cause<DeliveryStoreFailed>): Effect.Effect<void> =>
  Effect.logWarning("webhook: the store failed", cause)
