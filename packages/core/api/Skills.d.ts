import type { Token } from "./Action.js"
import type { ReadError } from "./ApiError.js"
import type { SkillRejected } from "./BosaError.js"
import type { CatalogPage, ListError, Range } from "./Catalog.js"
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type * as Stream from "effect/Stream"

export interface Skill {
  readonly id: string | undefined
  readonly clientId: string | undefined
  readonly sourceType: string | undefined
  readonly name: string | undefined
  readonly description: string
  readonly githubUrl: string | undefined
  readonly createdAt: string | undefined
  readonly updatedAt: string | undefined
  readonly raw: unknown
}
export interface SkillDetail extends Skill {
  readonly frontmatter: unknown
  readonly downloadUrl: Redacted.Redacted | undefined
  readonly contentSha256: string | undefined
  readonly githubOwner: string | undefined
  readonly githubRepo: string | undefined
  readonly githubRef: string | undefined
  readonly githubPath: string | undefined
}
export interface Artifact {
  readonly id: string
  readonly name: string
  readonly sourceType: string
  readonly contentSha256: string | undefined
  readonly bytes: Uint8Array
}
export type Downloadable = Pick<SkillDetail, "id" | "name" | "sourceType" | "downloadUrl" | "contentSha256">
export interface Operations {
  readonly list: (range?: Range, token?: Token) => Effect.Effect<CatalogPage<Skill>, ReadError>
  readonly all: (token?: Token) => Stream.Stream<Skill, ListError>
  readonly get: (id: string, token?: Token) => Effect.Effect<SkillDetail, ReadError>
  readonly artifact: (detail: Downloadable) => Effect.Effect<Artifact, ReadError | SkillRejected>
}
