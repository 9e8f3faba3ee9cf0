import type { ConnectionOptions } from "node:tls"

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
