/**
 * A ledger of submissions: each piece of work is written down before it is sent and after its response came, so that a
 * program that crashed knows what it had submitted, and submits nothing twice.
 *
 * @since 0.3.0
 */
import * as KeyValueStore from "@effect/platform/KeyValueStore"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Schema from "effect/Schema"
import * as ledger from "./internal/ledger/ledger.js"
import { memory } from "./internal/ledger/memory.js"
import * as proof from "./internal/ledger/proof.js"
import { store } from "./internal/ledger/store.js"
import { digestOf } from "./internal/ledger/digest.js"
import { jsonIssue } from "./internal/data/json.js"
import { InvalidRequest } from "./InvalidRequest.js"
import type { Execution } from "./Job.js"
import { type KeyReused, type LedgerError, LedgerFailed, type SubmissionNotDone } from "./LedgerError.js"
import * as OptionNames from "./OptionNames.js"
import type { Accepted, Entry, Intended, LedgerJournal } from "./LedgerJournal.js"

/**
 * A verifier's word that the work was not done.
 *
 * @since 0.5.0
 * @category models
 */
export interface NotDone {
  readonly _tag: "NotDone"
}

/**
 * A verifier's word that it cannot tell whether the work was done.
 *
 * @since 0.5.0
 * @category models
 */
export interface CannotTell {
  readonly _tag: "CannotTell"
}

/**
 * What a verifier says of work of unknown outcome: how it was done (`Job.Completed` with its result, `Job.Accepted` with its
 * job), that it was not done, or that it cannot tell. `jobs.result` gives the result of `Job.Completed` as it is: nothing is taken out of it.
 *
 * @since 0.5.0
 * @category models
 */
export type Verification<A> = Execution<A> | NotDone | CannotTell

/**
 * A read that says what became of a piece of work. When it fails, it cannot tell.
 *
 * @since 0.5.0
 * @category models
 */
export type Verifier<A> = Effect.Effect<Verification<A>, unknown, unknown>

/**
 * What a submit may say about itself. Every part can be left out. `X` is the type of its input, `V` that of its verifier.
 *
 * @since 0.3.0
 * @category models
 */
export interface SubmitOptions<A, in E, I, X = never, V = never> {
  /** The operation, such as `actions.execute`: for readers of the ledger and its errors. */
  readonly operation?: string | undefined
  /** The connection, for the same readers. */
  readonly connection?: string | undefined
  /**
   * What the work is done with, as data that JSON can write. The ledger keeps a SHA-256 digest of operation, connection
   * and input: the same key with another digest is `KeyReused`. Without it nothing is compared.
   */
  readonly input?: X | undefined
  /**
   * Keeps the value of work that was done at once, as JSON of at most 65,536 characters, and reads it again. The value
   * then stands in the ledger in clear. Without it no value is kept, and a second submit is `AlreadyDone`.
   */
  readonly value?: Schema.Schema<A, I> | undefined
  /** Whether an error proves that the work was not done, so that it may be submitted again. Default {@link isNotDone}. */
  readonly isNotDone?: ((error: E) => boolean) | undefined
  /**
   * `failed`: a key whose job has failed is submitted again. Without it such a key gives the same job, and so the same
   * failure. A job counts as failed once `jobs.result`, `follow` or `results` has seen it fail (`JobFailed`) through this ledger.
   */
  readonly resubmit?: "failed" | undefined
  /**
   * A read that says what became of the work. It is asked when the response was lost or proves nothing, and when a submit
   * finds its key with an unknown outcome, such as after a crash. "Not done" frees the key only after `settleAfter`: the
   * submit waits that long, and asks again.
   */
  readonly verify?: V | undefined
  /**
   * How long after its last request left the work may still be carried out: a request may be late. For keys that an
   * earlier process left behind it counts from this ledger's first use. Default: twice the time limit of an attempt (the
   * longest of those that were seen, 30 seconds if none was).
   */
  readonly settleAfter?: Duration.DurationInput | undefined
  /**
   * How long an interrupted submit waits for the response to a request that has left; nothing more is sent meanwhile.
   * Default: the time limit of an attempt. `false`: the interruption does not wait.
   */
  readonly drain?: Duration.DurationInput | false | undefined
}

/**
 * The errors that the options of a submit add to it: `KeyReused` with an `input`, `SubmissionNotDone` with a `verify`.
 *
 * @since 0.5.0
 * @category models
 */
export type OptionErrors<X, V> =
  | ([X] extends [never] ? never : KeyReused)
  | ([V] extends [never] ? never : SubmissionNotDone)

/**
 * What the options of a submit need: what its `verify` needs.
 *
 * @since 0.5.0
 * @category models
 */
