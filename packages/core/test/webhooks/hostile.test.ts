import { assert, describe, it } from "@effect/vitest"
import { type DeliveryStore, DeliveryStoreFailed } from "@effect-connectors/core/DeliveryStore"
import * as Webhook from "@effect-connectors/core/Webhook"
import * as WebhookSignature from "@effect-connectors/core/WebhookSignature"
import { VirtualClock } from "@effect-connectors/testing/VirtualClock"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"

// checked at once: that of WebCrypto is awaited outside of virtual time
const trusting: WebhookSignature.WebhookSignature = {
  verify: ({ headers }) => Effect.succeed({ id: headers["x-id"], signedAtMillis: undefined })
}

const post = (id: string, body: BodyInit = "{}") =>
  new Request("http://localhost/", Object.assign({ method: "POST", body, headers: { "x-id": id } }, { duplex: "half" }))

const receiver = (options: Partial<Webhook.WebhookOptions<unknown, never>> = {}) =>
  Effect.map(
    Webhook.app({ signature: trusting, handler: () => Effect.void, ...options }),
    (app) => (request: Request) =>
      Effect.map(
        Effect.provideService(app, HttpServerRequest.HttpServerRequest, HttpServerRequest.fromWeb(request)),
        ({ status }) => status
      )
  )

/** The text of what is logged meanwhile. */
const logged = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    const lines: Array<string> = []
    const logger = Logger.map(Logger.stringLogger, (line) => void lines.push(line))
    return Effect.map(Effect.provide(effect, Logger.replace(Logger.defaultLogger, logger)), (value) => ({
      value,
      text: lines.join("\n")
    }))
  })

describe("Webhook: a handler that is a plain function", () => {
  it.scoped("is not called for a delivery that was handled", () =>
    Effect.gen(function* () {
      let called = 0
      const send = yield* receiver({
        handler: () => {
          called++
          return Effect.void
        }
      })
      assert.deepStrictEqual([yield* send(post("a")), yield* send(post("a")), called], [204, 204, 1])
    })
  )

  it.scoped("that throws is 500, and the delivery is handled when it comes again", () =>
    Effect.gen(function* () {
      let called = 0
      const send = yield* receiver({
        handler: () => {
          if (called++ === 0) throw new Error("canary")
          return Effect.void
        }
      })
      const { value } = yield* logged(Effect.all([send(post("a")), send(post("a"))]))
      assert.deepStrictEqual(value, [500, 204])
    })
  )
})

describe("Webhook: parts of the program that die", () => {
  const store: DeliveryStore = {
    begin: () => Effect.succeed("new"),
    complete: () => Effect.void,
    forget: () => Effect.void
  }

  it.scoped("a store that dies or throws before the handler is 503, and is logged", () =>
    Effect.gen(function* () {
      for (const begin of [
        () => Effect.die("the store died"),
        (): never => {
          throw new Error("the store died")
        }
      ]) {
        const send = yield* receiver({ store: { ...store, begin } })
        const { text, value } = yield* logged(send(post("a")))
        assert.strictEqual(value, 503)
        assert.include(text, "the store died")
      }
    })
  )

  it.scoped("a store that dies or throws after the handler changes nothing: the work is done", () =>
    Effect.gen(function* () {
      for (const complete of [
        () => Effect.die("the store died"),
        (): never => {
          throw new Error("the store died")
        },
        () => Effect.fail(new DeliveryStoreFailed({ cause: "the store died" }))
      ]) {
        const send = yield* receiver({ store: { ...store, complete } })
        const { text, value } = yield* logged(send(post("a")))
        assert.strictEqual(value, 204)
        assert.include(text, "the store died")
      }
    })
  )

  it.scoped("a signature that dies or throws is 500, and is logged", () =>
    Effect.gen(function* () {
      for (const verify of [
        () => Effect.die("no verdict"),
        (): never => {
          throw new Error("no verdict")
        }
      ]) {
        const send = yield* receiver({ signature: { verify } })
        const { text, value } = yield* logged(send(post("a")))
        assert.strictEqual(value, 500)
        assert.include(text, "no verdict")
      }
    })
  )
})

