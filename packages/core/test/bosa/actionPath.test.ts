import { Auth } from "@effect-connectors/core/Auth"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Redacted from "effect/Redacted"
import { virtual } from "../support/api.js"
import { bosaFake, bosaOver, dialects, ok, quick, row } from "../support/bosaKit.js"

const auth = Auth.bosa({ apiKey: Redacted.make("CANARY-key"), userToken: Redacted.make("CANARY-user") })
const token = Redacted.make("CANARY-token")

const refused: ReadonlyArray<readonly [name: string, path: string]> = [
  ["absolute", "https://elsewhere.example/a"],
  ["absolute, in capitals", "HTTPS://elsewhere.example/a"],
  ["a scheme without slashes", "https:elsewhere.example/a"],
  ["another scheme", "file:///etc/passwd"],
  ["script", "javascript:alert(1)"],
  ["host and port", "localhost:9/a"],
  ["another host", "//elsewhere.example/a"],
  ["more slashes", "///elsewhere.example/a"],
  ["slash and backslash", "/\\elsewhere.example/a"],
  ["backslashes", "\\\\elsewhere.example/a"],
  ["a space before", " https://elsewhere.example/a"],
  ["a tab before", "\thttps://elsewhere.example/a"],
  ["a tab between slashes", "/\t/elsewhere.example/a"],
  ["a line break between slashes", "/\n/elsewhere.example/a"],
  ["up", "/demo/../admin"],
  ["up at the start", "../admin"],
  ["up at the end", "/demo/.."],
  ["here", "/demo/./act"],
  ["up, encoded", "/demo/%2e%2e/admin"],
  ["up, encoded in capitals", "/demo/%2E%2E/admin"],
  ["up, half encoded", "/demo/.%2e/admin"],
  ["a slash, encoded", "/demo/a%2fb"],
  ["a backslash, encoded", "/demo/..%5Cadmin"],
  ["a query", "/demo/act?admin=1"],
  ["a fragment", "/demo/act#x"],
  ["a control character", "/demo/\u0000act"],
  ["a line break", "/demo/act\r\nX-Own: 1"],
  ["a delete character", "/demo/\u007fact"],
  ["half of a surrogate pair", "/demo/\ud800"],
  ["nothing", ""]
]

describe("the path of an action, as discovery gives it", () => {
  for (const [name, path] of refused) {
    virtual(`${name}: refused, and nothing is sent`, () =>
      Effect.gen(function* () {
        for (const dialect of dialects) {
          const fake = bosaFake(quick({ demo: { act: row({}, { path }), good: row() } }), ok)
          const bosa = yield* bosaOver(fake.client, { dialect }, auth)
          for (const call of [bosa.execute("demo", "act", {}, { token }), bosa.run("demo", "act", {}, { token })]) {
            const error = yield* Effect.flip(call)
            if (error._tag !== "InvalidRequest") throw new Error(error._tag)
            assert.deepStrictEqual(
              error.issues.map((issue) => issue.path),
              [["action", "path"]]
            )
          }
          assert.strictEqual(fake.actions.length, 0)
          assert.notInclude(JSON.stringify(fake.discoveries), "CANARY")
          yield* bosa.execute("demo", "good", {}, { token })
          assert.strictEqual(fake.actions.length, 1)
        }
      })
    )
  }

  const sent: ReadonlyArray<readonly [name: string, path: string, url: string]> = [
    ["plain", "/demo/act", "/demo/act"],
    ["without its slash", "demo/act", "/demo/act"],
    ["other letters", "/demo/ž", "/demo/%C5%BE"],
    ["letters that look like dots", "/demo/\uff0e\uff0e/a", "/demo/%EF%BC%8E%EF%BC%8E/a"],
    ["encoded letters", "/demo/a%20b", "/demo/a%20b"],
    ["three dots", "/demo/...", "/demo/..."],
    ["dots in a name", "/demo/a..b/v1.2", "/demo/a..b/v1.2"],
    ["a user's part", "@elsewhere.example/a", "/@elsewhere.example/a"]
  ]
  for (const [name, path, url] of sent) {
    virtual(`${name}: sent to ${url}`, () =>
      Effect.gen(function* () {
        for (const base of ["http://localhost:8081", "http://localhost:8081/pre/", "http://localhost:8081/pre//"]) {
          const fake = bosaFake(quick({ demo: { act: row({}, { path }) } }), ok)
          yield* (yield* bosaOver(fake.client, { baseUrl: base }, auth)).execute("demo", "act")
          assert.strictEqual(fake.actions[0]?.url, base.replace(/\/+$/, "") + url)
        }
      })
    )
  }

  it("whatever it is: what is sent goes to the origin, below the base path, as it was written", () => {
    const piece = FastCheck.oneof(
      FastCheck.constantFrom("/", "//", ".", "..", "%2e", "%2E", "%2f", "%5c", "\\", "?", "#", "@", ":", "http:", "\t"),
      FastCheck.constantFrom(
        "localhost",
        "elsewhere.example",
        ":80",
        "demo",
        "%",
        "%%32e",
        "ž",
        "\u2028",
        "\uff0f",
        ";"
      ),
      FastCheck.fullUnicodeString({ maxLength: 3 }),
      FastCheck.string16bits({ maxLength: 2 })
    )
    const paths = FastCheck.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(""))
    let sends = 0
    return FastCheck.assert(
      FastCheck.asyncProperty(paths, async (path) => {
        const fake = bosaFake(quick({ demo: { act: row({}, { path }) } }), ok)
        const exit = await Effect.runPromiseExit(
          Effect.flatMap(bosaOver(fake.client, { baseUrl: "http://localhost:8081/pre" }, auth), (bosa) =>
            Effect.either(bosa.execute("demo", "act"))
          )
        )
        assert.strictEqual(exit._tag, "Success")
        for (const { url } of fake.actions) {
          sends++
          const at = new URL(url)
          assert.strictEqual(at.origin, "http://localhost:8081")
          assert.isTrue(at.pathname.startsWith("/pre/"), at.pathname)
          // no parser folds or cuts it: the origin gets the path that we sent, and nothing else
          assert.deepStrictEqual([at.search, at.hash, at.username], ["", "", ""])
          for (const segment of at.pathname.split("/")) assert.notMatch(segment, /^(\.|%2e){1,2}$|%2f|%5c/i)
          assert.strictEqual(at.pathname.split("/").length, url.slice("http://localhost:8081".length).split("/").length)
        }
      }),
      { numRuns: 600, seed: 7 }
    ).then(() => assert.isAbove(sends, 100))
  })
})
