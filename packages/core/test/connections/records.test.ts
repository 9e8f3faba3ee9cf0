import type { ApiError } from "@effect-connectors/core/ApiError"
import type { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { virtual } from "../support/api.js"
import { json } from "../support/fakeClient.js"
import { platform } from "../support/connectionsKit.js"

const given = <A>(answer: unknown, call: (api: ConnectionsApi.Service) => Effect.Effect<A, ApiError>) =>
  Effect.flatMap(platform([json(answer)]), ({ api }) => call(api))

type Listed = Effect.Effect<ReadonlyArray<{ readonly raw: unknown }>, ApiError>

const lists: Readonly<Record<string, (api: ConnectionsApi.Service) => Listed>> = {
  connections: (api) => api.list(),
  actions: (api) => api.actions.list("c"),
  inputs: (api) => api.actions.inputs("c", "a"),
  outputs: (api) => api.actions.outputs("c", "a"),
  triggers: (api) => Effect.map(api.triggers.list("c"), ({ triggers }) => triggers)
}

describe("a list in an answer", () => {
  for (const [name, call] of Object.entries(lists)) {
    const element = { slug: "x", name: "x", surprise: { kept: [1] } }
    virtual(`${name}: under its name, under data, or bare, with every unknown field in raw`, () =>
      Effect.gen(function* () {
        const answers = [
          { [name]: [element], page: 1 },
          { data: { [name]: [element] } },
          { data: [element] },
          [element]
        ]
        for (const answer of answers) {
          const all = yield* given(answer, call)
          assert.deepStrictEqual(
            all.map(({ raw }) => raw),
            [element],
            JSON.stringify(answer)
          )
        }
      })
    )

    virtual(`${name}: an element of an unexpected kind is kept in raw, and fails nothing`, () =>
      Effect.gen(function* () {
        const odd = ["text", 5, null, [element], { slug: 5, name: [], config: "no", subscriptions: {}, active: "yes" }]
        const all = yield* given({ [name]: odd }, call)
        assert.deepStrictEqual(
          all.map(({ raw }) => raw),
          odd
        )
      })
    )

    virtual(`${name}: null is empty; an object of objects is a list that is named by its keys`, () =>
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* given({ [name]: null }, call), [])
        const all = yield* given({ [name]: { first: { slug: "f" }, second: {} } }, call)
        assert.deepStrictEqual(
          all.map(({ raw }) => raw),
          [{ name: "first", slug: "f" }, { name: "second" }]
        )
      })
    )

    virtual(`${name}: what is not a list is UnexpectedBody, and holds the response`, () =>
      Effect.gen(function* () {
        for (const answer of [{}, { [name]: 5 }, { [name]: { total: 1 } }, { data: null }, "text", null, 5]) {
          const error = yield* Effect.flip(given(answer, call))
          assert.strictEqual(error._tag, "UnexpectedBody", JSON.stringify(answer))
          assert.deepInclude(
            error._tag === "UnexpectedBody" ? { ...error, body: error.body } : error,
            { reason: "invalid", body: answer, retryable: false },
            JSON.stringify(answer)
          )
        }
      })
    )
  }

  virtual("of inputs may be their bare names", () =>
    Effect.gen(function* () {
      const inputs = yield* given({ inputs: ["id", { name: "since", type: "DATE", required: "yes" }] }, (api) =>
        api.actions.inputs("c", "a")
      )
      assert.deepStrictEqual(
        inputs.map(({ name, required, type }) => [name, type, required]),
        [
          ["id", undefined, undefined],
          ["since", "DATE", undefined]
        ]
      )
    })
  )
})

describe("a thing in an answer", () => {
  const connection = { slug: "crm", display_name: "CRM", is_active: true, surprise: 1 }

  virtual("is under its name, under data, or the whole answer", () =>
    Effect.gen(function* () {
      for (const answer of [{ connection }, { data: { connection } }, { data: connection }, connection]) {
        const { active, displayName, raw } = yield* given(answer, (api) => api.get("crm"))
        assert.deepStrictEqual([active, displayName, raw], [true, "CRM", connection], JSON.stringify(answer))
      }
    })
  )

  virtual("with a field of an unexpected type is without that field, and keeps it in raw", () =>
    Effect.gen(function* () {
      const odd = {
        slug: 5,
        display_name: null,
        name: "N",
        active: "yes",
        authorized: 1,
        relay_id: {},
        template_id: []
      }
      assert.deepStrictEqual(yield* given({ connection: odd }, (api) => api.get("crm")), {
        slug: undefined,
        displayName: "N",
        description: undefined,
        active: undefined,
        authorized: undefined,
        relayId: undefined,
        templateId: undefined,
        raw: odd
      })
    })
  )

  virtual("that is not an object is UnexpectedBody", () =>
    Effect.gen(function* () {
      for (const answer of [[connection], "text", 5, null]) {
        const error = yield* Effect.flip(given(answer, (api) => api.get("crm")))
        assert.strictEqual(error._tag, "UnexpectedBody", JSON.stringify(answer))
      }
    })
  )
})

describe("triggers in an answer", () => {
  const trigger = { slug: "issues", config: { inputs: { repo: "STRING" } }, subscriptions: "none" }

  virtual("come with their account", () =>
    Effect.gen(function* () {
      const answers = [{ triggers: [trigger], account: "a" }, { data: { triggers: [trigger], account: "a" } }]
      for (const answer of answers) {
        const { account, raw, triggers } = yield* given(answer, (api) => api.triggers.list("c"))
        assert.deepStrictEqual([account, raw], ["a", answer])
        assert.deepStrictEqual(
          triggers.map(({ inputs, subscriptions }) => [inputs, subscriptions]),
          [[{ repo: "STRING" }, []]]
        )
      }
      const one = yield* given({ data: { trigger, account: "a" } }, (api) => api.triggers.get("c", "issues"))
      assert.deepStrictEqual([one.account, one.trigger.slug], ["a", "issues"])
    })
  )
})

describe("a subscription's answer", () => {
  virtual("of an unexpected shape is kept in raw, since the work was done", () =>
    Effect.gen(function* () {
      const subscription = { targetUrl: "https://a.example/h", service: "s" }
      const odd = { created: "yes", subscriber: [9] }
      assert.deepStrictEqual(yield* given(odd, (api) => api.triggers.subscribe("c", "t", subscription)), {
        created: undefined,
        id: undefined,
        subscriber: [9],
        raw: odd
      })
      const gone = { id: [], deleted: 1 }
      assert.deepStrictEqual(yield* given(gone, (api) => api.subscribers.remove(9)), {
        id: undefined,
        deleted: undefined,
        webhook: undefined,
        raw: gone
      })
    })
  )
})
