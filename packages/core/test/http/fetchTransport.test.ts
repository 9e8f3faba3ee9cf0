import type { ApiError } from "@effect-connectors/core/ApiError"
import { Auth } from "@effect-connectors/core/Auth"
import { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import * as FetchTransport from "@effect-connectors/core/FetchTransport"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { gzipSync } from "node:zlib"
import { baseUrl, calls } from "../support/api.js"

interface Fetched {
  readonly url: string
  readonly init: RequestInit & { readonly client?: unknown }
}

const good = () =>
  new Response('{"connection":{"slug":"crm"},"result":1}', { headers: { "content-type": "text/json" } })

/** A `fetch` that ends in one way, and what it was given. */
const fakeFetch = (end: () => Response = good) => {
  const fetched: Array<Fetched> = []
  const fetch: typeof globalThis.fetch = (url, init = {}) => {
    fetched.push({ url: String(url), init })
    return new Promise((resolve) => resolve(end()))
  }
  return { fetched, layer: Layer.succeed(FetchHttpClient.Fetch, fetch) }
}

const api = (transport: Layer.Layer<HttpClient.HttpClient>) =>
  ConnectionsApi.layer({ baseUrl, retry: "none" }).pipe(Layer.provide(Auth.none), Layer.provide(transport))

const run = (call: "safe" | "unsafe", transport: Layer.Layer<HttpClient.HttpClient>) =>
  Effect.flatMap(ConnectionsApi, (connections): Effect.Effect<unknown, ApiError> => calls[call](connections)).pipe(
    Effect.provide(api(transport))
  )

/** What a runtime has for all programs, for as long as the scope is open. */
const withGlobal = (name: string, value: unknown): Effect.Effect<void, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => void Reflect.set(globalThis, name, value)),
    () => Effect.sync(() => void Reflect.deleteProperty(globalThis, name))
  )

/** A Deno whose clients are counted. */
const withDeno = Effect.gen(function* () {
  const made: Array<{ readonly options: unknown; closed: number; readonly close: () => void }> = []
  yield* withGlobal("Deno", {
    createHttpClient: (options: unknown) => {
      const client = { options, closed: 0, close: () => void client.closed++ }
      made.push(client)
      return client
    }
  })
  return made
})

const plain = FetchHttpClient.layer
const ours = FetchTransport.layer
const given = (init: RequestInit | object) => Layer.succeed(FetchHttpClient.RequestInit, init)

describe("the fetch that a layer is given", () => {
  for (const [name, transport] of Object.entries({ "FetchHttpClient.layer": plain, "FetchTransport.layer": ours })) {
    it.effect(`${name}: carries the calls, also one that may give a file`, () =>
      Effect.gen(function* () {
        const fake = fakeFetch()
        yield* run("safe", Layer.provide(transport, fake.layer))
        yield* run("unsafe", Layer.provide(transport, fake.layer))
        assert.deepStrictEqual(
          fake.fetched.map(({ init }) => [init.method, init.redirect]),
          [
            ["GET", "manual"],
            ["POST", "manual"]
          ]
        )
      })
    )
  }
})

describe("a packed body over fetch", () => {
  // fetch has decoded it, and keeps the header
  const fetched = () => {
    const headers = { "content-type": "application/json", "content-encoding": "br" }
    return Object.defineProperty(new Response('{"connection":{"slug":"crm"}}', { headers }), "url", {
      value: `${baseUrl}/`
    })
  }
  const handMade = () => {
    const headers = { "content-type": "application/json", "content-encoding": "gzip" }
    return new Response(gzipSync('{"connection":{"slug":"crm"}}'), { headers })
  }
  for (const [name, transport] of Object.entries({ "FetchHttpClient.layer": plain, "FetchTransport.layer": ours })) {
    it.effect(`${name}: what fetch has decoded is taken as it is, what a program packed itself is decoded`, () =>
      Effect.gen(function* () {
        for (const end of [fetched, handMade]) {
          assert.deepInclude(yield* run("safe", Layer.provide(transport, fakeFetch(end).layer)), { slug: "crm" })
        }
      })
    )
  }
})

