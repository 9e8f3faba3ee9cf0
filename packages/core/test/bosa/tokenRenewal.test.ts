import { assert, it } from "@effect/vitest"
import { Auth } from "@effect-connectors/core/Auth"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { describe } from "vitest"
import { answer, fakeClient } from "../support/fakeClient.js"
import { bosaOver } from "../support/usersKit.js"

const refused = answer(401, { json: { error: { code: "UNAUTHORIZED" } } })

describe("a 401 renews only what was refused", () => {
  const counted = () => {
    let renewals = 0
    const auth = Auth.refreshing(Effect.sync(() => ({ "x-api-key": Redacted.make(`k${++renewals}`) })))
    return { auth, renewals: () => renewals }
  }

  it.effect("credentials of Auth: once, and the call is sent again", () =>
    Effect.gen(function* () {
      const { renewals, auth } = counted()
      const fake = fakeClient(refused)
      const bosa = yield* bosaOver(fake.client, { retry: "none" }, auth)
      const error = yield* Effect.flip(bosa.integrations.has("demo", undefined))
      assert.deepStrictEqual([error._tag, renewals(), fake.sent.length], ["Unauthorized", 2, 2])
    })
  )

  it.effect("not for a token of the call's own", () =>
    Effect.gen(function* () {
      const { renewals, auth } = counted()
      const fake = fakeClient(refused)
      const bosa = yield* bosaOver(fake.client, { retry: "none" }, auth)
      const error = yield* Effect.flip(bosa.integrations.has("demo", Redacted.make("bad")))
      assert.deepStrictEqual([error._tag, renewals(), fake.sent.length], ["Unauthorized", 1, 1])
    })
  )

  it.effect("not where no credentials are sent", () =>
    Effect.gen(function* () {
      const { renewals, auth } = counted()
      const fake = fakeClient(refused)
      const bosa = yield* bosaOver(fake.client, { retry: "none", dialect: "gl" }, auth)
      const failures = [
        yield* Effect.flip(bosa.connectors),
        yield* Effect.flip(bosa.catalog.tools()),
        yield* Effect.flip(bosa.execute("demo", "act"))
      ]
      for (const { _tag } of failures) assert.strictEqual(_tag, "Unauthorized")
      assert.deepStrictEqual([renewals(), fake.sent.length], [0, 3])
    })
  )

  it.effect("the request is named by what the server says of its failure when no header does", () =>
    Effect.gen(function* () {
      const named = (headers: Record<string, string>) =>
        answer(404, { json: { error: { code: "X_Y", request_id: "req-body" } }, headers })
      const fake = fakeClient(
        named({}),
        named({ "x-request-id": "req-header" }),
        answer(404, { json: { error: { request_id: "a\nb" } } })
      )
      const bosa = yield* bosaOver(fake.client, { retry: "none" })
      const requestId = Effect.map(Effect.flip(bosa.connectors), (error) => "requestId" in error && error.requestId)
      assert.deepStrictEqual(yield* Effect.all([requestId, requestId, requestId]), [
        "req-body",
        "req-header",
        undefined
      ])
    })
  )
})
