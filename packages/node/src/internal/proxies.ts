/**
 * Which proxy a request goes through: the rules of curl for the environment. docs/proxies.md has them in tables.
 */
import * as Effect from "effect/Effect"
import { BlockList, isIP, isIPv6 } from "node:net"
import { domainToASCII } from "node:url"

/** A proxy, its credentials apart from its URL. */
export interface Proxy {
  readonly uri: string
  /** For the header `proxy-authorization`. */
  readonly token: string | undefined
}

export interface Proxies {
  readonly all: ReadonlyArray<Proxy>
  /** The one a request goes through, if it goes through one. */
  readonly of: (url: URL) => Proxy | undefined
}

type Environment = Readonly<Record<string, string | undefined>>

const notAUrl = "not the URL of a proxy"

const unsupported = (scheme: string): string =>
  `a proxy of the scheme ${scheme}, and only http and https are supported: ` +
  "name an http proxy, or give a dispatcher that speaks it as the option dispatcher"

const schemeShape = /^([a-z][a-z0-9+.-]{0,15}):\/\//i

const proxyFrom = (text: string): Effect.Effect<Proxy, string> => {
  const scheme = schemeShape.exec(text)?.[1]?.toLowerCase()
  if (scheme !== undefined && scheme !== "http" && scheme !== "https") return Effect.fail(unsupported(scheme))
  return Effect.try({
    try: () => {
      const url = new URL(scheme === undefined ? `http://${text}` : text)
      const [user, password] = [decodeURIComponent(url.username), decodeURIComponent(url.password)]
      const credentials = `${user}:${password}`
      return {
        uri: url.origin,
        token: credentials === ":" ? undefined : `Basic ${Buffer.from(credentials).toString("base64")}`
      }
    },
    // what was thrown shows the URL
    catch: () => notAUrl
  })
}

/** The proxy of every request, by its URL. Fails with what is wrong with it, without the URL. */
export const byUrl = (text: string): Effect.Effect<Proxies, string> =>
  text === "" ? Effect.fail(notAUrl) : Effect.map(proxyFrom(text), (proxy) => ({ all: [proxy], of: () => proxy }))

type Entry = (host: string, port: number) => boolean

const withoutDot = (host: string): string => (host.endsWith(".") ? host.slice(0, -1) : host)

const familyOf = (host: string): "ipv4" | "ipv6" => (isIPv6(host) ? "ipv6" : "ipv4")

const addressEntry = (address: string, prefix: string | undefined): Entry | undefined => {
  const list = new BlockList()
  const family = familyOf(address)
  const bits = family === "ipv6" ? 128 : 32
  const length = prefix === undefined ? bits : Number(prefix)
  if (length > bits) return undefined
  list.addSubnet(address, length, family)
  return (host) => isIP(host) !== 0 && list.check(host, familyOf(host))
}

const nameEntry = (name: string): Entry | undefined => {
  if (name === "*") return () => true
  const domain = domainToASCII(withoutDot(name.replace(/^\*?\./, "")))
  if (domain === "") return undefined
  return (host) => isIP(host) === 0 && (host === domain || host.endsWith(`.${domain}`))
}

const entryShape = /^(?:\[([^[\]]+)\]|([^[\]/]+?))(?:\/(\d{1,3}))?(?::(\d{1,5}))?$/

// one that cannot be read matches nothing, as in curl
const entryFrom = (text: string): Entry | undefined => {
  const [, bracketed, bare, prefix, port] = isIPv6(text) ? [text, text] : (entryShape.exec(text) ?? [])
  const host = bracketed ?? bare
  if (host === undefined || (bracketed !== undefined && !isIPv6(bracketed))) return undefined
  const isAddress = isIP(host) !== 0
  if (prefix !== undefined && !isAddress) return undefined
  const entry = isAddress ? addressEntry(host, prefix) : nameEntry(host)
  return entry === undefined || port === undefined
    ? entry
    : (host, actual) => actual === Number(port) && entry(host, actual)
}

const portOf = ({ port, protocol }: URL): number => (port === "" ? (protocol === "https:" ? 443 : 80) : Number(port))

const isLeftOutBy = (list: string): ((url: URL) => boolean) => {
  const entries = list.split(/[,\s]+/).flatMap((text) => entryFrom(text) ?? [])
  return (url) => {
    const host = withoutDot(url.hostname.replace(/^\[(.*)\]$/, "$1"))
    return entries.some((entry) => entry(host, portOf(url)))
  }
}

type Variable = readonly [name: string, value: string]

// an empty variable is none
const firstOf = (environment: Environment, names: ReadonlyArray<string>): Variable | undefined =>
  names.map((name): Variable => [name, environment[name]?.trim() ?? ""]).find(([, value]) => value !== "")

const namesFor = (scheme: "http" | "https", environment: Environment): ReadonlyArray<string> => {
  const upper = `${scheme.toUpperCase()}_PROXY`
  // in a CGI program a client sets HTTP_PROXY with a header
  const isOfTheClient = upper === "HTTP_PROXY" && environment.REQUEST_METHOD !== undefined
  return [`${scheme}_proxy`, ...(isOfTheClient ? [] : [upper]), "all_proxy", "ALL_PROXY"]
}

/** The proxies of the environment as it is now. Fails with the variable that cannot be used, and why, without its value. */
export const byEnvironment = (environment: Environment): Effect.Effect<Proxies, string> => {
  const [, leftOut = ""] = firstOf(environment, ["no_proxy", "NO_PROXY"]) ?? []
  if (leftOut === "*") return Effect.succeed({ all: [], of: () => undefined })
  const proxyOf = (scheme: "http" | "https"): Effect.Effect<Proxy | undefined, string> => {
    const variable = firstOf(environment, namesFor(scheme, environment))
    if (variable === undefined) return Effect.succeed(undefined)
    const [name, value] = variable
    return Effect.mapError(proxyFrom(value), (reason) => `${name} is ${reason}`)
  }
  return Effect.map(Effect.all({ http: proxyOf("http"), https: proxyOf("https") }), ({ http, https }) => {
    const isLeftOut = isLeftOutBy(leftOut)
    return {
      all: [http, https].flatMap((proxy) => proxy ?? []),
      of: (url) => {
        const proxy = url.protocol === "https:" ? https : http
        return proxy === undefined || isLeftOut(url) ? undefined : proxy
      }
    }
  })
}
