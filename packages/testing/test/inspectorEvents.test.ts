import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import * as Emulator from "../src/Emulator.js"
import * as Faults from "../src/Faults.js"
import * as World from "../src/World.js"
import { Events } from "../src/internal/inspector/events.js"
import { Exchanges } from "../src/internal/inspector/exchanges.js"
import { SecretMask } from "../src/internal/inspector/secretMask.js"
import { at } from "./support/bosa.ts"
import { eventually, listen, type ServerEvent } from "./support/events.ts"
import { sendRequest, json } from "./support/http.ts"

const memory = Emulator.make({ executors: "memory" })

const getConnection = (url: string) => sendRequest(`${url}/api/v1/connections/crm`)

const ids = (events: ReadonlyArray<ServerEvent>) => events.flatMap(({ id }) => (id === undefined ? [] : [id]))

const requestIds = (events: ReadonlyArray<ServerEvent>) => [
  ...new Set(events.filter(({ event }) => event === "request").map(({ data }) => at(data, "id")))
]

const isDone = ({ event, data }: ServerEvent) => event === "request" && at(data, "state") === "answered"

describe("Inspector: event stream", () => {
  it.scopedLive("reports requests, jobs and faults as they change", () =>
    Effect.gen(function* () {
      const { setFaults, setJob, url } = yield* memory
      const { heard, until } = yield* listen(`${url}/__emulator/events`)
      yield* getConnection(url)
      yield* until((events) => events.some(isDone))
      yield* setJob("j", { status: "queued" })
      yield* until((events) => events.some(({ event, data }) => event === "job" && at(data, "status") === "queued"))
      yield* setJob("j", { status: "running", progress: 0.5 })
      yield* until((events) => events.some(({ event, data }) => event === "job" && at(data, "progress") === 0.5))
      const plan = JSON.stringify(Faults.next(Faults.status(503)))
      yield* sendRequest(`${url}/__emulator/faults`, { method: "PUT", headers: json, body: plan })
      yield* until((events) =>
        events.some(({ event, data }) => event === "faults" && at(data, "rules.0._tag") === "Next")
      )
      yield* getConnection(url)
      yield* until((events) => events.at(-1)?.event === "request" && at(events.at(-1)?.data, "status") === 503)
      assert.deepStrictEqual(at(heard.filter(({ event }) => event === "faults").at(-1)?.data, "rules"), [])
      yield* setFaults(Faults.next(Faults.delay(500, Faults.hang)))
      const waiting = yield* Effect.fork(getConnection(url))
      yield* until((events) =>
        events.some(({ data }) => at(data, "fault") === "Hang" && at(data, "state") === "pending")
      )
      yield* waiting.interruptAsFork(waiting.id())
      yield* until((events) => events.some(({ data }) => at(data, "state") === "interrupted"))
    })
  )

  it.scopedLive("a filter: only what fits is reported, and the page removes what no longer fits", () =>
    Effect.gen(function* () {
      const { setJob, url } = yield* memory
      const filter = "operation=connections.get&status=2xx&job=running"
      const data = yield* listen(`${url}/__emulator/events?${filter}`)
      const page = yield* listen(`${url}/__emulator/events?as=html&${filter}`)
      yield* setJob("a", { status: "running" })
      yield* setJob("b", { status: "failed" })
      const isJob = ({ data }: ServerEvent) => at(data, "into") === "jobs"
      yield* page.until((events) => events.some(isJob))
      const job = page.heard.filter(isJob)
      assert.deepStrictEqual(
        [...new Set(job.map(({ data }) => at(data, "id")))],
        [`job-${Buffer.from("a").toString("base64url")}`]
      )
      yield* setJob("a", { status: "completed" })
      yield* sendRequest(`${url}/api/v1/connections`)
      yield* sendRequest(`${url}/api/v1/connections/none`)
      yield* getConnection(url)
      yield* data.until((events) => events.some(isDone))
      assert.deepStrictEqual(requestIds(data.heard), [3])
      const removed = (id: string) => (events: ReadonlyArray<ServerEvent>) =>
        events.some(({ data }) => at(data, "id") === id && at(data, "html") === "")
      yield* page.until(removed(String(at(job[0]?.data, "id"))))
      yield* page.until(removed("request-1"))
      yield* page.until((events) => events.some(({ data }) => String(at(data, "html")).includes('id="request-3"')))
      assert.isFalse(page.heard.some(({ data }) => String(at(data, "html")).includes('id="request-2"')))
      // a page that is older than its stream learns which jobs are left
      const later = yield* listen(`${url}/__emulator/events?as=html&${filter}`)
      yield* later.until((events) => events.some(({ event }) => event === "jobs"))
      assert.deepStrictEqual(later.heard.find(({ event }) => event === "jobs")?.data, [])
    })
  )

  it.scopedLive("resumes after the last event id", () =>
    Effect.gen(function* () {
      const { url } = yield* memory
      const first = yield* listen(`${url}/__emulator/events`)
      yield* eventually(
        Effect.sync(() => first.state.status),
        (status) => status === 200
      )
      yield* getConnection(url)
      yield* first.until((events) => ids(events).length === 2)
      const last = ids(first.heard).at(-1) ?? ""
      first.request.destroy()
      yield* getConnection(url)
      yield* getConnection(url)
      const again = yield* listen(`${url}/__emulator/events`, { "last-event-id": last })
      yield* again.until((events) => ids(events).length === 4)
      assert.deepStrictEqual(requestIds(again.heard), [2, 3])
      const bySearch = yield* listen(`${url}/__emulator/events?after=${last}`)
      yield* bySearch.until((events) => ids(events).length === 4)
      assert.deepStrictEqual(ids(bySearch.heard), ids(again.heard))
      const now = yield* listen(`${url}/__emulator/events?after=${ids(again.heard).at(-1)}`)
      yield* getConnection(url)
      yield* now.until((events) => events.some(isDone))
      assert.deepStrictEqual(requestIds(now.heard), [4])
    })
  )

  it.scopedLive("sends `cleared` for an unknown event id", () =>
    Effect.gen(function* () {
      const { url } = yield* memory
      yield* getConnection(url)
      const before = yield* listen(`${url}/__emulator/events?after=other.0`)
      yield* before.until((events) => events.length === 1)
      assert.strictEqual(before.heard[0]?.event, "cleared")
      const id = String(before.heard[0]?.id)
      for (const after of [`${id}9`, id.replace(/\.\d+$/, ".x"), "x", "", "."]) {
        const heard = yield* listen(`${url}/__emulator/events?after=${after}`)
        yield* heard.until(([first]) => first?.event === "cleared")
      }
      const known = yield* listen(`${url}/__emulator/events?after=${id}`)
      yield* sendRequest(`${url}/__emulator/requests`, { method: "DELETE" })
      yield* known.until((events) => events.length === 1 && events[0]?.event === "cleared")
    })
  )

  it.scopedLive("ends with the emulator", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const { url } = yield* Scope.extend(memory, scope)
      const { state } = yield* listen(`${url}/__emulator/events`)
      yield* eventually(
        Effect.sync(() => state.status),
        (status) => status === 200
      )
      yield* Scope.close(scope, Exit.void)
      yield* eventually(
        Effect.sync(() => state.ended),
        (ended) => ended
      )
    })
  )

  it.scopedLive("limits the listeners, and a disconnect frees a place", () =>
    Effect.gen(function* () {
      const { url } = yield* memory
      const all = yield* Effect.forEach(Array.from({ length: 64 }), () => listen(`${url}/__emulator/events`))
      yield* Effect.forEach(all, ({ state }) =>
        eventually(
          Effect.sync(() => state.status),
          (status) => status === 200
        )
      )
      assert.strictEqual((yield* sendRequest(`${url}/__emulator/events`)).status, 503)
      all[0]?.request.destroy()
      const next = Effect.flatMap(listen(`${url}/__emulator/events`), ({ state }) =>
        eventually(
          Effect.sync(() => state.status),
          (status) => status !== 0
        )
      )
      yield* eventually(next, (status) => status === 200)
    })
  )

  it.scopedLive("drops a listener that does not read", () =>
    Effect.gen(function* () {
      const events = new Events({ run: "r", limit: 100 })
      const dropped: Array<string> = []
      const slow = yield* events.subscribe(undefined, () => dropped.push("slow"))
      const quick = yield* events.subscribe(undefined, () => dropped.push("quick"))
      let read = 0
      for (let round = 0; round < 30; round++) {
        for (let each = 0; each < 10; each++) events.publish({ _tag: "Request", id: each })
        const [all] = yield* quick.events.takeAll
        read += all.length
      }
      assert.deepStrictEqual([dropped, events.size, read], [["slow"], 1, 300])
      const [kept] = yield* slow.events.takeAll
      assert.strictEqual(kept.length, 100)
      const back = yield* events.subscribe("r.250", () => {})
      const [missing] = yield* back.events.takeAll
      assert.deepStrictEqual([back.missed, missing.length, [...missing].at(-1)?.id], [false, 50, "r.300"])
      assert.isTrue((yield* events.subscribe("r.199", () => {})).missed)
      assert.isFalse((yield* events.subscribe("r.200", () => {})).missed)
    })
  )

  it.scopedLive(
    "cut the connection of a client that does not read",
    () =>
      Effect.gen(function* () {
        const { url } = yield* memory
        const slow = yield* listen(`${url}/__emulator/events?as=html`, {}, true)
        yield* eventually(
          Effect.sync(() => slow.state.status),
          (status) => status === 200
        )
        // more than the sockets of the system hold for a reader, by far
        const long = `${url}/api/v1/connections/${"x".repeat(15_000)}`
        yield* Effect.forEach(Array.from({ length: 600 }), () => sendRequest(long), { concurrency: 8, discard: true })
        slow.response()?.resume()
        yield* eventually(
          Effect.sync(() => slow.state.ended),
          (ended) => ended
        )
        assert.isBelow(slow.state.bytes, 1_200 * 30_000)
      }),
    { timeout: 120_000 }
  )
})

