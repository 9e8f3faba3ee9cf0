import type { Json } from "../../Executor.js"
import type {
  Change,
  Content,
  Drift,
  Exchange,
  Outcome,
  RecordedRequest,
  Recording,
  Unrecorded
} from "../../Recording.js"
import { parse, jsonText } from "../data/jsonText.js"
import { isArray, isObject } from "../fakeServer/json.js"
import { mapTexts } from "./content.js"
import { splitAtPlaceholders } from "./placeholder.js"

// they belong to one response or one connection, not to what a platform promises
const neverCompared: ReadonlySet<string> = new Set([
  "date",
  "age",
  "connection",
  "keep-alive",
  "content-length",
  "transfer-encoding",
  "x-request-id",
  "server-timing",
  "cf-ray"
])

// each recording has its own placeholders
const plain = (text: string): string => splitAtPlaceholders(text).literals.join("<secret>")

const ofContent = (body: Content | Unrecorded | undefined): Json => {
  if (body === undefined) return null
  const json =
    "json" in body ? body.json : "text" in body ? (parse(body.text) ?? body.text) : Object.values(body).join()
  return mapTexts(json, plain, plain)
}

const ofOutcome = (outcome: Outcome): Json => {
  if (outcome._tag === "Left") return { nothing: true }
  if (outcome._tag === "Lost") return { lost: outcome.failure.evidence?.code ?? outcome.failure.code ?? "NO_ANSWER" }
  const { body, ending, headers, status } = outcome
  const compared = Object.entries(headers).filter(([name]) => !neverCompared.has(name))
  return {
    status,
    headers: Object.fromEntries(compared.map(([name, value]) => [name, plain(value)])),
    body: ofContent(body),
    ...(ending === undefined ? {} : { ending: ending._tag })
  }
}

const kindOf = (json: Json): string => {
  if (json === null) return "null"
  if (isArray(json)) return "array"
  // a whole number that grew is still a number
  return typeof json === "bigint" ? "number" : typeof json
}

type PlacedChange = Omit<Change, "call">

const changes = (before: Json | undefined, after: Json | undefined, place: string): ReadonlyArray<PlacedChange> => {
  if (before === undefined) return after === undefined ? [] : [{ kind: "new", place, after }]
  if (after === undefined) return [{ kind: "missing", place, before }]
  if (isObject(before) && isObject(after)) {
    const names = new Set([...Object.keys(before), ...Object.keys(after)])
    return Array.from(names).flatMap((name) => changes(before[name], after[name], `${place}.${name}`))
  }
  if (isArray(before) && isArray(after)) {
    const length = Math.max(before.length, after.length)
    return Array.from({ length }).flatMap((_, index) => changes(before[index], after[index], `${place}[${index}]`))
  }
  if (kindOf(before) !== kindOf(after)) return [{ kind: "type", place, before, after }]
  return before === after ? [] : [{ kind: "value", place, before, after }]
}

const callOf = ({ method, path, query }: RecordedRequest): string => {
  const search = query.map(([name, value]) => `${name}=${plain(value)}`).sort()
  return `${method} ${plain(path)}${search.length === 0 ? "" : `?${search.join("&")}`}`
}

// ids that a platform assigns differ between recordings
const shapeOf = (request: RecordedRequest): string =>
  `${request.method} ${plain(request.path).replace(/[0-9a-f]{8}[0-9a-f-]{8,}|\d+/gi, "*")}`

const exactOf = ({ body, ...request }: RecordedRequest): string => `${callOf(request)} ${jsonText(ofContent(body))}`

interface Pairs {
  readonly paired: ReadonlyArray<readonly [before: Exchange, after: Exchange]>
  readonly removed: ReadonlyArray<Exchange>
  readonly added: ReadonlyArray<Exchange>
}

/** Pairs the first exchange of a name with the first of the same name, and so on. */
const pairBy = (
  name: (request: RecordedRequest) => string,
  before: ReadonlyArray<Exchange>,
  after: ReadonlyArray<Exchange>
): Pairs => {
  const waiting = new Map<string, Array<Exchange>>()
  for (const exchange of after) {
    const key = name(exchange.request)
    const same = waiting.get(key)
    if (same === undefined) waiting.set(key, [exchange])
    else same.push(exchange)
  }
  const paired: Array<readonly [Exchange, Exchange]> = []
  const removed: Array<Exchange> = []
  for (const exchange of before) {
    const other = waiting.get(name(exchange.request))?.shift()
    if (other === undefined) removed.push(exchange)
    else paired.push([exchange, other])
  }
  const left = new Set(Array.from(waiting.values()).flat())
  return { paired, removed, added: after.filter((exchange) => left.has(exchange)) }
}

/** Pairs equal requests first, then requests with the same call, then requests with the same shape. */
const pairsOf = (before: Recording, after: Recording): Pairs =>
  [exactOf, callOf, shapeOf].reduce<Pairs>(
    ({ added, paired, removed }, name) => {
      const more = pairBy(name, removed, added)
      return { ...more, paired: [...paired, ...more.paired] }
    },
    { paired: [], removed: before.exchanges, added: after.exchanges }
  )

const anyIndex = (place: string): string => place.replace(/\[\d+\]/g, "[*]")

/** @internal */
export const drift = (before: Recording, after: Recording, ignore: ReadonlyArray<string>): Drift => {
  const ignored = new Set(ignore)
  const { added, paired, removed } = pairsOf(before, after)
  const changed = paired.flatMap(([was, is]) =>
    [
      ...changes(ofContent(was.request.body), ofContent(is.request.body), "request.body"),
      ...changes(ofOutcome(was.outcome), ofOutcome(is.outcome), "response")
    ].map((change): Change => ({ call: callOf(is.request), ...change }))
  )
  return {
    compared: paired.length,
    removed: removed.map(({ request }) => callOf(request)),
    added: added.map(({ request }) => callOf(request)),
    changed: changed.filter(({ place }) => !ignored.has(place) && !ignored.has(anyIndex(place)))
  }
}

const longest = 100

const short = (json: Json | undefined): string => {
  const text = jsonText(json)
  return text.length > longest ? `${text.slice(0, longest)}…` : text
}

const line = ({ after, before, kind, place }: Change): string => {
  if (kind === "new") return `  + ${place}: ${short(after)}`
  if (kind === "missing") return `  - ${place}: ${short(before)}`
  return `  ${kind === "type" ? "!" : "~"} ${place}: ${short(before)} -> ${short(after)}`
}

/** @internal */
export const showDrift = ({ added, changed, compared, removed }: Drift): string => {
  const calls = Array.from(new Set(changed.map(({ call }) => call)))
  return [
    `${compared} exchanges compared, ${changed.length} differences; ${removed.length} gone, ${added.length} new`,
    ...removed.map((call) => `- ${call}`),
    ...added.map((call) => `+ ${call}`),
    ...calls.flatMap((call) => [call, ...changed.filter((change) => change.call === call).map(line)])
  ].join("\n")
}
