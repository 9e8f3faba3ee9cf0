/**
 * What an `HttpClient` may report to this library beyond the platform's contract:
 * whether a failed request had left, and that it keeps the time and size
 * limits of an attempt itself. Every `HttpClient` works without it; a
 * request without evidence counts as sent.
 *
 * @since 0.1.0
 */
import type * as HttpBody from "@effect/platform/HttpBody"
import type * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import type * as Effect from "effect/Effect"
import type * as FiberRef from "effect/FiberRef"
import * as Predicate from "effect/Predicate"
import * as Stream from "effect/Stream"
import { makeFiberLocal } from "./internal/runtime/fiberLocal.js"

/**
 * The key under which {@link Evidence} rides on the `cause` of a platform error.
 *
 * @since 0.1.0
 * @category symbols
 */
export const EvidenceTypeId: unique symbol = Symbol.for("@effect-connectors/core/Transport/Evidence")

/**
 * The key under which a response carries its body already read, see {@link BufferedBody}.
 *
 * @since 0.1.0
 * @category symbols
 */
export const BufferedBodyTypeId: unique symbol = Symbol.for("@effect-connectors/core/Transport/BufferedBody")

/**
 * The key of what a client offers that keeps the limits of an attempt by itself, see {@link SendAttempt}.
 *
 * @since 0.1.0
 * @category symbols
 */
export const KeepsAttemptTypeId: unique symbol = Symbol.for("@effect-connectors/core/Transport/KeepsAttempt")

/**
 * How far a request had come when it failed.
 *
 * `connect`: no connection yet. `request`: being written, or written without
 * a response. `response`: the head of a response was being read. `body`: the head
 * was read, the body was not.
 *
 * @since 0.1.0
 * @category models
 */
export type Phase = "connect" | "request" | "response" | "body"

/**
 * What the transport saw of a request that got no complete response.
 *
 * @since 0.1.0
 * @category models
 */
export interface Evidence {
  /** `false` only on proof that not one byte of this request was written. */
  readonly sent: boolean
  readonly phase: Phase
  /** A short stable code such as `ECONNREFUSED`; never a message, never a secret. */
  readonly code: string
  /** Repeating cannot help: a refused certificate, an invalid argument. */
  readonly permanent: boolean
  /** The attempt's own time limit ended it. */
  readonly timedOut: boolean
  /** The status of the response, when its head was read. */
  readonly status?: number | undefined
  /** What the error says of the failure in place of our own advice, such as why a recording has no response; never a secret. */
  readonly detail?: string | undefined
}

/**
 * A body that the transport has read to its end, as UTF-8 text.
 *
 * @since 0.1.0
 * @category models
 */
export interface BufferedBody {
  readonly text: string
  /** The body itself, for those who take it as a file. Without it a body that is not text is damaged. */
  readonly bytes?: Uint8Array | undefined
  /** Size on the wire in bytes. */
  readonly byteLength: number
  /** An error response longer than `maxErrorBodyBytes` is cut there. */
  readonly truncated: boolean
}

/**
 * The limits of one attempt. Times in milliseconds, sizes in bytes.
 *
 * @since 0.1.0
 * @category models
 */
export interface Attempt {
  /** From the start of the attempt to the last byte of its response. */
  readonly timeoutMillis: number
  /** Between two chunks of the response's body. */
  readonly idleMillis: number
  /** A 2xx body over this fails with code `BODY_TOO_LARGE`, phase `body`. */
  readonly maxBodyBytes: number
  /** A body of any other status is cut here and the connection is dropped. */
  readonly maxErrorBodyBytes: number
}

/**
 * Sends a request within limits, and gives a response with a {@link BufferedBody}.
 *
 * @since 0.1.0
 * @category models
 */
export type SendAttempt = (
  request: HttpClientRequest.HttpClientRequest,
  attempt: Attempt
) => Effect.Effect<HttpClientResponse.HttpClientResponse, HttpClientError.HttpClientError>

