/**
 * Tokens of users in a file.
 *
 * @since 0.2.0
 */
import type { TokenStore } from "@effect-connectors/core/TokenStore"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as tokenFile from "./internal/tokenFile.js"

/**
 * A path cannot hold tokens; nothing was written. `code` is one of
 *
 * - `TOO_OPEN`: others than its owner may read or write the file; `chmod 600` it, or name another;
 * - `NOT_A_FILE`: it is a folder, a link or the like;
 * - the code of Node, such as `EACCES`.
 *
 * @since 0.2.0
 * @category errors
 */
export class TokenFileRefused extends Schema.TaggedError<TokenFileRefused>(
  "@effect-connectors/node/NodeTokenStore/TokenFileRefused"
)("TokenFileRefused", { path: Schema.String, code: Schema.String }) {
  override get message(): string {
    return `${this.path} cannot hold tokens: ${this.code}`
  }
}

/**
 * A store of tokens in a file of JSON, for `UserAuth`. Its tokens are **in clear**: anyone who can read the file can
 * act for its users until the tokens end. It is created for its owner alone (mode 0600, its folder 0700), and refused
 * when others may read it; Windows has no such modes, and the folder's own rights hold there.
 *
 * Each change replaces the file in one step. The stores of one process take turns; of two processes that write at the
 * same moment, one token may be lost and is fetched again. A file that cannot be read as such is set aside with `.corrupt`
 * behind its name at the next change, and a warning is logged. Tokens that have ended are dropped.
 *
 * @example
 * ```ts
 * import { UserAuth } from "@effect-connectors/core"
 * import { NodeTokenStore } from "@effect-connectors/node"
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 *
 * export const auth = Layer.unwrapEffect(
 *   Effect.map(NodeTokenStore.file(".connectors/tokens.json"), (store) => UserAuth.layerConfig(undefined, { store }))
 * )
 * ```
 *
 * @since 0.2.0
 * @category constructors
 */
export const file = (path: string): Effect.Effect<TokenStore, TokenFileRefused> =>
  Effect.mapError(tokenFile.open(path), (code) => new TokenFileRefused({ path, code }))
