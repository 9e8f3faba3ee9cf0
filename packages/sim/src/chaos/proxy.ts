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

/** One request that a fault is for, and the means to answer it. */
export interface Exchange {
  readonly client: Socket
  /** What was received of the request: all of it, or as much as the fault waits for. */
  readonly request: Buffer
  /** Sends the request on and gives the whole answer, byte for byte. */
  readonly forward: () => Promise<Buffer>
  /** Sends only so much of it on, then breaks off. */
  readonly forwardPart: (bytes: number) => void
  /** The client has its answer, and the connection may be used again. */
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
  /** From here on the fault is in force; connections that are not used are closed where it is about new ones. */
  readonly arm: Effect.Effect<void>
  /** How many requests have come, complete or not. */
  readonly requests: () => number
  /** How many of them were of the kind that the fault is for. */
  readonly matching: () => number
  /** Ends the fault; false where it leaves nothing that a later call could meet. */
  readonly disarm: () => boolean
  readonly applied: () => number
  /** Connections in the middle of an exchange. */
  readonly busy: () => number
  readonly open: () => number
}

interface Connection {
  readonly socket: Socket
  /** What is spoken over: TLS, or the socket itself. */
  stream: Socket
  busy: boolean
}

const quietly = <S extends Socket>(socket: S): S => socket.on("error", () => undefined)

const exchangeWith = (port: number, request: Buffer): Promise<Buffer> =>
  new Promise((resolve) => {
    const upstream = quietly(connect(port, "127.0.0.1"))
    let answer: Buffer = Buffer.alloc(0)
    upstream.on("data", (bytes) => {
      answer = Buffer.concat([answer, bytes])
      if (messageLength(answer) !== undefined) upstream.destroy()
    })
    upstream.on("close", () => resolve(answer))
    upstream.write(request)
  })

const withoutCell = (path: string): string => path.replace(/^(\S+) \/c\d+/, "$1 ")

/** The handshake of a real server, for faults in the middle of one. */
export const handshakes: Effect.Effect<number, never, Scope.Scope> = Effect.acquireRelease(
  Effect.sync(() => createTlsServer({ key, cert }, (socket) => quietly(socket)).on("tlsClientError", () => undefined)),
  closed
).pipe(Effect.flatMap((server) => listening(server)))

export const proxy = (plan: CellSetup): Effect.Effect<Proxy, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { draw, operation, fault } = plan
    const lines = new Set<Connection>()
    const seen = { applied: 0, matching: 0, requests: 0, isArmed: false }
    let port = 0
    let back: NodeJS.Timeout | undefined

    const isHit = (): boolean => {
      if (!seen.isArmed || seen.applied >= plan.hits) return false
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
      if (plan.hits === 1) back = setTimeout(() => server.listen(port, plan.host), 15)
    }

    const decide = (request: string): boolean => {
      const isTarget = operation.target.test(request) && seen.matching++ >= (operation.skip ?? 0)
      if (operation.preceding?.test(request) === true && (fault.accept !== undefined || fault.refuses === true)) arm()
      return isTarget && fault.apply !== undefined && isHit()
    }

    const serve = (line: Connection): void => {
      const client = line.stream
      let received: Buffer = Buffer.alloc(0)
      let isHitHere: boolean | undefined
      let isActing = false
      const finish = (): void => {
        isActing = false
        isHitHere = undefined
        line.busy = false
        advance()
      }
      const advance = (): void => {
        const end = received.indexOf("\r\n")
        if (isActing || end < 0) return
        line.busy = true
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
          forward: () => exchangeWith(plan.originPort, request),
          forwardPart: (bytes) => {
            const upstream = quietly(connect(plan.originPort, "127.0.0.1"))
            upstream.write(request.subarray(0, bytes), () => upstream.destroy())
          },
          done: finish
        }
        if (isHitHere) return fault.apply?.(exchange, draw, plan)
        void exchange.forward().then((answer) => {
          client.write(answer)
          finish()
        })
      }
      client.on("data", (bytes) => {
        received = Buffer.concat([received, bytes])
        advance()
      })
    }

    const server = createServer((socket) => {
      const line: Connection = { socket: quietly(socket), stream: socket, busy: false }
      lines.add(line)
      socket.on("close", () => lines.delete(line))
      if (fault.accept !== undefined && isHit()) return fault.accept(socket, draw, plan)
      if (fault.isSecure === true) line.stream = quietly(new TLSSocket(socket, { isServer: true, key, cert }))
      serve(line)
    })
    server.on("error", () => undefined)
    port = yield* Effect.acquireRelease(listening(server, plan.host), () =>
      Effect.async<void>((resume) => {
        clearTimeout(back)
        for (const { socket } of lines) socket.destroy()
        if (!server.listening) return resume(Effect.void)
        server.close(() => resume(Effect.void))
      })
    )
    const closeIdle = Effect.gen(function* () {
      for (const { busy, stream: talk } of lines) if (!busy) talk.end()
      for (let n = 0; n < 500 && lines.size > 0; n++) yield* Effect.sleep("2 millis")
    })
    return {
      url: `${fault.isSecure === true ? "https" : "http"}://${plan.host}:${port}`,
      arm: Effect.gen(function* () {
        if (fault.idle !== undefined) {
          seen.isArmed = true
          seen.applied++
          for (const { socket } of lines) fault.idle(socket)
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
      busy: () => [...lines].filter(({ busy }) => busy).length,
      open: () => lines.size
    }
  })
