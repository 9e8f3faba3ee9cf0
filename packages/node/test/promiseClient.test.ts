import { OutcomeUnknown } from "@effect-connectors/core/ApiError"
import { JobFailed } from "@effect-connectors/core/JobError"
import type { JobRef } from "@effect-connectors/core/JobRef"
import * as NodeConnectors from "@effect-connectors/node/NodeConnectors"
import * as PromiseClient from "@effect-connectors/node/PromiseClient"
import { BosaTest } from "@effect-connectors/testing/BosaTest"
import { ConnectionsTest } from "@effect-connectors/testing/ConnectionsTest"
import { VirtualClock } from "@effect-connectors/testing/VirtualClock"
import type * as World from "@effect-connectors/testing/World"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FiberRef from "effect/FiberRef"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import { assert, describe, it } from "vitest"

const world: World.World = {
  connections: [
    {
      slug: "crm",
      actions: [
        { slug: "echo", echo: true },
        { slug: "slow", takesMillis: 60_000, progress: true, result: { slow: true } },
        { slug: "bad", takesMillis: 2_000, fails: { code: "BROKEN", message: "it broke" } }
      ]
    }
  ]
}

const clockLayer = ({ clock, scheduler }: VirtualClock.Service): Layer.Layer<never> =>
  Layer.scopedDiscard(
    Effect.zipRight(Effect.withClockScoped(clock), Effect.locallyScoped(FiberRef.currentScheduler, scheduler))
  )

/** A program of Promises over a fake, on a clock that only the test moves. */
const start = () => {
  const scope = Effect.runSync(Scope.make())
  const inScope = <A>(effect: Effect.Effect<A, never, Scope.Scope>): A => Effect.runSync(Scope.extend(effect, scope))
  const time = inScope(VirtualClock.make({ autoAdvance: false }))
  const fake = inScope(ConnectionsTest.make(world))
  const client = PromiseClient.connect({
    baseUrl: "http://localhost",
    credentials: "none",
    httpClient: fake.client,
    layer: clockLayer(time)
  })
  return {
    fake,
    client,
    pass: (duration: Duration.DurationInput) => Effect.runPromise(time.adjust(duration)),
    polls: () => Effect.runSync(fake.requests).filter(({ operation }) => operation === "jobs.get").length,
    sent: () => Effect.runSync(fake.requests).map(({ operation }) => operation),
    end: async () => {
      await client.close()
      await Effect.runPromise(Scope.close(scope, Exit.void))
    }
  }
}

/** Runs a test over a client, and closes it. */
const over = (run: (given: ReturnType<typeof start>) => Promise<void>) => async (): Promise<void> => {
  const given = start()
  try {
    await run(given)
  } finally {
    await given.end()
  }
}

const rejection = async (promise: Promise<unknown>): Promise<unknown> => {
  try {
    await promise
  } catch (error) {
    return error
  }
  return assert.fail("it did not reject")
}

