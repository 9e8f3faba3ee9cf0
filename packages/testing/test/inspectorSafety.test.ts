import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Emulator from "../src/Emulator.js"
import * as Faults from "../src/Faults.js"
import { SecretMask } from "../src/internal/inspector/secretMask.js"
import * as World from "../src/World.js"
import { at } from "./support/bosa.ts"
import { listen } from "./support/events.ts"
import { sendRequest, json } from "./support/http.ts"

const memory = Emulator.make({ executors: "memory" })

const form = { "content-type": "application/x-www-form-urlencoded" }

/** A form of the page as a browser sends it. */
const submit = (
  url: string,
  fields: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {}
) =>
  Effect.gen(function* () {
    const { text } = yield* sendRequest(`${url}/`)
    const token = /name="token" value="([^"]+)"/.exec(text)?.[1] ?? ""
    const body = new URLSearchParams({ token, ...fields }).toString()
    return yield* sendRequest(`${url}/__emulator/form`, { method: "POST", headers: { ...form, ...headers }, body })
  })

const addFault = { do: "add-fault", kind: "unavailable", to: "any", often: "next" }

const hostile = `"><img src=x onerror="alert(1)"></td></script><script>alert('1')</script>\`\${1}\``

describe("Inspector: access", () => {
  it.scopedLive("the Host header has to be a loopback address", () =>
    Effect.gen(function* () {
      const { port, url } = yield* memory
      for (const host of [
        `localhost:${port}`,
        `127.0.0.1:${port}`,
        `[::1]:${port}`,
        "127.8.9.1",
        `LOCALHOST:${port}`
      ]) {
        assert.strictEqual((yield* sendRequest(`${url}/`, { headers: { host } })).status, 200, host)
      }
      for (const host of [
        "evil.example",
        `evil.example:${port}`,
        `127.0.0.1.evil.example:${port}`,
        `localhost.evil.example`,
        `evil.example@127.0.0.1`,
        `127.0.0.1@evil.example:${port}`,
        "192.168.0.1",
        "0.0.0.0",
        "[::2]"
      ]) {
        for (const path of ["/", "/__emulator/requests", "/__emulator/events", "/__emulator/none"]) {
          assert.strictEqual((yield* sendRequest(`${url}${path}`, { headers: { host } })).status, 403, `${host}${path}`)
        }
      }
    })
  )

  it.scopedLive("the page of another origin or site is refused", () =>
    Effect.gen(function* () {
      const { url } = yield* memory
      const status = (headers: Readonly<Record<string, string>>, path = "/__emulator/requests") =>
        Effect.map(sendRequest(`${url}${path}`, { headers }), (answer) => answer.status)
      assert.strictEqual(yield* status({ origin: url }), 200)
      for (const origin of [
        "http://evil.example",
        "null",
        url.replace("http:", "https:"),
        `${url}0`,
        "http://localhost:1"
      ]) {
        assert.strictEqual(yield* status({ origin }), 403, origin)
        assert.strictEqual(yield* status({ origin }, "/__emulator/events"), 403, origin)
      }
      for (const site of ["same-origin", "none"]) assert.strictEqual(yield* status({ "sec-fetch-site": site }), 200)
      for (const site of ["same-site", "cross-site"]) {
        assert.strictEqual(yield* status({ "sec-fetch-site": site, "sec-fetch-mode": "no-cors" }), 403)
        // a link to the page
        assert.strictEqual(yield* status({ "sec-fetch-site": site, "sec-fetch-mode": "navigate" }, "/"), 200)
      }
    })
  )

  it.scopedLive("a change has to be a request that another site cannot send", () =>
    Effect.gen(function* () {
      const { faults, url } = yield* memory
      const send = (method: string, path: string, headers: Readonly<Record<string, string>>, body = "") =>
        Effect.map(sendRequest(`${url}/__emulator/${path}`, { method, headers, body }), (answer) => answer.status)
      const plan = JSON.stringify(Faults.next(Faults.reset))
      for (const type of ["text/plain", "multipart/form-data; boundary=x", "text/plain; application/json", ""]) {
        const headers: Record<string, string> = type === "" ? {} : { "content-type": type }
        assert.strictEqual(yield* send("POST", "reset", headers), 403, type)
        assert.strictEqual(yield* send("POST", "form", headers, "do=reset"), 403, type)
      }
      assert.strictEqual(yield* send("POST", "reset", { ...json, origin: "http://evil.example" }), 403)
      assert.strictEqual(yield* send("PUT", "faults", { origin: "http://evil.example" }, plan), 403)
      assert.strictEqual(yield* send("DELETE", "requests", { origin: "http://evil.example" }), 403)
      assert.strictEqual(yield* send("POST", "form", form, "do=add-fault&kind=reset&to=any&often=next"), 403)
      assert.strictEqual((yield* submit(url, { ...addFault, token: "x".repeat(32) })).status, 403)
      assert.strictEqual((yield* submit(url, addFault, { origin: "http://evil.example" })).status, 403)
      assert.deepStrictEqual(yield* faults, Faults.none)
      assert.strictEqual((yield* submit(url, addFault, { origin: url })).status, 303)
      assert.match(Faults.print(yield* faults), /^next any request: status 503/)
      const large = yield* sendRequest(`${url}/__emulator/faults`, {
        method: "PUT",
        headers: json,
        body: " ".repeat(1024 * 1024 + 1)
      })
      assert.strictEqual(large.status, 413)
    })
  )

  it.scopedLive("forms: the script of the page sends them as JSON, with the token of the page", () =>
    Effect.gen(function* () {
      const { faults, url } = yield* memory
      const token = /name="token" value="([^"]+)"/.exec((yield* sendRequest(`${url}/`)).text)?.[1] ?? ""
      const status = (fields: unknown) =>
        Effect.map(
          sendRequest(`${url}/__emulator/form`, { method: "POST", headers: json, body: JSON.stringify(fields) }),
          (answer) => answer.status
        )
      for (const fields of [addFault, { ...addFault, token: "x" }, { ...addFault, token: [token] }, [], null]) {
        assert.strictEqual(yield* status(fields), 403)
      }
      assert.deepStrictEqual(yield* faults, Faults.none)
      assert.strictEqual(yield* status({ ...addFault, token }), 204)
      assert.match(Faults.print(yield* faults), /^next any request: status 503/)
    })
  )

  it.scopedLive("forms: unknown commands and fields are refused", () =>
    Effect.gen(function* () {
      const { faults, url } = yield* memory
      const status = (fields: Readonly<Record<string, string>>) =>
        Effect.map(submit(url, fields), (answer) => answer.status)
      assert.strictEqual(yield* status({ do: "constructor" }), 400)
      for (const fields of [{ kind: "constructor" }, { to: "toString" }, { often: "twice" }]) {
        assert.strictEqual(yield* status({ ...addFault, ...fields }), 400)
      }
      assert.strictEqual(yield* status({ do: "remove-fault", rule: "{}" }), 409)
      yield* status({ ...addFault, to: "jobs.get", often: "always" })
      yield* status({ ...addFault, kind: "lostAnswer", to: "actions.execute" })
      const { rules } = yield* faults
      assert.deepStrictEqual(
        rules.map(({ _tag, matcher }) => [_tag, matcher?.operation]),
        [
          ["Next", "actions.execute"],
          ["Always", "jobs.get"]
        ]
      )
      assert.strictEqual(yield* status({ do: "remove-fault", rule: JSON.stringify(rules[1]) }), 303)
      assert.deepStrictEqual((yield* faults).rules, rules.slice(0, 1))
    })
  )
})

