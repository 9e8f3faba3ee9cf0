import * as Cookies from "@effect/platform/Cookies"
import * as DateTime from "effect/DateTime"
import { readFileSync } from "node:fs"
import type {
  Content,
  Exchange,
  Har,
  HarEntry,
  Headers,
  Outcome,
  Recording,
  RecordedRequest,
  Unrecorded
} from "../../Recording.js"
import { parse, jsonText } from "../data/jsonText.js"
import { isObject } from "../fakeServer/json.js"
import { bytesOf } from "./content.js"

// the transports do not report the version
const httpVersion = "HTTP/1.1"

const ownVersion = (): string => {
  const found = parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8"))
  return isObject(found) ? String(found["version"]) : "unknown"
}

const pairs = (values: Headers) => Object.entries(values).map(([name, value]) => ({ name, value }))

const textOf = (content: Content) =>
  "base64" in content
    ? { text: content.base64, encoding: "base64" as const }
    : { text: "text" in content ? content.text : jsonText(content.json) }

const urlOf = ({ origin, path, query }: RecordedRequest): string =>
  query.length === 0
    ? origin + path
    : `${origin}${path}?${new URLSearchParams(query.map(([a, b]) => [a, b])).toString()}`

const postDataOf = (body: Content | Unrecorded, headers: Headers) => {
  const mimeType = headers["content-type"] ?? ""
  if ("unrecorded" in body) return { mimeType, comment: `not recorded: ${body.unrecorded}` }
  const { encoding, text } = { encoding: undefined, ...textOf(body) }
  return encoding === undefined ? { mimeType, text } : { mimeType, text, comment: encoding }
}

const sizeOf = (body: Content | Unrecorded | undefined): number =>
  body !== undefined && "unrecorded" in body ? -1 : bytesOf(body).byteLength

const requestOf = (request: RecordedRequest): HarEntry["request"] => ({
  method: request.method,
  url: urlOf(request),
  httpVersion,
  cookies: Object.entries(Cookies.parseHeader(request.headers["cookie"] ?? "")).map(([name, value]) => ({
    name,
    value
  })),
  headers: pairs(request.headers),
  queryString: request.query.map(([name, value]) => ({ name, value })),
  ...(request.body === undefined ? {} : { postData: postDataOf(request.body, request.headers) }),
  headersSize: -1,
  bodySize: sizeOf(request.body)
})

const responseOf = (outcome: Outcome): HarEntry["response"] => {
  const common = { statusText: "", httpVersion, headersSize: -1 }
  if (outcome._tag !== "Answer") {
    const why =
      outcome._tag === "Left"
        ? "the program did not wait for a response"
        : (outcome.failure.evidence?.code ?? outcome.failure.code ?? "lost")
    const content = { size: 0, mimeType: "x-unknown" }
    return { ...common, status: 0, cookies: [], headers: [], content, redirectURL: "", bodySize: -1, comment: why }
  }
  const { body, ending, headers, setCookies = [], status } = outcome
  const size = sizeOf(body)
  return {
    ...common,
    status,
    cookies: Object.values(Cookies.fromSetCookie(setCookies).cookies).map(({ name, value }) => ({ name, value })),
    headers: [...pairs(headers), ...setCookies.map((value) => ({ name: "set-cookie", value }))],
    content: { size, mimeType: headers["content-type"] ?? "", ...(body === undefined ? {} : textOf(body)) },
    redirectURL: headers["location"] ?? "",
    bodySize: size,
    ...(ending === undefined ? {} : { comment: `not whole: ${ending._tag}` })
  }
}

const entryOf =
  (startedAt: number) =>
  ({ at, outcome, request, took }: Exchange): HarEntry => ({
    startedDateTime: DateTime.formatIso(DateTime.unsafeMake(startedAt + at)),
    time: took,
    request: requestOf(request),
    response: responseOf(outcome),
    cache: {},
    // a recording has the total time only
    timings: { send: 0, wait: took, receive: 0 }
  })

/** @internal */
export const toHar = ({ exchanges, startedAt }: Recording): Har => ({
  log: {
    version: "1.2",
    creator: { name: "@effect-connectors/testing", version: ownVersion() },
    entries: exchanges.map(entryOf(startedAt))
  }
})
