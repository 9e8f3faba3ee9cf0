import { assert, describe, it } from "@effect/vitest"
import { Auth, BosaApi, ConnectionsApi, type Dialect } from "@effect-connectors/core"
import { BosaTest, ConnectionsTest, VirtualClock, World } from "@effect-connectors/testing"
import * as Config from "effect/Config"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { readFileSync } from "node:fs"
import { bosaProgram, fromConfig, program } from "./consumer.js"

const world = (fetchDeal: Partial<World.WorldAction>) =>
  World.make({
    auth: { serviceTokens: ["x"] },
    connections: [
      {
        slug: "crm-prod",
        displayName: "CRM",
        relayId: "r1",
        actions: [
          { slug: "fetch-deal", inputs: [{ name: "id", type: "NUMBER", required: true }], echo: true, ...fetchDeal },
          { slug: "sync", takesMillis: 3_000, progress: true, result: { synced: 2 } }
        ]
      },
      { slug: "other", relayId: "r2" }
    ]
  })

const text = { type: "string" }

const pulls = World.make({
  bosa: {
    clients: [{ name: "acme", apiKey: "key" }],
    connectors: [
      {
        name: "github",
        actions: [
          {
            name: "list_pull_requests",
            properties: { owner: text, page: { anyOf: [{ type: "integer" }, { type: "null" }] } },
            pages: {
              items: Array.from({ length: 120 }, (_, index) => ({ number: index + 1, at: "2026-01-02T03:04:05Z" })),
              perPage: 10
            }
          },
          { name: "list_collaborators", properties: { owner: text, repo: text }, value: ["ann"] }
        ]
      }
    ]
  }
})

// the contract selects from the connection that it runs actions on, which no world has
const selected = { operation: "sql.select" } as const

/** What the program prints goes into the lines. */
const printing = <A, E, R>(program: Effect.Effect<A, E, R>, lines: Array<unknown>) =>
  Effect.consoleWith((console) =>
    Effect.withConsole(program, { ...console, log: (...args) => Effect.sync(() => lines.push(...args)) })
  )

const against = (platform: ReturnType<typeof world>, token = "x") =>
  Effect.gen(function* () {
    const lines: Array<unknown> = []
    const test = yield* ConnectionsTest
    yield* test.respondNext(selected, [{ json: { result: [{ id: 1 }] } }])
    const api = ConnectionsApi.layer({ baseUrl: "http://localhost:8081" }).pipe(
      Layer.provide(Auth.serviceToken(Redacted.make(token)))
    )
    const value = yield* Effect.provide(printing(program, lines), api)
    return { value, lines, requests: yield* test.requests }
  }).pipe(Effect.provide(ConnectionsTest.layer(platform)), VirtualClock.provide)

// `main` ends in `orDie`, which would take what it forgot: here a tag too few or too many does not compile
const handled: Record<Effect.Effect.Error<typeof program>["_tag"], true> = {
  InvalidRequest: true,
  Unauthorized: true,
  Forbidden: true,
  NotFound: true,
  RateLimited: true,
  ApiRejected: true,
  ServerFailed: true,
  UnexpectedRedirect: true,
  UnexpectedBody: true,
  Unreachable: true,
  NotSent: true,
  OutcomeUnknown: true,
  DeadlineExceeded: true,
  JobFailed: true,
  JobCancelled: true,
  JobNotFound: true,
  JobDeadlineExceeded: true
}

describe("the contract", () => {
  it("can fail in the ways that its `main` handles, and no other", () => {
    const text = readFileSync(new URL("consumer.ts", import.meta.url), "utf8")
    const inMain = text.slice(text.indexOf("export const main"), text.indexOf("Effect.provide("))
    const tags = Array.from(inMain.matchAll(/catchTag\("(\w+)"|\b([A-Z]\w+): \(/g), ([, one, other]) => one ?? other)
    assert.sameMembers(tags, Object.keys(handled))
  })

  it.effect("does what it says when the work is done at once", () =>
    Effect.gen(function* () {
      const { lines, requests, value } = yield* against(world({}))
      assert.deepStrictEqual(value, ["CRM", 1, 1, [{ id: 1 }]])
      assert.deepStrictEqual([lines.at(0), lines.at(1), lines.at(-1)], ["Submitted", "Progress", "Completed"])
      assert.deepStrictEqual(
        requests
          .slice(0, 6)
          .map(({ method, path, query }) => `${method} ${path}?${new URLSearchParams(query.map(([k, v]) => [k, v]))}`),
        [
          "GET /api/v1/connections/crm-prod?",
          "GET /api/v1/connections?relay_id=r1",
          "GET /api/v1/connections/crm-prod/actions/fetch-deal/inputs?",
          "POST /api/v1/connections/crm-prod/actions/fetch-deal/execute?",
          "POST /api/v1/connections/crm-prod/sql/select?async=true&timeout_ms=5000",
          "POST /api/v1/connections/crm-prod/actions/sync/execute?async=true"
        ]
      )
      assert.deepStrictEqual(new Set(requests.slice(6).map((request) => request.path)), new Set(["/api/v1/jobs/job-1"]))
    })
  )

  it.effect("watches by a stored reference when the work became a job", () =>
    Effect.gen(function* () {
      const { requests, value } = yield* against(world({ alwaysJob: true, takesMillis: 9_000 }))
      assert.strictEqual(value[0], "CRM")
      assert.strictEqual(requests.at(-1)?.path, "/api/v1/jobs/job-1")
    })
  )

  it.effect("fails with a tag that it names", () =>
    Effect.gen(function* () {
      const failure = yield* Effect.flip(against(world({}), "wrong"))
      assert.strictEqual(failure._tag, "Unauthorized")
    })
  )

  it.effect("reads its settings from the environment", () =>
    Effect.gen(function* () {
      const environment = ConfigProvider.fromMap(
        new Map([
          ["CONNECTIONS_BASE_URL", "http://localhost:8081"],
          ["T", "x"],
          ["D", "30 seconds"]
        ])
      )
      const origin = yield* Effect.map(ConnectionsApi, (api) => api.origin).pipe(
        Effect.provide(Layer.provide(fromConfig, ConnectionsTest.layer(world({})))),
        Effect.withConfigProvider(environment)
      )
      assert.strictEqual(origin, "http://localhost:8081")
      assert.strictEqual(yield* Effect.withConfigProvider(Config.string("T"), environment), "x")
    })
  )

  for (const dialect of ["bosa", "bosa-0.3", "gl"] satisfies ReadonlyArray<Dialect.Dialect>) {
    it.effect(`does what it says of BOSA in dialect ${dialect}`, () =>
      Effect.gen(function* () {
        const { first, linked, status, typed, url } = yield* bosaProgram
        const test = yield* BosaTest
        assert.deepStrictEqual([first.isList, first.hasNext, linked, status], [true, true, false, 200])
        assert.strictEqual(typed.length, 5)
        assert.isTrue(URL.canParse(url))
        const sent = (yield* test.requests).filter(({ operation }) => operation === "actions.execute")
        // one page, the 12 pages there are, one more for five items, one execute
        assert.strictEqual(sent.length, 1 + 12 + 1 + 1)
        assert.strictEqual(
          (yield* test.requests).filter(({ operation }) => operation === "connectors.actions").length,
          1
        )
      }).pipe(
        Effect.provide(
          BosaApi.layer({ baseUrl: "http://localhost", dialect }).pipe(
            Layer.provide(Auth.apiKey(Redacted.make("key"))),
            Layer.provideMerge(BosaTest.layer(pulls))
          )
        ),
        VirtualClock.provide
      )
    )
  }
})