export type OptionNeeds<V> = V extends Effect.Effect<unknown, unknown, infer R> ? R : never

/**
 * What a program that starts again finds in its ledger.
 *
 * @since 0.3.0
 * @category models
 */
export interface Pending {
  /** Jobs to go on with; one with `failedAt` has failed. */
  readonly accepted: ReadonlyArray<Accepted>
  /** Work whose outcome is unknown: see what the server did, then `finish` or `forget`. What is being submitted now is not here. */
  readonly unknown: ReadonlyArray<Intended>
}

/**
 * What a digest is made of.
 *
 * @since 0.5.0
 * @category models
 */
export interface DigestedWork {
  readonly operation?: string | undefined
  readonly connection?: string | undefined
  /** Data that JSON can write. */
  readonly input: unknown
}

/**
 * How a ledger stands in a `KeyValueStore`.
 *
 * @since 0.3.0
 * @category models
 */
export interface StoreOptions {
  /** Begins the names of all that is kept. Default `ledger/`. */
  readonly prefix?: string | undefined
}

const storeOptions = OptionNames.make<StoreOptions>({ prefix: true })

/**
 * Whether an error of a call says that the work was not done: `InvalidRequest`, `NotSent` and `DeadlineExceeded`
 * (not sent), `Unauthorized`, `Forbidden`, `NotFound`, `RateLimited` and `ApiRejected` (refused; 408, 409 and 425 prove
 * nothing), unless an earlier attempt of the call may have been carried out. `ServerFailed` proves nothing,
 * because a gateway gives it too, but for the 502 of `triggers.subscribe` that the server gives itself.
 *
 * @since 0.3.0
 * @category guards
 */
export const isNotDone: (error: unknown) => boolean = proof.isNotDone

/**
 * Whether another submit of the same key may end better than the one that failed with this error:
 *
 * - `SubmissionNotDone`, and what {@link isNotDone} names that passes by itself: `RateLimited`, `DeadlineExceeded`, a `NotSent`
 *   that no setting has to mend. The key is free, and another submit sends the work.
 * - An unknown outcome of a submit with a `verify` that failed or could not tell (`OutcomeUnknown`, `ServerFailed`,
 *   `SubmissionUnknown`): another submit asks the verifier again, and sends nothing unless it says that the work was not done.
 * - A `LedgerFailed` that may pass.
 *
 * It is for `Effect.retry({ while: Ledger.maySubmitAgain, schedule })` around a submit. It is not so for a request that has to be
 * corrected, nor for an unknown outcome without a verifier. What it says goes by the error that the submit failed with, not by a copy.
 *
 * @since 0.5.0
 * @category guards
 */
export const maySubmitAgain: (error: unknown) => boolean = proof.maySubmitAgain

/**
 * The ledger of submissions.
 *
 * It promises at most one submit for each key, as far as its store keeps what it was given, and not that the work is
 * done: what was sent just before a crash is reported as `SubmissionUnknown`, and never sent again by itself. One
 * ledger belongs to one process at a time.
 *
 * @example
 * ```ts
 * import { ConnectionsApi, Ledger } from "@effect-connectors/core"
 * import * as Console from "effect/Console"
 * import * as Effect from "effect/Effect"
 *
 * export const nightly = Effect.gen(function*() {
 *   const connections = yield* ConnectionsApi
 *   const ledger = yield* Ledger
 *   const sync = connections.connection("crm").actions.execute("sync", {}, { async: true })
 *   const key = "sync-2024-05-01"
 *   // after a crash the same line goes on with the same job
 *   const result = yield* connections.jobs.result(ledger.submit(key, sync, { operation: "sync", connection: "crm" }))
 *   yield* ledger.finish(key)
 *   return result
 * }).pipe(Effect.catchTag("SubmissionUnknown", (error) => Console.error(error.message)))
 * ```
 *
 * @since 0.3.0
 * @category services
 */
export class Ledger extends Context.Tag("@effect-connectors/core/Ledger")<Ledger, Ledger.Service>() {
  /**
   * See {@link isNotDone}.
   *
   * @since 0.5.0
   */
  static readonly isNotDone: (error: unknown) => boolean = proof.isNotDone

  /**
   * See {@link maySubmitAgain}.
   *
   * @since 0.5.0
   */
  static readonly maySubmitAgain: (error: unknown) => boolean = proof.maySubmitAgain

  /**
   * What a verifier gives for work that was not done.
   *
   * @since 0.5.0
   */
  static readonly notDone: NotDone = { _tag: "NotDone" }

  /**
   * What a verifier gives when it cannot tell.
   *
   * @since 0.5.0
   */
  static readonly cannotTell: CannotTell = { _tag: "CannotTell" }

