/**
 * The answer of the server as it came, beside the decoded value.
 *
 * @since 0.1.0
 */
import type * as Headers from "@effect/platform/Headers"

/**
 * An answer as it came: its status, headers and body.
 *
 * @since 0.1.0
 * @category models
 */
export interface ApiResponse {
  readonly status: number
  readonly headers: Headers.Headers
  /** What the server calls this request, from `x-request-id` and its kin. */
  readonly requestId: string | undefined
  /** The whole body: parsed when it is JSON, else its text. */
  readonly body: unknown
}
