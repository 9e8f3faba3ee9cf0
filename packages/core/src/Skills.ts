/**
 * The skills of a tenant: what models are taught, kept on the server.
 *
 * @since 0.2.0
 */
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type * as Stream from "effect/Stream"
import type { Token } from "./Action.js"
import type { ReadError } from "./ApiError.js"
import type { SkillRejected } from "./BosaError.js"
import type { CatalogPage, ListError, Range } from "./Catalog.js"

/**
 * A skill of the tenant.
 *
 * @since 0.2.0
 * @category models
 */
export interface Skill {
  readonly id: string | undefined
  readonly clientId: string | undefined
  /** `upload_md` or `manual` for a single file, `upload_zip` or `github` for an archive. */
  readonly sourceType: string | undefined
  readonly name: string | undefined
  readonly description: string
  readonly githubUrl: string | undefined
  /** When it was made, as the server writes it. */
  readonly createdAt: string | undefined
  /** When it was last changed, as the server writes it. */
  readonly updatedAt: string | undefined
  readonly raw: unknown
}

/**
 * A skill of the tenant with all that the server knows of it.
 *
 * @since 0.2.0
 * @category models
 */
export interface SkillDetail extends Skill {
  /** What its file says of itself at the top, as it came. */
  readonly frontmatter: unknown
  /** Where its artifact is. It may be signed and let anyone in who has it: redacted here and in `raw`. */
  readonly downloadUrl: Redacted.Redacted | undefined
  /** The digest of its artifact in hexadecimal, as the server writes it. */
  readonly contentSha256: string | undefined
  readonly githubOwner: string | undefined
  readonly githubRepo: string | undefined
  readonly githubRef: string | undefined
  readonly githubPath: string | undefined
}

/**
 * A skill as it was downloaded; nothing of it is checked yet.
 *
 * @since 0.2.0
 * @category models
 */
export interface Artifact {
  /** Empty when the server gives none. */
  readonly id: string
  /** Empty when the server gives none. */
  readonly name: string
  readonly sourceType: string
  /** The digest that the server announces, as it writes it. */
  readonly contentSha256: string | undefined
  readonly bytes: Uint8Array
}

/**
 * What is needed of a skill to download it.
 *
 * @since 0.2.0
 * @category models
 */
export type Downloadable = Pick<SkillDetail, "id" | "name" | "sourceType" | "downloadUrl" | "contentSha256">

/**
 * The skills of the tenant; in dialect `gl` only, `InvalidRequest` in the others. They are read in the name of a
 * user, of `token` or the one of `Auth`; the API key is never sent.
 *
 * @example
 * ```ts
 * import { BosaApi } from "@effect-connectors/core"
 * import * as Effect from "effect/Effect"
 * import * as Redacted from "effect/Redacted"
 *
 * export const artifact = Effect.gen(function*() {
 *   const { skills } = yield* BosaApi
 *   const detail = yield* skills.get("11111111-1111-1111-1111-111111111111", Redacted.make("token"))
 *   return yield* skills.artifact(detail)
 * })
 * ```
 *
 * @since 0.2.0
 * @category models
 */
export interface Operations {
  readonly list: (range?: Range, token?: Token) => Effect.Effect<CatalogPage<Skill>, ReadError>
  /** All skills, each part of the list read when the one before was taken. */
  readonly all: (token?: Token) => Stream.Stream<Skill, ListError>
  readonly get: (id: string, token?: Token) => Effect.Effect<SkillDetail, ReadError>
  /**
   * Downloads a skill into memory, up to 64 MiB or the client's `maxBodyBytes` when that is more. No credentials go
   * along, and the link's query is in no error. `SkillRejected` before anything is sent when the source is not known
   * or there is no link that may be followed: https, or http as far as the client's own base URL goes.
   */
  readonly artifact: (detail: Downloadable) => Effect.Effect<Artifact, ReadError | SkillRejected>
}