describe("PromiseClient: values", () => {
  it(
    "an operation gives its Promise, and an effect of the service is a function",
    over(async ({ client }) => {
      const crm = client.connection("crm")
      assert.deepStrictEqual(
        (await client.list()).map(({ slug }) => slug),
        ["crm"]
      )
      assert.strictEqual((await crm.get()).slug, "crm")
      assert.lengthOf(await crm.actions.list(), 3)
      assert.deepStrictEqual(await crm.actions.execute("echo", { input: { a: 1 } }), {
        _tag: "Completed",
        value: { result: { a: 1 } }
      })
      assert.strictEqual(client.origin, "http://localhost")
      assert.strictEqual(crm.slug, "crm")
      assert.include(JSON.stringify(await client.setActive("crm", false)), '"active":false')
    })
  )

  it(
    "a result is waited for, from a Promise of an execute, an execution or a reference",
    over(async ({ client, pass }) => {
      const { actions } = client.connection("crm")
      const submitted: Array<JobRef> = []
      const first = client.jobs.result(actions.execute("slow", {}, { async: true }), {
        onSubmitted: async (job) => void submitted.push(job)
      })
      await pass("5 minutes")
      assert.deepStrictEqual(await first, { slow: true })
      const [job] = submitted
      assert.isDefined(job)
      if (job !== undefined) assert.deepStrictEqual(await client.jobs.result(job), { slow: true })
      assert.deepStrictEqual(await client.jobs.result(await actions.execute("echo", { input: { b: 2 } })), { b: 2 })
    })
  )

  it(
    "many executes give their results and their failures",
    over(async ({ client, pass }) => {
      const { actions } = client.connection("crm")
      const results = client.jobs.results(
        ["slow", "bad", "echo"].map((action) => () => actions.execute(action, { input: { c: 3 } }, { async: true })),
        { failures: "value" }
      )
      const collected = (async () => {
        const outcomes: Array<string> = []
        for await (const { index, outcome } of results) {
          outcomes.push(`${index} ${outcome._tag === "Right" ? JSON.stringify(outcome.right) : String(outcome.left)}`)
        }
        return outcomes
      })()
      for (let minute = 0; minute < 5; minute++) await pass("1 minute")
      const [slow, bad, echo] = await collected
      assert.strictEqual(slow, '0 {"slow":true}')
      assert.match(bad ?? "", /^1 JobFailed.*it broke/s)
      assert.strictEqual(echo, '2 {"c":3}')
    })
  )
})

describe("PromiseClient: values of BOSA", () => {
  const overBosa = (run: (client: PromiseClient.BosaClient) => Promise<void>) => async (): Promise<void> => {
    const fake = Effect.runSync(BosaTest.make())
    const client = PromiseClient.connectBosa({
      baseUrl: "http://localhost",
      credentials: { apiKey: "demo-key" },
      httpClient: fake.client
    })
    try {
      await run(client)
    } finally {
      await client.close()
    }
  }

  it(
    "a page reads its neighbors by functions",
    overBosa(async (client) => {
      const first = await client.run("demo", "list_items", { per_page: 20 })
      assert.deepStrictEqual([first.nextPosition, first.prev], [{ page: 2 }, undefined])
      const second = await first.next?.()
      assert.deepStrictEqual([second?.nextPosition, second?.next], [undefined, undefined])
      const back = await second?.prev?.()
      assert.deepStrictEqual(back?.data, first.data)
    })
  )

  it(
    "items of all pages, and either at any status",
    overBosa(async (client) => {
      let count = 0
      for await (const _ of client.items("demo", "list_items")) count++
      assert.strictEqual(count, 25)
      assert.strictEqual((await client.either("demo", "fails")).status, 502)
      assert.strictEqual((await client.either("demo", "ping")).status, 200)
    })
  )

  it(
    "a file is read whole or in pieces, as data of a response and as a download",
    overBosa(async (client) => {
      const { data } = await client.execute("demo", "download")
      assert.isTrue(PromiseClient.isReceivedFile(data))
      if (PromiseClient.isReceivedFile(data)) {
        assert.strictEqual(data.filename, "report.csv")
        assert.match(new TextDecoder().decode(await data.bytes()), /^region,amount/)
      }
      const download = await client.connect("demo").action("download").download()
      let text = ""
      for await (const piece of download.stream()) text += new TextDecoder().decode(piece)
      assert.match(text, /north,10\n$/)
      await download.close()
    })
  )

  it(
    "a tool is invoked",
    overBosa(async (client) => {
      const tools = await client.tools("demo")
      const echo = tools.find(({ action }) => action === "echo")
      assert.deepInclude(await echo?.invoke({ text: "hello" }), { data: { text: "hello" } })
    })
  )
})

