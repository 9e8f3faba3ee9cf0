import type { Response, Rule } from "./format.js"
import { filled, type Placeholders } from "./placeholders.js"

/** A request as it was sent. */
export interface ObservedRequest {
  readonly server: "base" | "other"
  readonly method: string
  /** Raw: not decoded, without the query. */
  readonly path: string
  /** Raw, with its `?`; empty for none. */
  readonly search: string
  /** In order, as they came. */
  readonly headers: ReadonlyArray<readonly [name: string, value: string]>
  readonly body: Uint8Array
  /** By the clock of the client. */
  readonly atMillis: number
  /** Which step of the vector sent it. */
  readonly step: number
}

/** An answer as bytes; `drop` for none. */
export interface ScriptedResponse {
  readonly status: number
  readonly headers: ReadonlyArray<readonly [name: string, value: string]>
  readonly body: Uint8Array
  readonly drop: boolean
  readonly delayMillis: number
}

const encoder = new TextEncoder()

// as the recording server wrote it: with spaces, and nothing outside of ASCII
const written = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(written).join(", ")}]`
  if (typeof value === "object" && value !== null) {
    const fields = Object.entries(value).map(([name, inner]) => `${written(name)}: ${written(inner)}`)
    return `{${fields.join(", ")}}`
  }
  return (JSON.stringify(value) ?? "null").replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`
  )
}

const bodyOf = (response: Response, places: Placeholders): readonly [body: Uint8Array, type: string | undefined] => {
  if ("json" in response) return [encoder.encode(filled(written(response.json), places)), "application/json"]
  if (response.text !== undefined) return [encoder.encode(filled(response.text, places)), "text/plain"]
  return response.base64 === undefined
    ? [new Uint8Array(), undefined]
    : [Uint8Array.from(Buffer.from(response.base64, "base64")), "application/octet-stream"]
}

const answerOf = (response: Response, places: Placeholders): ScriptedResponse => {
  const [body, type] = bodyOf(response, places)
  const given = Object.entries(response.headers ?? {})
  const isGiven = (name: string) => given.some(([other]) => other.toLowerCase() === name)
  const headers = given.flatMap(([name, value]) => (value === null ? [] : [[name, filled(value, places)] as const]))
  const status = response.status ?? 200
  return {
    status,
    headers: [
      ...headers,
      ...(type === undefined || isGiven("content-type") ? [] : [["Content-Type", type] as const]),
      ...(status === 204 || isGiven("content-length") ? [] : [["Content-Length", String(body.length)] as const])
    ],
    body,
    drop: response.drop === true,
    delayMillis: (response.delay ?? 0) * 1000
  }
}

const nothing: Response = { status: 404, json: { detail: "Not Found" } }

/** The next answer to each request: of the first rule that fits, in turn, the last one again and again. */
export const answers = (rules: ReadonlyArray<Rule>, places: Placeholders) => {
  const used = new Map<Rule, number>()
  return (method: string, path: string): ScriptedResponse => {
    const rule = rules.find((rule) => (rule.method ?? method) === method && (rule.path ?? path) === path)
    if (rule === undefined) return answerOf(nothing, places)
    const turn = used.get(rule) ?? 0
    used.set(rule, turn + 1)
    return answerOf(rule.responses[Math.min(turn, rule.responses.length - 1)] ?? nothing, places)
  }
}
