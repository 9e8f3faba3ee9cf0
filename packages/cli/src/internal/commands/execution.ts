/**
 * Runs what the server may make a job.
 */
import type { ExecuteOptions } from "@effect-connectors/core/ConnectionHandle"
import type { Execution } from "@effect-connectors/core/Job"
import type { Jobs } from "@effect-connectors/core/Jobs"
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

interface Given {
  readonly async: boolean
  readonly follow: boolean
  readonly idempotent: boolean
}

/** One execute, and with `--follow` the job that it becomes. */
export const executed = <E, R>(
  jobs: Jobs,
  { async, follow, idempotent }: Given,
  deadline: Duration.Duration | undefined,
  execute: (options: ExecuteOptions) => Effect.Effect<Execution, E, R>
) => {
  const effect = execute({
    ...(async || follow ? { async: true } : {}),
    ...(idempotent ? { retry: "idempotent" as const } : {})
  })
  return { isLong: follow, events: follow ? jobs.follow(effect, { deadline }) : Stream.fromEffect(effect) }
}
