import type { Verdict } from "../../Laws.js"

/** A verdict as a test tells it: by ending, by leaving, or by throwing. @internal */
export const attest = (verdict: Verdict, skip: (reason: string) => void): void => {
  if (verdict._tag === "LawSkipped") skip(verdict.reason)
  if (verdict._tag === "LawBroken") throw verdict
}
