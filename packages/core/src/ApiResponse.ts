/**
 * The response of the server as it came, with the decoded value.
 *
 * @since 0.1.0
 */
import type * as Headers from "@effect/platform/Headers"

/**
 * A response as it came: its status, headers and body.
 *
 * @since 0.1.0
 * @category models
 */
export interface ApiResponse {
  readonly status: number
  readonly headers: Headers.Headers
  /** What the server calls this request, from `x-request-id` or a similar header. */
  readonly requestId: string | undefined
  /** The whole body: parsed when it is JSON, else its text. */
  readonly body: unknown
}