describe("Webhook: bodies that do not come", () => {
  const stalled = (cancel: () => Promise<void> | void) =>
    new ReadableStream<Uint8Array>({ start: (controller) => controller.enqueue(new Uint8Array(10)), cancel })

  for (const [name, cancel] of [
    ["", () => {}],
    [", also when it cannot be canceled", () => new Promise<void>(() => {})]
  ] as const) {
    it.effect(`one that stalls is 408 after 30 seconds${name}`, () =>
      VirtualClock.run(
        Effect.scoped(
          Effect.gen(function* () {
            const send = yield* receiver()
            const response = yield* Effect.fork(send(post("a", stalled(cancel))))
            yield* Effect.sleep("29 seconds")
            assert.isNull(yield* Fiber.poll(response).pipe(Effect.map((exit) => (exit._tag === "None" ? null : exit))))
            yield* Effect.sleep("2 seconds")
            assert.strictEqual(yield* Fiber.join(response), 408)
          })
        ),
        { deadlockTurns: false }
      )
    )
  }

  it.effect("the limit is an option", () =>
    VirtualClock.run(
      Effect.scoped(
        Effect.gen(function* () {
          const send = yield* receiver({ bodyTimeout: "2 seconds" })
          const response = yield* Effect.fork(
            send(
              post(
                "a",
                stalled(() => {})
              )
            )
          )
          yield* Effect.sleep("3 seconds")
          assert.strictEqual(yield* Fiber.join(response), 408)
          const error = yield* Effect.flip(receiver({ bodyTimeout: "-1 seconds" }))
          assert.deepStrictEqual(
            error.issues.map(({ path }) => path),
            [["bodyTimeout"]]
          )
        })
      ),
      { deadlockTurns: false }
    )
  )
})

describe("Webhook: many at once", () => {
  it.scoped("100 deliveries, each twice, are each handled once", () =>
    Effect.gen(function* () {
      const seen = new Map<string, number>()
      const send = yield* receiver({
        handler: ({ id = "" }) => Effect.sync(() => void seen.set(id, (seen.get(id) ?? 0) + 1))
      })
      const ids = Array.from({ length: 100 }, (_, index) => `d${index}`)
      const statuses = yield* Effect.forEach([...ids, ...ids], (id) => send(post(id)), { concurrency: "unbounded" })
      assert.isTrue(statuses.every((status) => status === 204 || status === 503))
      assert.deepStrictEqual([seen.size, Math.max(...seen.values())], [100, 1])
    })
  )
})

describe("Webhook: bodies of other kinds", () => {
  it.scoped("a compressed body is given as it was signed, and text that is not UTF-8 is no failure", () =>
    Effect.gen(function* () {
      const bodies: Array<ReadonlyArray<number>> = []
      const send = yield* receiver({ handler: ({ body }) => Effect.sync(() => void bodies.push([...body])) })
      const bytes = new Uint8Array([0x1f, 0x8b, 0xff, 0xfe])
      const request = new Request(post("a", bytes), { headers: { "x-id": "a", "content-encoding": "gzip" } })
      assert.deepStrictEqual([yield* send(request), bodies], [204, [[...bytes]]])
    })
  )

  it.scoped("HEAD, OPTIONS, PUT and a body that was read before are refused", () =>
    Effect.gen(function* () {
      const send = yield* receiver()
      for (const method of ["HEAD", "OPTIONS", "PUT"]) {
        assert.strictEqual(yield* send(new Request("http://localhost/", { method })), 405)
      }
      const read = post("a")
      yield* Effect.promise(() => read.text())
      assert.strictEqual(yield* send(read), 400)
    })
  )
})

