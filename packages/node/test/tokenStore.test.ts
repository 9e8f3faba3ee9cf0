import { BosaApi } from "@effect-connectors/core/BosaApi"
import * as TokenStore from "@effect-connectors/core/TokenStore"
import * as UserAuth from "@effect-connectors/core/UserAuth"
import type { UserToken } from "@effect-connectors/core/Users"
import * as NodeTokenStore from "@effect-connectors/node/NodeTokenStore"
import { BosaTest } from "@effect-connectors/testing/BosaTest"
import * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"

const tokenOf = (text: string, expiresAtMillis?: number): UserToken => ({
  token: Redacted.make(text),
  tokenType: "Bearer",
  expiresAt: expiresAtMillis === undefined ? "some day" : new Date(expiresAtMillis).toISOString(),
  expiresAtMillis,
  isRevoked: false,
  userId: "u",
  clientId: "c"
})

const plain = (token: Option.Option<UserToken>): string | undefined =>
  Option.getOrUndefined(Option.map(token, (it) => Redacted.value(it.token)))

const modeOf = (path: string): string => (Fs.statSync(path).mode & 0o777).toString(8)

/** A test in a folder of its own, whose log is kept. */
const inFolder = (
  name: string,
  body: (folder: string, log: Array<string>) => Effect.Effect<void, NodeTokenStore.TokenFileRefused>
) =>
  it.effect(name, () =>
    Effect.acquireUseRelease(
      Effect.sync(() => Fs.mkdtempSync(Path.join(Os.tmpdir(), "token-store-"))),
      (folder) => {
        const log: Array<string> = []
        const into = Logger.make(({ logLevel, message }) => void log.push(`${logLevel.label} ${String(message)}`))
        return body(folder, log).pipe(Effect.provide(Logger.replace(Logger.defaultLogger, into)))
      },
      (folder) => Effect.sync(() => Fs.rmSync(folder, { recursive: true, force: true }))
    )
  )

