import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import { assert, describe, it } from "@effect/vitest"
import { withoutSecrets } from "../../src/internal/http/secrets.js"

const secretNames = ["secret", "token", "api_key", "access_token", "refresh_token", "auth_string", "configuration"]

const fieldIn = (body: unknown, ...path: ReadonlyArray<string>): unknown =>
  path.reduce<unknown>((at, name) => (Predicate.isRecord(at) ? at[name] : undefined), body)

describe("withoutSecrets", () => {
  for (const name of secretNames) {
    it(`redacts the field ${name} at any depth, and nothing next to it`, () => {
      const body = withoutSecrets({ name: "ann", [name]: "S3CRET", data: { list: [{ [name]: "S3CRET", id: 7 }] } })
      assert.isTrue(Redacted.isRedacted(fieldIn(body, name)))
      assert.notInclude(JSON.stringify(body), "S3CRET")
      assert.strictEqual(fieldIn(body, "name"), "ann")
      assert.include(JSON.stringify(body), '"id":7')
    })
  }

  it("redacts a body that is text as a whole", () => {
    assert.isTrue(Redacted.isRedacted(withoutSecrets("S3CRET")))
  })

  it("keeps a secret that is null", () => {
    assert.deepStrictEqual(withoutSecrets({ token: null }), { token: null })
  })
})
