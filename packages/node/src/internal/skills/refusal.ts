/**
 * Why an artifact is not taken, before it is known to whom to say so.
 */
import type { SkillRejected } from "@effect-connectors/core/BosaError"
import * as Effect from "effect/Effect"

/** What becomes a `SkillRejected` once the skill's name is put to it. */
export interface Refusal {
  readonly _tag: "Refusal"
  readonly reason: SkillRejected["reason"]
  readonly at?: string
  readonly detail?: string
  readonly expected?: string
  readonly actual?: string
}

export const refusal = (refused: Omit<Refusal, "_tag">): Refusal => ({ _tag: "Refusal", ...refused })

export const refuse = (reason: SkillRejected["reason"], detail: string, at?: string): Effect.Effect<never, Refusal> =>
  Effect.fail(refusal({ reason, detail, ...(at === undefined ? {} : { at }) }))

const longest = 200

/** A name from an archive or a server in a form that can be printed: nothing in it is invisible or turns the line. */
export const visible = (name: string): string => {
  const escaped = name.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (unit) => `\\u{${(unit.codePointAt(0) ?? 0).toString(16)}}`)
  return escaped.length > longest ? `${escaped.slice(0, longest)}...` : escaped
}
