import { assert, describe, it } from "@effect/vitest"
import { type DeliveryStore, DeliveryStoreFailed } from "@effect-connectors/core/DeliveryStore"
import * as Webhook from "@effect-connectors/core/Webhook"
import * as WebhookSignature from "@effect-connectors/core/WebhookSignature"
import * as HttpRouter from "@effect/platform/HttpRouter"
import * as HttpApp from "@effect/platform/HttpApp"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/TestClock"

const secret = Redacted.make("whsec_c2VjcmV0IG9mIHRoZSB0ZXN0")
const start = 1_700_000_000_000

const post = (
  body: string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>,
  headers: Record<string, string> = {}
) => new Request("http://localhost/hooks", Object.assign({ method: "POST", body, headers }, { duplex: "half" }))

const signed = (id: string, body = "{}", signedAtMillis = start) =>
  Effect.map(WebhookSignature.standardHeaders({ id, signedAtMillis, body, secret }), (headers) => post(body, headers))

const receiver = Effect.fnUntraced(function* (options: Partial<Webhook.WebhookOptions<unknown, never>> = {}) {
  yield* TestClock.setTime(start)
  const handled: Array<string> = []
  const handler = ({ text }: Webhook.Delivery) => Effect.sync(() => void handled.push(text))
  const signature = options.signature ?? (yield* WebhookSignature.standard(secret))
  const web = yield* Webhook.webHandler({ handler, ...options, signature })
  return { handled, send: (request: Request) => Effect.promise(() => web(request)) }
})

const status = (response: Response) => response.status

