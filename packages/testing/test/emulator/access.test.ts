import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Emulator from "../../src/Emulator.js"
import * as Faults from "../../src/Faults.js"
import { at } from "../support/bosa.ts"
import { json, sendRequest } from "../support/http.ts"

const memory = Emulator.make({ executors: "memory" })

/** What a page of another site can send without a preflight. */
const text = { "content-type": "text/plain" }

/** Requests that change something, on the routes of both platforms and of the emulator itself. */
const changes = [
  ["POST", "/api/v1/connections/crm/actions/echo/execute", '{"input":{}}'],
  ["POST", "/api/v1/connections/warehouse/sql/delete", '{"table":"orders","all":true}'],
  ["POST", "/api/v1/connections/files/file/deleteFile", '{"path":"readme.txt"}'],
  ["POST", "/api/v1/connections/crm/toggle-active", '{"active":false}'],
  ["DELETE", "/api/v1/subscribers/1", ""],
  ["POST", "/users", '{"identifier":"eve"}'],
  ["POST", "/github/create_issue", '{"title":"x"}'],
  ["POST", "/__emulator/reset", ""],
  ["POST", "/__emulator/form", '{"do":"reset"}'],
  ["PUT", "/__emulator/faults", JSON.stringify(Faults.next(Faults.reset))],
  ["DELETE", "/__emulator/requests", ""],
  ["DELETE", "/__emulator/faults", ""]
] as const

const reads = ["/", "/__emulator/requests", "/__emulator/events", "/api/v1/connections", "/connectors/names", "/none"]

/** Whether nothing was done: neither work nor a change of the emulator. */
const untouched = (emulator: Emulator.Emulator.Service) =>
  Effect.gen(function* () {
    assert.deepStrictEqual(yield* emulator.executionLog, [])
    assert.deepStrictEqual(yield* emulator.bosa.executionLog, [])
    assert.deepStrictEqual([yield* emulator.requests, yield* emulator.bosa.requests], [[], []])
    assert.deepStrictEqual(yield* emulator.faults, Faults.none)
    assert.isFalse((yield* emulator.bosa.users).some(({ identifier }) => identifier === "eve"))
    assert.isTrue((yield* emulator.connections).find(({ slug }) => slug === "crm")?.active)
  })

