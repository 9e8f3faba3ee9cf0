/**
 * A ledger of submissions in a file.
 *
 * @since 0.3.0
 */
import { Ledger } from "@effect-connectors/core/Ledger"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as ledgerFile from "./internal/ledgerFile.js"

const fixes: Readonly<Record<string, string>> = {
  LOCKED: "another process has it open: end that one, or give this one a ledger of its own",
  CORRUPT: "a line before its end is damaged, and may hide a submit. Keep the file, and see what became of its work",
  NOT_A_LEDGER: "name another path",
  VERSION: "a later release wrote it: update this package",
  TOO_OPEN: "others may read or write it: chmod 600 it",
  NOT_A_FILE: "it is a folder, a link or the like: name another path"
}

/**
 * A path cannot hold a ledger; nothing was written there. `code` is one of
 *
 * - `LOCKED`: a process that runs has it open (`pid`), or its lock, the same path with `.lock`, cannot be read;
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
  pid: Schema.optional(Schema.Number),
  line: Schema.optional(Schema.Number)
}) {
  override get message(): string {
    const at = this.line === undefined ? "" : `, line ${this.line}`
    const by = this.pid === undefined ? "" : `, process ${this.pid}`
    const fix = fixes[this.code]
    return `${this.path} cannot hold the ledger (${this.code}${at}${by})${fix === undefined ? "" : `: ${fix}`}`
  }
}

/**
 * A ledger in a file of JSON lines, for its owner alone (mode 0600, its folder 0700). A line is on the disk before the
 * work that it is about is sent. What a crash tore off at the end of the file is dropped, and the file is made smaller, when it is
 * opened. It holds keys, names, times and job references: no credential, no input, and no value unless `submit` was given a schema for it.
 *
 * One process at a time: a second one is refused (`LOCKED`), and the lock of one that has ended is taken over. The file must be on
 * a disk of this machine: over a network neither the lock nor a finished write can be relied on.
 *
 * Each key takes some 300 bytes, in the file and in memory, until it is forgotten.
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
export const layer = (path: string): Layer.Layer<Ledger, LedgerFileRefused> =>
  Layer.scoped(
    Ledger,
    Effect.mapBoth(ledgerFile.open(path), {
      onFailure: (refusal) => new LedgerFileRefused({ path, ...refusal }),
      onSuccess: Ledger.make
    })
  )
