import { NodeConnectors } from "@effect-connectors/node"
import type * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { Agent, Dispatcher } from "undici"
import { attempt, echoed, evidence } from "./support/attempts.js"
import { cert } from "./support/certificate.js"
import { withEnvironment } from "./support/environment.js"
import { echo, http, raw, type Sockets, tls, tunnel } from "./support/servers.js"

const get = (client: HttpClient.HttpClient, url: string) => attempt()(Effect.flatMap(client.get(url), echoed))

describe("NodeConnectors: scope", () => {
  it.scoped("closing it closes the pool and fails what is under way, also what waits", () =>
    Effect.gen(function* () {
      const server: Sockets = yield* raw(() => {})
      const scope = yield* Scope.make()
      const client = yield* Scope.extend(NodeConnectors.make({ connections: 1 }), scope)
      const first = yield* Effect.fork(evidence(attempt()(client.get(server.base))))
      const second = yield* Effect.fork(evidence(attempt()(client.get(server.base))))
      yield* Effect.promise(() => new Promise((wake) => server.server.once("connection", wake)))
      yield* Scope.close(scope, Exit.void)
      assert.strictEqual((yield* Fiber.join(first))?.code, "UND_ERR_DESTROYED")
      assert.deepInclude(yield* Fiber.join(second), { sent: false, phase: "connect", code: "UND_ERR_DESTROYED" })
      yield* server.allClosed
      assert.deepInclude(yield* evidence(attempt()(client.get(server.base))), {
        sent: false,
        code: "UND_ERR_DESTROYED",
        permanent: true
      })
    })
  )

  it.scoped("idle connections close with the layer", () =>
    Effect.gen(function* () {
      const server = yield* http(echo)
      const scope = yield* Scope.make()
      const client = yield* Scope.extend(NodeConnectors.make(), scope)
      yield* get(client, server.base)
      assert.strictEqual(server.open.size, 1)
      yield* Scope.close(scope, Exit.void)
      yield* server.allClosed
    })
  )

  it.scoped("a dispatcher you bring is never closed", () =>
    Effect.gen(function* () {
      const server = yield* http(echo)
      const dispatcher = yield* Effect.acquireRelease(
        Effect.sync(() => new Agent()),
        (agent) => Effect.promise(() => agent.destroy())
      )
      const once = Effect.scoped(
        Effect.flatMap(NodeConnectors.make({ dispatcher }), (client) => get(client, server.base))
      )
      yield* once
      assert.isFalse(dispatcher.destroyed || dispatcher.closed)
      yield* once
      assert.isFalse(dispatcher.destroyed || dispatcher.closed)
    })
  )
})

describe("NodeConnectors: options", () => {
  const wrong: ReadonlyArray<readonly [string, NodeConnectors.NodeConnectorsOptions]> = [
    ["connections", { connections: 0 }],
    ["connections", { connections: 1.5 }],
    ["keepAlive", { keepAlive: "0 millis" }],
    ["connectTimeout", { connectTimeout: Infinity }],
    ["proxy", { proxy: "not a url, canary" }]
  ]
  it.effect.each(wrong)("refuses %s", ([option, options]) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(Effect.scoped(Layer.build(NodeConnectors.layerOptions(options))))
      assert.strictEqual(error._tag, "InvalidOptions")
      assert.strictEqual(error.option, option)
      assert.notInclude(error.message, "canary")
    })
  )

  it.effect("refuses a dispatcher that cannot send, such as those of the undici that Bun puts in place of undici", () =>
    Effect.gen(function* () {
      const stub: Dispatcher = Object.create({ constructor: Dispatcher })
      const error = yield* Effect.flip(Effect.scoped(NodeConnectors.make({ dispatcher: stub })))
      assert.strictEqual(error.option, "dispatcher")
      assert.include(error.reason, "undici/index.js")
    })
  )

  it.scoped("connections limits the open sockets", () =>
    Effect.gen(function* () {
      const server = yield* http(echo)
      const client = yield* NodeConnectors.make({ connections: 3 })
      yield* Effect.replicateEffect(get(client, server.base), 60, { concurrency: "unbounded" })
      assert.isAtMost(server.opened, 3)
    })
  )

  it.scoped("tls.ca makes a certificate valid", () =>
    Effect.gen(function* () {
      const wire = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
      const server = yield* tls({}, (socket) => {
        socket.write(wire)
      })
      const client = yield* NodeConnectors.make({ tls: { ca: cert } })
      const response = yield* attempt()(client.get(`https://localhost:${server.port}/`))
      assert.strictEqual(yield* response.text, "ok")
    })
  )
})

describe("NodeConnectors: proxy", () => {
  it.scoped("is used by its URL", () =>
    Effect.gen(function* () {
      const server = yield* http(echo)
      const { server: via, targets } = yield* tunnel
      const client = yield* NodeConnectors.make({ proxy: via.base })
      for (let i = 0; i < 3; i++) assert.strictEqual((yield* get(client, `${server.base}/${i}`)).url, `/${i}`)
      assert.deepStrictEqual(new Set(targets), new Set([`127.0.0.1:${server.port}`]))
    })
  )

  it.scoped("is taken from the environment, except for hosts in NO_PROXY", () =>
    Effect.gen(function* () {
      const server = yield* http(echo)
      const { server: via, targets } = yield* tunnel
      yield* withEnvironment({ http_proxy: via.base, no_proxy: "localhost" })
      const client = yield* NodeConnectors.make({ proxy: "env" })
      yield* get(client, `${server.base}/through`)
      yield* get(client, `http://localhost:${server.port}/past`)
      assert.deepStrictEqual(targets, [`127.0.0.1:${server.port}`])
    })
  )

  it.scoped("leaves the headers of the request unchanged", () =>
    Effect.gen(function* () {
      const server = yield* http(echo)
      const { server: via } = yield* tunnel
      const client = yield* NodeConnectors.make({ proxy: via.base })
      const request = HttpClientRequest.get(server.base, { headers: { "x-mine": "1" } })
      yield* attempt()(client.execute(request))
      assert.deepStrictEqual(Object.keys(request.headers), ["x-mine"])
    })
  )

  it.scoped("is not used by default", () =>
    Effect.gen(function* () {
      const server = yield* http(echo)
      yield* withEnvironment({ http_proxy: "http://127.0.0.1:9", no_proxy: "" })
      const client = yield* NodeConnectors.make()
      assert.strictEqual((yield* get(client, server.base)).method, "GET")
    })
  )

  it.scoped("that refuses a tunnel means not sent", () =>
    Effect.gen(function* () {
      const via = yield* raw((socket) => socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n"))
      const client = yield* NodeConnectors.make({ proxy: via.base })
      const found = yield* evidence(attempt()(client.get("http://127.0.0.1:9/")))
      assert.deepInclude(found, { sent: false, phase: "connect", code: "PROXY_REFUSED", permanent: false })
    })
  )
})