describe("PromiseClient: errors", () => {
  it(
    "are those of the operation, and their stack goes on where the program called",
    over(async ({ client, pass }) => {
      const called = () => client.jobs.result(client.connection("crm").actions.execute("bad", {}, { async: true }))
      const failed = rejection(called())
      await pass("5 minutes")
      const error = await failed
      assert.instanceOf(error, JobFailed)
      assert.include(error.message, "it broke")
      assert.match(error.stack ?? "", /JobFailed: [^]*promiseClient\.test\.ts/)
      const wrong = await rejection(
        client
          .connection("crm")
          .get.call(undefined)
          .then(() => client.get(""))
      )
      assert.match(wrong instanceof Error ? (wrong.stack ?? "") : "", /InvalidRequest[^]*promiseClient\.test\.ts/)
    })
  )

  it(
    "of onSubmitted and of an execute are given as they are",
    over(async ({ client }) => {
      const { actions } = client.connection("crm")
      const full = new Error("the disk is full")
      const job = actions.execute("slow", {}, { async: true })
      assert.strictEqual(await rejection(client.jobs.result(job, { onSubmitted: () => Promise.reject(full) })), full)
      for await (const { outcome } of client.jobs.results([() => Promise.reject(full)], { failures: "value" })) {
        assert.strictEqual(outcome._tag === "Left" ? outcome.left : undefined, full)
      }
    })
  )

  it("options that cannot be used are refused when the client is made", () => {
    const wrong = (make: () => unknown): unknown => {
      try {
        make()
      } catch (error) {
        return error
      }
      return undefined
    }
    const noUrl = wrong(() => PromiseClient.connect({ baseUrl: "not a url", credentials: "none" }))
    assert.include(String(noUrl), "InvalidRequest")
    const noCredentials = wrong(() =>
      // @ts-expect-error credentials are never defaulted
      PromiseClient.connect({ baseUrl: "http://localhost" })
    )
    assert.include(String(noCredentials), "credentials")
    const pool = wrong(() =>
      PromiseClient.connect({ baseUrl: "http://localhost", credentials: "none", connections: { connections: 0 } })
    )
    assert.instanceOf(pool, NodeConnectors.InvalidOptions)
  })

  it("secrets are not shown, given as text or redacted", () => {
    for (const apiKey of ["canary\u0000", Redacted.make("canary\u0000")]) {
      try {
        PromiseClient.connectBosa({ credentials: { apiKey } })
        assert.fail("it was taken")
      } catch (error) {
        assert.notInclude(String(error), "canary")
        assert.include(String(error), "InvalidRequest")
      }
    }
  })
})

