import * as Transport from "@effect-connectors/core/Transport"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"

/** The evidence that nothing was sent. @internal */
export const notSent = { sent: false, phase: "connect", timedOut: false } as const

type Evidence = Pick<Transport.Evidence, "phase" | "code"> & Partial<Transport.Evidence>

/** A request that failed. It was sent, unless the evidence says otherwise. @internal */
export const requestFailed = (
  request: HttpClientRequest.HttpClientRequest,
  evidence: Evidence
): HttpClientError.RequestError =>
  Transport.failure(request, { sent: true, permanent: false, timedOut: false, ...evidence })
