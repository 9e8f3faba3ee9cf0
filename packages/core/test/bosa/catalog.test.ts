import type { ApiError } from "@effect-connectors/core/ApiError"
import type { BosaApi } from "@effect-connectors/core/BosaApi"
import * as Call from "@effect-connectors/core/Call"
import * as Catalog from "@effect-connectors/core/Catalog"
import type { InvalidRequest } from "@effect-connectors/core/InvalidRequest"
import { BosaTest } from "@effect-connectors/testing/BosaTest"
import * as World from "@effect-connectors/testing/World"
import { assert, describe, it } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import { expectTypeOf } from "vitest"
import { walk } from "../../src/internal/bosa/catalogList.js"
import { virtual } from "../support/api.js"
import { answer, json, lost } from "../support/fakeClient.js"
import { bosaOver, seen, token, wire } from "../support/usersKit.js"

const gl = { dialect: "gl" } as const

const mcp = {
  name: "demo",
  description: "d",
  mcp_url: "https://h/demo/mcp",
  config: { url: "https://h/demo/mcp", headers: { Authorization: "", "X-Api-Key": "" } },
  tool_count: 3,
  categories: ["dev"],
  source: "internal"
}

const names = <A extends { readonly name: string | undefined }>(items: Iterable<A>) =>
  Array.from(items, ({ name }) => name)

/** The platform in memory with so many tools. */
const platform = Effect.fnUntraced(function* (tools: number) {
  const items = Array.from({ length: tools }, (_, index) => ({ name: `t${index + 1}`, connector: "c" }))
  const test = yield* BosaTest.make(World.make({ bosa: { catalog: { tools: items } } }))
  return { test, bosa: yield* bosaOver(test.client, gl) }
})

const issuesOf = <A>(call: Effect.Effect<A, ApiError>) =>
  Effect.map(Effect.flip(call), (error) => {
    assert.strictEqual(error._tag, "InvalidRequest")
    return error._tag === "InvalidRequest" ? error.issues.map(({ path }) => path.join(".")) : []
  })

describe("a part of the catalog", () => {
  it.effect("is read without credentials, and what is not given is left out", () =>
    Effect.gen(function* () {
      const { bosa, fake } = yield* seen(gl, json({}))
      const page = yield* bosa.catalog.tools()
      assert.deepStrictEqual(page, {
        items: [],
        meta: { total: undefined, limit: undefined, offset: undefined },
        raw: {}
      })
      yield* bosa.catalog.tools({ category: "a&b", connector: "demo", offset: 5, limit: 7, q: "find me" })
      yield* bosa.catalog.mcps({ q: "d", category: "dev" })
      yield* bosa.catalog.skills({ source: "agent", q: "" })
      assert.deepStrictEqual(
        fake.sent.map((_, index) => wire(fake, index)),
        [
          "/catalog/tools?limit=50&offset=0",
          "/catalog/tools?q=find%20me&connector=demo&category=a%26b&limit=7&offset=5",
          "/catalog/mcp?q=d&category=dev&limit=50&offset=0",
          "/catalog/skills?q=&source=agent&limit=50&offset=0"
        ].map((path) => ({ method: "GET", path, headers: {}, body: undefined }))
      )
    })
  )

  it.effect("has records in camel case with what came, and odd ones break nothing", () =>
    Effect.gen(function* () {
      const meta = { total: 3, limit: 50, offset: 0 }
      const tool = { name: "t", connector: "demo", description: "d", categories: ["dev", 1], source: "x", score: 0.5 }
      const tools = yield* seen(gl, json({ items: [tool, {}, 7], meta: { ...meta, total: "3" } }))
      assert.deepStrictEqual(yield* tools.bosa.catalog.tools(), {
        items: [
          { ...tool, categories: ["dev"], raw: tool },
          ...[{}, 7].map((raw) => ({
            name: undefined,
            connector: undefined,
            description: "",
            categories: [],
            source: "internal",
            score: undefined,
            raw
          }))
        ],
        meta: { ...meta, total: undefined },
        raw: { items: [tool, {}, 7], meta: { ...meta, total: "3" } }
      })
      const mcps = yield* seen(gl, json({ items: [mcp, { mcp_url: "https://h/x" }], meta }))
      const page = yield* mcps.bosa.catalog.mcps()
      assert.deepStrictEqual(page.meta, meta)
      assert.deepStrictEqual(page.items[0], {
        name: "demo",
        description: "d",
        url: "https://h/demo/mcp",
        config: mcp.config,
        toolCount: 3,
        categories: ["dev"],
        source: "internal",
        score: undefined,
        raw: mcp
      })
      assert.deepStrictEqual(page.items[1]?.config, { url: "https://h/x", headers: {} })
      const skill = { name: "sk", description: "d", source: "openclaw", author: "a", url: "https://github.com/a/b" }
      const skills = yield* seen(gl, json({ items: [skill, { name: "claw" }], meta: null }))
      assert.deepStrictEqual((yield* skills.bosa.catalog.skills()).items, [
        { ...skill, score: undefined, raw: skill },
        {
          name: "claw",
          description: "",
          source: "agent",
          author: undefined,
          url: undefined,
          score: undefined,
          raw: { name: "claw" }
        }
      ])
    })
  )

  it.effect("that cannot be read is UnexpectedBody, and a refusal the usual error", () =>
    Effect.gen(function* () {
      for (const body of [[], "x", { items: {} }]) {
        const { bosa } = yield* seen(gl, json(body))
        const error = yield* Effect.flip(bosa.catalog.tools())
        assert.strictEqual(error._tag, "UnexpectedBody")
      }
      const { bosa } = yield* seen(gl, answer(422, { json: { detail: [{ msg: "x" }] } }))
      const error = yield* Effect.flip(bosa.catalog.tools({ limit: 0 }))
      assert.deepStrictEqual([error._tag, "status" in error ? error.status : 0], ["ApiRejected", 422])
    })
  )

  it.effect("is not read with a limit or an offset that is not a count", () =>
    Effect.gen(function* () {
      const { bosa, fake } = yield* seen(gl, json({}))
      const { catalog } = bosa
      assert.deepStrictEqual(yield* issuesOf(catalog.tools({ limit: -1, offset: 0.5 })), ["limit", "offset"])
      assert.deepStrictEqual(yield* issuesOf(catalog.mcps({ limit: NaN })), ["limit"])
      assert.deepStrictEqual(yield* issuesOf(catalog.skills({ offset: Infinity })), ["offset"])
      assert.deepStrictEqual(yield* issuesOf(catalog.tools({ q: "\ud800" })), ["q"])
      const walked = yield* Effect.flip(Stream.runDrain(catalog.allTools({ limit: 0 })))
      assert.strictEqual(walked._tag, "InvalidRequest")
      assert.deepStrictEqual(fake.sent, [])
    })
  )
})

