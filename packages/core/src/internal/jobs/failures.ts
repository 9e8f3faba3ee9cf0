import * as Effect from "effect/Effect"
import { JobFailed } from "../../JobError.js"
import type { JobRef } from "../../JobRef.js"

// kept outside of a reference: it stays plain data
const observers = new WeakMap<JobRef, Effect.Effect<void>>()

/**
 * Runs an effect when somebody who follows this very reference sees its job fail, before they get the failure.
 *
 * @internal
 */
export const onFailed = (ref: JobRef, observer: Effect.Effect<void>): void => void observers.set(ref, observer)

/** @internal */
export const reportFailed = (error: unknown): Effect.Effect<void> =>
  (error instanceof JobFailed ? observers.get(error.job) : undefined) ?? Effect.void
