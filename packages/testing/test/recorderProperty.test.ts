import { Recorder } from "@effect-connectors/testing/Recorder"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"

// few, so that little time goes into the slow hash; all begin the same
const mark = "S3CRET-"
const sent = [`${mark}one/+=&?%41`, `${mark}three-0123456789abcdef`]
const given = [`${mark}"two"\\ é`, `${mark}four;, <x>`]

const writings: ReadonlyArray<(secret: string) => string> = [
  (secret) => secret,
  (secret) => encodeURIComponent(secret),
  (secret) => JSON.stringify(secret),
  (secret) => Buffer.from(`user:${secret}`).toString("base64"),
  (secret) => Buffer.from(secret).toString("base64url"),
  (secret) => `https://x.example/?a=1&access_token=${encodeURIComponent(secret)}#b`,
  (secret) => new URLSearchParams({ token: secret, other: "1" }).toString(),
  (secret) => `${secret}0a`
]

const secret = FastCheck.constantFrom(...sent, ...given)

const text = FastCheck.oneof(
  FastCheck.string(),
  FastCheck.tuple(FastCheck.string({ maxLength: 8 }), secret, FastCheck.constantFrom(...writings)).map(
    ([before, secret, write]) => `${before} ${write(secret)}`
  )
)

const { json } = FastCheck.letrec((tie) => ({
  json: FastCheck.oneof({ depthSize: "small" }, text, FastCheck.integer(), tie("list"), tie("object")),
  list: FastCheck.array(tie("json"), { maxLength: 3 }),
  object: FastCheck.dictionary(text, tie("json"), { maxKeys: 3 })
}))

const body = FastCheck.oneof(
  json.map((value) => JSON.stringify(value)),
  text
)

const call = FastCheck.record({ query: text, sentBody: body, responseBody: body })

/** A body that is one text of JSON, with a secret that is written otherwise inside of it. */
const inJsonText = [
  { query: ` ${sent[0] ?? ""}`, sentBody: JSON.stringify(` ${given[0] ?? ""}`), responseBody: "{}" },
  { query: "", sentBody: "{}", responseBody: "0" }
]

/** How the mark may be found in a text, whatever stands before it. */
const marks = [
  mark,
  ...["", "x", "xx"].map((before) =>
    Buffer.from(before + mark)
      .toString("base64")
      .slice(before.length === 0 ? 0 : 4, -4)
  )
]

const holds = (calls: ReadonlyArray<typeof call extends FastCheck.Arbitrary<infer A> ? A : never>) =>
  Effect.gen(function* () {
    let nth = 0
    const platform = Layer.succeed(
      HttpClient.HttpClient,
      HttpClient.make((request) =>
        Effect.sync(() => HttpClientResponse.fromWeb(request, new Response(calls[nth++]?.responseBody ?? "")))
      )
    )
    const program = (key: string) =>
      Effect.forEach(calls, ({ sentBody, query }) =>
        HttpClientRequest.post("http://localhost:1/x").pipe(
          HttpClientRequest.setUrlParams({ q: query }),
          HttpClientRequest.setHeaders({ "x-api-key": key, "x-other-token": sent[1] ?? "" }),
          HttpClientRequest.bodyText(sentBody, "application/json"),
          HttpClient.execute,
          Effect.flatMap((response) => response.text)
        )
      )
    const options = { secrets: { values: given.map((value) => Redacted.make(value)) } }
    const [live, recording] = yield* Effect.all([
      program(sent[0] ?? ""),
      Effect.flatMap(Recorder, ({ recording }) => recording)
    ]).pipe(Effect.provide(Layer.provide(Recorder.layerRecord(options), platform)))
    const file = JSON.stringify(recording)
    for (const mark of marks) assert.notInclude(file, mark)
    const replay = Recorder.layerReplay(recording, options)
    assert.deepStrictEqual(yield* program(sent[0] ?? "").pipe(Effect.provide(replay)), live)
    const other = yield* Effect.flip(program("another").pipe(Effect.provide(replay)))
    assert.match(other.message, /is not the same: the header x-api-key differs\. /)
    assert.notInclude(other.message, mark)
  })

describe("Recorder: any exchanges", () => {
  it.effect("secrets: one that is escaped in a JSON string is redacted", () => holds(inJsonText))

  it.effect.prop(
    "secrets: are redacted everywhere, and only the same program can replay",
    { calls: FastCheck.array(call, { minLength: 1, maxLength: 4 }) },
    ({ calls }) => holds(calls),
    { timeout: 60_000, fastCheck: { numRuns: 20 } }
  )
})
