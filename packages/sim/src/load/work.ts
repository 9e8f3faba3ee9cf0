import { Auth } from "@effect-connectors/core/Auth"
import { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import * as NodeConnectors from "@effect-connectors/node/NodeConnectors"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"

/** How much is done at once. */
export interface Amount {
  readonly executes: number
  readonly jobs: number
  /** Polls a second, for all jobs together. */
  readonly budget: number
}

/** What was done so far. */
export interface Done {
  executed: number
  ended: number
  /** How often each error was the end. */
  readonly failures: Record<string, number>
}

/** Jobs that end after a while, spread so that as many end each second. */
export const world = (share: number, seed: number) => ({
  connections: [
    {
      slug: "load",
      kind: "actions",
      actions: [
        { slug: "now", echo: true },
        ...lengths.map((seconds) => ({ slug: `job-${seconds}`, takesMillis: seconds * 1_000, result: { seconds } }))
      ]
    }
  ],
  faults: { share, seed }
})

const lengths = [30, 60, 120, 240, 480] as const

const apiOver = (baseUrl: string, budget: number) =>
  ConnectionsApi.layer({
    baseUrl,
    attemptTimeout: "5 minutes",
    jobs: { budget: { requests: budget, perMillis: 1_000 } }
  }).pipe(
    Layer.provide(Auth.serviceToken(Redacted.make("load"))),
    // each its own pool: executes that wait for a connection must not delay the polls
    Layer.provide(Layer.fresh(NodeConnectors.layerOptions({ connections: 16 })))
  )

const failed =
  (done: Done) =>
  (error: { readonly _tag: string }): void => {
    done.failures[error._tag] = (done.failures[error._tag] ?? 0) + 1
  }

const executing = (done: Done, amount: Amount) =>
  Effect.flatMap(ConnectionsApi, (api) => {
    const one = api.actions.execute("load", "now", { input: { n: 1 } }).pipe(
      Effect.match({
        onFailure: failed(done),
        onSuccess: () => {
          done.executed++
        }
      }),
      Effect.forever
    )
    return Effect.forEach(Array.from({ length: amount.executes }), () => one, {
      concurrency: "unbounded",
      discard: true
    })
  })

const following = (done: Done, amount: Amount) =>
  Effect.gen(function* () {
    const api = yield* ConnectionsApi
    const submits = Stream.repeatEffect(
      Effect.map(Random.choice(lengths), (seconds) =>
        api.actions.execute("load", `job-${seconds}`, { input: {} }, { async: true })
      )
    )
    const results = api.jobs.results(submits, {
      concurrency: amount.jobs,
      submitConcurrency: 16,
      order: "end",
      failures: "value",
      deadline: "1 hour"
    })
    yield* Stream.runForEach(results, ({ outcome }) =>
      Effect.sync(() => {
        if (outcome._tag === "Right") done.ended++
        else failed(done)(outcome.left)
      })
    )
  })

/** Jobs are followed until the scope ends; `watched` says how many, and `execute` adds the executes. */
export const working = (url: string, amount: Amount, done: Done) =>
  Effect.gen(function* () {
    const jobs = yield* Layer.build(apiOver(url, amount.budget))
    const executes = yield* Layer.build(apiOver(url, amount.budget))
    yield* Effect.forkScoped(Effect.provide(following(done, amount), jobs))
    const scope = yield* Effect.scope
    const execute = Effect.forkIn(Effect.provide(executing(done, amount), executes), scope)
    const watched = Effect.flatMap(Effect.provide(ConnectionsApi, jobs), (api) => api.jobs.stats)
    return { watched: Effect.map(watched, (stats) => stats.watched), execute }
  })
