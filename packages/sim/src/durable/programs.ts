/**
 * The programs of the run, and the processes that run them.
 */
import type {
  ClientCommand,
  ClientMessage,
  Executed,
  Row,
  RunnerMessage,
  ServerCommand,
  ServerMessage,
  Window
} from "./messages.js"
import { type Process, start } from "./process.js"

/** The paths of the programs. */
export interface Programs {
  readonly server: string
  readonly runner: string
  readonly client: string
  readonly sqlite: string
}

export type Runner = Process<RunnerMessage>

let next = 0

/** The server, and what it says. */
export const startServer = async (program: string, windowMillis: number, jobMillis: number) => {
  const process = start<ServerMessage, ServerCommand>(program, [windowMillis, windowMillis, jobMillis].map(String))
  const url = await process.until("the server listens", (all) => {
    const first = all[0]
    return first?._tag === "Listening" ? first.url : undefined
  })
  return {
    url,
    /** The first submit from now on that stands in a window, of somebody who is meant. */
    nextSubmit: (window: Window, isMeant: (by: string) => boolean) => {
      const from = process.messages.length
      return process.until(`a submit waits ${window} its work`, (all) => {
        for (let at = from; at < all.length; at++) {
          const it = all[at]
          if (it?._tag === "Submit" && it.window === window && isMeant(it.by)) return it.by
        }
        return undefined
      })
    },
    hold: () => process.tell({ _tag: "Hold" }),
    release: () => process.tell({ _tag: "Release" }),
    state: () => {
      const id = next++
      process.tell({ _tag: "State", id })
      return process.until<{
        readonly executed: ReadonlyArray<Executed>
        readonly worstSecond: number
        readonly requests: number
      }>("the state of the server", (all) => all.flatMap((it) => (it._tag === "State" && it.id === id ? [it] : []))[0])
    },
    end: () => process.end("SIGTERM")
  }
}

// it may have ten thousand keys to submit and to watch
const clientPatienceMillis = 600_000

/** A process that submits and watches. */
export const startClient = async (
  program: string,
  args: ReadonlyArray<string>,
  env: Readonly<Record<string, string>>
) => {
  const process = start<ClientMessage, ClientCommand>(program, args, env)
  const answer = <A>(what: string, id: number, look: (message: ClientMessage) => A | undefined): Promise<A> =>
    process.until(
      what,
      (all) => {
        for (let at = all.length - 1; at >= 0; at--) {
          const it = all[at]
          if (it !== undefined && "id" in it && it.id === id) return look(it)
        }
        return undefined
      },
      clientPatienceMillis
    )
  await process.until("the client is ready", (all) => all.find(({ _tag }) => _tag === "Ready"))
  return {
    process,
    submit: (keys: ReadonlyArray<string>) => {
      const id = next++
      process.tell({ _tag: "Submit", id, keys })
      return answer("the submits are written", id, ({ _tag }) => _tag)
    },
    rows: () => {
      const id = next++
      process.tell({ _tag: "Rows", id })
      return answer<ReadonlyArray<Row>>("the rows are read", id, (it) => (it._tag === "Rows" ? it.rows : undefined))
    },
    counts: () => {
      const id = next++
      process.tell({ _tag: "Counts", id })
      return answer("the rows are counted", id, (it) => (it._tag === "Counts" ? it : undefined))
    },
    /** How the watches ended, by key. */
    ends: (): ReadonlyMap<string, ReadonlyArray<string>> => {
      const ends = new Map<string, ReadonlyArray<string>>()
      for (const it of process.messages) {
        if (it._tag === "Ended") ends.set(it.key, [...(ends.get(it.key) ?? []), it.how])
      }
      return ends
    }
  }
}

export type Client = Awaited<ReturnType<typeof startClient>>

/** What a process reported that it broke on. */
export const failuresOf = ({ messages, pid }: Process<RunnerMessage | ClientMessage, never>): ReadonlyArray<string> =>
  messages.flatMap((it) => (it._tag === "Failed" ? [`process ${pid} failed: ${it.reason}`] : []))

const stalledMillis = 60_000

/** Waits until no row is open any more; false once nothing has changed for a minute. */
export const settled = async (client: Client, pause: (millis: number) => Promise<unknown>): Promise<boolean> => {
  let least = Infinity
  let since = performance.now()
  while (true) {
    const { open } = await client.counts()
    if (open === 0) return true
    if (open < least) since = performance.now()
    least = Math.min(least, open)
    if (performance.now() - since > stalledMillis) return false
    await pause(500)
  }
}
