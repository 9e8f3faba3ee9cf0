import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/TestClock"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Emulator from "../../src/Emulator.js"
import type { Json, JsonObject } from "../../src/Executor.js"
import * as executors from "../../src/internal/executors/executors.js"
import { type PgModule, postgres } from "../../src/internal/executors/postgresDatabase.js"
import * as World from "../../src/World.js"
import { at } from "../support/bosa.ts"
import { json, sendRequest } from "../support/http.ts"

const endless = "select count(*) from generate_series(1, 1e12::bigint)"

const connection = { slug: "db", kind: "sql", tables: { users: [{ id: 1, name: "Ann" }] } } as const

const turn = Effect.promise(() => new Promise<void>((resolve) => setImmediate(resolve)))

/** Moves the clock, a second at a time, until the fiber has ended. */
const passing = <A, E>(fiber: Fiber.RuntimeFiber<A, E>) =>
  Effect.zipRight(TestClock.adjust("1 second"), turn).pipe(
    Effect.zipRight(fiber.poll),
    Effect.repeat({ until: Option.isSome }),
    Effect.zipRight(Fiber.join(fiber))
  )

/** Each start of PGlite takes seconds. */
const slow = { timeout: 600_000 }

/** SQL that takes the session away, and what is answered. */
const hostile = [
  [endless, 422, "STATEMENT_LIMIT", /limit of 10s and was stopped\. .*tables of the world.*is lost.*--statement-limit/],
  // PGlite waits for data that nobody sends
  ["copy users from stdin", 422, "STATEMENT_LIMIT", /limit of 10s and was stopped/],
  // PGlite answers everything after it, but without rows
  ["copy users to program 'cat'", 500, "SESSION_BROKEN", /session of the database broke .* was replaced.*is lost/]
] as const

describe("sql on the emulator", () => {
  it.scoped(
    "a statement that never ends, or breaks its session: no other route waits, and the answer says what was lost",
    () =>
      Effect.gen(function* () {
        const world = World.make({ connections: [{ ...connection, plans: { "*": { atOnce: true } } }] })
        const { executions, url } = yield* Emulator.make({ world })
        const sql = (operation: string, body: JsonObject) =>
          sendRequest(`${url}/api/v1/connections/db/sql/${operation}`, {
            method: "POST",
            headers: json,
            body: JSON.stringify(body)
          })
        const names = Effect.map(sql("select", { table: "users", columns: ["name"], orderBy: "id" }), ({ json }) =>
          at(json, "result.rows")
        )
        for (const [statement, status, code, message] of hostile) {
          yield* sql("insert", { table: "users", row: { id: 2, name: "Bob" } })
          assert.deepStrictEqual(yield* names, [{ name: "Ann" }, { name: "Bob" }])
          const before = yield* executions("db", "sql.execute")
          const running = yield* Effect.fork(sql("execute", { sql: statement }))
          yield* Effect.zipRight(turn, executions("db", "sql.execute")).pipe(
            Effect.repeat({ until: (count) => count > before })
          )
          for (const path of ["/api/v1/connections", "/connectors/names", "/", "/__emulator/jobs"]) {
            assert.strictEqual((yield* sendRequest(`${url}${path}`)).status, 200, path)
          }
          const ended = yield* code === "STATEMENT_LIMIT" ? passing(running) : Fiber.join(running)
          assert.deepStrictEqual([ended.status, at(ended.json, "code")], [status, code], statement)
          assert.match(String(at(ended.json, "message")), message)
          assert.deepStrictEqual(yield* names, [{ name: "Ann" }])
        }
      }),
    slow
  )

  it.scoped(
    "in a folder, what was committed before a stopped statement is kept",
    () =>
      Effect.gen(function* () {
        const dataDir = yield* Effect.acquireRelease(
          Effect.promise(() => mkdtemp(join(tmpdir(), "sql-limit-"))),
          (path) => Effect.promise(() => rm(path, { recursive: true, force: true }))
        )
        const opened = (scope: Scope.Scope) =>
          Effect.map(Scope.extend(executors.make({ connections: [connection] }, { dataDir }), scope), (executorFor) => {
            const executor = executorFor({ slug: "db", kind: "sql", baseUrl: undefined })
            return (sql: string) =>
              executor === undefined
                ? Effect.dieMessage("no executor")
                : executor({
                    connection: { slug: "db", kind: "sql", baseUrl: undefined },
                    operation: "sql.execute",
                    body: { sql }
                  })
          })
        const first = yield* Scope.make()
        const execute = yield* opened(first)
        yield* execute("insert into users values (2, 'Bob'); create table kept (a int)")
        const stopped = yield* Effect.flatMap(
          Effect.fork(Effect.flip(execute(`insert into users values (3, 'Cid'); ${endless}`))),
          passing
        )
        assert.strictEqual(stopped.code, "STATEMENT_LIMIT")
        assert.match(stopped.message, /started again: what was committed is kept/)
        const count = (answer: Json) => JSON.stringify(at(answer, "rows"))
        assert.strictEqual(count(yield* execute("select count(*) as n from users")), '[{"n":2}]')
        yield* Scope.close(first, Exit.void)
        const again = yield* opened(yield* Effect.scope)
        assert.strictEqual(count(yield* again("select count(*) as n from users")), '[{"n":2}]')
      }),
    slow
  )

  it.scoped(
    "a statement that never ends does not hold up the end of the emulator",
    () =>
      Effect.gen(function* () {
        const scope = yield* Scope.make()
        const executorFor = yield* Scope.extend(executors.make({ connections: [connection] }), scope)
        const executor = executorFor({ slug: "db", kind: "sql", baseUrl: undefined })
        if (executor === undefined) return assert.fail("no executor")
        const run = (sql: string) =>
          executor({
            connection: { slug: "db", kind: "sql", baseUrl: undefined },
            operation: "sql.query",
            body: { sql }
          })
        yield* run("select 1")
        // no timer fires here: the end itself stops the statement
        const fiber = yield* Effect.fork(run(endless))
        yield* turn
        yield* Scope.close(scope, Exit.void)
        yield* Fiber.interrupt(fiber)
      }),
    slow
  )
})

