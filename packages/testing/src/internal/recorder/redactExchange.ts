import type { Json } from "../../Executor.js"
import type {
  Content,
  Exchange,
  Headers,
  Outcome,
  RecordedAnswer,
  RecordedRequest,
  Unrecorded
} from "../../Recording.js"
import { isArray, isObject, parse } from "../fakeServer/json.js"
import { mapContent, mapTexts } from "./content.js"
import { decode, type Form } from "./forms.js"
import type { Names } from "./names.js"

/** What is done with the texts of an exchange. @internal */
export interface Visitor {
  readonly names: Names
  /** A text that stands where a secret does, as it is written there. */
  readonly secret: (written: string, form: Form) => string
  /** Any text at all, after the secrets in it. */
  readonly text: (text: string) => string
  /** Whether a secret is too short to be looked for, so that only its place tells of it. */
  readonly isShort: (secret: string) => boolean
}

const pair = /([?&])([^=&?#\s"'<>\\]+)=([^&#\s"'<>\\]+)/g
const field = /(^|&)([^=&]+)=([^&]*)/g
const part = /(content-disposition:[^\r\n]*?\bname="([^"\r\n]*)"[^\r\n]*\r\n(?:[^\r\n]+\r\n)*\r\n)([\s\S]*?)(\r\n--)/gi
const basic = /^basic\s+([A-Za-z0-9+/=_-]+)$/i

const inUrls = (visitor: Visitor, text: string): string =>
  text.includes("=")
    ? text.replace(pair, (whole: string, mark: string, name: string, value: string) =>
        visitor.names.isQuery(decode("uri", name)) ? `${mark}${name}=${visitor.secret(value, "uri")}` : whole
      )
    : text

const inForm = (visitor: Visitor, text: string): string =>
  text.replace(field, (whole: string, mark: string, name: string, value: string) =>
    visitor.names.isField(decode("form", name)) || visitor.names.isQuery(decode("form", name))
      ? `${mark}${name}=${visitor.secret(value, "form")}`
      : whole
  )

const inParts = (visitor: Visitor, text: string, form: Form): string =>
  text.replace(part, (whole: string, head: string, name: string, value: string, end: string) =>
    visitor.names.isField(name) && value !== "" ? head + visitor.secret(value, form) + end : whole
  )

const inJson = (visitor: Visitor, json: Json, isSecret: boolean): Json => {
  if (typeof json === "string") return isSecret ? visitor.secret(json, "plain") : inUrls(visitor, json)
  if (typeof json === "number") return isSecret ? visitor.secret(String(json), "number") : json
  if (isArray(json)) return json.map((one) => inJson(visitor, one, isSecret))
  if (!isObject(json)) return json
  return Object.fromEntries(
    Object.entries(json).map(([name, value]) => [name, inJson(visitor, value, isSecret || visitor.names.isField(name))])
  )
}

// text that is JSON but was not written as we would is kept as it is, unless that shows what only its place tells of
const inText = (visitor: Visitor, text: string): Content => {
  const json = parse(text)
  if (json === undefined) return { text: inUrls(visitor, text) }
  let shows = false
  const secret = (written: string, form: Form): string => {
    shows ||= visitor.isShort(decode(form, written))
    return visitor.secret(written, form)
  }
  const hidden = inJson({ ...visitor, secret }, json, false)
  return shows ? { json: hidden } : { text: inUrls(visitor, text) }
}

const inContent = (visitor: Visitor, content: Content, contentType: string): Content => {
  const isMultipart = contentType.includes("multipart/")
  if ("json" in content) return { json: inJson(visitor, content.json, false) }
  if ("base64" in content) {
    return isMultipart ? mapContent(content, (text) => inParts(visitor, text, "bytes")) : content
  }
  if (isMultipart) return { text: inParts(visitor, content.text, "plain") }
  return contentType.includes("x-www-form-urlencoded")
    ? { text: inForm(visitor, content.text) }
    : inText(visitor, content.text)
}

const inBody = (visitor: Visitor, body: Content | Unrecorded, headers: Headers): Content | Unrecorded =>
  "unrecorded" in body ? body : wholeBody(visitor, body, headers)

// what is written in a text inside of a text may only show when that one is read
const wholeBody = (visitor: Visitor, body: Content, headers: Headers): Content => {
  const content = mapContent(inContent(visitor, body, headers["content-type"] ?? ""), visitor.text)
  const json = "text" in content ? parse(content.text) : undefined
  if (json === undefined) return content
  const hidden = mapTexts(json, visitor.text, visitor.text)
  return JSON.stringify(hidden) === JSON.stringify(json) ? content : { json: hidden }
}

const inCookies = (visitor: Visitor, value: string): string =>
  value.replace(/(^|;\s*)([^=;]+=)?([^;]+)/g, (_: string, mark: string, name: string | undefined, cookie: string) => {
    const isQuoted = /^".*"$/.test(cookie)
    const bare = isQuoted ? cookie.slice(1, -1) : cookie
    const hidden = visitor.secret(bare, "plain")
    return `${mark}${name ?? ""}${isQuoted ? `"${hidden}"` : hidden}`
  })

const inSetCookie = (visitor: Visitor, value: string): string => {
  const end = value.indexOf(";")
  const first = end === -1 ? value : value.slice(0, end)
  return inCookies(visitor, first) + (end === -1 ? "" : value.slice(end))
}

const inAuthorization = (visitor: Visitor, value: string): string => {
  const given = basic.exec(value)?.[1]
  if (given !== undefined) {
    const pair = Buffer.from(given, "base64").toString()
    // told for its own sake: the password may stand elsewhere
    visitor.secret(pair.slice(pair.indexOf(":") + 1), "plain")
  }
  return value.replace(
    /^([A-Za-z-]+\s+)?(.+)$/,
    (_: string, scheme: string | undefined, secret: string) => (scheme ?? "") + visitor.secret(secret, "plain")
  )
}

const inHeader = (visitor: Visitor, name: string, value: string): string => {
  if (!visitor.names.isHeader(name)) return visitor.text(inUrls(visitor, value))
  if (name === "cookie") return visitor.text(inCookies(visitor, value))
  if (name === "set-cookie") return visitor.text(inSetCookie(visitor, value))
  return visitor.text(name.includes("auth") ? inAuthorization(visitor, value) : visitor.secret(value, "plain"))
}

const inHeaders = (visitor: Visitor, headers: Headers): Headers =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, inHeader(visitor, name, value)]))

