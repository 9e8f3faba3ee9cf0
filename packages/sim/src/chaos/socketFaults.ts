import { connect, type Socket } from "node:net"
import { gzipSync } from "node:zlib"
import type { SocketKind } from "../faultKinds.js"
import { between, type Draw } from "./draw.js"
import type { Family } from "./allowedEnds.js"
import { responseBytes, headLength } from "./framing.js"
import type { Exchange, CellSetup } from "./proxy.js"

type Apply = (exchange: Exchange, draw: Draw, setup: CellSetup) => void

export interface SocketFault {
  /** The row in the table of allowed ends. */
  readonly family: Family
  /** The attempt ends by its timeout, so the timeout is short. */
  readonly isSlow?: boolean
  readonly isSecure?: boolean
  /** The server sends a length and never chunks. */
  readonly isPlain?: boolean
  /** The call reuses a connection. */
  readonly isWarm?: boolean
  /** Takes over a connection as it is accepted. */
  readonly accept?: (socket: Socket, draw: Draw, setup: CellSetup) => void
  /** The listener is closed. */
  readonly refuses?: boolean
  /** Done to connections that are not in use, as the call begins. */
  readonly idle?: (socket: Socket) => void
  /** Applies once so many bytes of the request have arrived; by default on the whole request. */
  readonly at?: (draw: Draw) => number
  readonly apply?: Apply
  /** The caller interrupts after so many milliseconds. */
  readonly interrupts?: (draw: Draw) => number
}

const reset = (socket: Socket): void => void socket.resetAndDestroy()
const end = (socket: Socket): void => void socket.end()

/** The server does the work; then this is done with its response. */
const afterWork =
  (write: (exchange: Exchange, whole: Buffer, draw: Draw) => void): Apply =>
  (exchange, draw) =>
    void exchange.forward().then((whole) => write(exchange, whole, draw))

/** A response in place of the server's. The server sees no request. */
const respondInstead =
  (made: (setup: CellSetup) => string | Buffer): Apply =>
  ({ client, done }, _, setup) => {
    client.write(made(setup))
    done()
  }

/** The server does the work, and this response takes the place of its own. */
const respondAfterWork =
  (made: (setup: CellSetup) => string | Buffer): Apply =>
  (exchange, draw, setup) =>
    void exchange.forward().then(() => respondInstead(made)(exchange, draw, setup))

/** The same, with bytes that are not a complete response: the connection is not used again. */
const brokenResponse = (made: (whole: Buffer) => string | Buffer, then?: (socket: Socket) => void): Apply =>
  afterWork(({ client }, whole) => void client.write(made(whole), () => then?.(client)))

const inPieces = (
  { client, done }: Pick<Exchange, "client" | "done">,
  bytes: Buffer,
  millis: number,
  left = 12
): void => {
  if (client.destroyed) return
  client.write(left === 0 ? bytes : bytes.subarray(0, 1))
  if (left === 0 || bytes.length <= 1) return done()
  const rest = (): void => inPieces({ client, done }, bytes.subarray(1), millis, left - 1)
  if (millis === 0) setImmediate(rest)
  else setTimeout(rest, millis)
}

const cutAt = (whole: Buffer, draw: Draw): Buffer => whole.subarray(0, between(draw, "at", 1, whole.length - 1))

/** Flips one bit of one byte. */
const flipped = (whole: Buffer, from: number, to: number, draw: Draw): Buffer => {
  const copy = Buffer.from(whole)
  const at = between(draw, "at", from, to - 1)
  copy[at] = (copy[at] ?? 0) ^ (1 << between(draw, "bit", 0, 6))
  return copy
}

const bodyOf = (whole: Buffer): Buffer => whole.subarray(headLength(whole) ?? 0)
const html = responseBytes(200, "<html><body>Sign in</body></html>", { "content-type": "text/html" })
const failure = (status: number, headers: Readonly<Record<string, string | number>> = {}) =>
  responseBytes(status, JSON.stringify({ error: { code: `E${status}` } }), headers)
const bomb = gzipSync(Buffer.alloc(4 * 1024 * 1024, " "))

