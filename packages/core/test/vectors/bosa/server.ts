import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { ScriptedResponse } from "./script.js"
import type { SentRequest } from "./scriptedClient.js"

const read = async (message: IncomingMessage, origin: string): Promise<SentRequest> => {
  const chunks: Array<Uint8Array> = []
  for await (const chunk of message) chunks.push(chunk)
  const headers: Array<readonly [string, string]> = []
  for (let i = 0; i + 1 < message.rawHeaders.length; i += 2) {
    headers.push([message.rawHeaders[i] ?? "", message.rawHeaders[i + 1] ?? ""])
  }
  const url = message.url ?? ""
  const at = url.indexOf("?")
  return {
    method: message.method ?? "",
    origin,
    path: at < 0 ? url : url.slice(0, at),
    search: at < 0 ? "" : url.slice(at),
    headers,
    body: Uint8Array.from(Buffer.concat(chunks))
  }
}

const write = (response: ServerResponse, answer: ScriptedResponse): void => {
  if (answer.drop) {
    response.socket?.destroy()
    return
  }
  response.sendDate = false
  for (const [name, value] of answer.headers) response.setHeader(name, value)
  response.statusCode = answer.status
  response.end(answer.body)
}

/** How a request is answered; `passing` lets the time of a delay pass. */
export interface Handler {
  readonly answer: (sent: SentRequest) => ScriptedResponse
  readonly passing: (millis: number) => Promise<void>
}

/** A server on loopback; it closes with the scope. */
export const serve = (handler: () => Handler): Effect.Effect<string, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.async<{ readonly base: string; readonly close: Effect.Effect<void> }>((resume) => {
        let base = ""
        const reply = async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
          const { answer, passing } = handler()
          const answered = answer(await read(message, base))
          if (answered.delayMillis > 0) await passing(answered.delayMillis)
          write(response, answered)
        }
        const server = createServer((message, response) => {
          // the client went away: there is nobody to answer
          reply(message, response).catch(() => response.destroy())
        })
        const close = Effect.async<void>((closed) => {
          server.close(() => closed(Effect.void))
          server.closeAllConnections()
        })
        server.listen(0, "127.0.0.1", () => {
          const address = server.address()
          base = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`
          resume(Effect.succeed({ base, close }))
        })
      }),
      (server) => server.close
    ),
    ({ base }) => base
  )
