import { NodeConnectors } from "@effect-connectors/node"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { readFileSync } from "node:fs"
import Net from "node:net"
import Tls from "node:tls"
import { inspect } from "node:util"
import { vi } from "vitest"
import { attempt, echoed } from "./support/attempts.js"
import { withEnvironment } from "./support/environment.js"
import { echo, http, tunnel } from "./support/servers.js"

const page = readFileSync(new URL("../../../docs/proxies.md", import.meta.url), "utf8")

/** The rows of the table under a heading, in cells. */
const rowsUnder = (heading: string): ReadonlyArray<ReadonlyArray<string>> => {
  const [, section = ""] = page.split(`\n## ${heading}\n`)
  const [rows = ""] = section.split("\n## ")
  return rows
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .slice(2)
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim())
    )
}

const codesIn = (cell = ""): ReadonlyArray<string> => [...cell.matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code)

const names = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"].flatMap((name) => [name, name.toLowerCase()])

/** Only these of all variables that concern proxies. */
const onlyEnvironment = (variables: Record<string, string>) =>
  withEnvironment({
    ...Object.fromEntries([...names, "REQUEST_METHOD"].map((name) => [name, undefined])),
    ...variables
  })

const refusing = <S extends Net.Socket>(socket: S): S => {
  process.nextTick(() => socket.destroy(Object.assign(new Error("refused"), { code: "ECONNREFUSED" })))
  return socket
}

/** Where connections would go; none is made. */
const connections = Effect.acquireRelease(
  Effect.sync(() => {
    const opened: Array<string> = []
    const connect = <S extends Net.Socket>(options: object, socket: S): S => {
      const [host, port] = ["host", "port"].map((name) => String(Reflect.get(options, name)))
      opened.push(`${Net.isIPv6(host ?? "") ? `[${host}]` : host}:${port}`)
      return refusing(socket)
    }
    const spies = [
      vi.spyOn(Net, "connect").mockImplementation((options: unknown) => connect(Object(options), new Net.Socket())),
      vi
        .spyOn(Tls, "connect")
        .mockImplementation((options: unknown) => connect(Object(options), new Tls.TLSSocket(new Net.Socket())))
    ]
    return { opened, spies }
  }),
  ({ spies }) => Effect.sync(() => spies.forEach((spy) => spy.mockRestore()))
)

/** The host and port that a request connects to first. */
const firstConnection = (url: string) =>
  Effect.gen(function* () {
    const { opened } = yield* connections
    const client = yield* NodeConnectors.make({ proxy: "env" })
    yield* Effect.flip(attempt()(client.get(url)))
    return opened[0]
  }).pipe(Effect.scoped)

const itself = (url: string): string => {
  const { hostname, port, protocol } = new URL(url)
  return `${hostname}:${port === "" ? (protocol === "https:" ? 443 : 80) : port}`
}

describe("proxies of the environment: which variable", () => {
  const rows = rowsUnder("Which variable")

  it("has a table", () => assert.isAbove(rows.length, 20))

  it.scoped.each(rows)("%s: %s goes to %s", ([environment, request, target]) =>
    Effect.gen(function* () {
      const [assignments = ""] = codesIn(environment)
      const variables = assignments.split(" ").flatMap((assignment) => {
        const at = assignment.indexOf("=")
        return at < 0 ? [] : [[assignment.slice(0, at), assignment.slice(at + 1)] as const]
      })
      yield* onlyEnvironment(Object.fromEntries(variables))
      const [url = ""] = codesIn(request)
      assert.strictEqual(yield* firstConnection(url), target === "itself" ? itself(url) : codesIn(target)[0])
    })
  )
})

describe("proxies of the environment: NO_PROXY", () => {
  const rows = rowsUnder("NO_PROXY")
  const cases = rows.flatMap(([entries = "", direct, proxied]) => [
    ...codesIn(direct).map((url) => [entries, url, "itself"] as const),
    ...codesIn(proxied).map((url) => [entries, url, "the proxy"] as const)
  ])

  it("has a table", () => assert.isAbove(cases.length, 90))

  it.scoped.each(cases)("%s: %s goes to %s", ([entries, url, target]) =>
    Effect.gen(function* () {
      const [list = ""] = codesIn(entries)
      const proxy = "http://the.proxy:3128"
      yield* onlyEnvironment({ http_proxy: proxy, https_proxy: proxy, NO_PROXY: list })
      assert.strictEqual(yield* firstConnection(url), target === "itself" ? itself(url) : "the.proxy:3128")
    })
  )
})

