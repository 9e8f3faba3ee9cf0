import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Operations from "@effect-connectors/core/Operation"
import { readFileSync } from "node:fs"
import { ConnectionsTest } from "../../src/ConnectionsTest.js"
import type { JsonObject, Operation } from "../../src/Executor.js"
import { isOperation } from "../../src/internal/connections/routes.js"
import { parametersOf } from "../../src/internal/parameters/names.js"
import * as Platforms from "../../src/Platforms.js"
import * as World from "../../src/World.js"
import { post } from "../support/call.ts"

const operations = Operations.connections.filter(isOperation)

const world = World.make(
  World.connection("http").http("get", "/up", { up: true }),
  World.connection("file").file("a.txt", "one"),
  World.connection("sql").table("orders", [
    { id: 1, region: "north", amount: 120, note: null },
    { id: 2, region: "south", amount: 80 },
    { id: 3, region: "north", amount: 45 }
  ]),
  World.connection("own").executor("sql", ({ body }) => Effect.succeed(body)),
  World.connection("crm").action(
    "fetch",
    { found: true },
    {
      inputs: [
        { name: "id", type: "NUMBER", required: true },
        { name: "open", type: "BOOLEAN" },
        { name: "day", type: "DATE" },
        { name: "stage", type: "STRING", enum: ["won", "lost"] }
      ]
    }
  )
)

const paths: Readonly<Record<string, string>> = {
  "file.read": "readFile",
  "file.upload": "uploadFile",
  "file.append": "appendFile",
  "file.list": "listFiles",
  "file.rename": "renameFile",
  "file.move": "moveFile",
  "file.delete": "deleteFile"
}

const call = (operation: Operation, body: JsonObject, query = "") => {
  const [kind = "", name = ""] = operation.split(".")
  return post(`/connections/${kind}/${kind}/${paths[operation] ?? name}${query}`, body)
}

const refusal = (code: string, message: string) => [400, { code, message }]

const strict = ConnectionsTest.layer(world)
const lenient = ConnectionsTest.layer(world, { lenient: true })

