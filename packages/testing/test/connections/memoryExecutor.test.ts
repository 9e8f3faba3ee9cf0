import { ConnectionsTest } from "@effect-connectors/testing/ConnectionsTest"
import * as World from "@effect-connectors/testing/World"
import type * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { post } from "../support/call.ts"

const world = World.make({
  connections: [
    { slug: "files", kind: "file", files: { "a.txt": "one", "/dir/b.txt": "two", "dir/deep/c.txt": "three" } },
    {
      slug: "db",
      kind: "sql",
      tables: {
        t: [
          { id: 1, kind: "x", n: 10 },
          { id: 2, kind: "y", n: 9 },
          { id: 3, kind: "x", n: null }
        ],
        empty: []
      }
    },
    {
      slug: "web",
      kind: "http",
      answers: [{ method: "post", path: "/p", status: 201, headers: { a: "b" }, body: [1] }]
    }
  ]
})

const test = (name: string, body: Effect.Effect<void, unknown, ConnectionsTest | HttpClient.HttpClient>) =>
  it.effect(name, () => Effect.provide(body, ConnectionsTest.layer(world)))

const file = (operation: string, body: unknown) => post(`/connections/files/file/${operation}`, body)
const sql = (operation: string, body: unknown) => post(`/connections/db/sql/${operation}`, body)
const refusedWith = (status: number, code: string, answer: ReadonlyArray<unknown>) => {
  assert.strictEqual(answer[0], status)
  assert.deepInclude(answer[1], { code })
}

describe("files in memory", () => {
  test(
    "are read as text and as base64",
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* file("readFile", { path: "/dir/b.txt" }), [
        200,
        { result: { path: "dir/b.txt", content: "two", encoding: "utf8", size: 3 } }
      ])
      assert.deepStrictEqual(yield* file("readFile", { path: "a.txt", encoding: "base64" }), [
        200,
        { result: { path: "a.txt", content: "b25l", encoding: "base64", size: 3 } }
      ])
    })
  )

  test(
    "are uploaded, appended to and read back",
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* file("uploadFile", { path: "n.txt", content: "xb4=", encoding: "base64" }), [
        200,
        { result: { path: "n.txt", size: 2 } }
      ])
      assert.deepStrictEqual(yield* file("appendFile", { path: "n.txt", content: "€" }), [
        200,
        { result: { path: "n.txt", size: 5 } }
      ])
      assert.deepStrictEqual(yield* file("readFile", { path: "n.txt" }), [
        200,
        { result: { path: "n.txt", content: "ž€", encoding: "utf8", size: 5 } }
      ])
      assert.deepStrictEqual(yield* file("appendFile", { path: "new.txt", content: "1" }), [
        200,
        { result: { path: "new.txt", size: 1 } }
      ])
    })
  )

  test(
    "are listed by folder",
    Effect.gen(function* () {
      const a = { path: "a.txt", size: 3, name: "a.txt" }
      const b = { path: "dir/b.txt", size: 3, name: "b.txt" }
      const c = { path: "dir/deep/c.txt", size: 5, name: "c.txt" }
      assert.deepStrictEqual(yield* file("listFiles", {}), [200, { result: { files: [a] } }])
      assert.deepStrictEqual(yield* file("listFiles", { path: "/dir" }), [200, { result: { files: [b] } }])
      assert.deepStrictEqual(yield* file("listFiles", { recursive: true }), [200, { result: { files: [a, b, c] } }])
    })
  )

  test(
    "are renamed, moved and deleted",
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* file("renameFile", { path: "dir/b.txt", newName: "r.txt" }), [
        200,
        { result: { path: "dir/r.txt", size: 3 } }
      ])
      assert.deepStrictEqual(yield* file("moveFile", { from: "dir/r.txt", to: "m.txt" }), [
        200,
        { result: { path: "m.txt", size: 3 } }
      ])
      refusedWith(404, "FILE_NOT_FOUND", yield* file("readFile", { path: "dir/b.txt" }))
      assert.deepStrictEqual(yield* file("deleteFile", { path: "m.txt" }), [
        200,
        { result: { path: "m.txt", deleted: true } }
      ])
      refusedWith(404, "FILE_NOT_FOUND", yield* file("deleteFile", { path: "m.txt" }))
    })
  )

  test(
    "refuse operations that would lose a file or leave the folder",
    Effect.gen(function* () {
      refusedWith(400, "INVALID_PATH", yield* file("readFile", { path: "dir/../a.txt" }))
      refusedWith(400, "INVALID_PATH", yield* file("readFile", {}))
      refusedWith(400, "INVALID_CONTENT", yield* file("uploadFile", { path: "x" }))
      refusedWith(400, "INVALID_CONTENT", yield* file("uploadFile", { path: "x", content: "*", encoding: "base64" }))
      refusedWith(409, "FILE_EXISTS", yield* file("uploadFile", { path: "a.txt", content: "", overwrite: false }))
      refusedWith(409, "FILE_EXISTS", yield* file("moveFile", { path: "a.txt", to: "dir/b.txt" }))
    })
  )
})

