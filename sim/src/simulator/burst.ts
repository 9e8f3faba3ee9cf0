import * as Effect from "effect/Effect"
import { written } from "./calls.js"
import type { Invoked } from "./history.js"
import type { Process } from "./process.js"
import type { Servers } from "./server.js"

/** `outage`: an origin that fails for good. `recovery`: every first attempt fails, and every second one does not. */
export type BurstKind = "outage" | "recovery"

const outageCalls = 70
const recoveryCalls = 110

/** Many reads while an origin fails: what the retry budget is for. */
export const burst = (servers: Servers, process: Process, kind: BurstKind): Effect.Effect<void> => {
  const { client } = process.desk
  servers.script(client, (_, attempt) => {
    if (kind === "outage") return attempt % 2 === 0 ? "status503" : "resetBefore"
    return attempt === 0 ? "status502" : undefined
  })
  const call: Invoked = {
    class: "safe",
    policy: "default",
    maxSends: process.tenant.isRefreshing ? 4 : 3,
    path: "/api/v1/connections"
  }
  const reads = Array.from({ length: kind === "outage" ? outageCalls : recoveryCalls }, (_, index) =>
    Effect.delay(
      Effect.suspend(() => {
        const list = process.connections.list({ relayId: `r${index}` })
        return Effect.exit(written(process.desk, "connections.list", call, list, () => ({})))
      }),
      index * 20
    )
  )
  return Effect.all(reads, { concurrency: "unbounded", discard: true })
}