describe("Emulator: who may use it", () => {
  it.scopedLive("a page of another origin: changes nothing on any route, and reads nothing", () =>
    Effect.gen(function* () {
      const emulator = yield* memory
      const { url } = emulator
      for (const origin of [
        "http://evil.example",
        "null",
        "http://localhost:1",
        `${url}0`,
        url.replace("http:", "https:")
      ]) {
        for (const [method, path, body] of changes) {
          for (const type of [text, json]) {
            const { json: answer, status } = yield* sendRequest(`${url}${path}`, {
              method,
              headers: { ...type, origin },
              body
            })
            assert.strictEqual(status, 403, `${origin} ${method} ${path}`)
            assert.match(String(at(answer, "message")), /another origin: call the emulator from a program, or/)
          }
        }
        for (const path of reads) {
          assert.strictEqual((yield* sendRequest(`${url}${path}`, { headers: { origin } })).status, 403, path)
        }
      }
      yield* untouched(emulator)
    })
  )

  it.scopedLive("a page of another site without an Origin header: is refused, a link to the emulator is not", () =>
    Effect.gen(function* () {
      const emulator = yield* memory
      const { url } = emulator
      for (const site of ["cross-site", "same-site"]) {
        for (const path of reads) {
          const headers = { "sec-fetch-site": site, "sec-fetch-mode": "no-cors" }
          assert.strictEqual((yield* sendRequest(`${url}${path}`, { headers })).status, 403, `${site} ${path}`)
        }
        for (const [method, path, body] of changes) {
          const headers = { ...text, "sec-fetch-site": site, "sec-fetch-mode": "navigate" }
          assert.strictEqual((yield* sendRequest(`${url}${path}`, { method, headers, body })).status, 403, path)
        }
      }
      yield* untouched(emulator)
      const visit = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" }
      for (const path of ["/", "/api/v1/connections", "/connectors/names"]) {
        assert.strictEqual((yield* sendRequest(`${url}${path}`, { headers: visit })).status, 200, path)
      }
    })
  )

  it.scopedLive("a host name that is not loopback (DNS rebinding): is refused on every route", () =>
    Effect.gen(function* () {
      const emulator = yield* memory
      const { port, url } = emulator
      for (const host of [
        "evil.example",
        `evil.example:${port}`,
        "128.0.0.1",
        "[::2]",
        `127.0.0.1.evil.example:${port}`
      ]) {
        // a rebound page is of the same origin as its host
        for (const headers of [{ host }, { host, origin: `http://${host}` }]) {
          for (const path of reads) {
            const { json: answer, status } = yield* sendRequest(`${url}${path}`, { headers })
            assert.strictEqual(status, 403, `${host} ${path}`)
            assert.match(String(at(answer, "message")), /use 127\.0\.0\.1, localhost or ::1/)
          }
          for (const [method, path, body] of changes) {
            const answer = yield* sendRequest(`${url}${path}`, { method, headers: { ...json, ...headers }, body })
            assert.strictEqual(answer.status, 403, `${host} ${path}`)
          }
        }
      }
      yield* untouched(emulator)
    })
  )

  for (const host of ["127.0.0.1", "localhost", "::1"]) {
    it.scopedLive(`on ${host}: programs and pages of its own origin may use every route`, () =>
      Effect.gen(function* () {
        const { executions, port, url } = yield* Emulator.make({ host, executors: "memory" })
        const names = [
          `127.0.0.1:${port}`,
          `localhost:${port}`,
          `LOCALHOST:${port}`,
          `[::1]:${port}`,
          "127.9.9.9",
          "[::1]"
        ]
        const body = '{"input":{}}'
        for (const [index, name] of names.entries()) {
          for (const headers of [
            { host: name },
            { host: name, origin: `http://${name}`, "sec-fetch-site": "same-origin" }
          ]) {
            for (const path of ["/", "/__emulator/requests", "/api/v1/connections", "/connectors/names"]) {
              assert.strictEqual((yield* sendRequest(`${url}${path}`, { headers })).status, 200, `${name} ${path}`)
            }
            // a platform takes any type from a program
            const execute = `${url}/api/v1/connections/crm/actions/echo/execute`
            const sent = { method: "POST", headers: { ...text, ...headers }, body }
            assert.strictEqual((yield* sendRequest(execute, sent)).status, 200, name)
          }
          assert.strictEqual(yield* executions("crm", "echo"), 2 * (index + 1))
        }
      })
    )
  }

  it.scopedLive("a preflight of another origin: is refused, without a header of CORS", () =>
    Effect.gen(function* () {
      const { url } = yield* memory
      for (const path of ["/api/v1/connections", "/__emulator/reset", "/users"]) {
        const { headers, status } = yield* sendRequest(`${url}${path}`, {
          method: "OPTIONS",
          headers: { origin: "http://evil.example", "access-control-request-method": "POST" }
        })
        assert.strictEqual(status, 403)
        assert.deepStrictEqual(
          Object.keys(headers).filter((name) => name.startsWith("access-control")),
          []
        )
      }
    })
  )

  describe("with the origin of a page allowed", () => {
    const origin = "http://localhost:5173"
    const execute = "/api/v1/connections/crm/actions/echo/execute"
    const shared = { "access-control-allow-origin": origin, vary: "origin" }
    const corsOf = (headers: Readonly<Record<string, unknown>>) =>
      Object.fromEntries(
        Object.entries(headers).filter(([name]) => name === "vary" || name.startsWith("access-control"))
      )
    const allowing = Emulator.make({ executors: "memory", cors: origin })

    it.scopedLive("its preflight: is answered for both platforms, does nothing and is not recorded", () =>
      Effect.gen(function* () {
        const emulator = yield* allowing
        for (const [method, path] of [
          ["POST", execute],
          ["DELETE", "/api/v1/subscribers/1"],
          ["POST", "/users"]
        ]) {
          const asked = {
            origin,
            "access-control-request-method": method ?? "",
            "access-control-request-headers": "authorization,content-type,x-service-token",
            "sec-fetch-site": "cross-site",
            "sec-fetch-mode": "cors"
          }
          const { headers, status } = yield* sendRequest(`${emulator.url}${path}`, {
            method: "OPTIONS",
            headers: asked
          })
          assert.strictEqual(status, 204)
          assert.deepStrictEqual(corsOf(headers), {
            ...shared,
            "access-control-allow-headers": "authorization,content-type,x-service-token",
            "access-control-allow-methods": "GET, HEAD, POST, PUT, PATCH, DELETE"
          })
        }
        yield* untouched(emulator)
      })
    )

    it.scopedLive("its requests: are done, and their responses may be read, also those of a fault", () =>
      Effect.gen(function* () {
        const { executions, setFaults, url } = yield* allowing
        const headers = { ...json, origin, "sec-fetch-site": "same-site", "sec-fetch-mode": "cors" }
        const readable = { ...shared, "access-control-expose-headers": "*" }
        const done = yield* sendRequest(`${url}${execute}`, { method: "POST", headers, body: '{"input":7}' })
        assert.deepStrictEqual([done.status, done.json, corsOf(done.headers)], [200, { result: 7 }, readable])
        assert.strictEqual(yield* executions("crm", "echo"), 1)
        const names = yield* sendRequest(`${url}/connectors/names`, { headers: { origin } })
        assert.deepStrictEqual([names.status, corsOf(names.headers)], [200, readable])
        yield* setFaults(Faults.next(Faults.status(503)))
        const failed = yield* sendRequest(`${url}${execute}`, { method: "POST", headers, body: "{}" })
        assert.deepStrictEqual([failed.status, corsOf(failed.headers)], [503, readable])
      })
    )

    it.scopedLive("any other origin: is refused as before, and learns nothing of the one that is allowed", () =>
      Effect.gen(function* () {
        const emulator = yield* allowing
        const { url } = emulator
        for (const other of [
          "http://evil.example",
          "null",
          "*",
          "",
          "http://localhost:51730",
          "http://LOCALHOST:5173",
          "https://localhost:5173",
          `${origin}/`,
          `${origin}, http://evil.example`
        ]) {
          const asked = { origin: other, "access-control-request-method": "POST" }
          const preflight = yield* sendRequest(`${url}${execute}`, { method: "OPTIONS", headers: asked })
          assert.deepStrictEqual([preflight.status, corsOf(preflight.headers)], [403, {}], other)
          for (const [method, path, body] of changes) {
            const answer = yield* sendRequest(`${url}${path}`, { method, headers: { ...json, origin: other }, body })
            assert.deepStrictEqual([answer.status, corsOf(answer.headers)], [403, {}], `${other} ${path}`)
          }
          for (const path of reads) {
            const answer = yield* sendRequest(`${url}${path}`, { headers: { origin: other } })
            assert.deepStrictEqual([answer.status, corsOf(answer.headers)], [403, {}], `${other} ${path}`)
          }
        }
        yield* untouched(emulator)
        const program = yield* sendRequest(`${url}/api/v1/connections`)
        assert.deepStrictEqual([program.status, corsOf(program.headers)], [200, {}])
      })
    )

    it.scopedLive("the pages and routes of the emulator itself, and another host name: stay closed to it", () =>
      Effect.gen(function* () {
        const emulator = yield* allowing
        const { port, url } = emulator
        for (const [method, path, body] of changes.filter(([, path]) => path.startsWith("/__emulator"))) {
          for (const one of [method, "OPTIONS"]) {
            const headers = { ...json, origin, "access-control-request-method": method }
            const answer = yield* sendRequest(`${url}${path}`, { method: one, headers, body })
            assert.deepStrictEqual([answer.status, corsOf(answer.headers)], [403, {}], `${one} ${path}`)
          }
        }
        for (const path of ["/", "/__emulator/requests", "/__emulator/events"]) {
          assert.strictEqual((yield* sendRequest(`${url}${path}`, { headers: { origin } })).status, 403, path)
        }
        for (const [method, path, body] of changes) {
          const headers = { ...json, origin, host: `evil.example:${port}` }
          assert.strictEqual((yield* sendRequest(`${url}${path}`, { method, headers, body })).status, 403, path)
        }
        // a request that a page sends without asking names no origin
        const asked = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" }
        assert.strictEqual((yield* sendRequest(`${url}/api/v1/connections`, { headers: asked })).status, 403)
        yield* untouched(emulator)
      })
    )

    it.effect("what is not an origin: is refused", () =>
      Effect.gen(function* () {
        for (const cors of ["*", "null", "", "localhost:5173", `${origin}/`, "HTTP://localhost:5173", "file:///tmp"]) {
          const { message, reason } = yield* Effect.flip(Effect.scoped(Emulator.make({ cors, executors: "memory" })))
          assert.strictEqual(reason, "Options")
          assert.strictEqual(
            message,
            `cors ${JSON.stringify(cors)} is not an origin: give one such as http://localhost:5173`
          )
        }
      })
    )
  })

  it.scopedLive("a change of the emulator itself: has to be JSON, and says so", () =>
    Effect.gen(function* () {
      const emulator = yield* memory
      const { url } = emulator
      const send = (method: string, path: string, headers: Readonly<Record<string, string>>, body = "") =>
        sendRequest(`${url}/__emulator/${path}`, { method, headers, body })
      for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]) {
        for (const [method, path] of [
          ["POST", "reset"],
          ["POST", "form"],
          ["PUT", "faults"],
          ["DELETE", "faults"],
          ["DELETE", "requests"]
        ] as const) {
          const answer = yield* send(method, path, { "content-type": type }, "{}")
          assert.strictEqual(answer.status, 403, `${method} ${path} ${type}`)
          // a form of the page needs its token instead
          if (path === "form" && type.endsWith("urlencoded")) continue
          assert.match(String(at(answer.json, "message")), /content-type: application\/json/)
        }
      }
      assert.strictEqual((yield* send("PUT", "faults", {}, '{"rules":[]}')).status, 403)
      assert.strictEqual((yield* send("PUT", "faults", json, '{"rules":[]}')).status, 200)
      assert.strictEqual(
        (yield* send("POST", "reset", { "content-type": "application/json; charset=utf-8" })).status,
        204
      )
      for (const path of ["faults", "requests"]) assert.strictEqual((yield* send("DELETE", path, {})).status, 204)
      yield* untouched(emulator)
    })
  )
})

describe("isLoopback", () => {
  it("is true for 127.0.0.0/8, localhost and ::1 only", () => {
    for (const host of ["127.0.0.1", "127.255.255.255", "127.1.2.3", "localhost", "::1"]) {
      assert.isTrue(Emulator.isLoopback(host), host)
    }
    for (const host of [
      "128.0.0.1",
      "126.0.0.1",
      "12.7.0.1",
      "1.127.0.0",
      "0.0.0.0",
      "10.0.0.1",
      "127",
      "127.1",
      "127.0.0",
      "127.0.0.1.1",
      "127.0.0.",
      "127.0.0.256",
      "127.0.0.0x1",
      "127.0.0.1 ",
      "127.0.0.1.evil.example",
      "localhost.evil.example",
      "::",
      "::2",
      "::ffff:128.0.0.1",
      ""
    ]) {
      assert.isFalse(Emulator.isLoopback(host), host)
    }
  })
})
