/**
 * A raw loopback server. It reads a whole request, counts it, and drops the first one of each call without a response;
 * all that comes after is answered.
 */
import { createServer, type Server, type Socket } from "node:net"
import { callKey, drops, methods, transportNames } from "../runtimes/plan.js"

/** One request of a call, by how many requests its connection had carried, itself included. */
export interface Arrival {
  readonly onConnection: number
}

interface Request {
  readonly method: string
  readonly path: string
  readonly body: string
}

const headEnd = "\r\n\r\n"
const lastChunk = "0\r\n\r\n"
const headers = ["origin", "methods", "headers"].map((name) => `access-control-allow-${name}: *\r\n`).join("")
// a browser asks for its icon, and a page must not be kept
const responseTo = (body: string, type: string): string =>
  `HTTP/1.1 200 OK\r\ncontent-type: ${type}\r\ncontent-length: ${Buffer.byteLength(body)}\r\ncache-control: no-store\r\n${headers}\r\n${body}`

/** The first request in the bytes, and what follows it. */
const parse = (text: string): { readonly request: Request; readonly rest: string } | undefined => {
  const end = text.indexOf(headEnd)
  if (end < 0) return undefined
  const [first = "", ...lines] = text.slice(0, end).split("\r\n")
  const [method = "", path = ""] = first.split(" ")
  const start = end + headEnd.length
  const value = (name: string): string | undefined =>
    lines
      .find((line) => line.toLowerCase().startsWith(`${name}:`))
      ?.slice(name.length + 1)
      .trim()
  if (value("transfer-encoding") === "chunked") {
    const last = text.indexOf(lastChunk, start)
    return last < 0 ? undefined : { request: { method, path, body: "" }, rest: text.slice(last + lastChunk.length) }
  }
  const length = Number(value("content-length") ?? 0)
  if (text.length < start + length) return undefined
  return { request: { method, path, body: text.slice(start, start + length) }, rest: text.slice(start + length) }
}

/** The call a path belongs to: `/TRANSPORT/DROP/...`. */
const callOf = ({ method, path }: Request) => {
  const [, first, second] = path.split("/")
  const transport = transportNames.find((name) => name === first)
  const drop = drops.find((name) => name === second)
  const known = methods.find((name) => name === method)
  return transport === undefined || drop === undefined || known === undefined
    ? undefined
    : { drop, key: callKey(transport, drop, known) }
}

export class RawServer {
  /** The requests of each call. */
  readonly arrivals = new Map<string, Array<Arrival>>()
  /** What a program posted to `/report`. */
  readonly report: Promise<string>
  private reported: (body: string) => void = () => {}
  private readonly sockets = new Set<Socket>()
  private readonly server: Server
  /** The content of other paths, for a browser. */
  readonly files = new Map<string, { readonly type: string; readonly body: string }>()

  private constructor() {
    this.report = new Promise((resolve) => {
      this.reported = resolve
    })
    this.server = createServer((socket) => this.serve(socket))
  }

  static async open(): Promise<RawServer> {
    const server = new RawServer()
    await new Promise<void>((resolve, reject) => {
      server.server.once("error", reject)
      server.server.listen(0, "127.0.0.1", resolve)
    })
    return server
  }

  get url(): string {
    const address = this.server.address()
    return `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`
  }

  close(): void {
    this.server.close()
    for (const socket of this.sockets) socket.destroy()
  }

  private serve(socket: Socket): void {
    let text = ""
    let onConnection = 0
    this.sockets.add(socket)
    socket.once("close", () => this.sockets.delete(socket))
    socket.on("error", () => {})
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1")
      for (let parsed = parse(text); parsed !== undefined; parsed = parse(text)) {
        text = parsed.rest
        if (!this.answer(socket, parsed.request, ++onConnection)) return
      }
    })
  }

  /** Whether the connection goes on. */
  private answer(socket: Socket, request: Request, onConnection: number): boolean {
    const call = callOf(request)
    if (call !== undefined) {
      const arrivals = this.arrivals.get(call.key) ?? []
      this.arrivals.set(call.key, [...arrivals, { onConnection }])
      if (arrivals.length === 0) {
        if (call.drop === "rst") socket.resetAndDestroy()
        else if (call.drop === "fin") socket.destroy()
        else this.close()
        return false
      }
    }
    if (request.method === "POST" && request.path === "/report") this.reported(request.body)
    const { body, type } = this.files.get(request.path) ?? { body: "{}", type: "application/json" }
    socket.write(responseTo(body, type))
    return true
  }
}
