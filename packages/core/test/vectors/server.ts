import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Response, Rule } from "./format.js"

/** A request as it came over the socket. */
export interface Seen {
  readonly method: string
  /** Raw: not decoded, without the query. */
  readonly path: string
  /** Raw, with its `?`; empty for none. */
  readonly search: string
  /** Names in lower case; one value for each time a header was sent. */
  readonly headers: ReadonlyMap<string, ReadonlyArray<string>>
  readonly body: string
}

export interface Server {
  readonly base: string
  readonly seen: ReadonlyArray<Seen>
}

const read = async (message: IncomingMessage): Promise<Seen> => {
  const chunks: Array<Uint8Array> = []
  for await (const chunk of message) chunks.push(chunk)
  const headers = new Map<string, Array<string>>()
  for (let i = 0; i + 1 < message.rawHeaders.length; i += 2) {
    const name = message.rawHeaders[i]?.toLowerCase() ?? ""
    headers.set(name, [...(headers.get(name) ?? []), message.rawHeaders[i + 1] ?? ""])
  }
  const url = message.url ?? ""
  const at = url.indexOf("?")
  return {
    method: message.method ?? "",
    path: at < 0 ? url : url.slice(0, at),
    search: at < 0 ? "" : url.slice(at),
    headers,
    body: new TextDecoder().decode(Buffer.concat(chunks))
  }
}

const answer = (response: ServerResponse, scripted: Response, fill: (text: string) => string): void => {
  if (scripted.drop !== undefined && scripted.drop !== false) {
    response.socket?.destroy()
    return
  }
  const isJson = "json" in scripted
  if (isJson) response.setHeader("content-type", "application/json")
  for (const [name, value] of Object.entries(scripted.headers ?? {})) response.setHeader(name, fill(value))
  response.statusCode = scripted.status ?? 200
  response.end(fill(isJson ? JSON.stringify(scripted.json) : (scripted.text ?? "")))
}

const nothing: Response = { status: 404, json: { message: "nothing is scripted for this request" } }

/** The next answer to each request: of the first rule that fits, in turn, the last one again and again. */
const script = (rules: ReadonlyArray<Rule>) => {
  const used = new Map<Rule, number>()
  return (request: Seen): Response => {
    const rule = rules.find(
      ({ method, path }) => (method ?? request.method) === request.method && (path ?? request.path) === request.path
    )
    if (rule === undefined) return nothing
    const turn = used.get(rule) ?? 0
    used.set(rule, turn + 1)
    return rule.responses[Math.min(turn, rule.responses.length - 1)] ?? nothing
  }
}

/** A server on loopback that answers by a script and keeps what it saw; it closes with the scope. */
export const serve = (
  rules: ReadonlyArray<Rule>,
  fill: (text: string) => string
): Effect.Effect<Server, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.async<Server & { readonly close: Effect.Effect<void> }>((resume) => {
      const seen: Array<Seen> = []
      const next = script(rules)
      const server = createServer((message, response) => {
        read(message).then(
          (request) => {
            seen.push(request)
            answer(response, next(request), fill)
          },
          // the client went away: there is nobody to answer
          () => response.destroy()
        )
      })
      const close = Effect.async<void>((closed) => {
        server.close(() => closed(Effect.void))
        server.closeAllConnections()
      })
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        const port = typeof address === "object" && address !== null ? address.port : 0
        resume(Effect.succeed({ base: `http://127.0.0.1:${port}`, seen, close }))
      })
    }),
    (server) => server.close
  )
