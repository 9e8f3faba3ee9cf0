/**
 * A process of the kill run, as the process that started it sees it.
 */
import { fork } from "node:child_process"
import { setTimeout as pause } from "node:timers/promises"

export interface Process<Message, Command = never> {
  readonly pid: number
  readonly messages: ReadonlyArray<Message>
  readonly isOver: () => boolean
  readonly tell: (command: Command) => void
  /** Waits until a look at all messages gives something. Fails after some time, and when the process ends. */
  readonly until: <A>(
    what: string,
    look: (messages: ReadonlyArray<Message>) => A | undefined,
    patienceMillis?: number
  ) => Promise<A>
  readonly signal: (name: "SIGKILL" | "SIGSTOP" | "SIGCONT" | "SIGTERM") => void
  /** Sends a signal and waits for the end. */
  readonly end: (name: "SIGKILL" | "SIGTERM") => Promise<void>
}

const usualPatienceMillis = 60_000

export const start = <Message, Command = never>(
  program: string,
  args: ReadonlyArray<string>,
  env: Readonly<Record<string, string>> = {}
): Process<Message, Command> => {
  const child = fork(program, args, { stdio: ["ignore", "ignore", "inherit", "ipc"], env: { ...process.env, ...env } })
  const messages: Array<Message> = []
  const waiting = new Set<() => void>()
  const wakeAll = (): void => waiting.forEach((wake) => wake())
  let over = false
  child.on("message", (message: Message) => {
    messages.push(message)
    wakeAll()
  })
  const closing = new Promise<void>((resolve) =>
    child.once("close", () => {
      over = true
      wakeAll()
      resolve()
    })
  )
  const until = <A>(
    what: string,
    look: (all: ReadonlyArray<Message>) => A | undefined,
    patienceMillis = usualPatienceMillis
  ): Promise<A> => {
    const patience = new AbortController()
    return new Promise<A>((resolve, reject) => {
      const finish = (act: () => void): void => {
        waiting.delete(wake)
        patience.abort()
        act()
      }
      const wake = (): void => {
        const found = look(messages)
        if (found !== undefined) finish(() => resolve(found))
        else if (over) finish(() => reject(new Error(`process ${child.pid} ended before ${what}`)))
      }
      waiting.add(wake)
      void pause(patienceMillis, undefined, { signal: patience.signal }).then(
        () => finish(() => reject(new Error(`${what} took more than ${patienceMillis} ms`))),
        () => undefined
      )
      wake()
    })
  }
  return {
    pid: child.pid ?? 0,
    messages,
    isOver: () => over,
    tell: (command) => void child.send(Object(command)),
    until,
    signal: (name) => void child.kill(name),
    end: (name) => {
      child.kill(name)
      return closing
    }
  }
}
