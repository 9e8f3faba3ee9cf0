/**
 * Names under which a value is a secret: of fields, headers and query parameters.
 *
 * @since 0.5.0
 */

const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, "")

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

const header = /token|secret|key|cookie|auth|password|session|credential|signature|^x-api-user$/
const openHeader = /^(www-authenticate|proxy-authenticate|access-control-.*|sec-.*)$/

const word =
  /passw|passphrase|pwd$|^pin$|^otp$|secret|credential|apikey|accesskey|privatekey|signature$|authorization$|cookie$/
const position = /(?:page|next|prev|previous|continuation|cursor|resume|sync|delta)token$/

/**
 * Whether the value of a field with this name is a secret. Letter case and punctuation do not count: `apiKey`, `api_key`
 * and `API-Key` are one name.
 *
 * @since 0.5.0
 * @category guards
 */
export const isField = (name: string): boolean => fields.has(plain(name))

/**
 * Whether the value of a field with this name may be a secret: one of {@link isField}, or a name made of such a word, as
 * `dbPassword` and `stripe_token` are. The tokens of pages are not.
 *
 * @since 0.5.0
 * @category guards
 */
export const isFieldLike = (name: string): boolean => {
  const found = plain(name)
  return fields.has(found) || word.test(found) || (found.endsWith("token") && !position.test(found))
}

/**
 * Whether the value of a header with this name is a secret.
 *
 * @since 0.5.0
 * @category guards
 */
export const isHeader = (name: string): boolean => {
  const lower = name.toLowerCase()
  return header.test(lower) && !openHeader.test(lower)
}

/**
 * Whether the value of a query parameter with this name is a secret.
 *
 * @since 0.5.0
 * @category guards
 */
export const isQuery = (name: string): boolean => queries.has(plain(name))
