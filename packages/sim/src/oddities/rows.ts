import type { Socket } from "node:net"
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib"
import { responseBytes } from "../chaos/framing.js"
import type { TransportName } from "../chaos/transports.js"
import type { Content } from "./operation.js"
import { clockOperationNames, type OperationName } from "./operations.js"

/** How calls end, by operation: one word or some. `file` is also for `download` unless that is given. */
type Ends = Partial<Record<OperationName | "json", string>> & { readonly all?: string }

/**
 * An oddity of a server and what becomes of a call that meets it. Add one to the table to have it tried with every
 * operation over both transports.
 */
export interface Oddity {
  readonly group: string
  readonly name: string
  /** Over TLS, where what comes first is no request. */
  readonly secure?: (socket: Socket) => void
  /** The server has carried the request out, and writes its response. */
  readonly respond?: (socket: Socket, content: Content) => void
  readonly ends: Ends | Readonly<Record<TransportName, Ends>>
  /** The server has refused the request: nothing was carried out. */
  readonly isRefusal?: boolean
  /** The operations it is for; all unless given. */
  readonly operations?: ReadonlyArray<OperationName>
  /** The server never ends it: the call's own deadline has to. */
  readonly isEndless?: boolean
  /** Somebody sets the wall clock by so many milliseconds. */
  readonly setsClock?: number
  /** The call is interrupted after so many milliseconds. */
  readonly interruptAfter?: number
}

const jsonNames: ReadonlyArray<OperationName> = ["read", "idempotent", "execute", "action"]

const has = (ends: Oddity["ends"]): ends is Readonly<Record<TransportName, Ends>> => "node" in ends

/** The ends that the table allows. */
export const endsOf = ({ ends }: Oddity, name: OperationName, transport: TransportName): ReadonlyArray<string> => {
  const given = has(ends) ? ends[transport] : ends
  const own = given[name] ?? (name === "download" ? given.file : undefined)
  return (own ?? (jsonNames.includes(name) ? given.json : undefined) ?? given.all ?? "ok").split(" ")
}

type Headers = Readonly<Record<string, string | number>>

const bytes = (status: number, content: Content, headers: Headers = {}): Buffer =>
  responseBytes(status, content.bytes, { "content-type": content.type, ...headers })

const writes =
  (make: (content: Content) => Buffer | string) =>
  (socket: Socket, content: Content): void =>
    void socket.write(make(content))

const answers = (
  name: string,
  make: (content: Content) => Buffer | string,
  ends: Oddity["ends"],
  more: Partial<Oddity> = {}
): Oddity => ({
  group: "answers",
  name,
  respond: writes(make),
  ends,
  ...more
})

const ok: Ends = { all: "ok" }
// the work is done; a value or a file there is not
const noContent: Ends = { all: "ok other", read: "UnexpectedBody", download: "UnexpectedBody" }
const interim = (head: string) => (content: Content) => Buffer.concat([Buffer.from(head), bytes(200, content)])
const refuses = (code: number, end: string): Oddity =>
  answers(`${code}`, () => responseBytes(code, "{}"), { all: end }, { isRefusal: true })
const named = (type: string) => (content: Content) => bytes(200, content, { "content-type": type })
const untyped = (content: Content): Buffer =>
  Buffer.concat([Buffer.from(`HTTP/1.1 200 X\r\ncontent-length: ${content.bytes.length}\r\n\r\n`), content.bytes])
const lost: Ends = { all: "OutcomeUnknown", read: "Unreachable" }

const odd: ReadonlyArray<Oddity> = [
  answers("as it should be", (content) => bytes(200, content), ok),
  answers("204", () => "HTTP/1.1 204 X\r\n\r\n", noContent),
  answers("204 with a length", () => "HTTP/1.1 204 X\r\ncontent-length: 8\r\n\r\n", noContent),
  answers("204 with a body", () => "HTTP/1.1 204 X\r\ncontent-length: 2\r\n\r\n{}", noContent),
  answers(
    "204 with chunks",
    () => "HTTP/1.1 204 X\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    noContent
  ),
  answers("205 with a body", () => "HTTP/1.1 205 X\r\ncontent-length: 2\r\n\r\n{}", noContent),
  refuses(401, "Unauthorized"),
  refuses(407, "ApiRejected"),
  refuses(421, "ApiRejected"),
  answers("unasked 100", interim("HTTP/1.1 100 Continue\r\n\r\n"), { node: ok, fetch: lost }),
  answers("two unasked 100", interim("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 100 Continue\r\nx: y\r\n\r\n"), {
    node: ok,
    fetch: lost
  }),
  {
    group: "answers",
    name: "unasked 100 in pieces",
    respond: (socket, content) => {
      const all = interim("HTTP/1.1 100 Continue\r\n\r\n")(content)
      const piece = (at: number) => {
        if (at > 40) return void socket.write(all.subarray(at))
        socket.write(all.subarray(at, at + 5))
        setTimeout(() => piece(at + 5), 1)
      }
      piece(0)
    },
    ends: { node: ok, fetch: lost }
  },
  answers("102 and 103", interim("HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early\r\nlink: </a>\r\n\r\n"), ok),
  answers("an unasked 101", () => "HTTP/1.1 101 X\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n", lost),
  answers("JSON as text/plain", named("text/plain"), ok, { operations: ["read", "idempotent", "execute"] }),
  answers("JSON as octet-stream", named("application/octet-stream"), ok, {
    operations: ["read", "idempotent", "execute"]
  }),
  answers("JSON as text/json", named("text/json; charset=utf-8"), ok, { operations: jsonNames }),
  answers("JSON as application/x-json", named("application/x-json"), ok, { operations: jsonNames }),
  answers("no content type", untyped, ok),
  answers("a page of HTML", () => responseBytes(200, "<html>", { "content-type": "text/html" }), {
    all: "OutcomeUnknown",
    read: "UnexpectedBody",
    // an action may give any file
    action: "other",
    file: "other"
  }),
  answers("an empty 200", () => responseBytes(200, ""), {
    all: "OutcomeUnknown",
    read: "UnexpectedBody",
    idempotent: "ok"
  })
]

