import type { Json } from "../../Executor.js"
import type { Content, Exchange, RecordedRequest, Unrecorded } from "../../Recording.js"
import { jsonText } from "../data/jsonText.js"
import { isArray, isObject } from "../fakeServer/json.js"
import { jsonOf, rawOf } from "./content.js"

/** Exchanges whose requests are equal: a request matches all of them or none. @internal */
export interface EqualExchanges {
  readonly request: RecordedRequest
  /** Their positions in the recording, in order. */
  readonly indexes: Array<number>
  /** How many of them were replayed. */
  used: number
}

type IsSkipped = (place: string) => boolean

/** Requests with placeholders in the same places. */
interface Shape {
  readonly wildcards: ReadonlySet<string>
  readonly byKey: Map<string, Map<string, EqualExchanges>>
}

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number =>
  a < b ? -1 : a > b ? 1 : 0

/** JSON as text, with sorted names and without the places to skip. */
const jsonKey = (json: Json, place: string, isSkipped: IsSkipped, leaf: (json: Json) => string): string => {
  if (isSkipped(place)) return "*"
  if (isArray(json)) {
    return `[${json.map((item, index) => jsonKey(item, `${place}[${index}]`, isSkipped, leaf)).join()}]`
  }
  if (!isObject(json)) return leaf(json)
  const fields = Object.entries(json)
    .filter(([name]) => !isSkipped(`${place}.${name}`))
    .sort(byName)
  return `{${fields.map(([name, value]) => `${jsonText(name)}:${jsonKey(value, `${place}.${name}`, isSkipped, leaf)}`).join()}}`
}

const exactLeaf = (json: Json): string => jsonText(json)

// a recorded text matches a number that is written like it
const looseLeaf = (json: Json): string =>
  jsonText(typeof json === "number" || typeof json === "bigint" ? String(json) : json)

const bodyKey = (
  body: Content | Unrecorded | undefined,
  isSkipped: IsSkipped,
  leaf: (json: Json) => string
): string => {
  if (isSkipped("body")) return "*"
  if (body === undefined || "unrecorded" in body) return jsonText(body ?? null)
  const json = jsonOf(body)
  if (json !== undefined) return `json ${jsonKey(json, "body", isSkipped, leaf)}`
  return `${"base64" in body ? "bytes" : "text"} ${rawOf(body)}`
}

const isJson = (body: Content | Unrecorded | undefined): boolean =>
  body !== undefined && !("unrecorded" in body) && jsonOf(body) !== undefined

const headerPlace = (name: string): string => `the header ${name}`
const queryPlace = (name: string): string => `the query ${name}`

const fieldsKey = ({ headers, query }: RecordedRequest, isSkipped: IsSkipped): string =>
  jsonText([
    // stable: the values of one name stay in order
    query.filter(([name]) => !isSkipped(queryPlace(name))).sort(byName),
    Object.entries(headers)
      .filter(([name]) => !isSkipped(headerPlace(name)))
      .sort(byName)
  ])

/** The places in a JSON value whose texts match other texts than themselves. */
const jsonWildcards = (json: Json, place: string, isLiteral: (text: string) => boolean): ReadonlyArray<string> => {
  if (typeof json === "string") return isLiteral(json) ? [] : [place]
  if (isArray(json)) return json.flatMap((item, index) => jsonWildcards(item, `${place}[${index}]`, isLiteral))
  if (!isObject(json)) return []
  if (!Object.keys(json).every(isLiteral)) return [place]
  return Object.entries(json).flatMap(([name, value]) => jsonWildcards(value, `${place}.${name}`, isLiteral))
}

const bodyWildcards = (
  body: Content | Unrecorded | undefined,
  isLiteral: (text: string) => boolean
): ReadonlyArray<string> => {
  if (body === undefined) return []
  if ("unrecorded" in body || (!("json" in body) && !isLiteral(rawOf(body)))) return ["body"]
  const json = jsonOf(body)
  return json === undefined ? [] : jsonWildcards(json, "body", isLiteral)
}

