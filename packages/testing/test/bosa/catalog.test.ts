import { BosaTest } from "@effect-connectors/testing/BosaTest"
import * as World from "@effect-connectors/testing/World"
import type * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { createHash } from "node:crypto"
import { inflateRawSync } from "node:zlib"
import { at, call, refused, textAt } from "../support/bosa.ts"

const test = (
  name: string,
  body: (token: string) => Effect.Effect<void, unknown, BosaTest | HttpClient.HttpClient>,
  world?: World.World
) =>
  it.effect(name, () =>
    Effect.flatMap(BosaTest, (platform) => Effect.flatMap(platform.token("ann"), body)).pipe(
      Effect.provide(BosaTest.layer(world))
    )
  )

const names = (value: unknown): ReadonlyArray<unknown> => Object.values(Object(value)).map((item) => at(item, "name"))

const list = (path: string) =>
  Effect.map(call("GET", `/catalog/${path}`, { key: null }), ({ body }) => ({
    names: names(at(body, "items")),
    meta: at(body, "meta")
  }))

describe("the catalog", () => {
  test("lists its items without credentials", () =>
    Effect.gen(function* () {
      const tools = yield* list("tools?connector=github&limit=2&offset=1")
      assert.deepStrictEqual(tools, {
        names: ["github_list_collaborators_tool", "github_get_repository_tool"],
        meta: { total: 4, limit: 2, offset: 1 }
      })
      assert.deepStrictEqual((yield* list("tools?q=COLLABORATORS")).names, ["github_list_collaborators_tool"])
      assert.deepStrictEqual((yield* list("tools?category=none")).names, [])
      assert.deepStrictEqual((yield* list("mcp")).names, ["demo", "github", "notes"])
      const { body } = yield* call("GET", "/catalog/mcp?q=notes", { key: null })
      assert.deepStrictEqual(at(body, "items.0.config"), {
        url: "http://localhost/notes/mcp",
        headers: { Authorization: "", "X-Api-Key": "" }
      })
      assert.strictEqual(at(body, "items.0.tool_count"), 1)
      assert.deepStrictEqual((yield* list("skills?source=agent")).names, ["release-notes"])
      for (const path of ["tools?limit=0", "mcp?offset=-1", "skills?limit=x"]) {
        assert.deepStrictEqual(refused(yield* call("GET", `/catalog/${path}`)), [422, "VALIDATION_ERROR"], path)
      }
    }))

  test("sorts the results of a search by their score, for a user", (token) =>
    Effect.gen(function* () {
      const search = (query: string) => call("GET", `/catalog/search?${query}`, { token })
      const { body } = yield* search("q=list+pull+requests&kinds=tools,mcp&count=2")
      assert.strictEqual(at(body, "query"), "list pull requests")
      assert.strictEqual(at(body, "tools.0.name"), "github_list_pull_requests_tool")
      assert.strictEqual(at(body, "tools.0.score"), 1)
      assert.strictEqual(names(at(body, "tools")).length, 2)
      assert.deepStrictEqual(at(body, "skills"), [])
      assert.deepStrictEqual(names(at((yield* search("q=mailbox")).body, "skills")), ["inbox-zero"])
      assert.deepStrictEqual(refused(yield* search("count=3")), [422, "VALIDATION_ERROR"])
      assert.deepStrictEqual(refused(yield* search("q=x&count=0")), [422, "VALIDATION_ERROR"])
      assert.deepStrictEqual(refused(yield* call("GET", "/catalog/search?q=x")), [401, "TOKEN_MISSING"])
      assert.deepStrictEqual(refused(yield* call("GET", "/catalog/search?q=x", { token, key: null })), [
        401,
        "API_KEY_MISSING"
      ])
      assert.deepStrictEqual(refused(yield* call("GET", "/catalog/search?q=x", { token: "x" })), [401, "TOKEN_INVALID"])
    }))

  test(
    "has the items of the world if there are some",
    () =>
      Effect.gen(function* () {
        assert.deepStrictEqual((yield* list("tools?category=dev")).names, ["t"])
        assert.deepStrictEqual((yield* list("mcp")).names, ["m"])
        assert.deepStrictEqual((yield* list("skills")).names, [])
      }),
    World.make({
      bosa: { catalog: { tools: [{ name: "t", categories: ["dev"] }, { name: "u" }], mcps: [{ name: "m" }] } }
    })
  )
})

/** The files of an archive, by its central directory. */
const unzip = (bytes: Uint8Array): ReadonlyMap<string, string> => {
  const view = Buffer.from(bytes)
  const end = view.lastIndexOf(Buffer.from("PK\u0005\u0006"))
  const files = new Map<string, string>()
  let at = view.readUInt32LE(end + 16)
  for (let left = view.readUInt16LE(end + 10); left > 0; left--) {
    const [method, size, nameLength] = [
      view.readUInt16LE(at + 10),
      view.readUInt32LE(at + 20),
      view.readUInt16LE(at + 28)
    ]
    const local = view.readUInt32LE(at + 42)
    const start = local + 30 + view.readUInt16LE(local + 26) + view.readUInt16LE(local + 28)
    const content = view.subarray(start, start + size)
    const name = view.toString("utf8", at + 46, at + 46 + nameLength)
    files.set(name, (method === 0 ? content : inflateRawSync(content)).toString("utf8"))
    at += 46 + nameLength
  }
  return files
}

