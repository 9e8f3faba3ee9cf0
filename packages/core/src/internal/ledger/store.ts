import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { LedgerFailed } from "../../LedgerError.js"
import { decode, encode, type Entry, isPending, type LedgerJournal } from "../../LedgerJournal.js"

const Names = Schema.parseJson(Schema.Array(Schema.String))
const readNames = Schema.decodeOption(Names)

/** How a `KeyValueStore` of @effect/platform fails. */
type StoreError = { readonly _tag: "BadArgument" } | { readonly _tag: "SystemError"; readonly reason: string }

/** What is used of a `KeyValueStore` of @effect/platform. */
interface TextStore {
  readonly get: (key: string) => Effect.Effect<Option.Option<string>, StoreError>
  readonly set: (key: string, text: string) => Effect.Effect<void, StoreError>
  readonly remove: (key: string) => Effect.Effect<void, StoreError>
}

const failed =
  (step: LedgerFailed["step"], key?: string) =>
  (error: StoreError): LedgerFailed =>
    new LedgerFailed({ step, key, code: error._tag === "SystemError" ? error.reason : error._tag })

const corrupt = (step: LedgerFailed["step"], key?: string) => new LedgerFailed({ step, key, code: "CORRUPT" })

const parsed = (text: string): Option.Option<Entry> =>
  Option.flatMap(Option.liftThrowable((json: string): unknown => JSON.parse(json))(text), decode)

/**
 * A journal in a `KeyValueStore`: an entry for each key, and one list of the pending keys, since such a store cannot be
 * listed. A key is listed before its entry is written and removed from the list after, so that a crash in between
 * leaves a key too many and never one too few.
 *
 * @internal
 */
export const store = Effect.fnUntraced(function* (
  kv: TextStore,
  prefix: string
): Effect.fn.Return<LedgerJournal, LedgerFailed> {
  const listAt = `${prefix}pending`
  const placeOf = (key: string): string => `${prefix}entry/${key}`
  const list = yield* Effect.mapError(kv.get(listAt), failed("open"))
  const names = Option.isNone(list) ? Option.some([]) : readNames(list.value)
  if (Option.isNone(names)) return yield* corrupt("open")
  const pending = new Set(names.value)
  const turn = Effect.unsafeMakeSemaphore(1)

  // the set in memory always equals the list in the store
  const relisted = (key: string, isListed: boolean): Effect.Effect<void, LedgerFailed> =>
    Effect.suspend(() => {
      if (pending.has(key) === isListed) return Effect.void
      const next = new Set(pending)
      if (isListed) next.add(key)
      else next.delete(key)
      return Effect.tap(Effect.mapError(kv.set(listAt, JSON.stringify(Array.from(next))), failed("write", key)), () => {
        if (isListed) pending.add(key)
        else pending.delete(key)
      })
    }).pipe(turn.withPermits(1), Effect.uninterruptible)

  const get: LedgerJournal["get"] = (key) =>
    Effect.flatMap(
      Effect.mapError(kv.get(placeOf(key)), failed("read", key)),
      (text): Effect.Effect<Option.Option<Entry>, LedgerFailed> => {
        if (Option.isNone(text)) return Effect.succeedNone
        const entry = parsed(text.value)
        return Option.isSome(entry) && entry.value.key === key
          ? Effect.succeed(entry)
          : Effect.fail(corrupt("read", key))
      }
    )

  return {
    get,
    put: (entry) => {
      const written = Effect.mapError(
        kv.set(placeOf(entry.key), JSON.stringify(encode(entry))),
        failed("write", entry.key)
      )
      return isPending(entry)
        ? Effect.zipRight(relisted(entry.key, true), written)
        : Effect.zipRight(written, relisted(entry.key, false))
    },
    remove: (key) =>
      Effect.zipRight(Effect.mapError(kv.remove(placeOf(key)), failed("write", key)), relisted(key, false)),
    pending: Effect.suspend(() =>
      Effect.map(Effect.forEach(Array.from(pending), get), (found) =>
        found.flatMap((entry) => (Option.isSome(entry) && isPending(entry.value) ? [entry.value] : []))
      )
    )
  }
})
