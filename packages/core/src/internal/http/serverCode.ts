import * as Predicate from "effect/Predicate"

// a word for programs; whatever else a platform's error says may repeat what it was given
const platformCode = /^[A-Z][A-Z0-9_]{1,63}$/

/**
 * Whether it is the code of an error of the platform, such as `ECONNRESET`.
 *
 * @internal
 */
export const isCode = (u: unknown): u is string => Predicate.isString(u) && platformCode.test(u)

const serverCode = /^[A-Za-z0-9_.-]{1,64}$/

/**
 * The code in what a server says of a failure, where it has the shape of one.
 *
 * @internal
 */
export const codeIn = (body: unknown): string | undefined => {
  const error = Predicate.hasProperty(body, "error") ? body.error : undefined
  for (const place of [body, error]) {
    const code = Predicate.hasProperty(place, "code") ? place.code : undefined
    if (Predicate.isString(code) && serverCode.test(code)) return code
  }
  return undefined
}