const sha256 = (content: string) => createHash("sha256").update(content).digest()

describe("the skills of the tenant", () => {
  const detail = (token: string, id: string) =>
    Effect.map(call("GET", `/api/skills/${id}`, { token, key: null }), ({ body }) => Object(at(body, "data")))

  const idOf = (token: string, name: string) =>
    Effect.map(call("GET", "/api/skills", { token, key: null }), ({ body }) => {
      const found = Object.values(Object(at(body, "items"))).find((item) => at(item, "name") === name)
      return textAt(found, "id")
    })

  test("are listed with a user token alone", (token) =>
    Effect.gen(function* () {
      const all = yield* call("GET", "/api/skills", { token, key: null })
      assert.deepStrictEqual(names(at(all.body, "items")), ["Reviewer", "Reporter"])
      const second = yield* call("GET", "/api/skills?limit=1&offset=1", { token, key: null })
      assert.deepStrictEqual(names(at(second.body, "items")), ["Reporter"])
      assert.deepStrictEqual(at(second.body, "meta"), { total: 2, limit: 1, offset: 1 })
      for (const path of ["/api/skills", "/api/skills/x"]) {
        assert.deepStrictEqual(refused(yield* call("GET", path)), [401, "TOKEN_MISSING"])
        assert.deepStrictEqual(refused(yield* call("GET", path, { token: "x" })), [401, "TOKEN_INVALID"])
      }
      assert.deepStrictEqual(refused(yield* call("GET", "/api/skills/x", { token })), [404, "SKILL_NOT_FOUND"])
      assert.deepStrictEqual(refused(yield* call("GET", "/api/skills?limit=x", { token })), [422, "VALIDATION_ERROR"])
    }))

  test("have an artifact with the correct digest: a text", (token) =>
    Effect.gen(function* () {
      const skill = yield* detail(token, yield* idOf(token, "Reviewer"))
      assert.strictEqual(skill.source_type, "upload_md")
      const artifact = yield* call("GET", skill.download_url, { key: null })
      assert.match(artifact.text, /# Reviewer/)
      assert.strictEqual(artifact.headers["content-type"], "text/markdown; charset=utf-8")
      assert.strictEqual(skill.content_sha256, sha256(artifact.text).toString("hex"))
    }))

  test("have an artifact with the correct digest: an archive", (token) =>
    Effect.gen(function* () {
      const skill = yield* detail(token, yield* idOf(token, "Reporter"))
      const artifact = yield* call("GET", skill.download_url, { key: null })
      assert.strictEqual(artifact.headers["content-type"], "application/zip")
      const files = unzip(artifact.bytes)
      assert.deepStrictEqual([...files.keys()], ["SKILL.md", "templates/week.md", "scripts/collect.sh"])
      const tree = createHash("sha256")
      for (const [name, content] of [...files].sort(([one], [other]) => (one < other ? -1 : 1))) {
        tree.update(`${name}\0`).update(sha256(content))
      }
      assert.strictEqual(skill.content_sha256, tree.digest("hex"))
    }))

  test("have a link that is valid for their artifact only", (token) =>
    Effect.gen(function* () {
      const skill = yield* detail(token, yield* idOf(token, "Reviewer"))
      const other = yield* idOf(token, "Reporter")
      const link = new URL(skill.download_url)
      for (const path of [
        link.pathname,
        `/artifacts/skills/${other}${link.search}`,
        `/artifacts/skills/x${link.search}`
      ]) {
        assert.deepStrictEqual(refused(yield* call("GET", path, { key: null })), [403, "LINK_INVALID"], path)
      }
    }))

  test(
    "may have a wrong digest, no digest, or no artifact yet",
    (token) =>
      Effect.gen(function* () {
        assert.strictEqual((yield* detail(token, yield* idOf(token, "lies"))).content_sha256, "00")
        assert.strictEqual((yield* detail(token, yield* idOf(token, "silent"))).content_sha256, "")
        const pending = yield* detail(token, yield* idOf(token, "pending"))
        assert.deepInclude(pending, {
          download_url: null,
          content_sha256: null,
          source_type: "github",
          github_url: "https://github.com/a/b",
          github_owner: "a"
        })
        const artifact = yield* call("GET", `/artifacts/skills/${pending.id}`, { key: null })
        assert.deepStrictEqual(refused(artifact), [403, "LINK_INVALID"])
      }),
    World.make({
      bosa: {
        clients: [{ name: "demo", apiKey: "demo-key" }],
        skills: [
          { name: "lies", sourceType: "upload_md", text: "x", contentSha256: "00" },
          { name: "silent", sourceType: "manual", text: "x", contentSha256: "" },
          {
            name: "pending",
            sourceType: "github",
            pending: true,
            fields: { github_url: "https://github.com/a/b", github_owner: "a" }
          }
        ]
      }
    })
  )
})
