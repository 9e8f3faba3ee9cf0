import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { IncomingHttpHeaders } from "node:http"
import { connectors, folder, server } from "./support/commands.js"

/** A server that keeps the headers of the last request; and two profiles, the first of which is for it. */
const setUp = Effect.gen(function* () {
  let headers: IncomingHttpHeaders = {}
  const url = yield* server((request, response) => {
    headers = request.headers
    response.writeHead(200, { "content-type": "application/json" }).end("[]")
  })
  const env = { CONNECTORS_CONFIG_DIR: yield* folder }
  const add = (name: string, url: string, token: string) =>
    connectors(["profile", "add", name, "--url", url, "--token-stdin"], { env, stdin: token })
  yield* add("one", url, "token-of-one")
  yield* add("two", url, "token-of-two")
  /** The headers that a command sends. */
  const sent = (args: ReadonlyArray<string> = [], more: Readonly<Record<string, string>> = {}) =>
    Effect.map(connectors(["connections", "list", ...args], { env: { ...env, ...more } }), ({ code, err }) => {
      assert.strictEqual(code, 0, err)
      return headers
    })
  return { env, sent, url }
})

describe("profiles", () => {
  it.scopedLive("the first one is used until another is", () =>
    Effect.gen(function* () {
      const { env, sent } = yield* setUp
      assert.strictEqual((yield* sent())["x-service-token"], "token-of-one")
      assert.strictEqual((yield* sent(["--profile", "two"]))["x-service-token"], "token-of-two")
      assert.strictEqual((yield* sent([], { CONNECTORS_PROFILE: "two" }))["x-service-token"], "token-of-two")
      yield* connectors(["profile", "use", "two"], { env })
      assert.strictEqual((yield* sent())["x-service-token"], "token-of-two")
    })
  )

  it.scopedLive("credentials of the environment take the place of all those of the profile", () =>
    Effect.gen(function* () {
      const { sent } = yield* setUp
      const headers = yield* sent([], { CONNECTIONS_COOKIE: "c=1", CONNECTIONS_CSRF_TOKEN: "x" })
      assert.strictEqual(headers.cookie, "c=1")
      assert.isUndefined(headers["x-service-token"])
    })
  )

  it.scopedLive("credentials of a profile never go to another address", () =>
    Effect.gen(function* () {
      const { env, url } = yield* setUp
      const elsewhere = { ...env, CONNECTIONS_BASE_URL: url.replace("127.0.0.1", "localhost") }
      const { code, err } = yield* connectors(["connections", "list"], { env: elsewhere })
      assert.strictEqual(code, 2)
      assert.include(err, "CONNECTIONS_SERVICE_TOKEN is not set")
    })
  )

  it.scopedLive("nor to the public address of another dialect", () =>
    Effect.gen(function* () {
      const { env } = yield* setUp
      const add = ["profile", "add", "b", "--platform", "bosa", "--dialect", "gl", "--token-stdin"]
      assert.strictEqual((yield* connectors(add, { env, stdin: "key" })).code, 0)
      const list = ["bosa", "connectors", "--profile", "b"]
      const { code, err } = yield* connectors(list, { env: { ...env, BOSA_DIALECT: "bosa" } })
      assert.strictEqual(code, 2)
      assert.include(err, "BOSA_API_KEY is not set")
    })
  )

  it.scopedLive("no output holds a secret", () =>
    Effect.gen(function* () {
      const { env } = yield* setUp
      for (const args of [["list"], ["list", "--json"], ["use", "one"], ["remove", "one"]]) {
        const { err, out } = yield* connectors(["profile", ...args], { env, isTTY: true })
        assert.notInclude(out + err, "token-of")
      }
    })
  )

  it.scopedLive("a list is a table on a terminal, with colors unless NO_COLOR", () =>
    Effect.gen(function* () {
      const { env, url } = yield* setUp
      const list = (more: Readonly<Record<string, string>>) =>
        Effect.map(connectors(["profile", "list"], { env: { ...env, ...more }, isTTY: true }), ({ out }) => out)
      assert.include(yield* list({}), "\u001b[1mname  active")
      assert.include(yield* list({ NO_COLOR: "1" }), `name  active  connections`)
      assert.notInclude(yield* list({ NO_COLOR: "1" }), "\u001b")
      assert.include(yield* list({}), `one   yes     ${url}`)
    })
  )

  it.scopedLive("many that are added at once are all there", () =>
    Effect.gen(function* () {
      const env = { CONNECTORS_CONFIG_DIR: yield* folder }
      const names = Array.from({ length: 8 }, (_, n) => `p${n}`)
      const add = (name: string) => ["profile", "add", name, "--url", "https://a.example", "--no-credentials"]
      yield* Effect.forEach(names, (name) => connectors(add(name), { env }), { concurrency: "unbounded" })
      const listed = yield* connectors(["profile", "list"], { env })
      assert.deepStrictEqual(
        listed.out
          .trimEnd()
          .split("\n")
          .map((line) => line.split("\t")[0])
          .sort(),
        names
      )
    })
  )

  it.scopedLive("the address of the database of durable jobs is a secret", () =>
    Effect.gen(function* () {
      const env = { CONNECTORS_CONFIG_DIR: yield* folder }
      const add = ["profile", "add", "night", "--platform", "durable"]
      const stdin = "postgres://jobs:canary@db/jobs\n"
      const added = yield* connectors([...add, "--token-stdin", "--json"], { env, stdin })
      assert.strictEqual(added.code, 0)
      assert.include(added.out, '"EFFECT_CONNECTORS_DATABASE_URL":"<redacted>"')
      const listed = yield* connectors(["profile", "list", "--json"], { env })
      assert.notInclude(added.out + added.err + listed.out, "canary")
      const asArgument = yield* connectors([...add, "--url", "postgres://a"], { env })
      assert.deepInclude(asArgument, { code: 2, out: "" })
      assert.include(asArgument.err, "pipe it in with --token-stdin")
      assert.strictEqual((yield* connectors([...add, "--no-credentials"], { env })).code, 2)
    })
  )

  it.scopedLive("settings can be piped in", () =>
    Effect.gen(function* () {
      const { env } = yield* setUp
      const stdin = "CONNECTIONS_COOKIE=a=b\nCONNECTIONS_CSRF_TOKEN=t\n"
      const add = ["profile", "add", "session", "--url", "https://a.example", "--settings-stdin", "--json"]
      const added = yield* connectors(add, { env, stdin })
      assert.include(added.out, '"CONNECTIONS_COOKIE":"<redacted>","CONNECTIONS_CSRF_TOKEN":"<redacted>"')
      const wrong = yield* connectors([...add, "--replace"], { env, stdin: "CONNECTIONS_COOKIE=a\nTOKEN=t" })
      assert.include(wrong.err, "line 2 is not NAME=value")
    })
  )
})