describe("Exchanges", () => {
  const request = (body: string) => ({
    method: "POST",
    path: "/",
    query: [],
    headers: {},
    body,
    bytes: new TextEncoder().encode(body),
    origin: ""
  })

  it("keep 1,000 requests and 32 MiB of bodies", () => {
    const exchanges = new Exchanges(new SecretMask(World.make({ connections: [] })), () => {})
    for (let each = 0; each < 1_010; each++) exchanges.begin("bosa", request("x"), 0, 0n)
    assert.deepStrictEqual([exchanges.all.length, exchanges.get(10), exchanges.get(11)?.id], [1_000, undefined, 11])
    for (let each = 0; each < 1_000; each++) {
      const large = request("y".repeat(60 * 1024))
      exchanges.begin("bosa", large, 0, 0n)
      exchanges.end(large, { _tag: "Answer", status: 200, headers: {}, body: "z".repeat(4 * 1024) }, 0n)
    }
    assert.strictEqual(exchanges.all.length, 512)
    exchanges.clear()
    assert.deepStrictEqual(exchanges.all, [])
  })

  it("keep the whole text of a body up to 64 KiB, or none", () => {
    const exchanges = new Exchanges(new SecretMask(World.make({ connections: [] })), () => {})
    const kept = (bytes: Uint8Array) => exchanges.begin("bosa", { ...request(""), bytes }, 0, 0n).body
    assert.deepStrictEqual(kept(new TextEncoder().encode("ä")), { bytes: 2, contentType: undefined, text: "ä" })
    assert.strictEqual(kept(new Uint8Array(64 * 1024)).text?.length, 64 * 1024)
    assert.isUndefined(kept(new Uint8Array(64 * 1024 + 1)).text)
    assert.isUndefined(kept(new Uint8Array([0xff, 0xfe])).text)
  })
})
