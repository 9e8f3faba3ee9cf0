import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Emulator from "../src/Emulator.js"
import * as Faults from "../src/Faults.js"
import * as World from "../src/World.js"
import { at } from "./support/bosa.ts"
import { eventually } from "./support/events.ts"
import { sendRequest, json } from "./support/http.ts"

const memory = Emulator.make({ executors: "memory" })

const execute = (url: string, action = "echo", query = "", body: object = { input: { id: 7 } }) =>
  sendRequest(`${url}/api/v1/connections/crm/actions/${action}/execute${query}`, {
    method: "POST",
    headers: json,
    body: JSON.stringify(body)
  })

const requests = (url: string, query = "") =>
  Effect.map(sendRequest(`${url}/__emulator/requests${query}`), ({ json }) => {
    const all = at(json, "requests")
    if (!Array.isArray(all)) return assert.fail("no list of requests")
    return all.map((each: unknown) => each)
  })

describe("Inspector: routes", () => {
  it.scopedLive("requests: show the request, what was executed and the response", () =>
    Effect.gen(function* () {
      const { url } = yield* memory
      yield* sendRequest(`${url}/api/v1/connections?relay_id=r2`)
      yield* execute(url)
      yield* sendRequest(`${url}/connectors/names`)
      const all = yield* requests(url)
      assert.deepStrictEqual(
        all.map((each) =>
          ["id", "platform", "method", "operation", "status", "executed"].map((name) => at(each, name))
        ),
        [
          [1, "connections", "GET", "connections.list", 200, false],
          [2, "connections", "POST", "actions.execute", 200, true],
          [3, "bosa", "GET", "connectors.list", 200, false]
        ]
      )
      assert.deepStrictEqual(at(all[0], "query"), [["relay_id", "r2"]])
      assert.isAtLeast(Number(at(all[1], "durationMillis")), 0)
      const { json: detail } = yield* sendRequest(`${url}/__emulator/requests/2`)
      assert.deepStrictEqual([at(detail, "target"), at(detail, "action")], ["crm", "echo"])
      assert.strictEqual(at(detail, "requestHeaders.content-type"), "application/json")
      assert.deepStrictEqual(JSON.parse(String(at(detail, "requestBody.text"))), { input: { id: 7 } })
      assert.deepStrictEqual(JSON.parse(String(at(detail, "responseBody.text"))), { result: { id: 7 } })
      assert.deepStrictEqual(
        (yield* requests(url, "?after=1&limit=1")).map((each) => at(each, "id")),
        [2]
      )
      assert.deepStrictEqual(
        (yield* requests(url, "?limit=1")).map((each) => at(each, "id")),
        [3]
      )
      assert.deepStrictEqual(yield* requests(url, "?limit=0"), [])
      assert.strictEqual((yield* sendRequest(`${url}/__emulator/requests/9`)).status, 404)
    })
  )

  it.scopedLive("a filter: shows the requests with a text, an operation and a status", () =>
    Effect.gen(function* () {
      const { setFaults, url } = yield* memory
      yield* sendRequest(`${url}/api/v1/connections?relay_id=r2`)
      yield* sendRequest(`${url}/api/v1/connections/Nowhere`)
      yield* execute(url)
      yield* execute(url, "fetch-deal", "", { input: { id: 99 } })
      yield* setFaults(Faults.next(Faults.reset))
      yield* Effect.flip(execute(url))
      yield* sendRequest(`${url}/connectors/names`)
      const cases: ReadonlyArray<readonly [query: string, ids: ReadonlyArray<number>]> = [
        ["", [1, 2, 3, 4, 5, 6]],
        ["?operation=&text=&status=&job=", [1, 2, 3, 4, 5, 6]],
        ["?operation=connections.list", [1]],
        ["?operation=connections", [1, 2]],
        ["?operation=connect", []],
        ["?operation=actions.", [3, 4, 5]],
        ["?status=404", [2, 4]],
        ["?status=4XX", [2, 4]],
        ["?status=2xx", [1, 3, 6]],
        ["?status=lost", [5]],
        ["?status=20", []],
        ["?text=nowhere", [2]],
        ["?text=RELAY_ID%3Dr2", [1]],
        ["?text=reset", [5]],
        ["?text=fetch-deal&status=4xx", [4]],
        ["?text=fetch-deal&status=2xx", []],
        ["?status=2xx&limit=2", [3, 6]],
        ["?status=2xx&limit=1&after=1", [3]]
      ]
      for (const [query, ids] of cases) {
        assert.deepStrictEqual(
          (yield* requests(url, query)).map((each) => at(each, "id")),
          [...ids],
          query
        )
        // the page shows the same rows
        if (query.includes("limit")) continue
        const { text: page } = yield* sendRequest(`${url}/${query}`)
        const rows = [...page.matchAll(/<tr id="request-(\d+)"/g)].map(([, id]) => Number(id))
        assert.deepStrictEqual(rows, [...ids].reverse(), query)
      }
      const { text: page } = yield* sendRequest(`${url}/?text=%22%3E%3Cb%3E&status=503`)
      assert.include(page, 'name="text" value="&quot;&gt;&lt;b&gt;"')
      assert.include(page, '<option value="503" selected>503</option>')
      assert.include(page, "No request fits the filter.")
      const opened = yield* sendRequest(`${url}/?status=4xx&request=2`)
      assert.include(opened.text, 'href="/?status=4xx&amp;request=4#detail"')
      assert.include(opened.text, '<a class="close" href="/?status=4xx">')
    })
  )

  it.scopedLive("a filter: shows the jobs in a state", () =>
    Effect.gen(function* () {
      const { setJob, url } = yield* memory
      for (const [id, status] of [
        ["a", "queued"],
        ["b", "running"],
        ["c", "completed"],
        ["d", "FAILED"],
        ["e", "cancelled"]
      ] as const) {
        yield* setJob(id, { status })
      }
      for (const [query, ids] of [
        ["", ["a", "b", "c", "d", "e"]],
        ["?job=running", ["a", "b"]],
        ["?job=succeeded", ["c"]],
        ["?job=failed", ["d", "e"]],
        ["?job=cancelled", ["e"]],
        ["?job=failed&text=E", ["d", "e"]],
        ["?text=queued", ["a"]],
        ["?job=none", []]
      ] as const) {
        const { json: found } = yield* sendRequest(`${url}/__emulator/jobs${query}`)
        const list = at(found, "jobs")
        assert.deepStrictEqual(Array.isArray(list) ? list.map((each: unknown) => at(each, "id")) : [], [...ids], query)
        const { text: page } = yield* sendRequest(`${url}/${query}`)
        assert.strictEqual(page.match(/<tr id="job-/g)?.length ?? 0, ids.length, query)
      }
    })
  )

  it.scopedLive("executions: come in pages, each with the cursor of the next one", () =>
    Effect.gen(function* () {
      const { bosa, url } = yield* memory
      const page = (query: string) =>
        Effect.map(sendRequest(`${url}/__emulator/executions${query}`), ({ json }) => json)
      const inputs = (list: unknown) =>
        Array.isArray(list) ? list.map((each) => at(each, "body.input.id") ?? at(each, "input.id")) : []
      assert.deepStrictEqual(yield* page(""), {
        connections: [],
        bosa: [],
        counts: { connections: 0, bosa: 0 },
        dropped: { connections: 0, bosa: 0 },
        next: "0.0",
        more: false
      })
      for (const id of [1, 2, 3]) yield* execute(url, "echo", "", { input: { id } })
      yield* sendRequest(`${url}/demo/echo`, {
        method: "POST",
        headers: { ...json, "x-api-key": bosa.apiKey },
        body: '{"id":9}'
      })
      const first = yield* page("?limit=2")
      assert.deepStrictEqual([inputs(at(first, "connections")), inputs(at(first, "bosa"))], [[1, 2], [9]])
      assert.deepStrictEqual([at(first, "next"), at(first, "more")], ["2.1", true])
      const second = yield* page(`?limit=2&after=${String(at(first, "next"))}`)
      assert.deepStrictEqual([inputs(at(second, "connections")), inputs(at(second, "bosa"))], [[3], []])
      assert.deepStrictEqual([at(second, "next"), at(second, "more")], ["3.1", false])
      assert.deepStrictEqual(at(second, "counts"), { connections: 3, bosa: 1 })
      yield* execute(url, "echo", "", { input: { id: 4 } })
      assert.deepStrictEqual(inputs(at(yield* page("?after=3.1"), "connections")), [4])
      assert.deepStrictEqual(inputs(at(yield* page("?after=nonsense"), "connections")), [1, 2, 3, 4])
      yield* sendRequest(`${url}/__emulator/requests`, { method: "DELETE" })
      yield* execute(url, "echo", "", { input: { id: 5 } })
      // a cursor from before the reset
      assert.deepStrictEqual(inputs(at(yield* page("?after=3.1"), "connections")), [5])
    })
  )

  it.scopedLive("executions: what is no longer kept is counted, and a body that was dropped is marked", () =>
    Effect.gen(function* () {
      const emulator = yield* Emulator.make({ executors: "memory", logLimit: 3, logBytes: 120 })
      const { url } = emulator
      for (const id of [1, 2, 3, 4, 5]) yield* execute(url, "echo", "", { input: { id, text: "x".repeat(30) } })
      const { json: all } = yield* sendRequest(`${url}/__emulator/executions?after=1.0`)
      assert.deepStrictEqual(at(all, "counts.connections"), 5)
      assert.deepStrictEqual(at(all, "dropped.connections"), 1)
      const list = at(all, "connections")
      assert.deepStrictEqual(
        Array.isArray(list)
          ? list.map((each) => [at(each, "index"), at(each, "body.input.id"), at(each, "dropped.bytes")])
          : [],
        [
          [2, undefined, 58],
          [3, 4, undefined],
          [4, 5, undefined]
        ]
      )
      assert.strictEqual(yield* emulator.executions("crm", "echo"), 5)
    })
  )

  it.scopedLive("executions: a long list is sent in pieces", () =>
    Effect.gen(function* () {
      const { url } = yield* memory
      const text = "x".repeat(100_000)
      for (let id = 0; id < 40; id++) yield* execute(url, "echo", "", { input: { id, text } })
      const list = yield* Effect.fork(sendRequest(`${url}/__emulator/executions`))
      assert.strictEqual((yield* sendRequest(`${url}/api/v1/connections`)).status, 200)
      const { headers, json: all } = yield* Fiber.join(list)
      assert.deepStrictEqual([headers["transfer-encoding"], headers["content-length"]], ["chunked", undefined])
      const executions = at(all, "connections")
      assert.strictEqual(Array.isArray(executions) ? executions.length : 0, 40)
    })
  )

  it.scopedLive("the routes: are not logged as requests, and hide no path of a platform", () =>
    Effect.gen(function* () {
      const { bosa, requests, url } = yield* memory
      for (const path of ["/", "/__emulator/requests", "/__emulator/none", "/__emulator"])
        yield* sendRequest(`${url}${path}`)
      assert.deepStrictEqual([yield* requests, yield* bosa.requests], [[], []])
      for (const path of ["/__emulators", "/__emulatorx/requests", "/%5F_emulator/requests"]) {
        assert.strictEqual(at((yield* sendRequest(`${url}${path}`)).json, "error.code"), "NOT_FOUND", path)
      }
      assert.strictEqual((yield* sendRequest(`${url}/`, { method: "POST" })).status, 404)
      assert.strictEqual((yield* bosa.requests).length, 4)
      const unknown = yield* sendRequest(`${url}/__emulator/none`)
      assert.deepStrictEqual([unknown.status, at(unknown.json, "code")], [404, "NOT_FOUND"])
      assert.strictEqual((yield* sendRequest(`${url}/`, { method: "HEAD" })).status, 200)
    })
  )

  it.scopedLive("jobs, executions and world: show the state of the platforms", () =>
    Effect.gen(function* () {
      const { setJob, url } = yield* memory
      yield* execute(url, "sync", "?async=true")
      yield* setJob("job-1", { status: "running", progress: 0.5 })
      const { json: jobs } = yield* sendRequest(`${url}/__emulator/jobs`)
      assert.deepStrictEqual(
        ["id", "connection", "name", "status", "progress", "ended"].map((name) => at(jobs, `jobs.0.${name}`)),
        ["job-1", "crm", "sync", "running", 0.5, false]
      )
      const { json: executions } = yield* sendRequest(`${url}/__emulator/executions`)
      assert.deepStrictEqual(
        ["connection", "name", "jobId", "body.input.id"].map((name) => at(executions, `connections.0.${name}`)),
        ["crm", "sync", "job-1", 7]
      )
      assert.deepStrictEqual(at(executions, "bosa"), [])
      const { json: world } = yield* sendRequest(`${url}/__emulator/world`)
      assert.strictEqual(at(world, "connections.0.slug"), "crm")
      assert.isArray(at(world, "users"))
    })
  )

  it.scopedLive("faults: set a plan, show the rest of it, and clear it", () =>
    Effect.gen(function* () {
      const { faults, url } = yield* memory
      const slow = Faults.always({ method: "GET" }, Faults.delay(1))
      const plan = Faults.all(Faults.next(Faults.status(503), Faults.lostAnswer), slow)
      const put = (body: string) => sendRequest(`${url}/__emulator/faults`, { method: "PUT", headers: json, body })
      const answer = yield* put(JSON.stringify(plan))
      assert.deepStrictEqual([answer.status, answer.json], [200, JSON.parse(JSON.stringify(plan))])
      assert.strictEqual((yield* execute(url)).status, 503)
      assert.strictEqual(Faults.size(yield* faults), 2)
      yield* Effect.flip(execute(url))
      const left = yield* sendRequest(`${url}/__emulator/faults`)
      assert.deepStrictEqual(left.json, JSON.parse(JSON.stringify(slow)))
      const again = yield* put(left.text)
      assert.deepStrictEqual(again.json, left.json)
      assert.deepStrictEqual(
        (yield* requests(url)).map((each) => [at(each, "fault"), at(each, "state"), at(each, "executed")]),
        [
          ["Answer 503", "answered", false],
          ["Reset", "lost", true]
        ]
      )
      const wrong = yield* put('{ "rules": [{ "_tag": "Next", "faults": [{ "_tag": "Reste" }] }] }')
      assert.strictEqual(wrong.status, 400)
      assert.match(String(at(wrong.json, "message")), /rules\[0\]\.faults\[0\]/)
      assert.strictEqual((yield* put("{")).status, 400)
      assert.deepStrictEqual(yield* faults, slow)
      assert.strictEqual((yield* sendRequest(`${url}/__emulator/faults`, { method: "DELETE" })).status, 204)
      assert.deepStrictEqual(yield* faults, Faults.none)
    })
  )

  it.scopedLive("requests: show pending, interrupted and cut off ones", () =>
    Effect.gen(function* () {
      const { setFaults, url } = yield* memory
      yield* setFaults(Faults.next(Faults.hangAfterCommit, Faults.cutBody))
      const waiting = yield* Effect.fork(execute(url))
      const one = Effect.map(Effect.orDie(requests(url)), ([first]) => first)
      const seen = yield* eventually(one, (each) => at(each, "fault") === "Hang")
      assert.deepStrictEqual([at(seen, "state"), at(seen, "executed")], ["pending", true])
      yield* Fiber.interrupt(waiting)
      yield* eventually(one, (each) => at(each, "state") === "interrupted")
      yield* Effect.flip(execute(url))
      const [, cut] = yield* requests(url)
      assert.deepStrictEqual([at(cut, "state"), at(cut, "fault"), at(cut, "status")], ["lost", "CutBody", 200])
    })
  )

  it.scopedLive("DELETE requests: clears the log and keeps the state", () =>
    Effect.gen(function* () {
      const { connections, requests: seen, url } = yield* memory
      yield* sendRequest(`${url}/api/v1/connections/crm/unauthorize`, { method: "POST", headers: json, body: "{}" })
      assert.strictEqual((yield* sendRequest(`${url}/__emulator/requests`, { method: "DELETE" })).status, 204)
      assert.deepStrictEqual([yield* requests(url), yield* seen], [[], []])
      assert.isFalse((yield* connections)[0]?.authorized)
      yield* sendRequest(`${url}/api/v1/connections`)
      assert.deepStrictEqual(
        (yield* requests(url)).map((each) => at(each, "id")),
        [2]
      )
    })
  )

  it.scopedLive("reset: restores the world", () =>
    Effect.gen(function* () {
      const world = World.make({
        connections: [
          { slug: "crm", actions: [{ slug: "sync", takesMillis: 60_000 }] },
          { slug: "drive", kind: "file", files: { "a.txt": "as it was" } }
        ]
      })
      const faults = Faults.when({ operation: "catalog.list" }, Faults.refused)
      const emulator = yield* Emulator.make({ world, faults })
      const { bosa, connections, jobs, url } = emulator
      const file = (name: string, body: object) =>
        Effect.map(
          sendRequest(`${url}/api/v1/connections/drive/file/${name}`, {
            method: "POST",
            headers: json,
            body: JSON.stringify({ path: "a.txt", ...body })
          }),
          ({ text }) => text
        )
      yield* file("appendFile", { content: ", and more" })
      assert.include(yield* file("readFile", {}), "as it was, and more")
      yield* execute(url, "sync", "?async=true")
      yield* bosa.user("ann")
      yield* emulator.setFaults(Faults.none)
      const reset = yield* sendRequest(`${url}/__emulator/reset`, { method: "POST", headers: json })
      assert.strictEqual(reset.status, 204)
      const read = yield* file("readFile", {})
      assert.include(read, "as it was")
      assert.notInclude(read, "and more")
      assert.deepStrictEqual([yield* jobs, yield* bosa.users], [[], []])
      assert.deepStrictEqual(yield* emulator.faults, faults)
      assert.strictEqual((yield* connections).length, 2)
      assert.strictEqual((yield* requests(url)).length, 1)
      yield* emulator.reset
      assert.deepStrictEqual(yield* requests(url), [])
    })
  )
})
