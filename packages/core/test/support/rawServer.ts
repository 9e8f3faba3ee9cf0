import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { createServer, type Server, type Socket } from "node:net"

export interface Served {
  readonly method: string
  /** As it came, with its query. */
  readonly target: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface RawServer {
  readonly port: number
  readonly url: string
  /** Every request that was read to its end. */
  readonly requests: Array<Served>
  /** Ends when every connection that carried a request is closed; a client may open spare ones. */
  readonly quiet: Effect.Effect<void>
}

export type Act = (socket: Socket, request: Served) => void

const parse = (text: string): { readonly request: Served; readonly rest: string } | undefined => {
  const end = text.indexOf("\r\n\r\n")
  if (end < 0) return undefined
  const [first = "", ...lines] = text.slice(0, end).split("\r\n")
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 1).trim()])
  )
  const length = Number(headers["content-length"] ?? "0")
  const body = text.slice(end + 4, end + 4 + length)
  if (body.length < length) return undefined
  const [method = "", target = ""] = first.split(" ")
  return { request: { method, target, headers, body }, rest: text.slice(end + 4 + length) }
}

const listening = (server: Server): Effect.Effect<number> =>
  Effect.async((resume) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      resume(Effect.succeed(typeof address === "object" && address !== null ? address.port : 0))
    })
  })

/** A server that writes the given bytes for each request. */
export const rawServer = (act: Act, onBytes?: (socket: Socket) => void): Effect.Effect<RawServer, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.suspend(() => {
        const requests: Array<Served> = []
        const open = new Set<Socket>()
        const used = new Set<Socket>()
        const server = createServer((socket) => {
          open.add(socket)
          socket.on("close", () => open.delete(socket))
          socket.on("error", () => undefined)
          let text = ""
          socket.on("data", (bytes) => {
            if (onBytes !== undefined) return onBytes(socket)
            text += bytes.toString("latin1")
            for (let next = parse(text); next !== undefined; next = parse(text)) {
              text = next.rest
              requests.push(next.request)
              used.add(socket)
              act(socket, next.request)
            }
          })
        })
        const quiet: Effect.Effect<void> = Effect.async((resume) => {
          const check = (): void => {
            if ([...used].every((socket) => !open.has(socket))) resume(Effect.void)
          }
          for (const socket of used) socket.once("close", () => setImmediate(check))
          check()
        })
        return Effect.map(listening(server), (port) => ({
          server,
          port,
          url: `http://127.0.0.1:${port}`,
          requests,
          open,
          quiet
        }))
      }),
      ({ open, server }) =>
        Effect.async<void>((resume) => {
          for (const socket of open) socket.destroy()
          server.close(() => resume(Effect.void))
        })
    ),
    ({ server: _server, ...seen }) => seen
  )

export const head = (status: number, headers: Readonly<Record<string, string | number>>): string =>
  `HTTP/1.1 ${status} X\r\n${Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join("")}\r\n`

/** A whole response. */
export const whole =
  (status: number, body: string, headers: Readonly<Record<string, string | number>> = {}): Act =>
  (socket) => {
    socket.write(
      head(status, { "content-type": "application/json", "content-length": Buffer.byteLength(body), ...headers }) + body
    )
  }

/** A port that nobody listens on. */
export const closedPort: Effect.Effect<number> = Effect.scoped(
  Effect.map(
    rawServer(() => undefined),
    (server) => server.port
  )
)