const packed = (name: string, encoding: string, pack: (bytes: Buffer) => Buffer, ends: Oddity["ends"]): Oddity => ({
  group: "encodings",
  name,
  respond: writes(({ bytes: plain, type }) =>
    bytes(200, { type, bytes: pack(plain) }, { "content-encoding": encoding })
  ),
  ends
})

const cut =
  (pack: (bytes: Buffer) => Buffer) =>
  (plain: Buffer): Buffer => {
    const whole = pack(plain)
    return whole.subarray(0, Math.floor(whole.length * 0.6))
  }
const damaged =
  (pack: (bytes: Buffer) => Buffer) =>
  (plain: Buffer): Buffer => {
    const whole = Buffer.from(pack(plain))
    // past the head of a gzip, where every format has what it needs to go on
    whole.fill(0xff, 12, 20)
    return whole
  }
const spaces = Buffer.alloc(80_000_000, " ")
const bomb = gzipSync(spaces)
const nestedBomb = gzipSync(bomb)
const gzip = (plain: Buffer): Buffer => gzipSync(plain)
const br = (plain: Buffer): Buffer => brotliCompressSync(plain)
const deflate = (plain: Buffer): Buffer => deflateSync(plain)
const unread: Ends = { all: "OutcomeUnknown", read: "UnexpectedBody", download: "FileError" }
// a file that fetch has decoded may be cut, and nobody can see it
const decoded = (whole: Ends): Oddity["ends"] => ({
  node: whole,
  fetch: { ...whole, file: "OutcomeUnknown", download: "FileError" }
})

const encodings: ReadonlyArray<Oddity> = [
  packed("identity", "identity", (plain) => plain, ok),
  packed("gzip", "gzip", gzip, decoded(ok)),
  packed("x-gzip", "X-GZIP", gzip, decoded(ok)),
  packed("deflate", "deflate", deflate, decoded(ok)),
  packed("deflate without its head", "deflate", (plain) => deflateRawSync(plain), decoded(ok)),
  packed("br", "br", br, decoded(ok)),
  packed("gzip, then br", "gzip, br", (plain) => br(gzip(plain)), decoded(ok)),
  packed("gzip, cut", "gzip", cut(gzip), unread),
  packed("gzip without its trailer", "gzip", (plain) => gzip(plain).subarray(0, -8), {
    node: unread,
    fetch: { all: "ok", file: "OutcomeUnknown", download: "FileError" }
  }),
  packed("deflate, cut", "deflate", cut(deflate), unread),
  packed("br, cut", "br", cut(br), unread),
  packed("gzip, then br, cut", "gzip, br", (plain) => br(cut(gzip)(plain)), unread),
  packed("gzip, damaged", "gzip", damaged(gzip), unread),
  packed("br, damaged", "br", damaged(br), unread),
  packed("not gzip at all", "gzip", () => Buffer.from("just text"), unread),
  packed("unknown", "foo", (plain) => plain, {
    node: unread,
    // fetch gives what came, and JSON shows by itself that it is whole
    fetch: { all: "ok", file: "OutcomeUnknown", download: "FileError" }
  }),
  packed("a bomb", "gzip", () => bomb, unread),
  packed("a bomb in a bomb", "gzip, gzip", () => nestedBomb, unread)
]

// an action is discovered first
const discovery: Ends = { action: "Unreachable", file: "Unreachable", read: "Unreachable" }
const notSent: Ends = { ...discovery, all: "NotSent" }
const tls = (
  name: string,
  secure: (socket: Socket) => void,
  ends: Oddity["ends"],
  more: Partial<Oddity> = {}
): Oddity => ({
  group: "tls",
  name,
  secure,
  ends,
  ...more
})
// for fetch it is the same as a reset after the request
const reset = { node: notSent, fetch: { ...discovery, all: "OutcomeUnknown" } }

const secure: ReadonlyArray<Oddity> = [
  tls("no TLS there", (socket) => void socket.end("HTTP/1.1 400 X\r\n\r\n"), notSent),
  tls("reset in the handshake", (socket) => void socket.resetAndDestroy(), reset),
  tls("closed in the handshake", (socket) => void socket.end(), reset),
  tls(
    "a handshake without end",
    () => undefined,
    { all: "DeadlineExceeded OutcomeUnknown NotSent" },
    { isEndless: true }
  ),
  tls("a handshake without end, interrupted", () => undefined, { all: "interrupted" }, { interruptAfter: 30 })
]

const clock = (name: string, setsClock: number): Oddity => ({
  group: "clocks",
  name,
  setsClock,
  ends: ok,
  operations: clockOperationNames
})

const clocks: ReadonlyArray<Oddity> = [
  clock("as it should be", 0),
  clock("5 minutes back", -300_000),
  clock("an hour forward", 3_600_000)
]

/** The table. */
export const oddities: ReadonlyArray<Oddity> = [...odd, ...encodings, ...secure, ...clocks]
