import * as Result from "../data/result.js"
import type { Issue } from "../../InvalidRequest.js"

/** @internal */
export interface BaseUrl {
  readonly origin: string
  /** Origin and path, without a slash at its end. */
  readonly href: string
  /** The server, as traces and metrics name it. */
  readonly hostname: string
  readonly port: number
}

const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/

/**
 * Whether a host is this machine.
 *
 * @internal
 */
export const isLoopback = (hostname: string): boolean => loopback.test(hostname)

// a URL parser takes the host for a scheme
const hostAndPort = /^[\w.-]+:\d+(\/|$)/

/** @internal */
export const baseUrl = (
  input: string,
  allowInsecureHttp: boolean,
  prefix: string | undefined
): Result.Result<BaseUrl, Issue> => {
  const refuse = (message: string, fix: string) => Result.fail<Issue>({ path: ["baseUrl"], message, fix })
  // a URL parser drops control characters and spaces without a word
  // oxlint-disable-next-line no-control-regex
  if (/[\u0000-\u0020\u007f]/.test(input)) return refuse("holds a space or a control character", "remove it")
  if (!URL.canParse(input)) return refuse("is not an absolute URL", "give it as https://host")
  const url = new URL(input)
  if (url.username !== "" || url.password !== "") {
    return refuse("holds credentials", "give credentials to Auth, not in the URL")
  }
  if (url.search !== "" || input.includes("?")) return refuse("holds a query", "remove everything from the `?` on")
  if (url.hash !== "" || input.includes("#")) return refuse("holds a fragment", "remove everything from the `#` on")
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    const fix = hostAndPort.test(input)
      ? `give it as https://${input}, or on this machine as http://${input}`
      : "only https: and, on this machine, http: are spoken"
    return refuse(`has the scheme ${url.protocol}`, fix)
  }
  if (url.protocol === "http:" && !isLoopback(url.hostname) && !allowInsecureHttp) {
    return refuse(
      "is plain http to another machine: credentials would go in clear",
      "use https, or set `allowInsecureHttp: true`"
    )
  }
  if (prefix !== undefined && url.pathname.replace(/\/+$/, "").endsWith(prefix)) {
    return refuse(`ends in ${prefix}`, "leave that out: the client adds it")
  }
  return Result.succeed({
    origin: url.origin,
    href: url.origin + url.pathname.replace(/\/+$/, ""),
    hostname: url.hostname,
    port: url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port)
  })
}
