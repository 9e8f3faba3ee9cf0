import * as Transport from "@effect-connectors/core/Transport"
import { Recorder, type RecordOptions, type ReplayOptions } from "@effect-connectors/testing/Recorder"
import type { Recording } from "@effect-connectors/testing/Recording"
import * as HttpBody from "@effect/platform/HttpBody"
import * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"

type Respond = (request: HttpClientRequest.HttpClientRequest, nth: number) => Response | Effect.Effect<Response>

/** A platform that responds with the given function. */
const platform = (answer: Respond) => {
  let nth = 0
  return Layer.succeed(
    HttpClient.HttpClient,
    HttpClient.make((request) =>
      Effect.map(
        Effect.suspend(() => {
          const given = answer(request, nth++)
          return Effect.isEffect(given) ? given : Effect.succeed(given)
        }),
        (response) => HttpClientResponse.fromWeb(request, response)
      )
    )
  )
}

const echo: Respond = ({ body }) => new Response(body._tag === "Uint8Array" ? new Uint8Array(body.body) : null)

const record = <A, E>(
  answer: Respond,
  program: Effect.Effect<A, E, HttpClient.HttpClient>,
  options?: RecordOptions
): Effect.Effect<readonly [A, Recording], E> =>
  Effect.all([program, Effect.flatMap(Recorder, ({ recording }) => recording)]).pipe(
    Effect.provide(Layer.provide(Recorder.layerRecord(options), platform(answer)))
  )

const replay =
  (recording: Recording, options?: ReplayOptions) =>
  <A, E>(program: Effect.Effect<A, E, HttpClient.HttpClient>) =>
    Effect.provide(program, Recorder.layerReplay(recording, options))

const origin = "http://localhost:4000"

interface RequestParts {
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: HttpBody.HttpBody
  readonly json?: unknown
}

const ask = (method: "GET" | "POST", path: string, { body, headers = {}, json }: RequestParts = {}) =>
  HttpClient.execute(
    HttpClientRequest.make(method)(`${origin}${path}`).pipe(
      HttpClientRequest.setHeaders(headers),
      (request) => (json === undefined ? request : HttpClientRequest.bodyUnsafeJson(request, json)),
      (request) => (body === undefined ? request : HttpClientRequest.setBody(request, body))
    )
  )

const textOf = (request: ReturnType<typeof ask>) => Effect.flatMap(request, ({ text }) => text)

/** The message of a replay for a request that was not recorded. */
const miss = (
  recording: Recording,
  request: Effect.Effect<unknown, HttpClientError.HttpClientError, HttpClient.HttpClient>
) =>
  Effect.map(Effect.flip(request).pipe(replay(recording)), (error) => {
    const evidence = Transport.evidenceOf(error)
    assert.deepInclude(evidence, { sent: false, phase: "connect", code: "NOT_RECORDED", permanent: true })
    assert.strictEqual("description" in error ? error.description : undefined, evidence?.detail)
    return evidence?.detail ?? ""
  })

