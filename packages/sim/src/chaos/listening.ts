import * as Effect from "effect/Effect"
import type { Server } from "node:net"

/** Listens on a loopback address and gives the port. */
export const listening = (server: Server, host = "127.0.0.1", port = 0): Effect.Effect<number> =>
  Effect.async((resume) => {
    server.once("error", (error) => resume(Effect.die(error)))
    server.listen(port, host, () => {
      const address = server.address()
      resume(Effect.succeed(address !== null && typeof address === "object" ? address.port : 0))
    })
  })

export const closed = (server: Server): Effect.Effect<void> =>
  Effect.async((resume) => {
    server.close(() => resume(Effect.void))
  })
