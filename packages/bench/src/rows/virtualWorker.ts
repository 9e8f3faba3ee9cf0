/**
 * CPU of a test that follows a job of six hours through 2,000 polls on a virtual clock: of the first run, and of later
 * ones once the engine has compiled what they use. The argument says at which pace: the client's own (`default`), or
 * that of a schedule (`spaced`).
 */
import { Auth, ConnectionsApi } from "@effect-connectors/core"
import { ConnectionsTest, VirtualClock } from "@effect-connectors/testing"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"

const rounds = 120
const hours = 6
const polls = 2_000
const takesMillis = hours * 3_600_000
const options = process.argv[2] === "spaced" ? { pace: Schedule.spaced(takesMillis / polls) } : {}

const world = {
  connections: [{ slug: "crm", actions: [{ slug: "sync", takesMillis, alwaysJob: true, result: { rows: 7 } }] }]
}

const test = Effect.gen(function* () {
  const api = yield* ConnectionsApi
  const platform = yield* ConnectionsTest
  const execute = api.actions.execute("crm", "sync", { input: {} }, { async: true })
  yield* api.jobs.result(execute, options)
  return (yield* platform.jobs)[0]?.polls ?? 0
}).pipe(
  Effect.provide(
    ConnectionsApi.layer({ baseUrl: "http://localhost:8081" }).pipe(
      Layer.provide(Auth.none),
      Layer.provideMerge(ConnectionsTest.layer(world))
    )
  )
)

const costs: Array<number> = []
let seen = 0
for (let round = 0; round <= rounds; round++) {
  const before = process.cpuUsage()
  seen = await Effect.runPromise(VirtualClock.run(test, { seed: round }))
  const { system, user } = process.cpuUsage(before)
  costs.push((system + user) / 1000)
}

const [first = NaN] = costs
const sorted = costs.slice(rounds >> 1).sort((a, b) => a - b)
console.log(
  JSON.stringify({
    polls: seen,
    firstMillis: first,
    medianMillis: sorted[sorted.length >> 1] ?? NaN,
    leastMillis: sorted[0] ?? NaN
  })
)