/** @internal */
export const visitRequest = (visitor: Visitor, request: RecordedRequest): RecordedRequest => {
  const { body, headers, method, origin, path, query } = request
  const visited = {
    method,
    origin,
    path: visitor.text(path),
    query: query.map(([name, value]): readonly [string, string] => [
      visitor.text(name),
      visitor.text(visitor.names.isQuery(name) ? visitor.secret(value, "plain") : inUrls(visitor, value))
    ]),
    headers: inHeaders(visitor, headers)
  }
  return body === undefined ? visited : { ...visited, body: inBody(visitor, body, headers) }
}

const visitAnswer = (visitor: Visitor, answer: RecordedAnswer): RecordedAnswer => ({
  ...answer,
  headers: inHeaders(visitor, answer.headers),
  ...(answer.setCookies === undefined
    ? {}
    : { setCookies: answer.setCookies.map((cookie) => inHeader(visitor, "set-cookie", cookie)) }),
  ...(answer.body === undefined ? {} : { body: wholeBody(visitor, answer.body, answer.headers) })
})

const visitOutcome = (visitor: Visitor, outcome: Outcome): Outcome =>
  outcome._tag === "Answer" ? visitAnswer(visitor, outcome) : outcome

/** An exchange with each of its texts as the visitor gives it. @internal */
export const visit = (visitor: Visitor, exchange: Exchange): Exchange => ({
  ...exchange,
  request: visitRequest(visitor, exchange.request),
  outcome: visitOutcome(visitor, exchange.outcome)
})