type Query = (text: string) => Promise<{ readonly rows: ReadonlyArray<ReadonlyArray<unknown>> }>

/** The package `pg` with sessions that answer by `query`; `log` has what was asked of it. */
const fakePg = (query: Query) => {
  const log: Array<string> = []
  let sessions = 0
  class Pool {
    private readonly onConnect: Array<(client: unknown) => void> = []
    constructor(private readonly config: { readonly max?: number; readonly statement_timeout?: number }) {
      log.push(`pool of ${config.max}, at the server ${config.statement_timeout} ms`)
    }
    on(event: string, listener: (client: unknown) => void) {
      if (event === "connect") this.onConnect.push(listener)
    }
    connect() {
      const processID = ++sessions
      const client = {
        processID,
        on: (event: string) => void log.push(`${processID} listens to ${event}`),
        query: async (config: object) => {
          const text = String(at(config, "text"))
          const values = at(config, "values")
          log.push(`${processID} ${text}${Array.isArray(values) && values.length > 0 ? ` [${values}]` : ""}`)
          return { command: "SELECT", fields: [], rowCount: 0, ...(await query(text)) }
        },
        release: (broken?: boolean) => void log.push(`${processID} is ${broken === true ? "ended" : "released"}`)
      }
      for (const listener of this.onConnect) listener(client)
      return Promise.resolve(client)
    }
    async end() {
      log.push(`pool of ${this.config.max} ends`)
    }
  }
  const pg: PgModule = { Pool, types: { getTypeParser: () => (text) => text } }
  return { log, pg: Effect.succeed(pg) }
}

const never = new Promise<never>(() => {})
const empty = { rows: [] }

describe("sql on a PostgreSQL server", () => {
  const limit = Duration.seconds(10)

  it.scoped("a session is released after its work", () =>
    Effect.gen(function* () {
      const { log, pg } = fakePg(() => Promise.resolve(empty))
      const database = yield* postgres("postgres://x", limit, pg)
      yield* database.use((session) => session.run({ sql: "select 1", params: [] }))
      assert.deepStrictEqual(log.slice(2), ["1 listens to error", "1 select 1", "1 ROLLBACK", "1 is released"])
    })
  )

  it.scoped("a statement at the limit: its session is ended at the server, and the answer names the limit", () =>
    Effect.gen(function* () {
      const { log, pg } = fakePg((text) => (text === "endless" ? never : Promise.resolve(empty)))
      const database = yield* postgres("postgres://x", limit, pg)
      const fiber = yield* Effect.fork(
        Effect.flip(database.use((session) => session.run({ sql: "endless", params: [] })))
      )
      const failure = yield* passing(fiber)
      assert.deepStrictEqual([failure.status, failure.code], [422, "STATEMENT_LIMIT"])
      assert.match(failure.message, /limit of 10s .*committed before is kept/)
      assert.deepStrictEqual(log, [
        "pool of 1, at the server 11000 ms",
        "pool of 4, at the server 11000 ms",
        "1 listens to error",
        "1 endless",
        "2 listens to error",
        "2 SELECT pg_terminate_backend($1) [1]",
        "2 is released",
        "1 is ended"
      ])
    })
  )

  it.scoped("a session that broke: is ended, and the answer says so", () =>
    Effect.gen(function* () {
      const { log, pg } = fakePg(() => Promise.reject(new Error("Connection terminated unexpectedly")))
      const database = yield* postgres("postgres://x", limit, pg)
      const failure = yield* Effect.flip(database.use((session) => session.script("select 1")))
      assert.deepStrictEqual([failure.status, failure.code], [500, "SESSION_BROKEN"])
      assert.match(failure.message, /Connection terminated unexpectedly\) and was replaced/)
      assert.strictEqual(log.at(-1), "1 is ended")
    })
  )

  it.scoped("the end of the emulator ends the sessions in use", () =>
    Effect.gen(function* () {
      const { log, pg } = fakePg((text) => (text === "endless" ? never : Promise.resolve(empty)))
      const scope = yield* Scope.make()
      const database = yield* Scope.extend(postgres("postgres://x", limit, pg), scope)
      const fiber = yield* Effect.fork(database.use((session) => session.script("endless")))
      yield* turn
      yield* Fiber.interrupt(fiber)
      yield* Scope.close(scope, Exit.void)
      assert.deepStrictEqual(log.slice(-5), [
        "2 SELECT pg_terminate_backend($1) [1]",
        "2 is released",
        "1 is ended",
        "pool of 4 ends",
        "pool of 1 ends"
      ])
    })
  )
})
