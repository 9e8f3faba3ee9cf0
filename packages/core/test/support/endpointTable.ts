import type { ApiError } from "@effect-connectors/core/ApiError"
import * as Call from "@effect-connectors/core/Call"
import type { ConnectionHandle } from "@effect-connectors/core/ConnectionHandle"
import type { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { virtual } from "./api.js"
import { json } from "./fakeClient.js"
import { platform } from "./connectionsKit.js"

export type Called = Effect.Effect<unknown, ApiError>

export interface Row {
  readonly request: string
  readonly body?: string
  /** The answer, and what the call gives for it. */
  readonly response: unknown
  readonly gives: unknown
  readonly refused: readonly [status: number, tag: ApiError["_tag"]]
  /** From the service, with the slug as an argument. */
  readonly call: (api: ConnectionsApi.Service) => Called
  /** From a handle on "crm", where there is one. */
  readonly bound?: (crm: ConnectionHandle) => Called
}

export const notFound = [404, "NotFound"] as const
export const forbidden = [403, "Forbidden"] as const
export const rejected = [409, "ApiRejected"] as const

export const done = { result: { ok: 1 } }
export const completed = { _tag: "Completed", value: done }

const reason = { message: "no", code: "C" }

/** An operation with its success, its refusal and its bound form. */
const rowTests = (name: string, row: Row): void => {
  const expected = {
    line: row.request,
    body: row.body ?? "",
    contentType: row.body === undefined ? undefined : "application/json"
  }
  virtual(`${name}: its request, its value and the whole answer`, () =>
    Effect.gen(function* () {
      const { api, lines } = yield* platform([json(row.response)])
      const { response, value } = yield* Call.withResponse(row.call(api))
      assert.deepStrictEqual(lines(), [expected])
      assert.deepEqual(value, row.gives)
      assert.deepStrictEqual(response?.body, row.response)
    })
  )
  virtual(`${name}: ${row.refused[0]} is ${row.refused[1]}, with what the server said`, () =>
    Effect.gen(function* () {
      const { api, lines } = yield* platform([json(reason, row.refused[0])], { retry: "none" })
      const error = yield* Effect.flip(row.call(api))
      assert.deepStrictEqual(lines(), [expected])
      assert.strictEqual(error._tag, row.refused[1])
      assert.deepInclude(
        { ...error, body: "body" in error ? error.body : undefined },
        { status: row.refused[0], body: reason }
      )
    })
  )
  const { bound } = row
  if (bound === undefined) return
  virtual(`${name}: bound to its connection it is the same request and the same value`, () =>
    Effect.gen(function* () {
      const { api, lines } = yield* platform([json(row.response)])
      const value = yield* bound(api.connection("crm"))
      assert.deepStrictEqual(lines(), [expected])
      assert.deepEqual(value, row.gives)
    })
  )
}

export const rowsTests = (name: string, rows: Readonly<Record<string, Row>>): void =>
  void describe(`a row ${name}`, () => {
    for (const [row, it] of Object.entries(rows)) rowTests(row, it)
  })