describe("a browser whose fetch fails", () => {
  const failing = (message = "Failed to fetch", cause?: unknown) =>
    fakeFetch(() => {
      throw new TypeError(message, cause === undefined ? {} : { cause })
    })
  const page = "http://app.example"
  const withPage = (origin: string, scope = "document") =>
    Effect.zipRight(withGlobal(scope, {}), withGlobal("location", { origin }))
  const token = Auth.serviceToken(Redacted.make("canary"))
  const removed = Effect.flatMap(ConnectionsApi, (connections) => connections.subscribers.remove("1"))
  const failureOf = <A, E>(call: Effect.Effect<A, E, ConnectionsApi>, fake = failing()) =>
    Effect.flip(call).pipe(
      Effect.provide(
        ConnectionsApi.layer({ baseUrl, retry: "none" }).pipe(
          Layer.provide(token),
          Layer.provide(Layer.provide(ours, fake.layer))
        )
      )
    )
  const call = (kind: "safe" | "unsafe") =>
    Effect.flatMap(ConnectionsApi, (connections): Effect.Effect<unknown, ApiError, ConnectionsApi> =>
      calls[kind](connections)
    )

  for (const scope of ["document", "WorkerGlobalScope"]) {
    it.scoped(`${scope}: the message of a call to another origin names CORS and what it has to allow`, () =>
      Effect.gen(function* () {
        yield* withPage(page, scope)
        const read = yield* failureOf(call("safe"))
        assert.strictEqual(
          read.message,
          "connections.get (GET http://localhost:8081/api/v1/connections/crm): no response (NO_ANSWER). A browser gives programs no reason; its console does. If it names CORS, the server must respond to this page with `access-control-allow-origin: http://app.example`, and to its preflight request also with `access-control-allow-headers: user-agent, x-service-token`. Otherwise the server cannot be reached"
        )
        const write = yield* failureOf(call("unsafe"))
        assert.strictEqual(write._tag, "OutcomeUnknown")
        assert.include(
          write.message,
          "`access-control-allow-headers: content-type, user-agent, x-service-token`. Otherwise"
        )
        assert.match(write.message, /cannot be reached\. It may have happened: /)
        const remove = yield* failureOf(removed)
        assert.include(
          remove.message,
          "`access-control-allow-headers: user-agent, x-service-token` and `access-control-allow-methods: DELETE`."
        )
        for (const error of [read, write, remove]) assert.notInclude(JSON.stringify(error) + error.message, "canary")
      })
    )
  }

  const others = [
    ["a page of the same origin", withPage(baseUrl), failing()],
    ["a program without a page", Effect.void, failing()],
    ["a worker without a location, as in workerd", withGlobal("WorkerGlobalScope", {}), failing()],
    ["an error with a cause, as in Node and Deno", withPage(page), failing("fetch failed", new Error("closed"))]
  ] as const
  for (const [what, setting, fake] of others) {
    it.scoped(`${what}: CORS is not named`, () =>
      Effect.gen(function* () {
        yield* setting
        const read = yield* failureOf(call("safe"), fake)
        assert.match(read.message, /no response \(NO_ANSWER\)\. Check `baseUrl` and the network$/)
        assert.notInclude((yield* failureOf(call("unsafe"), fake)).message, "CORS")
      })
    )
  }
})

