import { isLoopback } from "../emulator/isLoopback.js"

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

/**
 * Why a request may not read or change the emulator's state; `undefined` when it may. It refuses a host name that
 * resolves to this machine (DNS rebinding) and the pages of other sites. A change has to be a request that another site's
 * page cannot send without a preflight: JSON, a method other than POST, or a form with the token of the inspector's page.
 * `forms.ts` checks the token.
 *
 * @internal
 */
export const refusalOf = ({ method, headers }: GuardedRequest): string | undefined => {
  const { host = "", origin } = headers
  const name = hostName(host)
  if (name === undefined || !isLoopback(name.toLowerCase())) {
    return "the Host header is not a loopback address: use 127.0.0.1, localhost or ::1"
  }
  if (origin !== undefined && origin.toLowerCase() !== `http://${host.toLowerCase()}`) {
    return "the request comes from another origin"
  }
  const site = headers["sec-fetch-site"]
  if (site !== undefined && site !== "same-origin" && site !== "none") {
    const isVisit = isRead(method) && headers["sec-fetch-mode"] === "navigate"
    if (!isVisit) return "the request comes from another site"
  }
  if (isRead(method) || method === "DELETE" || method === "PUT") return undefined
  const type = (headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase()
  return type === "application/json" || type === "application/x-www-form-urlencoded"
    ? undefined
    : "a change has to be sent as application/json"
}
