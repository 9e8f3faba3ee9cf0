import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import type { FakeResponse } from "./response.js"

/** Statuses whose response has no body: `Response` refuses one. @internal */
export const bodilessStatuses: ReadonlySet<number> = new Set([101, 204, 205, 304])

type Head = Pick<FakeResponse, "status" | "headers">

/** A response of `@effect/platform`. @internal */
export const webResponse = (
  request: HttpClientRequest.HttpClientRequest,
  { headers, status }: Head,
  body: BodyInit
): HttpClientResponse.HttpClientResponse =>
  HttpClientResponse.fromWeb(
    request,
    new Response(bodilessStatuses.has(status) ? null : body, { status, headers: { ...headers } })
  )
