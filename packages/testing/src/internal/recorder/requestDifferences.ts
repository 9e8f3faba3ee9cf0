import type { Json, JsonObject } from "../../Executor.js"
import type { Content, Headers, RecordedRequest, Unrecorded } from "../../Recording.js"
import { jsonText } from "../data/jsonText.js"
import { isArray, isObject } from "../fakeServer/json.js"
import { jsonOf, rawOf } from "./content.js"
import type { SecretNames } from "./secretNames.js"
import type { ReplaySecrets } from "./replaySecrets.js"

/** How two requests are compared. @internal */
export interface Comparison {
  readonly secrets: ReplaySecrets
  readonly names: SecretNames
  readonly isIgnored: (place: string) => boolean
  /** Whether the origins have to be equal. */
  readonly sameOrigin: boolean
}

type Differences = Generator<string, void, undefined>

const longestShown = 60

const shown = (json: Json): string => {
  const text = jsonText(json)
  return text.length > longestShown ? `${text.slice(0, longestShown)}…` : text
}

const changedValue = (place: string, isSecret: boolean, recorded: Json, actual: Json): string =>
  isSecret ? `${place} differs` : `${place} is ${shown(actual)} and was ${shown(recorded)}`

const inJson = function* (by: Comparison, recorded: Json, actual: Json, place: string, isSecret: boolean): Differences {
  if (by.isIgnored(place)) return
  if (isObject(recorded) && isObject(actual)) {
    for (const [name, was, is] of fieldsOf(by, recorded, actual)) {
      const inside = `${place}.${name}`
      if (was !== undefined && is !== undefined) {
        yield* inJson(by, was, is, inside, isSecret || by.names.isField(name))
      } else if (!by.isIgnored(inside)) {
        yield is === undefined ? `${inside} is missing` : `${inside} is new`
      }
    }
    return
  }
  if (isArray(recorded) && isArray(actual)) {
    if (recorded.length !== actual.length) {
      return yield `${place} has ${actual.length} items and had ${recorded.length}`
    }
    for (const [index, was] of recorded.entries()) {
      yield* inJson(by, was, actual[index] ?? null, `${place}[${index}]`, isSecret)
    }
    return
  }
  if (!isSame(by, recorded, actual)) yield changedValue(place, isSecret, recorded, actual)
}

type Field = readonly [name: string, recorded: Json | undefined, actual: Json | undefined]

// a field name that holds a secret is a placeholder in the recording
const fieldsOf = ({ secrets }: Comparison, recorded: JsonObject, actual: JsonObject): ReadonlyArray<Field> => {
  const rest = new Map(Object.entries(actual))
  const missing: Array<Field> = []
  const found: Array<Field> = []
  for (const [name, was] of Object.entries(recorded)) {
    const is = rest.get(name)
    if (is === undefined) missing.push([name, was, undefined])
    else found.push([name, was, is])
    rest.delete(name)
  }
  for (const field of missing) {
    const [name, was] = field
    const same = Array.from(rest.keys()).find((other) => secrets.matches(name, other))
    found.push(same === undefined ? field : [name, was, rest.get(same)])
    if (same !== undefined) rest.delete(same)
  }
  return [...found, ...Array.from(rest, ([name, is]): Field => [name, undefined, is])]
}

const isSame = ({ secrets }: Comparison, recorded: Json, actual: Json): boolean => {
  if (typeof recorded !== "string") return recorded === actual
  if (typeof actual === "string") return secrets.matches(recorded, actual)
  return (typeof actual === "number" || typeof actual === "bigint") && secrets.matches(recorded, String(actual))
}

const inContent = function* (by: Comparison, recorded: Content, actual: Content): Differences {
  // compare the texts first: inside JSON a secret may be escaped
  if ("text" in recorded && "text" in actual && by.secrets.matches(recorded.text, actual.text)) return
  const [was, is] = [jsonOf(recorded), jsonOf(actual)]
  if (was !== undefined && is !== undefined) return yield* inJson(by, was, is, "body", false)
  const isBinary = "base64" in recorded || "base64" in actual
  if (isBinary && !("base64" in recorded && "base64" in actual)) return yield "body is of another kind"
  const [wasRaw, isRaw] = [rawOf(recorded), rawOf(actual)]
  if (!by.secrets.matches(wasRaw, isRaw)) yield `body differs (${isRaw.length} characters, and were ${wasRaw.length})`
}

const inBody = function* (
  by: Comparison,
  recorded: Content | Unrecorded | undefined,
  actual: Content | Unrecorded | undefined
): Differences {
  if (by.isIgnored("body")) return
  if (recorded === undefined || actual === undefined) {
    if (recorded !== actual) yield actual === undefined ? "body is missing" : "body is new"
    return
  }
  if (!("unrecorded" in recorded) && !("unrecorded" in actual)) yield* inContent(by, recorded, actual)
}

const inHeaders = function* (by: Comparison, recorded: Headers, actual: Headers): Differences {
  for (const name of new Set([...Object.keys(recorded), ...Object.keys(actual)])) {
    const place = `the header ${name}`
    if (by.isIgnored(place)) continue
    const [was, is] = [recorded[name], actual[name]]
    if (was === undefined || is === undefined) yield is === undefined ? `${place} is missing` : `${place} is new`
    else if (!by.secrets.matches(was, is)) yield changedValue(place, by.names.isHeader(name), was, is)
  }
}

const valuesIn = ({ query }: RecordedRequest, name: string): ReadonlyArray<string> =>
  query.flatMap(([other, value]) => (other === name ? [value] : []))

const inQuery = function* (by: Comparison, recorded: RecordedRequest, actual: RecordedRequest): Differences {
  for (const name of new Set([...recorded.query, ...actual.query].map(([name]) => name))) {
    const place = `the query ${name}`
    if (by.isIgnored(place)) continue
    const [was, is] = [valuesIn(recorded, name), valuesIn(actual, name)]
    if (was.length === 0 || is.length === 0) yield is.length === 0 ? `${place} is missing` : `${place} is new`
    else if (was.length !== is.length || !was.every((value, index) => by.secrets.matches(value, is[index] ?? ""))) {
      yield changedValue(place, by.names.isQuery(name), was, is)
    }
  }
}

/**
 * The differences between a request and a recorded one, found lazily: to know whether two requests match, take the
 * first. Values that may be secret are not shown.
 *
 * @internal
 */
export const requestDifferences = function* (
  by: Comparison,
  recorded: RecordedRequest,
  actual: RecordedRequest
): Differences {
  if (recorded.method !== actual.method) yield `the method is ${actual.method} and was ${recorded.method}`
  if (by.sameOrigin && recorded.origin !== actual.origin) {
    yield `the origin is ${actual.origin} and was ${recorded.origin}`
  }
  if (!by.secrets.matches(recorded.path, actual.path)) yield `the path is ${actual.path} and was ${recorded.path}`
  yield* inQuery(by, recorded, actual)
  yield* inHeaders(by, recorded.headers, actual.headers)
  yield* inBody(by, recorded.body, actual.body)
}
