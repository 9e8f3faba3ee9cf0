import { BosaApi } from "@effect-connectors/core/BosaApi"
import * as TokenStore from "@effect-connectors/core/TokenStore"
import * as UserAuth from "@effect-connectors/core/UserAuth"
import type { UserToken } from "@effect-connectors/core/Users"
import * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { inspect } from "node:util"
import { timed, virtual } from "../support/api.js"
import { answer, fakeClient, type Reply } from "../support/fakeClient.js"
import { baseUrl, data, issuedToken } from "../support/usersKit.js"

const options: UserAuth.UserAuthOptions = {
  apiKey: Redacted.make("CANARY-key"),
  identifier: "ann",
  secret: Redacted.make("CANARY-secret"),
  baseUrl
}

/** Gives out T1, T2... for an hour each, and takes any but those in `refused`. */
const platform = (refused: ReadonlySet<string> = new Set()) => {
  let issued = 0
  const reply: Reply = (request, sent) => {
    if (sent.url.includes("oauth-token")) {
      const expires_at = new Date(sent.at + 3_600_000).toISOString()
      return data({ ...issuedToken, token: `T${++issued}`, expires_at })(request, sent)
    }
    const isRefused = refused.has(sent.headers["authorization"] ?? "")
    return (isRefused ? answer(401, { json: {} }) : data({ has_integration: true }))(request, sent)
  }
  const fake = fakeClient(reply)
  return {
    ...fake,
    issued: () => issued,
    bearer: () => fake.sent.at(-1)?.headers["authorization"]
  }
}

/** A program of its own: its calls share nothing but the store. */
const called = (fake: { readonly client: HttpClient.HttpClient }, more: Partial<UserAuth.UserAuthOptions>) =>
  BosaApi.make({ baseUrl }).pipe(
    Effect.provide(UserAuth.layer({ ...options, ...more })),
    Effect.provideService(HttpClient.HttpClient, fake.client),
    Effect.flatMap((bosa) => bosa.integrations.has("demo", undefined))
  )

const tokenOf = (text: string, expiresAtMillis?: number, isRevoked = false): UserToken => ({
  token: Redacted.make(text),
  tokenType: "Bearer",
  expiresAt: expiresAtMillis === undefined ? "some day" : new Date(expiresAtMillis).toISOString(),
  expiresAtMillis,
  isRevoked,
  userId: "u",
  clientId: "c"
})

/** A store that shows its keys. */
const watched = Effect.fnUntraced(function* (first?: UserToken) {
  const keys = new Set<string>()
  const log: Array<string> = []
  const inner = yield* TokenStore.memory
  const store: TokenStore.TokenStore = {
    get: (key) => {
      keys.add(key)
      log.push("get")
      return log.length === 1 && first !== undefined ? Effect.succeedSome(first) : inner.get(key)
    },
    set: (key, token) => {
      log.push(`set ${Redacted.value(token.token)}`)
      return inner.set(key, token)
    },
    remove: (key) => {
      log.push("remove")
      return inner.remove(key)
    }
  }
  return { keys, log, store }
})