describe("Recorder.layerReplay: matching", () => {
  it.effect("equal requests: the n-th gets the n-th response, and one too many fails without `repeatLast`", () =>
    Effect.gen(function* () {
      const [, recording] = yield* record(
        (_, nth) => new Response(`answer ${nth}`),
        Effect.all([textOf(ask("GET", "/jobs/1")), textOf(ask("GET", "/jobs/2")), textOf(ask("GET", "/jobs/1"))])
      )
      const four = Effect.all([
        textOf(ask("GET", "/jobs/1")),
        textOf(ask("GET", "/jobs/1")),
        textOf(ask("GET", "/jobs/2")),
        textOf(ask("GET", "/jobs/1"))
      ])
      assert.match(yield* miss(recording, four), /GET \/jobs\/1 was recorded 2 times and was sent once more/)
      assert.deepStrictEqual(yield* four.pipe(replay(recording, { repeatLast: true })), [
        "answer 0",
        "answer 2",
        "answer 1",
        "answer 2"
      ])
    })
  )

  it.effect(
    "order: a query and JSON fields in another order match, and so do requests with other ignored headers",
    () =>
      Effect.gen(function* () {
        const [, recording] = yield* record(
          echo,
          ask("POST", "/x?a=1&b=2&a=3", { json: { a: 1, b: [{ c: 2, d: 3 }] }, headers: { "user-agent": "one" } })
        )
        const again = ask("POST", "/x?b=2&a=1&a=3", { json: { b: [{ d: 3, c: 2 }], a: 1 }, headers: { b3: "0" } })
        assert.strictEqual((yield* again.pipe(replay(recording))).status, 200)
      })
  )

  it.effect("order: the values of a repeated query parameter match in their order only", () =>
    Effect.gen(function* () {
      const [, recording] = yield* record(echo, ask("GET", "/x?a=1&b=2&a=3"))
      assert.include(
        yield* miss(recording, ask("GET", "/x?a=3&b=2&a=1")),
        'is not the same: the query a is ["3","1"] and was ["1","3"]. '
      )
    })
  )

  it.effect("order: requests that differ in the order of repeated query values have each its own response", () =>
    Effect.gen(function* () {
      const both = (["a=1&a=3", "a=3&a=1"] as const).map((query) => textOf(ask("GET", `/x?${query}`)))
      const [live, recording] = yield* record((_, nth) => new Response(`answer ${nth}`), Effect.all(both))
      assert.deepStrictEqual(live, ["answer 0", "answer 1"])
      assert.deepStrictEqual(yield* Effect.all([...both].reverse()).pipe(replay(recording)), ["answer 1", "answer 0"])
    })
  )

  it.effect("a request that was not recorded: the message lists the differences and shows no secret", () =>
    Effect.gen(function* () {
      const headers = { "x-api-key": "the-right-key", accept: "text/plain" }
      const json = { name: "ann", list: [1, { deep: true }], token: "the-right-token" }
      const [, recording] = yield* record(echo, ask("POST", "/x?page=1", { headers, json }))
      const missWith = (path: string, request: RequestParts) => miss(recording, ask("POST", path, request))
      const start = "the nearest, number 1 (POST /x), is not the same: "
      const wrongKey = yield* missWith("/x?page=1", { headers: { ...headers, "x-api-key": "the-wrong-key" }, json })
      assert.include(wrongKey, `${start}the header x-api-key differs. `)
      assert.notInclude(wrongKey, "wrong-key")
      const wrongToken = yield* missWith("/x?page=1", {
        headers,
        json: { ...json, token: "another", name: "is another" }
      })
      assert.include(wrongToken, `${start}body.name is "is <secret>" and was "ann"; body.token differs. `)
      const other = yield* missWith("/x?page=2&more=1", {
        headers: { ...headers, accept: "*/*" },
        json: { list: [1, {}] }
      })
      assert.include(
        other,
        `${start}the query page is ["2"] and was ["1"]; the query more is new; the header accept is "*/*" and was "text/plain"; body.list[1].deep is missing; body.name is missing and 1 more. `
      )
      assert.include(
        yield* missWith("/y", { headers, json }),
        `${start}the path is /y and was /x; the query page is missing`
      )
      const get = yield* miss(recording, ask("GET", "/x?page=1", { headers }))
      assert.include(get, `${start}the method is GET and was POST; the header content-type is missing; body is missing`)
      const empty = { ...recording, exchanges: [] }
      assert.strictEqual(
        yield* miss(empty, ask("GET", "/x")),
        "GET /x was not recorded: the recording is empty. Record it first"
      )
    })
  )

  it.effect("`ignore`: headers, query parameters and body places are not compared", () =>
    Effect.gen(function* () {
      const request = (n: number) =>
        ask("POST", `/x?at=${n}`, { json: { at: n, rows: [{ id: n, name: "ann" }] }, headers: { "x-run": `${n}` } })
      const [, recording] = yield* record(echo, request(1))
      const ignore = { headers: ["X-Run"], query: ["at"], body: ["at", "rows[0].id"] }
      assert.strictEqual((yield* request(2).pipe(replay(recording, { ignore }))).status, 200)
      for (const kind of ["headers", "query", "body"] as const) {
        const less = { ...ignore, [kind]: [] }
        assert.isTrue(Exit.isFailure(yield* Effect.exit(request(2).pipe(replay(recording, { ignore: less })))), kind)
      }
    })
  )

  it.effect("origin: a recorded one must match, and an unknown one matches any", () =>
    Effect.gen(function* () {
      const at = (url: string) => textOf(HttpClient.get(url))
      const [, recording] = yield* record(
        ({ url }) => new Response(url),
        Effect.all([at("http://a.example/x"), at("http://b.example/x")])
      )
      assert.strictEqual(yield* at("http://b.example/x").pipe(replay(recording)), "http://b.example/x")
      assert.strictEqual(yield* at("http://c.example/x").pipe(replay(recording)), "http://a.example/x")
    })
  )

  it.effect("a streamed request body that the transport sends twice is recorded once", () =>
    Effect.gen(function* () {
      const bodyOf = ({ body }: HttpClientRequest.HttpClientRequest) =>
        body._tag === "Stream" ? Stream.runDrain(Stream.orDie(body.stream)) : Effect.void
      const resending: Respond = (request) =>
        Effect.as(Effect.replicateEffect(bodyOf(request), 2), new Response("done"))
      const stream = () => HttpBody.stream(Stream.make(new TextEncoder().encode("abc")))
      const [, recording] = yield* record(resending, textOf(ask("POST", "/x", { body: stream() })))
      assert.deepStrictEqual(recording.exchanges[0]?.request.body, { text: "abc" })
      assert.strictEqual(yield* textOf(ask("POST", "/x", { body: stream() })).pipe(replay(recording)), "done")
    })
  )

  it.effect("multipart: a form with a new boundary, bytes and a token matches", () =>
    Effect.gen(function* () {
      const form = (token: string) => {
        const data = new FormData()
        data.append("token", token)
        data.append("file", new Blob([Uint8Array.from([255, 0, 254])]), "a.bin")
        return HttpBody.formData(data)
      }
      const [, recording] = yield* record(
        () => new Response("ok"),
        textOf(ask("POST", "/x", { body: form("the-form-token") }))
      )
      const body = recording.exchanges[0]?.request.body
      assert.isTrue(body !== undefined && "base64" in body)
      const file = body !== undefined && "base64" in body ? Buffer.from(body.base64, "base64").toString("latin1") : ""
      assert.notInclude(file, "the-form-token")
      const same = textOf(ask("POST", "/x", { body: form("the-form-token") }))
      assert.strictEqual(yield* same.pipe(replay(recording)), "ok")
      assert.match(yield* miss(recording, ask("POST", "/x", { body: form("an-other-token") })), /body differs/)
    })
  )
})