describe("WebhookSignature: what a hostile sender may send", () => {
  const secret = Redacted.make("whsec_c2VjcmV0IG9mIHRoZSB0ZXN0")
  const bytes = (text: string) => new TextEncoder().encode(text)

  it.effect("a part of the id is not taken as the time, nor a part of the body", () =>
    Effect.gen(function* () {
      // both are signed as "a.1000.2000.x"
      const headers = yield* WebhookSignature.standardHeaders({ id: "a", signedAtMillis: 1e6, body: "2000.x", secret })
      const shifted = { ...headers, "webhook-id": "a.1000", "webhook-timestamp": "2000" }
      const standard = yield* WebhookSignature.standard(secret)
      const custom = yield* WebhookSignature.hmac({
        secrets: Redacted.make("secret of the test"),
        header: "webhook-signature",
        prefix: "v1,",
        encoding: "base64",
        idHeader: "webhook-id",
        timestampHeader: "webhook-timestamp",
        signed: "{id}.{timestamp}.{body}"
      })
      for (const signature of [standard, custom]) {
        assert.deepInclude(yield* signature.verify({ headers, body: bytes("2000.x") }), { id: "a" })
        assert.isUndefined(yield* signature.verify({ headers: shifted, body: bytes("x") }))
      }
      // a dot alone is no harm
      const dotted = yield* WebhookSignature.standardHeaders({ id: "a.b", signedAtMillis: 1e6, body: "x", secret })
      assert.deepInclude(yield* standard.verify({ headers: dotted, body: bytes("x") }), { id: "a.b" })
    })
  )

  it.effect("a signed id is needed where the id is signed", () =>
    Effect.gen(function* () {
      const options = {
        secrets: Redacted.make("secret of the test"),
        header: "x-signature",
        encoding: "base64",
        idHeader: "x-id",
        timestampHeader: "x-time",
        signed: "{id}.{timestamp}.{body}"
      } as const
      const signature = yield* WebhookSignature.hmac(options)
      // the helper signs ".1000.x"
      const own = yield* WebhookSignature.standardHeaders({ id: "", signedAtMillis: 1e6, body: "x", secret })
      const headers = { "x-signature": own["webhook-signature"].slice(3), "x-time": "1000" }
      assert.isUndefined(yield* signature.verify({ headers, body: bytes("x") }))
    })
  )

  it.effect("odd ids, times, doubled and endless headers are refused or proved, and nothing dies", () =>
    Effect.gen(function* () {
      const signature = yield* WebhookSignature.standard(secret)
      const headers = yield* WebhookSignature.standardHeaders({ id: "a", signedAtMillis: 1e6, body: "x", secret })
      const own = headers["webhook-signature"]
      const verify = (change: Record<string, string>) =>
        signature.verify({ headers: { ...headers, ...change }, body: bytes("x") })
      for (const time of ["-1000", "1e3", "1000.5", "NaN", "Infinity", "9".repeat(13), " 1000", "1000, 1000", ""]) {
        assert.isUndefined(yield* verify({ "webhook-timestamp": time }), time)
      }
      for (const id of ["a, a", "A", "a\u0000", "x".repeat(1_000_000), "__proto__", "\ud800"]) {
        assert.isUndefined(yield* verify({ "webhook-id": id }))
      }
      const wrong = `v1,${"A".repeat(43)}=`
      assert.isUndefined(yield* verify({ "webhook-signature": `${own.slice(0, -3)}AA=` }))
      assert.isUndefined(yield* verify({ "webhook-signature": `${`${wrong} `.repeat(10_000)}${own}` }))
      assert.isDefined(yield* verify({ "webhook-signature": `${wrong} ${own}` }))
      // two headers, as Node and `Headers` join them
      assert.isDefined(yield* verify({ "webhook-signature": `${wrong}, ${own}` }))
    })
  )

  it.effect("secrets that can never be right are refused, and are not shown", () =>
    Effect.gen(function* () {
      const refused = [
        WebhookSignature.standard(Redacted.make("whsec_")),
        WebhookSignature.sharedHeader({ secrets: Redacted.make("canary\n") }),
        WebhookSignature.sharedHeader({ secrets: Redacted.make(" canary") })
      ]
      for (const effect of refused) {
        const error = yield* Effect.flip(effect)
        assert.strictEqual(error._tag, "InvalidRequest")
        assert.deepStrictEqual(
          error.issues.map(({ path }) => path.join(".")),
          ["secrets.0"]
        )
        assert.notInclude(String(error), "canary")
      }
      // as it stands at the end of a file
      yield* WebhookSignature.standard(Redacted.make(`${Redacted.value(secret)}\n`))
    })
  )

  it.effect("choices that do not exist are refused when the signature is made", () =>
    Effect.gen(function* () {
      const base = { secrets: Redacted.make("s"), header: "x", idHeader: "i", timestampHeader: "t" }
      const error = yield* Effect.flip(
        WebhookSignature.hmac({
          ...base,
          // @ts-expect-error not an encoding
          encoding: "utf8",
          // @ts-expect-error not a hash
          hash: "MD5",
          // @ts-expect-error not a form
          signed: "{body}.{timestamp}"
        })
      )
      assert.deepStrictEqual(
        error.issues.map(({ path }) => path.join(".")),
        ["encoding", "hash", "signed"]
      )
    })
  )
})
