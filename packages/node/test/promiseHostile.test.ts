import { OutcomeUnknown } from "@effect-connectors/core/ApiError"
import type { Execution } from "@effect-connectors/core/Job"
import * as PromiseClient from "@effect-connectors/node/PromiseClient"
import { BosaTest } from "@effect-connectors/testing/BosaTest"
import { ConnectionsTest } from "@effect-connectors/testing/ConnectionsTest"
import { VirtualClock } from "@effect-connectors/testing/VirtualClock"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FiberRef from "effect/FiberRef"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { getEventListeners } from "node:events"
import { inspect } from "node:util"
import { assert, describe, it } from "vitest"

const world = {
  connections: [
    {
      slug: "crm",
      actions: [
        { slug: "echo", echo: true },
        { slug: "slow", takesMillis: 60_000 }
      ]
    }
  ]
}

const clockLayer = ({ clock, scheduler }: VirtualClock.Service): Layer.Layer<never> =>
  Layer.scopedDiscard(
    Effect.zipRight(Effect.withClockScoped(clock), Effect.locallyScoped(FiberRef.currentScheduler, scheduler))
  )

const start = (options: Partial<Parameters<typeof PromiseClient.connect>[0]> = {}) => {
  const scope = Effect.runSync(Scope.make())
  const inScope = <A>(effect: Effect.Effect<A, never, Scope.Scope>): A => Effect.runSync(Scope.extend(effect, scope))
  const time = inScope(VirtualClock.make({ autoAdvance: false }))
  const fake = inScope(ConnectionsTest.make(world))
  const client = PromiseClient.connect({
    baseUrl: "http://localhost",
    credentials: "none",
    httpClient: fake.client,
    layer: clockLayer(time),
    ...options
  })
  return {
    fake,
    client,
    pass: (duration: Duration.DurationInput) => Effect.runPromise(time.adjust(duration)),
    sent: () => Effect.runSync(fake.requests).map(({ operation }) => operation),
    end: async () => {
      await client.close()
      await Effect.runPromise(Scope.close(scope, Exit.void))
    }
  }
}

type Given = ReturnType<typeof start>

