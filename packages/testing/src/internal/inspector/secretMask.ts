import * as Either from "effect/Either"
import * as Encoding from "effect/Encoding"
import * as SensitiveName from "@effect-connectors/core/SensitiveName"
import type { Json } from "../../Executor.js"
import type { World } from "../../World.js"
import { longestPrefixAtEnd } from "../recorder/partialSecret.js"
import { parse, jsonText } from "../data/jsonText.js"
import { isArray, isObject } from "../fakeServer/json.js"
import { secretNames } from "../recorder/secretNames.js"

/** The text that replaces a secret. */
const hidden = "<hidden>"

const secretWord = "secret|passw|passphrase|token|api[-_]?key|private[-_]?key|credential|authori[sz]ation|cookie"
const mayHoldSecret = new RegExp(secretWord, "i")
const names = secretNames(undefined)

/** `name: value` and `name=value` in text that is not JSON, and the part of a form. */
const assignment = new RegExp(
  `("?[\\w-]*(?:${secretWord})[\\w-]*"?\\s*[:=]\\s*)("(?:[^"\\\\]|\\\\.)*"?|[^\\s,;&}]+)`,
  "gi"
)
const formPart = new RegExp(
  `(name="[^"\\r\\n]*(?:${secretWord})[^"\\r\\n]*"[^]*?\\r\\n\\r\\n)([^]*?)(?=\\r\\n--|$)`,
  "gi"
)

/** A shorter value would be found inside other words. */
const minLength = 6
const maxKnown = 2_000
/** Of all known values together. */
const maxKnownLength = 1024 * 1024

/** Deeper JSON is hidden as a whole. */
const maxDepth = 100

const isTooDeep = (value: Json, depth: number): boolean =>
  depth > maxDepth ||
  (isArray(value)
    ? value.some((each) => isTooDeep(each, depth + 1))
    : isObject(value) && Object.values(value).some((each) => isTooDeep(each, depth + 1)))

const parsed = (text: string): Json | undefined => {
  const value = parse(text)
  return value === undefined || isTooDeep(value, 0) ? undefined : value
}

/** The ways in which a value may be written in a text. */
const formsOf = (value: string): ReadonlyArray<string> => [
  ...new Set([
    value,
    JSON.stringify(value).slice(1, -1),
    Either.getOrElse(Encoding.encodeUriComponent(value), () => value)
  ])
]

/** Of `Bearer x` the `x`, of cookies their values. */
const partsOf = (name: string, value: string): ReadonlyArray<string> => {
  const pairs = value.split(";")
  if (name === "cookie") return pairs.map(valueOf)
  return name === "set-cookie" ? pairs.slice(0, 1).map(valueOf) : value.split(" ").slice(1)
}

const valueOf = (pair: string): string => pair.slice(pair.indexOf("=") + 1).trim()

/** The credentials of a world. @internal */
export const secretsOf = ({ auth, bosa }: World): ReadonlyArray<string> =>
  [
    ...(auth?.serviceTokens ?? []),
    ...(auth?.sessions ?? []).flatMap(({ cookie, csrfToken }) => [cookie, csrfToken]),
    ...(bosa?.clients ?? []).flatMap(({ apiKey, users = [] }) => [
      apiKey,
      ...users.flatMap(({ secret, token }) => [secret, token])
    ])
  ].filter((value) => value !== undefined)

/**
 * Hides secrets in what is shown: by the name of their header, field or parameter, and by their value everywhere else.
 *
 * @internal
 */
export class SecretMask {
  private readonly known = new Set<string>()
  private knownLength = 0
  /** Longest first, so that a value inside another one leaves no part of it; computed when it is needed. */
  private forms: ReadonlyArray<string> | undefined

  constructor(world: World) {
    for (const secret of secretsOf(world)) this.learn(secret)
  }

  /** Hides the value everywhere from now on. */
  learn(value: string | undefined): void {
    if (value === undefined || value.length < minLength) return
    // the newest last, so that the oldest is forgotten first
    if (!this.known.delete(value)) {
      this.forms = undefined
      this.knownLength += value.length
    }
    this.known.add(value)
    for (const oldest of this.known) {
      if (this.known.size <= maxKnown && this.knownLength <= maxKnownLength) break
      this.known.delete(oldest)
      this.knownLength -= oldest.length
    }
  }

  /** Learns the values of secret headers, and their parts that may occur elsewhere. */
  learnHeaders(headers: Readonly<Record<string, string>>): void {
    for (const [name, value] of Object.entries(headers)) {
      if (!names.isHeader(name)) continue
      this.learn(value)
      for (const part of partsOf(name, value)) this.learn(part)
    }
  }

  /** Learns the secret fields of a JSON text. */
  learnBody(text: string): void {
    const value = mayHoldSecret.test(text) ? parsed(text) : undefined
    if (value !== undefined) this.learnFields(value)
  }

  headers(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
    return Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, names.isHeader(name) ? hidden : this.text(value)])
    )
  }

  query(query: ReadonlyArray<readonly [string, string]>): ReadonlyArray<readonly [string, string]> {
    return query.map(([name, value]) => [
      this.text(name),
      names.isQuery(name) || SensitiveName.isFieldLike(name) ? hidden : this.text(value)
    ])
  }

  /** A text with the known values hidden. */
  text(text: string): string {
    this.forms ??= [...this.known].flatMap(formsOf).sort((a, b) => b.length - a.length)
    return this.forms.reduce((shown, value) => shown.replaceAll(value, hidden), text)
  }

  /** A body with its secrets hidden. JSON is indented. */
  body(text: string): string {
    const value = parsed(text)
    return value === undefined
      ? this.cutText(text.replace(formPart, `$1${hidden}`).replace(assignment, `$1${hidden}`))
      : jsonText(this.fields(value), 2)
  }

  /** Hides the start of a known value at the end of a text, which may have been cut off. */
  private cutText(text: string): string {
    const shown = this.text(text)
    const prefixLength = longestPrefixAtEnd(shown, this.forms ?? [])
    return prefixLength === 0 ? shown : shown.slice(0, -prefixLength) + hidden
  }

  /** A value as JSON, with its secrets hidden. */
  json(value: unknown): Json {
    const plain = parsed(jsonText(value))
    return plain === undefined ? hidden : this.fields(plain)
  }

  private fields(value: Json): Json {
    if (typeof value === "string") return this.text(value)
    if (isArray(value)) return value.map((each) => this.fields(each))
    if (!isObject(value)) return value
    return Object.fromEntries(
      Object.entries(value).map(([name, each]) => [
        this.text(name),
        SensitiveName.isFieldLike(name) && each !== null && typeof each !== "boolean" ? hidden : this.fields(each)
      ])
    )
  }

  private learnFields(value: Json): void {
    if (isArray(value)) return value.forEach((each) => this.learnFields(each))
    if (!isObject(value)) return
    for (const [name, each] of Object.entries(value)) {
      if (typeof each === "string" && SensitiveName.isFieldLike(name)) this.learn(each)
      else this.learnFields(each)
    }
  }
}
