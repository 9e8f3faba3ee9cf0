import { assert, describe, it } from "@effect/vitest"
import { Auth } from "@effect-connectors/core/Auth"
import { make } from "@effect-connectors/core/ConnectionsApi"
import * as Transport from "@effect-connectors/core/Transport"
import { VirtualClock } from "@effect-connectors/testing/VirtualClock"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { origin } from "../support/jobsKit.js"

interface Log {
  readonly polls: Array<number>
  readonly perJob: Map<string, number>
  submits: number
  afterEnd: number
}

/** A platform whose jobs last so long, and which keeps the limits of an attempt itself: it sets no timer. */
const platform = (log: Log, lastMillis: number): HttpClient.HttpClient => {
  const jobs = new Map<string, { readonly endsAt: number; reported: boolean }>()
  const respond = (path: string, now: number): unknown => {
    if (path.endsWith("/execute")) {
      const id = `job-${++log.submits}`
      jobs.set(id, { endsAt: now + lastMillis, reported: false })
      return { job_id: id }
    }
    const id = path.slice(path.lastIndexOf("/") + 1)
    const job = jobs.get(id)
    log.polls.push(now)
    log.perJob.set(id, (log.perJob.get(id) ?? 0) + 1)
    if (job === undefined || now < job.endsAt) return { status: "running" }
    if (job.reported) log.afterEnd++
    job.reported = true
    return { status: "completed", result: id }
  }
  const send: Transport.SendAttempt = (request) =>
    Effect.map(Clock.currentTimeMillis, (now) => {
      const text = JSON.stringify(respond(new URL(request.url).pathname, now))
      const body: Transport.BufferedBody = { text, byteLength: text.length, truncated: false }
      return Object.assign(HttpClientResponse.fromWeb(request, new Response(null)), {
        [Transport.BufferedBodyTypeId]: body
      })
    })
  return Transport.keepsAttempt(
    HttpClient.make(() => Effect.dieMessage("it keeps the limits itself")),
    send
  )
}

const count = 10_000
const budget = { requests: 50, perMillis: 1_000 }

/** The most requests in any window of this length. */
const mostIn = (times: ReadonlyArray<number>, windowMillis: number): number => {
  let [most, from] = [0, 0]
  times.forEach((at, index) => {
    while ((times[from] ?? at) <= at - windowMillis) from++
    most = Math.max(most, index - from + 1)
  })
  return most
}

describe("jobs.results: ten thousand jobs", () => {
  it.effect(
    "are followed with one timer and never more than the budget of polls",
    () => {
      const log: Log = { polls: [], perJob: new Map(), submits: 0, afterEnd: 0 }
      return Effect.gen(function* () {
        const clock = yield* VirtualClock
        const api = yield* make({ baseUrl: origin, jobs: { budget } })
        const crm = api.connection("crm")
        const source = Stream.map(Stream.range(1, count), (n) =>
          crm.actions.execute("sync", { input: { n } }, { async: true })
        )
        const results = api.jobs.results(source, { concurrency: "unbounded", order: "end" })
        const cpu = process.cpuUsage()
        const got = yield* Stream.runFold(results, new Set<unknown>(), (all, result) => all.add(result))
        const { user } = process.cpuUsage(cpu)
        const tookMillis = yield* Clock.currentTimeMillis
        const timers = yield* clock.maxPending
        const most = mostIn(log.polls, 1_000)
        console.log(
          `${got.size} jobs: ${log.polls.length} polls in ${tookMillis / 1_000} s of virtual time, at most ${most} in any second,`,
          `${timers} timer(s) at a time, ${Math.round(user / 1_000)} ms of CPU`
        )
        assert.strictEqual(got.size, count)
        assert.strictEqual(log.submits, count)
        assert.isAtMost(most, budget.requests)
        assert.strictEqual(timers, 1)
        assert.strictEqual(log.afterEnd, 0)
        assert.strictEqual(log.perJob.size, count)
        // the budget is used, not only kept
        assert.isBelow(tookMillis, (log.polls.length / budget.requests) * 1_000 * 1.1)
        assert.strictEqual(yield* clock.pending, 0)
      }).pipe(
        Effect.scoped,
        Effect.provide(Auth.serviceToken(Redacted.make("token"))),
        Effect.provideService(HttpClient.HttpClient, platform(log, 60_000)),
        VirtualClock.provide
      )
    },
    120_000
  )
})
