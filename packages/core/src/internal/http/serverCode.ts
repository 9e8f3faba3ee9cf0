import * as Predicate from "effect/Predicate"

// a word for programs; whatever else a server says may repeat what it was sent
const codeShape = /^[A-Z][A-Z0-9_]{1,63}$/

/** @internal */
export const isCode = (u: unknown): u is string => Predicate.isString(u) && codeShape.test(u)

/**
 * The code in what a server says of a failure, where it has the shape of one.
 *
 * @internal
 */
export const codeIn = (body: unknown): string | undefined => {
  const error = Predicate.hasProperty(body, "error") ? body.error : undefined
  for (const place of [body, error]) {
    const code = Predicate.hasProperty(place, "code") ? place.code : undefined
    if (isCode(code)) return code
  }
  return undefined
}
