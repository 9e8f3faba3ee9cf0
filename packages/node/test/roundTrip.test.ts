import * as Transport from "@effect-connectors/core/Transport"
import { NodeConnectors } from "@effect-connectors/node"
import * as HttpBody from "@effect/platform/HttpBody"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { assert, describe, it } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { Readable } from "node:stream"
import { attempt, bufferedOf, echoed } from "./support/attempts.js"
import { echo, http, raw } from "./support/servers.js"

const form = () => {
  const form = new FormData()
  form.append("name", "Zoë")
  form.append("file", new Blob(["content"], { type: "text/plain" }), "a.txt")
  return form
}

const bodies: ReadonlyArray<readonly [string, () => HttpBody.HttpBody, string]> = [
  ["raw string", () => HttpBody.raw('{"a":1}', { contentType: "application/json" }), '{"a":1}'],
  ["raw bytes", () => HttpBody.raw(new Uint8Array([1, 2, 3])), "\u0001\u0002\u0003"],
  ["raw readable", () => HttpBody.raw(Readable.from([Buffer.from("ab"), Buffer.from("cd")])), "abcd"],
  ["bytes", () => HttpBody.text("hello"), "hello"],
  ["a view of a larger buffer", () => HttpBody.uint8Array(new Uint8Array([9, 65, 66, 9]).subarray(1, 3)), "AB"],
  ["stream", () => HttpBody.stream(Stream.make(Buffer.from("one"), Buffer.from("two")), "text/plain"), "onetwo"],
  [
    "stream of known length",
    () => HttpBody.stream(Stream.make(Buffer.from("one"), Buffer.from("two")), "text/plain", 6),
    "onetwo"
  ],
  ["empty", () => HttpBody.empty, ""]
]

const forms: ReadonlyArray<readonly [string, <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>]> = [
  ["in an attempt", attempt()],
  ["outside of one", (self) => self]
]

describe.each(forms)("%s", (_, through) => {
  it.scoped.each(bodies)("sends a body: %s", ([, body, expected]) =>
    Effect.gen(function* () {
      const server = yield* http(echo)
      const client = yield* NodeConnectors.make()
      const request = HttpClientRequest.post(`${server.base}/a/b?c=d#secret`).pipe(HttpClientRequest.setBody(body()))
      const seen = yield* through(Effect.flatMap(client.execute(request), echoed))
      assert.strictEqual(seen.method, "POST")
      assert.strictEqual(seen.url, "/a/b?c=d")
      assert.strictEqual(seen.body, expected)
    })
  )

  it.scoped("sends the ids of the open span, where propagation is on and tracing is", () =>
    Effect.gen(function* () {
      const server = yield* http(echo)
      const client = yield* NodeConnectors.make()
      const sent = (from: HttpClient.HttpClient) => Effect.flatMap(through(from.get(server.base)), echoed)
      const ids = Effect.map(Effect.currentSpan, (span) => `00-${span.traceId}`)
      const [plain, off, untraced, expected] = yield* Effect.all([
        sent(client),
        sent(HttpClient.withTracerPropagation(client, false)),
        Effect.withTracerEnabled(sent(client), false),
        ids
      ]).pipe(Effect.withSpan("mine"))
      assert.strictEqual(String(plain.headers["traceparent"]).slice(0, 35), expected)
      assert.deepStrictEqual(
        [off, untraced, yield* sent(client)].map(({ headers }) => headers["traceparent"] !== undefined),
        // the platform's own client makes a span where there is none
        [false, false, _ === "outside of one"]
      )
    })
  )

  it.scoped("sends a global FormData with its length", () =>
    Effect.gen(function* () {
      const server = yield* http(echo)
      const client = yield* NodeConnectors.make()
      const request = HttpClientRequest.post(server.base).pipe(HttpClientRequest.setBody(HttpBody.formData(form())))
      const seen = yield* through(Effect.flatMap(client.execute(request), echoed))
      assert.match(String(seen.headers["content-type"]), /^multipart\/form-data; boundary=/)
      assert.strictEqual(seen.headers["content-length"], String(seen.body.length))
      assert.include(seen.body, `filename="a.txt"`)
      assert.include(Buffer.from(seen.body, "latin1").toString("utf8"), "Zoë")
    })
  )

  it.scoped("reads a response in every form", () =>
    Effect.gen(function* () {
      const server = yield* http((_, response) => {
        response.setHeader("x-many", ["a", "b"])
        response.setHeader("set-cookie", ["one=1; Path=/", "two=2"])
        response.end(`{"a":"é"}`)
      })
      const client = yield* NodeConnectors.make()
      const get = through(client.get(server.base))
      const response = yield* get
      assert.strictEqual(response.status, 200)
      assert.strictEqual(response.headers["x-many"], "a, b")
      assert.deepStrictEqual(Object.keys(response.cookies.cookies), ["one", "two"])
      assert.strictEqual(yield* response.text, `{"a":"é"}`)
      assert.strictEqual(yield* response.text, `{"a":"é"}`)
      assert.deepStrictEqual(yield* response.json, { a: "é" })
      assert.strictEqual((yield* response.arrayBuffer).byteLength, 10)
      const streamed = yield* Stream.runCollect(Stream.unwrap(Effect.map(get, (response) => response.stream)))
      assert.strictEqual(Buffer.concat(Chunk.toArray(streamed)).toString(), `{"a":"é"}`)
      assert.include(JSON.stringify(response), `"status":200`)
    })
  )

  it.scoped("reads form responses", () =>
    Effect.gen(function* () {
      const server = yield* http((_, response) => {
        response.setHeader("content-type", "application/x-www-form-urlencoded")
        response.end("a=1&b=2")
      })
      const client = yield* NodeConnectors.make()
      const response = yield* through(client.get(server.base))
      assert.deepStrictEqual(
        [...(yield* response.urlParamsBody)],
        [
          ["a", "1"],
          ["b", "2"]
        ]
      )
      assert.strictEqual((yield* response.formData).get("b"), "2")
    })
  )

  it.scoped("drops a byte order mark, takes an empty body as null", () =>
    Effect.gen(function* () {
      const server = yield* http((request, response) => {
        response.end(request.url === "/bom" ? Buffer.from([0xef, 0xbb, 0xbf, 0x31]) : undefined)
      })
      const client = yield* NodeConnectors.make()
      assert.strictEqual(yield* Effect.flatMap(through(client.get(`${server.base}/bom`)), (_) => _.json), 1)
      assert.strictEqual(yield* Effect.flatMap(through(client.get(`${server.base}/`)), (_) => _.json), null)
      assert.strictEqual((yield* through(client.head(`${server.base}/`))).status, 200)
    })
  )

  it.scoped("never follows a redirect", () =>
    Effect.gen(function* () {
      let trapped = 0
      const trap = yield* http((_, response) => {
        trapped++
        response.end()
      })
      const server = yield* http((_, response) => {
        response.writeHead(307, { location: trap.base }).end("moved")
      })
      const client = yield* NodeConnectors.make()
      const response = yield* through(client.post(server.base, { body: HttpBody.text("x") }))
      assert.strictEqual(response.status, 307)
      assert.strictEqual(yield* response.text, "moved")
      assert.strictEqual(trapped, 0)
    })
  )

  it.scoped("skips informational responses and takes statuses beyond 599", () =>
    Effect.gen(function* () {
      const server = yield* raw((socket) => {
        socket.write("HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n")
        socket.write("HTTP/1.1 799 Odd\r\ncontent-length: 2\r\n\r\nok")
      })
      const client = yield* NodeConnectors.make()
      const response = yield* through(client.get(server.base))
      assert.strictEqual(response.status, 799)
      assert.strictEqual(response.headers["link"], undefined)
      assert.strictEqual(yield* response.text, "ok")
    })
  )
})

