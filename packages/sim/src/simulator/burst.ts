import * as Effect from "effect/Effect"
import { returnedValue, recordCall } from "./callLog.js"
import { sends } from "./connectionCalls.js"
import type { SeededRandom } from "./seededRandom.js"
import type { ExchangeFault } from "./faults.js"
import type { Invoked } from "./history.js"
import type { ClientProcess } from "./clientProcess.js"
import type { Servers } from "./servers.js"

/**
 * `outage`: an origin that fails for good. `recovery`: every first attempt fails, and every second one does not.
 * `mixed`: calls that may be replayed meet one kind of failure after another.
 */
export type BurstKind = "outage" | "recovery" | "mixed"

const counts: Readonly<Record<BurstKind, number>> = { outage: 70, recovery: 110, mixed: 10 }

const firstFaults = ["badJson", "lostAnswer", "cutBody", "unavailable", "deepBody", "status401"] as const
const laterFaults = ["refused", "refused", "status403", "status404", "redirect", "tlsFailed", "status401"] as const

const faultOf = (kind: BurstKind, attempt: number, random: SeededRandom): ExchangeFault | undefined => {
  switch (kind) {
    case "outage":
      return attempt % 2 === 0 ? "unavailable" : "reset"
    case "recovery":
      return attempt === 0 ? "status502" : undefined
    case "mixed":
      return attempt === 0 ? random.pick(firstFaults) : random.pick(laterFaults)
  }
}

const read = (process: ClientProcess, index: number): Effect.Effect<unknown, unknown> => {
  const call: Invoked = {
    class: "safe",
    policy: "default",
    maxSends: sends(process, 3),
    path: "/api/v1/connections"
  }
  const list = process.connections.list({ relayId: `r${index}` })
  return recordCall(process.log, "connections.list", call, list, () => ({}))
}

const replayed = (process: ClientProcess, index: number): Effect.Effect<unknown, unknown> => {
  const id = process.log.recorder.call()
  const marker = `k${id}`
  if (index % 3 === 0) {
    const call: Invoked = {
      class: "unsafe",
      policy: "declared",
      maxSends: sends(process, 3),
      path: "/api/v1/connections/web/http/post",
      marker
    }
    const posted = process.connections.http.post("web", { extra: { marker } }, { retry: "idempotent" })
    return recordCall(process.log, "http.post", call, posted, returnedValue, id)
  }
  const options = { maxAttempts: 3, replayUnsafe: true }
  const call: Invoked = {
    class: "unsafe",
    policy: "replayUnsafe",
    maxSends: sends(process, 3),
    path: "/demo/note",
    marker,
    ownWaits: true
  }
  const done = process.bosa.execute("demo", "note", { marker }, options)
  return recordCall(process.log, "bosa.execute", call, done, ({ data }) => returnedValue(data), id)
}

/** Many calls while an origin fails in one way. */
export const burst = (
  servers: Servers,
  process: ClientProcess,
  kind: BurstKind,
  random: SeededRandom
): Effect.Effect<void> => {
  servers.script(process.log.client, (request, attempt) =>
    kind === "mixed" && request.method === "GET" ? undefined : faultOf(kind, attempt, random)
  )
  const calls = Array.from({ length: counts[kind] }, (_, index) =>
    Effect.delay(Effect.exit(Effect.suspend(() => (kind === "mixed" ? replayed : read)(process, index))), index * 20)
  )
  return Effect.all(calls, { concurrency: "unbounded", discard: true })
}