describe("Webhook", () => {
  it.scoped("a signed delivery is handled once, however often it comes", () =>
    Effect.gen(function* () {
      const { handled, send } = yield* receiver()
      const statuses = [
        status(yield* send(yield* signed("a", '{"n":1}'))),
        status(yield* send(yield* signed("a", '{"n":1}')))
      ]
      assert.deepStrictEqual([statuses, handled], [[204, 204], ['{"n":1}']])
    })
  )

  it.scoped("a missing, a wrong and a foreign signature are 401, and nothing is handled", () =>
    Effect.gen(function* () {
      const { handled, send } = yield* receiver()
      const headers = yield* WebhookSignature.standardHeaders({ id: "a", signedAtMillis: start, body: "{}", secret })
      const foreign = yield* WebhookSignature.standardHeaders({
        id: "a",
        signedAtMillis: start,
        body: "{}",
        secret: Redacted.make("whsec_b3RoZXI=")
      })
      const requests = [
        post("{}"),
        post("{ }", headers),
        post("{}", { ...headers, "webhook-id": "b" }),
        post("{}", { ...headers, "webhook-timestamp": String(start / 1000 + 1) }),
        post("{}", { ...headers, "webhook-signature": "v1,!!!" }),
        post("{}", { ...headers, "webhook-signature": headers["webhook-signature"].replace("v1,", "v2,") }),
        post("{}", foreign)
      ]
      for (const request of requests) assert.strictEqual(status(yield* send(request)), 401)
      assert.deepStrictEqual(handled, [])
      // one of several signatures is enough, so that a sender can change its secret
      const both = `${foreign["webhook-signature"]} ${headers["webhook-signature"]}`
      assert.strictEqual(status(yield* send(post("{}", { ...headers, "webhook-signature": both }))), 204)
    })
  )

  it.scoped("a signed time outside of the window is 400, in both directions", () =>
    Effect.gen(function* () {
      const { handled, send } = yield* receiver({ tolerance: "1 minute" })
      const at = (millis: number) => Effect.flatMap(signed(`at ${millis}`, "{}", start + millis), send)
      assert.deepStrictEqual(
        [status(yield* at(-61_000)), status(yield* at(61_000)), status(yield* at(-60_000)), status(yield* at(60_000))],
        [400, 400, 204, 204]
      )
      assert.lengthOf(handled, 2)
    })
  )

  it.scoped("a body over the limit is 413, and is read on so that the connection is not reset", () =>
    Effect.gen(function* () {
      const { handled, send } = yield* receiver({ maxBytes: 1000 })
      let pulled = 0
      const body = new ReadableStream<Uint8Array>(
        {
          pull: (controller) => {
            pulled += 500
            controller.enqueue(new Uint8Array(500))
            if (pulled === 3000) controller.close()
          }
        },
        { highWaterMark: 0 }
      )
      assert.strictEqual(status(yield* send(post(body))), 413)
      assert.deepStrictEqual([pulled, handled], [3000, []])
      assert.strictEqual(status(yield* send(yield* signed("exact", "x".repeat(1000)))), 204)
    })
  )

  it.scoped("an endless body is not read to its end", () =>
    Effect.gen(function* () {
      const { send } = yield* receiver({ maxBytes: 1000 })
      let pulled = 0
      const body = new ReadableStream<Uint8Array>(
        { pull: (controller) => (pulled++, controller.enqueue(new Uint8Array(1000))) },
        { highWaterMark: 0 }
      )
      assert.strictEqual(status(yield* send(post(body))), 413)
      assert.isAtMost(pulled, 18)
    })
  )

  it.scoped("another method is 405; a body that breaks off is 400", () =>
    Effect.gen(function* () {
      const { send } = yield* receiver()
      const get = yield* send(new Request("http://localhost/hooks"))
      assert.deepStrictEqual([get.status, get.headers.get("allow")], [405, "POST"])
      const broken = new ReadableStream<Uint8Array>({ start: (controller) => controller.error(new Error("canary")) })
      const response = yield* send(post(broken))
      assert.strictEqual(response.status, 400)
      assert.notInclude(yield* Effect.promise(() => response.text()), "canary")
      const empty = yield* send(new Request("http://localhost/hooks", { method: "POST" }))
      assert.strictEqual(empty.status, 401)
    })
  )

  it.scoped("a handler that fails or dies is 500, and the delivery is handled when it comes again", () =>
    Effect.gen(function* () {
      const ends: Array<Effect.Effect<void, string>> = [Effect.fail("canary"), Effect.die("canary"), Effect.void]
      const { send } = yield* receiver({ handler: () => Effect.suspend(() => ends.shift() ?? Effect.die("twice")) })
      const responses: Array<Response> = []
      for (let i = 0; i < 4; i++) responses.push(yield* send(yield* signed("a")))
      assert.deepStrictEqual(responses.map(status), [500, 500, 204, 204])
      const texts = yield* Effect.forEach(responses, (response) => Effect.promise(() => response.text()))
      assert.notInclude(texts.join(), "canary")
    })
  )

  it.scoped("a delivery that is being handled is 503 until its handler is done", () =>
    Effect.gen(function* () {
      const gate = yield* Deferred.make<void>()
      const entered = yield* Deferred.make<void>()
      let count = 0
      const { send } = yield* receiver({
        handler: () =>
          Effect.sync(() => void count++).pipe(
            Effect.zipRight(Deferred.succeed(entered, undefined)),
            Effect.zipRight(Deferred.await(gate))
          )
      })
      const first = yield* Effect.fork(send(yield* signed("a")))
      yield* Deferred.await(entered)
      const second = yield* send(yield* signed("a"))
      assert.deepStrictEqual([second.status, second.headers.get("retry-after")], [503, "5"])
      yield* Deferred.succeed(gate, undefined)
      assert.strictEqual((yield* Fiber.join(first)).status, 204)
      assert.strictEqual((yield* send(yield* signed("a"))).status, 204)
      assert.strictEqual(count, 1)
    })
  )

  it.scoped("a handler goes on when its sender hangs up, and what is sent again finds it done", () =>
    Effect.gen(function* () {
      const entered = yield* Deferred.make<void>()
      const gate = yield* Deferred.make<void>()
      const done = yield* Deferred.make<void>()
      let count = 0
      const { send } = yield* receiver({
        handler: () =>
          Effect.sync(() => void count++).pipe(
            Effect.zipRight(Deferred.succeed(entered, undefined)),
            Effect.zipRight(Deferred.await(gate)),
            Effect.ensuring(Deferred.succeed(done, undefined))
          )
      })
      const controller = new AbortController()
      const request = yield* signed("a")
      const hungUp = yield* Effect.fork(send(new Request(request, { signal: controller.signal })))
      yield* Deferred.await(entered)
      controller.abort()
      yield* Fiber.await(hungUp)
      assert.strictEqual((yield* send(yield* signed("a"))).status, 503)
      yield* Deferred.succeed(gate, undefined)
      yield* Deferred.await(done)
      yield* Effect.yieldNow()
      assert.strictEqual((yield* send(yield* signed("a"))).status, 204)
      assert.strictEqual(count, 1)
    })
  )

  it.scoped("closing the scope interrupts a handler, and its sender gets 500", () =>
    Effect.gen(function* () {
      const entered = yield* Deferred.make<void>()
      const left: Array<string> = []
      const store: DeliveryStore = {
        begin: () => Effect.succeed("new"),
        complete: () => Effect.sync(() => void left.push("complete")),
        forget: () => Effect.sync(() => void left.push("forget"))
      }
      const scope = yield* Scope.make()
      const { send } = yield* Scope.extend(
        receiver({ store, handler: () => Effect.zipRight(Deferred.succeed(entered, undefined), Effect.never) }),
        scope
      )
      const response = yield* Effect.fork(send(yield* signed("a")))
      yield* Deferred.await(entered)
      yield* Scope.close(scope, Exit.void)
      assert.strictEqual((yield* Fiber.join(response)).status, 500)
      assert.deepStrictEqual(left, ["forget"])
    })
  )

  it.scoped("a store that fails is 503 before the handler, and changes nothing after it", () =>
    Effect.gen(function* () {
      const broken = new DeliveryStoreFailed({ cause: "canary" })
      const store: DeliveryStore = {
        begin: (id) => (id === "a" ? Effect.fail(broken) : Effect.succeed("new")),
        complete: () => Effect.fail(broken),
        forget: () => Effect.fail(broken)
      }
      const { handled, send } = yield* receiver({ store })
      assert.deepStrictEqual(
        [status(yield* send(yield* signed("a"))), status(yield* send(yield* signed("b", "b")))],
        [503, 204]
      )
      assert.deepStrictEqual(handled, ["b"])
    })
  )

  it.scoped("is a route of HttpRouter", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(start)
      const signature = yield* WebhookSignature.standard(secret)
      const hooks = yield* Webhook.app({ signature, handler: () => Effect.void })
      const web = HttpApp.toWebHandlerRuntime(yield* Effect.runtime<never>())(
        HttpRouter.empty.pipe(HttpRouter.post("/hooks", hooks))
      )
      const request = yield* signed("a")
      assert.strictEqual((yield* Effect.promise(() => web(request))).status, 204)
    })
  )

  it.scoped("options that cannot be used are InvalidRequest", () =>
    Effect.gen(function* () {
      const signature = yield* WebhookSignature.standard(secret)
      const options = { signature, handler: () => Effect.void, maxBytes: 0, tolerance: "-1 second" } as const
      const wrong = yield* Effect.either(Webhook.app(options))
      assert.deepStrictEqual(Either.isLeft(wrong) ? wrong.left.issues.map(({ path }) => path) : [], [
        ["maxBytes"],
        ["tolerance"]
      ])
    })
  )
})
