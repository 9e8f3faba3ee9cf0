import type { Exchange, RecordedRequest, Recording } from "@effect-connectors/testing/Recording"
import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import { placeholderOf } from "../src/internal/recorder/placeholder.ts"
import { Player, type PlayerResult } from "../src/internal/recorder/player.ts"
import { ReplaySecrets } from "../src/internal/recorder/replaySecrets.ts"
import { requestDifferences } from "../src/internal/recorder/requestDifferences.ts"
import { SecretHasher } from "../src/internal/recorder/secretHasher.ts"
import { secretNames } from "../src/internal/recorder/secretNames.ts"

const salt = "0".repeat(32)
const hasher = new SecretHasher(salt)
const names = secretNames()

const recordingOf = (requests: ReadonlyArray<RecordedRequest>): Recording => ({
  format: "effect-connectors/recording",
  version: 1,
  salt,
  startedAt: 0,
  exchanges: requests.map((request, at): Exchange => ({
    at,
    took: 0,
    request,
    outcome: { _tag: "Answer", status: 200, headers: {} }
  }))
})

interface Ignore {
  readonly headers?: ReadonlyArray<string>
  readonly query?: ReadonlyArray<string>
  readonly body?: ReadonlyArray<string>
}

const playerOf = (requests: ReadonlyArray<RecordedRequest>, ignore: Ignore = {}, repeatLast = false) =>
  new Player(recordingOf(requests), { names, secrets: new ReplaySecrets(hasher), ignore, repeatLast })

const positionOf = (result: PlayerResult): number | undefined =>
  result._tag === "Found" ? result.exchange.at : undefined

const post = (id: number): RecordedRequest => ({
  method: "POST",
  origin: "http://a.example",
  path: "/api/v1/connections/crm/actions/echo/execute",
  query: [],
  headers: { "content-type": "application/json" },
  body: { json: { input: { id } } }
})

const authorized = (request: RecordedRequest, authorization: string): RecordedRequest => ({
  ...request,
  headers: { ...request.headers, authorization }
})

const secret = "the-secret-of-the-program"
const placeholder = placeholderOf(hasher.hash(secret), "plain")

const poll: RecordedRequest = {
  method: "GET",
  origin: "http://a.example",
  path: "/api/v1/jobs/job-1",
  query: [],
  headers: {}
}

describe("Player: comparisons", () => {
  it.each([1_000, 4_000])("%i different requests: one comparison for each", (size) => {
    const ids = Array.from({ length: size }, (_, id) => id)
    const player = playerOf(ids.map((id) => authorized(post(id), `Bearer ${placeholder}`)))
    const found = [...ids].reverse().map((id) => positionOf(player.play(authorized(post(id), `Bearer ${secret}`))))
    assert.deepStrictEqual(found, [...ids].reverse())
    assert.strictEqual(player.comparisons, size)
    assert.deepStrictEqual(player.unused, [])
  })

  it.each([1_000, 4_000])("%i polls of one job: one comparison for each", (size) => {
    const ids = Array.from({ length: size }, (_, id) => id)
    const player = playerOf(ids.map(() => authorized(poll, placeholder)))
    assert.deepStrictEqual(
      ids.map(() => positionOf(player.play(authorized(poll, secret)))),
      ids
    )
    assert.strictEqual(player.comparisons, size)
    assert.isUndefined(positionOf(player.play(authorized(poll, secret))))
  })

  it("a body that differs in an ignored place: one comparison for each request", () => {
    const ids = Array.from({ length: 1_000 }, (_, id) => id)
    const player = playerOf(ids.map(post), { body: ["input.id"] })
    assert.deepStrictEqual(
      ids.map((id) => positionOf(player.play(post(-id)))),
      ids
    )
    assert.strictEqual(player.comparisons, ids.length)
  })
})

describe("Player: index of bodies", () => {
  const withBody = (body: RecordedRequest["body"] & {}): RecordedRequest => ({ ...post(0), body })

  it("a recorded text matches the number that is written like it, and a recorded number does not match the text", () => {
    const player = playerOf([withBody({ json: { a: 1 } }), withBody({ json: { a: "1" } })])
    assert.strictEqual(positionOf(player.play(withBody({ json: { a: "1" } }))), 1)
    assert.strictEqual(positionOf(player.play(withBody({ text: '{ "a": 1 }' }))), 0)
    const other = playerOf([withBody({ json: { a: "1" } })])
    assert.strictEqual(positionOf(other.play(withBody({ json: { a: 1 } }))), 0)
  })

  it("a recorded JSON body with a placeholder matches the text that it stands for, even if that is not JSON", () => {
    const unescaped = 'a "quoted" secret'
    const player = playerOf([withBody({ json: { a: placeholderOf(hasher.hash(unescaped), "plain") } })])
    assert.strictEqual(positionOf(player.play(withBody({ text: `{"a":"${unescaped}"}` }))), 0)
  })

  it("a body that was not recorded matches any body", () => {
    const player = playerOf([withBody({ unrecorded: "too large" }), post(1)])
    assert.strictEqual(positionOf(player.play(post(7))), 0)
    assert.strictEqual(positionOf(player.play(post(1))), 1)
    assert.isUndefined(positionOf(player.play(poll)))
  })
})

