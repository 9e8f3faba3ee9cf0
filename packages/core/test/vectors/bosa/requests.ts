import type { Request } from "./format.js"
import { differing, mismatch, type Mismatches } from "./matching.js"
import type { ObservedRequest } from "./script.js"

type Headers = ReadonlyArray<readonly [name: string, value: string]>

interface Part {
  readonly headers: Headers
  readonly body: Buffer
}

const decoder = new TextDecoder()

// of the connection and of the library; a vector lists those of them that a caller set
const unlisted = new Set([
  "host",
  "accept",
  "accept-encoding",
  "accept-language",
  "connection",
  "content-length",
  "sec-fetch-mode",
  "transfer-encoding",
  "user-agent"
])

// several lines of one header are one value only when that is what was expected
const joined = (headers: Headers): ReadonlyMap<string, string> => {
  const found = new Map<string, string>()
  for (const [name, value] of headers) {
    const lower = name.toLowerCase()
    const before = found.get(lower)
    found.set(lower, before === undefined ? value : `${before}\n${value}`)
  }
  return found
}

const headerMismatches = (what: string, seen: Headers, listed: Readonly<Record<string, string>>): Mismatches => {
  const sent = joined(seen)
  const names = new Set([...Object.keys(listed), ...[...sent.keys()].filter((name) => !unlisted.has(name))])
  return [...names].flatMap((name) => differing(`${what} header ${name}`, listed[name], sent.get(name)))
}

const json = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return `not JSON: ${text}`
  }
}

const blank = Buffer.from("\r\n\r\n")

const partOf = (piece: Buffer): Part | undefined => {
  const at = piece.indexOf(blank)
  if (at < 0) return undefined
  const headers = piece
    .subarray(0, at)
    .toString("utf8")
    .split("\r\n")
    .map((line): readonly [string, string] => {
      const colon = line.indexOf(": ")
      return colon < 0 ? [line, ""] : [line.slice(0, colon), line.slice(colon + 2)]
    })
  return { headers, body: piece.subarray(at + blank.length) }
}

/** The parts of a form in order, or why it is none. */
export const partsOf = (contentType: string | undefined, body: Uint8Array): ReadonlyArray<Part> | string => {
  const boundary = /^multipart\/form-data; boundary=([^\s;"]+)$/.exec(contentType ?? "")?.[1]
  if (boundary === undefined) return `no multipart form but ${String(contentType)}`
  const delimiter = Buffer.from(`\r\n--${boundary}`)
  // so that the first delimiter is like the others
  const whole = Buffer.concat([Buffer.from("\r\n"), body])
  const parts: Array<Part> = []
  let at = whole.indexOf(delimiter)
  if (at !== 0) return "the form does not begin with its boundary"
  for (;;) {
    const start = at + delimiter.length
    if (whole.subarray(start).toString("utf8") === "--\r\n") return parts
    const next = whole.indexOf(delimiter, start)
    if (next < 0) return "the form does not end with its boundary"
    const part = partOf(whole.subarray(start + 2, next))
    if (part === undefined || whole.subarray(start, start + 2).toString() !== "\r\n") return "a part without a head"
    parts.push(part)
    at = next
  }
}

const partMismatches = (what: string, expected: NonNullable<Request["multipart"]>[number], part: Part): Mismatches => {
  const sent = joined(part.headers)
  const listed = new Map(Object.entries(expected.headers).map(([name, value]) => [name.toLowerCase(), value]))
  const wanted =
    expected.base64 === undefined ? Buffer.from(expected.text ?? "") : Buffer.from(expected.base64, "base64")
  return [
    ...[...new Set([...listed.keys(), ...sent.keys()])].flatMap((name) =>
      differing(`${what} header ${name}`, listed.get(name), sent.get(name))
    ),
    ...(wanted.equals(part.body) ? [] : mismatch(`${what} content`, wanted.toString(), part.body.toString()))
  ]
}

const formMismatches = (
  what: string,
  expected: NonNullable<Request["multipart"]>,
  seen: ObservedRequest
): Mismatches => {
  const parts = partsOf(joined(seen.headers).get("content-type"), seen.body)
  if (typeof parts === "string") return [`${what}: ${parts}`]
  if (parts.length !== expected.length) return mismatch(`${what} parts`, expected.length, parts.length)
  return expected.flatMap((part, index) => {
    const sent = parts[index]
    return sent === undefined
      ? [`${what} part ${index + 1} was not sent`]
      : partMismatches(`${what} part ${index + 1}`, part, sent)
  })
}

const bodyMismatches = (what: string, expected: Request, seen: ObservedRequest): Mismatches => {
  if (expected.multipart !== undefined) return formMismatches(what, expected.multipart, seen)
  const text = decoder.decode(seen.body)
  if (expected.body_text !== undefined) return differing(`${what} body`, expected.body_text, text)
  return "body_json" in expected
    ? differing(`${what} body`, expected.body_json, json(text))
    : differing(`${what} body`, "", text)
}

// both are a space in a query
const spaced = (query: string): string => query.replaceAll("+", "%20")

/** How a request differs from the expected one. */
const requestMismatches = (what: string, expected: Request, seen: ObservedRequest): Mismatches => [
  ...differing(`${what} server`, expected.server ?? "base", seen.server),
  ...differing(`${what} method`, expected.method, seen.method),
  ...differing(`${what} path`, expected.path, seen.path),
  ...differing(`${what} query`, expected.query ?? [], [...new URLSearchParams(seen.search)]),
  ...(expected.raw_query === undefined
    ? []
    : differing(`${what} raw query`, spaced(expected.raw_query), spaced(seen.search.replace("?", "")))),
  ...headerMismatches(what, seen.headers, expected.headers ?? {}),
  ...bodyMismatches(what, expected, seen)
]

/** How the requests differ from the expected ones, in order. */
export const requestsMismatches = (
  expected: ReadonlyArray<Request>,
  seen: ReadonlyArray<ObservedRequest>
): Mismatches => [
  ...(expected.length === seen.length ? [] : mismatch("requests", expected.map(summary), seen.map(summary))),
  ...expected.flatMap((request, index) => {
    const sent = seen[index]
    return sent === undefined ? [] : requestMismatches(`request ${index + 1}`, request, sent)
  })
]

const summary = ({ method, path }: { readonly method: string; readonly path: string }) => `${method} ${path}`

const isAgain = (one: ObservedRequest, other: ObservedRequest): boolean =>
  one.step === other.step &&
  one.method === other.method &&
  one.path === other.path &&
  one.search === other.search &&
  Buffer.from(one.body).equals(other.body)

/** How long was waited before each request that is the one before it again, in seconds. */
const waitsOf = (seen: ReadonlyArray<ObservedRequest>): ReadonlyArray<number> =>
  seen.flatMap((request, index) => {
    const before = seen[index - 1]
    return before !== undefined && isAgain(before, request) ? [(request.atMillis - before.atMillis) / 1000] : []
  })

/** How the waits leave their bounds. */
export const waitMismatches = (
  expected: ReadonlyArray<readonly [least: number, most: number]>,
  seen: ReadonlyArray<ObservedRequest>
): Mismatches => {
  const waits = waitsOf(seen)
  if (waits.length !== expected.length) return mismatch("waits", expected, waits)
  return expected.flatMap(([least, most], index) => {
    const wait = waits[index] ?? NaN
    return wait >= least && wait <= most ? [] : mismatch(`wait ${index + 1}`, [least, most], wait)
  })
}
