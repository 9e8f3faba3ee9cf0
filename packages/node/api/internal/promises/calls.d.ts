import type { RetryInput } from "@effect-connectors/core/Retry"
import type * as Duration from "effect/Duration"

export interface CallOptions {
  readonly signal?: AbortSignal | undefined
  readonly deadline?: Duration.DurationInput | undefined
  readonly attemptTimeout?: Duration.DurationInput | undefined
  readonly retry?: RetryInput | undefined
  readonly integers?: "number" | "bigint" | undefined
}
