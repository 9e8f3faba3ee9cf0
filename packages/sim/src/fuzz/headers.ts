import * as Action from "@effect-connectors/core/Action"
import { Auth } from "@effect-connectors/core/Auth"
import { BosaApi } from "@effect-connectors/core/BosaApi"
import { make as makeConnections } from "@effect-connectors/core/ConnectionsApi"
import * as NodeConnectors from "@effect-connectors/node/NodeConnectors"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import type * as HttpClient from "@effect/platform/HttpClient"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import { createServer } from "node:http"
import { SeededRandom } from "../simulator/seededRandom.js"

const valuePieces = [
  "value",
  "\r\nx-injected: 1",
  "\nx-injected: 1",
  "\rx-injected: 1",
  "\r\n\r\nGET /injected HTTP/1.1\r\nhost: x\r\n\r\n",
  "\r\n x-folded",
  "\u0000",
  "\u0001",
  "\u007f",
  "\u0085",
  "\u2028",
  "\u010a",
  "\u560a\u560d",
  "é",
  "🙂",
  " ",
  "\t",
  ",",
  ";",
  ":",
  "=",
  '"',
  "'",
  "a, b",
  "%0d%0ax-injected: 1",
  "Bearer ",
  "bearer x",
  "x".repeat(1_000)
] as const

const namePieces = [
  "x-own",
  "X-Own",
  "x-a\r\nx-injected",
  "x a",
  "x:",
  ":",
  "",
  "\u0000",
  "é",
  "Host",
  "host",
  "content-length",
  "Transfer-Encoding",
  "connection",
  "content-type",
  "expect",
  "__proto__",
  "constructor",
  "x_y",
  "x.y",
  "cookie",
  "authorization"
] as const

const hostileValue = (random: SeededRandom): string =>
  random.chance(0.3)
    ? random.pick(["a, b", '"a"; b=c', "%0d%0ax-injected: 1", "x".repeat(1_000), "bearer x", "a\tb"])
    : pasted(random)

const pasted = (random: SeededRandom): string =>
  Array.from({ length: random.between(1, 3) }, () => random.pick(valuePieces)).join("")

interface Given {
  readonly url: string
  readonly name: string
  readonly value: string
}

interface Place {
  readonly at: string
  /** The header that may arrive, and what with; `undefined` when no header may hold the value. */
  readonly header: (given: Given) => readonly [name: string, values: ReadonlyArray<string>] | undefined
  readonly call: (given: Given) => Effect.Effect<unknown, unknown, HttpClient.HttpClient>
}

const secret = Redacted.make("s")

const listed = (auth: Layer.Layer<Auth, unknown>, url: string) =>
  Effect.flatMap(makeConnections({ baseUrl: url, retry: "none" }), (api) => api.list()).pipe(
    Effect.provide(auth),
    Effect.scoped
  )

const bosaOver = (url: string, auth: Layer.Layer<Auth, unknown> = Auth.none) =>
  Effect.provide(BosaApi.make({ baseUrl: url, dialect: "gl", retry: "none" }), auth)

// the scheme is written once, always in the same letter case
const bearers = (value: string) => [`Bearer ${value.replace(/^bearer +/i, "")}`]

const act = (url: string, change: (action: Action.Action) => Action.Action) =>
  Effect.flatMap(bosaOver(url), (api) => change(api.connect("demo").action("act")).execute)

