import type { Ledger } from "@effect-connectors/core/Ledger"
import type * as Duration from "effect/Duration"
import type * as Layer from "effect/Layer"
import type * as Schema from "effect/Schema"

declare const LedgerFileRefused_base: Schema.TaggedErrorClass<
  LedgerFileRefused,
  "LedgerFileRefused",
  {
    readonly _tag: Schema.tag<"LedgerFileRefused">
  } & {
    path: typeof Schema.String
    code: typeof Schema.String
    pid: Schema.optional<typeof Schema.Finite>
    host: Schema.optional<typeof Schema.String>
    line: Schema.optional<typeof Schema.Finite>
  }
>
export declare class LedgerFileRefused extends LedgerFileRefused_base {
  get message(): string
}
export interface LedgerOptions {
  readonly lease?: Duration.DurationInput | undefined
}
export declare const layer: (path: string, options?: LedgerOptions) => Layer.Layer<Ledger, LedgerFileRefused>
