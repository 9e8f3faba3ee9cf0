import { Auth, ConnectionsApi, Job, JobRef } from "@effect-connectors/core"
import { NodeConnectors } from "@effect-connectors/node"
import * as Emulator from "@effect-connectors/testing/Emulator"
import * as World from "@effect-connectors/testing/World"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as HttpServer from "@effect/platform/HttpServer"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import { spawnSync } from "node:child_process"
import { createServer } from "node:http"
import { chromium } from "playwright-core"
import * as JobEventsApi from "../src/support/jobEventsApi.js"

const token = "canary-3b81c0de"

const worldWith = (takesMillis: number) =>
  World.make({
    connections: [
      { slug: "crm", actions: [{ slug: "sync-orders", takesMillis, progress: true, result: { synced: 360 } }] }
    ]
  })

/** The example on a free loopback port, before an emulator whose jobs take so long. */
const example = (takesMillis: number) =>
  Effect.gen(function* () {
    const emulator = yield* Emulator.make({ world: worldWith(takesMillis) })
    const connections = ConnectionsApi.layer({ baseUrl: emulator.url }).pipe(
      Layer.provide(Auth.serviceToken(Redacted.make(token))),
      Layer.provide(NodeConnectors.layer)
    )
    const context = yield* Layer.build(
      HttpApiBuilder.serve().pipe(
        Layer.provide(JobEventsApi.layer),
        Layer.provideMerge(connections),
        Layer.provideMerge(NodeHttpServer.layer(createServer, { host: "127.0.0.1", port: 0 }))
      )
    )
    const url = yield* Effect.provide(
      HttpServer.addressFormattedWith((address) => Effect.succeed(address)),
      context
    )
    const { jobs } = yield* Effect.provide(ConnectionsApi, context)
    const polls = Effect.map(
      emulator.requests,
      (requests) => requests.filter(({ operation }) => operation === "jobs.get").length
    )
    /** As soon as nobody watches: how many polls there were then, and after more time than lies between two of them. */
    const rest = Effect.gen(function* () {
      yield* jobs.stats.pipe(
        Effect.repeat({
          until: ({ inFlight, timers, watched }) => watched === 0 && inFlight === 0 && timers === 0,
          schedule: Schedule.spaced("10 millis")
        }),
        Effect.timeout("20 seconds")
      )
      const before = yield* polls
      yield* Effect.sleep("5 seconds")
      return { before, after: yield* polls, stats: yield* jobs.stats }
    })
    return { jobs, polls, rest, url }
  })

interface Sent {
  readonly name: string
  readonly data: string
}

const parsed = (block: string): Sent => ({
  name: /^event: (.*)$/m.exec(block)?.[1] ?? "",
  data: /^data: (.*)$/m.exec(block)?.[1] ?? ""
})

/** Reads events until there are enough, and leaves. */
const readEvents = async (url: string, job: unknown, isEnough: (events: ReadonlyArray<Sent>) => boolean) => {
  const leaving = new AbortController()
  const query = new URLSearchParams({ job: JSON.stringify(job) }).toString()
  const response = await fetch(`${url}/events?${query}`, { signal: leaving.signal })
  assert.strictEqual(response.headers.get("content-type"), "text/event-stream")
  assert.isNotNull(response.body)
  let text = ""
  const events = () => text.split("\n\n").slice(0, -1).map(parsed)
  const decoder = new TextDecoder()
  for await (const chunk of response.body) {
    text += decoder.decode(chunk, { stream: true })
    if (isEnough(events())) break
  }
  leaving.abort()
  return events()
}

const submit = async (url: string): Promise<unknown> => (await fetch(`${url}/jobs`, { method: "POST" })).json()

const Event = Schema.parseJson(Job.JobEvent.schema(Schema.Struct({ synced: Schema.Number })))

const browserPath = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"]
  .map((name) => spawnSync("sh", ["-c", 'command -v "$1"', "sh", name], { encoding: "utf8" }).stdout.trim())
  .find((path) => path !== "")

const browser = Effect.acquireRelease(
  Effect.promise(() =>
    chromium.launch({
      executablePath: browserPath ?? "chromium",
      // the sandbox of Chromium refuses to run as root
      args: process.getuid?.() === 0 ? ["--no-sandbox"] : []
    })
  ),
  (one) => Effect.promise(() => one.close())
)

describe("events of a job in a browser", () => {
  it.scopedLive("polls stop when the reader of the events leaves", () =>
    Effect.gen(function* () {
      const { polls, rest, url } = yield* example(20_000)
      const job = yield* Effect.promise(() => submit(url))
      const events = yield* Effect.promise(() => readEvents(url, job, (all) => all.length >= 3))
      assert.isAtLeast(events.length, 3)
      for (const { data, name } of events) {
        assert.strictEqual(name, "Progress")
        const event = Schema.decodeSync(Event)(data)
        assert.isTrue(event._tag === "Progress" && event.state.state === "running" && event.state.raw === undefined)
        assert.notInclude(data, token)
      }
      assert.isAtLeast(yield* polls, 3)
      const { after, before, stats } = yield* rest
      assert.strictEqual(after, before)
      assert.deepStrictEqual(stats, { watched: 0, inFlight: 0, timers: 0 })
    })
  )

  it.scopedLive("the last event is the result, and one of a job that is not known is its error", () =>
    Effect.gen(function* () {
      const { url } = yield* example(800)
      const job = yield* Effect.promise(() => submit(url))
      const events = yield* Effect.promise(() => readEvents(url, job, () => false))
      assert.deepStrictEqual(events.at(-1), {
        name: "Completed",
        data: JSON.stringify({ _tag: "Completed", value: { synced: 360 } })
      })
      const elsewhere = JobRef.encode(
        new JobRef({
          v: 1,
          api: "connections",
          origin: "http://elsewhere.example",
          jobId: "job-1",
          operation: "actions.execute",
          submittedAt: 1
        })
      )
      const [refused] = yield* Effect.promise(() => readEvents(url, elsewhere, () => false))
      assert.strictEqual(refused?.name, "Failed")
      assert.include(refused?.data, '"_tag":"InvalidRequest"')
    })
  )

  it.scopedLive.skipIf(browserPath === undefined)("Chromium shows the events, and polls stop when it leaves", () =>
    Effect.gen(function* () {
      const { polls, rest, url } = yield* example(20_000)
      const page = yield* Effect.flatMap(browser, (one) => Effect.promise(() => one.newPage()))
      const troubles: Array<string> = []
      page.on("pageerror", (error) => troubles.push(String(error)))
      yield* Effect.promise(async () => {
        await page.goto(url)
        await page.getByRole("button", { name: "Start a job" }).click()
        await page.getByRole("listitem").nth(2).waitFor()
        assert.include(await page.getByRole("status").textContent(), "watching job-1")
      })
      const shown = yield* Effect.promise(() => page.getByRole("listitem").count())
      assert.isAtLeast(shown, 3)
      assert.isAtLeast(yield* polls, shown)
      yield* Effect.promise(() => page.close())
      const { after, before, stats } = yield* rest
      assert.strictEqual(after, before)
      assert.deepStrictEqual(stats, { watched: 0, inFlight: 0, timers: 0 })
      assert.deepStrictEqual(troubles, [])
      yield* Effect.log(`events shown ${shown}, polls ${before}, polls after it left ${after - before}`)
    })
  )
})
