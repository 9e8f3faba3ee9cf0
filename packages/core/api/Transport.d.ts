import type * as HttpBody from "@effect/platform/HttpBody"
import type * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import type * as Effect from "effect/Effect"
import type * as FiberRef from "effect/FiberRef"
import type * as Stream from "effect/Stream"

export declare const EvidenceTypeId: unique symbol
export declare const BufferedBodyTypeId: unique symbol
export declare const KeepsAttemptTypeId: unique symbol
export type Phase = "connect" | "request" | "response" | "body"
export interface Evidence {
  readonly sent: boolean
  readonly phase: Phase
  readonly code: string
  readonly permanent: boolean
  readonly timedOut: boolean
  readonly status?: number | undefined
  readonly detail?: string | undefined
}
export interface BufferedBody {
  readonly text: string
  readonly bytes?: Uint8Array | undefined
  readonly byteLength: number
  readonly truncated: boolean
}
export interface Attempt {
  readonly timeoutMillis: number
  readonly idleMillis: number
  readonly maxBodyBytes: number
  readonly maxErrorBodyBytes: number
}
export type SendAttempt = (
  request: HttpClientRequest.HttpClientRequest,
  attempt: Attempt
) => Effect.Effect<HttpClientResponse.HttpClientResponse, HttpClientError.HttpClientError>
export declare const currentAttempt: FiberRef.FiberRef<Attempt | undefined>
export declare const failure: (
  request: HttpClientRequest.HttpClientRequest,
  evidence: Evidence
) => HttpClientError.RequestError
export declare const keepsAttempt: <E, R>(
  client: HttpClient.HttpClient.With<E, R>,
  send: SendAttempt
) => HttpClient.HttpClient.With<E, R>
export declare const sendAttemptOf: (client: unknown) => SendAttempt | undefined
export declare const evidenceOf: (error: unknown) => Evidence | undefined
export declare const TransientBodyTypeId: unique symbol
export declare const transientBodyOf: (body: HttpBody.HttpBody) => Stream.Stream<Uint8Array, unknown> | undefined
export type TransformClient =
  | ((client: HttpClient.HttpClient) => HttpClient.HttpClient)
  | {
      readonly transform: (client: HttpClient.HttpClient) => HttpClient.HttpClient
      readonly isOnlyWayOut: true
    }
