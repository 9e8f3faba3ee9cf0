/**
 * The processes of the crash test: the server, and children that report their progress.
 */
import { type ChildProcess, fork } from "node:child_process"
import { setTimeout as pause } from "node:timers/promises"
import type { Executed, ChildMessage, ServerMessage } from "./messages.js"
import type { Trigger } from "./killPoints.js"

const patienceMillis = 60_000

const ended = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve()
    // after `close` everything it messages has been read
    else child.once("close", () => resolve())
  })

const within = async <A>(what: string, promise: Promise<A>): Promise<A> => {
  const over = new AbortController()
  const late = pause(patienceMillis, undefined, { signal: over.signal }).then(
    () => Promise.reject(new Error(`${what} took more than ${patienceMillis} ms`)),
    // it came in time
    () => promise
  )
  try {
    return await Promise.race([promise, late])
  } finally {
    over.abort()
  }
}

export interface Server {
  readonly url: string
  readonly executed: () => Promise<ReadonlyArray<Executed>>
  readonly stop: () => Promise<void>
}

export const serve = async (program: string): Promise<Server> => {
  const child = fork(program, [], { stdio: ["ignore", "ignore", "inherit", "ipc"] })
  const pending = new Map<number, (executed: ReadonlyArray<Executed>) => void>()
  let next = 0
  const url = new Promise<string>((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`the server ended with ${code}`)))
    child.on("message", (message: ServerMessage) => {
      if (message._tag === "Listening") return resolve(message.url)
      pending.get(message.id)?.(message.executed)
      pending.delete(message.id)
    })
  })
  const executed = () =>
    new Promise<ReadonlyArray<Executed>>((resolve) => {
      const id = next++
      pending.set(id, resolve)
      child.send(id)
    })
  const stop = async () => {
    const over = new Promise<void>((resolve) => void child.once("exit", () => resolve()))
    child.disconnect()
    await over
  }
  return {
    url: await within("the start of the server", url),
    executed: () => within("the server's response", executed()),
    stop
  }
}

export interface Child {
  /** All its messages, in order. */
  readonly messages: ReadonlyArray<ChildMessage>
  /** Waits for a trigger of this piece of work; false when the child ends before. */
  readonly reached: (trigger: Trigger, key: string) => Promise<boolean>
  /** Ends it with SIGKILL. */
  readonly kill: () => Promise<void>
  /** Asks it to end, with SIGTERM. */
  readonly terminate: () => void
  readonly ended: () => Promise<void>
}

export const start = (program: string, args: ReadonlyArray<string>): Child => {
  const child = fork(program, args, { stdio: ["ignore", "ignore", "inherit", "ipc"] })
  const messages: Array<ChildMessage> = []
  const waiting = new Set<() => void>()
  const wakeAll = () => waiting.forEach((wake) => wake())
  child.on("message", (message: ChildMessage) => {
    messages.push(message)
    wakeAll()
  })
  let isOver = false
  void ended(child).then(() => {
    isOver = true
    wakeAll()
  })
  const hasReached = (trigger: Trigger, key: string): boolean =>
    trigger === "start" || messages.some((it) => it._tag === trigger && (!("key" in it) || it.key === key))
  const reached = (trigger: Trigger, key: string): Promise<boolean> =>
    new Promise((resolve) => {
      const wake = () => {
        if (!hasReached(trigger, key) && !isOver) return
        waiting.delete(wake)
        resolve(hasReached(trigger, key))
      }
      waiting.add(wake)
      wake()
    })
  return {
    messages,
    reached: (trigger, key) => within(`${trigger} of ${key}`, reached(trigger, key)),
    kill: async () => {
      const over = ended(child)
      child.kill("SIGKILL")
      await over
    },
    terminate: () => void child.kill("SIGTERM"),
    ended: () => within("the end of the process", ended(child))
  }
}