describe("the whole catalog", () => {
  it.effect("is read part by part, as far as it is taken", () =>
    Effect.gen(function* () {
      const { bosa, test } = yield* platform(7)
      const all = () => bosa.catalog.allTools({ limit: 3 })
      const ranges = Effect.map(test.requests, (requests) =>
        requests.map(({ query }) => query.map(([, value]) => value))
      )
      assert.deepStrictEqual(names(yield* Stream.runCollect(Stream.take(all(), 1))), ["t1"])
      assert.deepStrictEqual(yield* ranges, [["3", "0"]])
      yield* test.clearLog
      const found = yield* Stream.runCollect(all())
      assert.deepStrictEqual(names(found), ["t1", "t2", "t3", "t4", "t5", "t6", "t7"])
      assert.deepStrictEqual(yield* ranges, [
        ["3", "0"],
        ["3", "3"],
        ["3", "6"]
      ])
      yield* test.clearLog
      assert.deepStrictEqual(names(yield* Stream.runCollect(bosa.catalog.allTools({ offset: 5 }))), ["t6", "t7"])
      assert.strictEqual((yield* test.requests).length, 1)
    })
  )

  it.effect("ends where a part is empty when the server names no total, and filters stay", () =>
    Effect.gen(function* () {
      const { bosa, fake } = yield* seen(gl, json({ items: [mcp, mcp] }), json({ items: [mcp] }), json({}))
      assert.strictEqual(yield* Stream.runCount(bosa.catalog.allMcps({ q: "d", limit: 2 })), 3)
      assert.deepStrictEqual(
        fake.sent.map((_, index) => wire(fake, index).path),
        ["0", "2", "3"].map((offset) => `/catalog/mcp?q=d&limit=2&offset=${offset}`)
      )
      const skills = yield* seen(gl, json({ items: [{ name: "a" }], meta: { total: 1 } }))
      const all = yield* Stream.runCollect(skills.bosa.catalog.allSkills({ source: "agent" }))
      assert.deepStrictEqual([names(all), skills.fake.sent.length], [["a"], 1])
    })
  )

  it.effect("of a server that gives the same part again is PaginationLoop, after what was good", () =>
    Effect.gen(function* () {
      const one = { items: [{ name: "a" }, { name: "b" }] }
      for (const [body, requests] of [
        [{ ...one, meta: { total: 9, offset: 0 } }, 2],
        [one, 2],
        [{ ...one, meta: { total: 9 } }, 2]
      ] as const) {
        const { bosa, fake } = yield* seen(gl, json(body))
        const read: Array<string | undefined> = []
        const error = yield* bosa.catalog.allTools({ limit: 2 }).pipe(
          Stream.runForEach(({ name }) => Effect.sync(() => read.push(name))),
          Effect.flip
        )
        assert.strictEqual(error._tag, "PaginationLoop")
        if (error._tag !== "PaginationLoop") return
        assert.deepStrictEqual(
          [error.connector, error.action, error.reason, error.pages, error.cursor, error.retryable],
          ["catalog", "tools", "repeated", 1, "2", false]
        )
        assert.deepStrictEqual([read, fake.sent.length], [["a", "b"], requests])
      }
    })
  )

  it.effect("of a server that always has more is PaginationLoop too, after 100,000 parts", () =>
    Effect.gen(function* () {
      let parts = 0
      const meta = { total: undefined, limit: undefined, offset: undefined }
      const part = Effect.sync(() => ({ items: [parts++], meta, raw: { items: [parts] } }))
      const error = yield* Effect.flip(Stream.runDrain(walk("catalog", "tools", {}, () => part)))
      assert.deepStrictEqual([error._tag === "PaginationLoop" && error.reason, parts], ["cap", 100_000])
    })
  )

  it.effect("may hold the same item twice where the server says that it moves", () =>
    Effect.gen(function* () {
      const at = (offset: number) => json({ items: [{ name: "a" }], meta: { total: 3, offset } })
      const { bosa } = yield* seen(gl, at(0), at(1), at(2))
      assert.strictEqual(yield* Stream.runCount(bosa.catalog.allTools({ limit: 1 })), 3)
    })
  )

  it.effect("fails as its part does, after what was good", () =>
    Effect.gen(function* () {
      const { bosa, test } = yield* platform(4)
      yield* test.respondNext({ operation: "catalog.tools" }, [{ _tag: "Pass" }, { status: 404, json: {} }])
      const parts = yield* bosa.catalog.allTools({ limit: 2 }).pipe(Stream.either, Stream.runCollect)
      assert.deepStrictEqual(
        Chunk.toReadonlyArray(parts).map(Either.match({ onLeft: ({ _tag }) => _tag, onRight: ({ name }) => name })),
        ["t1", "t2", "NotFound"]
      )
    })
  )
})