describe("tables in memory", () => {
  const rows = (rows: ReadonlyArray<unknown>) => [200, { result: { rows, row_count: rows.length } }]

  test(
    "are selected from",
    Effect.gen(function* () {
      assert.deepStrictEqual(
        yield* sql("select", { table: "t", columns: ["id"] }),
        rows([{ id: 1 }, { id: 2 }, { id: 3 }])
      )
      assert.deepStrictEqual(
        yield* sql("select", { table: "t", columns: ["id"], where: { kind: "x" } }),
        rows([{ id: 1 }, { id: 3 }])
      )
      assert.deepStrictEqual(
        yield* sql("select", { table: "t", columns: ["id"], where: { id: [2, 3], n: null } }),
        rows([{ id: 3 }])
      )
      assert.deepStrictEqual(
        yield* sql("select", { table: "t", orderBy: "id desc", limit: 1 }),
        rows([{ id: 3, kind: "x", n: null }])
      )
      assert.deepStrictEqual(
        yield* sql("select", {
          table: "t",
          columns: ["n"],
          where: { id: [1, 2] },
          orderBy: { column: "n" },
          offset: 1
        }),
        rows([{ n: 10 }])
      )
      assert.deepStrictEqual(
        yield* sql("select", { table: "t", columns: ["id"], orderBy: "id", offset: 1, limit: 1 }),
        rows([{ id: 2 }])
      )
    })
  )

  test(
    "are inserted into, updated and deleted from",
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* sql("insert", { table: "t", row: { id: 4 } }), rows([{ id: 4 }]))
      assert.deepStrictEqual(
        yield* sql("insert", { table: "t", rows: [{ id: 5 }, { id: 6 }] }),
        rows([{ id: 5 }, { id: 6 }])
      )
      assert.deepStrictEqual(
        yield* sql("update", { table: "t", set: { n: 0 }, where: { id: 4 } }),
        rows([{ id: 4, n: 0 }])
      )
      assert.deepStrictEqual(yield* sql("delete", { table: "t", where: { id: [1, 2, 5] } }), [
        200,
        { result: { rows: [], row_count: 3 } }
      ])
      assert.deepStrictEqual(
        yield* sql("select", { table: "t", columns: ["id", "n"] }),
        rows([
          { id: 3, n: null },
          { id: 4, n: 0 },
          { id: 6, n: null }
        ])
      )
    })
  )

  test(
    "refuse a column that they do not have, wherever it is named, as PostgreSQL does",
    Effect.gen(function* () {
      const read = 'column "knid" does not exist; the nearest is "kind"'
      const changed = 'column "knid" of relation "t" does not exist; the nearest is "kind"'
      const where = { id: 1 }
      for (const [operation, body, message] of [
        ["select", { columns: ["id", "knid"] }, read],
        ["select", { where: { knid: "x" } }, read],
        ["select", { orderBy: "knid desc" }, read],
        ["select", { orderBy: [{ id: "asc" }, { column: "knid" }] }, read],
        ["insert", { row: { id: 4, knid: "x" } }, changed],
        ["insert", { rows: [{ id: 4 }, { knid: "x" }] }, changed],
        ["insert", { row: { id: 4 }, returning: ["knid"] }, read],
        ["update", { where, set: { knid: "x" } }, changed],
        ["update", { where: { knid: "x" }, set: { kind: "z" } }, read],
        ["update", { where, set: { kind: "z" }, returning: "knid" }, read],
        ["delete", { where: { knid: "x" } }, read],
        ["delete", { where, returning: "knid" }, read]
      ] as const) {
        const answer = yield* sql(operation, { table: "t", ...body })
        assert.deepStrictEqual(answer, [400, { code: "42703", message }])
      }
      assert.strictEqual((yield* sql("select", { table: "t", columns: ["*"], where }))[0], 200)
      const all = yield* sql("select", { table: "t", columns: ["id"], orderBy: "id" })
      assert.deepStrictEqual(all, rows([{ id: 1 }, { id: 2 }, { id: 3 }]))
      // nobody says what columns this table has
      assert.strictEqual((yield* sql("insert", { table: "empty", row: { any: 1 } }))[0], 200)
    })
  )

  test(
    "refuse operations that they do not support",
    Effect.gen(function* () {
      refusedWith(400, "UNDEFINED_TABLE", yield* sql("select", { table: "nope" }))
      refusedWith(400, "INVALID_ROWS", yield* sql("insert", { table: "t", rows: [1] }))
      refusedWith(400, "INVALID_SET", yield* sql("update", { table: "t" }))
      refusedWith(400, "INVALID_PARAMETERS", yield* sql("delete", { table: "t", where: "id = 1" }))
      refusedWith(400, "NO_SQL_ENGINE", yield* sql("query", { sql: "select 1" }))
      refusedWith(400, "NO_SQL_ENGINE", yield* sql("execute", { sql: "drop table t" }))
    })
  )
})

describe("http in memory", () => {
  test(
    "gives the answers of the world, and nothing else",
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* post("/connections/web/http/post", { path: "/p" }), [
        200,
        { result: { status: 201, headers: { a: "b" }, body: [1] } }
      ])
      refusedWith(400, "NOT_SCRIPTED", yield* post("/connections/web/http/get", { path: "/p" }))
    })
  )
})
