import { BosaApi } from "@effect-connectors/core/BosaApi"
import { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import * as Law from "@effect-connectors/testing/Law"
import * as Laws from "@effect-connectors/testing/Laws"
import * as Platforms from "@effect-connectors/testing/Platforms"
import { VirtualClock } from "@effect-connectors/testing/VirtualClock"
import * as World from "@effect-connectors/testing/World"
import * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import { checkResult } from "../src/internal/laws/checkResult.ts"
import { backward as goingBack } from "./support/bugs.ts"
import { connectionsWith, fake, fakeWith } from "./support/laws.ts"

const lawsAboutRequests = [
  "jobs: no poll after the end",
  "once: a changing call is sent once",
  "pages: pages are read on demand",
  "once: an action is sent once",
  "discovery: concurrent callers share one request"
]

const named = <A extends { readonly name: string }>(laws: ReadonlyArray<A>, ...names: ReadonlyArray<string>) =>
  laws.filter(({ name }) => names.includes(name))

describe("Laws.checkOnly: report", () => {
  it("print: has a line for each law and the trace of a broken one", async () => {
    const layer = connectionsWith((api) => ({
      get: (slug) => Effect.catchTag(api.get(slug), "NotFound", (error) => Effect.die(error))
    }))
    const chosen = named(Laws.connections, "errors: Connections errors are typed", "jobs: one end")
    const report = await Effect.runPromise(Laws.checkOnly(chosen, layer))
    const text = Laws.print(report)
    assert.isFalse(report.isKept)
    assert.include(text, "kept    jobs: one end")
    assert.include(text, "BROKEN  errors: Connections errors are typed: the connection laws-missing died")
    assert.include(text, "GET /api/v1/connections/laws-missing -> 404")
    assert.include(text, "1 kept, 1 broken, 0 skipped")
  })

  it("trace: lists requests in order", async () => {
    const layer = fakeWith({
      platform: (handle) => (request) =>
        request.path.endsWith("/file/appendFile") ? Effect.zipRight(handle(request), handle(request)) : handle(request)
    })
    const [error] = (
      await Effect.runPromise(Laws.checkOnly(named(Laws.connections, "once: a changing call runs once"), layer))
    ).broken
    assert.strictEqual(error?.reason, "the line was appended 2 times")
    assert.deepStrictEqual(error?.trace, [
      "POST /api/v1/connections/laws-files/file/readFile -> 200",
      "POST /api/v1/connections/laws-files/file/appendFile -> 200",
      "POST /api/v1/connections/laws-files/file/readFile -> 200"
    ])
  })

  it("trace: lists events between the requests", async () => {
    const chosen = named(Laws.connections, "jobs: late watchers get the end")
    const layer = connectionsWith(({ jobs }) => ({ jobs: { ...jobs, result: () => Effect.die("broken") } }))
    const [died] = (await Effect.runPromise(Laws.checkOnly(chosen, layer))).broken
    assert.deepStrictEqual(died?.trace, [
      "POST /api/v1/connections/laws/actions/works/execute -> 200",
      "the job job-1 was accepted"
    ])
    const backward = named(Laws.connections, "jobs: progress does not go back")
    const [backwardError] = (await Effect.runPromise(Laws.checkOnly(backward, fakeWith({ platform: goingBack }))))
      .broken
    assert.deepStrictEqual(backwardError?.trace.slice(2, 5), [
      "GET /api/v1/jobs/job-1 -> 200",
      "Progress queued",
      "GET /api/v1/jobs/job-1 -> 200"
    ])
  })

  it("trace: has the requests of one law only when laws share a layer", async () => {
    const [law] = named(Laws.connections, "errors: Connections errors are typed")
    assert.isDefined(law)
    const twice = Effect.all([Effect.flip(law.check), Effect.flip(law.check)])
    const layer = connectionsWith((api) => ({ get: () => api.get("laws") }))
    const errors = await Effect.runPromise(Effect.provide(twice, layer))
    for (const error of errors) {
      assert.deepStrictEqual(error._tag === "LawBroken" && error.trace, ["GET /api/v1/connections/laws -> 200"])
    }
  })

  it("secrets: log lines of the layer itself are checked", async () => {
    const loud = Layer.scopedDiscard(
      Effect.forkScoped(Effect.logDebug({ token: Redacted.value(Laws.credentials.serviceToken) }))
    )
    const chosen = named(Laws.connections, "secrets: Connections leaks none")
    const { broken } = await Effect.runPromise(Laws.checkOnly(chosen, Layer.merge(fake, loud)))
    assert.include(broken[0]?.reason, "a secret is in a log line")
  })

  it("secrets: a leaked secret is not in the report", async () => {
    const leaky = connectionsWith((api) => ({
      get: (slug) => Effect.tapError(api.get(slug), () => Effect.logInfo(Redacted.value(Laws.credentials.serviceToken)))
    }))
    const { broken } = await Effect.runPromise(
      Laws.checkOnly(named(Laws.connections, "secrets: Connections leaks none"), leaky)
    )
    assert.strictEqual(broken[0]?.reason, "a secret is in a log line: <secret>")
    assert.notInclude(String(broken[0]?.message), "canary")
  })

  it("isKept: false when every law was skipped", async () => {
    const target = Laws.targetOf({})
    const { broken, isKept, skipped } = await Effect.runPromise(Laws.checkOnly(Laws.bosa, fake, { target }))
    assert.deepStrictEqual([broken.length, skipped.length, isKept], [0, Laws.bosa.length, false])
  })

  it("limit: a law that takes too long is broken", async () => {
    const layer = connectionsWith((api) => ({ get: (slug) => Effect.delay(api.get(slug), "5 seconds") }))
    const chosen = named(Laws.connections, "errors: Connections errors are typed")
    const { broken } = await Effect.runPromise(Laws.checkOnly(chosen, layer, { limit: "3 seconds" }))
    assert.strictEqual(broken[0]?.reason, "it did not end within 3s")
  })

  it("subject: a function makes one layer for each law", async () => {
    const built: Array<string> = []
    const chosen = named(Laws.connections, "jobs: one end", "jobs: references can be stored")
    await Effect.runPromise(
      Laws.checkOnly(chosen, ({ name }) => {
        built.push(name)
        return fake
      })
    )
    assert.deepStrictEqual(built, ["jobs: one end", "jobs: references can be stored"])
  })
})

describe("Laws.check: another implementation", () => {
  // another implementation: the services without a Wire
  const own = Layer.scopedContext(
    Effect.map(Layer.build(fake), (built) =>
      Context.make(ConnectionsApi, Context.get(built, ConnectionsApi)).pipe(
        Context.add(BosaApi, Context.get(built, BosaApi))
      )
    )
  )

  it("without a Wire: laws about requests are skipped", async () => {
    const { broken, skipped } = await Effect.runPromise(Laws.check(own, { limit: "5 minutes" }))
    assert.deepStrictEqual(
      broken.map(({ law }) => law),
      []
    )
    assert.deepStrictEqual(skipped.map(({ law }) => law).sort(), [...lawsAboutRequests].sort())
    assert.include(skipped[0]?.reason, "provide a `Wire`")
  })

  it("secrets: a target with other secrets than the implementation's breaks the law", async () => {
    const target = { ...Laws.target, secrets: [Redacted.make("another-secret")] }
    const chosen = named(Laws.all, "secrets: Connections leaks none", "secrets: BOSA leaks none")
    const { broken } = await Effect.runPromise(Laws.checkOnly(chosen, fake, { target }))
    assert.deepStrictEqual(
      broken.map(({ reason }) => reason.slice(0, 42)),
      ["no request carried a secret of the target:", "no request carried a secret of the target:"]
    )
  })

  it("target: laws whose part is missing are skipped", async () => {
    const target = Laws.targetOf({ quick: "quick", secrets: Laws.target.secrets })
    const { broken, isKept, results } = await Effect.runPromise(Laws.checkOnly(Laws.connections, fake, { target }))
    assert.deepStrictEqual([broken.length, isKept], [0, true])
    assert.deepStrictEqual(
      results.filter(({ _tag }) => _tag === "LawKept").map(({ law }) => law),
      [
        "errors: Connections errors are typed",
        "errors: invalid input is not sent",
        "once: a changing call is sent once",
        "secrets: Connections leaks none"
      ]
    )
  })
})

describe("Laws.client", () => {
  const retrying = Layer.effect(
    HttpClient.HttpClient,
    Effect.map(HttpClient.HttpClient, HttpClient.retryTransient({ times: 1, schedule: Schedule.spaced("1 milli") }))
  )
  const chosen = named(Laws.all, "once: a changing call is sent once", "once: an action is sent once")
  const brokenOver = async (through?: Laws.ClientOptions["through"]) => {
    const subject = Laws.client({ baseUrl: "http://localhost", through }).pipe(
      Layer.provide(Platforms.layer(Laws.world)),
      Layer.provideMerge(VirtualClock.layer)
    )
    const { broken } = await Effect.runPromise(Laws.checkOnly(chosen, subject))
    return broken.map(({ law }) => law)
  }

  it("through: the laws check its requests", async () => {
    assert.deepStrictEqual(await brokenOver(), [])
    assert.deepStrictEqual(
      await brokenOver(retrying),
      chosen.map(({ name }) => name)
    )
  })
})

describe("Laws.world", () => {
  it("is plain data", async () => {
    const read = await Effect.runPromise(World.fromJson(JSON.parse(JSON.stringify(Laws.world))))
    assert.deepStrictEqual(read, Laws.world)
  })

  it("laws have unique names and whole sentences", () => {
    const names = Laws.all.map(({ name }) => name)
    assert.strictEqual(new Set(names).size, names.length)
    for (const { sentence } of Laws.all) assert.match(sentence, /^[A-Z].*\.$/)
  })
})

describe("checkResult", () => {
  const skippedReasons: Array<string> = []
  const skip = (reason: string) => void skippedReasons.push(reason)

  it("passes, skips or throws like the law", () => {
    checkResult({ _tag: "LawKept", law: "a" }, skip)
    assert.deepStrictEqual(skippedReasons, [])
    checkResult(new Law.LawSkipped({ law: "a", reason: "why" }), skip)
    assert.deepStrictEqual(skippedReasons, ["why"])
    const broken = new Law.LawBroken({ law: "a", reason: "so", trace: ["GET /x -> 200"] })
    assert.throws(
      () => checkResult(broken, skip),
      'the law "a" is broken: so\n  observed, in order:\n    GET /x -> 200'
    )
  })
})
