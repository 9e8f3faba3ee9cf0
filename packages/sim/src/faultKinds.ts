import type * as Faults from "@effect-connectors/testing/Faults"

/** A kind of fault, and at which levels it exists. */
export interface FaultKind {
  readonly what: string
  /** How `Faults` of the testing package makes it: on a fake in memory and on the emulator. */
  readonly faults?: string
  /** The simulator draws it. */
  readonly simulator?: true
  /** Chaos does it to real sockets. */
  readonly sockets?: true
}

/** Every kind that the programs of this package use: one name for each, the one of `Faults` where it has one. */
export const faultKinds = {
  refused: {
    what: "the connection is refused, nothing was sent",
    faults: "Faults.refused",
    simulator: true,
    sockets: true
  },
  reset: { what: "the connection ends without a response, nothing was done", faults: "Faults.reset", simulator: true },
  lostAnswer: {
    what: "the work is done, then the connection is reset",
    faults: "Faults.lostAnswer",
    simulator: true,
    sockets: true
  },
  hang: { what: "no response comes, nothing was done", faults: "Faults.hang", simulator: true, sockets: true },
  hangAfterCommit: {
    what: "the work is done, no response comes",
    faults: "Faults.hangAfterCommit",
    simulator: true,
    sockets: true
  },
  cutBody: {
    what: "the work is done, the response is cut",
    faults: "Faults.cutBody",
    simulator: true,
    sockets: true
  },
  slowBytes: {
    what: "the response comes in small pieces, slowly",
    faults: "Faults.slowBytes({ bytes, everyMillis })",
    sockets: true
  },
  delay: { what: "the response comes late", faults: "Faults.delay(duration)", simulator: true, sockets: true },
  duplicate: { what: "the request arrives twice", faults: "Faults.duplicate" },
  staleRead: { what: "a read shows an earlier state", faults: "Faults.staleRead()", simulator: true },
  clockSkew: { what: "the server's clock is wrong", faults: "Faults.clockSkew(millis)", simulator: true },
  html: { what: "200 with a page in HTML", faults: "Faults.html", simulator: true, sockets: true },
  emptyBody: { what: "200 with an empty body", faults: 'Faults.body("")', simulator: true, sockets: true },
  badJson: { what: "200 with JSON that is cut", faults: "Faults.body('{\"a\":')", simulator: true, sockets: true },
  redirect: { what: "a redirect to another origin", faults: "Faults.redirect(url)", simulator: true, sockets: true },
  redirect307: { what: "the same with 307", faults: "Faults.redirect(url, 307)", sockets: true },
  rateLimited: {
    what: "429 with a time to wait",
    faults: "Faults.rateLimited({ retryAfter })",
    simulator: true,
    sockets: true
  },
  unavailable: { what: "503", faults: "Faults.status(503)", simulator: true, sockets: true },
  gatewayTimeout: {
    what: "504, the work may be done",
    faults: "Faults.status(504, { commit: true })",
    simulator: true,
    sockets: true
  },
  status401: { what: "401", faults: "Faults.status(401)", simulator: true, sockets: true },
  status403: { what: "403", faults: "Faults.status(403)", simulator: true, sockets: true },
  status404: { what: "404", faults: "Faults.status(404)", simulator: true, sockets: true },
  status408: { what: "408", faults: "Faults.status(408)", simulator: true },
  status429: { what: "429 without a time to wait", faults: "Faults.status(429)", simulator: true },
  status500: { what: "500", faults: "Faults.status(500)", simulator: true },
  status502: {
    what: "502, the work may be done",
    faults: "Faults.status(502, { commit: true })",
    simulator: true,
    sockets: true
  },

  hangBody: { what: "the response starts and never ends", simulator: true, sockets: true },
  tlsFailed: { what: "TLS fails in a way that a retry does not mend", simulator: true, sockets: true },

  absurdRetryAfter: { what: "429 with a time to wait that is absurd or not readable", simulator: true },
  unavailableRetryAfter: { what: "503 with a time to wait", simulator: true },
  retryableTrue: { what: "the body says `retryable: true`", simulator: true },
  retryableFalse: { what: "the body says `retryable: false`", simulator: true },
  largeBody: { what: "200 with a body over the limit", simulator: true },
  deepBody: { what: "200 with JSON that is nested too deep", simulator: true },
  protoKey: { what: "200 with the key `__proto__`", simulator: true },
  unknownStatus: { what: "a poll shows a status that nobody knows", simulator: true },
  statusBackwards: { what: "a poll shows a running job as queued", simulator: true },
  repeatedRead: { what: "a poll gets the response of the poll before", simulator: true },
  jobNotFoundYet: { what: "a poll gets a 404, a later one does not", simulator: true },
  jobGone: { what: "the server loses the job", simulator: true },
  oddBody: { what: "a poll gets 200 with a body of another shape", simulator: true },
  sameCursor: { what: "the next page has the cursor of this one", simulator: true },
  endlessPages: { what: "there is always a next page", simulator: true },
  clockBack: { what: "the wall clock of the client's machine is set back", simulator: true },
  clockForward: { what: "the wall clock of the client's machine is set forward", simulator: true },

  resetOnAccept: { what: "a new connection is reset", sockets: true },
  endOnAccept: { what: "a new connection is ended", sockets: true },
  resetInTlsHello: { what: "the connection is reset after the client's TLS hello", sockets: true },
  resetInTlsReply: { what: "the connection is reset in the server's TLS hello", sockets: true },
  resetInRequest: { what: "the connection is reset after some bytes of the request", sockets: true },
  endInRequest: { what: "the connection is ended after some bytes of the request", sockets: true },
  resetReused: { what: "a connection that was used before is reset at the first byte", sockets: true },
  endReused: { what: "a connection that was used before is ended at the first byte", sockets: true },
  resetIdle: { what: "an idle connection is reset as the call starts", sockets: true },
  endIdle: { what: "an idle connection is ended as the call starts", sockets: true },
  endAfterCommit: { what: "the work is done, then the connection is ended", sockets: true },
  endInResponse: { what: "the work is done, the connection is ended in the response", sockets: true },
  slicedBytes: { what: "the response comes in small pieces, at once", sockets: true },
  corruptHead: { what: "a bit of the response's head is flipped", sockets: true },
  corruptBody: { what: "a bit of the response's body is flipped", sockets: true },
  duplicateResponse: { what: "the response is written twice", sockets: true },
  continue100: { what: "a 100 that was not requested comes first", sockets: true },
  processing102: { what: "a 102 comes first", sockets: true },
  earlyHints103: { what: "a 103 comes first", sockets: true },
  largeHead: { what: "the response's head has 40 kB", sockets: true },
  notHttp: { what: "the response is not HTTP", sockets: true },
  twoLengths: { what: "the response has two lengths", sockets: true },
  lengthAndChunks: { what: "the response has a length and says that it is chunked", sockets: true },
  lengthShort: { what: "the length is one byte short", sockets: true },
  lengthLong: { what: "the length is one byte long", sockets: true },
  gzipBomb: { what: "a small gzip body unpacks to 4 MiB", sockets: true },
  gzipCut: { what: "a gzip body is cut", sockets: true },
  earlyResponse: { what: "503 before the request is complete", sockets: true },
  interrupt: { what: "the caller interrupts the call", sockets: true }
} as const satisfies Readonly<Record<Faults.Kind, FaultKind & { readonly faults: string }>> &
  Readonly<Record<string, FaultKind>>

type KindsAt<Level extends keyof FaultKind> = {
  [Kind in keyof typeof faultKinds]: (typeof faultKinds)[Kind] extends Readonly<Record<Level, unknown>> ? Kind : never
}[keyof typeof faultKinds]

export type SimulatorKind = KindsAt<"simulator">

export type SocketKind = KindsAt<"sockets">
