/**
 * One process at a time: a file beside the ledger that says who has it open.
 */
import * as Predicate from "effect/Predicate"
import { randomUUID } from "node:crypto"
import * as Fs from "node:fs/promises"
import { codeOf } from "./codes.js"

interface Holder {
  readonly pid: number
  /** When the process began, in ticks since the machine did: a process id is given anew, these two are not. */
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

const answers = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return codeOf(error) === "EPERM"
  }
}

const isAlive = async (holder: Holder): Promise<boolean> => {
  if (!answers(holder.pid)) return false
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

/** Takes the lock, also from a process that has ended. */
export const take = async (path: string): Promise<Lock> => {
  const started = (await statOf(process.pid))?.[startField]
  const id = randomUUID()
  const text = JSON.stringify({ pid: process.pid, started, id })
  const beside = `${path}.${id}`
  const aside = `${beside}.stale`
  await Fs.writeFile(beside, text, { flag: "wx", mode: 0o600 })
  try {
    for (let turn = 0; turn < maxTurns; turn++) {
      if (await claim(beside, path, text)) return { _tag: "Taken", release: () => release(path, text) }
      const found = await Fs.readFile(path, "utf8").catch(missing)
      if (found === undefined) continue
      const holder = parsed(found)
      if (holder === undefined || (await isAlive(holder))) return { _tag: "Held", pid: holder?.pid }
      // of several that find it, one moves it; what was moved must be what was found, and not the lock of a quicker one
      const moved = await Fs.rename(path, aside).then(() => Fs.readFile(aside, "utf8"), missing)
      if (moved !== undefined && moved !== found) {
        await Fs.link(aside, path).catch(() => undefined)
        return { _tag: "Held", pid: parsed(moved)?.pid }
      }
    }
    return { _tag: "Held", pid: undefined }
  } finally {
    await Fs.rm(beside, { force: true })
    await Fs.rm(aside, { force: true })
  }
}

const release = async (path: string, text: string): Promise<void> => {
  const found = await Fs.readFile(path, "utf8").catch(() => undefined)
  if (found === text) await Fs.rm(path, { force: true }).catch(() => undefined)
}
