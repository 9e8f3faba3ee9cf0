import type { LawResult } from "../../Laws.js"

/** Ends a test with the result of a law: it passes, is skipped, or throws. @internal */
export const checkResult = (result: LawResult, skip: (reason: string) => void): void => {
  if (result._tag === "LawSkipped") skip(result.reason)
  if (result._tag === "LawBroken") throw result
}