describe("a search", () => {
  it.effect("is made in the name of a user and has what was found of each kind", () =>
    Effect.gen(function* () {
      const tool = { name: "demo_get_item_tool", connector: "demo", score: 0.9 }
      const body = {
        query: "find me",
        backend: { provider: "p", model: "m", dimension: 3 },
        tools: [tool],
        mcp: [mcp],
        skills: [{ name: "sk" }]
      }
      const { bosa, fake } = yield* seen(gl, json(body))
      const found = yield* bosa.catalog.search("find me", { kinds: ["tools", "mcps"], count: 3 }, token)
      assert.deepStrictEqual(wire(fake), {
        method: "GET",
        path: "/catalog/search?q=find%20me&kinds=tools%2Cmcp&count=3",
        headers: { authorization: "Bearer T", "x-api-key": "KEY1" },
        body: undefined
      })
      assert.deepStrictEqual(found.backend, body.backend)
      assert.deepStrictEqual([found.query, found.tools[0]?.score, found.raw], ["find me", 0.9, body])
      assert.deepStrictEqual([names(found.mcps), names(found.skills)], [["demo"], ["sk"]])
    })
  )

  it.effect("that the server could not make by meaning has no backend", () =>
    Effect.gen(function* () {
      const { bosa, fake } = yield* seen(gl, json({ query: "x", backend: null }), json([]), answer(401))
      assert.deepStrictEqual(yield* bosa.catalog.search("x", {}, token), {
        query: "x",
        backend: undefined,
        tools: [],
        mcps: [],
        skills: [],
        raw: { query: "x", backend: null }
      })
      assert.strictEqual(wire(fake).path, "/catalog/search?q=x")
      assert.strictEqual((yield* Effect.flip(bosa.catalog.search("x")))._tag, "UnexpectedBody")
      assert.strictEqual((yield* Effect.flip(bosa.catalog.search("x")))._tag, "Unauthorized")
    })
  )

  virtual("is billed, so it is sent once, whatever the layer says, unless the call asks for more", () =>
    Effect.gen(function* () {
      for (const failure of [answer(503, { json: {} }), lost({ code: "ECONNRESET" })]) {
        const { bosa, fake } = yield* seen({ ...gl, retry: Schedule.recurs(4) }, failure)
        yield* Effect.flip(bosa.catalog.search("x"))
        assert.lengthOf(fake.sent, 1)
        yield* Effect.flip(Call.withRetry(bosa.catalog.search("x"), Schedule.recurs(2)))
        assert.lengthOf(fake.sent, 4)
        // what is not billed is tried as before
        yield* Effect.flip(bosa.catalog.tools())
        assert.lengthOf(fake.sent, 9)
      }
    })
  )

  it.effect("of no kind, or of less than one result, is refused before it is sent", () =>
    Effect.gen(function* () {
      const { bosa, fake } = yield* seen(gl, json({}))
      assert.deepStrictEqual(yield* issuesOf(bosa.catalog.search("x", { kinds: [], count: 0 })), ["kinds", "count"])
      assert.deepStrictEqual(fake.sent, [])
    })
  )

  it.effect("finds things on the platform", () =>
    Effect.gen(function* () {
      const test = yield* BosaTest.make()
      const bosa = yield* bosaOver(test.client, { ...gl, extraHeaders: { "x-api-key": test.apiKey } })
      const ann = Redacted.make(yield* test.token("ann"))
      const found = yield* bosa.catalog.search("pull requests", { kinds: ["tools"], count: 1 }, ann)
      assert.deepStrictEqual(names(found.tools), ["github_list_pull_requests_tool"])
      assert.deepStrictEqual([found.mcps, found.skills], [[], []])
    })
  )
})