describe("PromiseClient: leaving and aborting", () => {
  it(
    "leaving a loop stops the polls",
    over(async ({ client, pass, polls }) => {
      const events: Array<string> = []
      const loop = (async () => {
        const { actions } = client.connection("crm")
        for await (const event of client.jobs.follow(actions.execute("slow", {}, { async: true }))) {
          events.push(event._tag)
          if (event._tag === "Progress") break
        }
      })()
      await pass("30 seconds")
      await loop
      const before = polls()
      assert.isAbove(before, 0)
      await pass("1 hour")
      assert.strictEqual(polls() - before, 0)
      assert.deepStrictEqual(events, ["Submitted", "Progress"])
    })
  )

  it(
    "an iterator that is left while it waits ends, and stops the polls",
    over(async ({ client, pass, polls }) => {
      const job = await client.connection("crm").actions.execute("slow", {}, { async: true })
      const iterator = client.jobs.follow(job)[Symbol.asyncIterator]()
      assert.deepInclude((await iterator.next()).value, { _tag: "Submitted" })
      const waiting = iterator.next()
      await iterator.return?.()
      assert.deepStrictEqual(await waiting, { done: true, value: undefined })
      const before = polls()
      await pass("1 hour")
      assert.strictEqual(polls() - before, 0)
    })
  )

  it(
    "an aborted loop rejects with the reason and stops the polls",
    over(async ({ client, pass, polls }) => {
      const controller = new AbortController()
      const job = await client.connection("crm").actions.execute("slow", {}, { async: true })
      const waiting = rejection(client.with({ signal: controller.signal }).jobs.result(job))
      await pass("10 seconds")
      const reason = new Error("enough")
      controller.abort(reason)
      assert.strictEqual(await waiting, reason)
      const before = polls()
      await pass("1 hour")
      assert.strictEqual(polls() - before, 0)
    })
  )

  it(
    "an aborted write that was sent is OutcomeUnknown",
    over(async ({ client, fake, pass, sent }) => {
      Effect.runSync(fake.respondNext({ operation: "actions.execute" }, [{ _tag: "Answer", delayMillis: 60_000 }]))
      const controller = new AbortController()
      const aborted = rejection(
        client.with({ signal: controller.signal }).connection("crm").actions.execute("echo", { input: {} })
      )
      await pass("1 second")
      controller.abort()
      const error = await aborted
      assert.instanceOf(error, OutcomeUnknown)
      assert.deepInclude(error, { code: "INTERRUPTED", operation: "actions.execute", attempts: 1 })
      assert.include(error.message, "It may have happened")
      assert.deepStrictEqual(sent(), ["actions.execute"])
    })
  )

  it(
    "an aborted read, and a write that was aborted before, reject with the reason",
    over(async ({ client, fake, pass, sent }) => {
      Effect.runSync(fake.respondNext({ operation: "connections.list" }, [{ _tag: "Answer", delayMillis: 60_000 }]))
      const controller = new AbortController()
      const bound = client.with({ signal: controller.signal })
      const read = rejection(bound.list())
      await pass("1 second")
      controller.abort()
      assert.deepInclude(await read, { name: "AbortError" })
      assert.deepInclude(await rejection(bound.connection("crm").actions.execute("echo")), { name: "AbortError" })
      assert.deepStrictEqual(sent(), ["connections.list"])
    })
  )

  it(
    "aborting results tells of a submit that may have happened",
    over(async ({ client, fake, pass }) => {
      Effect.runSync(fake.respondNext({ operation: "actions.execute" }, [{ _tag: "Answer", delayMillis: 60_000 }]))
      const controller = new AbortController()
      const bound = client.with({ signal: controller.signal })
      const loop = rejection(
        (async () => {
          for await (const _ of bound.jobs.results([
            (signal) => client.with({ signal }).connection("crm").actions.execute("echo")
          ])) {
            assert.fail("it gave a result")
          }
        })()
      )
      await pass("1 second")
      controller.abort()
      assert.instanceOf(await loop, OutcomeUnknown)
    })
  )

  it(
    "closing ends what is under way and refuses further calls",
    over(async ({ client, fake, pass }) => {
      Effect.runSync(fake.respondNext({ operation: "connections.list" }, [{ _tag: "Answer", delayMillis: 60_000 }]))
      const pending = rejection(client.list())
      await pass("1 second")
      await client[Symbol.asyncDispose]()
      assert.instanceOf(await pending, PromiseClient.ClientClosed)
      assert.instanceOf(await rejection(client.list()), PromiseClient.ClientClosed)
      await client.close()
    })
  )

  it(
    "the options of with are those of its calls alone",
    over(async ({ client, fake, pass }) => {
      Effect.runSync(
        fake.respondNext({ operation: "connections.list" }, [
          { _tag: "Answer", delayMillis: 20_000 },
          { _tag: "Answer", delayMillis: 20_000, json: [] }
        ])
      )
      const late = rejection(client.with({ deadline: "5 seconds" }).list())
      await pass("30 seconds")
      assert.deepInclude(await late, { _tag: "DeadlineExceeded" })
      const others = client.list()
      await pass("30 seconds")
      assert.deepStrictEqual(await others, [])
    })
  )
})