const wildcardsOf = (
  { body, headers, query }: RecordedRequest,
  isLiteral: (text: string) => boolean
): ReadonlyArray<string> => [
  ...query.filter(([, value]) => !isLiteral(value)).map(([name]) => queryPlace(name)),
  ...Object.entries(headers)
    .filter(([, value]) => !isLiteral(value))
    .map(([name]) => headerPlace(name)),
  ...bodyWildcards(body, isLiteral)
]

/** What two requests have to share to be equal for every comparison. */
const identityOf = (request: RecordedRequest, wildcards: ReadonlySet<string>, isIgnored: IsSkipped): string =>
  jsonText([
    request.origin,
    request.path,
    fieldsKey(request, isIgnored),
    wildcards.has("body") ? request.body : bodyKey(request.body, isIgnored, exactLeaf)
  ])

const anyPath = "*"

const callKey = (method: string, path: string): string => `${method} ${path}`

/**
 * The exchanges of a recording by the literal parts of their requests: the parts without placeholders, and without what a
 * comparison ignores. It finds all exchanges that can match a request, and few others.
 *
 * @internal
 */
export class RequestIndex {
  private readonly shapesByCall = new Map<string, Map<string, Shape>>()

  constructor(
    exchanges: ReadonlyArray<Exchange>,
    private readonly isIgnored: IsSkipped,
    isLiteral: (text: string) => boolean
  ) {
    exchanges.forEach(({ request }, index) => {
      const wildcards = new Set(wildcardsOf(request, isLiteral))
      const shape = this.shape(callKey(request.method, isLiteral(request.path) ? request.path : anyPath), wildcards)
      this.add(shape, request, index)
    })
  }

  /** The exchanges that may match a request. Compare each of them. */
  candidates(request: RecordedRequest): ReadonlyArray<EqualExchanges> {
    const calls = [callKey(request.method, request.path), callKey(request.method, anyPath)]
    return [...new Set(calls)].flatMap((call) =>
      [...(this.shapesByCall.get(call)?.values() ?? [])].flatMap((shape) => this.candidatesIn(shape, request))
    )
  }

  private candidatesIn({ byKey, wildcards }: Shape, request: RecordedRequest): ReadonlyArray<EqualExchanges> {
    // such a recorded body is also compared as text with one that is not JSON
    const isComparedAsText = !isJson(request.body) && [...wildcards].some((place) => place.startsWith("body"))
    if (isComparedAsText) return [...byKey.values()].flatMap((byIdentity) => [...byIdentity.values()])
    return [...(byKey.get(this.key(request, wildcards))?.values() ?? [])]
  }

  private key(request: RecordedRequest, wildcards: ReadonlySet<string>): string {
    const isSkipped = (place: string): boolean => wildcards.has(place) || this.isIgnored(place)
    return `${fieldsKey(request, isSkipped)} ${bodyKey(request.body, isSkipped, looseLeaf)}`
  }

  private shape(call: string, wildcards: ReadonlySet<string>): Shape {
    const shapes = this.shapesByCall.get(call) ?? new Map<string, Shape>()
    this.shapesByCall.set(call, shapes)
    const name = jsonText([...wildcards].sort())
    const shape = shapes.get(name) ?? { wildcards, byKey: new Map<string, Map<string, EqualExchanges>>() }
    shapes.set(name, shape)
    return shape
  }

  private add({ byKey, wildcards }: Shape, request: RecordedRequest, index: number): void {
    const key = this.key(request, wildcards)
    const byIdentity = byKey.get(key) ?? new Map<string, EqualExchanges>()
    byKey.set(key, byIdentity)
    const identity = identityOf(request, wildcards, this.isIgnored)
    const equal = byIdentity.get(identity)
    if (equal === undefined) byIdentity.set(identity, { request, indexes: [index], used: 0 })
    else equal.indexes.push(index)
  }
}
