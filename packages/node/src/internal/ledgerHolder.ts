/**
 * What a lock says of the process that holds it, and whether another process can tell that it has ended.
 */
import * as Predicate from "effect/Predicate"
import * as Fs from "node:fs/promises"
import * as Os from "node:os"
import { codeOf } from "./errorCodes.js"

/** A process, and where its id means something. */
export interface Identity {
  readonly pid: number
  /** When the process started, in ticks since the machine did: a process id may be used again, these two are not. */
  readonly started: string | undefined
  readonly host: string
  /** Of one start of the machine; `undefined` where the system has no such id. */
  readonly boot: string | undefined
  /** Of the process ids; `undefined` where the system has no such namespaces. */
  readonly pidNamespace: string | undefined
  /** Whether a process of the same host, boot and namespace can see it. */
  readonly isVisible: boolean
}

/** What a lock says. One without a lease is of an earlier release, which knew `pid` and `started` alone. */
export interface Holder {
  readonly pid: number
  readonly started: string | undefined
  readonly host: string | undefined
  readonly boot: string | undefined
  readonly pidNamespace: string | undefined
  readonly isVisible: boolean
  readonly id: string | undefined
  readonly leaseMillis: number | undefined
}

// the names of a process may hold spaces and parentheses: its state is the first field after the last of these
const fieldsOf = (stat: string): ReadonlyArray<string> => stat.slice(stat.lastIndexOf(")") + 2).split(" ")
const stateField = 0
const startField = 19

const textOf = (path: string): Promise<string | undefined> => Fs.readFile(path, "utf8").catch(() => undefined)

const isLinux = process.platform === "linux"

const statOf = async (pid: number | "self"): Promise<string | undefined> =>
  isLinux ? textOf(`/proc/${pid}/stat`) : undefined

/** This process. */
export const identity = async (): Promise<Identity> => {
  const own = { pid: process.pid, host: Os.hostname() }
  if (!isLinux) return { ...own, started: undefined, boot: undefined, pidNamespace: undefined, isVisible: true }
  const stat = await statOf("self")
  const boot = (await textOf("/proc/sys/kernel/random/boot_id"))?.trim()
  const pidNamespace = await Fs.readlink("/proc/self/ns/pid").catch(() => undefined)
  // a /proc of another namespace counts processes by other numbers
  const isOwnProc = stat?.startsWith(`${process.pid} `) === true
  return {
    ...own,
    started: stat === undefined || !isOwnProc ? undefined : fieldsOf(stat)[startField],
    boot,
    pidNamespace,
    isVisible: isOwnProc && boot !== undefined && pidNamespace !== undefined
  }
}

/** The length of all beats, so that a lock is written anew over itself. */
const beatDigits = 12

/** The text of a lock, which changes with each beat and keeps its length. */
export const textOfLock = (self: Identity, id: string, leaseMillis: number, beat: number): string =>
  JSON.stringify({ ...self, id, leaseMillis, beat: String(beat).padStart(beatDigits, "0") })

const stringIn = (holder: object, name: string): string | undefined => {
  const value = Predicate.hasProperty(holder, name) ? holder[name] : undefined
  return Predicate.isString(value) ? value : undefined
}

const minLeaseMillis = 1_000
const maxLeaseMillis = 3_600_000

export const isLease = (millis: unknown): millis is number =>
  Predicate.isNumber(millis) && millis >= minLeaseMillis && millis <= maxLeaseMillis

/** Reads the text of a lock; `undefined` when it is none. */
export const holderOf = (text: string): Holder | undefined => {
  let holder: unknown
  try {
    holder = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!Predicate.hasProperty(holder, "pid") || !Predicate.isNumber(holder.pid)) return undefined
  const leaseMillis = Predicate.hasProperty(holder, "leaseMillis") ? holder.leaseMillis : undefined
  if (leaseMillis !== undefined && !isLease(leaseMillis)) return undefined
  return {
    pid: holder.pid,
    started: stringIn(holder, "started"),
    id: stringIn(holder, "id"),
    host: stringIn(holder, "host"),
    boot: stringIn(holder, "boot"),
    pidNamespace: stringIn(holder, "pidNamespace"),
    isVisible: Predicate.hasProperty(holder, "isVisible") && holder.isVisible === true,
    leaseMillis
  }
}

/** A holder that only its lease says something of. */
export type Remote = Holder & { readonly leaseMillis: number }

/** Whether the process ids of a holder mean nothing here: another host, another boot, another namespace. */
export const isRemote = (holder: Holder, self: Identity): holder is Remote =>
  holder.leaseMillis !== undefined &&
  !(
    holder.isVisible &&
    self.isVisible &&
    holder.host === self.host &&
    holder.boot === self.boot &&
    holder.pidNamespace === self.pidNamespace
  )

const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return codeOf(error) === "EPERM"
  }
}

/** Whether a holder whose process id means something here is still running. */
export const isAlive = async (holder: Holder): Promise<boolean> => {
  if (!isRunning(holder.pid)) return false
  const text = await statOf(holder.pid)
  const stat = text === undefined ? undefined : fieldsOf(text)
  const state = stat?.[stateField]
  // it has ended, and its parent has not asked for its end
  if (state === "Z" || state === "X") return false
  const started = stat?.[startField]
  return holder.started === undefined || started === undefined || holder.started === started
}
