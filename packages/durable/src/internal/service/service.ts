import { BosaApi } from "@effect-connectors/core/BosaApi"
import { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import { InvalidRequest } from "@effect-connectors/core/InvalidRequest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { type StoreFailed, WorkKeyReused, WorkNotFound } from "../../DurableError.js"
import type { DurableJobs, RunnerOptions } from "../../DurableJobs.js"
import type { DurableJob } from "../../DurableJob.js"
import { bucketOf } from "../engine/bucketOf.js"
import { jobOf, writeRef } from "../engine/codec.js"
import * as engine from "../engine/engine.js"
import { noBosa } from "../engine/execute.js"
import type { JobStore } from "../store/jobStore.js"
import { checkKey, checkList, checkPrune, checkRef, checkWork, isKey } from "./checks.js"
import * as events from "./events.js"
import { checkOptions } from "./options.js"
import { settle } from "./settle.js"
import * as watchers from "./watchers.js"

/**
 * Says which buckets this process runs, and runs them until its scope closes.
 *
 * @internal
 */
export type Placement<E = never, R = never> = (engine: engine.Engine) => Effect.Effect<void, E, R | Scope.Scope>

/** What a process does besides writing work down and watching it. */
interface Runner {
  readonly wake: Effect.Effect<void>
  readonly stats: engine.Engine["stats"]
  readonly hasBosa: boolean
}

const over = (
  store: JobStore,
  origin: string | undefined,
  watching: watchers.Watchers,
  runner: Runner
): DurableJobs.Service => {
  const insert = Effect.fnUntraced(function* (
    row: Omit<Parameters<JobStore["insert"]>[0], "bucket">
  ): Effect.fn.Return<DurableJob, WorkKeyReused | StoreFailed> {
    const { isNew, row: found } = yield* store.insert({ ...row, bucket: bucketOf(row.key) })
    if (found.digest !== row.digest) {
      return yield* new WorkKeyReused({ key: row.key, digest: row.digest, known: found.digest })
    }
    if (isNew) yield* runner.wake
    return yield* jobOf(found)
  })

  return {
    submit: (key, work) =>
      Effect.gen(function* () {
        const entry = yield* checkWork(key, work)
        if (work.platform === "bosa" && !runner.hasBosa) {
          return yield* new InvalidRequest({ operation: "DurableJobs.submit", issues: noBosa.issues })
        }
        return yield* insert({ ...entry, key, state: "new", ref: null })
      }),
    follow: (job, key) =>
      Effect.gen(function* () {
        yield* checkKey("DurableJobs.follow", key)
        const { digest, ref } = yield* checkRef("DurableJobs.follow", origin, job)
        return yield* insert({ key, digest, work: null, state: "accepted", ref: writeRef(ref) })
      }),
    get: (key) =>
      Effect.gen(function* () {
        const row = isKey(key) ? yield* store.read(key) : undefined
        return row === undefined ? yield* new WorkNotFound({ key }) : yield* jobOf(row)
      }),
    result: (key) => events.result(watching, key),
    watch: (key) => events.watch(watching, key),
    settle: (key, settlement) => Effect.tap(settle(store, origin, key, settlement), () => runner.wake),
    list: (options = {}) =>
      Effect.gen(function* () {
        const { after, limit, states } = yield* checkList(options)
        const rows = yield* store.list({ states, after, limit: limit + 1 })
        // one row that something else wrote hides no others
        const [unreadable, jobs] = yield* Effect.partition(rows.slice(0, limit), (row) =>
          Effect.mapError(jobOf(row), () => row.key)
        )
        return { jobs, unreadable, next: rows.length > limit ? rows[limit - 1]?.key : undefined }
      }),
    prune: (olderThan, options = {}) =>
      Effect.flatMap(checkPrune(olderThan, options), options.dryRun === true ? store.prunable : store.prune),
    stats: Effect.zipWith(store.counts, runner.stats, (states, { buckets, followed }) => ({
      states,
      buckets,
      followed
    }))
  }
}

/**
 * Durable jobs over a table, in a process that does work.
 *
 * @internal
 */
export const make = Effect.fnUntraced(function* <E, R>(
  operation: string,
  store: JobStore,
  place: Placement<E, R>,
  options: RunnerOptions
): Effect.fn.Return<DurableJobs.Service, E | InvalidRequest, R | ConnectionsApi | Scope.Scope> {
  const checked = yield* checkOptions(operation, options)
  const connections = yield* ConnectionsApi
  const bosa = Option.getOrUndefined(yield* Effect.serviceOption(BosaApi))
  const watching = yield* watchers.make(store, checked.pollMillis)
  const running = yield* engine.make(store, { connections, bosa }, checked)
  yield* place(running)
  return over(store, connections.origin, watching, { ...running, hasBosa: bosa !== undefined })
})

/**
 * Durable jobs over a table, in a process that does none of the work.
 *
 * @internal
 */
export const makeClient = Effect.fnUntraced(function* (
  store: JobStore,
  pollMillis: number
): Effect.fn.Return<DurableJobs.Service, never, Scope.Scope> {
  const connections = yield* Effect.serviceOption(ConnectionsApi)
  const watching = yield* watchers.make(store, pollMillis)
  return over(store, Option.getOrUndefined(connections)?.origin, watching, {
    wake: Effect.void,
    stats: Effect.succeed({ buckets: 0, followed: 0 }),
    // the runners may have one
    hasBosa: true
  })
})
