import * as Either from "effect/Either"
import { loneSurrogate } from "../http/path.js"

// oxlint-disable-next-line no-control-regex
const refused = /[\u0000-\u0020\u007f\\?#]|%2e|%2f|%5c/i
const scheme = /^[a-z][a-z0-9+.-]*:/i

/**
 * The path of an action below the base URL, or why it is refused: credentials must not follow a
 * path out of the base URL.
 *
 * @internal
 */
export const actionPath = (path: string): Either.Either<string, string> => {
  if (path === "") return Either.left("is empty")
  if (scheme.test(path) || path.startsWith("//")) return Either.left("leads to another origin")
  if (refused.test(path)) {
    return Either.left("holds a query, an encoded dot or slash, a backslash, a space or a control character")
  }
  const rooted = path.startsWith("/") ? path : `/${path}`
  const segments = rooted.split("/")
  if (segments.includes("..") || segments.includes(".")) return Either.left("climbs out of the base URL")
  return loneSurrogate.test(rooted)
    ? Either.left("holds half of a surrogate pair")
    : Either.right(rooted.replace(/[^\x21-\x7e]+/g, encodeURIComponent))
}
