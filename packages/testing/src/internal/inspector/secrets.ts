import * as Either from "effect/Either"
import * as Encoding from "effect/Encoding"
import type { Json } from "../../Executor.js"
import type { World } from "../../World.js"
import { longestBegun } from "../recorder/cutOff.js"
import { isArray, isObject, parse } from "../fakeServer/json.js"
import { namesOf } from "../recorder/names.js"

/** What stands in place of a secret. */
const mask = "<hidden>"

const secretWord = "secret|passw|passphrase|token|api[-_]?key|private[-_]?key|credential|authori[sz]ation|cookie"
const mayHoldSecret = new RegExp(secretWord, "i")
const names = namesOf(undefined)

/** `name: value` and `name=value` in text that is not JSON, and the part of a form. */
const assignment = new RegExp(
  `("?[\\w-]*(?:${secretWord})[\\w-]*"?\\s*[:=]\\s*)("(?:[^"\\\\]|\\\\.)*"?|[^\\s,;&}]+)`,
  "gi"
)
const formPart = new RegExp(
  `(name="[^"\\r\\n]*(?:${secretWord})[^"\\r\\n]*"[^]*?\\r\\n\\r\\n)([^]*?)(?=\\r\\n--|$)`,
  "gi"
)

// pages have tokens too, which are no secrets
const isSecretField = (name: string): boolean => names.isField(name) || /secret|passw|credential/i.test(name)

/** Shorter ones would be found inside of other words. */
const minLength = 6
const maxKnown = 2_000

/** Deeper JSON is not taken apart. */
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

/** The forms in which a value may stand in a text. */
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

/** What a world holds that lets in. @internal */
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
 * Keeps secrets out of what is shown: by the name of their header, field or parameter, and by
 * their value wherever else it turns up.
 *
 * @internal
 */
export class Secrets {
  private readonly known = new Set<string>()
  /** Longest first, so that a value inside of another one leaves nothing of it; made when it is asked for. */
  private forms: ReadonlyArray<string> | undefined

  constructor(world: World) {
    for (const secret of secretsOf(world)) this.learn(secret)
  }

  /** From now on the value is hidden wherever it stands. */
  learn(value: string | undefined): void {
    if (value === undefined || value.length < minLength) return
    // the newest last: the oldest are forgotten first
    if (!this.known.delete(value)) this.forms = undefined
    this.known.add(value)
    for (const oldest of this.known) {
      if (this.known.size <= maxKnown) break
      this.known.delete(oldest)
    }
  }

  /** The values of headers that hold secrets, and what of them may stand elsewhere by itself. */
  learnHeaders(headers: Readonly<Record<string, string>>): void {
    for (const [name, value] of Object.entries(headers)) {
      if (!names.isHeader(name)) continue
      this.learn(value)
      for (const part of partsOf(name, value)) this.learn(part)
    }
  }

  /** The secrets among the fields of a JSON text. */
  learnBody(text: string): void {
    const value = mayHoldSecret.test(text) ? parsed(text) : undefined
    if (value !== undefined) this.learnFields(value)
  }

  headers(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
    return Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, names.isHeader(name) ? mask : this.text(value)])
    )
  }

  query(query: ReadonlyArray<readonly [string, string]>): ReadonlyArray<readonly [string, string]> {
    return query.map(([name, value]) => [
      this.text(name),
      names.isQuery(name) || isSecretField(name) ? mask : this.text(value)
    ])
  }

  /** A text without the values that are known. */
  text(text: string): string {
    this.forms ??= [...this.known].flatMap(formsOf).sort((a, b) => b.length - a.length)
    return this.forms.reduce((shown, value) => shown.replaceAll(value, mask), text)
  }

  /** A body: JSON set out over lines. */
  body(text: string): string {
    const value = parsed(text)
    return value === undefined
      ? this.ended(text.replace(formPart, `$1${mask}`).replace(assignment, `$1${mask}`))
      : JSON.stringify(this.fields(value), undefined, 2)
  }

  /** A text that may have been cut off inside of a value that is known. */
  private ended(text: string): string {
    const shown = this.text(text)
    const begun = longestBegun(shown, this.forms ?? [])
    return begun === 0 ? shown : shown.slice(0, -begun) + mask
  }

  /** Whatever can be JSON. */
  json(value: unknown): Json {
    const plain = parsed(JSON.stringify(value) ?? "")
    return plain === undefined ? mask : this.fields(plain)
  }

  private fields(value: Json): Json {
    if (typeof value === "string") return this.text(value)
    if (isArray(value)) return value.map((each) => this.fields(each))
    if (!isObject(value)) return value
    return Object.fromEntries(
      Object.entries(value).map(([name, each]) => [
        this.text(name),
        isSecretField(name) && each !== null && typeof each !== "boolean" ? mask : this.fields(each)
      ])
    )
  }

  private learnFields(value: Json): void {
    if (isArray(value)) return value.forEach((each) => this.learnFields(each))
    if (!isObject(value)) return
    for (const [name, each] of Object.entries(value)) {
      if (typeof each === "string" && isSecretField(name)) this.learn(each)
      else this.learnFields(each)
    }
  }
}
