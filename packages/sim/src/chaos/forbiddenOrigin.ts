import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { createServer } from "node:net"
import { canary } from "../common/canary.js"
import { closed, listening } from "./listening.js"

export interface ForbiddenOrigin {
  readonly url: string
  readonly seen: () => { readonly connections: number; readonly canaries: number }
}

/** Another origin. No request may arrive at it. */
export const forbiddenOrigin: Effect.Effect<ForbiddenOrigin, never, Scope.Scope> = Effect.gen(function* () {
  const seen = { connections: 0, canaries: 0 }
  const server = yield* Effect.acquireRelease(
    Effect.sync(() =>
      createServer((socket) => {
        seen.connections++
        let text = ""
        socket.on("error", () => undefined)
        socket.on("data", (bytes) => {
          text += bytes.toString("latin1")
          if (text.includes(canary)) seen.canaries++
          socket.end("HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}")
        })
      })
    ),
    closed
  )
  const port = yield* listening(server)
  return { url: `http://127.0.0.1:${port}`, seen: () => seen }
})