describe("an MCP server's configuration", () => {
  it("carries the token, redacted, in place of the listed Authorization, and nothing of it without one", () => {
    const item = { config: { url: "https://h/mcp", headers: { authorization: "listed", "X-Api-Key": "" } } }
    const { headers, url } = Catalog.mcpConfig(item, Redacted.make("JWT"))
    assert.deepStrictEqual([url, Object.keys(headers)], ["https://h/mcp", ["X-Api-Key", "Authorization"]])
    assert.isTrue(Redacted.isRedacted(headers["Authorization"]))
    assert.notInclude(JSON.stringify(headers), "JWT")
    const shown = (given?: Redacted.Redacted) => {
      const { Authorization } = Catalog.mcpConfig(item, given).headers
      return Redacted.isRedacted(Authorization) ? Redacted.value(Authorization) : Authorization
    }
    assert.deepStrictEqual(
      [shown(Redacted.make("JWT")), shown(Redacted.make("Bearer JWT"))],
      ["Bearer JWT", "Bearer JWT"]
    )
    assert.strictEqual(shown(), "")
    assert.deepStrictEqual(Object.keys(item.config.headers), ["authorization", "X-Api-Key"])
  })
})

describe("a skill's target", () => {
  it("is its URL or its name, at what installs it", () => {
    const target = (skill: Parameters<typeof Catalog.skillTarget>[0]) =>
      Either.getOrElse(Catalog.skillTarget(skill), ({ _tag, reason }) => [_tag, reason])
    const url = "https://github.com/a/b"
    assert.deepStrictEqual(target({ name: "sk", source: "agent", url }), { installer: "github", target: url })
    assert.deepStrictEqual(target({ name: "claw", source: "openclaw", url: undefined }), {
      installer: "clawhub",
      target: "claw"
    })
    assert.deepStrictEqual(target({ name: "z", source: "zzz", url }), ["SkillRejected", "unknown source"])
    const nameless = { name: undefined, source: "agent", url: undefined }
    assert.deepStrictEqual(target(nameless), ["SkillRejected", "unknown source"])
  })
})

describe("a dialect without a catalog", () => {
  it.effect("refuses before anything is sent, and names the one that has it", () =>
    Effect.gen(function* () {
      for (const dialect of ["bosa", "bosa-0.3"] as const) {
        const { bosa, fake } = yield* seen({ dialect }, json({}))
        const { catalog } = bosa
        const calls: Record<string, Effect.Effect<unknown, Catalog.ListError>> = {
          "catalog.tools": catalog.tools(),
          "catalog.mcps": Stream.runDrain(catalog.allMcps()),
          "catalog.skills": catalog.skills(),
          "catalog.search": catalog.search("x")
        }
        for (const [operation, call] of Object.entries(calls)) {
          const error = yield* Effect.flip(call)
          if (error._tag !== "InvalidRequest") return assert.fail(error._tag)
          assert.deepStrictEqual(
            [error.operation, error.issues],
            [operation, [{ path: ["dialect"], message: `"${dialect}" has no catalog`, fix: 'speak "gl"' }]]
          )
        }
        assert.deepStrictEqual(fake.sent, [])
      }
    })
  )
})

it("needs nothing of its caller", () => {
  expectTypeOf<ReturnType<BosaApi.Service["catalog"]["tools"]>>().toEqualTypeOf<
    Effect.Effect<Catalog.CatalogPage<Catalog.CatalogTool>, Exclude<Catalog.ListError, { _tag: "PaginationLoop" }>>
  >()
  expectTypeOf<InvalidRequest>().toExtend<Catalog.ListError>()
})
