import type { Content, Exchange } from "../../Recording.js"
import { longestPrefixAtEnd } from "./partialSecret.js"
import { mapBase64 } from "./base64.js"
import { decode, encode, type Encoding, searchedEncodings } from "./encodings.js"
import type { SecretNames } from "./secretNames.js"
import { splitAtPlaceholders, placeholderOf } from "./placeholder.js"
import type { SecretHasher } from "./secretHasher.js"
import { redactExchange, type Redactor } from "./redactExchange.js"

/** A shorter secret is only redacted where its name says so, not elsewhere: it could be any word. */
const shortestSearched = 8

// the prefix names the kind of the token and is not secret
const tokenPrefix =
  /^((?:sk|pk|rk|ghp|gho|ghu|ghs|xox[abps]|glpat|pat)[-_](?:(?:user|client|live|test|proj)[-_])*)(.{16,})$/

const splitTokenPrefix = (secret: string): readonly [prefix: string, own: string] => {
  const [, prefix = "", own = secret] = tokenPrefix.exec(secret) ?? []
  return [prefix, own]
}

/** A secret without the prefix that names its kind. @internal */
export const withoutTokenPrefix = (secret: string): string => splitTokenPrefix(secret)[1]

const hasPlaceholder = (text: string): boolean => splitAtPlaceholders(text).placeholders.length > 0

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&")

interface WrittenSecret {
  readonly secret: string
  readonly encoding: Encoding
}

/** Every text that one of the secrets may be written as, the longest first. */
const writtenForms = (secrets: Iterable<string>): ReadonlyMap<string, WrittenSecret> => {
  const forms = new Map<string, WrittenSecret>()
  for (const secret of secrets) {
    for (const encoding of searchedEncodings) {
      const written = encode(encoding, secret)
      if (!forms.has(written)) forms.set(written, { secret, encoding })
    }
  }
  return new Map([...forms].sort(([a], [b]) => b.length - a.length))
}

const replaceSecrets = (
  forms: ReadonlyMap<string, WrittenSecret>,
  hasher: SecretHasher
): ((text: string) => string) => {
  if (forms.size === 0) return (text) => text
  const pattern = new RegExp([...forms.keys()].map(escaped).join("|"), "g")
  const hide = (text: string): string =>
    text.replace(pattern, (written) => {
      const found = forms.get(written)
      return found === undefined ? written : placeholderOf(hasher.hash(found.secret), found.encoding)
    })
  return (text) => {
    const { literals, placeholders } = splitAtPlaceholders(text)
    return literals.map((literal, index) => mapBase64(hide(literal), hide) + (placeholders[index]?.text ?? "")).join("")
  }
}

const withoutPartialSecret = (content: Content, forms: Iterable<string>): Content => {
  if ("text" in content) {
    const prefixLength = longestPrefixAtEnd(content.text, forms)
    return prefixLength === 0 ? content : { text: content.text.slice(0, -prefixLength) }
  }
  if (!("base64" in content)) return content
  const bytes = Buffer.from(content.base64, "base64")
  const prefixLength = longestPrefixAtEnd(bytes.toString("latin1"), forms)
  return prefixLength === 0 ? content : { base64: bytes.subarray(0, -prefixLength).toString("base64") }
}

/** A body that was cut off may end with the start of a secret: that start is removed too. */
const trimPartialSecret = (exchange: Exchange, forms: Iterable<string>): Exchange => {
  const { outcome } = exchange
  return outcome._tag === "Answer" && outcome.ending !== undefined && outcome.body !== undefined
    ? { ...exchange, outcome: { ...outcome, body: withoutPartialSecret(outcome.body, forms) } }
    : exchange
}

/**
 * Exchanges without their secrets: the given ones and those found by name, everywhere they occur.
 *
 * @internal
 */
export const redact = (
  exchanges: ReadonlyArray<Exchange>,
  hasher: SecretHasher,
  names: SecretNames,
  given: ReadonlyArray<string>
): ReadonlyArray<Exchange> => {
  const secrets = new Set(given.filter((secret) => secret !== "").map(withoutTokenPrefix))
  const isShort = (secret: string): boolean => !secrets.has(secret) && secret.length < shortestSearched
  const collector: Redactor = {
    names,
    isOnlyFoundByName: isShort,
    text: (text) => text,
    secret: (written, encoding) => {
      const own = withoutTokenPrefix(decode(encoding, written))
      if (own.length >= shortestSearched && !hasPlaceholder(own)) secrets.add(own)
      return written
    }
  }
  for (const exchange of exchanges) redactExchange(collector, exchange)
  const forms = writtenForms(secrets)
  const replacer: Redactor = {
    names,
    isOnlyFoundByName: isShort,
    text: replaceSecrets(forms, hasher),
    secret: (written, encoding) => {
      const secret = decode(encoding, written)
      if (secret === "" || hasPlaceholder(secret)) return written
      const [prefix, own] = splitTokenPrefix(secret)
      return prefix + placeholderOf(hasher.hash(own), secret === written && encoding !== "number" ? "plain" : encoding)
    }
  }
  return exchanges.map((exchange) => redactExchange(replacer, trimPartialSecret(exchange, forms.keys())))
}
