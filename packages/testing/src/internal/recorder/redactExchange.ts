import type { Json } from "../../Executor.js"
import type {
  Content,
  Exchange,
  Headers,
  Outcome,
  RecordedResponse,
  RecordedRequest,
  Unrecorded
} from "../../Recording.js"
import { parse, jsonText } from "../data/jsonText.js"
import { isArray, isObject } from "../fakeServer/json.js"
import { jsonContent, mapContent, mapTexts } from "./content.js"
import { decode, type Encoding } from "./encodings.js"
import type { SecretNames } from "./secretNames.js"

/** Replaces the texts of an exchange. @internal */
export interface Redactor {
  readonly names: SecretNames
  /** Replaces a text whose name says that it is a secret, as it is written there. */
  readonly secret: (written: string, encoding: Encoding) => string
  /** Replaces any text, after the secrets found by name. */
  readonly text: (text: string) => string
  /** Whether a secret is too short to be searched for elsewhere. */
  readonly isOnlyFoundByName: (secret: string) => boolean
}

const pair = /([?&])([^=&?#\s"'<>\\]+)=([^&#\s"'<>\\]+)/g
const field = /(^|&)([^=&]+)=([^&]*)/g
const part = /(content-disposition:[^\r\n]*?\bname="([^"\r\n]*)"[^\r\n]*\r\n(?:[^\r\n]+\r\n)*\r\n)([\s\S]*?)(\r\n--)/gi
const basic = /^basic\s+([A-Za-z0-9+/=_-]+)$/i

const inUrls = (redactor: Redactor, text: string): string =>
  text.includes("=")
    ? text.replace(pair, (whole: string, mark: string, name: string, value: string) =>
        redactor.names.isQuery(decode("uri", name)) ? `${mark}${name}=${redactor.secret(value, "uri")}` : whole
      )
    : text

const inForm = (redactor: Redactor, text: string): string =>
  text.replace(field, (whole: string, mark: string, name: string, value: string) =>
    redactor.names.isField(decode("form", name)) || redactor.names.isQuery(decode("form", name))
      ? `${mark}${name}=${redactor.secret(value, "form")}`
      : whole
  )

const inParts = (redactor: Redactor, text: string, encoding: Encoding): string =>
  text.replace(part, (whole: string, head: string, name: string, value: string, end: string) =>
    redactor.names.isField(name) && value !== "" ? head + redactor.secret(value, encoding) + end : whole
  )

const inJson = (redactor: Redactor, json: Json, isSecret: boolean): Json => {
  if (typeof json === "string") return isSecret ? redactor.secret(json, "plain") : inUrls(redactor, json)
  if (typeof json === "number" || typeof json === "bigint")
    return isSecret ? redactor.secret(String(json), "number") : json
  if (isArray(json)) return json.map((one) => inJson(redactor, one, isSecret))
  if (!isObject(json)) return json
  return Object.fromEntries(
    Object.entries(json).map(([name, value]) => [
      name,
      inJson(redactor, value, isSecret || redactor.names.isField(name))
    ])
  )
}

// JSON text with its own formatting stays as it is, unless it holds a secret that only its name reveals
const inText = (redactor: Redactor, text: string): Content => {
  const json = parse(text)
  if (json === undefined) return { text: inUrls(redactor, text) }
  let hasNamedSecret = false
  const secret = (written: string, encoding: Encoding): string => {
    hasNamedSecret ||= redactor.isOnlyFoundByName(decode(encoding, written))
    return redactor.secret(written, encoding)
  }
  const hidden = inJson({ ...redactor, secret }, json, false)
  return hasNamedSecret ? jsonContent(hidden) : { text: inUrls(redactor, text) }
}

const inContent = (redactor: Redactor, content: Content, contentType: string): Content => {
  const isMultipart = contentType.includes("multipart/")
  if ("json" in content) return { json: inJson(redactor, content.json, false) }
  if ("base64" in content) {
    return isMultipart ? mapContent(content, (text) => inParts(redactor, text, "bytes")) : content
  }
  if (isMultipart) return { text: inParts(redactor, content.text, "plain") }
  return contentType.includes("x-www-form-urlencoded")
    ? { text: inForm(redactor, content.text) }
    : inText(redactor, content.text)
}

const inBody = (redactor: Redactor, body: Content | Unrecorded, headers: Headers): Content | Unrecorded =>
  "unrecorded" in body ? body : wholeBody(redactor, body, headers)

// a secret in a JSON string may be escaped: parse the text and redact it again
const wholeBody = (redactor: Redactor, body: Content, headers: Headers): Content => {
  const content = mapContent(inContent(redactor, body, headers["content-type"] ?? ""), redactor.text)
  const json = "text" in content ? parse(content.text) : undefined
  if (json === undefined) return content
  const hidden = mapTexts(json, redactor.text, redactor.text)
  return jsonText(hidden) === jsonText(json) ? content : jsonContent(hidden)
}

const inCookies = (redactor: Redactor, value: string): string =>
  value.replace(/(^|;\s*)([^=;]+=)?([^;]+)/g, (_: string, mark: string, name: string | undefined, cookie: string) => {
    const isQuoted = /^".*"$/.test(cookie)
    const bare = isQuoted ? cookie.slice(1, -1) : cookie
    const hidden = redactor.secret(bare, "plain")
    return `${mark}${name ?? ""}${isQuoted ? `"${hidden}"` : hidden}`
  })

const inSetCookie = (redactor: Redactor, value: string): string => {
  const end = value.indexOf(";")
  const first = end === -1 ? value : value.slice(0, end)
  return inCookies(redactor, first) + (end === -1 ? "" : value.slice(end))
}

const inAuthorization = (redactor: Redactor, value: string): string => {
  const given = basic.exec(value)?.[1]
  if (given !== undefined) {
    const pair = Buffer.from(given, "base64").toString()
    // reported on its own: the password may occur elsewhere
    redactor.secret(pair.slice(pair.indexOf(":") + 1), "plain")
  }
  return value.replace(
    /^([A-Za-z-]+\s+)?(.+)$/,
    (_: string, scheme: string | undefined, secret: string) => (scheme ?? "") + redactor.secret(secret, "plain")
  )
}

const inHeader = (redactor: Redactor, name: string, value: string): string => {
  if (!redactor.names.isHeader(name)) return redactor.text(inUrls(redactor, value))
  if (name === "cookie") return redactor.text(inCookies(redactor, value))
  if (name === "set-cookie") return redactor.text(inSetCookie(redactor, value))
  return redactor.text(name.includes("auth") ? inAuthorization(redactor, value) : redactor.secret(value, "plain"))
}

const inHeaders = (redactor: Redactor, headers: Headers): Headers =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, inHeader(redactor, name, value)]))

