import type { OutcomeUnknown } from "@effect-connectors/core/ApiError"
import type { Execution } from "@effect-connectors/core/Job"
import type { JobRef } from "@effect-connectors/core/JobRef"
import type { FollowOptions, Jobs, ResultsOptions } from "@effect-connectors/core/Jobs"
import * as Effect from "effect/Effect"
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

// an async iterator is left as a loop leaves it, but for one that is at work: a generator would end at its next element
const asyncElements = <A>(source: AsyncIterable<A>): Stream.Stream<A, unknown> =>
  Stream.fromAsyncIterable<A, unknown>(
    {
      [Symbol.asyncIterator]: () => {
        const iterator = source[Symbol.asyncIterator]()
        let isAtWork = false
        return {
          next: async () => {
            isAtWork = true
            const element = await iterator.next()
            isAtWork = false
            return element
          },
          return: async (): Promise<IteratorReturnResult<undefined>> => {
            const left = iterator.return?.()
            if (isAtWork) left?.catch(() => undefined)
            else await left
            return { done: true, value: undefined }
          }
        }
      }
    },
    same
  )

const elementsOf = <A>(source: Iterable<A> | AsyncIterable<A>): Stream.Stream<A, unknown> => {
  if (Symbol.asyncIterator in source) return asyncElements(source)
  return Stream.suspend(() => {
    const iterator = source[Symbol.iterator]()
    const rest: IterableIterator<A> = { [Symbol.iterator]: () => rest, next: () => iterator.next() }
    return Stream.ensuring(
      // one by one, as a loop takes them
      Stream.fromIteratorSucceed(rest, 1),
      Effect.sync(() => void iterator.return?.())
    )
  })
}

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
  const follow = (target: Submitted | Promise<Submitted>, options: Follow = {}): AsyncIterable<unknown> => {
    // the loop rejects with it, which may start later, when the process would be over
    Promise.resolve(target).catch(() => undefined)
    return calls.iterate(async () => jobs.follow(await target, withEffects(options)), follow)
  }

  const result = async (target: Submitted | Promise<Submitted>, options: Follow = {}): Promise<unknown> =>
    calls.run(jobs.result(await target, withEffects(options)), result)

  const results = (
    source: Iterable<Execute> | AsyncIterable<Execute>,
    options: Results = {}
  ): AsyncIterable<unknown> => {
    const underWay = new Set<Promise<unknown>>()
    const submit =
      (signal: AbortSignal) =>
      (execute: Execute): Effect.Effect<Execution, unknown> =>
        fromPromise(() => {
          const submitted = Promise.resolve(execute(signal))
          underWay.add(submitted)
          return submitted.finally(() => underWay.delete(submitted))
        })
    const stream = Stream.unwrapScoped(
      Effect.map(calls.signal, (signal) =>
        jobs.results(Stream.map(elementsOf(source), submit(signal)), withEffects(options))
      )
    )
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
