/**
 * Why an artifact is not taken, before it is known to whom to say so.
 */
import type { SkillRejected } from "@effect-connectors/core/BosaError"
import * as ServerText from "@effect-connectors/core/ServerText"
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

/** A name from an archive or a server as it may be shown. */
export const visible = (name: string): string => ServerText.show("name", name)
