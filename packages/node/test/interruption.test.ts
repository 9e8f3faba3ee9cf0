import { NodeConnectors } from "@effect-connectors/node"
import * as HttpBody from "@effect/platform/HttpBody"
import * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import * as Net from "node:net"
import * as Tls from "node:tls"
import { attempt } from "./support/attempts.js"
import { cert, key } from "./support/certificate.js"
import { http, listening, raw } from "./support/servers.js"

const forms: ReadonlyArray<readonly [string, <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>]> = [
  ["in an attempt", attempt()],
  ["outside of one", (self) => self]
]

/** A server that never ends a written, and a signal for each request that reached it. */
const hanging = (response: string) =>
  Effect.gen(function* () {
    const heads: Array<string> = []
    const waiting: Array<readonly [number, () => void]> = []
    const server = yield* raw((socket, head) => {
      heads.push(head.slice(0, head.indexOf(" HTTP")))
      socket.write(response)
      for (const [count, wake] of waiting) if (heads.length >= count) wake()
    })
    const reached = (count: number) =>
      Effect.promise(
        () =>
          new Promise<void>((wake) => {
            if (heads.length >= count) wake()
            else waiting.push([count, wake])
          })
      )
    return { server, heads, reached }
  })

const started = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nabc"

describe.each(forms)("%s", (_, through) => {
  it.scoped.each(["", started])("an interrupt closes the socket at once, after %j", (response) =>
    Effect.gen(function* () {
      const { reached, server } = yield* hanging(response)
      const client = yield* NodeConnectors.make()
      const fiber = yield* Effect.fork(through(Effect.flatMap(client.get(server.base), (response) => response.text)))
      yield* reached(1)
      assert.isTrue(Exit.isInterrupted(yield* Fiber.interrupt(fiber)))
      yield* server.allClosed
    })
  )

  it.scoped("a request that waits for a connection is never sent", () =>
    Effect.gen(function* () {
      const { heads, reached, server } = yield* hanging("")
      const client = yield* NodeConnectors.make({ connections: 2 })
      const fibers = yield* Effect.forEach([1, 2, 3, 4, 5, 6, 7], (i) =>
        Effect.fork(through(client.get(`${server.base}/${i}`)))
      )
      yield* reached(2)
      // More of those in line than there are connections, and in the middle of the line.
      yield* Fiber.interruptAll(fibers.slice(2, 6))
      yield* Fiber.interruptAll(fibers.slice(0, 2))
      yield* reached(3)
      yield* Fiber.interruptAll(fibers.slice(6))
      yield* server.allClosed
      assert.deepStrictEqual(heads.sort(), ["GET /1", "GET /2", "GET /7"])
    })
  )

  it.scoped("when the last in line leaves, those who come after it have their turn", () =>
    Effect.gen(function* () {
      const held = yield* Deferred.make<Net.Socket>()
      const heads: Array<string> = []
      const empty = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"
      const server = yield* raw((socket, head) => {
        if (heads.push(head.slice(0, 6)) === 1) Deferred.unsafeDone(held, Effect.succeed(socket))
        else socket.write(empty)
      })
      const client = yield* NodeConnectors.make({ connections: 1 })
      const send = (path: string) => Effect.fork(through(client.get(server.base + path)))
      const first = yield* send("/1")
      const socket = yield* Deferred.await(held)
      const second = yield* send("/2")
      const third = yield* send("/3")
      yield* Effect.yieldNow()
      yield* Fiber.interrupt(third)
      const fourth = yield* send("/4")
      yield* Effect.yieldNow()
      socket.write(empty)
      yield* Fiber.joinAll([first, second, fourth])
      assert.deepStrictEqual(heads, ["GET /1", "GET /2", "GET /4"])
    })
  )

  it.scoped("1,000 interrupts leave no socket", () =>
    Effect.gen(function* () {
      const { heads, reached, server } = yield* hanging("")
      const client = yield* NodeConnectors.make()
      const fibers = yield* Effect.replicateEffect(Effect.fork(through(client.get(server.base))), 1_000)
      yield* reached(16)
      yield* Fiber.interruptAll(fibers)
      yield* server.allClosed
      assert.strictEqual(heads.length, 16)
      // Those that were next in line may have opened a connection before their own interrupt; never one for each.
      assert.isBelow(server.opened, 100)
    })
  )

  it.scoped("an interrupt ends the source of the body", () =>
    Effect.gen(function* () {
      const { reached, server } = yield* hanging("")
      const client = yield* NodeConnectors.make()
      const ended = yield* Deferred.make<void>()
      const body = HttpBody.stream(
        Stream.concat(Stream.make(Buffer.from("first")), Stream.never).pipe(
          Stream.ensuring(Deferred.succeed(ended, undefined))
        )
      )
      const fiber = yield* Effect.fork(through(client.post(server.base, { body })))
      yield* reached(1)
      yield* Fiber.interrupt(fiber)
      yield* Deferred.await(ended)
      yield* server.allClosed
    })
  )
})

