/**
 * A journal of submissions in a file, which its owner alone can read and one process alone can write.
 */
import { LedgerFailed } from "@effect-connectors/core/LedgerError"
import * as LedgerJournal from "@effect-connectors/core/LedgerJournal"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { constants } from "node:fs"
import * as Fs from "node:fs/promises"
import * as Path from "node:path"
import { codeOf } from "./errorCodes.js"
import { type Content, forgotten, header, lineOf, read, writer } from "./ledgerLog.js"
import * as ledgerLock from "./ledgerLock.js"
import { flaw, noFollow, replaceWith } from "./ownerOnlyFile.js"
import { remove, temporaryNextTo } from "./fileWriting.js"

/** Why a path is not to be used. */
export interface Refusal {
  readonly code: string
  readonly pid?: number | undefined
  readonly line?: number | undefined
}

const attempt = <A>(evaluate: () => Promise<A>): Effect.Effect<A, Refusal> =>
  Effect.tryPromise({ try: evaluate, catch: (error) => ({ code: codeOf(error) }) })

const empty: Content = { _tag: "Entries", entries: new Map(), lines: 0, isTorn: true }

const contentOf = (path: string): Promise<Content> =>
  Fs.open(path, constants.O_RDONLY | noFollow).then(
    async (handle) => {
      try {
        const code = flaw(await handle.stat())
        return code === undefined ? read(await handle.readFile("utf8")) : { _tag: "Unusable", code }
      } finally {
        await handle.close()
      }
    },
    (error: unknown) => {
      const code = codeOf(error)
      if (code === "ENOENT") return { ...empty, entries: new Map() }
      // a link, which is not followed
      return { _tag: "Unusable", code: code === "ELOOP" ? "NOT_A_FILE" : code }
    }
  )

// the name of a new file is on the disk when its folder is; not every system opens folders
const synced = (folder: string): Promise<void> =>
  Fs.open(folder, "r").then(
    (handle) => handle.sync().finally(() => handle.close()),
    () => undefined
  )

/** Puts a file with these entries, and nothing else, in the ledger's place. */
const rewrite = (path: string, entries: Iterable<LedgerJournal.Entry>): Effect.Effect<void, Refusal> => {
  const temporary = temporaryNextTo(path)
  const text = [header, ...Array.from(entries, lineOf), ""].join("\n")
  const written = attempt(async () => {
    await replaceWith(path, temporary, text)
    await synced(Path.dirname(path))
  })
  return Effect.ensuring(written, remove(temporary))
}

const locked = (path: string): Effect.Effect<void, Refusal, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.flatMap(
      attempt(() => ledgerLock.take(path)),
      (lock): Effect.Effect<() => Promise<void>, Refusal> =>
        lock._tag === "Taken" ? Effect.succeed(lock.release) : Effect.fail({ code: "LOCKED", pid: lock.pid })
    ),
    (release) => Effect.promise(release)
  )

/** The journal, until the scope ends. */
export const open = Effect.fnUntraced(function* (
  given: string
): Effect.fn.Return<LedgerJournal.LedgerJournal, Refusal, Scope.Scope> {
  const path = Path.resolve(given)
  yield* attempt(() => Fs.mkdir(Path.dirname(path), { recursive: true, mode: 0o700 }))
  yield* locked(`${path}.lock`)
  const content = yield* attempt(() => contentOf(path))
  if (content._tag === "Unusable") return yield* Effect.fail({ code: content.code, line: content.line })
  const { entries, isTorn, lines } = content
  if (isTorn || lines > entries.size) yield* rewrite(path, entries.values())
  let isClosed = false
  const { log } = yield* Effect.acquireRelease(
    attempt(async () => {
      const opened = await Fs.open(path, constants.O_WRONLY | constants.O_APPEND | noFollow)
      return { handle: opened, log: writer(opened, (await opened.stat()).size) }
    }),
    ({ handle: opened, log: ending }) => {
      isClosed = true
      return Effect.ignore(attempt(() => ending.settled().then(() => opened.close())))
    }
  )

  const add = (key: string, line: string): Effect.Effect<void, LedgerFailed> =>
    Effect.suspend(() =>
      isClosed
        ? Effect.fail(new LedgerFailed({ step: "write", key, code: "CLOSED" }))
        : Effect.tryPromise({
            try: () => log.append(line),
            catch: (error) => new LedgerFailed({ step: "write", key, code: codeOf(error) })
          })
    )

  return {
    get: (key) => Effect.sync(() => Option.fromNullable(entries.get(key))),
    put: (entry) =>
      Effect.map(
        Effect.suspend(() => add(entry.key, lineOf(entry))),
        () => void entries.set(entry.key, entry)
      ),
    remove: (key) =>
      Effect.suspend(() =>
        entries.has(key) ? Effect.map(add(key, forgotten(key)), () => void entries.delete(key)) : Effect.void
      ),
    pending: Effect.sync(() => Array.from(entries.values()).filter(LedgerJournal.isPending))
  }
})
