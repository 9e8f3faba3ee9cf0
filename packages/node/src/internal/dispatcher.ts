/**
 * The undici dispatcher of one client: its own, or the one the user brought.
 */
import type { ConnectionOptions } from "node:tls"
import { Agent, type Dispatcher, EnvHttpProxyAgent, ProxyAgent } from "undici/index.js"
import { Connections } from "./connections.js"

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
  readonly proxy: string | undefined
  readonly tls: Tls | undefined
}

/** A dispatcher of our own, and what closes it: at once, whatever its connections are doing. */
export interface OwnDispatcher {
  readonly dispatcher: Dispatcher
  readonly close: () => Promise<void>
}

/** Makes a dispatcher; throws what undici throws for a proxy it cannot use. */
export const makeDispatcher = (settings: Settings): OwnDispatcher => {
  const connections = new Connections()
  const connect = { ...settings.tls, timeout: settings.connectMillis }
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
  const dispatcher =
    settings.proxy === undefined
      ? new Agent(options)
      : settings.proxy === "env"
        ? new EnvHttpProxyAgent(proxied)
        : new ProxyAgent({ ...proxied, uri: settings.proxy })
  return {
    dispatcher,
    close: () => {
      const closed = dispatcher.destroy()
      connections.close()
      return closed
    }
  }
}