describe("the parameters of typed calls", () => {
  for (const operation of operations) {
    const usual = parametersOf[operation].map(({ names: [name] }) => name)

    it.effect(`${operation}: a name that is not known is refused with all that are, and nothing is executed`, () =>
      Effect.gen(function* () {
        const takes = `It takes ${[...usual, "options"].join(", ")}`
        assert.deepStrictEqual(
          yield* call(operation, { zzzzzzzz: 1 }),
          refusal("INVALID_PARAMETERS", `"zzzzzzzz" is not a parameter of ${operation}. ${takes}`)
        )
        // a job would only fail later
        assert.strictEqual((yield* call(operation, { zzzzzzzz: 1 }, "?async=true"))[0], 400)
        assert.deepStrictEqual(yield* (yield* ConnectionsTest).executionLog, [])
      }).pipe(Effect.provide(strict))
    )

    it.effect(`${operation}: lenient lets it pass`, () =>
      Effect.gen(function* () {
        yield* call(operation, { zzzzzzzz: 1 })
        assert.lengthOf(yield* (yield* ConnectionsTest).executionLog, 1)
      }).pipe(Effect.provide(lenient))
    )

    it.effect(`${operation}: each parameter goes by each of its names, once`, () =>
      Effect.gen(function* () {
        for (const { names } of parametersOf[operation]) {
          for (const name of names) {
            const [, answer] = yield* call(operation, { [name]: null })
            assert.notInclude(JSON.stringify(answer), "is not a parameter", name)
          }
          const [first, second] = names
          if (second === undefined) continue
          assert.deepStrictEqual(
            yield* call(operation, { [first]: {}, [second]: {} }),
            refusal("INVALID_PARAMETERS", `"${first}" and "${second}" mean the same parameter: give one of them`)
          )
        }
      }).pipe(Effect.provide(strict))
    )
  }

  const wrongKinds: ReadonlyArray<readonly [Operation, JsonObject, string]> = [
    ["sql.select", { table: "orders", limit: "many" }, '"limit" must be a whole number from 0 up'],
    ["sql.select", { table: 5 }, '"table" must be a string'],
    ["sql.delete", { table: "orders", all: "yes" }, '"all" must be true or false'],
    ["sql.query", { sql: "select 1", params: "x" }, '"params" must be an array'],
    ["sql.update", { table: "orders", set: [1] }, '"set" must be an object'],
    ["file.upload", { path: "b", content: "x", overwrite: 1 }, '"overwrite" must be true or false'],
    ["http.get", { path: "/up", query: "a=1" }, '"query" must be an object']
  ]
  for (const [operation, body, message] of wrongKinds) {
    it.effect(`${operation}: a value of another kind: ${message}`, () =>
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* call(operation, body), refusal("INVALID_PARAMETERS", message))
      }).pipe(Effect.provide(strict))
    )
  }

  it.effect("an executor of your own takes what it likes", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* post("/connections/own/sql/select", { zzz: 1 }), [200, { result: { zzz: 1 } }])
    }).pipe(Effect.provide(strict))
  )

  it.effect("a wrong table in memory that is near none: all tables", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(
        yield* call("sql.select", { table: "zzzzzzzz" }),
        refusal("UNDEFINED_TABLE", "the table zzzzzzzz does not exist; there are orders")
      )
    }).pipe(Effect.provide(strict))
  )

  const wrongValues: ReadonlyArray<readonly [Operation, JsonObject, column: string, place: string]> = [
    ["sql.select", { where: { amount: { gte: "many" } } }, "amount", "where"],
    ["sql.select", { where: { id: [1, "two"] } }, "id", "where"],
    ["sql.update", { set: { amount: "many" }, where: { id: 1 } }, "amount", "set"],
    ["sql.insert", { rows: [{ id: 4 }, { id: "" }] }, "id", "rows"]
  ]
  for (const [operation, body, column, place] of wrongValues) {
    it.effect(`${operation} in memory: text for a column of numbers in ${place}: ${JSON.stringify(body)}`, () =>
      Effect.gen(function* () {
        const message = `the column ${column} of orders holds numbers, and \`${place}\` gives text; give a number`
        assert.deepStrictEqual(yield* call(operation, { table: "orders", ...body }), refusal("INVALID_VALUE", message))
      }).pipe(Effect.provide(strict))
    )
  }

  it.effect(
    "in memory, a column that held no numbers at the start, and text that is a number, take what they get",
    () =>
      Effect.gen(function* () {
        yield* call("sql.insert", { table: "orders", rows: { id: "4", region: 7, amount: null, note: "new" } })
        assert.deepStrictEqual(yield* idsOf({ where: { region: 7 } }), [4])
        assert.deepStrictEqual(yield* idsOf({ where: { note: "none" } }), [])
      }).pipe(Effect.provide(strict))
  )

  const idsOf = (body: JsonObject) =>
    Effect.map(call("sql.select", { table: "orders", ...body }), ([, answer]) =>
      Array.from(JSON.stringify(answer).matchAll(/"id":"?(\d)/g), ([, id]) => Number(id))
    )

  it.effect("tables in memory take the operators and orders that the types have", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* idsOf({ where: { amount: { gte: 80 } } }), [1, 2])
      assert.deepStrictEqual(yield* idsOf({ where: { amount: { gt: 45, lt: 100 }, region: "south" } }), [2])
      assert.deepStrictEqual(yield* idsOf({ where: { id: { ne: 1, lte: 3 } } }), [2, 3])
      assert.deepStrictEqual(yield* idsOf({ where: { id: { in: [1, 3] } } }), [1, 3])
      assert.deepStrictEqual(yield* idsOf({ where: { id: { not_in: [1, 3] } } }), [2])
      assert.deepStrictEqual(yield* idsOf({ where: { id: { eq: 2 } } }), [2])
      assert.deepStrictEqual(yield* idsOf({ orderBy: ["region", { amount: "desc" }] }), [1, 3, 2])
      assert.deepStrictEqual(yield* idsOf({ order_by: { column: "amount", direction: "asc" } }), [3, 2, 1])
      assert.deepStrictEqual(yield* call("sql.select", { table: "orders", columns: "id", limit: 1 }), [
        200,
        { result: { rows: [{ id: 1 }], row_count: 1 } }
      ])
    }).pipe(Effect.provide(strict))
  )

  it.effect("files in memory keep what is there, unless overwrite says otherwise", () =>
    Effect.gen(function* () {
      yield* call("file.upload", { path: "b.txt", content: "two" })
      assert.strictEqual((yield* call("file.move", { from: "a.txt", to: "b.txt" }))[0], 409)
      assert.strictEqual((yield* call("file.move", { from: "a.txt", to: "b.txt", overwrite: true }))[0], 200)
      assert.strictEqual((yield* call("file.rename", { path: "b.txt", newPath: "d/c.txt" }))[0], 200)
      assert.strictEqual((yield* call("file.rename", { path: "d/c.txt", newName: "e.txt" }))[0], 200)
      assert.deepInclude(yield* call("file.read", { path: "d/e.txt" }), 200)
    }).pipe(Effect.provide(strict))
  )
})

