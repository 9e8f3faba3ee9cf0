import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Schedule from "effect/Schedule"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/TestClock"
import { createServer, request as httpRequest } from "node:http"
import { describe } from "vitest"
import type { JsonObject } from "../src/Executor.js"
import * as Emulator from "../src/Emulator.js"
import * as World from "../src/World.js"

const memory = Emulator.make({ executors: "memory" })

const send = (url: string, init?: RequestInit) => Effect.tryPromise(() => fetch(url, init))

const get = (url: string) =>
  Effect.flatMap(send(url), (response) =>
    Effect.map(
      Effect.promise(() => response.json()),
      (body: unknown) => ({ status: response.status, body })
    )
  )

const post = (url: string, body: JsonObject) =>
  Effect.flatMap(
    send(url, { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
    (response) =>
      Effect.map(
        Effect.promise(() => response.json()),
        (body: unknown) => ({ status: response.status, body })
      )
  )

/** The system code in an error or one of its causes. */
const codeOf = (error: unknown): string => {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ("code" in cause && typeof cause.code === "string") return cause.code
  }
  return "none"
}

/** Repeats an effect until the condition holds, for up to two seconds of real time. */
const eventually = <A>(effect: Effect.Effect<A>, holds: (value: A) => boolean) =>
  Effect.flatMap(
    Effect.repeat(effect, {
      until: holds,
      schedule: Schedule.intersect(Schedule.spaced("5 millis"), Schedule.recurs(400))
    }),
    () => Effect.filterOrFail(effect, holds, () => "the condition did not become true")
  )

describe("emulator", () => {
  it.scopedLive("answers over a real socket", () =>
    Effect.gen(function* () {
      const { executions, port, requests, url } = yield* memory
      assert.strictEqual(url, `http://127.0.0.1:${port}`)
      const list = yield* get(`${url}/api/v1/connections?relay_id=r2`)
      assert.strictEqual(list.status, 200)
      assert.match(JSON.stringify(list.body), /"slug":"warehouse"/)
      assert.notMatch(JSON.stringify(list.body), /"slug":"crm"/)
      const deal = yield* post(`${url}/api/v1/connections/crm/actions/fetch-deal/execute`, { input: { id: 7 } })
      assert.strictEqual(deal.status, 200)
      assert.match(JSON.stringify(deal.body), /Harbour lights/)
      assert.strictEqual(yield* executions("crm", "fetch-deal"), 1)
      const missing = yield* get(`${url}/api/v1/connections/none`)
      assert.strictEqual(missing.status, 404)
      assert.deepStrictEqual(
        (yield* requests).map(({ method, status }) => [method, status]),
        [
          ["GET", 200],
          ["POST", 200],
          ["GET", 404]
        ]
      )
    })
  )

  it.scopedLive("keeps the path as it was sent", () =>
    Effect.gen(function* () {
      const world = World.make({ connections: [{ slug: "a/b c" }] })
      const { requests, url } = yield* Emulator.make({ world })
      assert.strictEqual((yield* get(`${url}/api/v1/connections/a%2Fb%20c?x=%26&x=2`)).status, 200)
      const [seen] = yield* requests
      assert.strictEqual(seen?.path, "/api/v1/connections/a%2Fb%20c")
      assert.deepStrictEqual(seen?.query, [
        ["x", "&"],
        ["x", "2"]
      ])
    })
  )

  it.scoped("runs a job to its end in real time", () =>
    Effect.gen(function* () {
      const { jobs, url } = yield* memory
      const accepted = yield* post(`${url}/api/v1/connections/crm/actions/sync/execute?async=true`, { input: {} })
      const text = JSON.stringify(accepted.body)
      const id = /"job_id":"([^"]+)"/.exec(text)?.[1]
      assert.isDefined(id, text)
      yield* TestClock.adjust("3 seconds")
      assert.match(JSON.stringify((yield* get(`${url}/api/v1/jobs/${id}`)).body), /"running"/)
      yield* TestClock.adjust("3 seconds")
      assert.match(JSON.stringify((yield* get(`${url}/api/v1/jobs/${id}`)).body), /"synced":2/)
      assert.deepStrictEqual(
        (yield* jobs).map(({ ended, polls }) => [ended, polls]),
        [[true, 2]]
      )
    })
  )

  it.scopedLive(
    "does the work of sql, file and http connections for real",
    () =>
      Effect.gen(function* () {
        const web = yield* Effect.acquireRelease(
          Effect.async<ReturnType<typeof createServer>>((resume) => {
            const server = createServer((request, response) => response.end(`requested ${request.url}`))
            server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
          }),
          (server) => Effect.async<void>((resume) => void server.close(() => resume(Effect.void)))
        )
        const address = web.address()
        const baseUrl = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`
        const { url } = yield* Emulator.make({
          world: World.make({
            connections: [
              { slug: "db", kind: "sql" },
              { slug: "drive", kind: "file" },
              { slug: "web", kind: "http", baseUrl }
            ]
          })
        })
        const on = (slug: string) => (route: string, body: JsonObject) =>
          Effect.map(post(`${url}/api/v1/connections/${slug}/${route}`, body), (answer) => JSON.stringify(answer))

        const csv = "region,amount\neu,1.10\nus,2.20\neu,3.30\n"
        yield* on("drive")("file/uploadFile", { path: "in/sales.csv", content: csv })
        const back = yield* on("drive")("file/readFile", { path: "in/sales.csv" })
        assert.include(back, JSON.stringify(csv))

        const lines = csv
          .trim()
          .split("\n")
          .slice(1)
          .map((line) => line.split(","))
        yield* on("db")("sql/execute", { sql: "create table sales (region text, amount numeric)" })
        yield* on("db")("sql/insert", { table: "sales", columns: ["region", "amount"], rows: lines })
        const sums = yield* on("db")("sql/query", {
          sql: "select region, sum(amount) as total from sales group by 1 order by 1"
        })
        assert.include(sums, '{"region":"eu","total":"4.40"},{"region":"us","total":"2.20"}')
        const wrong = yield* on("db")("sql/query", { sql: "selct" })
        assert.match(wrong, /^\{"status":400.*42601/)

        assert.match(yield* on("web")("http/get", { path: "/x" }), /"status":200.*requested \/x/)
      }),
    { timeout: 60_000 }
  )

  it.scopedLive("loses responses as scripted", () =>
    Effect.gen(function* () {
      const { executions, requests, respondNext, url } = yield* memory
      const execute = Effect.flip(post(`${url}/api/v1/connections/crm/actions/echo/execute`, { input: {} }))
      yield* respondNext({ method: "POST" }, [{ _tag: "Reset" }, { _tag: "Reset", commit: true }, { _tag: "Refused" }])
      assert.strictEqual(codeOf((yield* execute).error), "ECONNRESET")
      assert.strictEqual(yield* executions("crm", "echo"), 0)
      assert.strictEqual(codeOf((yield* execute).error), "ECONNRESET")
      assert.strictEqual(yield* executions("crm", "echo"), 1)
      assert.strictEqual(codeOf((yield* execute).error), "UND_ERR_SOCKET")
      assert.deepStrictEqual(
        (yield* requests).map(({ fault }) => fault),
        ["Reset", "Reset", "Refused"]
      )
      assert.strictEqual((yield* get(`${url}/api/v1/connections`)).status, 200)
    })
  )

  it.scopedLive("cuts a response after half of its body", () =>
    Effect.gen(function* () {
      const { respondNext, url } = yield* memory
      yield* respondNext({ method: "GET" }, [{ _tag: "CutBody", json: { text: "x".repeat(100_000) } }])
      const seen = yield* Effect.async<{
        readonly announced: number
        readonly got: number
        readonly complete: boolean
      }>((resume) => {
        httpRequest(`${url}/api/v1/connections`, (response) => {
          let got = 0
          response.on("data", (chunk: Buffer) => (got += chunk.byteLength))
          response.on("error", () => {})
          response.on("close", () => {
            const announced = Number(response.headers["content-length"])
            resume(Effect.succeed({ announced, got, complete: response.complete }))
          })
        }).end()
      })
      assert.isFalse(seen.complete)
      assert.isAbove(seen.announced, 100_000)
      assert.isAbove(seen.got, 0)
      assert.isBelow(seen.got, seen.announced)
    })
  )

  it.scopedLive("hangs until the client leaves, and records that it left", () =>
    Effect.gen(function* () {
      const { requests, respondNext, url } = yield* memory
      yield* respondNext({}, [{ _tag: "Hang" }])
      const leave = new AbortController()
      const fiber = yield* Effect.fork(Effect.flip(send(`${url}/api/v1/connections`, { signal: leave.signal })))
      yield* eventually(requests, (seen) => seen.length === 1)
      assert.isFalse((yield* requests)[0]?.interrupted)
      leave.abort()
      yield* fiber
      yield* eventually(requests, (seen) => seen[0]?.interrupted === true)
    })
  )

  it.scopedLive("refuses bodies that are too large or not text", () =>
    Effect.gen(function* () {
      const { requests, url } = yield* memory
      const target = `${url}/api/v1/connections/crm/actions/echo/execute`
      const large = yield* send(target, { method: "POST", body: new Uint8Array(16 * 1024 * 1024 + 1) })
      assert.strictEqual(large.status, 413)
      const binary = yield* send(target, { method: "POST", body: new Uint8Array([0xff, 0xfe]) })
      assert.strictEqual(binary.status, 400)
      assert.deepStrictEqual(yield* requests, [])
      const most = yield* post(target, { input: "x".repeat(16 * 1024 * 1024 - 64) })
      assert.strictEqual(most.status, 200)
    })
  )

  it.scopedLive("takes bodies up to its request limit, and names the limit to a larger one", () =>
    Effect.gen(function* () {
      const { bosa, url } = yield* Emulator.make({ executors: "memory", requestLimit: 1_000 })
      const connections = `${url}/api/v1/connections/crm/actions/echo/execute`
      const body = (bytes: number) => `{"input":"${"x".repeat(bytes - 12)}"}`
      for (const target of [connections, `${url}/demo/echo`]) {
        const to = (bytes: number) =>
          Effect.flatMap(
            send(target, {
              method: "POST",
              headers: { "content-type": "application/json", "x-api-key": bosa.apiKey },
              body: body(bytes)
            }),
            (response) =>
              Effect.map(
                Effect.promise(() => response.text()),
                (text) => [response.status, text] as const
              )
          )
        assert.strictEqual((yield* to(1_000))[0], 200)
        for (const bytes of [1_001, 3_000]) {
          const [status, text] = yield* to(bytes)
          assert.strictEqual(status, 413)
          assert.match(text, /over the limit of 1000 bytes: .*requestLimit.*--request-limit/)
        }
      }
      const { url: large } = yield* Emulator.make({ executors: "memory", requestLimit: 60_000_000 })
      const upload = yield* post(`${large}/api/v1/connections/files/file/uploadFile`, {
        path: "big.bin",
        content: "x".repeat(50_000_000)
      })
      assert.strictEqual(upload.status, 200)
    })
  )

  it.scopedLive("ends at once, even when a client still waits", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const { requests, respondNext, url } = yield* Scope.extend(memory, scope)
      yield* respondNext({}, [{ _tag: "Hang" }])
      const fiber = yield* Effect.fork(Effect.flip(send(`${url}/api/v1/connections`)))
      yield* eventually(requests, (seen) => seen.length === 1)
      yield* Scope.close(scope, Exit.void)
      assert.strictEqual(codeOf((yield* fiber).error), "UND_ERR_SOCKET")
      assert.strictEqual(codeOf((yield* Effect.flip(send(url))).error), "ECONNREFUSED")
    })
  )

  it.scopedLive("says why it cannot start", () =>
    Effect.gen(function* () {
      const { port } = yield* memory
      const taken = yield* Effect.flip(Emulator.make({ port, executors: "memory" }))
      assert.strictEqual(taken.reason, "PortInUse")
      assert.match(taken.message, new RegExp(`port ${port} .*in use`))
      for (const host of ["0.0.0.0", "10.0.0.1", "example.com", "127.0.0.256", "127.0.0.1.example.com", ""]) {
        assert.strictEqual((yield* Effect.flip(Emulator.make({ host }))).reason, "NotLoopback", host)
      }
      const outside = World.make({ connections: [{ slug: "f", kind: "file", files: { "../out": "x" } }] })
      assert.strictEqual((yield* Effect.flip(Emulator.make({ world: outside }))).reason, "Executors")
    })
  )

  it.scopedLive("refuses parameters that the real executors do not take, unless lenient", () =>
    Effect.gen(function* () {
      const read = (url: string, body: JsonObject) => post(`${url}/api/v1/connections/files/file/readFile`, body)
      const { executions, url } = yield* Emulator.make()
      assert.deepStrictEqual(yield* read(url, { path: "readme.txt", page: 2 }), {
        status: 400,
        body: {
          code: "INVALID_PARAMETERS",
          message: '"page" is not a parameter of file.read. It takes path, encoding, options'
        }
      })
      assert.strictEqual(yield* executions("files", "file.read"), 0)
      const lenient = yield* Emulator.make({ lenient: true })
      assert.strictEqual((yield* read(lenient.url, { path: "readme.txt", page: 2 })).status, 200)
    })
  )

  it.scopedLive("refuses an option that it does not know", () =>
    Effect.gen(function* () {
      const options: Emulator.EmulatorOptions = JSON.parse('{"lenent":true}')
      const refused = yield* Effect.flip(Emulator.make(options))
      assert.deepStrictEqual(
        [refused.reason, refused.message],
        ["Options", 'lenent is not an option: the nearest is "lenient"']
      )
    })
  )

  it.effect("is provided by its Layer", () =>
    Effect.gen(function* () {
      const { connections } = yield* Emulator.Emulator
      assert.include(
        (yield* connections).map(({ slug }) => slug),
        "crm"
      )
    }).pipe(Effect.provide(Emulator.Emulator.layer({ executors: "memory" })))
  )
})