describe("NodeTokenStore.file", () => {
  inFolder("is made for its owner alone, with its folder, when there is something to write", (folder) =>
    Effect.gen(function* () {
      const path = Path.join(folder, "a", "b", "tokens.json")
      const store = yield* NodeTokenStore.file(path)
      assert.strictEqual(plain(yield* store.get("k")), undefined)
      assert.isFalse(Fs.existsSync(path))
      yield* store.set("k", tokenOf("T"))
      assert.deepStrictEqual(
        [modeOf(path), modeOf(Path.dirname(path)), modeOf(Path.join(folder, "a"))],
        ["600", "700", "700"]
      )
      const again = yield* NodeTokenStore.file(path)
      assert.deepStrictEqual(yield* again.get("k"), Option.some(tokenOf("T")))
      assert.deepStrictEqual(Fs.readdirSync(Path.dirname(path)), ["tokens.json"])
    })
  )

  inFolder("holds many keys, whatever is in them, and removes one", (folder) =>
    Effect.gen(function* () {
      const store = yield* NodeTokenStore.file(Path.join(folder, "t"))
      const keys = ["a", '["http://h","bosa",1,"ann"]', "__proto__", "constructor", ""]
      for (const key of keys) yield* store.set(key, tokenOf(`of ${key}`))
      for (const key of keys) assert.strictEqual(plain(yield* store.get(key)), `of ${key}`)
      yield* store.remove("a")
      yield* store.remove("never there")
      assert.deepStrictEqual([plain(yield* store.get("a")), plain(yield* store.get(""))], [undefined, "of "])
    })
  )

  inFolder("keeps the tokens of 100 writers at once, over two stores", (folder) =>
    Effect.gen(function* () {
      const path = Path.join(folder, "t")
      const stores = [yield* NodeTokenStore.file(path), yield* NodeTokenStore.file(`${folder}/./t`)]
      const numbers = Array.from({ length: 100 }, (_, index) => index)
      yield* Effect.forEach(numbers, (n) => stores[n % 2]?.set(String(n), tokenOf(`T${n}`)) ?? Effect.void, {
        concurrency: "unbounded"
      })
      const found = yield* Effect.forEach(numbers, (n) =>
        Effect.map(stores[0]?.get(String(n)) ?? Effect.succeedNone, plain)
      )
      assert.deepStrictEqual(
        found,
        numbers.map((n) => `T${n}`)
      )
      assert.deepStrictEqual(Fs.readdirSync(folder), ["t"])
    })
  )

  inFolder("drops tokens that have ended", (folder) =>
    Effect.gen(function* () {
      const path = Path.join(folder, "t")
      const store = yield* NodeTokenStore.file(path)
      // the test's clock stands at 0
      yield* store.set("old", tokenOf("OLD", -1))
      yield* store.set("new", tokenOf("NEW", 1))
      const text = Fs.readFileSync(path, "utf8")
      assert.notInclude(text, "OLD")
      assert.include(text, "NEW")
    })
  )

  for (const mode of [0o644, 0o640, 0o604, 0o620, 0o601]) {
    inFolder(`is refused when its mode is ${mode.toString(8)}`, (folder, log) =>
      Effect.gen(function* () {
        const path = Path.join(folder, "t")
        Fs.writeFileSync(path, "{}")
        Fs.chmodSync(path, mode)
        const error = yield* Effect.flip(NodeTokenStore.file(path))
        assert.deepStrictEqual([error.code, error.path], ["TOO_OPEN", path])
        assert.strictEqual(Fs.readFileSync(path, "utf8"), "{}")
        assert.deepStrictEqual(log, [])
      }).pipe(Effect.orDie)
    )
  }

  inFolder("that is opened to others later is neither read nor written", (folder, log) =>
    Effect.gen(function* () {
      const path = Path.join(folder, "t")
      const store = yield* NodeTokenStore.file(path)
      yield* store.set("k", tokenOf("T"))
      Fs.chmodSync(path, 0o644)
      const before = Fs.readFileSync(path, "utf8")
      assert.strictEqual(plain(yield* store.get("k")), undefined)
      yield* store.set("k", tokenOf("T2"))
      assert.strictEqual(Fs.readFileSync(path, "utf8"), before)
      assert.deepStrictEqual(
        log.map((line) => /^WARN .*TOO_OPEN/.test(line)),
        [true, true]
      )
    })
  )

  inFolder("is no folder and no link", (folder) =>
    Effect.gen(function* () {
      Fs.mkdirSync(Path.join(folder, "d"))
      Fs.writeFileSync(Path.join(folder, "f"), "{}", { mode: 0o600 })
      Fs.symlinkSync(Path.join(folder, "f"), Path.join(folder, "l"))
      for (const [name, code] of [
        ["d", "NOT_A_FILE"],
        ["l", "NOT_A_FILE"],
        ["f/t", "ENOTDIR"]
      ] as const) {
        const error = yield* Effect.flip(NodeTokenStore.file(Path.join(folder, name)))
        assert.strictEqual(error.code, code)
        assert.include(error.message, code)
      }
    }).pipe(Effect.orDie)
  )

  inFolder("that becomes a link is not followed", (folder, log) =>
    Effect.gen(function* () {
      const path = Path.join(folder, "t")
      const store = yield* NodeTokenStore.file(path)
      yield* store.set("k", tokenOf("T"))
      Fs.renameSync(path, Path.join(folder, "u"))
      Fs.symlinkSync(Path.join(folder, "u"), path)
      assert.strictEqual(plain(yield* store.get("k")), undefined)
      assert.match(log[0] ?? "", /^WARN .*ELOOP/)
    })
  )

  const corrupt = ["", "{", "null", "[]", '{"tokens":[]}', '{"tokens":1}', "\u0000\u0001", '{"tokens":'.repeat(9)]
  for (const text of corrupt) {
    inFolder(`of ${JSON.stringify(text)} is empty, and set aside at the next change`, (folder, log) =>
      Effect.gen(function* () {
        const path = Path.join(folder, "t")
        Fs.writeFileSync(path, text, { mode: 0o600 })
        const store = yield* NodeTokenStore.file(path)
        assert.strictEqual(plain(yield* store.get("k")), undefined)
        assert.strictEqual(Fs.readFileSync(path, "utf8"), text)
        yield* store.set("k", tokenOf("T"))
        assert.strictEqual(plain(yield* store.get("k")), "T")
        assert.strictEqual(Fs.readFileSync(`${path}.corrupt`, "utf8"), text)
        assert.deepStrictEqual(
          log.map((line) => /^WARN .*CORRUPT/.test(line)),
          [true, true]
        )
      })
    )
  }

  inFolder("keeps the tokens that can be read next to one that cannot", (folder) =>
    Effect.gen(function* () {
      const path = Path.join(folder, "t")
      Fs.writeFileSync(
        path,
        JSON.stringify({ version: 1, tokens: { a: TokenStore.encode(tokenOf("A")), b: 1, c: {} } }),
        {
          mode: 0o600
        }
      )
      const store = yield* NodeTokenStore.file(path)
      assert.deepStrictEqual(
        [plain(yield* store.get("a")), plain(yield* store.get("b")), plain(yield* store.get("c"))],
        ["A", undefined, undefined]
      )
    })
  )

  inFolder("that cannot be written is a warning without the token, and leaves nothing behind", (folder, log) =>
    Effect.gen(function* () {
      const path = Path.join(folder, "d", "t")
      const store = yield* NodeTokenStore.file(path)
      Fs.rmdirSync(Path.join(folder, "d"))
      yield* store.set("k", tokenOf("CANARY"))
      assert.strictEqual(plain(yield* store.get("k")), undefined)
      assert.strictEqual(log.length, 1)
      assert.match(log[0] ?? "", /^WARN .*ENOENT/)
      assert.notInclude(log.join(), "CANARY")
      assert.deepStrictEqual(Fs.readdirSync(folder), [])
    })
  )

  inFolder("is shared by programs of one user, who is authenticated once", (folder) =>
    Effect.gen(function* () {
      const platform = yield* BosaTest.make()
      const { secret } = yield* platform.user("ann")
      const path = Path.join(folder, "t")
      const program = Effect.gen(function* () {
        const store = yield* NodeTokenStore.file(path)
        const auth = UserAuth.layer({
          apiKey: Redacted.make(platform.apiKey),
          identifier: "ann",
          secret: Redacted.make(secret),
          baseUrl: "http://localhost",
          store
        })
        const bosa = yield* Effect.provide(BosaApi.make({ baseUrl: "http://localhost" }), auth)
        return (yield* bosa.users.me()).identifier
      }).pipe(Effect.provideService(HttpClient.HttpClient, platform.client))
      assert.deepStrictEqual([yield* program, yield* program], ["ann", "ann"])
      const operations = (yield* platform.requests).map(({ operation }) => operation)
      assert.deepStrictEqual(operations, ["users.authenticate", "users.me", "users.me"])
      const text = Fs.readFileSync(path, "utf8")
      for (const hidden of [secret, platform.apiKey]) assert.notInclude(text, hidden)
    }).pipe(Effect.orDie)
  )
})
