/** Loopback servers that know their sockets, so that a test waits for events and never for time. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Http from "node:http"
import * as Net from "node:net"
import * as Tls from "node:tls"
import { cert, key } from "./certificate.js"

export class Sockets {
  readonly open = new Set<Net.Socket>()
  opened = 0
  private waiting: Array<() => void> = []

  constructor(readonly server: Net.Server) {
    server.on("connection", (socket: Net.Socket) => {
      this.open.add(socket)
      this.opened++
      socket.on("error", () => {})
      socket.on("close", () => {
        this.open.delete(socket)
        if (this.open.size === 0) for (const wake of this.waiting.splice(0)) wake()
      })
    })
  }

  get port(): number {
    const address = this.server.address()
    return typeof address === "object" && address !== null ? address.port : 0
  }

  get base(): string {
    return `http://127.0.0.1:${this.port}`
  }

  /** Done when the server has no socket left. */
  get allClosed(): Effect.Effect<void> {
    return Effect.promise(() =>
      this.open.size === 0 ? Promise.resolve() : new Promise((wake) => this.waiting.push(wake))
    )
  }
}

export const listening = (server: Net.Server): Effect.Effect<Sockets, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.async<Sockets>((resume) => {
      const sockets = new Sockets(server)
      server.listen(0, "127.0.0.1", () => resume(Effect.succeed(sockets)))
    }),
    (sockets) =>
      Effect.async<void>((resume) => {
        server.close(() => resume(Effect.void))
        for (const socket of sockets.open) socket.destroy()
      })
  )

export const http = (handler: Http.RequestListener): Effect.Effect<Sockets, never, Scope.Scope> =>
  Effect.suspend(() => listening(Http.createServer({ keepAliveTimeout: 60_000 }, handler)))

/** `onRequest` is called once the head of a request is in. */
export const raw = (
  onRequest: (socket: Net.Socket, head: string) => void,
  onConnection: (socket: Net.Socket) => void = () => {}
): Effect.Effect<Sockets, never, Scope.Scope> =>
  Effect.suspend(() =>
    listening(
      Net.createServer((socket) => {
        let head = ""
        onConnection(socket)
        socket.on("data", (chunk) => {
          head += chunk.toString("latin1")
          if (!head.includes("\r\n\r\n")) return
          const whole = head
          head = ""
          onRequest(socket, whole)
        })
      })
    )
  )

/** A proxy that opens tunnels to this machine, and the heads and targets of its requests. */
export const tunnel = Effect.gen(function* () {
  const targets: Array<string> = []
  const heads: Array<string> = []
  const server = yield* raw((socket, head) => {
    const match = /^CONNECT ([^ ]+) /.exec(head)
    if (match === null) return
    const target = match[1] ?? ""
    heads.push(head)
    targets.push(target)
    const port = Number(target.slice(target.lastIndexOf(":") + 1))
    const upstream = Net.connect(port, "127.0.0.1", () => {
      socket.removeAllListeners("data")
      socket.write("HTTP/1.1 200 Connected\r\n\r\n")
      socket.pipe(upstream)
      upstream.pipe(socket)
    })
    upstream.on("error", () => socket.destroy())
    socket.on("close", () => upstream.destroy())
  })
  return { server, targets, heads }
})

export const tls = (
  options: Tls.TlsOptions,
  onRequest: (socket: Tls.TLSSocket) => void
): Effect.Effect<Sockets, never, Scope.Scope> =>
  Effect.suspend(() => {
    const server = Tls.createServer({ cert, key, ...options }, (socket) => {
      socket.on("error", () => {})
      socket.on("data", () => onRequest(socket))
    })
    return listening(server)
  })

/** Everything a request brought, as JSON. */
export const echo: Http.RequestListener = (request, response) => {
  const chunks: Array<Buffer> = []
  request.on("error", () => {})
  request.on("data", (chunk: Buffer) => chunks.push(chunk))
  request.on("end", () => {
    const body = Buffer.concat(chunks)
    response.setHeader("content-type", "application/json")
    response.end(
      JSON.stringify({
        method: request.method,
        url: request.url,
        headers: request.headers,
        body: body.toString("latin1")
      })
    )
  })
}