/** Where a value for a header can be given. */
export const places: readonly [Place, ...Array<Place>] = [
  {
    at: "extraHeaders",
    header: ({ name, value }) => [name, [value]],
    call: ({ name, url, value }) =>
      Effect.flatMap(
        makeConnections({ baseUrl: url, retry: "none", extraHeaders: Object.fromEntries([[name, value]]) }),
        (api) => api.list()
      ).pipe(Effect.provide(Auth.none), Effect.scoped)
  },
  {
    at: "Auth.serviceToken",
    header: ({ value }) => ["x-service-token", [value]],
    call: ({ url, value }) => listed(Auth.serviceToken(Redacted.make(value)), url)
  },
  {
    at: "Auth.session cookie",
    header: ({ value }) => ["cookie", [value]],
    call: ({ url, value }) => listed(Auth.session({ cookie: Redacted.make(value), csrfToken: secret }), url)
  },
  {
    at: "Auth.session csrfToken",
    header: ({ value }) => ["x-csrf-token", [value]],
    call: ({ url, value }) => listed(Auth.session({ cookie: secret, csrfToken: Redacted.make(value) }), url)
  },
  {
    at: "Auth.headers",
    header: ({ name, value }) => [name, [value]],
    call: ({ name, url, value }) => listed(Auth.headers(Object.fromEntries([[name, Redacted.make(value)]])), url)
  },
  {
    at: "Auth.refreshing",
    header: ({ name, value }) => [name, [value]],
    call: ({ name, url, value }) =>
      listed(Auth.refreshing(Effect.succeed(Object.fromEntries([[name, Redacted.make(value)]]))), url)
  },
  {
    at: "Auth.bosa apiKey",
    header: ({ value }) => ["x-api-key", [value]],
    call: ({ url, value }) =>
      Effect.flatMap(bosaOver(url, Auth.apiKey(Redacted.make(value))), (api) => api.integrations.has("demo", secret))
  },
  {
    at: "Auth.bosa userToken",
    header: ({ value }) => ["authorization", bearers(value)],
    call: ({ url, value }) =>
      Effect.flatMap(bosaOver(url, Auth.bosa({ apiKey: secret, userToken: Redacted.make(value) })), (api) =>
        api.integrations.has("demo", undefined)
      )
  },
  {
    at: "a call's token",
    header: ({ value }) => ["authorization", bearers(value)],
    call: ({ url, value }) => Effect.flatMap(bosaOver(url), (api) => api.integrations.has("demo", Redacted.make(value)))
  },
  {
    at: "Action.token",
    header: ({ value }) => ["authorization", bearers(value)],
    call: ({ url, value }) => act(url, Action.token(Redacted.make(value)))
  },
  {
    at: "Action.headers",
    header: ({ name, value }) => [name, [value]],
    call: ({ name, url, value }) => act(url, Action.headers(Object.fromEntries([[name, value]])))
  },
  {
    at: "Action.identifier",
    header: ({ value }) => ["x-integration", [value]],
    call: ({ url, value }) => act(url, Action.identifier(value))
  },
  {
    at: "userAgent",
    header: ({ value }) => ["user-agent", [value]],
    call: ({ url, value }) =>
      Effect.flatMap(makeConnections({ baseUrl: url, retry: "none", userAgent: value }), (api) => api.list()).pipe(
        Effect.provide(Auth.none),
        Effect.scoped
      )
  },
  {
    at: "idempotencyKey",
    header: ({ value }) => ["idempotency-key", [value]],
    call: ({ url, value }) =>
      Effect.flatMap(
        makeConnections({
          baseUrl: url,
          retry: "none",
          idempotencyKey: { header: "Idempotency-Key", make: Effect.succeed(value) }
        }),
        (api) => api.actions.execute("crm", "a", {})
      ).pipe(Effect.provide(Auth.none), Effect.scoped)
  },
  {
    at: "callbackUrl",
    header: () => undefined,
    call: ({ url, value }) =>
      Effect.flatMap(bosaOver(url), (api) => api.integrations.initiate("demo", secret, `https://a.example/${value}`))
  },
  {
    at: "masterKey",
    header: ({ value }) => ["x-api-user", [value]],
    call: ({ url, value }) =>
      Effect.flatMap(
        Effect.provide(
          BosaApi.make({ baseUrl: url, retry: "none", createClient: { path: "/c", header: "x-api-user" } }),
          Auth.none
        ),
        (api) => api.clients.create("app", Redacted.make(value))
      )
  }
]

interface Arrived {
  readonly target: string
  readonly headers: ReadonlyArray<readonly [name: string, value: string]>
}

const pairs = (raw: ReadonlyArray<string>): Arrived["headers"] =>
  Array.from({ length: raw.length / 2 }, (_, index) => [(raw[2 * index] ?? "").toLowerCase(), raw[2 * index + 1] ?? ""])

