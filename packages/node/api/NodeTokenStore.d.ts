import type { TokenStore } from "@effect-connectors/core/TokenStore"
import type * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"

declare const TokenFileRefused_base: Schema.TaggedErrorClass<
  TokenFileRefused,
  "TokenFileRefused",
  {
    readonly _tag: Schema.tag<"TokenFileRefused">
  } & {
    path: typeof Schema.String
    code: typeof Schema.String
  }
>
export declare class TokenFileRefused extends TokenFileRefused_base {
  get message(): string
}
export declare const file: (path: string) => Effect.Effect<TokenStore, TokenFileRefused>