// Longer than any test: nothing here may wait for it.
const connectTimeout = "1 hour"

describe.each(forms)("whatever an interrupted request waits for, %s", (_, through) => {
  it.scoped("40 interrupts in a TLS handshake leave no socket, and the connections are free for others", () =>
    Effect.gen(function* () {
      const connected = yield* Deferred.make<void>()
      const server = yield* raw(
        () => {},
        () => Deferred.unsafeDone(connected, Effect.void)
      )
      const client = yield* NodeConnectors.make({ connections: 16, connectTimeout })
      const stalled = yield* Effect.replicateEffect(
        Effect.fork(through(client.get(`https://127.0.0.1:${server.port}/`))),
        40
      )
      yield* Deferred.await(connected)
      yield* Fiber.interruptAll(stalled)
      yield* server.allClosed
      assert.isAtMost(server.opened, 40)
    })
  )

  it.scoped("an interrupt in a TLS handshake ends that connection alone", () =>
    Effect.gen(function* () {
      const held: Array<Net.Socket> = []
      const both = yield* Deferred.make<void>()
      const front = yield* listening(
        Net.createServer((socket) => {
          if (held.push(socket) === 2) Deferred.unsafeDone(both, Effect.void)
        })
      )
      const secure = Tls.createServer({ cert, key }, (socket) => {
        socket.on("error", () => {})
        socket.once("data", () => socket.write("HTTP/1.1 204 X\r\n\r\n"))
      })
      const client = yield* NodeConnectors.make({ tls: { ca: cert }, connectTimeout })
      const get = Effect.fork(
        through(Effect.map(client.get(`https://localhost:${front.port}/`), ({ status }) => status))
      )
      const fibers = yield* Effect.all([get, get])
      yield* Deferred.await(both)
      yield* Fiber.interrupt(fibers[0])
      for (const socket of held) secure.emit("connection", socket)
      assert.strictEqual(yield* Fiber.join(fibers[1]), 204)
    })
  )

  it.scoped("a tunnel that a proxy opens after that is closed", () =>
    Effect.gen(function* () {
      const asked = yield* Deferred.make<Net.Socket>()
      const proxy = yield* raw((socket) => Deferred.unsafeDone(asked, Effect.succeed(socket)))
      const client = yield* NodeConnectors.make({ connectTimeout, proxy: proxy.base })
      const fiber = yield* Effect.fork(through(client.get("http://api.example/")))
      const socket = yield* Deferred.await(asked)
      yield* Fiber.interrupt(fiber)
      socket.write("HTTP/1.1 200 OK\r\n\r\n")
      yield* proxy.allClosed
    })
  )

  it.scoped("a body that is a stream", () =>
    Effect.gen(function* () {
      const connected = yield* Deferred.make<void>()
      const server = yield* raw(
        () => {},
        () => Deferred.unsafeDone(connected, Effect.void)
      )
      const client = yield* NodeConnectors.make({ connectTimeout })
      const body = HttpBody.stream(Stream.make(Buffer.from("first")))
      const post = through(client.post(`https://127.0.0.1:${server.port}/`, { body }))
      // one is given up before its connection is asked for, one while it is made
      yield* Fiber.interrupt(yield* Effect.fork(post))
      const fiber = yield* Effect.fork(post)
      yield* Deferred.await(connected)
      yield* Fiber.interrupt(fiber)
      yield* server.allClosed
    })
  )

  it.scoped("1,000 interrupts at any moment, before and after the requests arrive, leave no socket", () =>
    Effect.gen(function* () {
      const { heads, server } = yield* hanging("")
      const client = yield* NodeConnectors.make({ connectTimeout })
      const fibers = yield* Effect.replicateEffect(Effect.fork(through(client.get(server.base))), 1_000)
      yield* Effect.forEach(fibers, (fiber, index) =>
        Effect.zipRight(Effect.replicateEffect(Effect.yieldNow(), index % 7), Fiber.interrupt(fiber))
      )
      yield* server.allClosed
      // most were in line, and what was in line never arrives
      assert.isBelow(heads.length, 1_000)
      const exits = yield* Effect.forEach(fibers, Fiber.await)
      assert.isTrue(exits.every(Exit.isInterrupted))
    })
  )
})

