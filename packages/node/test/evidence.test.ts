import { NodeConnectors } from "@effect-connectors/node"
import * as HttpBody from "@effect/platform/HttpBody"
import type * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type * as Net from "node:net"
import { inspect } from "node:util"
import { attempt, evidence } from "./support/attempts.js"
import { cert } from "./support/certificate.js"
import { raw, type Sockets, tls } from "./support/servers.js"

const reset = (socket: Net.Socket): void => {
  socket.resetAndDestroy()
}

const head = "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n"

interface Row {
  readonly name: string
  readonly url: Effect.Effect<string, never, Scope.Scope>
  readonly options?: NodeConnectors.NodeConnectorsOptions
  readonly sent: boolean
  readonly phase: string
  readonly code: string | RegExp
  readonly permanent?: boolean
  readonly status?: number
}

const of = (server: Effect.Effect<Sockets, never, Scope.Scope>) => Effect.map(server, (server) => server.base)
const secure = (server: Effect.Effect<Sockets, never, Scope.Scope>) =>
  Effect.map(server, (server) => `https://localhost:${server.port}`)
const free = Effect.map(Effect.scoped(raw(() => {})), (server) => server.port)
// The port is taken while the server listens and free after it: nothing listens there.
const refused = Effect.scoped(
  Effect.map(
    raw(() => {}),
    (server) => server.base
  )
)

