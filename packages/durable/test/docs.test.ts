import { assert, describe, it } from "@effect/vitest"
import { SqlClient } from "@effect/sql/SqlClient"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { readFileSync } from "node:fs"
import { skipsPostgres, startPostgres } from "../../sim/src/durable/postgres.js"
import { placeInCluster } from "../src/internal/placement/cluster.js"
import { openPostgres } from "../src/internal/store/postgres.js"

const guide = readFileSync("docs/durable.md", "utf8")

const statements = Array.from(guide.matchAll(/^```sql\n([^]*?)^```/gm), ([, text = ""]) => text.split(";"))
  .flat()
  .filter((statement) => /\S/.test(statement))

describe.skipIf(skipsPostgres())("docs/durable.md", () => {
  it("each statement of the guide reads the tables that there are", () =>
    Effect.gen(function* () {
      const { url } = yield* startPostgres
      const { sql, store } = yield* openPostgres({ url })
      yield* Effect.provideService(
        placeInCluster(() => Effect.never, Duration.seconds(1)),
        SqlClient,
        sql
      )
      for (const state of ["unknown", "failed"] as const) {
        yield* store.insert({ key: state, bucket: 0, digest: "", work: "{}", ref: null, state: "new" })
        yield* store.change(state, { states: ["new"] }, { state, outcome: '{"_tag":"OutcomeUnknown"}' })
      }
      assert.isAtLeast(statements.length, 7)
      for (const statement of statements) {
        const rows = yield* sql.unsafe(statement)
        assert.isArray(rows, statement)
      }
    }).pipe(Effect.scoped, Effect.runPromise))
})
