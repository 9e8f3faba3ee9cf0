import { connect, type Socket } from "node:net"
import { gzipSync } from "node:zlib"
import { between, type Draw } from "./draw.js"
import type { Family } from "./expected.js"
import { answer, headLength } from "./framing.js"
import type { Exchange, Plan } from "./proxy.js"

type Act = (exchange: Exchange, draw: Draw, plan: Plan) => void

export interface Toxic {
  /** The row of the table. */
  readonly family: Family
  /** The attempt's time runs out, so it is short. */
  readonly isSlow?: boolean
  readonly isSecure?: boolean
  /** The server answers with a length and never in chunks. */
  readonly isPlain?: boolean
  /** A connection that was used before is there. */
  readonly isWarm?: boolean
  /** Takes over a connection as it is accepted. */
  readonly accept?: (socket: Socket, draw: Draw, plan: Plan) => void
  /** Nobody listens. */
  readonly refuses?: boolean
  /** Done to connections that are not in use, as the call begins. */
  readonly idle?: (socket: Socket) => void
  /** Acts once so many bytes of the request are there; on the whole request otherwise. */
  readonly at?: (draw: Draw) => number
  readonly act?: Act
  /** The caller gives up after so many milliseconds. */
  readonly interrupts?: (draw: Draw) => number
}

const reset = (socket: Socket): void => void socket.resetAndDestroy()
const end = (socket: Socket): void => void socket.end()

/** What becomes of the server's answer. */
const answered =
  (write: (exchange: Exchange, whole: Buffer, draw: Draw) => void): Act =>
  (exchange, draw) =>
    void exchange.forward().then((whole) => write(exchange, whole, draw))

/** An answer in place of the server's, which sees nothing of the request. */
const instead =
  (made: (plan: Plan) => string | Buffer): Act =>
  ({ client, done }, _, plan) => {
    client.write(made(plan))
    done()
  }

/** The server does the work, and something else answers. */
const replaced =
  (made: (plan: Plan) => string | Buffer): Act =>
  (exchange, draw, plan) =>
    void exchange.forward().then(() => instead(made)(exchange, draw, plan))

/** The same, and what is written is no complete answer, so that nothing goes on over this connection. */
const broken = (made: (whole: Buffer) => string | Buffer, then?: (socket: Socket) => void): Act =>
  answered(({ client }, whole) => void client.write(made(whole), () => then?.(client)))

const inTurns = (
  { client, done }: Pick<Exchange, "client" | "done">,
  bytes: Buffer,
  millis: number,
  left = 12
): void => {
  if (client.destroyed) return
  client.write(left === 0 ? bytes : bytes.subarray(0, 1))
  if (left === 0 || bytes.length <= 1) return done()
  const rest = (): void => inTurns({ client, done }, bytes.subarray(1), millis, left - 1)
  if (millis === 0) setImmediate(rest)
  else setTimeout(rest, millis)
}

const cutAt = (whole: Buffer, draw: Draw): Buffer => whole.subarray(0, between(draw, "at", 1, whole.length - 1))

/** One bit of one byte, other than those that end a line or make it another status that proves something. */
const flipped = (whole: Buffer, from: number, to: number, draw: Draw): Buffer => {
  const copy = Buffer.from(whole)
  const at = between(draw, "at", from, to - 1)
  copy[at] = (copy[at] ?? 0) ^ (1 << between(draw, "bit", 0, 6))
  return copy
}

const bodyOf = (whole: Buffer): Buffer => whole.subarray(headLength(whole) ?? 0)
const html = answer(200, "<html><body>Sign in</body></html>", { "content-type": "text/html" })
const failure = (status: number, headers: Readonly<Record<string, string | number>> = {}) =>
  answer(status, JSON.stringify({ error: { code: `E${status}` } }), headers)
const bomb = gzipSync(Buffer.alloc(4 * 1024 * 1024, " "))

