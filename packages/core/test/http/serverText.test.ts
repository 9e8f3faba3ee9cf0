import * as SensitiveName from "@effect-connectors/core/SensitiveName"
import * as ServerText from "@effect-connectors/core/ServerText"
import { assert, describe, it } from "@effect/vitest"
import * as Encoding from "effect/Encoding"
import * as FastCheck from "effect/FastCheck"

const kinds = ["word", "name", "reason", "link"] as const
const marker = "[redacted]"

const texts = FastCheck.oneof(
  FastCheck.string({ maxLength: 900, unit: "binary" }),
  FastCheck.string({ maxLength: 900 }),
  FastCheck.string({
    maxLength: 40,
    unit: FastCheck.constantFrom("\u001b[31m", "\n", "\u200b", "a", "é", "\ud83d", " ")
  })
)
const secret = FastCheck.oneof(
  FastCheck.string({ minLength: 1, maxLength: 40 }),
  FastCheck.string({ minLength: 1, maxLength: 40, unit: "binary" }),
  FastCheck.string({ minLength: 1000, maxLength: 3000 })
)
const secrets = FastCheck.array(secret, { maxLength: 5 })

const isWordOf = (text: string, word: string): boolean =>
  text.split(/[^\p{L}\p{N}]+/u).some((one) => one.toLowerCase() === word.toLowerCase())

// a text that holds each secret somewhere, so that the law is not empty
const withSecrets = FastCheck.tuple(FastCheck.array(texts, { maxLength: 6 }), secrets).map(([parts, secrets]) => ({
  secrets,
  text: parts.flatMap((part, index) => [part, secrets[index] ?? ""]).join("") + secrets.join(" ")
}))

describe("ServerText.show", () => {
  it("no text and no secrets give a control character, more than the limit, or a secret", () => {
    FastCheck.assert(
      FastCheck.property(FastCheck.constantFrom(...kinds), withSecrets, (kind, { secrets, text }) => {
        const shown = ServerText.show(kind, text, secrets)
        assert.isAtMost(shown.length, ServerText.limits[kind])
        assert.notMatch(shown, /[\p{C}\p{Zl}\p{Zp}]/u)
        const parts = shown.split(marker)
        for (const value of secrets.filter((one) => one.trim() !== "")) {
          const isIn =
            value.length < 4 ? (part: string) => isWordOf(part, value) : (part: string) => part.includes(value)
          // one that is made of punctuation has no words
          if (value.length >= 4 || /^[\p{L}\p{N}]+$/u.test(value))
            assert.isFalse(parts.some(isIn), JSON.stringify(value))
        }
      }),
      { numRuns: 400 }
    )
  })

  it("a secret is hidden in base64 wherever it begins, percent-encoded, escaped, and in any letter case", () => {
    const words = FastCheck.string({ minLength: 8, maxLength: 40 }).filter((text) => text.trim().length >= 8)
    FastCheck.assert(
      FastCheck.property(words, FastCheck.string({ maxLength: 5 }), (value, before) => {
        const forms = {
          plain: value,
          upper: value.toUpperCase(),
          percent: encodeURIComponent(value),
          form: new URLSearchParams({ a: value }).toString().slice(2),
          json: JSON.stringify(value).slice(1, -1)
        }
        for (const [name, form] of Object.entries(forms)) {
          const shown = ServerText.show("reason", `${before} ${form} after`, [value])
          if (name !== "form" || form === forms.percent.replaceAll("%20", "+")) assert.include(shown, marker, name)
        }
        const shown = ServerText.show("reason", Encoding.encodeBase64(`${before}${value}${before}`), [value])
        assert.include(shown, marker)
      }),
      { numRuns: 100 }
    )
  })

  it("a text that is plain and short stays as it came", () => {
    FastCheck.assert(
      FastCheck.property(FastCheck.constantFrom(...kinds), FastCheck.stringMatching(/^[!-~]{1,60}$/), (kind, text) => {
        assert.strictEqual(ServerText.show(kind, text), text)
      })
    )
  })

  it("a reason is one line without ANSI sequences; a name and a word show what does not print", () => {
    const text = "no\u001b[1;31m table\n\torders\u001b]0;title\u0007\u202e"
    assert.strictEqual(ServerText.show("reason", text), "no table orders\\u{202e}")
    assert.strictEqual(ServerText.show("name", "a\nb\u001b[1mc"), "a\\u{a}b\\u{1b}[1mc")
  })

  it("a secret that is broken by characters that do not print is found", () => {
    for (const kind of kinds) {
      assert.strictEqual(ServerText.show(kind, "x s3c\u001b[0mr\u200b3t-value y", ["s3cr3t-value"]), `x ${marker} y`)
    }
  })

  it("the start of a long secret, as servers quote it, is hidden with what follows", () => {
    const token = "eyJhbGciOiJIUzI1NiJ9.payload.signature"
    assert.strictEqual(
      ServerText.show("reason", "the token eyJhbGciOiJI... is not valid", [token]),
      `the token ${marker} is not valid`
    )
  })

  it("a secret of up to three characters is hidden as a word of its own only", () => {
    assert.strictEqual(
      ServerText.show("reason", "able was a in 'ab' a", ["a", "ab"]),
      `able was ${marker} in '${marker}' ${marker}`
    )
  })

  it("of 8 MiB only the start is searched, and a secret at its end is not cut in two", () => {
    const long = "y".repeat(900)
    for (let at = 1_900; at < 3_100; at += 61) {
      const shown = ServerText.show(
        "reason",
        `${"\u0000".repeat(10)}${"\n".repeat(at)}${long}${"\n".repeat(8 * 1024 * 1024)}`,
        [long]
      )
      assert.isAtMost(shown.length, 500)
      assert.notInclude(shown, "yy")
    }
  })

  it("more secrets than can be searched for hide the whole text", () => {
    const many = Array.from({ length: 501 }, (_, index) => `secret-${index}`)
    assert.strictEqual(ServerText.show("reason", "anything", many), marker)
  })
})

describe("SensitiveName", () => {
  it("a field is sensitive in any spelling, and a field made of such a word looks like it", () => {
    for (const name of [
      "token",
      "apiKey",
      "api_key",
      "API-Key",
      "access_token",
      "refreshToken",
      "password",
      "Authorization"
    ])
      assert.isTrue(SensitiveName.isField(name) && SensitiveName.isFieldLike(name), name)
    for (const name of [
      "dbPassword",
      "stripe_token",
      "clientSecretValue",
      "awsAccessKeyId",
      "Set-Cookie",
      "pwd",
      "pin"
    ])
      assert.isTrue(SensitiveName.isFieldLike(name) && !SensitiveName.isField(name), name)
    for (const name of [
      "pageToken",
      "next_page_token",
      "token_type",
      "maxTokens",
      "key",
      "orderId",
      "spinner",
      "author"
    ])
      assert.isFalse(SensitiveName.isFieldLike(name), name)
  })
})