describe("Inspector: output", () => {
  it.scopedLive("values of a request are escaped", () =>
    Effect.gen(function* () {
      const world = World.make({
        connections: [{ slug: hostile, actions: [{ slug: hostile, takesMillis: 60_000, echo: true, alwaysJob: true }] }]
      })
      const { setFaults, setJob, url } = yield* Emulator.make({ executors: "memory", world })
      const slug = encodeURIComponent(hostile)
      yield* setJob(hostile, { status: hostile })
      // no character on its own, and no URL can have it
      yield* setJob("\uD800", { status: "running" })
      yield* setFaults(
        Faults.when({ path: hostile }, Faults.status(200, { json: hostile, headers: { "x-note": hostile } }))
      )
      const target = `${url}/api/v1/connections/${slug}/actions/${slug}/execute?${slug}=${slug}`
      const headers = { ...json, "x-note": hostile }
      yield* sendRequest(target, { method: "POST", headers, body: JSON.stringify({ input: { [hostile]: hostile } }) })
      yield* sendRequest(`${url}/${hostile.replaceAll(" ", "%20")}`, {
        headers: { "content-type": hostile },
        method: "POST",
        body: hostile
      })
      const heard = yield* listen(`${url}/__emulator/events?as=html&after=none.0`)
      yield* heard.until((events) => events.length >= 2)
      const pages = yield* Effect.forEach(
        ["/", "/?request=1", "/?request=2", "/__emulator/requests/1?as=html"],
        (path) => Effect.map(sendRequest(`${url}${path}`), ({ text }) => text)
      )
      for (const text of [...pages, ...heard.heard.map(({ data }) => String(at(data, "html")))]) {
        assert.notMatch(text, /<img|<script>|<\/script><|alert\('|onerror="/)
        // no attribute ends before its time
        assert.notMatch(text.replace(/<(script|style) [^]*?<\/\1>/g, ""), /="[^"]*"[^\s/>]/)
      }
      assert.include(pages[1], "&quot;&gt;&lt;img src=x onerror=\\&quot;alert(1)\\&quot;&gt;")
    })
  )

  it.scopedLive("the page's policy allows no loads", () =>
    Effect.gen(function* () {
      const { url } = yield* memory
      const one = yield* sendRequest(`${url}/`)
      const nonce = /<script type="module" nonce="([^"]+)">/.exec(one.text)?.[1]
      const policy = String(one.headers["content-security-policy"])
      assert.include(policy, "default-src 'none'")
      assert.include(policy, `script-src 'nonce-${nonce}'`)
      assert.include(policy, "frame-ancestors 'none'")
      assert.notInclude((yield* sendRequest(`${url}/`)).text, String(nonce))
      assert.notMatch(one.text, /https?:\/\/(?!www\.w3\.org)/)
    })
  )

  it.scopedLive("secrets are hidden everywhere", () =>
    Effect.gen(function* () {
      const canary = (name: string) => `canary-${name}-5f0c`
      const [service, cookie, csrf] = [canary("service"), canary("cookie"), canary("csrf")]
      const [key, secret, token] = [canary("key"), canary("secret"), canary("token")]
      const world = World.make({
        auth: { serviceTokens: [service] },
        connections: [{ slug: "crm", actions: [{ slug: "echo", echo: true, takesMillis: 5, alwaysJob: true }] }],
        bosa: { clients: [{ name: "app", apiKey: key, users: [{ identifier: "ann", secret, token }] }] }
      })
      const { setFaults, url } = yield* Emulator.make({ executors: "memory", world })
      const execute = `${url}/api/v1/connections/crm/actions/echo/execute`
      const headers = { ...json, "x-service-token": service }
      const echo = (input: unknown, more: Readonly<Record<string, string>> = {}) =>
        sendRequest(execute, { method: "POST", headers: { ...headers, ...more }, body: JSON.stringify({ input }) })
      yield* echo({ note: `it is ${service}, "${key}" and ${token}` })
      yield* sendRequest(`${url}/api/v1/jobs/job-1`, { headers })
      yield* echo({
        nested: [{ password: canary("password"), api_key: canary("field"), access_token: [canary("list")] }]
      })
      yield* echo(
        { later: canary("field") },
        { authorization: `Bearer ${canary("bearer")}`, cookie: `lang=en; sid=${cookie}`, "x-csrf-token": csrf }
      )
      yield* echo({ of: `the session ${cookie} and ${canary("answer")}` }, { "x-short-token": "c4n5" })
      yield* sendRequest(`${url}/api/v1/connections/${canary("bearer")}?token=${canary("query")}&x=${csrf}`, {
        headers
      })
      yield* sendRequest(`${execute}?a=1`, {
        method: "POST",
        headers,
        body: `{"input": {"password": "${canary("broken")}", `
      })
      const boundary = `--b\r\nContent-Disposition: form-data; name="api_key"\r\n\r\n${canary("part")}\r\n--b--\r\n`
      yield* sendRequest(`${url}/x/y`, {
        method: "POST",
        headers: { "content-type": "multipart/form-data; boundary=b" },
        body: boundary
      })
      yield* sendRequest(`${url}/x/y`, { method: "POST", headers: form, body: `a=1&client_secret=${canary("form")}` })
      const bosa = { ...json, "x-api-key": key, authorization: `Bearer ${token}` }
      const made = yield* sendRequest(`${url}/users`, { method: "POST", headers: bosa, body: '{"identifier":"bea"}' })
      const bea = String(at(made.json, "data.secret"))
      const login = yield* sendRequest(`${url}/auth/tokens`, {
        method: "POST",
        headers: bosa,
        body: JSON.stringify({ identifier: "bea", secret: bea })
      })
      const beas = String(at(login.json, "data.token"))
      yield* setFaults(
        Faults.next(
          Faults.status(200, {
            headers: { "set-cookie": `sid=${canary("answer")}; Path=/; HttpOnly` },
            json: { text: beas }
          })
        )
      )
      yield* sendRequest(`${url}/connectors/names?after=${beas}`, { headers: bosa })
      yield* echo({ deep: JSON.parse(`${"[".repeat(500)}"${canary("bearer")}"${"]".repeat(500)}`) })

      const heard = yield* listen(`${url}/__emulator/events?after=none.0`)
      const parts = yield* listen(`${url}/__emulator/events?as=html&after=none.0`)
      yield* echo({ last: beas })
      yield* heard.until((events) =>
        events.some(({ event, data }) => event === "request" && at(data, "status") === 200)
      )
      yield* parts.until((events) => events.length > 2)
      const { text: kept } = yield* sendRequest(`${url}/__emulator/requests`)
      const count = kept.match(/^ {6}"id": /gm)?.length ?? 0
      assert.isAbove(count, 12)
      const paths = ["requests", "jobs", "executions", "world", "faults"].map((path) => `/__emulator/${path}`)
      const details = Array.from({ length: count }, (_, index) => [
        `/__emulator/requests/${index + 1}`,
        `/?request=${index + 1}`
      ])
      const shown = yield* Effect.forEach([...paths, ...details.flat()], (path) =>
        Effect.map(sendRequest(`${url}${path}`), ({ text }) => text)
      )
      const all = [...shown, JSON.stringify(heard.heard), JSON.stringify(parts.heard)].join("\n")
      assert.include(all, `"id": ${count}`)
      assert.isAbove(bea.length, 5)
      assert.notInclude(all, bea)
      assert.notInclude(all, beas)
      assert.deepStrictEqual([...new Set(all.match(/canary-\w+-5f0c/g))], [])
      assert.notInclude(all, "c4n5")
      assert.include(all, "<hidden>")
    })
  )

  it("a secret that is cut off is hidden", () => {
    const secrets = new SecretMask(World.make({ connections: [], auth: { serviceTokens: ["canary-service-5f0c"] } }))
    for (const rest of ["c", "-5f0", "service", "ry-service-5f0c"]) {
      const whole = '{"note":"canary-service-5f0c'
      assert.strictEqual(secrets.body(whole.slice(0, whole.length - rest.length)), '{"note":"<hidden>', rest)
    }
    assert.strictEqual(secrets.body('{"note":"can'), '{"note":"can')
  })
})
