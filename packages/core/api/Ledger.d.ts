import type { InvalidRequest } from "./InvalidRequest.js"
import type { Execution } from "./Job.js"
import type { KeyReused, LedgerError, LedgerFailed, SubmissionNotDone } from "./LedgerError.js"
import type { Accepted, Entry, Intended, LedgerJournal } from "./LedgerJournal.js"
import type * as KeyValueStore from "@effect/platform/KeyValueStore"
import type * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type * as Schema from "effect/Schema"

export interface NotDone {
  readonly _tag: "NotDone"
}
export interface CannotTell {
  readonly _tag: "CannotTell"
}
export type Verification<A> = Execution<A> | NotDone | CannotTell
export type Verifier<A> = Effect.Effect<Verification<A>, unknown, unknown>
export interface SubmitOptions<A, in E, I, X = never, V = never> {
  readonly operation?: string | undefined
  readonly connection?: string | undefined
  readonly input?: X | undefined
  readonly value?: Schema.Schema<A, I> | undefined
  readonly isNotDone?: ((error: E) => boolean) | undefined
  readonly resubmit?: "failed" | undefined
  readonly verify?: V | undefined
  readonly settleAfter?: Duration.DurationInput | undefined
  readonly drain?: Duration.DurationInput | false | undefined
}
export type OptionErrors<X, V> =
  | ([X] extends [never] ? never : KeyReused)
  | ([V] extends [never] ? never : SubmissionNotDone)
export type OptionNeeds<V> = V extends Effect.Effect<unknown, unknown, infer R> ? R : never
export interface Pending {
  readonly accepted: ReadonlyArray<Accepted>
  readonly unknown: ReadonlyArray<Intended>
}
export interface DigestedWork {
  readonly operation?: string | undefined
  readonly connection?: string | undefined
  readonly input: unknown
}
export interface StoreOptions {
  readonly prefix?: string | undefined
}
export declare const isNotDone: (error: unknown) => boolean
export declare const maySubmitAgain: (error: unknown) => boolean
declare const Ledger_base: Context.TagClass<Ledger, "@effect-connectors/core/Ledger", Ledger.Service>
export declare class Ledger extends Ledger_base {
  static readonly isNotDone: (error: unknown) => boolean
  static readonly maySubmitAgain: (error: unknown) => boolean
  static readonly notDone: NotDone
  static readonly cannotTell: CannotTell
  static readonly digest: (work: DigestedWork) => Effect.Effect<string, InvalidRequest>
  static readonly make: (journal: LedgerJournal) => Ledger.Service
  static readonly layer: (journal: LedgerJournal) => Layer.Layer<Ledger>
  static readonly layerMemory: Layer.Layer<Ledger>
  static readonly layerStore: (options?: StoreOptions) => Layer.Layer<Ledger, LedgerFailed, KeyValueStore.KeyValueStore>
}
export declare namespace Ledger {
  interface Service {
    readonly submit: <A, E, R, I = unknown, X = never, V extends Verifier<A> = never>(
      key: string,
      execution: Effect.Effect<Execution<A>, E, R>,
      options?: SubmitOptions<NoInfer<A>, NoInfer<E>, I, X, V>
    ) => Effect.Effect<Execution<A>, E | LedgerError | InvalidRequest | OptionErrors<X, V>, R | OptionNeeds<V>>
    readonly get: (key: string) => Effect.Effect<Entry | undefined, LedgerFailed>
    readonly pending: Effect.Effect<Pending, LedgerFailed>
    readonly finish: (key: string) => Effect.Effect<void, LedgerFailed>
    readonly forget: (key: string) => Effect.Effect<void, LedgerFailed>
  }
}