describe("Recorder.layerReplay: responses", () => {
  it.effect("bytes, empty bodies, cookies and headers are replayed unchanged", () =>
    Effect.gen(function* () {
      const answers: ReadonlyArray<() => Response> = [
        () => new Response(Uint8Array.from([0xef, 0xbb, 0xbf, 0x7b, 0x7d])),
        () => new Response(Uint8Array.from([0xff, 0xfe, 0])),
        () => new Response('{ "spaced": 1.0, "big": 12345678901234567890 }'),
        () => new Response('{"__proto__":{"a":1},"2":2,"1":1}'),
        () => new Response(null, { status: 204 }),
        () => {
          const headers = new Headers({ "x-a": "1" })
          headers.append("set-cookie", "sid=the-session-id; Path=/")
          headers.append("set-cookie", "lang=de")
          return new Response("", { status: 201, headers })
        }
      ]
      const program = Effect.forEach(answers, (_, index) =>
        Effect.flatMap(ask("GET", `/${index}`), (response) =>
          Effect.map(response.arrayBuffer, (buffer) => ({
            status: response.status,
            header: response.headers["x-a"],
            cookies: Array.from(Object.keys(response.cookies.cookies)),
            bytes: Array.from(new Uint8Array(buffer))
          }))
        )
      )
      const [live, recording] = yield* record((_, nth) => answers[nth]?.() ?? new Response(), program)
      assert.deepStrictEqual(live[5]?.cookies, ["sid", "lang"])
      assert.notInclude(JSON.stringify(recording), "the-session-id")
      assert.deepStrictEqual(yield* program.pipe(replay(recording)), live)
    })
  )

  it.effect("a stream: is passed on chunk by chunk, and replayed as far as it was read", () =>
    Effect.gen(function* () {
      let pulled = 0
      const endless: Respond = () =>
        new Response(
          new ReadableStream<Uint8Array>(
            { pull: (controller) => controller.enqueue(Uint8Array.of(pulled++)) },
            { highWaterMark: 0 }
          )
        )
      const first = (count: number) =>
        ask("GET", "/x").pipe(
          Effect.map(({ stream }) => stream),
          Stream.unwrap,
          Stream.mapConcat((chunk) => Array.from(chunk)),
          Stream.take(count),
          Stream.runCollect,
          Effect.map((numbers) => Array.from(numbers))
        )
      const [live, recording] = yield* record(endless, first(3))
      assert.isAtMost(pulled, 5)
      assert.deepStrictEqual(yield* first(3).pipe(replay(recording)), live)
      const more = yield* Effect.flip(first(9).pipe(replay(recording)))
      assert.strictEqual(more._tag, "ResponseError")
      assert.match(String("cause" in more ? more.cause : ""), /BODY_NOT_RECORDED/)
    })
  )

  it.effect("a body over `maxBodyBytes`: a response is not replayed to its end, a request matches any body", () =>
    Effect.gen(function* () {
      const large = (text: string) => ask("POST", "/x", { body: HttpBody.text(text) })
      const [live, recording] = yield* record(() => new Response("0123456789"), textOf(large("abcdefgh")), {
        maxBodyBytes: 7
      })
      assert.strictEqual(live, "0123456789")
      assert.deepStrictEqual(recording.exchanges[0]?.request.body, { unrecorded: "too large" })
      const error = yield* Effect.flip(textOf(large("something else")).pipe(replay(recording)))
      assert.strictEqual(error._tag, "ResponseError")
    })
  )

  it.effect("an interrupted request: its replay never ends", () =>
    Effect.gen(function* () {
      const [, recording] = yield* record(
        () => Effect.never,
        Effect.flatMap(Effect.fork(ask("GET", "/x")), (fiber) =>
          Effect.zipRight(Effect.yieldNow(), Fiber.interrupt(fiber))
        )
      )
      const [, own] = yield* record(() => Effect.interrupt, Effect.exit(ask("GET", "/x")))
      assert.deepStrictEqual(own.exchanges[0]?.outcome, { _tag: "Left" })
      assert.deepStrictEqual(recording.exchanges[0]?.outcome, { _tag: "Left" })
      const waited = yield* Effect.fork(ask("GET", "/x").pipe(Effect.timeoutOption("1 second"), replay(recording)))
      assert.isNull(yield* Fiber.poll(waited).pipe(Effect.map((exit) => (exit._tag === "None" ? null : exit))))
      yield* Fiber.interrupt(waited)
    })
  )
})

