/** Who follows many jobs: this library and its peers, each over jobs in memory. */
import { Auth, ConnectionsApi } from "@effect-connectors/core"
import * as HttpClient from "@effect/platform/HttpClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Queue from "effect/Queue"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import { peer } from "../../peers.js"
import type { MemoryJobs } from "./memoryJobs.js"

export interface Setting {
  readonly jobs: MemoryJobs
  /** Between two polls of a job. */
  readonly everyMillis: number
}

/** Starts to follow one more job with each call; it never ends. */
export type Follow = () => void

const withApi = async (
  { jobs }: Setting,
  follow: (api: ConnectionsApi.Service) => Effect.Effect<Effect.Effect<unknown>>
): Promise<Follow> => {
  const client = await Effect.runPromise(jobs.client)
  const runtime = ManagedRuntime.make(
    ConnectionsApi.layer({ baseUrl: "http://localhost", jobs: { budget: "unlimited" } }).pipe(
      Layer.provide(Auth.none),
      Layer.provide(Layer.succeed(HttpClient.HttpClient, client))
    )
  )
  const one = await runtime.runPromise(Effect.flatMap(ConnectionsApi, follow))
  return () => runtime.runFork(one)
}

const executeOf = (api: ConnectionsApi.Service) => api.actions.execute("crm", "sync", {}, { async: true })

/** All jobs go through one stream of results. */
const results = (setting: Setting): Promise<Follow> =>
  withApi(setting, (api) =>
    Effect.gen(function* () {
      const executes = yield* Queue.unbounded<ReturnType<typeof executeOf>>()
      const stream = api.jobs.results(Stream.fromQueue(executes, { maxChunkSize: 1_024 }), {
        concurrency: "unbounded",
        order: "end",
        pace: Schedule.spaced(setting.everyMillis)
      })
      yield* Effect.forkDaemon(Stream.runDrain(stream))
      return Queue.offer(executes, executeOf(api))
    })
  )

const jobOf = (api: ConnectionsApi.Service) =>
  Effect.flatMap(Effect.orDie(executeOf(api)), (execution) =>
    execution._tag === "Accepted" ? Effect.succeed(execution.job) : Effect.dieMessage("not a job")
  )

const fibers = (setting: Setting): Promise<Follow> =>
  withApi(setting, (api) =>
    Effect.succeed(
      Effect.flatMap(jobOf(api), (job) =>
        Effect.repeat(Effect.orDie(api.jobs.get(job)), {
          schedule: Schedule.spaced(setting.everyMillis),
          until: ({ state }) => state === "succeeded"
        })
      )
    )
  )

const streams = (setting: Setting): Promise<Follow> =>
  withApi(setting, (api) =>
    Effect.succeed(
      Effect.flatMap(jobOf(api), (job) =>
        Stream.repeatEffectWithSchedule(Effect.orDie(api.jobs.get(job)), Schedule.spaced(setting.everyMillis)).pipe(
          Stream.takeUntil(({ state }) => state === "succeeded"),
          Stream.runDrain
        )
      )
    )
  )

const statusOf = (jobs: MemoryJobs, index: number): string => {
  const state: { readonly status: string } = JSON.parse(jobs.poll(index))
  return state.status
}

const promises = ({ everyMillis, jobs }: Setting): Promise<Follow> =>
  Promise.resolve(() => {
    const index = jobs.submit()
    const follow = async (): Promise<void> => {
      while (statusOf(jobs, index) !== "SUCCEEDED") await new Promise((resolve) => setTimeout(resolve, everyMillis))
    }
    void follow()
  })

interface Waiters {
  readonly createWaiter: (
    options: object,
    input: number,
    check: (client: MemoryJobs, input: number) => Promise<{ readonly state: string; readonly reason: object }>
  ) => Promise<unknown>
}

const smithy = async ({ everyMillis, jobs }: Setting): Promise<Follow> => {
  const { createWaiter } = await peer<Waiters>("@smithy/util-waiter")
  const seconds = everyMillis / 1_000
  const reason = { $metadata: { httpStatusCode: 200 } }
  return () =>
    void createWaiter(
      { client: jobs, maxWaitTime: 86_400, minDelay: seconds, maxDelay: seconds },
      jobs.submit(),
      (client, index) =>
        Promise.resolve({ state: statusOf(client, index) === "SUCCEEDED" ? "SUCCESS" : "RETRY", reason })
    )
}

interface Pollers {
  readonly createHttpPoller: (
    operation: {
      readonly sendInitialRequest: () => Promise<object>
      readonly sendPollRequest: () => Promise<object>
    },
    options: { readonly intervalInMs: number }
  ) => { readonly pollUntilDone: () => Promise<unknown> }
}

const azure = async ({ everyMillis, jobs }: Setting): Promise<Follow> => {
  const { createHttpPoller } = await peer<Pollers>("@azure/core-lro")
  const responseOf = (index: number, statusCode: number, body: object) => ({
    flatResponse: body,
    rawResponse: {
      statusCode,
      headers: { "operation-location": `/jobs/${index}` },
      body,
      request: { method: "POST", url: "/jobs" }
    }
  })
  return () => {
    const index = jobs.submit()
    const poller = createHttpPoller(
      {
        sendInitialRequest: () => Promise.resolve(responseOf(index, 202, {})),
        sendPollRequest: () => Promise.resolve(responseOf(index, 200, { status: statusOf(jobs, index) }))
      },
      { intervalInMs: everyMillis }
    )
    void poller.pollUntilDone()
  }
}

/** The first is the one that the others are compared with. */
export const variants: Readonly<Record<string, (setting: Setting) => Promise<Follow>>> = {
  "jobs.results": results,
  "a fiber per job over jobs.get": fibers,
  "a Stream per job over jobs.get": streams,
  "promises and setTimeout, no HTTP": promises,
  "@smithy/util-waiter, no HTTP": smithy,
  "@azure/core-lro, no HTTP": azure
}
