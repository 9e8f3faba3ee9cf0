import * as World from "@effect-connectors/testing/World"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { BosaWorld } from "../../src/BosaWorld.ts"

const whole: BosaWorld = {
  clients: [
    {
      name: "one",
      apiKey: "K",
      users: [{ identifier: "ann", secret: "S", token: "T", accounts: { c: ["a"] } }]
    }
  ],
  connectors: [
    {
      name: "c",
      auth: "custom",
      configuration: ["api_token"],
      rows: { integrations: { method: "POST" } },
      actions: [
        {
          name: "value",
          value: [1],
          meta: { m: 1 },
          docstring: "d",
          properties: { a: { type: "string" } },
          required: ["a"]
        },
        { name: "pages", pages: { items: [1, "x", null], by: "cursor", perPage: 2, stuck: true } },
        { name: "file", file: { filename: "f", contentType: "a/b", base64: "AP8=", headers: { "x-h": "1" } } },
        { name: "fails", error: { status: 503, code: "C", message: "m", retryable: true, retryAfterSeconds: 1 } },
        { name: "flaky", flaky: { times: 2, status: 429, commits: true }, needsIntegration: true, takesMillis: 5 },
        { name: "rest", path: "/x/rest", echo: true, upload: true, schema: { $defs: {} }, fields: { method: "post" } }
      ]
    }
  ],
  catalog: { tools: [{ name: "t" }], mcps: [], skills: [] },
  skills: [{ name: "s", sourceType: "upload_zip", files: { "SKILL.md": "x" }, pending: true, fields: { a: 1 } }],
  tokenTtlMillis: 1000,
  createClientPath: "/new"
}

const invalid = (bosa: unknown) =>
  Effect.map(Effect.flip(World.fromJson({ connections: [], bosa })), ({ issues }) =>
    issues.map(({ path, reason }) => `${path}: ${reason}`)
  )

const action = (more: object) => ({ connectors: [{ name: "c", actions: [{ name: "a", ...more }] }] })

describe("the bosa part of a world file", () => {
  it.effect("is read completely", () =>
    Effect.gen(function* () {
      const json = { connections: [], bosa: whole }
      assert.deepStrictEqual(yield* World.fromJsonText(JSON.stringify(json)), json)
    })
  )

  it.effect("may be left out, completely or in part", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* World.fromJson({ connections: [] }), { connections: [] })
      const json = { connections: [], bosa: { connectors: [{ name: "c", actions: [{ name: "a" }] }] } }
      assert.deepStrictEqual(yield* World.fromJson(json), json)
    })
  )

  for (const [what, bosa, place] of [
    ["an unknown field", { conectors: [] }, "bosa.conectors"],
    ["an empty name", { connectors: [{ name: "" }] }, "bosa.connectors[0].name"],
    ["a path without /", action({ path: "a" }), "bosa.connectors[0].actions[0].path"],
    ["a path with a query", action({ path: "/a?b" }), "bosa.connectors[0].actions[0].path"],
    ["a status that is no failure", action({ error: { status: 200 } }), "bosa.connectors[0].actions[0].error.status"],
    [
      "a page without items",
      action({ pages: { items: [], perPage: 0 } }),
      "bosa.connectors[0].actions[0].pages.perPage"
    ],
    ["an unknown kind of pages", action({ pages: { items: [], by: "x" } }), "bosa.connectors[0].actions[0].pages.by"],
    ["bytes that are none", action({ file: { base64: "a" } }), "bosa.connectors[0].actions[0].file.base64"],
    [
      "a header that cannot be sent",
      action({ file: { headers: { a: "x\ny" } } }),
      "bosa.connectors[0].actions[0].file.headers.a"
    ],
    ["a negative time", action({ takesMillis: -1 }), "bosa.connectors[0].actions[0].takesMillis"],
    ["half a failure", action({ flaky: { status: 500, times: 0.5 } }), "bosa.connectors[0].actions[0].flaky.times"],
    ["a client without a key", { clients: [{ name: "x" }] }, "bosa.clients[0].apiKey"],
    ["a skill without a source", { skills: [{ name: "x" }] }, "bosa.skills[0].sourceType"]
  ] as const) {
    it.effect(`is refused for ${what}`, () =>
      Effect.gen(function* () {
        const [first = "none"] = yield* invalid(bosa)
        assert.strictEqual(first.slice(0, first.indexOf(": ")), place, first)
      })
    )
  }

  it.effect(
    "is refused for a name that is there twice, a path that is taken, and a connector that does not exist",
    () =>
      Effect.gen(function* () {
        assert.deepStrictEqual(
          yield* invalid({
            connectors: [
              {
                name: "c",
                actions: [
                  { name: "a" },
                  { name: "a", path: "/other" },
                  { name: "b", path: "/c/a" },
                  { name: "d", path: "/users" },
                  { name: "e", path: "/users/me" },
                  { name: "f", path: "/api/v1/connections" }
                ]
              },
              { name: "c" }
            ],
            clients: [
              { name: "x", apiKey: "K", users: [{ identifier: "u", token: "T" }, { identifier: "u" }] },
              { name: "y", apiKey: "K", users: [{ identifier: "u", token: "T", accounts: { none: [] } }] }
            ]
          }),
          [
            `bosa.connectors[1].name: "c" is there twice`,
            `bosa.connectors[0].actions[1].name: "a" is there twice`,
            `bosa.connectors[0].actions[2].path: "/c/a" is there twice`,
            "bosa.connectors[0].actions[3].path: the platform itself is at /users",
            "bosa.connectors[0].actions[4].path: the platform itself is at /users/me",
            "bosa.connectors[0].actions[5].path: the platform itself is at /api/v1/connections",
            `bosa.clients[1].apiKey: "K" is there twice`,
            `bosa.clients[0].users[1].identifier: "u" is there twice`,
            `bosa.clients[1].users[0].token: "T" is there twice`,
            "bosa.clients[1].users[0].accounts.none: there is no connector of this name"
          ]
        )
      })
  )
})
