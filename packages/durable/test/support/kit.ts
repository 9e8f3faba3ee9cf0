import { it } from "@effect/vitest"
import { Auth } from "@effect-connectors/core/Auth"
import { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import { JobRef } from "@effect-connectors/core/JobRef"
import type { Scripted } from "@effect-connectors/testing/ConnectionsModel"
import { ConnectionsTest } from "@effect-connectors/testing/ConnectionsTest"
import { VirtualClock } from "@effect-connectors/testing/VirtualClock"
import * as World from "@effect-connectors/testing/World"
import type * as HttpClient from "@effect/platform/HttpClient"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import { StoreFailed } from "../../src/DurableError.js"
import type { DurableJobs, RunnerOptions } from "../../src/DurableJobs.js"
import { runAll } from "../../src/internal/service/runAll.js"
import * as service from "../../src/internal/service/service.js"
import type { JobStore } from "../../src/internal/store/jobStore.js"
import type { ConnectionWork, Work } from "../../src/Work.js"

/** When virtual time starts. */
export const startMillis = 1_700_000_000_000

const origin = "http://localhost"

const world = World.make({
  connections: [
    {
      slug: "crm",
      actions: [
        { slug: "sync", takesMillis: 3_000, progress: true, echo: true },
        { slug: "slow", takesMillis: 60_000, progress: true, result: { synced: 60 } },
        { slug: "now", atOnce: true, result: { done: true } },
        { slug: "fails", takesMillis: 2_000, fails: { code: "UPSTREAM_DOWN", message: "the CRM is down" } },
        { slug: "cancelled", takesMillis: 2_000, cancelled: true },
        { slug: "odd", takesMillis: 2_000, result: { odd: true } }
      ]
    },
    { slug: "shop", kind: "sql", tables: { t: [{ id: 1 }] }, plans: { "*": { takesMillis: 1_000 } } }
  ]
})

export type Env = ConnectionsTest | HttpClient.HttpClient | VirtualClock | Scope.Scope

export type MakeStore = Effect.Effect<JobStore, StoreFailed, Scope.Scope | VirtualClock>

/** A program in virtual time, against the platform in memory. */
export const run = <A, E>(program: Effect.Effect<A, E, Env>, seed: number | string = 1): Effect.Effect<A, E> =>
  program.pipe(
    Effect.provide(ConnectionsTest.layer(world)),
    Effect.scoped,
    Logger.withMinimumLogLevel(LogLevel.None),
    (effect) => VirtualClock.run(effect, { seed, startMillis, maxAdvances: 300_000 })
  )

export const virtual = <A, E>(name: string, program: () => Effect.Effect<A, E, Env>, timeout?: number): void =>
  it.effect(name, () => run(program()), timeout)

/** A process that does the work of a table, and that can end in two ways. */
export interface Process {
  readonly jobs: DurableJobs.Service
  /** As by SIGTERM: what has left may drain. */
  readonly stop: Effect.Effect<void>
  /** As by SIGKILL: nothing of it is written any more. */
  readonly kill: Effect.Effect<void>
}

/** A table whose statements fail, or never come back, where a test says so. */
export interface Faulty {
  readonly store: JobStore
  /** What becomes of each statement; `lost`: it is done, and its response is lost. */
  mode: "works" | "fails" | "lost" | "gone"
  /** How many statements there were. */
  statements: number
}

export const faulty = (store: JobStore): Faulty => {
  const failed = new StoreFailed({ step: "write", code: "08006" })
  const state: Faulty = { store, mode: "works", statements: 0 }
  const one = <A>(statement: Effect.Effect<A, StoreFailed>): Effect.Effect<A, StoreFailed> =>
    Effect.suspend(() => {
      state.statements++
      switch (state.mode) {
        case "works":
          return statement
        case "fails":
          return Effect.fail(failed)
        case "lost":
          return Effect.zipRight(statement, Effect.fail(failed))
        case "gone":
          return Effect.never
      }
    })
  const wrapped: JobStore = {
    insert: (row) => one(store.insert(row)),
    read: (key) => one(store.read(key)),
    change: (...args) => one(store.change(...args)),
    open: (query) => one(store.open(query)),
    due: (...args) => one(store.due(...args)),
    list: (query) => one(store.list(query)),
    prune: (millis) => one(store.prune(millis)),
    prunable: (millis) => one(store.prunable(millis)),
    counts: one(store.counts),
    versions: (keys) => one(store.versions(keys)),
    hints: store.hints
  }
  return Object.assign(state, { store: wrapped })
}

const api = (options: Partial<ConnectionsApi.Options>) =>
  Effect.provide(
    ConnectionsApi.make({ baseUrl: origin, attemptTimeout: "2 minutes", ...options }),
    Auth.serviceToken(Redacted.make("token"))
  )

/** Another client of the platform, to see what it knows. */
export const client = api({})

export const start = Effect.fnUntraced(function* (
  store: JobStore,
  options: RunnerOptions = {},
  apiOptions: Partial<ConnectionsApi.Options> = {}
) {
  const scope = yield* Scope.fork(yield* Effect.scope, { _tag: "Sequential" })
  const table = faulty(store)
  const jobs = yield* api(apiOptions).pipe(
    Effect.flatMap((connections) =>
      Effect.provideService(service.make("start", table.store, runAll, options), ConnectionsApi, connections)
    ),
    Scope.extend(scope)
  )
  const process: Process = {
    jobs,
    stop: Scope.close(scope, Exit.void),
    kill: Effect.suspend(() => {
      table.mode = "gone"
      return Effect.asVoid(Effect.forkDaemon(Scope.close(scope, Exit.void)))
    })
  }
  return process
})

/** A process that does none of the work, and has no credentials. */
export const watcher = (store: JobStore) => service.makeClient(store, 1_000)

export const action = (name: string, input: ConnectionWork["input"] = {}): Work => ({
  platform: "connections",
  connection: "crm",
  operation: "actions.execute",
  action: name,
  input
})

/** The next executes meet these faults. */
export const meet = (...faults: ReadonlyArray<Scripted>) =>
  Effect.flatMap(ConnectionsTest, (platform) => platform.respondNext({ operation: "actions.execute" }, faults))

const posts = Effect.flatMap(ConnectionsTest, ({ requests }) =>
  Effect.map(requests, (all) => all.filter(({ method }) => method === "POST"))
)

export const sends = Effect.map(posts, (all) => all.length)

/** How often the platform executed anything. */
export const executions = Effect.flatMap(ConnectionsTest, ({ executionCount }) => executionCount)

/** The most executions of one key, where the input of each has its key. */
export const mostPerKey = Effect.flatMap(ConnectionsTest, ({ executionLog }) =>
  Effect.map(executionLog, (log) => {
    const counts = new Map<string, number>()
    for (const { body } of log) {
      const text = JSON.stringify(body)
      counts.set(text, (counts.get(text) ?? 0) + 1)
    }
    return Math.max(0, ...counts.values())
  })
)

export const ref = (jobId: string, more: Partial<JobRef> = {}): JobRef =>
  new JobRef({ v: 1, api: "connections", origin, jobId, operation: "actions.execute", submittedAt: 0, ...more })

/** `ok`, the tag of the failure, or what else ended it. */
export const tagOf = (exit: Exit.Exit<unknown, { readonly _tag: string }>): string =>
  Exit.match(exit, {
    onSuccess: () => "ok",
    onFailure: (cause) =>
      Option.match(Cause.failureOption(cause), {
        onSome: (error) => error._tag,
        onNone: () => (Cause.isInterruptedOnly(cause) ? "interrupted" : "defect")
      })
  })

export const stateOf = (jobs: DurableJobs.Service, key: string) => Effect.map(jobs.get(key), ({ state }) => state)

/** Waits until none of the rows is open but those of unknown outcome. */
export const settled = (jobs: DurableJobs.Service) =>
  Effect.gen(function* () {
    for (let round = 0; round < 2_000; round++) {
      const { states } = yield* jobs.stats
      if (states.new + states.intended + states.accepted === 0) return states
      yield* Effect.sleep("1 second")
    }
    return yield* Effect.dieMessage("some rows never ended")
  })
