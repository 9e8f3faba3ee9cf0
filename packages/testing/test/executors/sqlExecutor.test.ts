import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import type { Executor, Json, JsonObject, Operation } from "../../src/Executor.js"
import * as executors from "../../src/internal/executors/executors.js"

class Sql extends Context.Tag("test/Sql")<Sql, Executor>() {}

const connection = { slug: "db/main", kind: "sql", baseUrl: undefined } as const

const seeded = {
  slug: "db/main",
  kind: "sql",
  tables: {
    users: [
      { id: 1, name: "Ann", score: 1.5, tags: ["a", "b"], active: true },
      { id: 2, name: "Bob", score: 2, tags: null, active: false },
      { id: 3, name: null, score: null, tags: { x: "y" }, active: true }
    ]
  }
} as const

const SqlLayer = Layer.scoped(
  Sql,
  Effect.gen(function* () {
    const executorFor = yield* executors.make({ connections: [seeded] })
    return yield* Effect.fromNullable(executorFor(connection))
  })
)

const call = (operation: Operation, body: JsonObject) =>
  Effect.flatMap(Sql, (executor) => executor({ connection, operation, body }))

const refusal = (operation: Operation, body: JsonObject) => Effect.flip(call(operation, body))

const rows = (answer: Json): Json | undefined =>
  typeof answer === "object" && answer !== null && "rows" in answer ? answer.rows : undefined

const count = (answer: Json): Json | undefined =>
  typeof answer === "object" && answer !== null && "row_count" in answer ? answer.row_count : undefined

const ids = (where: JsonObject) =>
  Effect.map(
    call("sql.select", { table: "users", columns: ["id"], where, orderBy: "id" }),
    (answer) => JSON.stringify(rows(answer)).match(/\d+/g)?.map(Number) ?? []
  )

// one database for all tests: it takes seconds to start
const runtime = ManagedRuntime.make(SqlLayer)
beforeAll(() => runtime.runPromise(Effect.void), 60_000)
afterAll(() => runtime.dispose())

const test = <E>(name: string, body: () => Effect.Effect<void, E, Sql>): void =>
  it(name, () => runtime.runPromise(body()))