describe("a store of tokens", () => {
  virtual("is read before the user is authenticated, and written after", () =>
    Effect.gen(function* () {
      const fake = platform()
      const { log, store } = yield* watched()
      yield* called(fake, { store })
      yield* called(fake, { store })
      assert.deepStrictEqual([fake.issued(), fake.bearer(), log], [1, "Bearer T1", ["get", "set T1", "get"]])
      yield* Effect.sleep(3_540_000)
      yield* called(fake, { store })
      assert.deepStrictEqual([fake.issued(), fake.bearer()], [2, "Bearer T2"])
    })
  )

  virtual("gives nothing that has ended, ends within a minute, was revoked, or fits no header", () =>
    Effect.gen(function* () {
      const now = 1_700_000_000_000
      const bad = [
        tokenOf("old", now - 1),
        tokenOf("old", now + 60_000),
        tokenOf("old", now + 3_600_000, true),
        tokenOf("o\n")
      ]
      for (const token of bad) {
        const fake = platform()
        const { store } = yield* watched(token)
        yield* called(fake, { store })
        assert.deepStrictEqual([fake.issued(), fake.bearer()], [1, "Bearer T1"])
      }
      const fake = platform()
      const { store } = yield* watched(tokenOf("good", now + 60_001))
      yield* called(fake, { store })
      assert.deepStrictEqual([fake.issued(), fake.bearer()], [0, "Bearer good"])
    })
  )

  virtual("forgets a token that was refused, and is not read for another", () =>
    Effect.gen(function* () {
      const fake = platform(new Set(["Bearer stored"]))
      const { log, store } = yield* watched(tokenOf("stored"))
      yield* called(fake, { store })
      assert.deepStrictEqual([fake.bearer(), log], ["Bearer T1", ["get", "remove", "set T1"]])
    })
  )

  virtual("is read again once another token has been had, and gives what another program has put there", () =>
    Effect.gen(function* () {
      const fake = platform(new Set(["Bearer stored"]))
      const { keys, log, store } = yield* watched(tokenOf("stored"))
      const bosa = yield* BosaApi.make({ baseUrl }).pipe(
        Effect.provide(UserAuth.layer({ ...options, store })),
        Effect.provideService(HttpClient.HttpClient, fake.client)
      )
      yield* bosa.integrations.has("demo", undefined)
      yield* Effect.sleep(3_540_000)
      for (const key of keys) yield* store.set(key, tokenOf("theirs", 1_700_000_000_000 + 7_200_000))
      yield* bosa.integrations.has("demo", undefined)
      assert.deepStrictEqual([fake.issued(), fake.bearer()], [1, "Bearer theirs"])
      assert.deepStrictEqual(log, ["get", "remove", "set T1", "set theirs", "get"])
    })
  )

  virtual("has one key for each server, dialect, client and user, and no secret in it", () =>
    Effect.gen(function* () {
      const fake = platform()
      const { keys, store } = yield* watched()
      const others: ReadonlyArray<Partial<UserAuth.UserAuthOptions>> = [
        {},
        { secret: Redacted.make("CANARY-other") },
        { identifier: "ben" },
        { apiKey: Redacted.make("CANARY-other") },
        { baseUrl: `${baseUrl}/tenant` },
        { dialect: "gl", identifier: "oauth-token" }
      ]
      for (const more of others) yield* Effect.ignore(called(fake, { ...more, store }))
      assert.strictEqual(keys.size, others.length - 1)
      assert.notMatch([...keys].join(), /CANARY/)
    }).pipe(Effect.provide(Logger.remove(Logger.defaultLogger)))
  )

  const broken: ReadonlyArray<readonly [string, TokenStore.TokenStore, number]> = [
    [
      "that dies",
      { get: () => Effect.die("CANARY"), set: () => Effect.die("CANARY"), remove: () => Effect.die("CANARY") },
      0
    ],
    [
      "that throws",
      {
        get: () => {
          throw new Error("CANARY")
        },
        set: () => {
          throw new Error("CANARY")
        },
        remove: () => Effect.void
      },
      0
    ],
    ["that never answers", { get: () => Effect.never, set: () => Effect.never, remove: () => Effect.never }, 10_000]
  ]
  for (const [name, store, wanted] of broken) {
    virtual(`${name} is treated as empty`, () =>
      Effect.gen(function* () {
        const fake = platform()
        const { millis, result } = yield* timed(called(fake, { store }))
        assert.deepStrictEqual([result._tag, fake.issued(), millis], ["Right", 1, wanted])
      })
    )
  }
})

describe("a token that is written down", () => {
  it("is read as it was", () => {
    for (const token of [tokenOf("T", 5), tokenOf("T")]) {
      const encoded: unknown = JSON.parse(JSON.stringify(TokenStore.encode(token)))
      assert.deepStrictEqual(Option.getOrUndefined(TokenStore.decode(encoded)), token)
    }
  })

  it("is nothing when it is something else", () => {
    for (const other of [undefined, null, "T", [], {}, { token: "" }, { token: 1 }]) {
      assert.isTrue(Option.isNone(TokenStore.decode(other)))
    }
    const good = TokenStore.encode(tokenOf("CANARY", 5))
    for (const name of Object.keys(good)) {
      assert.isTrue(Option.isNone(TokenStore.decode({ ...good, [name]: 7 })), name)
    }
    const read = TokenStore.decode(good)
    assert.notInclude(inspect(read, { depth: 9 }) + JSON.stringify(read), "CANARY")
  })
})