describe("when the scope closes", () => {
  it.scoped.each([undefined, "tunnel"] as const)("a TLS handshake in progress ends, proxy: %s", (kind) =>
    Effect.gen(function* () {
      const connected = yield* Deferred.make<void>()
      const server = yield* raw(
        // a proxy opens its tunnel, and nothing comes through it
        (socket) => {
          socket.write("HTTP/1.1 200 OK\r\n\r\n")
          socket.once("data", () => Deferred.unsafeDone(connected, Effect.void))
        },
        () => {
          if (kind === undefined) Deferred.unsafeDone(connected, Effect.void)
        }
      )
      const fiber = yield* Effect.scoped(
        Effect.gen(function* () {
          const client = yield* NodeConnectors.make({ connectTimeout, proxy: kind === undefined ? kind : server.base })
          const fiber = yield* Effect.forkDaemon(attempt()(client.get(`https://127.0.0.1:${server.port}/`)))
          yield* Deferred.await(connected)
          return fiber
        })
      )
      yield* server.allClosed
      assert.isTrue(Exit.isFailure(yield* Fiber.await(fiber)))
    })
  )
})

describe("streams", () => {
  it.scoped("a stream left early closes its connection", () =>
    Effect.gen(function* () {
      const { server } = yield* hanging(started)
      const client = yield* NodeConnectors.make()
      const first = yield* client.get(server.base).pipe(
        Effect.map((response) => response.stream),
        Stream.unwrap,
        Stream.take(1),
        Stream.runCollect
      )
      assert.strictEqual(Buffer.concat([...first]).toString(), "abc")
      yield* server.allClosed
    })
  )

  it.scoped("a stream left early closes its connection, also while the scope of its request is open", () =>
    Effect.gen(function* () {
      const { server } = yield* hanging(started)
      const client = HttpClient.withScope(yield* NodeConnectors.make())
      const response = yield* client.get(server.base)
      yield* Stream.runDrain(Stream.take(response.stream, 1))
      yield* server.allClosed
    })
  )

  it.scoped("a slow reader holds the server back", () =>
    Effect.gen(function* () {
      const whole = 64_000_000
      let written = 0
      const large = yield* raw((socket) => {
        const chunk = Buffer.alloc(65_536)
        const more = () => {
          while (written < whole && socket.write(chunk)) written += chunk.length
        }
        socket.write("HTTP/1.1 200 OK\r\n\r\n")
        socket.on("drain", more)
        more()
      })
      const small = yield* http((_, response) => response.end())
      const client = yield* NodeConnectors.make()
      const response = yield* client.get(large.base)
      // Exchanges with another server stand for time: the first response could have come in many times over.
      yield* attempt()(Effect.replicateEffect(client.get(small.base), 500))
      assert.isBelow(written, whole)
      const taken = yield* Stream.runFold(Stream.take(response.stream, 5), 0, (size, chunk) => size + chunk.length)
      assert.isAbove(taken, 0)
      yield* large.allClosed
    })
  )

  it.scoped("a connection that breaks before the body is read fails the body alone", () =>
    Effect.gen(function* () {
      const { reached, server } = yield* hanging(started)
      const client = yield* NodeConnectors.make()
      const response = yield* client.get(server.base)
      yield* reached(1)
      for (const socket of server.open) socket.resetAndDestroy()
      yield* server.allClosed
      const small = yield* http((_, response) => response.end())
      yield* attempt()(client.get(small.base))
      assert.strictEqual((yield* Effect.flip(response.text))._tag, "ResponseError")
    })
  )
})

describe("while the connection is being made", () => {
  it.scoped("an interrupted request is not sent when the connection is there", () =>
    Effect.gen(function* () {
      const held = yield* Deferred.make<Net.Socket>()
      const front = yield* listening(Net.createServer((socket) => Deferred.unsafeDone(held, Effect.succeed(socket))))
      let seen = ""
      const secure = Tls.createServer({ cert, key }, (socket) => {
        socket.on("error", () => {})
        socket.on("data", (chunk) => (seen += chunk.toString("latin1")))
      })
      const client = yield* NodeConnectors.make({ tls: { ca: cert } })
      const fiber = yield* Effect.fork(attempt()(client.get(`https://localhost:${front.port}/secret`)))
      const socket = yield* Deferred.await(held)
      yield* Fiber.interrupt(fiber)
      secure.emit("connection", socket)
      yield* front.allClosed
      assert.strictEqual(seen, "")
    })
  )
})

it.scoped("a reader that waits for the next piece of a stalled body leaves at once, and the socket closes", () =>
  Effect.gen(function* () {
    const { server } = yield* hanging(started)
    const client = yield* NodeConnectors.make()
    const first = yield* Deferred.make<void>()
    const reading = Effect.flatMap(client.get(server.base), (response) =>
      Stream.runForEach(response.stream, () => Deferred.succeed(first, undefined))
    )
    const fiber = yield* Effect.fork(reading)
    yield* Deferred.await(first)
    // by now it waits for a piece that never comes
    yield* Effect.yieldNow()
    assert.isTrue(Exit.isInterrupted(yield* Fiber.interrupt(fiber)))
    yield* server.allClosed
  })
)
