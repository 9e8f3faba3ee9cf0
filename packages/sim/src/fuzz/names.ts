import { Auth } from "@effect-connectors/core/Auth"
import { BosaApi } from "@effect-connectors/core/BosaApi"
import { make as makeConnections } from "@effect-connectors/core/ConnectionsApi"
import { JobRef } from "@effect-connectors/core/JobRef"
import { VirtualClock } from "@effect-connectors/testing/VirtualClock"
import * as HttpClient from "@effect/platform/HttpClient"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { SeededRandom } from "../simulator/seededRandom.js"
import { FuzzServer, goodResponse } from "./fuzzServer.js"

const base = "http://localhost:8081/below/here"

const pieces = [
  "..",
  ".",
  "/",
  "\\",
  "%2e",
  "%2E%2e",
  "%2f",
  "%5c",
  "%252e",
  "%00",
  "%",
  "?",
  "#",
  ";",
  "@",
  ":",
  "//",
  "///",
  "&",
  "=",
  "+",
  " ",
  "\t",
  "\r\n",
  "\u0000",
  "\u007f",
  "\u0085",
  "\u2028",
  "\u202e",
  "\u2024\u2024",
  "\uff0e\uff0e",
  "\uff0f",
  "\u2215",
  "\ud800",
  "\udc00",
  "\ufeff",
  "é",
  "e\u0301",
  "🙂",
  "~",
  "*",
  "'",
  '"',
  "<",
  "|",
  "^",
  "`",
  "{a}",
  "{slug}",
  "http://elsewhere.example",
  "//elsewhere.example",
  "user:pw@elsewhere.example",
  "HTTP/1.1",
  "api",
  "v1",
  "crm",
  "a",
  "-",
  "_",
  "__proto__",
  "constructor",
  "x".repeat(300)
] as const

/** A name that an attacker may choose. */
const hostileName = (random: SeededRandom): string =>
  random.chance(0.02) ? "" : Array.from({ length: random.between(1, 5) }, () => random.pick(pieces)).join("")

interface Clients {
  readonly connections: Effect.Effect.Success<ReturnType<typeof makeConnections>>
  readonly bosa: Effect.Effect.Success<ReturnType<typeof BosaApi.make>>
}

interface Place {
  readonly name: string
  /** What the path has below the base, when it is sent; `undefined` for a path that the server chose. */
  readonly path: (name: string, other: string) => ReadonlyArray<string> | undefined
  readonly call: (clients: Clients, name: string, other: string) => Effect.Effect<unknown, unknown>
}

const api = (...segments: ReadonlyArray<string>): ReadonlyArray<string> => ["api", "v1", ...segments]

const token = Redacted.make("token")

const places: readonly [Place, ...Array<Place>] = [
  { name: "connections.get", path: (a) => api("connections", a), call: ({ connections }, a) => connections.get(a) },
  {
    name: "connection(slug).setActive",
    path: (a) => api("connections", a, "toggle-active"),
    call: ({ connections }, a) => connections.connection(a).setActive(true)
  },
  {
    name: "actions.execute",
    path: (a, b) => api("connections", a, "actions", b, "execute"),
    call: ({ connections }, a, b) => connections.actions.execute(a, b, {})
  },
  {
    name: "http.get",
    path: (a) => api("connections", a, "http", "get"),
    call: ({ connections }, a) => connections.http.get(a, {})
  },
  {
    name: "triggers.get",
    path: (a, b) => api("connections", a, "triggers", b),
    call: ({ connections }, a, b) => connections.triggers.get(a, b, { accountSlug: b })
  },
  { name: "jobs.get", path: (a) => api("jobs", a), call: ({ connections }, a) => connections.jobs.get(a) },
  {
    name: "jobs.watch",
    path: (a) => api("jobs", a),
    call: ({ connections }, a) =>
      Effect.flatMap(
        JobRef.decode({ v: 1, api: "connections", origin: base, jobId: a, operation: a, submittedAt: 0 }),
        (ref) => Stream.runDrain(connections.jobs.watch(ref, { deadline: "10 seconds" }))
      )
  },
  {
    name: "subscribers.remove",
    path: (a) => api("subscribers", a),
    call: ({ connections }, a) => connections.subscribers.remove(a)
  },
  {
    name: "integrations.has",
    path: (a) => ["connectors", a, "integration-exists"],
    call: ({ bosa }, a) => bosa.integrations.has(a, token)
  },
  {
    name: "integrations.get",
    path: (a, b) => ["connectors", a, "integrations", b],
    call: ({ bosa }, a, b) => bosa.integrations.get(a, token, b)
  },
  {
    name: "integrations.remove",
    path: (a, b) => ["connectors", a, "integrations", b],
    call: ({ bosa }, a, b) => bosa.integrations.remove(a, token, b)
  },
  { name: "skills.get", path: (a) => ["api", "skills", a], call: ({ bosa }, a) => bosa.skills.get(a, token) },
  { name: "discovery", path: () => ["connectors", ""], call: ({ bosa }, a) => bosa.connect(a).info },
  { name: "an action's path", path: () => undefined, call: ({ bosa }, a) => bosa.execute("demo", "act", { a }) },
  { name: "an action's name", path: () => undefined, call: ({ bosa }, a, b) => bosa.execute("demo", a, { b }) },
  {
    name: "skills.artifact",
    path: () => undefined,
    call: ({ bosa }, a) =>
      bosa.skills.artifact({
        id: "s",
        name: "s",
        sourceType: "manual",
        downloadUrl: Redacted.make(`${base}/files/${a}`),
        contentSha256: undefined
      })
  }
]

