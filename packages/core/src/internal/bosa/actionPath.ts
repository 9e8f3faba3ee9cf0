import * as Result from "../data/result.js"
import { loneSurrogate } from "../http/path.js"

// oxlint-disable-next-line no-control-regex
const refused = /[\u0000-\u0020\u007f\\?#]|%2e|%2f|%5c/i
const maxLength = 2048
const scheme = /^[a-z][a-z0-9+.-]*:/i

/**
 * The path of an action below the base URL, or why it is refused: credentials must not follow a
 * path out of the base URL.
 *
 * @internal
 */
export const actionPath = (path: string): Result.Result<string, string> => {
  if (path === "") return Result.fail("is empty")
  if (path.length > maxLength) return Result.fail(`is longer than ${maxLength} characters`)
  if (scheme.test(path) || path.startsWith("//")) return Result.fail("leads to another origin")
  if (refused.test(path)) {
    return Result.fail("holds a query, an encoded dot or slash, a backslash, a space or a control character")
  }
  const rooted = path.startsWith("/") ? path : `/${path}`
  const segments = rooted.split("/")
  if (segments.includes("..") || segments.includes(".")) return Result.fail("climbs out of the base URL")
  return loneSurrogate.test(rooted)
    ? Result.fail("holds half of a surrogate pair")
    : Result.succeed(rooted.replace(/[^\x21-\x7e]+/g, encodeURIComponent))
}
