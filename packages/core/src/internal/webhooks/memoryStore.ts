import * as Effect from "effect/Effect"
import type { DeliveryStore, MemoryOptions } from "../../DeliveryStore.js"
import { InvalidRequest, type Issue } from "../../InvalidRequest.js"
import * as OptionNames from "../../OptionNames.js"
import { milliseconds, wholeIssues } from "../data/checks.js"
import { monotonicTime } from "../runtime/monotonic.js"

const optionNames = OptionNames.make<MemoryOptions>({ rememberFor: true, capacity: true })

/** @internal */
export const make = (options: MemoryOptions): Effect.Effect<DeliveryStore, InvalidRequest> =>
  Effect.suspend(() => {
    const { capacity = 100_000, rememberFor = "3 days" } = options
    const issues: Array<Issue> = [...OptionNames.issues(optionNames, options), ...wholeIssues("capacity", capacity, 1)]
    const keptMillis = milliseconds("rememberFor", rememberFor, issues)
    return issues.length === 0
      ? Effect.succeed(storeOf(keptMillis, capacity))
      : Effect.fail(new InvalidRequest({ operation: "DeliveryStore.memory", issues }))
  })

const storeOf = (keptMillis: number, capacity: number): DeliveryStore => {
  const underWay = new Set<string>()
  // the oldest first
  const handledAt = new Map<string, number>()

  const forgetOld = (now: number): void => {
    for (const [id, at] of handledAt) {
      if (now - at < keptMillis && handledAt.size <= capacity) return
      handledAt.delete(id)
    }
  }

  return {
    begin: (id) =>
      Effect.map(monotonicTime, (now) => {
        forgetOld(now)
        if (handledAt.has(id)) return "handled"
        if (underWay.has(id)) return "underWay"
        underWay.add(id)
        return "new"
      }),
    complete: (id) =>
      Effect.map(monotonicTime, (now) => {
        underWay.delete(id)
        // at the end again, also where it was known
        handledAt.delete(id)
        handledAt.set(id, now)
        forgetOld(now)
      }),
    forget: (id) => Effect.sync(() => void underWay.delete(id))
  }
}
