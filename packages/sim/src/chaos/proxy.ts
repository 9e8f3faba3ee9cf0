import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { connect, createServer, type Socket } from "node:net"
import { createServer as createTlsServer, TLSSocket } from "node:tls"
import { cert, key } from "./certificate.js"
import type { Draw } from "./draw.js"
import { messageLength } from "./framing.js"
import { closed, listening } from "./listening.js"
import type { Operation } from "./operations.js"
import type { SocketFault } from "./socketFaults.js"

/** One request that meets a fault, and the means to respond to it. */
export interface Exchange {
  readonly client: Socket
  /** What was received of the request: all of it, or as much as the fault waits for. */
  readonly request: Buffer
  /** Forwards the request and returns the whole response, byte for byte. */
  readonly forward: () => Promise<Buffer>
  /** Forwards only so many bytes, then ends. */
  readonly forwardPart: (bytes: number) => void
  /** The client has its response, and the connection may be used again. */
  readonly done: () => void
}

export interface CellSetup {
  readonly fault: SocketFault
  readonly operation: Operation
  readonly draw: Draw
  /** How many attempts meet the fault. */
  readonly hits: number
  readonly originPort: number
  readonly forbiddenUrl: string
  readonly handshakePort: number
  readonly host: string
}

export interface Proxy {
  readonly url: string
  /** Starts the fault. Idle connections are closed when the fault is about new ones. */
  readonly arm: Effect.Effect<void>
  /** How many requests have arrived, complete or not. */
  readonly requests: () => number
  /** How many of them were of the kind that the fault is for. */
  readonly matching: () => number
  /** Ends the fault; false when no later call can be made over this proxy. */
  readonly disarm: () => boolean
  readonly applied: () => number
  /** Connections in the middle of an exchange. */
  readonly busy: () => number
  readonly open: () => number
}

interface Connection {
  readonly socket: Socket
  /** TLS, or the socket itself. */
  stream: Socket
  busy: boolean
}

const withoutErrors = <S extends Socket>(socket: S): S => socket.on("error", () => undefined)

const exchangeWith = (port: number, request: Buffer): Promise<Buffer> =>
  new Promise((resolve) => {
    const upstream = withoutErrors(connect(port, "127.0.0.1"))
    let response: Buffer = Buffer.alloc(0)
    upstream.on("data", (bytes) => {
      response = Buffer.concat([response, bytes])
      if (messageLength(response) !== undefined) upstream.destroy()
    })
    upstream.on("close", () => resolve(response))
    upstream.write(request)
  })

const withoutCell = (path: string): string => path.replace(/^(\S+) \/c\d+/, "$1 ")

/** The handshake of a real server, for faults in the middle of one. */
export const handshakes: Effect.Effect<number, never, Scope.Scope> = Effect.acquireRelease(
  Effect.sync(() =>
    createTlsServer({ key, cert }, (socket) => withoutErrors(socket)).on("tlsClientError", () => undefined)
  ),
  closed
).pipe(Effect.flatMap((server) => listening(server)))

export const proxy = (setup: CellSetup): Effect.Effect<Proxy, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { draw, operation, fault } = setup
    const connections = new Set<Connection>()
    const seen = { applied: 0, matching: 0, requests: 0, isArmed: false }
    let port = 0
    let back: NodeJS.Timeout | undefined

    const isHit = (): boolean => {
      if (!seen.isArmed || seen.applied >= setup.hits) return false
      seen.applied++
      return true
    }
    const arm = (): void => {
      if (seen.isArmed) return
      seen.isArmed = true
      if (fault.refuses !== true) return
      seen.applied++
      // the listener goes away, and comes back
      server.close()
      if (setup.hits === 1) back = setTimeout(() => server.listen(port, setup.host), 15)
    }

    const decide = (request: string): boolean => {
      const isTarget = operation.target.test(request) && seen.matching++ >= (operation.skip ?? 0)
      if (operation.preceding?.test(request) === true && (fault.accept !== undefined || fault.refuses === true)) arm()
      return isTarget && fault.apply !== undefined && isHit()
    }

    const serve = (connection: Connection): void => {
      const client = connection.stream
      let received: Buffer = Buffer.alloc(0)
      let isHitHere: boolean | undefined
      let isActing = false
      const finish = (): void => {
        isActing = false
        isHitHere = undefined
        connection.busy = false
        advance()
      }
      const advance = (): void => {
        const end = received.indexOf("\r\n")
        if (isActing || end < 0) return
        connection.busy = true
        if (isHitHere === undefined) {
          seen.requests++
          isHitHere = decide(withoutCell(received.toString("latin1", 0, end)))
        }
        const at = isHitHere ? fault.at?.(draw) : undefined
        const whole = messageLength(received)
        if (whole === undefined && !(at !== undefined && received.length >= at)) return
        const request = received.subarray(0, whole ?? received.length)
        received = received.subarray(request.length)
        isActing = true
        const exchange: Exchange = {
          client,
          request,
          forward: () => exchangeWith(setup.originPort, request),
          forwardPart: (bytes) => {
            const upstream = withoutErrors(connect(setup.originPort, "127.0.0.1"))
            upstream.write(request.subarray(0, bytes), () => upstream.destroy())
          },
          done: finish
        }
        if (isHitHere) return fault.apply?.(exchange, draw, setup)
        void exchange.forward().then((response) => {
          client.write(response)
          finish()
        })
      }
      client.on("data", (bytes) => {
        received = Buffer.concat([received, bytes])
        advance()
      })
    }

    const server = createServer((socket) => {
      const line: Connection = { socket: withoutErrors(socket), stream: socket, busy: false }
      connections.add(line)
      socket.on("close", () => connections.delete(line))
      if (fault.accept !== undefined && isHit()) return fault.accept(socket, draw, setup)
      if (fault.isSecure === true) line.stream = withoutErrors(new TLSSocket(socket, { isServer: true, key, cert }))
      serve(line)
    })
    server.on("error", () => undefined)
    port = yield* Effect.acquireRelease(listening(server, setup.host), () =>
      Effect.async<void>((resume) => {
        clearTimeout(back)
        for (const { socket } of connections) socket.destroy()
        if (!server.listening) return resume(Effect.void)
        server.close(() => resume(Effect.void))
      })
    )
    const closeIdle = Effect.gen(function* () {
      for (const { busy, stream: talk } of connections) if (!busy) talk.end()
      for (let n = 0; n < 500 && connections.size > 0; n++) yield* Effect.sleep("2 millis")
    })
    return {
      url: `${fault.isSecure === true ? "https" : "http"}://${setup.host}:${port}`,
      arm: Effect.gen(function* () {
        if (fault.idle !== undefined) {
          seen.isArmed = true
          seen.applied++
          for (const { socket } of connections) fault.idle(socket)
          return
        }
        if (fault.apply === undefined) {
          yield* closeIdle
          if (operation.preceding !== undefined) return
        }
        arm()
      }),
      requests: () => seen.requests,
      matching: () => seen.matching,
      disarm: () => {
        seen.isArmed = false
        return fault.apply !== undefined
      },
      applied: () => seen.applied,
      busy: () => [...connections].filter(({ busy }) => busy).length,
      open: () => connections.size
    }
  })