describe("Recorder: secrets", () => {
  const secret = `s3cret/${"é"}+value`

  it.effect("`values`: are filled in before they are sent", () =>
    Effect.gen(function* () {
      const options = { secrets: { values: [Redacted.make(secret)] } }
      const [live, recording] = yield* record(
        () => new Response(`you are ${secret}`),
        textOf(ask("GET", "/x")),
        options
      )
      assert.notInclude(JSON.stringify(recording), "s3cret")
      assert.strictEqual(yield* textOf(ask("GET", "/x")).pipe(replay(recording, options)), live)
      assert.match(yield* textOf(ask("GET", "/x")).pipe(replay(recording)), /^you are redacted-[0-9a-f]{16}-$/)
    })
  )

  it.effect("the keys of every platform are secrets by their headers", () =>
    Effect.gen(function* () {
      const names = ["x-api-user", "x-api-key", "x-service-token", "x-csrf-token", "authorization", "cookie"]
      const headers = Object.fromEntries(names.map((name, index) => [name, `the-secret-${index}`]))
      const [, recording] = yield* record(echo, ask("GET", "/x", { headers }))
      assert.sameMembers(Object.keys(recording.exchanges[0]?.request.headers ?? {}), names)
      assert.notInclude(JSON.stringify(recording), "the-secret")
    })
  )

  it.effect("`values`: of a secret that starts with another one nothing is left", () =>
    Effect.gen(function* () {
      const options = { secrets: { values: [Redacted.make("s3cret-word"), Redacted.make("s3cret-word/and-more")] } }
      const [, recording] = yield* record(() => new Response("s3cret-word/and-more"), textOf(ask("GET", "/x")), options)
      assert.notInclude(JSON.stringify(recording.exchanges), "and-more")
      assert.notInclude(JSON.stringify(recording.exchanges), "s3cret")
    })
  )

  it.effect("a cut response body loses the start of a secret at its end, from four characters on", () =>
    Effect.gen(function* () {
      const cut = (text: string): Respond => {
        const body = (pulls: number, controller: ReadableStreamDefaultController<Uint8Array>) =>
          pulls === 0 ? controller.enqueue(new TextEncoder().encode(text)) : controller.error(new TypeError("cut"))
        return () => {
          let pulls = 0
          return new Response(
            new ReadableStream({ pull: (controller) => body(pulls++, controller) }, { highWaterMark: 0 })
          )
        }
      }
      const read = ask("GET", "/x", { headers: { "x-api-key": "7hE-secret-key" } }).pipe(
        Effect.flatMap(({ stream }) => Stream.runDrain(stream)),
        Effect.exit
      )
      for (const [text, kept] of [
        ["it is 7hE-secret-k", "it is "],
        ["it is 7hE-", "it is "],
        ["it is 7hE", "it is 7hE"]
      ] as const) {
        const [, { exchanges }] = yield* record(cut(text), read)
        const outcome = exchanges[0]?.outcome
        assert.deepStrictEqual(outcome?._tag === "Answer" ? outcome.body : outcome, { text: kept })
      }
    })
  )

  it.effect("a secret of a later header is redacted in an earlier exchange", () =>
    Effect.gen(function* () {
      const late = ask("GET", "/y", { headers: { authorization: `Basic ${btoa("ann:s3cret-word")}` } })
      const early = textOf(ask("POST", "/z", { json: { said: "ann and s3cret-word" } }))
      const [live, recording] = yield* record(echo, Effect.all([early, late]))
      assert.notInclude(JSON.stringify(recording), "s3cret-word")
      assert.notInclude(JSON.stringify(recording), btoa("ann:s3cret-word"))
      assert.strictEqual((yield* Effect.all([early, late]).pipe(replay(recording)))[0], live[0])
    })
  )

  it.effect("a secret shorter than its placeholder: content-length is corrected", () =>
    Effect.gen(function* () {
      const text = '{"access_token":"0123456789"}'
      const answer: Respond = () => new Response(text, { headers: { "content-length": String(text.length) } })
      const login = Effect.flatMap(ask("POST", "/login"), ({ headers, text }) =>
        Effect.map(text, (text) => [Number(headers["content-length"]), text.length])
      )
      const [live, recording] = yield* record(answer, login)
      assert.deepStrictEqual(live, [29, 29])
      assert.deepStrictEqual(yield* login.pipe(replay(recording)), [45, 45])
    })
  )

  it.effect("JSON text with its own formatting is redacted", () =>
    Effect.gen(function* () {
      const key = 'the "key" \\ of'
      const said = JSON.stringify({ log: JSON.stringify({ was: key }) }, null, 2)
      const program = textOf(ask("POST", "/x", { body: HttpBody.text(said, "application/json") }))
      const options = { secrets: { values: [Redacted.make(key)] } }
      const [live, recording] = yield* record(echo, program, options)
      assert.strictEqual(live, said)
      assert.notInclude(JSON.stringify(recording), "key")
      assert.strictEqual(
        JSON.stringify(JSON.parse(yield* program.pipe(replay(recording, options)))),
        JSON.stringify(JSON.parse(said))
      )
    })
  )

  it.effect("adjacent secrets are separated when headers sent them", () =>
    Effect.gen(function* () {
      const key = "the-secret-key"
      const twice = textOf(
        ask("POST", `/x?q=${key}${key}0a`, { headers: { "x-api-key": key }, json: { a: key + key } })
      )
      const [live, recording] = yield* record(echo, twice)
      assert.notInclude(JSON.stringify(recording), key)
      assert.strictEqual(yield* twice.pipe(replay(recording)), live)
    })
  )

  it.effect("base64: both alphabets are redacted and restored, also at the end of a path", () =>
    Effect.gen(function* () {
      const key = "a-key->>>???"
      const written = (["base64", "base64url"] as const).flatMap((alphabet) =>
        ["", "x", "xx"].map((before) => Buffer.from(`${before}${key}ÿÿ`).toString(alphabet))
      )
      assert.include(written.join(), "+")
      assert.include(written.join(), "_")
      const said = { all: written, path: `/files/of/the-folder/${written[3]}`, text: `(${written.join(", ")})` }
      const program = textOf(ask("POST", "/x", { headers: { "x-api-key": key }, json: said }))
      const [live, recording] = yield* record(echo, program)
      const text = JSON.stringify(recording)
      for (const one of written) assert.notInclude(text, one)
      assert.strictEqual(yield* program.pipe(replay(recording)), live)
    })
  )

  it.effect("a secret from the platform has one placeholder everywhere, and the program can send it back", () =>
    Effect.gen(function* () {
      const token = "tok-0123456789abcdef"
      const answer: Respond = ({ url }) =>
        url.endsWith("/login")
          ? Response.json({ access_token: token, url: `https://x.example/?access_token=${token}&page=2` })
          : new Response("in")
      const program = Effect.gen(function* () {
        const login = yield* textOf(ask("POST", "/login"))
        const given = /"access_token":"([^"]+)"/.exec(login)?.[1] ?? ""
        return [login, yield* textOf(ask("GET", "/me", { headers: { authorization: `Bearer ${given}` } }))]
      })
      const [live, recording] = yield* record(answer, program)
      assert.include(live[0], token)
      assert.notInclude(JSON.stringify(recording), token)
      const [login = "", me] = yield* program.pipe(replay(recording))
      assert.strictEqual(me, "in")
      const [first, second] = login.match(/redacted-[0-9a-f]+-/g) ?? []
      assert.isDefined(first)
      assert.strictEqual(second, first)
      assert.include(login, "&page=2")
    })
  )
})