describe("sql executor", () => {
  test("selects columns, in an order, a window of rows", () =>
    Effect.gen(function* () {
      const all = yield* call("sql.select", { table: "users", orderBy: "id" })
      assert.deepStrictEqual(rows(all), [
        { id: 1, name: "Ann", score: 1.5, tags: ["a", "b"], active: true },
        { id: 2, name: "Bob", score: 2, tags: null, active: false },
        { id: 3, name: null, score: null, tags: { x: "y" }, active: true }
      ])
      const page = yield* call("sql.select", {
        table: "public.users",
        columns: ["name"],
        order_by: [{ column: "id", direction: "desc" }],
        limit: 1,
        offset: 1
      })
      assert.deepStrictEqual(rows(page), [{ name: "Bob" }])
      assert.strictEqual(count(page), 1)
    }))

  test("filters by equality, lists, null and comparisons", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* ids({ name: "Ann" }), [1])
      assert.deepStrictEqual(yield* ids({ id: [1, 3] }), [1, 3])
      assert.deepStrictEqual(yield* ids({ id: [] }), [])
      assert.deepStrictEqual(yield* ids({ name: null }), [3])
      assert.deepStrictEqual(yield* ids({ name: ["Bob", null] }), [2, 3])
      assert.deepStrictEqual(yield* ids({ name: { ne: null } }), [1, 2])
      assert.deepStrictEqual(yield* ids({ id: { gt: 1, lte: 2 } }), [2])
      assert.deepStrictEqual(yield* ids({ id: { gte: 2 }, active: true }), [3])
      assert.deepStrictEqual(yield* ids({ id: { lt: 2 } }), [1])
      assert.deepStrictEqual(yield* ids({ name: { like: "%o%" } }), [2])
      assert.deepStrictEqual(yield* ids({ id: { not_in: [1, 2] } }), [3])
    }))

  test("inserts one row or many, and gives the requested columns", () =>
    Effect.gen(function* () {
      yield* call("sql.execute", {
        sql: "create table items (id serial primary key, label text, note text default 'none')"
      })
      const one = yield* call("sql.insert", { table: "items", row: { label: "a" }, returning: ["id", "note"] })
      assert.deepStrictEqual(rows(one), [{ id: 1, note: "none" }])
      const two = yield* call("sql.insert", { table: "items", rows: [{ label: "b", note: "n" }, { label: "c" }] })
      assert.strictEqual(count(two), 2)
      const listed = yield* call("sql.insert", { table: "items", columns: ["label", "note"], rows: [["d", null]] })
      assert.strictEqual(count(listed), 1)
      const all = yield* call("sql.select", { table: "items", columns: ["label", "note"], orderBy: "id" })
      assert.deepStrictEqual(rows(all), [
        { label: "a", note: "none" },
        { label: "b", note: "n" },
        { label: "c", note: "none" },
        { label: "d", note: null }
      ])
    }))

  test("updates and deletes matching rows, and all rows only with all", () =>
    Effect.gen(function* () {
      yield* call("sql.execute", {
        sql: "create table work (id int, state text); insert into work values (1,'x'),(2,'x'),(3,'y')"
      })
      const updated = yield* call("sql.update", {
        table: "work",
        set: { state: "z" },
        where: { state: "x" },
        returning: true
      })
      assert.strictEqual(count(updated), 2)
      assert.deepStrictEqual(rows(updated), [
        { id: 1, state: "z" },
        { id: 2, state: "z" }
      ])
      for (const body of [{ table: "work" }, { table: "work", where: {} }]) {
        assert.strictEqual((yield* refusal("sql.delete", body)).status, 400)
        assert.strictEqual((yield* refusal("sql.update", { ...body, set: { state: "!" } })).status, 400)
      }
      assert.strictEqual(count(yield* call("sql.delete", { table: "work", where: { id: 3 } })), 1)
      assert.strictEqual(count(yield* call("sql.delete", { table: "work", all: true })), 2)
      assert.deepStrictEqual(rows(yield* call("sql.select", { table: "work" })), [])
    }))

  test("runs raw SQL with bound values, under each name of the parameters", () =>
    Effect.gen(function* () {
      const sum = (body: JsonObject) => Effect.map(call("sql.query", body), rows)
      const expected = [{ total: 5 }]
      assert.deepStrictEqual(yield* sum({ sql: "select $1::int + $2::int as total", params: [2, 3] }), expected)
      assert.deepStrictEqual(yield* sum({ query: "select $1::int + 3 as total", values: [2] }), expected)
      assert.deepStrictEqual(yield* sum({ statement: "select $1::int + 3 as total", bindings: [2] }), expected)
      const both = yield* refusal("sql.query", { sql: "select 1", query: "select 2" })
      assert.strictEqual(both.code, "INVALID_PARAMETERS")
      assert.strictEqual(
        (yield* refusal("sql.query", { sql: "select 1", params: { a: 1 } })).code,
        "INVALID_PARAMETERS"
      )
      assert.strictEqual((yield* refusal("sql.query", {})).message, '"sql" is required')
    }))

  test("groups and sums", () =>
    Effect.gen(function* () {
      yield* call("sql.execute", { sql: "create table sales (region text, amount numeric(10,2), units int)" })
      const lines = Array.from({ length: 1000 }, (_, n) => ({
        region: n % 2 === 0 ? "eu" : "us",
        amount: "0.10",
        units: 1
      }))
      assert.strictEqual(count(yield* call("sql.insert", { table: "sales", rows: lines })), 1000)
      const answer = yield* call("sql.query", {
        sql: "select region, sum(amount) as amount, sum(units) as units from sales group by region order by region"
      })
      assert.deepStrictEqual(rows(answer), [
        { region: "eu", amount: "50.00", units: 500 },
        { region: "us", amount: "50.00", units: 500 }
      ])
    }))

  test("inserts more rows than one statement can hold, all of them or none", () =>
    Effect.gen(function* () {
      yield* call("sql.execute", { sql: "create table big (n int primary key, t text, u text)" })
      const many = Array.from({ length: 25_000 }, (_, n) => ({ n, t: "x", u: "y" }))
      const twice = yield* refusal("sql.insert", { table: "big", rows: [...many, { n: 0, t: "again", u: "y" }] })
      assert.strictEqual(twice.code, "23505")
      assert.strictEqual(yield* call("sql.query", { sql: "select n from big limit 1" }).pipe(Effect.map(count)), 0)
      assert.strictEqual(count(yield* call("sql.insert", { table: "big", rows: many })), 25_000)
    }))

  test("takes a bigint with all its digits", () =>
    Effect.gen(function* () {
      const large = 9007199254740993n
      yield* call("sql.execute", { sql: "create table wide (id bigint, n numeric, t text, doc jsonb)" })
      yield* call("sql.insert", { table: "wide", rows: [{ id: large, n: large, t: large, doc: { ids: [large] } }] })
      const found = yield* call("sql.query", {
        sql: "select id, n, t, doc->'ids'->>0 as inner from wide where id = $1",
        params: [large]
      })
      const text = String(large)
      assert.deepStrictEqual(rows(found), [{ id: text, n: text, t: text, inner: text }])
    }))

  test("gives every value as JSON without a loss", () =>
    Effect.gen(function* () {
      const answer = yield* call("sql.query", {
        sql: `select 9007199254740993::bigint as big, 7::bigint as small, 0.1000::numeric as exact,
          '2024-02-29'::date as day, timestamptz '2024-01-02 03:04:05.123456+00' at time zone 'UTC' as local,
          'NaN'::float8 as nan, '\\x00ff'::bytea as bytes, '{"a":[1,null]}'::jsonb as doc, array[1,2] as list,
          null::text as nothing, 1 as same, 2 as same`
      })
      assert.deepStrictEqual(rows(answer), [
        {
          big: "9007199254740993",
          small: 7,
          exact: "0.1000",
          day: "2024-02-29",
          local: "2024-01-02T03:04:05.123456",
          nan: "NaN",
          bytes: "AP8=",
          doc: { a: [1, null] },
          list: [1, 2],
          nothing: null,
          same: 1,
          same_2: 2
        }
      ])
      const moment = yield* call("sql.execute", {
        sql: "set time zone 'UTC'; select timestamptz '2024-01-02 05:04:05.123456+02' as moment"
      })
      assert.deepStrictEqual(rows(moment), [{ moment: "2024-01-02T03:04:05.123456Z" }])
    }))

  test("treats injection attempts as data", () =>
    Effect.gen(function* () {
      const attack = "x'; drop table users; --"
      yield* call("sql.execute", { sql: "create table safe (name text)" })
      yield* call("sql.insert", { table: "safe", row: { name: attack } })
      assert.deepStrictEqual(rows(yield* call("sql.select", { table: "safe", where: { name: attack } })), [
        { name: attack }
      ])
      yield* call("sql.update", { table: "safe", set: { name: attack }, where: { name: { like: attack } } })
      assert.strictEqual((yield* refusal("sql.select", { table: 'users"; drop table users; --' })).code, "42P01")
      assert.strictEqual(
        (yield* refusal("sql.select", { table: "users", columns: ['id", pg_sleep(1) --'] })).code,
        "42703"
      )
      assert.strictEqual((yield* refusal("sql.select", { table: "users", where: { "1=1 or id": 1 } })).code, "42703")
      assert.strictEqual(
        (yield* refusal("sql.select", { table: "users", orderBy: "id; drop table users" })).code,
        "42703"
      )
      for (const body of [
        { table: "users", where: { id: { "= 1 or 1": 1 } } },
        { table: "users", orderBy: [{ id: "asc; drop table users" }] },
        { table: "users", limit: "1; drop table users" },
        { table: "users", where: "1=1" },
        { table: "a\0b" },
        { table: "x".repeat(64) }
      ]) {
        assert.strictEqual((yield* refusal("sql.select", body)).code, "INVALID_PARAMETERS")
      }
      assert.strictEqual(count(yield* call("sql.select", { table: "users" })), 3)
    }))

  test("fails with the SQLSTATE of a mistake, and stays usable", () =>
    Effect.gen(function* () {
      const wrong = yield* refusal("sql.query", { sql: "selct 1" })
      assert.deepStrictEqual([wrong.status, wrong.code], [400, "42601"])
      assert.match(wrong.message, /syntax error/)
      assert.strictEqual((yield* refusal("sql.select", { table: "nowhere" })).code, "42P01")
      assert.strictEqual((yield* refusal("sql.query", { sql: "select 1; select 2" })).code, "42601")
      assert.deepStrictEqual(rows(yield* call("sql.query", { sql: "select 1 as one" })), [{ one: 1 }])
    }))

  test("says which table, column or type is wrong", () =>
    Effect.gen(function* () {
      const said = (operation: Operation, body: JsonObject) =>
        Effect.map(refusal(operation, body), ({ code, message, status }) => [status, code, message])
      assert.deepStrictEqual(yield* said("sql.select", { table: "usres" }), [
        400,
        "42P01",
        'relation "usres" does not exist; the nearest is "users"'
      ])
      assert.deepStrictEqual(yield* said("sql.select", { table: "users", columns: ["nmae"] }), [
        400,
        "42703",
        'column "nmae" does not exist; the nearest is "name"'
      ])
      const wrongType = [400, "22P02", 'invalid input syntax for type integer: "seven", for the column "id" of "users"']
      assert.deepStrictEqual(yield* said("sql.select", { table: "users", where: { id: "seven" } }), wrongType)
      assert.deepStrictEqual(yield* said("sql.insert", { table: "users", rows: { id: "seven" } }), wrongType)
    }))

  test("refuses a statement whose values do not fit it: that is no failure of the server", () =>
    Effect.gen(function* () {
      for (const [sql, params] of [
        ["select * from users where id = $1", []],
        ["select 1", [1]],
        ["select $1::int", ["x"]],
        ["select 1 / $1::int", [0]]
      ] as const) {
        assert.strictEqual((yield* refusal("sql.query", { sql, params })).status, 400, sql)
      }
      const { code, status } = yield* refusal("sql.query", { sql: "select * from users where id = $1" })
      assert.deepStrictEqual([status, code], [400, "08P01"])
    }))

  test("rolls back a transaction before the next call", () =>
    Effect.gen(function* () {
      yield* call("sql.execute", { sql: "create table ledger (n int)" })
      yield* call("sql.execute", { sql: "begin; insert into ledger values (1)" })
      assert.strictEqual(count(yield* call("sql.select", { table: "ledger" })), 0)
      yield* refusal("sql.execute", { sql: "begin; insert into ledger values (1); selct" })
      assert.strictEqual(count(yield* call("sql.select", { table: "ledger" })), 0)
      yield* call("sql.execute", { sql: "begin; insert into ledger values (1); commit" })
      assert.strictEqual(count(yield* call("sql.select", { table: "ledger" })), 1)
    }))

  test("refuses operations of other kinds", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* refusal("file.read", { path: "a" })).status, 400)
    }))
})