describe("connections", () => {
  it.scoped("300 requests use at most 16 sockets", () =>
    Effect.gen(function* () {
      const server = yield* http(echo)
      const client = yield* NodeConnectors.make()
      const statuses = yield* Effect.forEach(
        Array.from({ length: 300 }, (_, i) => i),
        (i) => Effect.map(client.get(`${server.base}/${i}`), (response) => response.status),
        { concurrency: "unbounded" }
      ).pipe(attempt())
      assert.deepStrictEqual(new Set(statuses), new Set([200]))
      assert.isAtMost(server.opened, 16)
      assert.isAtLeast(server.opened, 2)
    })
  )

  it.scoped("the layer's client keeps attempts and is an ordinary HttpClient", () =>
    Effect.gen(function* () {
      const server = yield* http(echo)
      const seen = yield* Effect.gen(function* () {
        const client = yield* HttpClient.HttpClient
        assert.isDefined(Transport.sendAttemptOf(client))
        const mapped = HttpClient.mapRequest(client, HttpClientRequest.setHeader("x-mine", "1"))
        return yield* Effect.flatMap(mapped.get(server.base), echoed)
      }).pipe(Effect.provide(NodeConnectors.layer))
      assert.strictEqual(seen.headers["x-mine"], "1")
    })
  )

  it.scoped("an attempt's response carries its body", () =>
    Effect.gen(function* () {
      const server = yield* http((_, response) => response.end("é"))
      const client = yield* NodeConnectors.make()
      const response = yield* attempt()(client.get(server.base))
      assert.deepStrictEqual(bufferedOf(response), { text: "é", byteLength: 2, truncated: false })
    })
  )

  it.scoped("writes a path as a URL parser would", () =>
    Effect.gen(function* () {
      const server = yield* http(echo)
      const client = yield* NodeConnectors.make()
      const urlOf = (path: string) =>
        Effect.map(attempt()(Effect.flatMap(client.get(server.base + path), echoed)), (seen) => seen.url)
      for (const path of [
        "",
        "/",
        "/a/../b",
        "/a/%2e%2e/b",
        "/a b?q=é",
        "/a/./b",
        "/x?y=/../z",
        "/it's",
        "/%2F",
        "/.a"
      ]) {
        const url = new URL(server.base + path)
        assert.strictEqual(yield* urlOf(path), url.pathname + url.search, path)
      }
      const params = HttpClientRequest.get(`${server.base}/p`, { urlParams: { "a b": "c&d" } })
      const seen = yield* attempt()(Effect.flatMap(client.execute(params), echoed))
      assert.strictEqual(seen.url, "/p?a+b=c%26d")
    })
  )
})
