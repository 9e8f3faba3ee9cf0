/**
 * One process at a time: a file next to the ledger that says which process has it open.
 */
import * as Predicate from "effect/Predicate"
import { createHash, randomUUID } from "node:crypto"
import * as Fs from "node:fs/promises"
import { codeOf } from "./errorCodes.js"

interface Holder {
  readonly pid: number
  /** When the process started, in ticks since the machine did: a process id may be used again, these two are not. */
  readonly started: string | undefined
}

/** Taken, or by whom it is held. */
export type Lock =
  | { readonly _tag: "Taken"; readonly release: () => Promise<void> }
  | { readonly _tag: "Held"; readonly pid: number | undefined }

// the names of a process may hold spaces and parentheses: its state is the first field after the last of these
const fieldsOf = (stat: string): ReadonlyArray<string> => stat.slice(stat.lastIndexOf(")") + 2).split(" ")
const stateField = 0
const startField = 19

const statOf = (pid: number): Promise<ReadonlyArray<string> | undefined> =>
  process.platform === "linux"
    ? Fs.readFile(`/proc/${pid}/stat`, "utf8").then(fieldsOf, () => undefined)
    : Promise.resolve(undefined)

const parsed = (text: string): Holder | undefined => {
  try {
    const holder: unknown = JSON.parse(text)
    if (!Predicate.hasProperty(holder, "pid") || !Predicate.isNumber(holder.pid)) return undefined
    const started = Predicate.hasProperty(holder, "started") ? holder.started : undefined
    return { pid: holder.pid, started: Predicate.isString(started) ? started : undefined }
  } catch {
    return undefined
  }
}

const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return codeOf(error) === "EPERM"
  }
}

const isAlive = async (holder: Holder): Promise<boolean> => {
  if (!isRunning(holder.pid)) return false
  const stat = await statOf(holder.pid)
  const state = stat?.[stateField]
  if (state === "Z" || state === "X") return false
  const started = stat?.[startField]
  return holder.started === undefined || started === undefined || holder.started === started
}

const missing = (error: unknown): undefined => {
  if (codeOf(error) === "ENOENT") return undefined
  throw error
}

const unlinkable: ReadonlySet<string> = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"])

/** Gives a file that is complete its name in one step, if nothing has it. */
const claim = async (complete: string, path: string, text: string): Promise<boolean> => {
  try {
    await Fs.link(complete, path)
    return true
  } catch (error) {
    const code = codeOf(error)
    if (code === "EEXIST") return false
    if (!unlinkable.has(code)) throw error
  }
  return Fs.writeFile(path, text, { flag: "wx", mode: 0o600 }).then(
    () => true,
    (error: unknown) => {
      if (codeOf(error) === "EEXIST") return false
      throw error
    }
  )
}

const maxTurns = 4
// each depth is a process that ended in the very moment of taking over
const maxDepth = 3

const held = (pid?: number): Lock => ({ _tag: "Held", pid })

const digest = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 16)

/**
 * Puts our lock in the place of one whose holder has ended. Only who holds the lock of that very lock may do so: of
 * several that find it one does, and no slower one takes the new lock for the old.
 */
export const replace = async (path: string, found: string, temporary: string, depth: number): Promise<boolean> => {
  const guard = await takeAt(`${path}.${digest(found)}`, depth + 1)
  if (guard._tag === "Held") return false
  try {
    if ((await Fs.readFile(path, "utf8").catch(missing)) !== found) return false
    await Fs.rename(temporary, path)
    return true
  } finally {
    await guard.release()
  }
}

const takeAt = async (path: string, depth: number): Promise<Lock> => {
  if (depth > maxDepth) return held()
  const started = (await statOf(process.pid))?.[startField]
  const id = randomUUID()
  const text = JSON.stringify({ pid: process.pid, started, id })
  const temporary = `${path}.${id}`
  const taken: Lock = { _tag: "Taken", release: () => release(path, text) }
  await Fs.writeFile(temporary, text, { flag: "wx", mode: 0o600 })
  try {
    for (let turn = 0; turn < maxTurns; turn++) {
      if (await claim(temporary, path, text)) return taken
      const found = await Fs.readFile(path, "utf8").catch(missing)
      if (found === undefined) continue
      const holder = parsed(found)
      if (holder === undefined || (await isAlive(holder))) return held(holder?.pid)
      if (await replace(path, found, temporary, depth)) return taken
    }
    return held()
  } finally {
    await Fs.rm(temporary, { force: true })
  }
}

/** Takes the lock, also from a process that has ended. */
export const take = (path: string): Promise<Lock> => takeAt(path, 0)

const release = async (path: string, text: string): Promise<void> => {
  const found = await Fs.readFile(path, "utf8").catch(() => undefined)
  if (found === text) await Fs.rm(path, { force: true }).catch(() => undefined)
}
