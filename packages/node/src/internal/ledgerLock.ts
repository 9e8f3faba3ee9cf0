/**
 * One process at a time: a file next to the ledger that says which process has it open. The holder is the one whose
 * file has the lock's path, at any time.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { createHash, randomUUID } from "node:crypto"
import * as Fs from "node:fs/promises"
import { codeOf } from "./errorCodes.js"
import { type Holder, type Identity, holderOf, isAlive, isRemote, type Remote, textOfLock } from "./ledgerHolder.js"

/** Who takes a lock, and for how long without a sign of life. */
export interface Taker {
  readonly self: Identity
  readonly leaseMillis: number
}

/** A point in time by both clocks of this process. */
export interface Moment {
  readonly nanos: bigint
  readonly millis: number
}

/** Why a lock could not be read or written. */
export interface LockFailure {
  readonly code: string
}

/** Who has the lock, as far as it is known. */
export interface Held {
  readonly _tag: "Held"
  readonly pid: number | undefined
  readonly host: string | undefined
}

/** A lock that is ours, as long as its path is. */
export interface Taken {
  readonly _tag: "Taken"
  /** Whether it was taken from a holder that did not give it back. */
  readonly isTakeover: boolean
  /** It was taken after this. */
  readonly since: Moment
  readonly file: LockFile
}

/** A file of ours that has the lock's path, had it, or is to get it. */
export interface LockFile {
  readonly id: string
  readonly path: string
  readonly taker: Taker
  /** Whether the path leads to this file now. */
  readonly isAtPath: () => Promise<boolean>
  /** Writes the next beat into it, wherever it is. */
  readonly beat: Effect.Effect<void, LockFailure>
}

interface Candidate extends LockFile {
  readonly temporary: string
  /** Gives the file the path, if nothing has it. */
  readonly claim: Effect.Effect<boolean, LockFailure>
  /** Gives the file the path of another. */
  readonly displace: Effect.Effect<void, LockFailure>
  readonly close: Effect.Effect<void>
  readonly isClaimed: () => boolean
}

const attempt = <A>(evaluate: () => Promise<A>): Effect.Effect<A, LockFailure> =>
  Effect.tryPromise({ try: evaluate, catch: (error) => ({ code: codeOf(error) }) })

/** Now. */
export const moment: Effect.Effect<Moment> = Effect.zipWith(
  Clock.currentTimeNanos,
  Clock.currentTimeMillis,
  (nanos, millis) => ({ nanos, millis })
)

const nanosInMilli = 1_000_000

/** Milliseconds between two moments by the clock that saw more of them: one of the two may stand while a machine sleeps. */
export const passedMillis = (from: Moment, to: Moment): number =>
  Math.max(Number(to.nanos - from.nanos) / nanosInMilli, to.millis - from.millis)

const missing = (error: unknown): undefined => {
  if (codeOf(error) === "ENOENT") return undefined
  throw error
}

const read = (path: string): Effect.Effect<string | undefined, LockFailure> =>
  attempt(() => Fs.readFile(path, "utf8").catch(missing))

const unlinkable: ReadonlySet<string> = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"])

const removed = (path: string): Effect.Effect<void> =>
  Effect.ignore(Effect.uninterruptible(attempt(() => Fs.rm(path, { force: true }))))

const candidate = Effect.fnUntraced(function* (path: string, taker: Taker): Effect.fn.Return<Candidate, LockFailure> {
  const id = randomUUID()
  const temporary = `${path}.${id}`
  let beats = 0
  const text = () => textOfLock(taker.self, id, taker.leaseMillis, beats)
  let handle = yield* attempt(() => Fs.open(temporary, "wx", 0o600))
  let isClosed = false
  let isClaimed = false
  const written = (into: Fs.FileHandle) => into.write(text(), 0)

  const isAtPath = async (): Promise<boolean> => {
    const [own, found] = await Promise.all([
      handle.stat({ bigint: true }),
      Fs.stat(path, { bigint: true }).catch(missing)
    ])
    return found !== undefined && found.ino === own.ino && found.dev === own.dev
  }

  // a file that is complete gets its name in one step
  const claim = attempt(async () => {
    try {
      await Fs.link(temporary, path)
      return true
    } catch (error) {
      const code = codeOf(error)
      if (code === "EEXIST") return false
      if (!unlinkable.has(code)) throw error
    }
    const made = await Fs.open(path, "wx", 0o600).catch((error: unknown) => {
      if (codeOf(error) === "EEXIST") return undefined
      throw error
    })
    if (made === undefined) return false
    await handle.close()
    handle = made
    await written(made)
    return true
  })

  const close = Effect.suspend(() => {
    if (isClosed) return Effect.void
    isClosed = true
    return Effect.zipRight(removed(temporary), Effect.ignore(attempt(() => handle.close())))
  })

  const file: Candidate = {
    id,
    path,
    taker,
    temporary,
    isAtPath,
    beat: attempt(async () => {
      beats++
      await written(handle)
      await handle.datasync()
    }),
    claim: Effect.uninterruptible(Effect.tap(claim, (claimed) => void (isClaimed ||= claimed))),
    displace: Effect.uninterruptible(
      Effect.map(
        attempt(() => Fs.rename(temporary, path)),
        () => void (isClaimed = true)
      )
    ),
    close,
    isClaimed: () => isClaimed
  }
  return yield* Effect.as(
    Effect.onError(
      attempt(() => written(handle)),
      () => close
    ),
    file
  )
})

