import { createHash } from "node:crypto"
import { type History, linesOf } from "./history.js"
import { invariants } from "./invariants.js"
import { simulate, simulateEvenly } from "./run.js"
import { viewOf } from "./view.js"

export interface Break {
  readonly seed: number
  readonly invariant: string
  readonly reason: string
}

/** Every invariant over one history. */
export const breaksOf = (history: History): ReadonlyArray<Break> => {
  const view = viewOf(history)
  return invariants.flatMap(([invariant, check]) =>
    check(view).map((reason) => ({ seed: history.seed, invariant, reason }))
  )
}

const digestOf = (history: History): string => createHash("sha256").update(linesOf(history).join("\n")).digest("hex")

const withoutClocks = (history: History): History => ({
  ...history,
  events: history.events.filter(({ kind }) => kind !== "clock")
})

/** 9: when somebody sets the clock, a seed has the history that it has when nobody does, byte for byte. */
export const isEven = async (history: History): Promise<boolean> =>
  digestOf(withoutClocks(history)) === digestOf(await simulateEvenly(history.seed))

/** 8: the same seed gives the same history, byte for byte. */
export const isSame = async (history: History): Promise<boolean> =>
  digestOf(await simulate(history.seed)) === digestOf(history)
