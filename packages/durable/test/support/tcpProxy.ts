import * as Effect from "effect/Effect"
import { connect, createServer, type Socket } from "node:net"

/** A way to a server that can fall silent: it then passes nothing on, and says nothing of it. */
export const tcpProxy = Effect.fnUntraced(function* (port: number) {
  const sockets = new Set<Socket>()
  let isSilent = false
  const server = createServer((client) => {
    const upstream = connect(port, "127.0.0.1")
    for (const [from, to] of [
      [client, upstream],
      [upstream, client]
    ] as const) {
      sockets.add(from)
      from.on("data", (chunk) => void (isSilent || to.write(chunk)))
      from.on("error", () => to.destroy())
      from.on("close", () => {
        sockets.delete(from)
        to.destroy()
      })
    }
  })
  yield* Effect.acquireRelease(
    Effect.async<void>((resume) => void server.listen(0, "127.0.0.1", () => resume(Effect.void))),
    () =>
      Effect.sync(() => {
        server.close()
        for (const socket of sockets) socket.destroy()
      })
  )
  const address = server.address()
  return {
    port: address !== null && typeof address === "object" ? address.port : 0,
    silent: (value: boolean) =>
      Effect.sync(() => {
        isSilent = value
      }),
    connections: () => sockets.size / 2
  }
})
