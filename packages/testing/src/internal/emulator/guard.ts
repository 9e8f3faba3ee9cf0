import { isLoopback } from "./isLoopback.js"

/** The parts of a request that say who sent it. @internal */
export interface GuardedRequest {
  readonly method: string
  readonly headers: Readonly<Record<string, string | undefined>>
}

const hostName = (host: string): string | undefined =>
  /^(?:\[([0-9a-f:]+)\]|([^:[\]/@]+))(?::\d{1,5})?$/i
    .exec(host)
    ?.slice(1)
    .find((name) => name !== undefined)

const isRead = (method: string): boolean => method === "GET" || method === "HEAD"

const instead =
  "call the emulator from a program, or allow the page the routes of the platforms with --cors and its origin"

/**
 * Why a request may not use the emulator; `undefined` when it may. Every page that a browser on this machine shows can
 * send requests to a loopback server. So it refuses a host name that resolves to this machine (DNS rebinding) and the
 * pages of other origins but the one that is allowed. A link to a page of the emulator is a visit, and allowed.
 *
 * @internal
 */
export const refusalOf = (
  { headers, method }: GuardedRequest,
  allowedOrigin: string | undefined
): string | undefined => {
  const { host = "", origin } = headers
  const name = hostName(host)
  if (name === undefined || !isLoopback(name.toLowerCase())) {
    return "the Host header is not a loopback address: use 127.0.0.1, localhost or ::1"
  }
  if (origin !== undefined && origin === allowedOrigin) return undefined
  if (origin !== undefined && origin.toLowerCase() !== `http://${host.toLowerCase()}`) {
    return `the request comes from a page of another origin: ${instead}`
  }
  const site = headers["sec-fetch-site"]
  if (site === undefined || site === "same-origin" || site === "none") return undefined
  return isRead(method) && headers["sec-fetch-mode"] === "navigate"
    ? undefined
    : `the request comes from a page of another site: ${instead}`
}