const requestBytes = (draw: Draw): number =>
  draw("how far") < 0.3 ? 1_000_000 : between(draw, "bytes", 1, draw("body") < 0.5 ? 250 : 31_000)

const broke = (how: (socket: Socket) => void): Pick<Toxic, "at" | "act"> => ({
  at: requestBytes,
  act: (exchange, draw) => {
    const bytes = requestBytes(draw)
    // all of it may have arrived before the connection broke
    if (bytes < exchange.request.length) exchange.spill(bytes)
    else void exchange.forward()
    how(exchange.client)
  }
})

const unasked = (text: string, family: Family): Toxic => ({
  family,
  act: answered(({ client, done }, whole) => {
    client.write(Buffer.concat([Buffer.from(text), whole]))
    done()
  })
})

const tlsPort = (plan: Plan): number => plan.handshakePort

/** Every fault, by name. */
export const toxics: Readonly<Record<string, Toxic>> = {
  refuse: { family: "refused", refuses: true },
  "accept-reset": { family: "maybe sent", accept: reset },
  "accept-end": { family: "maybe sent", accept: (socket) => void socket.resume().end() },
  "tls-reset-hello": {
    family: "handshake",
    isSecure: true,
    accept: (socket) => void socket.once("data", () => reset(socket))
  },
  "tls-reset-answer": {
    family: "handshake",
    isSecure: true,
    accept: (socket, draw, plan) => {
      const upstream = connect(tlsPort(plan), "127.0.0.1").on("error", () => undefined)
      const bytes = between(draw, "bytes", 1, 500)
      socket.pipe(upstream)
      upstream.once("data", (first) => {
        socket.write(first.subarray(0, bytes), () => reset(socket))
        upstream.destroy()
      })
    }
  },
  "tls-none": {
    family: "refused for good",
    isSecure: true,
    accept: (socket) => void socket.resume().end("HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n")
  },
  "reset-request": { family: "lost", ...broke(reset) },
  "end-request": { family: "lost", ...broke(end) },
  "race-reset": { family: "lost", isWarm: true, at: () => 1, act: ({ client }) => reset(client) },
  "race-end": { family: "lost", isWarm: true, at: () => 1, act: ({ client }) => end(client) },
  "idle-reset": { family: "race", isWarm: true, idle: reset },
  "idle-end": { family: "race", isWarm: true, idle: end },
  "reset-after-work": { family: "lost", act: answered(({ client }) => reset(client)) },
  "end-after-work": { family: "lost", act: answered(({ client }) => end(client)) },
  "reset-response": {
    family: "cut",
    act: answered(({ client }, whole, draw) => void client.write(cutAt(whole, draw), () => reset(client)))
  },
  "end-response": {
    family: "cut",
    act: answered(({ client }, whole, draw) => void client.end(cutAt(whole, draw)))
  },
  slice: { family: "fine", act: answered((exchange, whole) => inTurns(exchange, whole, 0)) },
  delay: {
    family: "fine",
    act: answered(
      ({ client, done }, whole, draw) =>
        void setTimeout(
          () => {
            client.write(whole)
            done()
          },
          between(draw, "millis", 5, 40)
        )
    )
  },
  "stall-request": { family: "lost", isSlow: true, act: () => undefined },
  "stall-response": { family: "lost", isSlow: true, act: answered(() => undefined) },
  "stall-body": {
    family: "cut",
    isSlow: true,
    act: answered(({ client }, whole, draw) => void client.write(cutAt(whole, draw)))
  },
  drip: {
    family: "cut",
    isSlow: true,
    act: answered((exchange, whole) => inTurns(exchange, whole, 100, whole.length))
  },
  "corrupt-head": {
    family: "corrupt",
    isSlow: true,
    isPlain: true,
    act: answered(({ client, done }, whole, draw) => {
      client.write(flipped(whole, 9, (headLength(whole) ?? 0) - 4, draw))
      done()
    })
  },
  "corrupt-body": {
    family: "corrupt",
    isPlain: true,
    act: answered(({ client, done }, whole, draw) => {
      client.write(flipped(whole, headLength(whole) ?? 0, whole.length, draw))
      done()
    })
  },
  duplicate: {
    family: "fine",
    act: answered(({ client, done }, whole) => {
      client.write(Buffer.concat([whole, whole]))
      done()
    })
  },
  "continue-100": unasked("HTTP/1.1 100 Continue\r\n\r\n", "unasked 100"),
  "processing-102": unasked("HTTP/1.1 102 Processing\r\n\r\n", "fine"),
  "hints-103": unasked("HTTP/1.1 103 Early Hints\r\nlink: </x>; rel=preload\r\n\r\n", "fine"),
  "head-40k": {
    family: "no HTTP",
    act: broken((whole) => answer(200, bodyOf(whole), { "x-long": "x".repeat(40_960) }))
  },
  "no-http": { family: "no HTTP", act: broken(() => "SSH-2.0-OpenSSH_9.6\r\n\r\n", end) },
  "two-lengths": {
    family: "no HTTP",
    isPlain: true,
    act: broken((whole) => answer(200, bodyOf(whole), { "Content-Length": 3 }))
  },
  "length-and-chunks": {
    family: "no HTTP",
    isPlain: true,
    act: broken((whole) => answer(200, bodyOf(whole), { "transfer-encoding": "chunked" }))
  },
  "length-short": {
    family: "short",
    isPlain: true,
    act: answered(({ client, done }, whole) => {
      const body = bodyOf(whole)
      client.write(answer(200, body, { "content-length": body.length - 1 }))
      done()
    })
  },
  "length-long": {
    family: "cut",
    isPlain: true,
    act: broken((whole) => answer(200, bodyOf(whole), { "content-length": bodyOf(whole).length + 1 }), end)
  },
  "gzip-bomb": {
    family: "too large",
    act: replaced(() => answer(200, bomb, { "content-encoding": "gzip" }))
  },
  "gzip-cut": {
    family: "gzip cut",
    isPlain: true,
    act: answered(({ client, done }, whole) => {
      const zipped = gzipSync(bodyOf(whole))
      client.write(answer(200, zipped.subarray(0, zipped.length - 12), { "content-encoding": "gzip" }))
      done()
    })
  },
  html: { family: "page", act: replaced(() => html) },
  empty: { family: "empty", act: replaced(() => answer(200, "")) },
  "bad-json": { family: "unreadable", act: replaced(() => answer(200, '{"a":')) },
  "redirect-302": {
    family: "redirect",
    act: instead((plan) => answer(302, "", { location: `${plan.trapUrl}/sign-in` }))
  },
  "redirect-307": {
    family: "redirect",
    act: instead((plan) => answer(307, "", { location: `${plan.trapUrl}/sign-in` }))
  },
  "status-401": { family: "401", act: instead(() => failure(401)) },
  "status-403": { family: "403", act: instead(() => failure(403)) },
  "status-404": { family: "404", act: instead(() => failure(404)) },
  "status-429": { family: "429", act: instead(() => failure(429, { "retry-after": 0 })) },
  "status-503": { family: "503", act: instead(() => failure(503)) },
  "gateway-502": { family: "503", act: replaced(() => failure(502)) },
  "gateway-504-late": {
    family: "503",
    act: replaced(() => failure(504, { "content-type": "text/html" }))
  },
  "early-answer": {
    family: "early",
    at: () => 1,
    act: ({ client }) => void client.end(failure(503, { connection: "close" }))
  },
  interrupt: {
    family: "interrupted",
    act: answered(
      ({ client, done }, whole) =>
        void setTimeout(() => {
          client.write(whole)
          done()
        }, 60)
    ),
    interrupts: (draw) => between(draw, "millis", 0, 50)
  }
}