const over =
  (run: (given: Given) => Promise<void>, options?: Parameters<typeof start>[0]) => async (): Promise<void> => {
    const given = start(options)
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

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** The rejections that nobody handled while it ran. */
const unhandled = async (run: () => Promise<void>): Promise<ReadonlyArray<unknown>> => {
  const seen: Array<unknown> = []
  const others = process.listeners("unhandledRejection")
  process.removeAllListeners("unhandledRejection")
  process.on("unhandledRejection", (error) => seen.push(error))
  try {
    await run()
    await turn()
    await turn()
  } finally {
    process.removeAllListeners("unhandledRejection")
    for (const listener of others) process.on("unhandledRejection", listener)
  }
  return seen
}

const listeners = (signal: AbortSignal): number => getEventListeners(signal, "abort").length

const slowList = ({ fake }: Given): void =>
  Effect.runSync(fake.respondNext({ operation: "connections.list" }, [{ _tag: "Answer", delayMillis: 60_000 }]))

describe("PromiseClient: signals", () => {
  it(
    "one signal over many calls keeps no listeners, and many at once have one and warn of nothing",
    over(async ({ client, fake, pass }) => {
      const { signal } = new AbortController()
      const warnings: Array<string> = []
      const warned = (warning: Error): void => void warnings.push(warning.message)
      process.on("warning", warned)
      const late = Array.from({ length: 50 }, () => ({ _tag: "Pass" as const, delayMillis: 1000 }))
      Effect.runSync(fake.respondNext({ operation: "connections.list" }, late))
      const calls = Array.from({ length: 50 }, () => client.with({ signal }).list())
      assert.strictEqual(listeners(signal), 1)
      await pass("2 seconds")
      await Promise.all(calls)
      for (let loop = 0; loop < 5; loop++) {
        const source = [0, 1].map(
          (n) => (own: AbortSignal) =>
            client.with({ signal: own }).connection("crm").actions.execute("echo", { input: { n } })
        )
        for await (const _ of client.with({ signal }).jobs.results(source)) continue
      }
      await turn()
      process.off("warning", warned)
      assert.deepStrictEqual([listeners(signal), warnings], [0, []])
    })
  )

  it(
    "an execute of results that gets the signal does not bind it to a signal that lives long",
    over(async ({ client }) => {
      const any = AbortSignal.any
      let calls = 0
      AbortSignal.any = (signals) => (calls++, any.call(AbortSignal, signals))
      try {
        const { signal } = new AbortController()
        const source = Array.from(
          { length: 50 },
          () => (own: AbortSignal) => client.with({ signal: own }).connection("crm").actions.execute("echo")
        )
        for await (const _ of client.with({ signal }).jobs.results(source)) continue
      } finally {
        AbortSignal.any = any
      }
      assert.strictEqual(calls, 0)
    })
  )

  it(
    "of a client that has one already both count, and the first to abort gives the reason",
    over(async (given) => {
      const [outer, inner] = [new AbortController(), new AbortController()]
      for (const [first, second] of [
        [outer, inner],
        [new AbortController(), new AbortController()]
      ] as const) {
        slowList(given)
        const bound = given.client.with({ signal: second.signal }).with({ signal: first.signal })
        const ended = rejection(bound.list())
        await given.pass("1 second")
        first.abort("first")
        second.abort("second")
        assert.strictEqual(await ended, "first")
      }
      slowList(given)
      const controller = new AbortController()
      const bound = given.client.with({ signal: controller.signal }).with({ signal: new AbortController().signal })
      const ended = rejection(bound.list())
      await given.pass("1 second")
      controller.abort("outer")
      assert.strictEqual(await ended, "outer")
      // an option that is undefined takes no signal away
      assert.strictEqual(await rejection(bound.with({ signal: undefined }).list()), "outer")
    })
  )

  it("elements that were pulled before are not given after an abort", async () => {
    const fake = Effect.runSync(BosaTest.make())
    const client = PromiseClient.connectBosa({
      baseUrl: "http://localhost",
      credentials: { apiKey: "demo-key" },
      httpClient: fake.client
    })
    const controller = new AbortController()
    let count = 0
    const loop = rejection(
      (async () => {
        for await (const _ of client.with({ signal: controller.signal }).items("demo", "list_items")) {
          count++
          controller.abort("enough")
        }
      })()
    )
    assert.deepStrictEqual([await loop, count], ["enough", 1])
    await client.close()
  })

  it(
    "a write that waits for its second attempt is OutcomeUnknown when it is aborted",
    over(async ({ client, fake, pass, sent }) => {
      Effect.runSync(fake.respondNext({ operation: "connections.setActive" }, [{ _tag: "Reset" }]))
      const controller = new AbortController()
      const ended = rejection(client.with({ signal: controller.signal }).setActive("crm", false))
      await pass("1 millis")
      controller.abort()
      const error = await ended
      assert.instanceOf(error, OutcomeUnknown)
      assert.lengthOf(sent(), 1)
    })
  )

  it(
    "a write that waits for its turn was not sent, and rejects with the reason",
    over(
      async (given) => {
        slowList(given)
        const first = given.client.list().catch(() => undefined)
        await given.pass("1 second")
        const controller = new AbortController()
        const ended = rejection(given.client.with({ signal: controller.signal }).setActive("crm", false))
        await given.pass("1 second")
        controller.abort("not sent")
        assert.strictEqual(await ended, "not sent")
        assert.deepStrictEqual(given.sent(), ["connections.list"])
        await given.client.close()
        await first
      },
      { limits: { concurrency: 1 } }
    )
  )
})

describe("PromiseClient: what nobody waits for", () => {
  it(
    "a follow whose execute fails before its loop starts rejects in the loop alone",
    over(async ({ client }) => {
      const seen = await unhandled(async () => {
        const events = client.jobs.follow(client.connection("crm").actions.execute("none"))
        await turn()
        await turn()
        const error = await rejection(
          (async () => {
            for await (const _ of events) continue
          })()
        )
        assert.deepInclude(error, { _tag: "NotFound" })
      })
      assert.deepStrictEqual(seen, [])
    })
  )

  it(
    "leaving, closing twice and a client that could not be made leave no rejection behind",
    over(async (given) => {
      const { client } = given
      const seen = await unhandled(async () => {
        const job = await client.connection("crm").actions.execute("slow", {}, { async: true })
        const iterator = client.jobs.follow(job)[Symbol.asyncIterator]()
        await iterator.next()
        const waiting = iterator.next()
        await Promise.all([client.close(), client.close()])
        assert.instanceOf(await rejection(waiting), PromiseClient.ClientClosed)
        assert.deepStrictEqual(await iterator.next(), { done: true, value: undefined })
        await iterator.return?.()
        assert.throws(() => PromiseClient.connect({ baseUrl: "", credentials: "none" }))
      })
      assert.deepStrictEqual(seen, [])
    })
  )

  it(
    "an iterator whose execute never responds can be left",
    over(async ({ client }) => {
      const iterator = client.jobs.follow(new Promise<Execution>(() => {}))[Symbol.asyncIterator]()
      const waiting = iterator.next()
      await turn()
      await iterator.return?.()
      assert.deepStrictEqual(await waiting, { done: true, value: undefined })
    })
  )
})

describe("PromiseClient: sources of results", () => {
  const echo = (client: PromiseClient.ConnectionsClient) => () => client.connection("crm").actions.execute("echo")

  it(
    "a generator is taken one by one, and is left with the loop",
    over(async ({ client }) => {
      const seen: Array<string> = []
      let taken = 0
      const source = function* () {
        try {
          for (;;) {
            taken++
            yield echo(client)
          }
        } finally {
          seen.push("left")
        }
      }
      for await (const _ of client.jobs.results(source(), { concurrency: 1 })) break
      assert.deepStrictEqual(seen, ["left"])
      assert.isBelow(taken, 50)
    })
  )

  it(
    "an async generator that waits for ever does not hold the loop, and one that throws ends it",
    over(async ({ client }) => {
      const endless = async function* () {
        yield echo(client)
        await new Promise(() => {})
      }
      for await (const _ of client.jobs.results(endless())) break
      const broken = new Error("no more")
      const throwing = async function* () {
        yield echo(client)
        throw broken
      }
      const ended = rejection(
        (async () => {
          for await (const _ of client.jobs.results(throwing())) continue
        })()
      )
      assert.strictEqual(await ended, broken)
    })
  )

  it(
    "an execute that throws, or is not a function, is the failure of its own element",
    over(async ({ client }) => {
      const thrown = new Error("thrown")
      const source: ReadonlyArray<() => Promise<Execution>> = [
        () => {
          throw thrown
        },
        JSON.parse("1"),
        echo(client)
      ]
      const tags: Array<string> = []
      for await (const { outcome } of client.jobs.results(source, { failures: "value" })) tags.push(outcome._tag)
      assert.sameMembers(tags, ["Left", "Left", "Right"])
    })
  )
})

describe("PromiseClient: values of others", () => {
  it("data of a server with the members of a page or a tool is given as it is", async () => {
    const body = { nextPosition: 1, prevPosition: null, next: "x", prev: null, tools: [{ invokeSafely: true }] }
    const client = PromiseClient.connect({
      baseUrl: "http://localhost",
      credentials: "none",
      httpClient: HttpClient.make((request) => Effect.succeed(HttpClientResponse.fromWeb(request, Response.json(body))))
    })
    const crm = client.connection("crm")
    assert.include(JSON.stringify(await crm.actions.execute("echo")), JSON.stringify(body))
    assert.include(JSON.stringify(await crm.http.get({ path: "/x" })), '"nextPosition":1')
    await client.close()
  })

  it(
    "a client is no Promise, cannot be cloned, and shows no secret",
    over(
      async ({ client }) => {
        assert.notInclude(inspect(client, { depth: 8, showHidden: true }), "canary")
        assert.notInclude(JSON.stringify(client), "canary")
        assert.strictEqual(await Promise.resolve(client), client)
        assert.throws(() => structuredClone(client))
      },
      { credentials: { serviceToken: "canary" } }
    )
  )
})

describe("PromiseClient: credentials", () => {
  it("those that are not given are refused when the client is made", () => {
    for (const text of [
      "{}",
      '{"serviceToken":null}',
      '"token"',
      '{"apiKey":7}',
      '{"headers":null}',
      '{"cookie":"c"}'
    ]) {
      try {
        PromiseClient.connect({ baseUrl: "http://localhost", credentials: JSON.parse(text) })
        assert.fail(`${text} was taken`)
      } catch (error) {
        assert.include(String(error), "InvalidRequest", text)
      }
    }
  })

  for (const [name, credentials] of [
    ["rejects", () => Promise.reject(new Error("canary"))],
    ["throws", () => Promise.resolve(JSON.parse("{"))],
    ["gives nothing", async () => JSON.parse("null")]
  ] as const) {
    it(
      `a function that ${name} is Unauthorized`,
      over(
        async ({ client, sent }) => {
          assert.deepInclude(await rejection(client.list()), { _tag: "Unauthorized" })
          assert.deepStrictEqual(sent(), [])
        },
        { credentials }
      )
    )
  }

  it(
    "a function that never ends is held to the deadline, and ends with an abort",
    over(
      async ({ client, pass }) => {
        const late = rejection(client.with({ deadline: "5 seconds" }).list())
        await pass("10 seconds")
        assert.include(["DeadlineExceeded", "Unauthorized"], Reflect.get(Object(await late), "_tag"))
        const controller = new AbortController()
        const ended = rejection(client.with({ signal: controller.signal }).list())
        await pass("1 millis")
        controller.abort("enough")
        assert.strictEqual(await ended, "enough")
      },
      { credentials: () => new Promise(() => {}) }
    )
  )
})

describe("PromiseClient: stacks", () => {
  it(
    "a frozen error and a program's own form of stacks do not get in the way",
    over(async ({ client }) => {
      const frozen = Object.freeze(new Error("frozen"))
      const results = client.jobs.results([() => Promise.reject(frozen)])
      const ended = rejection(
        (async () => {
          for await (const _ of results) continue
        })()
      )
      assert.strictEqual(await ended, frozen)
      const before = Error.prepareStackTrace
      Error.prepareStackTrace = (_, sites) => sites
      try {
        assert.lengthOf(await client.list(), 1)
      } finally {
        Error.prepareStackTrace = before
      }
    })
  )
})
