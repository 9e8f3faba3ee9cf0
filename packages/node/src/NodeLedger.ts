/**
 * A ledger of submissions in a file.
 *
 * @since 0.3.0
 */
import { Ledger } from "@effect-connectors/core/Ledger"
import * as OptionNames from "@effect-connectors/core/OptionNames"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as ledgerFile from "./internal/ledgerFile.js"
import { unknownOption, unknownOptionCode } from "./internal/unknownOption.js"
import { isLease } from "./internal/ledgerHolder.js"

const defaultLease = "15 seconds"

const fixes: Readonly<Record<string, string>> = {
  LOCKED: "another process has it open: end that one, or give this one a ledger of its own",
  TAKEN_OVER: "another process took it over while this one stood still: see which one is to have it",
  INVALID_LEASE: "give a lease of 1 second to 1 hour",
  CORRUPT: "a line before its end is damaged, and may hide a submit. Keep the file, and see what became of its work",
  NOT_A_LEDGER: "name another path",
  VERSION: "a later release wrote it: update this package",
  TOO_OPEN: "others may read or write it: chmod 600 it",
  NOT_A_FILE: "it is a folder, a link or the like: name another path",
  [unknownOptionCode]: "the option is `lease`, and there is no other"
}

/**
 * A path cannot hold a ledger; nothing was written there. `code` is one of
 *
 * - `LOCKED`: a process that runs, or may be running, has it open (`pid`, `host`), or its lock, the same path with
 *   `.lock`, cannot be read;
 * - `INVALID_LEASE`: the lease is not from 1 second to 1 hour;
 * - `TAKEN_OVER`, `LEASE_ENDED`: this process stood still for the length of its lease while it opened the ledger;
 * - `CORRUPT`: a line (`line`, from 1) before its end is damaged. A torn end is no damage;
 * - `NOT_A_LEDGER`, `VERSION`: something else, or a later release, wrote it;
 * - `TOO_OPEN`, `NOT_A_FILE`: others than its owner may use it; it is a folder, a link or the like;
 * - the code of Node, such as `EACCES`.
 *
 * @since 0.3.0
 * @category errors
 */
export class LedgerFileRefused extends Schema.TaggedError<LedgerFileRefused>(
  "@effect-connectors/node/NodeLedger/LedgerFileRefused"
)("LedgerFileRefused", {
  path: Schema.String,
  code: Schema.String,
  /** The holder's id, by the count of its own host and container. */
  pid: Schema.optional(Schema.Finite),
  /** The holder's host. */
  host: Schema.optional(Schema.String),
  line: Schema.optional(Schema.Finite)
}) {
  override get message(): string {
    const at = this.line === undefined ? "" : `, line ${this.line}`
    const on = this.host === undefined ? "" : ` on ${this.host}`
    const by = this.pid === undefined ? "" : `, process ${this.pid}${on}`
    const fix = fixes[this.code]
    return `${this.path} cannot hold the ledger (${this.code}${at}${by})${fix === undefined ? "" : `: ${fix}`}`
  }
}

/**
 * How a ledger in a file is opened.
 *
 * @since 0.5.0
 * @category models
 */
export interface LedgerOptions {
  /**
   * How long this process keeps the ledger without a sign of life, 1 second to 1 hour. Default 15 seconds. The sign is
   * given three times in each lease. A process in another container or on another host, which cannot see whether this one
   * runs, waits a quarter longer before it takes over.
   */
  readonly lease?: Duration.DurationInput | undefined
}

const optionNames = OptionNames.make<LedgerOptions>({ lease: true })

/**
 * A ledger in a file of JSON lines, for its owner alone (mode 0600, its folder 0700). A line is on the disk before the
 * work that it is about is sent. What a crash tore off at the end of the file is dropped, and the file is made smaller, when it is
 * opened. It holds keys, names, times and job references: no credential, no input but a digest of it, and no value unless
 * `submit` was given a schema for it.
 *
 * One process at a time. A second one is refused (`LOCKED`). A process that has ended is taken over at once where
 * it can be seen: on the same host, in the same container. Of any other the lease decides: opening waits until the holder
 * shows that it lives (`LOCKED`), or its lease is over. A process that stood still for the length of its lease (stopped, its
 * machine asleep) looks again whether it still has the ledger before it sends; if not, its submits fail with
 * `LedgerFailed` (`TAKEN_OVER`).
 *
 * Every process must see the same folder at the same time: a volume of one machine, not a copy that is synchronized. On a
 * network volume a finished write and the lock are as good as its server. The signs of life keep the process running until the scope ends.
 *
 * Each key takes some 300 bytes, 90 more with an `input`, in the file and in memory, until it is forgotten.
 *
 * @example
 * ```ts
 * import { Ledger } from "@effect-connectors/core"
 * import { NodeLedger } from "@effect-connectors/node"
 * import * as Console from "effect/Console"
 * import * as Effect from "effect/Effect"
 *
 * const program = Effect.gen(function*() {
 *   const ledger = yield* Ledger
 *   const { accepted, unknown } = yield* ledger.pending
 *   yield* Console.log(`${accepted.length} jobs to go on with, ${unknown.length} of unknown outcome`)
 * })
 *
 * export const main = program.pipe(Effect.provide(NodeLedger.layer(".connectors/ledger.jsonl")))
 * ```
 *
 * @since 0.3.0
 * @category layers
 */
export const layer = (path: string, options: LedgerOptions = {}): Layer.Layer<Ledger, LedgerFileRefused> => {
  if (unknownOption(optionNames, options) !== undefined) {
    return Layer.fail(new LedgerFileRefused({ path, code: unknownOptionCode }))
  }
  const leaseMillis = Option.match(Duration.decodeUnknown(options.lease ?? defaultLease), {
    onNone: () => NaN,
    onSome: Duration.toMillis
  })
  const opened = isLease(leaseMillis)
    ? ledgerFile.open(path, { leaseMillis })
    : Effect.fail<ledgerFile.Refusal>({ code: "INVALID_LEASE" })
  return Layer.scoped(
    Ledger,
    Effect.mapBoth(opened, {
      onFailure: (refusal) => new LedgerFileRefused({ path, ...refusal }),
      onSuccess: Ledger.make
    })
  )
}
