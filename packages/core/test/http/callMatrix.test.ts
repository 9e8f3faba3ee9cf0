import type { ApiError } from "@effect-connectors/core/ApiError"
import { assert, describe, it } from "@effect/vitest"
import { VirtualClock } from "@effect-connectors/testing/VirtualClock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { apiOver, callNames, calls, goodBody } from "../support/api.js"
import { fakeClient, json } from "../support/fakeClient.js"
import { type Expected, rows } from "../support/matrix.js"

type Seen = Expected & { readonly attempts?: number }

const fieldsOf = (error: ApiError): Omit<Seen, "sends"> => ({
  tag: error._tag,
  retryable: error.retryable,
  ...("code" in error ? { code: error.code } : {}),
  ...("phase" in error ? { phase: error.phase } : {}),
  ...("status" in error && error.status !== undefined ? { status: error.status } : {}),
  ...(error._tag === "UnexpectedBody" ? { reason: error.reason } : {}),
  ...("attempts" in error ? { attempts: error.attempts } : {})
})

// only what the table names is compared, so a cell is as strict as its row
const narrowed = (seen: Seen, expected: Expected): Partial<Seen> =>
  Object.fromEntries(Object.entries(seen).filter(([name]) => name in expected))

describe("the fault matrix", () => {
  let cells = 0
  for (const { expected, name, reply } of rows) {
    it(name, async () => {
      for (const call of callNames) {
        const fake = fakeClient(reply)
        const outcome = await Effect.runPromise(
          VirtualClock.run(
            Effect.scoped(
              Effect.flatMap(apiOver(fake.client), (api) => Effect.either<unknown, ApiError, never>(calls[call](api)))
            )
          )
        )
        const want = expected[call]
        const seen: Seen = {
          sends: fake.sent.length,
          ...Either.match(outcome, { onLeft: fieldsOf, onRight: (): Omit<Seen, "sends"> => ({ tag: "ok" }) })
        }
        assert.deepStrictEqual(narrowed(seen, want), { ...want }, `${name}: ${call}`)
        if (seen.attempts !== undefined)
          assert.strictEqual(seen.attempts, want.sends, `${name}: ${call}: attempts in the error`)
        cells++
      }
    })
  }

  it("the table is complete: each row ran for each call", () => {
    assert.strictEqual(rows.length, 108)
    assert.strictEqual(cells, rows.length * 6)
    console.log(`fault matrix: ${cells} cells, ${rows.length} faults x ${callNames.length} classes`)
  })
})

describe("a fault that passes", () => {
  let cells = 0
  for (const { expected, name, reply } of rows) {
    it(name, async () => {
      for (const call of callNames) {
        const fake = fakeClient(reply, json(goodBody))
        const outcome = await Effect.runPromise(
          VirtualClock.run(
            Effect.scoped(
              Effect.flatMap(apiOver(fake.client), (api) => Effect.either<unknown, ApiError, never>(calls[call](api)))
            )
          )
        )
        const want = expected[call]
        const heals = want.sends > 1
        assert.strictEqual(fake.sent.length, heals ? 2 : 1, `${name}: ${call}: sends`)
        assert.strictEqual(Either.isRight(outcome), heals || want.tag === "ok", `${name}: ${call}: end`)
        cells++
      }
    })
  }

  it("the table is complete: each row ran for each call", () => {
    assert.strictEqual(cells, 108 * 6)
  })
})