const table: ReadonlyArray<Row> = [
  { name: "refused", url: refused, sent: false, phase: "connect", code: "ECONNREFUSED" },
  {
    name: "unknown host",
    url: Effect.succeed("http://nobody.invalid"),
    sent: false,
    phase: "connect",
    code: /^(ENOTFOUND|EAI_AGAIN)$/
  },
  {
    name: "reset in the TLS handshake",
    url: secure(
      raw(
        () => {},
        (socket) => socket.once("data", () => reset(socket))
      )
    ),
    sent: false,
    phase: "connect",
    code: "ECONNRESET"
  },
  {
    name: "no TLS there",
    url: secure(
      raw(
        () => {},
        (socket) => socket.once("data", () => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"))
      )
    ),
    sent: false,
    phase: "connect",
    code: /^(ERR_SSL_\w+|EPROTO)$/,
    permanent: true
  },
  {
    name: "TLS version refused",
    url: secure(tls({ maxVersion: "TLSv1.2" }, () => {})),
    options: { tls: { ca: cert, minVersion: "TLSv1.3" } },
    sent: false,
    phase: "connect",
    code: /^(ERR_SSL_\w+|EPROTO)$/,
    permanent: true
  },
  {
    name: "certificate refused",
    url: secure(tls({}, () => {})),
    sent: false,
    phase: "connect",
    code: "DEPTH_ZERO_SELF_SIGNED_CERT",
    permanent: true
  },
  {
    name: "reset after the request",
    url: of(raw(reset)),
    sent: true,
    phase: "request",
    code: "ECONNRESET"
  },
  {
    name: "closed before a status",
    url: of(raw((socket) => socket.end())),
    sent: true,
    phase: "request",
    code: "UND_ERR_SOCKET"
  },
  {
    name: "closed inside the head",
    url: of(raw((socket) => socket.end(head))),
    sent: true,
    phase: "response",
    code: "UND_ERR_SOCKET"
  },
  {
    name: "not HTTP",
    url: of(raw((socket) => socket.write("SSH-2.0-nope\r\n"))),
    sent: true,
    phase: "response",
    code: /^HPE_/,
    permanent: true
  },
  {
    name: "two lengths",
    url: of(raw((socket) => socket.write(`${head}content-length: 1\r\ncontent-length: 2\r\n\r\nab`))),
    sent: true,
    phase: "response",
    code: "BAD_RESPONSE",
    permanent: true
  },
  {
    name: "a head without end",
    url: of(raw((socket) => socket.write(`${head}x: ${"y".repeat(40_000)}\r\n\r\n`))),
    sent: true,
    phase: "response",
    code: "UND_ERR_HEADERS_OVERFLOW",
    permanent: true
  },
  {
    name: "closed after an unasked 100 Continue",
    url: of(raw((socket) => socket.end("HTTP/1.1 100 Continue\r\n\r\n"))),
    sent: true,
    phase: "request",
    code: "UND_ERR_SOCKET"
  },
  {
    name: "closed after a 103",
    url: of(raw((socket) => socket.end("HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n"))),
    sent: true,
    phase: "request",
    code: "UND_ERR_SOCKET"
  },
  {
    name: "an unasked 101",
    url: of(raw((socket) => socket.write("HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n"))),
    sent: true,
    phase: "response",
    code: "BAD_RESPONSE",
    permanent: true
  },
  {
    name: "body cut by FIN",
    url: of(raw((socket) => socket.end(`${head}content-length: 10\r\n\r\n{"a":1}`))),
    sent: true,
    phase: "body",
    code: "UND_ERR_SOCKET",
    status: 200
  },
  {
    name: "body cut by FIN on a connection to be closed",
    url: of(raw((socket) => socket.end(`${head}connection: close\r\ncontent-length: 10\r\n\r\n{"a":1}`))),
    sent: true,
    phase: "body",
    code: "UND_ERR_RES_CONTENT_LENGTH_MISMATCH",
    status: 200
  },
  {
    name: "body cut by RST",
    url: of(raw((socket) => socket.write(`${head}content-length: 10\r\n\r\n{`, () => reset(socket)))),
    sent: true,
    phase: "body",
    code: /^(ECONNRESET|UND_ERR_SOCKET)$/,
    status: 200
  },
  {
    name: "chunked body cut",
    url: of(raw((socket) => socket.end(`${head}connection: close\r\ntransfer-encoding: chunked\r\n\r\n5\r\nab`))),
    sent: true,
    phase: "body",
    code: "HPE_INVALID_EOF_STATE",
    status: 200
  },
  {
    name: "credentials in the URL",
    url: Effect.map(free, (port) => `http://user:pw@127.0.0.1:${port}/`),
    sent: false,
    phase: "connect",
    code: "ERR_INVALID_URL",
    permanent: true
  },
  {
    name: "no URL",
    url: Effect.succeed("/a"),
    sent: false,
    phase: "connect",
    code: "ERR_INVALID_URL",
    permanent: true
  },
  {
    name: "another scheme",
    url: Effect.succeed("ftp://127.0.0.1/a"),
    sent: false,
    phase: "connect",
    code: "ERR_INVALID_URL",
    permanent: true
  }
]

const matches = (actual: string | undefined, expected: string | RegExp): void =>
  typeof expected === "string" ? assert.strictEqual(actual, expected) : assert.match(actual ?? "", expected)

describe("evidence", () => {
  it.scoped.each(table)("$name", (row) =>
    Effect.gen(function* () {
      const url = yield* row.url
      const client = yield* NodeConnectors.make(row.options)
      const found = yield* evidence(attempt()(client.post(url, { body: HttpBody.raw("payload") })))
      assert.strictEqual(found?.sent, row.sent)
      assert.strictEqual(found?.phase, row.phase)
      matches(found?.code, row.code)
      assert.strictEqual(found?.permanent, row.permanent ?? false)
      assert.strictEqual(found?.timedOut, false)
      assert.strictEqual(found?.status, row.status)
    })
  )

  it.scoped("a connection accepted and reset before a byte of the request came", () =>
    Effect.gen(function* () {
      const server = yield* raw(() => {}, reset)
      const client = yield* NodeConnectors.make()
      const found = yield* evidence(attempt()(client.get(server.base)))
      // Either side may win: the reset is seen before or after the request was written.
      assert.strictEqual(found?.sent, found?.phase !== "connect")
      assert.match(found?.code ?? "", /^(ECONNRESET|UND_ERR_SOCKET|EPIPE)$/)
    })
  )

  it.scoped("a kept connection that the server closed meanwhile", () =>
    Effect.gen(function* () {
      let served = 0
      const server = yield* raw((socket) => {
        served++
        if (served === 1) socket.write(`${head}content-length: 0\r\n\r\n`)
        else reset(socket)
      })
      const client = yield* NodeConnectors.make({ connections: 1 })
      yield* attempt()(client.get(server.base))
      const found = yield* evidence(attempt()(client.post(server.base, { body: HttpBody.raw("x") })))
      assert.strictEqual(found?.sent, true)
      assert.strictEqual(found?.phase, "request")
      assert.strictEqual(served, 2)
    })
  )

  const broken: ReadonlyArray<
    readonly [string, (request: HttpClientRequest.HttpClientRequest) => HttpClientRequest.HttpClientRequest]
  > = [
    ["a line break in a value", HttpClientRequest.setHeader("x-token", "canary\r\nx: y")],
    ["a character over 0xff", HttpClientRequest.setHeader("x-token", "canary€")],
    ["a space in a name", HttpClientRequest.setHeader("x token", "canary")],
    ["a length that is none", HttpClientRequest.setHeader("content-length", "canary")],
    ["a length that does not fit", HttpClientRequest.setHeader("content-length", "3")],
    ["transfer-encoding", HttpClientRequest.setHeader("transfer-encoding", "canary")],
    ["expect", HttpClientRequest.setHeader("expect", "canary")],
    ["a body of no known kind", HttpClientRequest.setBody(HttpBody.raw({ canary: 1 }))]
  ]

  it.scoped.each(broken)("cannot be written: %s", ([, breaks]) =>
    Effect.gen(function* () {
      let requests = 0
      const server = yield* raw((socket) => {
        requests++
        socket.write(`${head}content-length: 0\r\n\r\n`)
      })
      const client: HttpClient.HttpClient = yield* NodeConnectors.make({ connections: 2 })
      const request = HttpClientRequest.post(server.base).pipe(HttpClientRequest.setBody(HttpBody.raw("payload")))
      // More often than there are connections: a refused request must not use one up.
      for (let i = 0; i < 5; i++) {
        const found = yield* evidence(attempt()(client.execute(breaks(request))))
        assert.strictEqual(found?.sent, false)
        assert.strictEqual(found?.permanent, true)
        assert.notInclude(inspect(found), "canary")
      }
      assert.strictEqual(requests, 0)
      assert.strictEqual((yield* attempt()(client.execute(request))).status, 200)
    })
  )

  it.scoped("the source of a body fails", () =>
    Effect.gen(function* () {
      const server = yield* raw(() => {})
      const client = yield* NodeConnectors.make()
      const body = HttpBody.stream(Stream.concat(Stream.make(Buffer.from("a")), Stream.fail({ code: "CANARY" })))
      const found = yield* evidence(attempt()(client.post(server.base, { body })))
      assert.strictEqual(found?.code, "REQUEST_BODY_FAILED")
      assert.strictEqual(found?.sent, true)
    })
  )

  it.scoped("outside of an attempt the evidence is the same, also on the body", () =>
    Effect.gen(function* () {
      const server = yield* raw((socket, head) => {
        if (head.startsWith("GET /reset")) reset(socket)
        else socket.end(`HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc`)
      })
      const client = yield* NodeConnectors.make()
      const early = yield* evidence(client.get(`${server.base}/reset`))
      assert.deepInclude(early, { sent: true, phase: "request", code: "ECONNRESET" })
      const response = yield* client.get(`${server.base}/cut`)
      const late = yield* evidence(Effect.as(response.text, response))
      assert.deepInclude(late, { sent: true, phase: "body", code: "UND_ERR_SOCKET", status: 200 })
      const streamed = yield* client.get(`${server.base}/cut`)
      const last = yield* evidence(Effect.as(Stream.runDrain(streamed.stream), streamed))
      assert.deepInclude(last, { sent: true, phase: "body", code: "UND_ERR_SOCKET", status: 200 })
    })
  )
})