const requestBytes = (draw: Draw): number =>
  draw("how far") < 0.3 ? 1_000_000 : between(draw, "bytes", 1, draw("body") < 0.5 ? 250 : 31_000)

const breakInRequest = (how: (socket: Socket) => void): Pick<SocketFault, "at" | "apply"> => ({
  at: requestBytes,
  apply: (exchange, draw) => {
    const bytes = requestBytes(draw)
    // all of it may have arrived before the connection broke
    if (bytes < exchange.request.length) exchange.forwardPart(bytes)
    else void exchange.forward()
    how(exchange.client)
  }
})

const informational = (text: string, family: Family): SocketFault => ({
  family,
  apply: afterWork(({ client, done }, whole) => {
    client.write(Buffer.concat([Buffer.from(text), whole]))
    done()
  })
})

const tlsPort = (setup: CellSetup): number => setup.handshakePort

/** Every fault, by name. */
export const socketFaults: Readonly<Record<SocketKind, SocketFault>> = {
  refused: { family: "refused", refuses: true },
  resetOnAccept: { family: "maybe sent", accept: reset },
  endOnAccept: { family: "maybe sent", accept: (socket) => void socket.resume().end() },
  resetInTlsHello: {
    family: "handshake",
    isSecure: true,
    accept: (socket) => void socket.once("data", () => reset(socket))
  },
  resetInTlsReply: {
    family: "handshake",
    isSecure: true,
    accept: (socket, draw, setup) => {
      const upstream = connect(tlsPort(setup), "127.0.0.1").on("error", () => undefined)
      const bytes = between(draw, "bytes", 1, 500)
      socket.pipe(upstream)
      upstream.once("data", (first) => {
        socket.write(first.subarray(0, bytes), () => reset(socket))
        upstream.destroy()
      })
    }
  },
  tlsFailed: {
    family: "refused for good",
    isSecure: true,
    accept: (socket) => void socket.resume().end("HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n")
  },
  resetInRequest: { family: "lost", ...breakInRequest(reset) },
  endInRequest: { family: "lost", ...breakInRequest(end) },
  resetReused: { family: "lost", isWarm: true, at: () => 1, apply: ({ client }) => reset(client) },
  endReused: { family: "lost", isWarm: true, at: () => 1, apply: ({ client }) => end(client) },
  resetIdle: { family: "race", isWarm: true, idle: reset },
  endIdle: { family: "race", isWarm: true, idle: end },
  lostAnswer: { family: "lost", apply: afterWork(({ client }) => reset(client)) },
  endAfterCommit: { family: "lost", apply: afterWork(({ client }) => end(client)) },
  cutBody: {
    family: "cut",
    apply: afterWork(({ client }, whole, draw) => void client.write(cutAt(whole, draw), () => reset(client)))
  },
  endInResponse: {
    family: "cut",
    apply: afterWork(({ client }, whole, draw) => void client.end(cutAt(whole, draw)))
  },
  slicedBytes: { family: "fine", apply: afterWork((exchange, whole) => inPieces(exchange, whole, 0)) },
  delay: {
    family: "fine",
    apply: afterWork(
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
  hang: { family: "lost", isSlow: true, apply: () => undefined },
  hangAfterCommit: { family: "lost", isSlow: true, apply: afterWork(() => undefined) },
  hangBody: {
    family: "cut",
    isSlow: true,
    apply: afterWork(({ client }, whole, draw) => void client.write(cutAt(whole, draw)))
  },
  slowBytes: {
    family: "cut",
    isSlow: true,
    apply: afterWork((exchange, whole) => inPieces(exchange, whole, 100, whole.length))
  },
  corruptHead: {
    family: "corrupt",
    isSlow: true,
    isPlain: true,
    apply: afterWork(({ client, done }, whole, draw) => {
      client.write(flipped(whole, 9, (headLength(whole) ?? 0) - 4, draw))
      done()
    })
  },
  corruptBody: {
    family: "corrupt",
    isPlain: true,
    apply: afterWork(({ client, done }, whole, draw) => {
      client.write(flipped(whole, headLength(whole) ?? 0, whole.length, draw))
      done()
    })
  },
  duplicateResponse: {
    family: "fine",
    apply: afterWork(({ client, done }, whole) => {
      client.write(Buffer.concat([whole, whole]))
      done()
    })
  },
  continue100: informational("HTTP/1.1 100 Continue\r\n\r\n", "unasked 100"),
  processing102: informational("HTTP/1.1 102 Processing\r\n\r\n", "fine"),
  earlyHints103: informational("HTTP/1.1 103 Early Hints\r\nlink: </x>; rel=preload\r\n\r\n", "fine"),
  largeHead: {
    family: "no HTTP",
    apply: brokenResponse((whole) => responseBytes(200, bodyOf(whole), { "x-long": "x".repeat(40_960) }))
  },
  notHttp: { family: "no HTTP", apply: brokenResponse(() => "SSH-2.0-OpenSSH_9.6\r\n\r\n", end) },
  twoLengths: {
    family: "no HTTP",
    isPlain: true,
    apply: brokenResponse((whole) => responseBytes(200, bodyOf(whole), { "Content-Length": 3 }))
  },
  lengthAndChunks: {
    family: "no HTTP",
    isPlain: true,
    apply: brokenResponse((whole) => responseBytes(200, bodyOf(whole), { "transfer-encoding": "chunked" }))
  },
  lengthShort: {
    family: "short",
    isPlain: true,
    apply: afterWork(({ client, done }, whole) => {
      const body = bodyOf(whole)
      client.write(responseBytes(200, body, { "content-length": body.length - 1 }))
      done()
    })
  },
  lengthLong: {
    family: "cut",
    isPlain: true,
    apply: brokenResponse(
      (whole) => responseBytes(200, bodyOf(whole), { "content-length": bodyOf(whole).length + 1 }),
      end
    )
  },
  gzipBomb: {
    family: "too large",
    apply: respondAfterWork(() => responseBytes(200, bomb, { "content-encoding": "gzip" }))
  },
  gzipCut: {
    family: "gzip cut",
    isPlain: true,
    apply: afterWork(({ client, done }, whole) => {
      const zipped = gzipSync(bodyOf(whole))
      client.write(responseBytes(200, zipped.subarray(0, zipped.length - 12), { "content-encoding": "gzip" }))
      done()
    })
  },
  html: { family: "page", apply: respondAfterWork(() => html) },
  emptyBody: { family: "empty", apply: respondAfterWork(() => responseBytes(200, "")) },
  badJson: { family: "unreadable", apply: respondAfterWork(() => responseBytes(200, '{"a":')) },
  redirect: {
    family: "redirect",
    apply: respondInstead((setup) => responseBytes(302, "", { location: `${setup.forbiddenUrl}/sign-in` }))
  },
  redirect307: {
    family: "redirect",
    apply: respondInstead((setup) => responseBytes(307, "", { location: `${setup.forbiddenUrl}/sign-in` }))
  },
  status401: { family: "401", apply: respondInstead(() => failure(401)) },
  status403: { family: "403", apply: respondInstead(() => failure(403)) },
  status404: { family: "404", apply: respondInstead(() => failure(404)) },
  rateLimited: { family: "429", apply: respondInstead(() => failure(429, { "retry-after": 0 })) },
  unavailable: { family: "503", apply: respondInstead(() => failure(503)) },
  status502: { family: "503", apply: respondAfterWork(() => failure(502)) },
  gatewayTimeout: {
    family: "503",
    apply: respondAfterWork(() => failure(504, { "content-type": "text/html" }))
  },
  earlyResponse: {
    family: "early",
    at: () => 1,
    apply: ({ client }) => void client.end(failure(503, { connection: "close" }))
  },
  interrupt: {
    family: "interrupted",
    apply: afterWork(
      ({ client, done }, whole) =>
        void setTimeout(() => {
          client.write(whole)
          done()
        }, 60)
    ),
    interrupts: (draw) => between(draw, "millis", 0, 50)
  }
}

const isSocketKind = (name: string): name is SocketKind => Object.hasOwn(socketFaults, name)

export const socketKinds: ReadonlyArray<SocketKind> = Object.keys(socketFaults).filter(isSocketKind)