/** The player without an index: it compares a request with every recorded one. */
const linearPlayer = (requests: ReadonlyArray<RecordedRequest>, ignored: ReadonlyArray<string>) => {
  const secrets = new ReplaySecrets(hasher)
  const used = new Set<number>()
  const origins = new Set(requests.map(({ origin }) => origin))
  return (request: RecordedRequest): number | undefined => {
    const by = {
      secrets,
      names,
      isIgnored: (place: string) => ignored.includes(place),
      sameOrigin: origins.has(request.origin)
    }
    const matching = requests.flatMap((recorded, index) =>
      requestDifferences(by, recorded, request).next().done === true ? [index] : []
    )
    const index = matching.find((index) => !used.has(index)) ?? matching.at(-1)
    if (index !== undefined) used.add(index)
    return index
  }
}

const word = FastCheck.constantFrom("1", "a", secret, `a ${secret}`, Buffer.from(`user:${secret}`).toString("base64"))
const leaf = FastCheck.oneof(word, FastCheck.constantFrom(1, true, null))
const { json } = FastCheck.letrec((tie) => ({
  json: FastCheck.oneof({ depthSize: "small" }, leaf, tie("list"), tie("object")),
  list: FastCheck.array(tie("json"), { maxLength: 2 }),
  object: FastCheck.dictionary(FastCheck.constantFrom("a", "b", secret), tie("json"), { maxKeys: 2 })
}))
const pairs = FastCheck.array(FastCheck.tuple(FastCheck.constantFrom("q", "r"), word), { maxLength: 2 })
const body = FastCheck.oneof(
  FastCheck.constant(undefined),
  json.map((value) => JSON.stringify(value)),
  json.map((value) => JSON.stringify(value, null, 1)),
  word
)
const sent = FastCheck.record({
  method: FastCheck.constantFrom("GET", "POST"),
  origin: FastCheck.constantFrom("http://a.example", "http://b.example"),
  path: FastCheck.constantFrom("/x", `/x/${secret}`),
  query: pairs,
  header: FastCheck.oneof(FastCheck.constant(undefined), word),
  body
})

const hide = (text: string): string =>
  text
    .replaceAll(secret, placeholder)
    .replaceAll(Buffer.from(`user:${secret}`).toString("base64"), Buffer.from(`user:${placeholder}`).toString("base64"))

const requestOf = (
  { body, header, method, origin, path, query }: typeof sent extends FastCheck.Arbitrary<infer A> ? A : never,
  text: (text: string) => string
): RecordedRequest => {
  const written = body === undefined ? undefined : text(body)
  const isCanonical = written?.startsWith("{") === true && JSON.stringify(JSON.parse(written)) === written
  return {
    method,
    origin,
    path: text(path),
    query: query.map(([name, value]): readonly [string, string] => [name, text(value)]),
    headers: header === undefined ? {} : { "x-a": text(header) },
    ...(written === undefined ? {} : { body: isCanonical ? { json: JSON.parse(written) } : { text: written } })
  }
}

describe("Player: index", () => {
  it.prop(
    "finds the same exchanges as comparing every request",
    {
      recorded: FastCheck.array(sent, { minLength: 1, maxLength: 8 }),
      others: FastCheck.array(sent, { maxLength: 3 }),
      ignore: FastCheck.subarray(["the header x-a", "the query q", "body.a", "body.b[0]"])
    },
    ({ ignore, others, recorded }) => {
      const requests = recorded.map((one) => requestOf(one, hide))
      const linear = linearPlayer(requests, ignore)
      const options = {
        headers: ignore.includes("the header x-a") ? ["x-a"] : [],
        query: ignore.includes("the query q") ? ["q"] : [],
        body: ["a", "b[0]"].filter((place) => ignore.includes(`body.${place}`))
      }
      const player = playerOf(requests, options, true)
      for (const one of [...recorded, ...others, ...recorded]) {
        const request = requestOf(one, (text) => text)
        assert.strictEqual(
          positionOf(player.play(request)),
          linear(request),
          JSON.stringify({ request, requests }, null, 1)
        )
      }
    },
    { fastCheck: { numRuns: 300 } }
  )
})
