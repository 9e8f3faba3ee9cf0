import { oneLine, visible } from "./visibleText.js"

/**
 * Values that must not be shown.
 *
 * @internal
 */
export interface Secrets {
  readonly values: ReadonlyArray<string>
  /** The length of the longest form in which one of them is found. */
  readonly longest: number
  /** The text with `[redacted]` in the place of each. */
  readonly hide: (text: string) => string
}

/** @internal */
export const noSecrets: Secrets = { values: [], longest: 0, hide: (text) => text }

const marker = "[redacted]"

// a shorter one is found as a word of its own only: it is a part of every other word
const shortest = 4
const shortestEncoded = 6
// of one that is longer only the start is searched, and all that follows it goes
const longestSearched = 1024
const head = 64
// the start of a secret, as servers quote it: enough of it to be no other word
const quotedFrom = 16
const quotedStart = 12
const most = 500

const encoder = new TextEncoder()

// the characters of base64 that depend on the value alone, when it stands `offset` bytes after a group of three
const base64At = (bytes: Uint8Array, offset: number): string => {
  const padded = new Uint8Array(offset + bytes.length)
  padded.set(bytes, offset)
  const text = btoa(String.fromCharCode(...padded))
  return text.slice(Math.ceil((offset * 8) / 6), Math.floor((padded.length * 8) / 6))
}

const percentEncoded = (value: string): string => {
  try {
    return encodeURIComponent(value)
  } catch {
    // half of a surrogate pair has no such form
    return value
  }
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;"
}

const encodedForms = (value: string): ReadonlyArray<string> => {
  const bytes = encoder.encode(value)
  const base64 = [0, 1, 2].map((offset) => base64At(bytes, offset))
  return [...base64, ...base64.map((text) => text.replaceAll("+", "-").replaceAll("/", "_"))].filter(
    (text) => text.length >= shortestEncoded
  )
}

const formsOf = (value: string): ReadonlyArray<string> => {
  const percent = percentEncoded(value)
  return [
    value,
    visible(value),
    oneLine(value),
    JSON.stringify(value).slice(1, -1),
    percent,
    percent.replaceAll("%20", "+"),
    value.replace(/[&<>"']/g, (character) => entities[character] ?? character),
    ...encodedForms(value)
  ].filter(isWhole)
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")

// a pair of surrogates is one character: half of it is found nowhere
const start = (value: string, length: number): string => value.slice(0, length).replace(/[\ud800-\udbff]$/, "")

interface Form {
  readonly length: number
  readonly pattern: string
}

const letter = "[0-9A-Za-z]"

// half of a surrogate pair would be found in a whole one
const isWhole = (text: string): boolean => !/^[\udc00-\udfff]|[\ud800-\udbff]$/.test(text)

const patternOf = (text: string): string =>
  text.length < shortest ? `(?<!${letter})${escaped(text)}(?!${letter})` : escaped(text)

const patternsOf = (value: string): ReadonlyArray<Form> => {
  if (value.length > longestSearched) {
    return formsOf(start(value, head)).map((text) => ({ length: text.length, pattern: `${escaped(text)}[^]*` }))
  }
  const forms = formsOf(value).map((text) => ({ length: text.length, pattern: patternOf(text) }))
  if (value.length < quotedFrom) return forms
  const quoted = start(value, quotedStart)
  return [...forms, { length: quoted.length, pattern: `${escaped(quoted)}[^\\s"'<>()[\\]{},;]*` }]
}

const hideAll: Secrets["hide"] = (text) => (text === "" ? text : marker)

/**
 * What is needed to keep values out of a text, in the forms that servers give back.
 *
 * @internal
 */
export const secretsOf = (given: ReadonlyArray<string>): Secrets => {
  const values = Array.from(new Set(given)).filter((value) => value.trim() !== "")
  if (values.length === 0) return noSecrets
  if (values.length > most) return { values, longest: 0, hide: hideAll }
  const forms = values.flatMap(patternsOf).filter(({ length }) => length > 0)
  // of two at one place the longer one: it may begin with the other
  const patterns = forms.sort((a, b) => b.length - a.length).map(({ pattern }) => pattern)
  const pattern = new RegExp(Array.from(new Set(patterns)).join("|"), "gi")
  return {
    values,
    longest: Math.max(...forms.map(({ length }) => length)),
    hide: (text) => text.replace(pattern, marker)
  }
}
