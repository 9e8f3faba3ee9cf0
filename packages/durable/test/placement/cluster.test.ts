import { assert, describe, it } from "@effect/vitest"
import * as Reactivity from "@effect/experimental/Reactivity"
import { SqlClient } from "@effect/sql/SqlClient"
import * as PgClient from "@effect/sql-pg/PgClient"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { skipsPostgres, startPostgres } from "../../../sim/src/durable/postgres.js"
import { placeInCluster } from "../../src/internal/placement/cluster.js"

/** The buckets of three processes, each once, and who had them twice at once. */
const owners = () => {
  const owner = new Map<number, string>()
  const twice: Array<string> = []
  const runnerOf = (name: string) => (bucket: number) =>
    Effect.acquireUseRelease(
      Effect.sync(() => {
        const other = owner.get(bucket)
        if (other !== undefined) twice.push(`bucket ${bucket} of ${other} is also of ${name}`)
        owner.set(bucket, name)
      }),
      () => Effect.never,
      // a drain, and no other owner meanwhile
      () =>
        Effect.zipRight(
          Effect.sleep("300 millis"),
          Effect.sync(() => void owner.delete(bucket))
        )
    )
  const counts = () => {
    const each = new Map<string, number>()
    for (const name of owner.values()) each.set(name, (each.get(name) ?? 0) + 1)
    return each
  }
  return { runnerOf, counts, twice }
}

describe.skipIf(skipsPostgres())("placement in a cluster", () => {
  it("each bucket runs on one process, as evenly as can be, and those of one that ends are handed over", () =>
    Effect.gen(function* () {
      const { url } = yield* startPostgres
      const { counts, runnerOf, twice } = owners()
      const begin = Effect.fnUntraced(function* (name: string) {
        const scope = yield* Scope.make()
        const sql = yield* PgClient.make({ url, maxConnections: 3 })
        yield* placeInCluster(runnerOf(name), Duration.seconds(5)).pipe(
          Effect.provideService(SqlClient, sql),
          Scope.extend(scope)
        )
        return scope
      })
      const until = (is: (each: ReadonlyMap<string, number>) => boolean) =>
        Effect.sleep("50 millis").pipe(Effect.repeat({ until: () => is(counts()) }), Effect.timeout("20 seconds"))

      const [one, ...others] = yield* Effect.forEach(["a", "b", "c"], begin, { concurrency: "unbounded" })
      yield* until((each) => each.size === 3 && Array.from(each.values()).every((count) => count >= 10 && count <= 12))
      if (one !== undefined) yield* Scope.close(one, Exit.void)
      // 12 seconds is the soonest that locks expire: these were given back
      yield* until((each) => (each.get("b") ?? 0) + (each.get("c") ?? 0) === 32).pipe(Effect.timeout("10 seconds"))
      assert.isFalse(counts().has("a"))
      assert.deepStrictEqual(twice, [])
      yield* Effect.forEach(others, (scope) => Scope.close(scope, Exit.void), { discard: true })
    }).pipe(Effect.provide(Reactivity.layer), Effect.scoped, Effect.runPromise))
})
