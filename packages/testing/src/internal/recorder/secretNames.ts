/** Which names say that a value is secret. @internal */
export interface SecretNames {
  readonly isHeader: (name: string) => boolean
  readonly isQuery: (name: string) => boolean
  readonly isField: (name: string) => boolean
}

/** Names in addition to the built-in ones. @internal */
export interface ExtraSecretNames {
  readonly headers?: ReadonlyArray<string> | undefined
  readonly query?: ReadonlyArray<string> | undefined
  readonly fields?: ReadonlyArray<string> | undefined
}

const header = /token|secret|key|cookie|auth|password|session|credential|signature|^x-api-user$/
const openHeader = /^(www-authenticate|proxy-authenticate|access-control-.*|sec-.*)$/

const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, "")

// a plain suffix test would not do: page tokens and cursors end in "token" too and are not secret
const fields: ReadonlySet<string> = new Set([
  "token",
  "secret",
  "apikey",
  "xapikey",
  "accesstoken",
  "refreshtoken",
  "idtoken",
  "authtoken",
  "sessiontoken",
  "csrftoken",
  "servicetoken",
  "usertoken",
  "bearertoken",
  "clientsecret",
  "usersecret",
  "secretkey",
  "privatekey",
  "password",
  "passwd",
  "passphrase",
  "authstring",
  "authorization",
  "cookie",
  "credentials",
  "configuration"
])

const queries: ReadonlySet<string> = new Set([
  ...fields,
  "key",
  "sig",
  "signature",
  "code",
  "state",
  "xamzsignature",
  "xamzcredential",
  "xamzsecuritytoken",
  "xgoogsignature",
  "xgoogcredential"
])

/** @internal */
export const secretNames = (more: ExtraSecretNames = {}): SecretNames => {
  const ownHeaders = new Set(more.headers?.map((name) => name.toLowerCase()))
  const ownQuery = new Set(more.query?.map(plain))
  const ownFields = new Set(more.fields?.map(plain))
  return {
    isHeader: (name) => ownHeaders.has(name) || (header.test(name) && !openHeader.test(name)),
    isQuery: (name) => ownQuery.has(plain(name)) || queries.has(plain(name)),
    isField: (name) => ownFields.has(plain(name)) || fields.has(plain(name))
  }
}
