import type { Issue } from "../../InvalidRequest.js"

/** @internal */
export interface Template {
  readonly route: string
  /** What stands between the parameters: one more than there are parameters. */
  readonly parts: ReadonlyArray<string>
  readonly names: ReadonlyArray<string>
}

const parameter = /\{([a-z]+)\}/

/** @internal */
export const template = (route: string): Template => {
  const pieces = route.split(parameter)
  return {
    route,
    parts: pieces.filter((_, index) => index % 2 === 0),
    names: pieces.filter((_, index) => index % 2 === 1)
  }
}

// encodeURIComponent leaves "." and ".." alone, and URL parsers fold them: "/connections/.." is "/"
const plain = /^[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,511}$/
// oxlint-disable-next-line no-control-regex
const control = /[\u0000-\u001f\u007f-\u009f]/
/** @internal */
export const loneSurrogate = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/

const maxLength = 512

/** @internal */
export const segmentIssue = (name: string, value: unknown, pattern?: RegExp): Issue | undefined => {
  const refuse = (message: string, fix: string): Issue => ({ path: [name], message, fix })
  if (typeof value !== "string") return refuse(`expected a string, got ${typeof value}`, "pass the name as text")
  if (value === "") return refuse("is empty", "give the name it has on the server")
  if (value === "." || value === "..")
    return refuse(`"${value}" would change the path`, "give the name it has on the server")
  if (value.length > maxLength)
    return refuse(`is longer than ${maxLength} characters`, "give the name it has on the server")
  if (control.test(value)) return refuse("holds a control character", "remove line breaks and the like")
  if (loneSurrogate.test(value)) return refuse("holds half of a surrogate pair", "the text was cut inside a character")
  if (pattern !== undefined && !pattern.test(value)) {
    return refuse(`does not fit ${String(pattern)}`, "correct the name, or the `slugPattern` of the layer")
  }
  return undefined
}

/** @internal */
export const segment = (value: string): string => (plain.test(value) ? value : encodeURIComponent(value))

const allowed = /%(?:40|3A|24|26|2B|2C|3B|3D)/g

/**
 * The same with the characters that a path segment may hold as they are: the server knows `ann@x.com` so.
 *
 * @internal
 */
export const plainSegment = (value: string): string => segment(value).replace(allowed, decodeURIComponent)