/**
 * The limits of the attempt that runs in this fiber; `undefined` outside of one. It reaches a client
 * that was wrapped, and so lost what {@link keepsAttempt} gave it: the response may still be a {@link BufferedBody}.
 *
 * @since 0.1.0
 * @category fiber refs
 */
export const currentAttempt: FiberRef.FiberRef<Attempt | undefined> = makeFiberLocal<Attempt | undefined>(
  Symbol.for("@effect-connectors/core/Transport/currentAttempt"),
  undefined
)

/**
 * A platform error that carries evidence, for those who write an `HttpClient`.
 *
 * @since 0.1.0
 * @category constructors
 */
export const failure = (
  request: HttpClientRequest.HttpClientRequest,
  evidence: Evidence
): HttpClientError.RequestError =>
  new HttpClientError.RequestError({ request, reason: "Transport", cause: { [EvidenceTypeId]: evidence } })

/**
 * Gives a client the way to send an attempt within its limits. A client that a combinator makes from it
 * does not have it any more.
 *
 * @since 0.1.0
 * @category constructors
 */
export const keepsAttempt = <E, R>(
  client: HttpClient.HttpClient.With<E, R>,
  send: SendAttempt
): HttpClient.HttpClient.With<E, R> => Object.assign(client, { [KeepsAttemptTypeId]: send })

const isSendAttempt = (u: unknown): u is SendAttempt => typeof u === "function"

/**
 * How a client sends an attempt within its limits, if it can.
 *
 * @since 0.1.0
 * @category getters
 */
export const sendAttemptOf = (client: unknown): SendAttempt | undefined => {
  const send = Predicate.hasProperty(client, KeepsAttemptTypeId) ? client[KeepsAttemptTypeId] : undefined
  return isSendAttempt(send) ? send : undefined
}

const isEvidence = (u: unknown): u is Evidence =>
  Predicate.hasProperty(u, "sent") && Predicate.hasProperty(u, "phase") && Predicate.hasProperty(u, "code")

/**
 * The evidence on a platform error, if there is any.
 *
 * @since 0.1.0
 * @category getters
 */
export const evidenceOf = (error: unknown): Evidence | undefined => {
  if (!Predicate.hasProperty(error, "cause") || !Predicate.hasProperty(error.cause, EvidenceTypeId)) return undefined
  const evidence = error.cause[EvidenceTypeId]
  return isEvidence(evidence) ? evidence : undefined
}

/**
 * The key under which a request's body offers its content in pieces that share memory, see {@link transientBodyOf}.
 *
 * @since 0.6.0
 * @category symbols
 */
export const TransientBodyTypeId: unique symbol = Symbol.for("@effect-connectors/core/Transport/TransientBody")

/**
 * The content of a request's body in pieces that share memory: each is valid until the next one is asked for. Only a
 * client that {@link keepsAttempt} is given it, and uses it only when a piece is written before it asks for the next.
 *
 * @since 0.6.0
 * @category getters
 */
export const transientBodyOf = (body: HttpBody.HttpBody): Stream.Stream<Uint8Array, unknown> | undefined => {
  const stream = Predicate.hasProperty(body, TransientBodyTypeId) ? body[TransientBodyTypeId] : undefined
  return isStream(stream) ? stream : undefined
}

const isStream = (u: unknown): u is Stream.Stream<Uint8Array, unknown> => Predicate.hasProperty(u, Stream.StreamTypeId)

/**
 * How the `HttpClient` that calls go through is changed: logging, a proxy's headers, a circuit breaker.
 *
 * The long form with `isOnlyWayOut` says that all it sends goes through the client it is given. A call that ended
 * before that client took its request is then `NotSent`; otherwise only the transport's evidence counts, since your
 * code may have sent the request in a way that this library cannot see.
 *
 * @since 0.5.0
 * @category models
 */
export type TransformClient =
  | ((client: HttpClient.HttpClient) => HttpClient.HttpClient)
  | {
      readonly transform: (client: HttpClient.HttpClient) => HttpClient.HttpClient
      readonly isOnlyWayOut: true
    }
