import type { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import * as Call from "@effect-connectors/core/Call"
import { Ledger } from "@effect-connectors/core/Ledger"
import * as Retry from "@effect-connectors/core/Retry"
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import { virtual } from "../support/api.js"
import { answer, json } from "../support/fakeClient.js"
import { platform } from "../support/connectionsKit.js"
import { completed, done, forbidden, notFound, rejected, type Row, rowsTests } from "../support/endpointTable.js"

const subscriber = { created: true, subscriber: { id: 9, url: "u" } }
const gone = { id: 9, deleted: false }

const writes: Readonly<Record<string, Row>> = {
  authorize: {
    request: "POST /api/v1/connections/crm/authorize",
    body: "{}",
    response: { url: "https://x" },
    gives: Option.some({ url: "https://x" }),
    refused: forbidden,
    call: (api) => api.authorize("crm"),
    bound: (crm) => crm.authorize
  },
  unauthorize: {
    request: "POST /api/v1/connections/crm/unauthorize",
    body: "{}",
    response: { ok: true },
    gives: Option.some({ ok: true }),
    refused: notFound,
    call: (api) => api.unauthorize("crm"),
    bound: (crm) => crm.unauthorize
  },
  "set active": {
    request: "POST /api/v1/connections/crm/toggle-active",
    body: `{"active":true}`,
    response: { ok: true },
    gives: Option.some({ ok: true }),
    refused: rejected,
    call: (api) => api.setActive("crm", true),
    bound: (crm) => crm.setActive(true)
  },
  "set inactive": {
    request: "POST /api/v1/connections/crm/toggle-active",
    body: `{"active":false}`,
    response: { ok: true },
    gives: Option.some({ ok: true }),
    refused: rejected,
    call: (api) => api.setActive("crm", false),
    bound: (crm) => crm.setActive(false)
  },
  "execute a saved action": {
    request: "POST /api/v1/connections/crm/actions/fetch-deal/execute",
    body: `{"input":{"id":7},"options":{"keep":1},"more":[null]}`,
    response: done,
    gives: completed,
    refused: [429, "RateLimited"],
    call: (api) =>
      api.actions.execute("crm", "fetch-deal", { input: { id: 7 }, options: { keep: 1 }, extra: { more: [null] } }),
    bound: (crm) =>
      crm.actions.execute("fetch-deal", { input: { id: 7 }, options: { keep: 1 }, extra: { more: [null] } })
  },
  "subscribe as a service": {
    request: "POST /api/v1/connections/crm/triggers/issues/subscribers",
    body: `{"target_url":"https://a.example/h","service":"facilio","user_id":5,"account_id":414,"inputs":{"r":"o/n"},"name":"W"}`,
    response: subscriber,
    gives: { created: true, id: 9, subscriber: { id: 9, url: "u" }, raw: subscriber },
    refused: notFound,
    call: (api) =>
      api.triggers.subscribe("crm", "issues", {
        name: "W",
        inputs: { r: "o/n" },
        accountId: 414,
        userId: 5,
        service: "facilio",
        targetUrl: "https://a.example/h"
      }),
    bound: (crm) =>
      crm.triggers.subscribe("issues", {
        targetUrl: "https://a.example/h",
        service: "facilio",
        userId: 5,
        accountId: 414,
        inputs: { r: "o/n" },
        name: "W"
      })
  },
  "subscribe with a key": {
    request: "POST /api/v1/connections/crm/triggers/issues/subscribers",
    body: `{"target_url":"https://a.example/h","api_key":"K","api_key_header":"X-Key","account":"a2"}`,
    response: { created: false, subscriber: { id: "s-9" } },
    gives: {
      created: false,
      id: "s-9",
      subscriber: { id: "s-9" },
      raw: { created: false, subscriber: { id: "s-9" } }
    },
    refused: [422, "ApiRejected"],
    call: (api) =>
      api.triggers.subscribe("crm", "issues", {
        targetUrl: "https://a.example/h",
        apiKey: "K",
        apiKeyHeader: "X-Key",
        account: "a2"
      }),
    bound: (crm) =>
      crm.triggers.subscribe("issues", {
        targetUrl: "https://a.example/h",
        apiKey: "K",
        apiKeyHeader: "X-Key",
        account: "a2"
      })
  },
  unsubscribe: {
    request: "DELETE /api/v1/subscribers/9",
    response: gone,
    gives: { id: 9, deleted: false, webhook: undefined, raw: gone },
    refused: forbidden,
    call: (api) => api.subscribers.remove(9)
  }
}

rowsTests("that changes something", writes)

const reason = { message: "no" }

describe("a subscription", () => {
  const target = { targetUrl: "https://a.example/h" }
  const refused = (
    name: string,
    subscription: Parameters<ConnectionsApi.Service["triggers"]["subscribe"]>[2],
    path: string
  ) =>
    virtual(name, () =>
      Effect.gen(function* () {
        const { api, lines } = yield* platform([json({})])
        const error = yield* Effect.flip(api.triggers.subscribe("crm", "issues", subscription))
        assert.deepStrictEqual(lines(), [])
        assert.deepStrictEqual(error._tag === "InvalidRequest" ? error.issues.map((issue) => issue.path) : error._tag, [
          [path]
        ])
      })
    )
  refused("needs a service or a key", target, "service")
  refused("takes one of service and key, not both", { ...target, service: "s", apiKey: "K" }, "service")
  refused("needs an absolute address", { targetUrl: "/hook", service: "s" }, "targetUrl")

  virtual("that the provider refuses (502) saved nothing, so it is sent again", () =>
    Effect.gen(function* () {
      const { api, lines } = yield* platform([json(reason, 502), json({ created: true })])
      const { created } = yield* api.triggers.subscribe("crm", "issues", { ...target, service: "s" })
      assert.deepStrictEqual([created, lines().length], [true, 2])
    })
  )

  virtual("that the provider refuses each time is ServerFailed, and proved not to be done", () =>
    Effect.gen(function* () {
      const { api, lines } = yield* platform([json(reason, 502)])
      const error = yield* Effect.flip(api.triggers.subscribe("crm", "issues", { ...target, service: "s" }))
      assert(error._tag === "ServerFailed")
      assert.deepStrictEqual([error.status, error.retryable, error.mayHaveHappened], [502, true, undefined])
      assert.deepStrictEqual([Ledger.isNotDone(error), lines().length], [true, 3])
    })
  )

  const gateways: ReadonlyArray<readonly [string, ReturnType<typeof json>]> = [
    [
      "502 with the page of a gateway",
      answer(502, { text: "<html>Bad Gateway</html>", headers: { "content-type": "text/html" } })
    ],
    ["503", json(reason, 503)],
    ["500", json(reason, 500)]
  ]
  for (const [name, reply] of gateways) {
    virtual(`a subscription that is answered ${name} proves nothing, and is not sent again`, () =>
      Effect.gen(function* () {
        const { api, lines } = yield* platform([reply, json({ created: true })])
        const error = yield* Effect.flip(api.triggers.subscribe("crm", "issues", { ...target, service: "s" }))
        assert.deepStrictEqual([error._tag, Ledger.isNotDone(error), lines().length], ["ServerFailed", false, 1])
      })
    )
  }

  virtual("a subscription that is refused with 502 after a lost attempt may have been saved", () =>
    Effect.gen(function* () {
      const { api } = yield* platform([json(reason, 503), json(reason, 502)])
      const error = yield* Effect.flip(
        Call.withRetry(
          api.triggers.subscribe("crm", "issues", { ...target, service: "s" }),
          Retry.idempotent(Schedule.recurs(1))
        )
      )
      assert(error._tag === "ServerFailed")
      assert.deepStrictEqual([error.status, error.mayHaveHappened, Ledger.isNotDone(error)], [502, true, false])
    })
  )

  virtual("another change that is answered 502 proves nothing", () =>
    Effect.gen(function* () {
      const { api, lines } = yield* platform([json(reason, 502)])
      const error = yield* Effect.flip(api.authorize("crm"))
      assert.deepStrictEqual([Ledger.isNotDone(error), lines().length], [false, 1])
    })
  )

  virtual("unsubscribing that is refused with 403 says that it takes an admin", () =>
    Effect.gen(function* () {
      const { api } = yield* platform([json(reason, 403)])
      const error = yield* Effect.flip(api.subscribers.remove(9))
      assert.match(error.message, /Only an admin of the organization may unsubscribe: use the credentials of one/)
      const other = yield* Effect.flip(api.authorize("crm"))
      assert.match(other.message, /Use an account that has the right/)
    })
  )

  virtual("that ends reports what became of the provider's webhook", () =>
    Effect.gen(function* () {
      const { api, lines } = yield* platform([json({ id: "s/9", deleted: true, webhook: { removed: true } })])
      const removed = yield* api.subscribers.remove("s/9")
      assert.deepStrictEqual([removed.id, removed.deleted, removed.webhook], ["s/9", true, { removed: true }])
      assert.strictEqual(lines()[0]?.line, "DELETE /api/v1/subscribers/s%2F9")
    })
  )

  virtual("that ends without a body (204) is one that ended", () =>
    Effect.gen(function* () {
      const { api } = yield* platform([answer(204)])
      const removed = yield* api.subscribers.remove(9)
      assert.deepStrictEqual([removed.id, removed.deleted], [undefined, undefined])
    })
  )
})

describe("an acknowledgement", () => {
  virtual("without a body is one", () =>
    Effect.gen(function* () {
      const { api } = yield* platform([answer(200, { text: "" }), answer(204)])
      const given = yield* Effect.all([api.unauthorize("crm"), api.authorize("crm")])
      assert.deepStrictEqual(given.map(Option.isNone), [true, true])
    })
  )
})
