/**
 * The undici dispatcher of one client: its own, or the one the user brought.
 */
import type { ConnectionOptions } from "node:tls"
import { Agent, type Dispatcher, EnvHttpProxyAgent, ProxyAgent } from "undici"

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

/** A dispatcher of our own; throws what undici throws for a proxy it cannot use. */
export const makeDispatcher = (settings: Settings): Dispatcher => {
  const connect = { ...settings.tls, timeout: settings.connectMillis }
  const options = {
    connections: settings.connections,
    pipelining: 1,
    keepAliveTimeout: settings.keepAliveMillis,
    connect
  }
  if (settings.proxy === undefined) return new Agent(options)
  const proxied = { ...options, requestTls: connect, proxyTls: connect }
  return settings.proxy === "env" ? new EnvHttpProxyAgent(proxied) : new ProxyAgent({ ...proxied, uri: settings.proxy })
}
