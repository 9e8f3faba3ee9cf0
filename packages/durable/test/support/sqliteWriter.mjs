// Writes rows to the SQLite file of its argument until it is killed, and prints each change once it is acknowledged.
// With `check` as the second one it checks the file instead.
import * as Reactivity from "@effect/experimental/Reactivity"
import * as LibsqlClient from "@effect/sql-libsql/LibsqlClient"
import * as Effect from "effect/Effect"
import { writeSync } from "node:fs"
import { pathToFileURL } from "node:url"
import { openSqlite } from "../../dist/internal/store/sqlite.js"

const say = (message) => Effect.sync(() => writeSync(1, `${JSON.stringify(message)}\n`))

const write = Effect.fnUntraced(function* (store, key) {
  const work = JSON.stringify({ key, filling: "x".repeat(3000) })
  const { row } = yield* store.insert({ key, bucket: 0, digest: key, work, ref: null, state: "new" })
  yield* say({ key, version: row.version })
  for (const state of ["intended", "accepted", "succeeded"]) {
    const changed = yield* store.change(key, { states: [row.state, "intended", "accepted"] }, { state, outcome: work })
    yield* say({ key, version: changed.version })
  }
})

const check = Effect.gen(function* () {
  const sql = yield* LibsqlClient.make({ url: pathToFileURL(process.argv[2]).href })
  const [{ integrity_check }] = yield* sql`pragma integrity_check`
  yield* say({ integrity: integrity_check })
})

const program = Effect.gen(function* () {
  const store = yield* openSqlite(process.argv[2])
  yield* say("open")
  for (let i = 0; ; i++) yield* write(store, `${process.pid} ${i}`)
})

await (process.argv[3] === "check" ? check : program).pipe(
  Effect.provide(Reactivity.layer),
  Effect.catchAll((error) => say({ failed: error._tag, code: error.code, message: error.message })),
  Effect.scoped,
  Effect.runPromise
)
