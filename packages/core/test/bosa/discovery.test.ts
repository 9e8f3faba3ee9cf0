import * as Action from "@effect-connectors/core/Action"
import { Auth } from "@effect-connectors/core/Auth"
import * as Call from "@effect-connectors/core/Call"
import * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import { timed, virtual } from "../support/api.js"
import { bosaFake, bosaOver, dialects, ok, quick, row, rows } from "../support/bosaKit.js"
import { answer, json, lost, type Reply } from "../support/fakeClient.js"

const found = quick({ demo: rows })

const after =
  (millis: number, reply: Reply): Reply =>
  (request, sent) =>
    Effect.delay(reply(request, sent), millis)

/** Replies by their number; the last stands for all that follow. */
const inTurn = (...replies: readonly [Reply, ...Array<Reply>]): Reply => {
  let count = 0
  return (request, sent) => (replies[Math.min(count++, replies.length - 1)] ?? replies[0])(request, sent)
}

describe("discovery is shared", () => {
  virtual("1,000 executes on a cold client: 1 discovery, 1,000 actions", () =>
    Effect.gen(function* () {
      const fake = bosaFake(after(50, found), ok)
      const bosa = yield* bosaOver(fake.swift)
      yield* Effect.forEach(
        Array.from({ length: 1_000 }, (_, n) => n),
        (n) => bosa.execute("demo", "act", { n }),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual([fake.discoveries.length, fake.actions.length], [1, 1_000])
      assert.strictEqual(new Set(fake.actions.map(({ body }) => body)).size, 1_000)
    })
  )

  virtual("nothing is requested before it is used", () =>
    Effect.gen(function* () {
      const fake = bosaFake(found, ok)
      const bosa = yield* bosaOver(fake.client)
      const demo = bosa.connect("demo")
      demo.action("act").pipe(Action.params({ n: 1 }), Action.maxAttempts(3))
      assert.strictEqual(fake.discoveries.length, 0)
      yield* demo.actions
      assert.strictEqual(fake.discoveries.length, 1)
    })
  )

  virtual("it is used for its time to live, to the millisecond, and then read again", () =>
    Effect.gen(function* () {
      const fake = bosaFake(found, ok)
      const demo = (yield* bosaOver(fake.client, { discoveryTtl: "1 minute" })).connect("demo")
      yield* demo.actions
      yield* Effect.sleep(59_999)
      yield* demo.actions
      assert.strictEqual(fake.discoveries.length, 1)
      yield* Effect.sleep(1)
      yield* demo.actions
      assert.strictEqual(fake.discoveries.length, 2)
    })
  )

  virtual("without an own time it is 10 minutes", () =>
    Effect.gen(function* () {
      const fake = bosaFake(found, ok)
      const bosa = yield* bosaOver(fake.client)
      yield* bosa.execute("demo", "act")
      yield* Effect.sleep("599 seconds")
      yield* bosa.execute("demo", "act")
      yield* Effect.sleep("1 second")
      yield* bosa.execute("demo", "act")
      assert.strictEqual(fake.discoveries.length, 2)
    })
  )

  virtual("refresh: the next use asks again, and all handles of the client see it", () =>
    Effect.gen(function* () {
      const fake = bosaFake(inTurn(found, json({ demo: { other: row() } })), ok)
      const bosa = yield* bosaOver(fake.client)
      yield* bosa.connect("demo").actions
      yield* bosa.connect("demo").refresh
      assert.strictEqual(fake.discoveries.length, 1)
      const names = (yield* bosa.connect("demo").actions).map(({ name }) => name)
      assert.deepStrictEqual([names, fake.discoveries.length], [["other"], 2])
    })
  )

  virtual(
    "refresh while it is under way: who comes after it gets the newer answer, and it is the newer one that is kept",
    () =>
      Effect.gen(function* () {
        const fake = bosaFake(inTurn(after(100, found), after(20, json({ demo: { other: row() } }))), ok)
        const demo = (yield* bosaOver(fake.client)).connect("demo")
        const first = yield* Effect.fork(demo.actions)
        yield* Effect.sleep(10)
        yield* demo.refresh
        assert.deepStrictEqual(
          (yield* demo.actions).map(({ name }) => name),
          ["other"]
        )
        assert.deepStrictEqual(
          (yield* Fiber.join(first)).map(({ name }) => name),
          ["act", "list"]
        )
        assert.deepStrictEqual(
          (yield* demo.actions).map(({ name }) => name),
          ["other"]
        )
        assert.strictEqual(fake.discoveries.length, 2)
      })
  )

  virtual("interrupting the first caller does not take it from the others", () =>
    Effect.gen(function* () {
      const fake = bosaFake(after(100, found), ok)
      const bosa = yield* bosaOver(fake.client)
      const first = yield* Effect.fork(bosa.execute("demo", "act"))
      yield* Effect.sleep(10)
      const second = yield* Effect.fork(bosa.execute("demo", "act"))
      yield* Effect.sleep(10)
      assert.isTrue(Exit.isInterrupted(yield* Fiber.interrupt(first)))
      assert.strictEqual((yield* Fiber.join(second)).status, 200)
      assert.deepStrictEqual([fake.discoveries.length, fake.actions.length], [1, 1])
    })
  )

  virtual("a failure is not kept", () =>
    Effect.gen(function* () {
      const fake = bosaFake(inTurn(json({}, 403), found), ok)
      const bosa = yield* bosaOver(fake.client)
      assert.strictEqual((yield* Effect.flip(bosa.execute("demo", "act")))._tag, "Forbidden")
      assert.strictEqual((yield* bosa.execute("demo", "act")).status, 200)
      assert.deepStrictEqual([fake.discoveries.length, fake.actions.length], [2, 1])
    })
  )

  virtual("it is a read: tried three times when it fails, and the action once", () =>
    Effect.gen(function* () {
      const fake = bosaFake(inTurn(json({}, 503), lost({ code: "ECONNRESET" }), found), ok)
      yield* (yield* bosaOver(fake.client)).execute("demo", "act")
      assert.deepStrictEqual([fake.discoveries.length, fake.actions.length], [3, 1])
    })
  )

  virtual("1,030 made up names: the oldest are forgotten, the latest 1,024 are kept", () =>
    Effect.gen(function* () {
      const echo: Reply = (request, sent) => {
        const name = new URL(sent.url).searchParams.get("modules") ?? ""
        return quick({ [name]: {} })(request, sent)
      }
      const fake = bosaFake(echo, ok)
      const bosa = yield* bosaOver(fake.swift)
      const ask = (n: number) => bosa.connect(`c${n}`).actions
      for (let n = 0; n < 1_030; n++) yield* ask(n)
      for (let n = 6; n < 1_030; n++) yield* ask(n)
      assert.strictEqual(fake.discoveries.length, 1_030)
      yield* ask(5)
      assert.strictEqual(fake.discoveries.length, 1_031)
    })
  )
})

describe("settings of one caller are not those of all", () => {
  virtual("a deadline ends the wait of its caller and of nobody else", () =>
    Effect.gen(function* () {
      const fake = bosaFake(after(5_000, found), ok)
      const bosa = yield* bosaOver(fake.client)
      const patient = yield* Effect.fork(bosa.execute("demo", "act"))
      const { millis, result } = yield* timed(bosa.execute("demo", "act").pipe(Call.withDeadline("1 second")))
      assert.deepStrictEqual([millis, result._tag === "Left" && result.left._tag], [1_000, "DeadlineExceeded"])
      assert.strictEqual((yield* Fiber.join(patient)).status, 200)
      assert.deepStrictEqual([fake.discoveries.length, fake.actions.length], [1, 1])
    })
  )

  virtual("who starts it with a deadline does not end it for others either", () =>
    Effect.gen(function* () {
      const fake = bosaFake(after(5_000, found), ok)
      const bosa = yield* bosaOver(fake.client)
      const hasty = yield* Effect.fork(Effect.flip(bosa.execute("demo", "act").pipe(Call.withDeadline("1 second"))))
      yield* Effect.sleep(1)
      const patient = yield* Effect.fork(bosa.execute("demo", "act"))
      assert.strictEqual((yield* Fiber.join(hasty))._tag, "DeadlineExceeded")
      assert.strictEqual((yield* Fiber.join(patient)).status, 200)
      assert.strictEqual(fake.discoveries.length, 1)
    })
  )

  for (const [name, options, call] of [
    ["of the layer", { deadline: "3 seconds" }, undefined],
    ["of the call", {}, "3 seconds"]
  ] as const) {
    virtual(`one deadline ${name} over discovery and the action`, () =>
      Effect.gen(function* () {
        const fake = bosaFake(after(2_000, found), after(2_000, ok))
        const bosa = yield* bosaOver(fake.client, options)
        const execute = bosa.execute("demo", "act")
        const { millis, result } = yield* timed(call === undefined ? execute : Call.withDeadline(execute, call))
        assert.deepStrictEqual([millis, result._tag === "Left" && result.left._tag], [3_000, "OutcomeUnknown"])
      })
    )

    virtual(`a deadline ${name} holds for the discovery that an unknown action causes`, () =>
      Effect.gen(function* () {
        const gone = json({ detail: "Not Found" }, 404)
        const fake = bosaFake(inTurn(found, after(20_000, found)), gone)
        const bosa = yield* bosaOver(fake.client, options)
        const execute = bosa.execute("demo", "act")
        const { millis, result } = yield* timed(call === undefined ? execute : Call.withDeadline(execute, call))
        assert.deepStrictEqual([millis, result._tag === "Left" && result.left._tag], [3_000, "NotFound"])
        assert.strictEqual(fake.actions.length, 1)
      })
    )
  }

  virtual("a policy, a changed client and a view of the responses stay the caller's own", () =>
    Effect.gen(function* () {
      const fake = bosaFake(after(100, inTurn(json({}, 503), found)), ok)
      const bosa = yield* bosaOver(fake.client)
      const seen: Array<string> = []
      const mine = bosa.execute("demo", "act").pipe(
        Call.withTransformClient(
          HttpClient.mapRequest((request) => {
            seen.push(request.method)
            return request
          })
        ),
        Call.withRetry("none"),
        Call.withResponse
      )
      const fiber = yield* Effect.fork(mine)
      const other = yield* Effect.fork(bosa.execute("demo", "act"))
      const { response, value } = yield* Fiber.join(fiber)
      yield* Fiber.join(other)
      assert.deepStrictEqual(seen, ["POST"])
      assert.deepStrictEqual(response?.body, value.data)
      assert.deepStrictEqual([fake.discoveries.length, fake.actions.length], [2, 2])
    })
  )

  virtual("credentials are never sent with it, in any dialect", () =>
    Effect.gen(function* () {
      for (const dialect of dialects) {
        const fake = bosaFake(found, ok)
        const auth = Auth.bosa({ apiKey: Redacted.make("k"), userToken: Redacted.make("u") })
        const bosa = yield* bosaOver(fake.client, { dialect }, auth)
        const token = Redacted.make("t")
        yield* bosa.execute("demo", "act", {}, { token, headers: { authorization: "mine", "x-own": "1" } })
        assert.deepStrictEqual(
          fake.discoveries.map(({ headers }) => headers),
          [{ accept: "*/*", "user-agent": "effect-connectors" }]
        )
      }
    })
  )

  virtual("a connector's name is one value of the query, whatever it holds", () =>
    Effect.gen(function* () {
      const name = "a b&c=d#/?%2e"
      const fake = bosaFake(json({ [name]: { act: row() } }), ok)
      yield* (yield* bosaOver(fake.client)).execute(name, "act")
      assert.strictEqual(
        fake.discoveries[0]?.url,
        "http://localhost:8081/connectors/?modules=a%20b%26c%3Dd%23%2F%3F%252e"
      )
    })
  )
})

describe("what discovery answers", () => {
  for (const [status, tag, sends] of [
    [401, "Unauthorized", 1],
    [403, "Forbidden", 1],
    [404, "NotFound", 1],
    [422, "ApiRejected", 1],
    [429, "RateLimited", 3],
    [500, "ServerFailed", 3],
    [503, "ServerFailed", 3],
    [302, "UnexpectedRedirect", 1]
  ] as const) {
    virtual(`${status} keeps its tag: ${tag}`, () =>
      Effect.gen(function* () {
        for (const body of [{}, { detail: "Not Found" }, { demo: rows }]) {
          const fake = bosaFake(json(body, status), ok)
          const error = yield* Effect.flip((yield* bosaOver(fake.client)).execute("demo", "act"))
          assert.deepStrictEqual(
            [error._tag, fake.discoveries.length, fake.actions.length],
            [tag, sends, 0],
            JSON.stringify(body)
          )
          assert.strictEqual(error._tag === "InvalidRequest" ? "" : error.operation, "connectors.actions")
        }
      })
    )
  }

  virtual("without the connector: NotFound with the nearest name, and nothing is kept", () =>
    Effect.gen(function* () {
      const fake = bosaFake(json({ github: {}, gitlab: {} }), ok)
      const bosa = yield* bosaOver(fake.client)
      const error = yield* Effect.flip(bosa.execute("githbu", "act"))
      if (error._tag !== "NotFound") throw new Error(error._tag)
      assert.match(error.message, /connector "githbu"; the nearest is "github"/)
      yield* Effect.flip(bosa.execute("githbu", "act"))
      assert.deepStrictEqual([fake.discoveries.length, fake.actions.length], [2, 0])
    })
  )

  virtual("names that every object has are neither connectors nor actions", () =>
    Effect.gen(function* () {
      const fake = bosaFake(found, ok)
      const bosa = yield* bosaOver(fake.client)
      for (const name of ["__proto__", "constructor", "toString"]) {
        assert.strictEqual((yield* Effect.flip(bosa.execute(name, "act")))._tag, "NotFound")
        assert.strictEqual((yield* Effect.flip(bosa.execute("demo", name)))._tag, "InvalidRequest")
      }
      assert.strictEqual(fake.actions.length, 0)
    })
  )

  for (const [name, reply, reason] of [
    ["an array", json([]), "invalid"],
    ["a connector that is a list", json({ demo: [] }), "invalid"],
    ["text", answer(200, { text: "{", headers: {} }), "invalid"],
    ["a page", answer(200, { text: "<html>", headers: { "content-type": "text/html" } }), "wrong type"],
    ["nothing", answer(200, { text: "" }), "empty"]
  ] as const) {
    virtual(`${name} is UnexpectedBody`, () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip((yield* bosaOver(bosaFake(reply, ok).client)).execute("demo", "act"))
        assert.deepStrictEqual([error._tag, "reason" in error && error.reason], ["UnexpectedBody", reason])
      })
    )
  }

  virtual("the actions in the server's order, the server's own routes left out, odd ones reported", () =>
    Effect.gen(function* () {
      const odd = {
        zeta: row(),
        integrations: row(),
        "integrations/x": row(),
        "integration-exists": row(),
        "success-authorize-callback": row(),
        get: row({}, { method: "GET" }),
        lower: row({}, { method: "post" }),
        "no-path": row({}, { path: undefined }),
        "no-parameters": row({}, { parameters: undefined }),
        "no-schema": row({}, { parameters: { request: {} } }),
        text: "x",
        nothing: null,
        bare: row({}, { parameters: {} }),
        "null-request": row({}, { parameters: { request: null } }),
        "no-doc": row({}, { docstring: undefined }),
        "a/b-c": row()
      }
      const fake = bosaFake(json({ demo: odd, other: 7 }), ok)
      const demo = (yield* bosaOver(fake.client)).connect("demo")
      const info = yield* demo.info
      const usable = ["zeta", "bare", "null-request", "a/b-c"]
      assert.deepStrictEqual(
        info.actions.map(({ name }) => name),
        usable
      )
      assert.deepStrictEqual(
        info.skipped.map(({ name }) => name),
        ["get", "lower", "no-path", "no-parameters", "no-schema", "text", "nothing", "no-doc"]
      )
      for (const { reason } of info.skipped) assert.isNotEmpty(reason)
      for (const name of usable) yield* demo.execute(name)
      assert.strictEqual(fake.actions.length, usable.length)
      const refused = yield* Effect.flip(demo.execute("no-path"))
      assert.match(refused.message, /"no-path" of "demo" cannot be used: it has no path/)
    })
  )
})
