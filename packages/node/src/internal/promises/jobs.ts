import type { OutcomeUnknown } from "@effect-connectors/core/ApiError"
import type { Execution } from "@effect-connectors/core/Job"
import type { JobRef } from "@effect-connectors/core/JobRef"
import type { FollowOptions, Jobs, ResultsOptions } from "@effect-connectors/core/Jobs"
import type * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Stream from "effect/Stream"
import type { Calls } from "./calls.js"
import { fromPromise } from "./fromPromise.js"

type Submitted = JobRef | JobRef.Encoded | Execution

type Execute = (signal: AbortSignal) => Promise<Execution>

type Waiting<Options> = Omit<Options, "onSubmitted"> & {
  readonly onSubmitted?: ((job: JobRef) => Promise<void> | void) | undefined
}

type Follow = Waiting<FollowOptions<unknown, unknown>>
type Results = Waiting<ResultsOptions<unknown, unknown, "end" | "value", unknown, never, boolean>>

const same = (error: unknown): unknown => error

const withEffects = <Options extends Follow>({ onSubmitted, ...options }: Options) => ({
  ...options,
  ...(onSubmitted === undefined ? {} : { onSubmitted: (job: JobRef) => fromPromise(async () => onSubmitted(job)) })
})

/**
 * What follows jobs, in the place of what takes effects.
 *
 * @internal
 */
export const make = (jobs: Jobs, calls: Calls): object => {
  const follow = (target: Submitted | Promise<Submitted>, options: Follow = {}): AsyncIterable<unknown> =>
    calls.iterate(async () => jobs.follow(await target, withEffects(options)), follow)

  const result = async (target: Submitted | Promise<Submitted>, options: Follow = {}): Promise<unknown> =>
    calls.run(jobs.result(await target, withEffects(options)), result)

  const results = (
    source: Iterable<Execute> | AsyncIterable<Execute>,
    options: Results = {}
  ): AsyncIterable<unknown> => {
    const underWay = new Set<Promise<unknown>>()
    const submit = (execute: Execute): Effect.Effect<Execution, unknown> =>
      fromPromise(() => {
        const submitted = execute(calls.signal)
        underWay.add(submitted)
        return submitted.finally(() => underWay.delete(submitted))
      })
    const elements =
      Symbol.asyncIterator in source ? Stream.fromAsyncIterable(source, same) : Stream.fromIterable(source)
    const stream = jobs.results(Stream.map(elements, submit), withEffects(options))
    return calls.iterate(
      async () => stream,
      results,
      () => firstUnknown([...underWay])
    )
  }
  return { follow, result, results }
}

const isUnknown = (u: unknown): u is OutcomeUnknown => Predicate.isTagged(u, "OutcomeUnknown")

const firstUnknown = async (submits: ReadonlyArray<Promise<unknown>>): Promise<unknown> => {
  for (const settled of await Promise.allSettled(submits)) {
    if (settled.status === "rejected" && isUnknown(settled.reason)) return settled.reason
  }
  return undefined
}
