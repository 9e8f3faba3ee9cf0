import { Ledger } from "@effect-connectors/core/Ledger"
import { LedgerFailed } from "@effect-connectors/core/LedgerError"
import { type Entry, isPending, type LedgerJournal } from "@effect-connectors/core/LedgerJournal"
import { ConnectionsTest } from "@effect-connectors/testing/ConnectionsTest"
import * as KeyValueStore from "@effect/platform/KeyValueStore"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"

/** A journal that records its calls, and fails where a test says so. */
export const journal = () => {
  const entries = new Map<string, Entry>()
  const steps: Array<string> = []
  /** Changes that fail: `Intended`, `Accepted`, `Done` or `remove`. */
  const failing = new Set<string>()
  const change = (what: string, key: string, apply: () => void) =>
    Effect.suspend(() => {
      steps.push(what)
      if (failing.has(what)) return Effect.fail(new LedgerFailed({ step: "write", key, code: "ENOSPC" }))
      apply()
      return Effect.void
    })
  const it: LedgerJournal = {
    get: (key) => Effect.sync(() => Option.fromNullable(entries.get(key))),
    put: (entry) => change(entry._tag, entry.key, () => entries.set(entry.key, entry)),
    remove: (key) => change("remove", key, () => entries.delete(key)),
    pending: Effect.sync(() => Array.from(entries.values()).filter(isPending))
  }
  return { journal: it, entries, steps, failing, ledger: Ledger.make(it) }
}

/** A `KeyValueStore` that outlives the ledgers over it, and what it holds. */
export const kv = () => {
  const held = new Map<string, string>()
  const store = KeyValueStore.makeStringOnly({
    get: (key) => Effect.sync(() => Option.fromNullable(held.get(key))),
    set: (key, value) => Effect.sync(() => void held.set(key, value)),
    remove: (key) => Effect.sync(() => void held.delete(key)),
    clear: Effect.sync(() => held.clear()),
    size: Effect.sync(() => held.size)
  })
  const open = Effect.provide(
    Ledger,
    Layer.provide(Ledger.layerStore(), Layer.succeed(KeyValueStore.KeyValueStore, store))
  )
  return { held, open }
}

/** How often the platform executed an action. */
export const runs = (action: string) => Effect.flatMap(ConnectionsTest, ({ executions }) => executions("crm", action))

/** Runs with a log of its own, which is given too. */
export const logged = <A, E, R>(program: (log: ReadonlyArray<string>) => Effect.Effect<A, E, R>) => {
  const log: Array<string> = []
  const into = Logger.make(({ logLevel, message }) => void log.push(`${logLevel.label} ${String(message)}`))
  return Effect.provide(program(log), Logger.replace(Logger.defaultLogger, into))
}
