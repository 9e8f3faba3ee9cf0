import type { Content, Exchange } from "../../Recording.js"
import { longestBegun } from "./cutOff.js"
import { mapBase64 } from "./base64.js"
import { decode, encode, type Form, searched } from "./forms.js"
import type { Names } from "./names.js"
import { cutAt, placeholderOf, type Seal } from "./seal.js"
import { visit, type Visitor } from "./redactExchange.js"

/** A secret under this length is hidden where it stands, and not looked for anywhere else: it may be any word. */
const shortest = 8

// what tells the kind of a token and nothing of the token itself
const kind = /^((?:sk|pk|rk|ghp|gho|ghu|ghs|xox[abps]|glpat|pat)[-_](?:(?:user|client|live|test|proj)[-_])*)(.{16,})$/

const split = (secret: string): readonly [kind: string, own: string] => {
  const [, before = "", own = secret] = kind.exec(secret) ?? []
  return [before, own]
}

/** A secret without what only tells its kind. @internal */
export const ownOf = (secret: string): string => split(secret)[1]

const isHidden = (text: string): boolean => cutAt(text).placeholders.length > 0

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&")

interface Written {
  readonly secret: string
  readonly form: Form
}

/** Every way in which one of the secrets may be written, the longest first. */
const waysOf = (secrets: Iterable<string>): ReadonlyMap<string, Written> => {
  const ways = new Map<string, Written>()
  for (const secret of secrets) {
    for (const form of searched) {
      const written = encode(form, secret)
      if (!ways.has(written)) ways.set(written, { secret, form })
    }
  }
  return new Map([...ways].sort(([a], [b]) => b.length - a.length))
}

const hider = (ways: ReadonlyMap<string, Written>, seal: Seal): ((text: string) => string) => {
  if (ways.size === 0) return (text) => text
  const pattern = new RegExp([...ways.keys()].map(escaped).join("|"), "g")
  const hide = (text: string): string =>
    text.replace(pattern, (written) => {
      const way = ways.get(written)
      return way === undefined ? written : placeholderOf(seal.hash(way.secret), way.form)
    })
  return (text) => {
    const { literals, placeholders } = cutAt(text)
    return literals.map((literal, index) => mapBase64(hide(literal), hide) + (placeholders[index]?.text ?? "")).join("")
  }
}

const withoutEnd = (content: Content, ways: Iterable<string>): Content => {
  if ("text" in content) {
    const begun = longestBegun(content.text, ways)
    return begun === 0 ? content : { text: content.text.slice(0, -begun) }
  }
  if (!("base64" in content)) return content
  const bytes = Buffer.from(content.base64, "base64")
  const begun = longestBegun(bytes.toString("latin1"), ways)
  return begun === 0 ? content : { base64: bytes.subarray(0, -begun).toString("base64") }
}

/** A body that was cut off may end inside of a secret, and its beginning is taken off too. */
const shortened = (exchange: Exchange, ways: Iterable<string>): Exchange => {
  const { outcome } = exchange
  return outcome._tag === "Answer" && outcome.ending !== undefined && outcome.body !== undefined
    ? { ...exchange, outcome: { ...outcome, body: withoutEnd(outcome.body, ways) } }
    : exchange
}

/**
 * Exchanges without their secrets: those given, and those that stand where secrets do, wherever else they occur too.
 *
 * @internal
 */
export const redact = (
  exchanges: ReadonlyArray<Exchange>,
  seal: Seal,
  names: Names,
  given: ReadonlyArray<string>
): ReadonlyArray<Exchange> => {
  const secrets = new Set(given.filter((secret) => secret !== "").map(ownOf))
  const isShort = (secret: string): boolean => !secrets.has(secret) && secret.length < shortest
  const finder: Visitor = {
    names,
    isShort,
    text: (text) => text,
    secret: (written, form) => {
      const own = ownOf(decode(form, written))
      if (own.length >= shortest && !isHidden(own)) secrets.add(own)
      return written
    }
  }
  for (const exchange of exchanges) visit(finder, exchange)
  const ways = waysOf(secrets)
  const hidden: Visitor = {
    names,
    isShort,
    text: hider(ways, seal),
    secret: (written, form) => {
      const secret = decode(form, written)
      if (secret === "" || isHidden(secret)) return written
      const [before, own] = split(secret)
      return before + placeholderOf(seal.hash(own), secret === written && form !== "number" ? "plain" : form)
    }
  }
  return exchanges.map((exchange) => visit(hidden, shortened(exchange, ways.keys())))
}
