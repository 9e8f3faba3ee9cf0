import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { type Entry, isPending, type LedgerJournal } from "../../LedgerJournal.js"

/**
 * A journal that ends with the process.
 *
 * @internal
 */
export const memory = (): LedgerJournal => {
  const entries = new Map<string, Entry>()
  return {
    get: (key) => Effect.sync(() => Option.fromNullable(entries.get(key))),
    put: (entry) => Effect.sync(() => void entries.set(entry.key, entry)),
    remove: (key) => Effect.sync(() => void entries.delete(key)),
    pending: Effect.sync(() => Array.from(entries.values()).filter(isPending))
  }
}
