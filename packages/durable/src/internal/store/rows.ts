import { State } from "../../DurableJob.js"

/** @internal */
export const openStates: ReadonlyArray<State> = ["new", "intended", "accepted"]

/** @internal */
export const allStates = State.literals

/** @internal */
export const isEnded = (state: State): boolean => state === "succeeded" || state === "failed" || state === "cancelled"

/** No rows in any state. @internal */
export const noCounts: Readonly<Record<State, number>> = {
  new: 0,
  intended: 0,
  accepted: 0,
  unknown: 0,
  succeeded: 0,
  failed: 0,
  cancelled: 0
}