// a judge waits longer than a holder trusts its own lease: their clocks need not run alike
const patience = 1.25
const looksPerWatch = 16

/**
 * Waits for a sign of life of a holder that cannot be seen. Time is counted here, on one clock: that of the holder
 * may say anything.
 */
const watch = Effect.fnUntraced(function* (
  path: string,
  found: string,
  holder: Remote
): Effect.fn.Return<"renewed" | "changed" | "ended", LockFailure> {
  const patienceMillis = holder.leaseMillis * patience
  const start = yield* Clock.currentTimeNanos
  yield* Effect.logInfo(
    `${path} is held by a process that cannot be seen from here (${holder.pid} on ${holder.host ?? "an unknown host"}): waiting up to ${Math.ceil(patienceMillis / 1000)} s for its lease`
  )
  while (true) {
    yield* Effect.sleep(Math.ceil(patienceMillis / looksPerWatch))
    const now = yield* read(path)
    if (now !== found) {
      const isSame = now !== undefined && holder.id !== undefined && holderOf(now)?.id === holder.id
      return isSame ? "renewed" : "changed"
    }
    const passed = Number((yield* Clock.currentTimeNanos) - start) / nanosInMilli
    if (passed >= patienceMillis) return "ended"
  }
})

const maxTurns = 4
// each depth is a process that ended in the very moment of taking over
const maxDepth = 3

const held = (holder?: Holder): Held => ({ _tag: "Held", pid: holder?.pid, host: holder?.host })

const digest = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 16)

/**
 * Runs `use` as the only one who may change what becomes of one lock: its holder, or one who wants to take it over.
 */
const guarded = <A, E>(
  path: string,
  id: string,
  taker: Taker,
  depth: number,
  use: (guard: Taken) => Effect.Effect<A, E>
): Effect.Effect<A | undefined, E | LockFailure> =>
  Effect.scoped(
    Effect.flatMap(takeAt(`${path}.${digest(id)}`, taker, depth + 1), (guard) =>
      guard._tag === "Held" ? Effect.succeed(undefined) : use(guard)
    )
  )

const isFresh = ({ file, since }: Taken): Effect.Effect<boolean> =>
  Effect.map(moment, (now) => passedMillis(since, now) < file.taker.leaseMillis)

/**
 * Puts a lock in the place of one whose holder has ended. Only who holds the lock of that very lock may do so: of
 * several that find it one does, and no slower one takes the new lock for the old.
 */
export const replace = (
  { displace, path, taker }: Pick<Candidate, "displace" | "path" | "taker">,
  found: string,
  depth: number
): Effect.Effect<boolean, LockFailure> =>
  Effect.map(
    guarded(
      path,
      holderOf(found)?.id ?? found,
      taker,
      depth,
      Effect.fnUntraced(function* (guard) {
        if ((yield* read(path)) !== found || !(yield* isFresh(guard))) return false
        yield* displace
        return true
      })
    ),
    (isReplaced) => isReplaced === true
  )

const contend = Effect.fnUntraced(function* (
  file: Candidate,
  depth: number
): Effect.fn.Return<Taken | Held, LockFailure> {
  const { path, taker } = file
  for (let turn = 0; turn < maxTurns; turn++) {
    const before = yield* moment
    if (yield* file.claim) return { _tag: "Taken", isTakeover: false, since: before, file }
    const found = yield* read(path)
    if (found === undefined) continue
    const holder = holderOf(found)
    if (holder === undefined) return held()
    if (isRemote(holder, taker.self)) {
      const seen = yield* watch(path, found, holder)
      if (seen === "renewed") return held(holder)
      if (seen === "changed") continue
    } else if (yield* Effect.promise(() => isAlive(holder))) return held(holder)
    const since = yield* moment
    if (yield* replace(file, found, depth)) return { _tag: "Taken", isTakeover: true, since, file }
  }
  return held()
})

// nothing of a lock that another took is removed
const released = (file: Candidate): Effect.Effect<void> =>
  Effect.ignore(Effect.flatMap(attempt(file.isAtPath), (isOurs) => (isOurs ? removed(file.path) : Effect.void)))

const takeAt = Effect.fnUntraced(function* (
  path: string,
  taker: Taker,
  depth: number
): Effect.fn.Return<Taken | Held, LockFailure, Scope.Scope> {
  if (depth > maxDepth) return held()
  const file = yield* Effect.acquireRelease(candidate(path, taker), (it) =>
    Effect.zipRight(it.isClaimed() ? released(it) : Effect.void, it.close)
  )
  const lock = yield* contend(file, depth)
  yield* lock._tag === "Taken" ? removed(file.temporary) : file.close
  return lock
})

/**
 * Takes the lock until the scope ends, also from a process that has ended. A holder that cannot be seen from here is
 * waited for until it shows that it lives or its lease is over.
 */
export const take = (path: string, taker: Taker): Effect.Effect<Taken | Held, LockFailure, Scope.Scope> =>
  takeAt(path, taker, 0)

/** Runs `use` while nobody may take this lock over; gives `undefined` when another is about to. */
export const guardedOwn = <A, E>(
  { id, path, taker }: LockFile,
  use: (guard: Taken) => Effect.Effect<A, E>
): Effect.Effect<A | undefined, E | LockFailure> => guarded(path, id, taker, 0, use)
