/** The server of the calls, in a process of its own. */
import { fork } from "node:child_process"
import { fileURLToPath } from "node:url"
import { messageOf } from "./rounds.js"

export const startServer = async () => {
  const child = fork(fileURLToPath(new URL("./server.js", import.meta.url)))
  const url = `http://127.0.0.1:${String(await messageOf(child))}`
  return {
    url,
    /** CPU time so far, in microseconds. */
    serverMicros: async (): Promise<number> => {
      const reply = messageOf(child)
      child.send("cpu")
      return Number(await reply)
    },
    stop: (): void => child.disconnect()
  }
}
