import type { ApiError } from "./ApiError.js"
import type * as Schedule from "effect/Schedule"

export interface Retry {
  readonly schedule: Schedule.Schedule<unknown, ApiError>
  readonly replay: "proof" | "declared"
}
export type RetryInput = Retry | Schedule.Schedule<unknown, ApiError> | "idempotent" | "none"
export declare const defaultSchedule: Schedule.Schedule<unknown, ApiError>
export declare const defaultPolicy: Retry
export declare const none: Retry
export declare const make: (schedule: Schedule.Schedule<unknown, ApiError>) => Retry
export declare const idempotent: (input?: RetryInput) => Retry
export declare const replayUnsafe: (input?: RetryInput) => Retry
export declare const resolve: (input: RetryInput) => Retry