  /**
   * The SHA-256 digest of a piece of work that the ledger keeps, as 64 hexadecimal digits: the same for the same data,
   * whatever the order of its fields. `InvalidRequest` for an input that has no form in JSON.
   *
   * @since 0.5.0
   */
  static readonly digest = (work: DigestedWork): Effect.Effect<string, InvalidRequest> =>
    Effect.suspend(() => {
      const issue = jsonIssue(work.input, "input")
      return issue === undefined
        ? Effect.succeed(digestOf(work))
        : Effect.fail(new InvalidRequest({ operation: "Ledger.digest", issues: [issue] }))
    })

  /**
   * A ledger over a journal of yours. One journal belongs to one ledger.
   *
   * @since 0.3.0
   */
  static readonly make = (journal: LedgerJournal): Ledger.Service => ledger.make(journal)

  /**
   * See {@link Ledger.make}.
   *
   * @since 0.3.0
   */
  static readonly layer = (journal: LedgerJournal): Layer.Layer<Ledger> =>
    Layer.sync(Ledger, () => ledger.make(journal))

  /**
   * A ledger that ends with the process: it joins submits of one key, and helps against no crash.
   *
   * @since 0.3.0
   */
  static readonly layerMemory: Layer.Layer<Ledger> = Layer.sync(Ledger, () => ledger.make(memory()))

  /**
   * A ledger in a `KeyValueStore`, as safe as what the store does when it says that it has written. The pending keys
   * are one value: for some thousands of them. Fails with `LedgerFailed` when the store cannot be read.
   *
   * @since 0.3.0
   */
  static readonly layerStore = (
    options: StoreOptions = {}
  ): Layer.Layer<Ledger, LedgerFailed, KeyValueStore.KeyValueStore> => {
    const issues = OptionNames.issues(storeOptions, options)
    if (issues.length > 0) return Layer.fail(new LedgerFailed({ step: "open", code: "UNKNOWN_OPTION" }))
    return Layer.effect(
      Ledger,
      Effect.flatMap(KeyValueStore.KeyValueStore, (kv) =>
        Effect.map(store(kv, options.prefix ?? "ledger/"), ledger.make)
      )
    )
  }
}

/**
 * The types of the service.
 *
 * @since 0.3.0
 * @category services
 */
export declare namespace Ledger {
  /**
   * The ledger.
   *
   * @since 0.3.0
   * @category services
   */
  export interface Service {
    /**
     * Submits what has not been submitted. `key` is the caller's name of the piece of work, 1 to 512 characters, and no
     * secret: one key for what must happen once, also after a crash.
     *
     * - A new key: the intent is written, then `execution` runs, then its outcome is written.
     * - A key that became a job: `Accepted` with its reference, and nothing is sent.
     * - A key that is done: its value where it was kept, else `AlreadyDone`.
     * - A key whose outcome is not known: the verifier is asked; without one, or if it cannot tell, `SubmissionUnknown`.
     * - A key of other work, by the digest of its `input`: `KeyReused`.
     *
     * An execution that fails with proof that nothing was done frees its key; any other failure and a defect leave its
     * outcome unknown, unless the verifier knows. When the submit is interrupted, a request that has left gets the time of one attempt
     * (`drain`) to hear its response, and nothing more is sent. Submits of one key in one process take turns: the others wait for the
     * outcome of the first, and one of them tries when it is free. When the ledger cannot be written before
     * the work is sent, nothing is sent (`LedgerFailed`); after that, the outcome is returned all the same and a warning is logged.
     */
    readonly submit: <A, E, R, I = unknown, X = never, V extends Verifier<A> = never>(
      key: string,
      execution: Effect.Effect<Execution<A>, E, R>,
      options?: SubmitOptions<NoInfer<A>, NoInfer<E>, I, X, V>
    ) => Effect.Effect<Execution<A>, E | LedgerError | InvalidRequest | OptionErrors<X, V>, R | OptionNeeds<V>>

    /**
     * What is known of one key: `Intended` (its outcome is unknown, or it is being submitted now), `Accepted` with its job, or `Done`;
     * `undefined` for a key that was never submitted, was freed or forgotten. It reads, and asks and sends nothing.
     */
    readonly get: (key: string) => Effect.Effect<Entry | undefined, LedgerFailed>

    /**
     * What a restart has to go on with.
     */
    readonly pending: Effect.Effect<Pending, LedgerFailed>

    /**
     * The caller has seen this work's end, or found on the server that it was done: it is no longer pending, and never
     * submitted again.
     */
    readonly finish: (key: string) => Effect.Effect<void, LedgerFailed>

    /**
     * The work was not done, as the caller has found, or is to be done again: the next submit of this key sends it.
     */
    readonly forget: (key: string) => Effect.Effect<void, LedgerFailed>
  }
}