const decoded = (segment: string): string => {
  try {
    return decodeURIComponent(segment)
  } catch {
    return `not decodable: ${segment}`
  }
}

/** Why a URL is not what was meant, read by the rules of the URL standard. */
export const escapeOf = (text: string, expected: ReadonlyArray<string> | undefined): string | undefined => {
  // what is not plain ASCII, or a backslash, is for the parser of each transport to choose
  if (!/^[\x21-\x5b\x5d-\x7e]+$/.test(text)) return "it holds what a request line cannot"
  if (!URL.canParse(text)) return "it is not a URL"
  const url = new URL(text)
  const root = new URL(base)
  if (url.origin !== root.origin || url.username !== "" || url.password !== "") return `it leads to ${url.origin}`
  if (url.hash !== "") return "it has a fragment"
  if (!url.pathname.startsWith(`${root.pathname}/`)) return "it leaves the base"
  if (/\/\.{1,2}(\/|$)/.test(decoded(url.pathname))) {
    // a server that decodes before it resolves would climb
    if (expected === undefined) return "a server that decodes it first would climb"
  }
  if (expected === undefined) return undefined
  const segments = url.pathname
    .slice(root.pathname.length + 1)
    .split("/")
    .map(decoded)
  return JSON.stringify(segments) === JSON.stringify(expected)
    ? undefined
    : `its path is ${JSON.stringify(segments)} and not ${JSON.stringify(expected)}`
}

/** How hostile names ended. */
export interface Names {
  count: number
  sent: number
  refused: number
  readonly findings: Array<string>
}

const discoveryOf = (path: string) => ({
  demo: {
    act: {
      method: "POST",
      path,
      docstring: "Acts.",
      parameters: { request: { schema: { properties: { a: { type: "string" } } } } }
    }
  }
})

const one = (tally: Names, server: FuzzServer, clients: Clients, seed: number) =>
  Effect.gen(function* () {
    const random = new SeededRandom(seed)
    const place = random.pick(places)
    const [name, other] = [hostileName(random), random.chance(0.5) ? "plain" : hostileName(random)]
    const path = place.name === "an action's path" ? `${random.chance(0.5) ? "/" : ""}${name}` : "/connectors/demo/act"
    const urls: Array<readonly [string, boolean]> = []
    server.respondWith((request) => {
      const discovery = /\/connectors\/\?/.test(request.url) && place.name !== "discovery"
      urls.push([request.url, discovery])
      return discovery ? goodResponse(discoveryOf(path)) : goodResponse({ data: {}, status: "completed" })
    })
    yield* clients.bosa.connect("demo").refresh
    const exit = yield* Effect.exit(Effect.suspend(() => place.call(clients, name, other)))
    tally.count++
    const reproduce = `--from ${seed} --slugs 1: ${place.name} of ${JSON.stringify(name)}, ${JSON.stringify(other)}`
    if (Exit.isFailure(exit)) {
      const error = Cause.failureOption(exit.cause)
      if (error._tag === "None" || !Predicate.hasProperty(error.value, "_tag")) {
        tally.findings.push(`${reproduce}: ${Cause.pretty(exit.cause)}`)
      }
    }
    const sent = urls.filter(([, discovery]) => !discovery)
    if (sent.length === 0) tally.refused++
    else tally.sent++
    for (const [url] of sent) {
      const escape = escapeOf(url, place.path(name, other))
      if (escape !== undefined) tally.findings.push(`${reproduce}: ${JSON.stringify(url)}: ${escape}`)
    }
  })

const batchSize = 500

/** Hostile names from a seed on: each is refused, or is one segment where it belongs. */
export const fuzzNames = async (from: number, count: number): Promise<Names> => {
  const tally: Names = { count: 0, sent: 0, refused: 0, findings: [] }
  const server = new FuzzServer(50)
  for (let done = 0; done < count; done += batchSize) {
    const batch = Effect.gen(function* () {
      const clients = {
        connections: yield* makeConnections({ baseUrl: base }).pipe(Effect.provide(Auth.none)),
        bosa: yield* BosaApi.make({ baseUrl: base, dialect: "gl" }).pipe(Effect.provide(Auth.none))
      }
      for (let seed = from + done; seed < from + Math.min(count, done + batchSize); seed++) {
        yield* one(tally, server, clients, seed)
      }
    }).pipe(
      Effect.provideService(HttpClient.HttpClient, server.buffering),
      Effect.provide(Logger.minimumLogLevel(LogLevel.None)),
      Effect.scoped
    )
    await Effect.runPromise(VirtualClock.run(batch, { seed: from }))
  }
  return tally
}
