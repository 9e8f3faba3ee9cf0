/**
 * A journal of submissions in a file, which its owner alone can read and one process alone can write.
 */
import { LedgerFailed } from "@effect-connectors/core/LedgerError"
import * as LedgerJournal from "@effect-connectors/core/LedgerJournal"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { randomUUID } from "node:crypto"
import { constants } from "node:fs"
import * as Fs from "node:fs/promises"
import * as Path from "node:path"
import { codeOf } from "./errorCodes.js"
import { remove } from "./fileWriting.js"
import { type Identity, identity } from "./ledgerHolder.js"
import * as ledgerLease from "./ledgerLease.js"
import * as ledgerLock from "./ledgerLock.js"
import { type Content, forgotten, header, isHeaded, lineOf, read, writer } from "./ledgerLog.js"
import { flaw, noFollow, writeNew } from "./ownerOnlyFile.js"

/** Why a path is not to be used. */
export interface Refusal {
  readonly code: string
  readonly pid?: number | undefined
  readonly host?: string | undefined
  readonly line?: number | undefined
}

const attempt = <A>(evaluate: () => Promise<A>): Effect.Effect<A, Refusal> =>
  Effect.tryPromise({ try: evaluate, catch: (error) => ({ code: codeOf(error) }) })

const empty: Content = { _tag: "Entries", entries: new Map(), lines: 0, isTorn: true }

const headOf = async (handle: Fs.FileHandle): Promise<string> => {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(256), 0, 256, 0)
  return buffer.toString("utf8", 0, bytesRead)
}

const contentOf = (path: string): Promise<Content> =>
  Fs.open(path, constants.O_RDONLY | noFollow).then(
    async (handle) => {
      try {
        const code = flaw(await handle.stat())
        if (code === undefined) return read(await handle.readFile("utf8"))
        // a file that is no ledger is not to be made fit to be one
        const isOther = code === "TOO_OPEN" && !isHeaded(await headOf(handle))
        return { _tag: "Unusable", code: isOther ? "NOT_A_LEDGER" : code }
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

const temporaryOf = (path: string): string => `${path}.${randomUUID()}.part`
const temporaryEnd = /^\.[0-9a-f-]{36}\.part$/

/**
 * Removes what earlier holders were about to put in the ledger's place. One that stood still since then can no longer
 * do so: without this an old content would take the place of ours.
 */
const swept = (path: string): Promise<unknown> => {
  const folder = Path.dirname(path)
  const name = Path.basename(path)
  return Fs.readdir(folder).then((all) =>
    Promise.all(
      all
        .filter((it) => it.startsWith(name) && temporaryEnd.test(it.slice(name.length)))
        .map((it) => Fs.rm(Path.join(folder, it), { force: true }))
    )
  )
}

/** Puts a file with these entries, and nothing else, in the ledger's place, if we still hold it. */
const rewrite = (
  path: string,
  entries: Iterable<LedgerJournal.Entry>,
  lease: ledgerLease.Lease
): Effect.Effect<void, Refusal> => {
  const temporary = temporaryOf(path)
  const text = [header, ...Array.from(entries, lineOf), ""].join("\n")
  const written = Effect.gen(function* () {
    yield* attempt(() => writeNew(temporary, text))
    yield* attempt(lease.verify)
    yield* lease.check
    yield* attempt(() => Fs.rename(temporary, path))
    yield* attempt(() => synced(Path.dirname(path)))
  })
  return Effect.ensuring(written, remove(temporary))
}

/** How a ledger is opened. */
export interface OpenOptions {
  readonly leaseMillis: number
  /** Default: this process. */
  readonly self?: Identity | undefined
}

/** The journal, until the scope ends. */
export const open = Effect.fnUntraced(function* (
  given: string,
  options: OpenOptions
): Effect.fn.Return<LedgerJournal.LedgerJournal, Refusal, Scope.Scope> {
  const path = Path.resolve(given)
  const { leaseMillis } = options
  yield* attempt(() => Fs.mkdir(Path.dirname(path), { recursive: true, mode: 0o700 }))
  const self = options.self ?? (yield* Effect.promise(identity))
  const lock = yield* ledgerLock.take(`${path}.lock`, { self, leaseMillis })
  if (lock._tag === "Held") return yield* Effect.fail({ code: "LOCKED", pid: lock.pid, host: lock.host })
  const lease = yield* ledgerLease.keep(lock)
  if (lock.isTakeover) yield* attempt(() => swept(path))
  const content = yield* attempt(() => contentOf(path))
  if (content._tag === "Unusable") return yield* Effect.fail({ code: content.code, line: content.line })
  const { entries, isTorn, lines } = content
  // what a holder before still adds goes to a file that nobody reads
  if (isTorn || lines > entries.size || lock.isTakeover) yield* rewrite(path, entries.values(), lease)
  let isClosed = false
  const { log } = yield* Effect.acquireRelease(
    attempt(async () => {
      const opened = await Fs.open(path, constants.O_WRONLY | constants.O_APPEND | noFollow)
      return { handle: opened, log: writer(opened, (await opened.stat()).size, lease.verify) }
    }),
    ({ handle: opened, log: ending }) => {
      isClosed = true
      return Effect.ignore(attempt(() => ending.settled().then(() => opened.close())))
    }
  )

  const failed = (key: string | undefined) => (error: Refusal) =>
    new LedgerFailed({ step: "write", key, code: error.code })

  const add = (key: string, line: string): Effect.Effect<void, LedgerFailed> =>
    Effect.suspend(() =>
      isClosed
        ? Effect.fail<Refusal>({ code: "CLOSED" })
        : Effect.zipRight(
            lease.check,
            Effect.zipRight(
              attempt(() => log.append(line)),
              lease.check
            )
          )
    ).pipe(Effect.mapError(failed(key)))

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
    pending: Effect.sync(() => Array.from(entries.values()).filter(LedgerJournal.isPending)),
    stillHeld: Effect.mapError(
      Effect.suspend(() => (isClosed ? Effect.fail<Refusal>({ code: "CLOSED" }) : lease.check)),
      failed(undefined)
    )
  }
})
