/** The call that every client makes, and how many of them are made at once. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/** Makes `count` calls with `inFlight` at a time. */
export type Round = (count: number, inFlight: number) => Promise<void>

export const path = "/api/v1/connections/crm/actions/fetch-deal/execute"
export const headers = { "content-type": "application/json", accept: "application/json", "x-service-token": "token" }
export const input = { input: { id: 7, note: "n".repeat(200), list: [1, 2, 3], nested: { a: true, b: null } } }

/** What a client reads of the response. */
export const Deal = Schema.Struct({
  result: Schema.Struct({ id: Schema.Number, name: Schema.String, tags: Schema.Array(Schema.String) })
})

export const deal = {
  id: 7,
  name: "Acme renewal",
  stage: "negotiation",
  tags: Array.from({ length: 12 }, (_, i) => `tag-${i}-of-the-deal`),
  owner: { id: 42, name: "Ada", email: "ada@example.com" },
  notes: "x".repeat(160)
}

export const responseText = JSON.stringify({ result: deal })

/** One promise per call, `inFlight` workers. */
export const inPromises =
  (one: () => Promise<unknown>): Round =>
  async (count, inFlight) => {
    let left = count
    const worker = async (): Promise<void> => {
      while (left-- > 0) await one()
    }
    await Promise.all(Array.from({ length: inFlight }, worker))
  }

/** `inFlight` fibers, each makes one call after the other. */
export const inFibers = (
  one: Effect.Effect<unknown, unknown>,
  count: number,
  inFlight: number
): Effect.Effect<void, unknown> =>
  Effect.suspend(() => {
    let left = count
    const worker = Effect.whileLoop({ while: () => left-- > 0, body: () => one, step: () => undefined })
    return Effect.forEach(Array.from({ length: inFlight }), () => worker, { concurrency: "unbounded", discard: true })
  })

/** CPU time of this process per call of one round, in microseconds. */
export const cpuPerCall = async (round: Round, count: number, inFlight: number): Promise<number> => {
  const before = process.cpuUsage()
  await round(count, inFlight)
  const { system, user } = process.cpuUsage(before)
  return (system + user) / count
}

/** `NaN` of nothing. */
export const median = (values: ReadonlyArray<number>): number => {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? NaN
}