const ordinary = new Set([
  "host",
  "connection",
  "accept",
  "accept-language",
  "accept-encoding",
  "sec-fetch-mode",
  "user-agent",
  "content-type",
  "content-length",
  "transfer-encoding",
  "x-service-token",
  "x-csrf-token",
  "cookie",
  "x-api-key",
  "x-api-user",
  "authorization",
  "x-integration",
  "x-bosa-integration",
  "idempotency-key"
])

const discovered = JSON.stringify({
  demo: {
    act: { method: "POST", path: "/act", docstring: "Acts.", parameters: { request: { schema: { properties: {} } } } }
  }
})

/** How hostile header values ended. */
export interface Headers {
  count: number
  sent: number
  refused: number
  /** The places whose values arrived at least once. */
  readonly places: Set<string>
  readonly findings: Array<string>
}

/** What arrived that was not given, or arrived otherwise than it was given. */
export const injectedBy = (
  expected: ReturnType<Place["header"]>,
  arrived: ReadonlyArray<Arrived>
): string | undefined => {
  const own = expected?.[0].toLowerCase()
  for (const { headers, target } of arrived) {
    if (/injected/.test(target)) return `a request for ${target}`
    for (const [name, value] of headers) {
      if (name !== own && !ordinary.has(name)) return `a header ${name}: ${value}`
    }
  }
  const last = [...arrived].reverse().find(({ target }) => !target.startsWith("/connectors/?"))
  if (last === undefined || expected === undefined || own === undefined) return undefined
  const found = last.headers.filter(([name]) => name === own)
  if (found.length !== 1) return `${own} arrived ${found.length} times`
  const value = found[0]?.[1] ?? ""
  return expected[1].includes(value) ? undefined : `${own} arrived as ${JSON.stringify(value)}`
}

/** Hostile header values and names from a seed on, over real sockets: each is refused, or arrives once and as it is. */
export const fuzzHeaders = async (from: number, count: number): Promise<Headers> => {
  const tally: Headers = { count: 0, sent: 0, refused: 0, places: new Set(), findings: [] }
  let arrived: Array<Arrived> = []
  const server = createServer((request, response) => {
    arrived.push({ target: request.url ?? "", headers: pairs(request.rawHeaders) })
    request.resume()
    response.writeHead(200, { "content-type": "application/json" })
    response.end(request.url?.startsWith("/connectors/?") === true ? discovered : "{}")
  })
  await new Promise<void>((done) => void server.listen(0, "127.0.0.1", done))
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`
  const runtimes = [ManagedRuntime.make(NodeConnectors.layer), ManagedRuntime.make(FetchHttpClient.layer)] as const
  try {
    for (let seed = from; seed < from + count; seed++) {
      const random = new SeededRandom(seed)
      const place = random.pick(places)
      const name = random.chance(0.5) ? "x-own" : random.pick(namePieces)
      const given = { url, name, value: hostileValue(random) }
      arrived = []
      const exit = await runtimes[seed % 2 === 0 ? 0 : 1].runPromiseExit(
        Effect.suspend(() => place.call(given)).pipe(Effect.provide(Logger.minimumLogLevel(LogLevel.None)))
      )
      tally.count++
      const sent = arrived.some(({ target }) => !target.startsWith("/connectors/?"))
      if (sent) {
        tally.sent++
        tally.places.add(place.at)
      } else tally.refused++
      const reproduce = `--from ${seed} --headers 1: ${place.at} ${JSON.stringify(name)}: ${JSON.stringify(given.value)}`
      if (Exit.isFailure(exit)) {
        const error = Cause.failureOption(exit.cause)
        if (error._tag === "None" || !Predicate.hasProperty(error.value, "_tag")) {
          tally.findings.push(`${reproduce}: ${Cause.pretty(exit.cause)}`)
        }
      }
      const injected = injectedBy(place.header(given), arrived)
      if (injected !== undefined) tally.findings.push(`${reproduce}: ${injected}`)
    }
  } finally {
    await Promise.all(runtimes.map((runtime) => runtime.dispose()))
    server.closeAllConnections()
    await new Promise<void>((done) => void server.close(() => done()))
  }
  return tally
}
