import type { SkillRejected } from "@effect-connectors/core/BosaError"
import type * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"

declare const SkillNotWritten_base: Schema.TaggedErrorClass<
  SkillNotWritten,
  "SkillNotWritten",
  {
    readonly _tag: Schema.tag<"SkillNotWritten">
  } & {
    skill: typeof Schema.String
    code: typeof Schema.String
    path: typeof Schema.String
    kept: Schema.optional<typeof Schema.String>
    detail: Schema.optional<typeof Schema.String>
  }
>
export declare class SkillNotWritten extends SkillNotWritten_base {
  readonly retryable = false
  get message(): string
}
export interface Artifact {
  readonly id: string
  readonly name: string
  readonly sourceType: string
  readonly contentSha256?: string | undefined
  readonly bytes: Uint8Array
}
export interface NodeSkillsOptions {
  readonly destinations: ReadonlyArray<string>
  readonly createParent?: boolean | undefined
  readonly overwrite?: boolean | undefined
  readonly folder?: string | undefined
}
export interface Installed {
  readonly destination: string
  readonly path: string
  readonly files: number
  readonly bytes: number
  readonly verified: boolean
}
export declare const install: (
  artifact: Artifact,
  options: NodeSkillsOptions
) => Effect.Effect<ReadonlyArray<Installed>, SkillRejected | SkillNotWritten>
export declare const download: <Detail, E, R>(
  skills: {
    readonly artifact: (detail: Detail) => Effect.Effect<Artifact, E, R>
  },
  detail: Detail,
  options: NodeSkillsOptions
) => Effect.Effect<ReadonlyArray<Installed>, E | SkillRejected | SkillNotWritten, R>
