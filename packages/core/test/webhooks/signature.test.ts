import { assert, describe, it } from "@effect/vitest"
import * as WebhookSignature from "@effect-connectors/core/WebhookSignature"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { createHmac } from "node:crypto"

const body = new TextEncoder().encode('{"action":"opened"}')
const verify = (signature: WebhookSignature.WebhookSignature, headers: Readonly<Record<string, string>>) =>
  signature.verify({ headers, body })

describe("WebhookSignature.standard", () => {
  it.effect("has the signature of the specification's example", () =>
    Effect.gen(function* () {
      // the published example of Standard Webhooks
      const secret = Redacted.make("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
      const headers = yield* WebhookSignature.standardHeaders({
        id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
        signedAtMillis: 1_614_265_330_000,
        body: '{"test": 2432232314}',
        secret
      })
      assert.strictEqual(headers["webhook-signature"], "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
      const signature = yield* WebhookSignature.standard(secret)
      assert.deepStrictEqual(
        yield* signature.verify({ headers, body: new TextEncoder().encode('{"test": 2432232314}') }),
        { id: "msg_p5jXN8AQM9LWM0D4loKWxJek", signedAtMillis: 1_614_265_330_000 }
      )
    })
  )

  it.effect("takes each active secret", () =>
    Effect.gen(function* () {
      const [before, now] = [Redacted.make("whsec_YmVmb3Jl"), Redacted.make("bm93")]
      const signature = yield* WebhookSignature.standard([now, before])
      for (const secret of [before, now]) {
        const headers = yield* WebhookSignature.standardHeaders({ id: "a", signedAtMillis: 1000, body, secret })
        assert.deepStrictEqual(yield* verify(signature, headers), { id: "a", signedAtMillis: 1000 })
      }
    })
  )

  it.effect("refuses secrets that cannot be used, and does not show them", () =>
    Effect.gen(function* () {
      for (const secrets of [[], [Redacted.make("")], [Redacted.make("whsec_canary!")]]) {
        const error = yield* Effect.flip(WebhookSignature.standard(secrets))
        assert.strictEqual(error._tag, "InvalidRequest")
        assert.notInclude(String(error), "canary")
      }
    })
  )
})

describe("WebhookSignature.hmac", () => {
  const key = "It's a Secret to Everybody"
  const secrets = Redacted.make(key)
  const hex = (text: string) => createHmac("sha256", key).update(text).digest("hex")

  it.effect("takes a signature of the body in hex with a prefix, as GitHub sends it", () =>
    Effect.gen(function* () {
      const signature = yield* WebhookSignature.hmac({
        secrets,
        header: "X-Hub-Signature-256",
        prefix: "sha256=",
        idHeader: "X-GitHub-Delivery"
      })
      const own = `sha256=${hex('{"action":"opened"}')}`
      assert.deepStrictEqual(yield* verify(signature, { "x-hub-signature-256": own, "x-github-delivery": "d1" }), {
        id: "d1",
        signedAtMillis: undefined
      })
      for (const wrong of [own.slice(7), own.slice(0, -2), `${own}00`, "sha256=", "", `sha256=${"0".repeat(64)}`]) {
        assert.isUndefined(yield* verify(signature, { "x-hub-signature-256": wrong }))
      }
    })
  )

  it.effect("a time counts where it is signed, and is needed there", () =>
    Effect.gen(function* () {
      const options = { secrets, header: "x-signature", timestampHeader: "x-time", idHeader: "x-id" }
      const bare = yield* WebhookSignature.hmac(options)
      const timed = yield* WebhookSignature.hmac({ ...options, signed: "{id}.{timestamp}.{body}" })
      const text = '{"action":"opened"}'
      assert.deepStrictEqual(yield* verify(bare, { "x-signature": hex(text), "x-time": "1000", "x-id": "a" }), {
        id: "a",
        signedAtMillis: undefined
      })
      assert.deepStrictEqual(
        yield* verify(timed, { "x-signature": hex(`a.1000.${text}`), "x-time": "1000", "x-id": "a" }),
        { id: "a", signedAtMillis: 1_000_000 }
      )
      assert.isUndefined(yield* verify(timed, { "x-signature": hex(`a..${text}`), "x-id": "a" }))
      assert.isUndefined(yield* verify(timed, { "x-signature": hex(`a.soon.${text}`), "x-time": "soon", "x-id": "a" }))
    })
  )

  it.effect("base64 and SHA-512", () =>
    Effect.gen(function* () {
      const signature = yield* WebhookSignature.hmac({ secrets, header: "x", encoding: "base64", hash: "SHA-512" })
      const x = createHmac("sha512", key).update(body).digest("base64")
      assert.deepStrictEqual(yield* verify(signature, { x }), { id: undefined, signedAtMillis: undefined })
    })
  )

  it.effect("names every option that cannot be used", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(
        WebhookSignature.hmac({ secrets: [], header: "not a header", signed: "{id}.{timestamp}.{body}" })
      )
      assert.deepStrictEqual(
        error.issues.map(({ path }) => path.join(".")),
        ["secrets", "header", "idHeader", "timestampHeader"]
      )
    })
  )
})

describe("WebhookSignature.sharedHeader", () => {
  it.effect("takes each active secret in the header of the subscription, and nothing else", () =>
    Effect.gen(function* () {
      const signature = yield* WebhookSignature.sharedHeader({
        secrets: [Redacted.make("one"), Redacted.make("two")],
        idHeader: "x-request-id"
      })
      assert.deepStrictEqual(yield* verify(signature, { "x-api-key": "two", "x-request-id": "r" }), {
        id: "r",
        signedAtMillis: undefined
      })
      for (const key of ["", "on", "one ", "three"]) assert.isUndefined(yield* verify(signature, { "x-api-key": key }))
      assert.isUndefined(yield* verify(signature, {}))
      const named = yield* WebhookSignature.sharedHeader({ secrets: Redacted.make("one"), header: "X-Hook" })
      assert.deepStrictEqual(yield* verify(named, { "x-hook": "one" }), { id: undefined, signedAtMillis: undefined })
    })
  )
})
