/**
 * The connections of one dispatcher while they are being made: undici holds on to each until it is there or out of time.
 */
import type { Socket } from "node:net"
import * as Predicate from "effect/Predicate"
import { type buildConnector, Client, type Dispatcher, errors, Pool } from "undici/index.js"
import { withoutContinue } from "./continueHeads.js"
import { Exchange } from "./exchange.js"

type Connect = buildConnector.connector

/** What ends a connection that nobody wants any more. */
type GiveUp = () => void

/** Every connection of a dispatcher that is being made, and every one to a proxy: undici forgets those it tunnels through. */
export class Connections {
  readonly pending = new Set<GiveUp>()
  readonly tunnels = new Set<Socket>()

  /** Ends them. */
  close(): void {
    for (const giveUp of this.pending) giveUp()
    for (const socket of this.tunnels) socket.destroy()
  }

  /** A pool whose connections are known here. */
  pool(origin: string | URL, options: object, isOfProxy = false): Dispatcher {
    return new Pool(origin, {
      ...options,
      factory: (origin: URL, options: object) => this.client(origin, options, isOfProxy)
    })
  }

  private client(origin: URL, options: Client.Options, isOfProxy: boolean): Dispatcher {
    const connection = new Connection(this, isOfProxy)
    const { connect } = options
    return new PooledClient(
      origin,
      typeof connect === "function" ? { ...options, connect: connection.through(connect) } : options,
      connection
    )
  }
}

/** The connection of one client of undici's, which carries one exchange at a time. */
class Connection {
  /** The exchange that waits for it. */
  waiting: Exchange | undefined = undefined
  private giveUp: GiveUp | undefined = undefined
  /** No byte of the next response has come. */
  private isAtStart = false

  constructor(
    private readonly all: Connections,
    private readonly isOfProxy: boolean
  ) {}

  through(connect: Connect): Connect {
    return (options, done) => {
      const finish = (error: Error | null, socket?: Socket | null) => {
        if (!this.all.pending.delete(giveUp)) {
          // Given up already: whoever makes it, such as a proxy, hands it over too late.
          socket?.destroy()
          return
        }
        this.giveUp = undefined
        if (socket === null || socket === undefined) return done(error ?? new errors.RequestAbortedError(), null)
        this.joined(socket)
        done(null, socket)
      }
      let opening: unknown = undefined
      const giveUp = () => {
        const error = new errors.RequestAbortedError()
        if (Predicate.hasProperty(opening, "destroy") && typeof opening.destroy === "function") opening.destroy(error)
        finish(error, null)
      }
      this.all.pending.add(giveUp)
      this.giveUp = giveUp
      opening = connect(options, finish)
      // The exchange of a body that is a stream is connected a turn later.
      if (this.waiting?.isGivenUp === true) giveUp()
    }
  }

  /** Ends the connection that is being made for this exchange. */
  abandon(exchange: Exchange): void {
    if (this.waiting === exchange) this.giveUp?.()
  }

  /** A request is written: what comes next is the response to it. */
  started(): void {
    this.waiting = undefined
    this.isAtStart = true
  }

  private joined(socket: Socket): void {
    withoutContinue(socket, {
      isAtStart: () => this.isAtStart,
      passed: () => {
        this.isAtStart = false
      }
    })
    if (!this.isOfProxy) return
    this.all.tunnels.add(socket)
    socket.once("close", () => this.all.tunnels.delete(socket))
  }
}

class PooledClient extends Client {
  constructor(
    origin: URL,
    options: Client.Options,
    private readonly connection: Connection
  ) {
    super(origin, options)
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    if (handler instanceof Exchange) {
      handler.connection = this.connection
      this.connection.waiting = handler
    }
    return super.dispatch(options, handler)
  }
}
