import type { ApiError } from "@effect-connectors/core/ApiError"
import * as NodeConnectors from "@effect-connectors/node/NodeConnectors"
import * as FetchTransport from "@effect-connectors/core/FetchTransport"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import type { Socket } from "node:net"
import { apiOver, callNames, callsOn } from "../../../core/test/support/api.js"
import { head, rawServer } from "../../../core/test/support/rawServer.js"

const transports = {
  node: Layer.orDie(NodeConnectors.layerOptions({ connections: 50 })),
  fetch: FetchHttpClient.layer,
  "fetch, direct": FetchTransport.layer
}

for (const [transport, layer] of Object.entries(transports)) {
  const api = (url: string) =>
    Effect.flatMap(Layer.build(layer), (context) =>
      apiOver(Context.get(context, HttpClient.HttpClient), { baseUrl: url, retry: "none" })
    )

  describe(transport, () => {
    it.scopedLive("1,000 interrupts of requests in flight leave no socket and send nothing more", () =>
      Effect.gen(function* () {
        const batch = 50
        const open = new Set<Socket>()
        let arrived = 0
        let all = yield* Deferred.make<void>()
        const server = yield* rawServer((socket) => {
          open.add(socket)
          socket.once("close", () => open.delete(socket))
          // half of them are cut off in the middle of a response
          if (arrived % 2 === 0) socket.write(`${head(200, { "content-length": 100 })}{`)
          if (++arrived % batch === 0) Deferred.unsafeDone(all, Effect.void)
        })
        const calls = callsOn("crm")
        const client = yield* api(server.url)
        let interrupted = 0
        for (let round = 0; round < 1_000 / batch; round++) {
          const fibers = yield* Effect.forEach(Array.from({ length: batch }), (_, index) =>
            Effect.fork<unknown, ApiError, never>(calls[callNames[index % callNames.length] ?? "safe"](client))
          )
          yield* Deferred.await(all)
          all = yield* Deferred.make<void>()
          const exits = yield* Effect.forEach(fibers, Fiber.interrupt, { concurrency: "unbounded" })
          interrupted += exits.filter(Exit.isInterrupted).length
        }
        yield* server.quiet
        console.log(`${transport}: ${interrupted} interrupts, ${open.size} open sockets, ${arrived} requests`)
        assert.deepStrictEqual([interrupted, open.size, arrived], [1_000, 0, 1_000])
      })
    )

    it.scopedLive("200 responses of status 500 are read: their connections are used again", () =>
      Effect.gen(function* () {
        const sockets = new Set<Socket>()
        const body = "e".repeat(900)
        const server = yield* rawServer((socket) => {
          sockets.add(socket)
          socket.write(head(500, { "content-length": body.length }) + body)
        })
        const client = yield* api(server.url)
        const errors = yield* Effect.forEach(
          Array.from({ length: 200 }),
          () => Effect.flip(client.actions.execute("crm", "sync")),
          { concurrency: 10 }
        )
        assert.strictEqual(errors.filter((error) => error._tag === "ServerFailed" && error.body === body).length, 200)
        console.log(`${transport}: 200 responses of status 500 over ${sockets.size} connections`)
        assert.isAtMost(sockets.size, 20)
      })
    )
  })
}
