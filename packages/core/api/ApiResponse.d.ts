import type * as Headers from "@effect/platform/Headers"

export interface ApiResponse {
  readonly status: number
  readonly headers: Headers.Headers
  readonly requestId: string | undefined
  readonly body: unknown
}