describe("the body of an execute", () => {
  const execute = (body: unknown, query = "") => post(`/connections/crm/actions/fetch/execute${query}`, body)

  it.effect("a field that is not known is refused, with those that are", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(
        yield* execute({ inputs: { id: 7 } }),
        refusal(
          "INVALID_PARAMETERS",
          `"inputs" is not a field of the body; the nearest is "input". It takes input, options`
        )
      )
      assert.strictEqual((yield* execute({ input: { id: 7 }, later: true }, "?async=true"))[0], 400)
      assert.deepStrictEqual(yield* execute({ input: { id: 7 }, options: {} }), [200, { result: { found: true } }])
    }).pipe(Effect.provide(strict))
  )

  it.effect("lenient lets it pass", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* execute({ input: { id: 7 }, later: true }), [200, { result: { found: true } }])
    }).pipe(Effect.provide(lenient))
  )

  it.effect("lenient of both platforms lets it pass", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* execute({ input: { id: 7 }, later: true }), [200, { result: { found: true } }])
    }).pipe(Effect.provide(Platforms.layer(world, { lenient: true })))
  )

  const takes = "fetch takes id, open, day, stage"
  const wrongInputs: ReadonlyArray<readonly [JsonObject, string]> = [
    [{ id: "seven" }, `the input id must be NUMBER, and is text; ${takes}`],
    [{ id: 7, open: "yes" }, `the input open must be BOOLEAN, and is text; ${takes}`],
    [{ id: 7, day: "tomorrow" }, `the input day must be DATE, and is text; ${takes}`],
    [{ id: 7, stage: "open" }, `the input stage must be one of won, lost; ${takes}`],
    [{}, "the input id is required"]
  ]
  for (const [input, message] of wrongInputs) {
    it.effect(`an input that does not fit, lenient or not: ${message}`, () =>
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* execute({ input }), refusal("INVALID_INPUT", message))
        assert.deepStrictEqual(yield* (yield* ConnectionsTest).executionLog, [])
      }).pipe(Effect.provide(lenient))
    )
  }

  it.effect("null takes a value away, and a text may be a number", () =>
    Effect.gen(function* () {
      const input = { id: 7, open: null, day: 1_700_000_000_000, stage: null }
      assert.deepStrictEqual(yield* execute({ input }), [200, { result: { found: true } }])
    }).pipe(Effect.provide(strict))
  )
})

describe("docs/testing/executors.md", () => {
  const page = readFileSync(new URL("../../../../docs/testing/executors.md", import.meta.url), "utf8")

  for (const operation of operations) {
    it(`says what ${operation} takes, and under which names`, () => {
      const [kind = ""] = operation.split(".")
      const row = page.split("\n").find((line) => line.startsWith(`| `) && line.includes(`\`${operation}\``))
      assert.isDefined(row ?? (kind === "http" ? page : undefined), operation)
      for (const { names } of parametersOf[operation]) {
        const [usual, ...others] = names
        assert.include(kind === "http" ? page : (row ?? ""), `\`${usual}\``)
        for (const other of others) assert.include(page, `\`${other}\``, `${operation}: ${usual}`)
      }
    })
  }
})