describe("proxies that cannot be used", () => {
  const rows = rowsUnder("What cannot be used").map(
    ([proxy, reason]) => [codesIn(proxy)[0], codesIn(reason)[0]] as const
  )

  it("has a table", () => assert.isAbove(rows.length, 8))

  const refused = (options: NodeConnectors.NodeConnectorsOptions) =>
    Effect.flip(Effect.scoped(NodeConnectors.make(options)))

  it.effect.each(rows)("%s is refused as an option: %s", ([proxy, reason = ""]) =>
    Effect.gen(function* () {
      const error = yield* refused({ proxy })
      assert.strictEqual(error.option, "proxy")
      assert.include(error.reason, reason)
      if (!reason.includes(" ")) assert.include(error.reason, "dispatcher")
      assert.notInclude(inspect(error, { depth: 20, showHidden: true }) + JSON.stringify(error), "canary")
    })
  )

  it.scoped.each(rows)(
    "%s is refused in the environment, by the name of the variable: %s",
    ([proxy = "", reason = ""]) =>
      Effect.gen(function* () {
        yield* onlyEnvironment({ https_proxy: proxy })
        const error = yield* refused({ proxy: "env" })
        assert.strictEqual(error.option, "proxy")
        assert.include(error.reason, "https_proxy")
        assert.include(error.reason, reason)
        assert.notInclude(inspect(error, { depth: 20, showHidden: true }) + JSON.stringify(error), "canary")
      })
  )

  it.scoped("one that http alone would use is refused too: nothing goes past it later", () =>
    Effect.gen(function* () {
      yield* onlyEnvironment({ ALL_PROXY: "socks5://c:1080", HTTPS_PROXY: "http://b:2" })
      assert.include((yield* refused({ proxy: "env" })).reason, "ALL_PROXY")
    })
  )
})

describe("credentials of a proxy", () => {
  const cases = [
    ["user:pass", "user:pass"],
    ["us%40er:p%3Aa%2Fss", "us@er:p:a/ss"],
    ["user", "user:"],
    [":pass", ":pass"],
    ["", undefined]
  ] as const

  it.scoped.each(cases)("%j are sent to it alone, as %j", ([credentials, sent]) =>
    Effect.gen(function* () {
      const server = yield* http(echo)
      const { heads, server: via } = yield* tunnel
      const proxy = `http://${credentials}@127.0.0.1:${via.port}`
      yield* onlyEnvironment({ http_proxy: proxy })
      for (const given of [proxy, "env"]) {
        const client = yield* NodeConnectors.make({ proxy: given })
        const seen = yield* attempt()(Effect.flatMap(client.get(server.base), echoed))
        assert.notProperty(seen.headers, "proxy-authorization")
      }
      const found = heads.map((head) => /^proxy-authorization: Basic (.*)$/im.exec(head)?.[1])
      const expected = sent === undefined ? undefined : Buffer.from(sent).toString("base64")
      assert.deepStrictEqual(found, [expected, expected])
    })
  )

  it.scoped("are in no error of a call", () =>
    Effect.gen(function* () {
      yield* connections
      for (const scheme of ["http", "https"]) {
        const client = yield* NodeConnectors.make({ proxy: `${scheme}://canary-user:canary-pass@the.proxy:3128` })
        for (const url of ["http://api.example/", "https://api.example/"]) {
          const error = yield* Effect.flip(attempt()(client.get(url)))
          assert.notInclude(inspect(error, { depth: 20, showHidden: true }), "canary")
          assert.notInclude(inspect(error, { depth: 20 }), Buffer.from("canary-user:canary-pass").toString("base64"))
        }
      }
    })
  )
})