/** @internal */
export const redactRequest = (redactor: Redactor, request: RecordedRequest): RecordedRequest => {
  const { body, headers, method, origin, path, query } = request
  const redacted = {
    method,
    origin,
    path: redactor.text(path),
    query: query.map(([name, value]): readonly [string, string] => [
      redactor.text(name),
      redactor.text(redactor.names.isQuery(name) ? redactor.secret(value, "plain") : inUrls(redactor, value))
    ]),
    headers: inHeaders(redactor, headers)
  }
  return body === undefined ? redacted : { ...redacted, body: inBody(redactor, body, headers) }
}

const redactResponse = (redactor: Redactor, response: RecordedResponse): RecordedResponse => ({
  ...response,
  headers: inHeaders(redactor, response.headers),
  ...(response.setCookies === undefined
    ? {}
    : { setCookies: response.setCookies.map((cookie) => inHeader(redactor, "set-cookie", cookie)) }),
  ...(response.body === undefined ? {} : { body: wholeBody(redactor, response.body, response.headers) })
})

const redactOutcome = (redactor: Redactor, outcome: Outcome): Outcome =>
  outcome._tag === "Answer" ? redactResponse(redactor, outcome) : outcome

/** An exchange whose texts are replaced by the redactor. @internal */
export const redactExchange = (redactor: Redactor, exchange: Exchange): Exchange => ({
  ...exchange,
  request: redactRequest(redactor, exchange.request),
  outcome: redactOutcome(redactor, exchange.outcome)
})
