/**
 * The undici dispatcher of one client: its own, or the one the user brought.
 */
import type { ConnectionOptions } from "node:tls"
import { Agent, ProxyAgent } from "undici/index.js"
import { Connections } from "./connections.js"
import type { Wire } from "./exchange.js"
import type { Proxies, Proxy } from "./proxies.js"
import { socketMark } from "./streamBody.js"

/** The part of Node's TLS options that makes sense for a pool. */
export type Tls = Pick<
  ConnectionOptions,
  | "ca"
  | "cert"
  | "ciphers"
  | "crl"
  | "key"
  | "maxVersion"
  | "minVersion"
  | "passphrase"
  | "pfx"
  | "rejectUnauthorized"
  | "servername"
>

export interface Settings {
  readonly connections: number
  readonly keepAliveMillis: number
  readonly connectMillis: number
  readonly proxies: Proxies | undefined
  readonly tls: Tls | undefined
}

/** A dispatcher of our own, and what closes it: at once, whatever its connections are doing. */
export interface OwnDispatcher {
  readonly dispatcher: Wire["dispatcher"]
  readonly close: () => Promise<void>
}

export const makeDispatcher = (settings: Settings): OwnDispatcher => {
  const connections = new Connections()
  const connect = { ...settings.tls, timeout: settings.connectMillis, highWaterMark: socketMark }
  const options = {
    connections: settings.connections,
    pipelining: 1,
    keepAliveTimeout: settings.keepAliveMillis,
    connect,
    factory: (origin: string | URL, options: object) => connections.pool(origin, options)
  }
  const proxied = {
    ...options,
    requestTls: connect,
    proxyTls: connect,
    clientFactory: (origin: URL, options: object) => connections.pool(origin, options, true)
  }
  const direct = new Agent(options)
  const agentOf = ({ token, uri }: Proxy) => new ProxyAgent({ ...proxied, uri, ...(token !== undefined && { token }) })
  const agents = new Map(settings.proxies?.all.map((proxy) => [proxy, agentOf(proxy)]))
  return {
    dispatcher: settings.proxies === undefined ? direct : routed(direct, agents, settings.proxies),
    close: async () => {
      const closed = [direct, ...agents.values()].map((dispatcher) => dispatcher.destroy())
      connections.close()
      await Promise.all(closed)
    }
  }
}

const routed = (
  direct: Wire["dispatcher"],
  agents: ReadonlyMap<Proxy, Wire["dispatcher"]>,
  proxies: Proxies
): Wire["dispatcher"] => ({
  dispatch: (options, handler) => {
    const proxy = options.origin === undefined ? undefined : proxies.of(new URL(options.origin))
    const agent = proxy === undefined ? direct : agents.get(proxy)
    return (agent ?? direct).dispatch(options, handler)
  }
})