describe("FetchTransport", () => {
  it.effect("asks for a connection of its own, whatever else the program says", () =>
    Effect.gen(function* () {
      const fake = fakeFetch()
      const transport = Layer.provide(ours, Layer.merge(fake.layer, given({ keepalive: true })))
      yield* run("unsafe", transport)
      yield* Effect.provide(run("unsafe", transport), given({ keepalive: true, redirect: "follow" }))
      assert.deepStrictEqual(
        fake.fetched.map(({ init }) => [init.keepalive, init.redirect]),
        [
          [false, "manual"],
          [false, "manual"]
        ]
      )
    })
  )

  it.effect("takes options of its layer and of the program, which come first", () =>
    Effect.gen(function* () {
      const fake = fakeFetch()
      const ofLayer = given({ credentials: "include", mode: "cors", headers: { "x-a": "layer", "x-b": "layer" } })
      const transport = Layer.provide(ours, Layer.merge(fake.layer, ofLayer))
      const client = Effect.flatMap(HttpClient.HttpClient, (client) =>
        client.get(`${baseUrl}/`, { headers: { "x-c": "request" } })
      )
      yield* client.pipe(
        Effect.provide(transport),
        Effect.provideService(FetchHttpClient.RequestInit, { mode: "no-cors", headers: { "X-B": "program" } })
      )
      const init = fake.fetched[0]?.init
      assert.deepStrictEqual([init?.credentials, init?.mode], ["include", "no-cors"])
      assert.deepInclude({ ...init?.headers }, { "x-a": "layer", "x-b": "program", "x-c": "request" })
    })
  )

  it.scoped("Deno: gives each request a client without a pool, and closes it with its layer", () =>
    Effect.gen(function* () {
      const made = yield* withDeno
      const fake = fakeFetch()
      const transport = Layer.provide(ours, fake.layer)
      yield* Effect.gen(function* () {
        const connections = yield* ConnectionsApi
        yield* calls.unsafe(connections)
        yield* calls.safe(connections)
        assert.strictEqual(made[0]?.closed, 0)
      }).pipe(Effect.provide(api(transport)))
      assert.deepStrictEqual(
        made.map(({ closed, options }) => [closed, options]),
        [[1, { poolMaxIdlePerHost: 0 }]]
      )
      for (const { init } of fake.fetched) assert.strictEqual(init.client, made[0])
      assert.lengthOf(fake.fetched, 2)
    })
  )

  it.scoped("Deno: a client of the program takes the place of ours, and proves nothing", () =>
    Effect.gen(function* () {
      yield* withDeno
      const own = { close: () => {} }
      const fake = fakeFetch(refusedOf("Deno"))
      const transport = Layer.provide(ours, Layer.merge(fake.layer, given({ client: own })))
      const error = yield* Effect.flip(run("unsafe", transport))
      assert.strictEqual(fake.fetched[0]?.init.client, own)
      assert.strictEqual(error._tag, "OutcomeUnknown")
    })
  )

  it.scoped("Deno: without a client of ours a refused connection proves nothing", () =>
    Effect.gen(function* () {
      yield* withGlobal("Deno", {
        createHttpClient: () => {
          throw new TypeError("unstable")
        }
      })
      const error = yield* Effect.flip(run("unsafe", Layer.provide(ours, fakeFetch(refusedOf("Deno")).layer)))
      assert.strictEqual(error._tag, "OutcomeUnknown")
    })
  )

  it.scoped("workerd: a PUT and a DELETE without a body have an empty stream for one", () =>
    Effect.gen(function* () {
      yield* withGlobal("FixedLengthStream", class {})
      const fake = fakeFetch()
      yield* Effect.gen(function* () {
        const client = yield* HttpClient.HttpClient
        for (const method of ["del", "put", "post", "get"] as const) yield* client[method](`${baseUrl}/`)
      }).pipe(Effect.provide(Layer.provide(ours, fake.layer)))
      const bodies = yield* Effect.forEach(fake.fetched, ({ init }) =>
        init.body instanceof ReadableStream
          ? Effect.promise(() => new Response(init.body).text())
          : Effect.succeed(init.body)
      )
      assert.deepStrictEqual(bodies, ["", "", undefined, undefined])
      for (const { init } of fake.fetched) assert.notProperty(init.headers, "content-type")
    })
  )

  it.effect("elsewhere a DELETE without a body has none", () =>
    Effect.gen(function* () {
      const fake = fakeFetch()
      yield* Effect.provide(HttpClient.del(`${baseUrl}/`), Layer.provide(ours, fake.layer))
      assert.isUndefined(fake.fetched[0]?.init.body)
    })
  )
})

