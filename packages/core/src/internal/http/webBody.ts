import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import { callback } from "../runtime/callback.js"

/**
 * What a response of the platform was made from.
 *
 * @internal
 */
export const sourceOf = (response: HttpClientResponse.HttpClientResponse): unknown => {
  const original = Predicate.hasProperty(response, "original") ? response.original : response
  return Predicate.hasProperty(original, "source") ? original.source : undefined
}

interface Kinds {
  readonly plain: object
  readonly interruptible: object
}

let kinds: Kinds | undefined

// made at the first use: some runtimes allow nothing of it while a module is loaded
const platformKinds = (): Kinds => {
  const request = HttpClientRequest.get("http://localhost/")
  const plain = HttpClientResponse.fromWeb(request, new Response())
  const client = HttpClient.withTracerDisabledWhen(
    HttpClient.make(() => Effect.succeed(plain)),
    () => true
  )
  return {
    plain: Object.getPrototypeOf(plain),
    interruptible: Object.getPrototypeOf(Effect.runSync(client.execute(request)))
  }
}

// what a program has changed is read as it says
const isUnchanged = (response: object, kind: object): boolean =>
  Object.getPrototypeOf(response) === kind && !Object.hasOwn(response, "stream") && !Object.hasOwn(response, "text")

/**
 * The body of a web `Response`, `null` for none.
 *
 * @internal
 */
export type WebBody = Response["body"]

/**
 * The body of a response that the platform made from a web `Response`; `undefined` where it is another
 * kind of response, or somebody reads it already.
 *
 * @internal
 */
export const webBodyOf = (response: HttpClientResponse.HttpClientResponse): WebBody | undefined => {
  const source = sourceOf(response)
  if (!(source instanceof Response) || source.bodyUsed || source.body?.locked === true) return undefined
  kinds ??= platformKinds()
  const isWhole =
    "original" in response
      ? isUnchanged(response, kinds.interruptible) &&
        Predicate.isObject(response.original) &&
        isUnchanged(response.original, kinds.plain)
      : isUnchanged(response, kinds.plain)
  return isWhole ? source.body : undefined
}

const ignore = (): void => undefined

interface OnBody {
  readonly onEnd: () => void
  readonly onFailure: (cause: unknown) => void
}

/**
 * Reads a body for as long as `keep` says, and lets go of the rest. What it returns lets go of all of it.
 *
 * @internal
 */
export const readChunks = (
  body: ReadableStream<Uint8Array>,
  keep: (chunk: Uint8Array) => boolean,
  { onEnd, onFailure }: OnBody
): (() => void) => {
  const reader = body.getReader()
  // that ends the request, too
  const cancel = (): void => void reader.cancel().catch(ignore)
  const next = ({ done, value }: ReadableStreamReadResult<Uint8Array>): Promise<void> | void => {
    if (!done && keep(value)) return reader.read().then(next)
    if (!done) cancel()
    onEnd()
  }
  reader.read().then(next).catch(onFailure)
  return cancel
}

/**
 * The same as an effect, which fails with what the body fails with.
 *
 * @internal
 */
export const readWebBody = (
  body: ReadableStream<Uint8Array>,
  keep: (chunk: Uint8Array) => boolean
): Effect.Effect<void, unknown> =>
  callback<void, unknown>((resume) =>
    readChunks(body, keep, {
      onEnd: () => resume(Effect.void),
      onFailure: (cause) => resume(Effect.fail(cause))
    })
  )
