import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { createServer, type Socket } from "node:net"
import { messageLength, responseBytes } from "../chaos/framing.js"
import { closed, listening } from "../chaos/listening.js"
import type { Operation } from "./operation.js"
import { catalog } from "./operations.js"
import type { Oddity } from "./rows.js"

export interface OddServer {
  readonly url: string
  /** How often the operation's request was carried out. */
  readonly executions: () => number
  readonly open: () => number
}

/** A server that meets the requests of one operation with one oddity, and all others as it should. */
export const oddServer = (
  oddity: Oddity,
  operation: Operation,
  marker: string
): Effect.Effect<OddServer, never, Scope.Scope> =>
  Effect.gen(function* () {
    const sockets = new Set<Socket>()
    let executions = 0
    const serve = operation.serve?.(marker)
    const handle = (socket: Socket, text: string): void => {
      if (serve !== undefined) {
        const { afterMillis = 0, bytes, executes = false } = serve(text)
        if (executes) executions++
        return void setTimeout(() => socket.write(bytes), afterMillis)
      }
      const line = text.slice(0, text.indexOf(" HTTP/1.1"))
      if (!operation.target.test(line)) return void socket.write(responseBytes(200, JSON.stringify(catalog)))
      if (oddity.isRefusal !== true) executions++
      oddity.respond?.(socket, operation.content(marker))
    }
    const server = createServer((socket) => {
      sockets.add(socket)
      socket.on("error", () => undefined)
      socket.on("close", () => sockets.delete(socket))
      let bytes: Buffer = Buffer.alloc(0)
      socket.on("data", (chunk) => {
        if (oddity.secure !== undefined) return oddity.secure(socket)
        bytes = Buffer.concat([bytes, chunk])
        for (let length = messageLength(bytes); length !== undefined; length = messageLength(bytes)) {
          const message = bytes.toString("latin1", 0, length)
          bytes = bytes.subarray(length)
          handle(socket, message)
        }
      })
    })
    const port = yield* Effect.acquireRelease(listening(server), () =>
      Effect.suspend(() => {
        for (const socket of sockets) socket.destroy()
        return closed(server)
      })
    )
    return {
      url: `${oddity.secure === undefined ? "http" : "https"}://127.0.0.1:${port}`,
      executions: () => executions,
      open: () => sockets.size
    }
  })