// --- what the fetch of each runtime throws, as it was measured: Node 20.20, Bun 1.4.5, Deno 2.9.6, workerd 1.20261117, Chromium 156

const bun = (message: string, fields: object) => () => {
  throw Object.assign(new TypeError(message), fields)
}
const deno = (message: string) => () => {
  throw Object.assign(new TypeError("fetch failed"), { cause: new Error(message) })
}
const node = (message: string, fields: object) => () => {
  throw Object.assign(new TypeError("fetch failed"), { cause: Object.assign(new Error(message), fields) })
}
const url = `${baseUrl}/api/v1/connections/crm/actions/a/execute`
const denoSending = `error sending request for url (${url}): `
const path = { path: url, errno: 0 }

type Runtime = "Node" | "Bun" | "Deno" | "workerd" | "Chromium"

interface Shape {
  readonly runtime: Runtime
  readonly what: string
  readonly fails: () => never
  /** The code of the proof that nothing was sent, over FetchTransport; nothing where it is none. */
  readonly proof?: string
  /** The same over `FetchHttpClient`. */
  readonly plainProof?: string
  readonly isPermanent?: true
}

const shapes: ReadonlyArray<Shape> = [
  {
    runtime: "Node",
    what: "refused",
    fails: node("connect ECONNREFUSED 127.0.0.1:9", {
      errno: -111,
      code: "ECONNREFUSED",
      syscall: "connect",
      address: "127.0.0.1",
      port: 9
    }),
    proof: "ECONNREFUSED",
    plainProof: "ECONNREFUSED"
  },
  {
    runtime: "Node",
    what: "no such host",
    fails: node("getaddrinfo ENOTFOUND nohost.invalid", {
      errno: -3008,
      code: "ENOTFOUND",
      syscall: "getaddrinfo",
      hostname: "nohost.invalid"
    }),
    proof: "ENOTFOUND",
    plainProof: "ENOTFOUND"
  },
  {
    runtime: "Node",
    what: "certificate",
    fails: node("self-signed certificate", { code: "DEPTH_ZERO_SELF_SIGNED_CERT" }),
    proof: "DEPTH_ZERO_SELF_SIGNED_CERT",
    plainProof: "DEPTH_ZERO_SELF_SIGNED_CERT",
    isPermanent: true
  },
  {
    runtime: "Node",
    what: "reset",
    fails: node("read ECONNRESET", { errno: -104, code: "ECONNRESET", syscall: "read" })
  },
  { runtime: "Node", what: "ended", fails: node("other side closed", { name: "SocketError", code: "UND_ERR_SOCKET" }) },
  {
    runtime: "Bun",
    what: "refused",
    fails: bun("ECONNREFUSED: Unable to connect. Is the computer able to access the url?", {
      code: "ECONNREFUSED",
      ...path
    }),
    proof: "ECONNREFUSED"
  },
  {
    runtime: "Bun",
    what: "no such host",
    fails: bun("getaddrinfo ENOTFOUND nohost.invalid", {
      code: "ENOTFOUND",
      path: url,
      syscall: "getaddrinfo",
      hostname: "nohost.invalid",
      errno: 4
    }),
    proof: "ENOTFOUND"
  },
  {
    runtime: "Bun",
    what: "certificate",
    fails: bun("self signed certificate", { code: "DEPTH_ZERO_SELF_SIGNED_CERT", ...path }),
    proof: "DEPTH_ZERO_SELF_SIGNED_CERT",
    isPermanent: true
  },
  {
    runtime: "Bun",
    what: "TLS",
    fails: bun("EPROTO: The TLS handshake failed. Does the server speak TLS on this port?", { code: "EPROTO", ...path })
  },
  {
    runtime: "Bun",
    what: "reset",
    fails: bun("ECONNRESET: The socket connection was closed unexpectedly.", { code: "ECONNRESET", ...path })
  },
  {
    runtime: "Deno",
    what: "refused",
    fails: deno(`${denoSending}client error (Connect): tcp connect error: Connection refused (os error 111)`),
    proof: "ECONNREFUSED"
  },
  {
    runtime: "Deno",
    what: "no such host",
    fails: deno(
      `${denoSending}client error (Connect): dns error: failed to lookup address information: Name or service not known`
    ),
    proof: "ENOTFOUND"
  },
  {
    runtime: "Deno",
    what: "certificate",
    fails: deno(`${denoSending}client error (Connect): invalid peer certificate: Other(OtherError(CaUsedAsEndEntity))`),
    proof: "CERT_REJECTED",
    isPermanent: true
  },
  {
    runtime: "Deno",
    what: "TLS",
    fails: deno(`${denoSending}client error (Connect): received corrupt message of type InvalidContentType`),
    proof: "CONNECT_FAILED"
  },
  {
    runtime: "Deno",
    what: "no permission",
    fails: () => {
      throw Object.assign(new Error('Requires net access to "127.0.0.1:8123", run again with the --allow-net flag'), {
        name: "NotCapable"
      })
    },
    proof: "NOT_CAPABLE",
    isPermanent: true
  },
  {
    runtime: "Deno",
    what: "blocked port",
    fails: () => {
      throw new TypeError("Fetch failed: Requests to port 9 are blocked")
    },
    proof: "BAD_PORT",
    isPermanent: true
  },
  {
    runtime: "Deno",
    what: "ended",
    fails: deno(
      `error sending request from 127.0.0.1:45876 for ${url} (127.0.0.1:40635): client error (SendRequest): connection closed before message completed`
    )
  },
  {
    runtime: "Deno",
    what: "ended, with the words of a connection that was not made further on",
    fails: deno(`${denoSending}client error (SendRequest): x for url (y): client error (Connect): Connection refused`)
  },
  { runtime: "Deno", what: "reset", fails: deno("Connection reset by peer (os error 104)") },
  {
    runtime: "workerd",
    what: "refused, reset and ended",
    fails: () => {
      throw Object.assign(new Error("Network connection lost."), { retryable: true })
    }
  },
  {
    runtime: "workerd",
    what: "no such host",
    fails: () => {
      throw new Error("internal error; reference = h70bmtk9q5a8ub2oc28s1087")
    }
  },
  {
    runtime: "Chromium",
    what: "refused, reset, ended, no such host",
    fails: () => {
      throw new TypeError("Failed to fetch")
    }
  }
]

const refusedOf = (runtime: Runtime): (() => never) => {
  const found = shapes.find((shape) => shape.runtime === runtime && shape.what === "refused")
  if (found === undefined) throw new Error(runtime)
  return found.fails
}

describe("what an error of fetch proves", () => {
  for (const { fails, isPermanent, plainProof, proof, runtime, what } of shapes) {
    const check = (name: string, transport: Layer.Layer<HttpClient.HttpClient>, expected: string | undefined) =>
      it.scoped(`${runtime}, ${what}: ${expected === undefined ? "nothing" : "nothing was sent"} over ${name}`, () =>
        Effect.gen(function* () {
          if (runtime === "Deno") yield* withDeno
          const over = Layer.provide(transport, fakeFetch(fails).layer)
          const error = yield* Effect.flip(run("unsafe", over))
          assert.strictEqual(error._tag, expected === undefined ? "OutcomeUnknown" : "NotSent")
          if (error._tag !== "NotSent") return
          assert.deepStrictEqual([error.code, error.retryable], [expected, isPermanent !== true])
        })
      )
    check("FetchTransport", ours, proof)
    check("FetchHttpClient", plain, plainProof)
  }
})
