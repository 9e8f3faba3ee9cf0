// JSON writes it as six characters, so that no name and no text holds it as it is
const mark = "\0"

const marked = /^\0+-?\d+$/

const written = /(?<!\\)"((?:\\u0000)+)(-?\d+)"(?!:)/g

/** What a part of a value is written as. */
type Part = (part: unknown) => unknown

const same: Part = (part) => part

const digits = (whole: bigint): string => `${mark}${whole}`

/**
 * JSON as `JSON.stringify` writes it, with each bigint as its digits.
 *
 * @internal
 */
export const writeExact = (value: unknown, space?: number, partOf: Part = same): string | undefined => {
  const text: string | undefined = JSON.stringify(
    value,
    function (this: object, name, part: unknown) {
      // programs give bigints a toJSON, which makes them text
      const given: unknown = Reflect.get(this, name)
      const own = partOf(typeof given === "bigint" ? given : part)
      if (typeof own === "bigint") return digits(own)
      return typeof own === "string" && marked.test(own) ? mark + own : own
    },
    space
  )
  return text?.replace(written, (_, marks: string, whole: string) =>
    marks === "\\u0000" ? whole : `"${marks.slice("\\u0000".length)}${whole}"`
  )
}

/**
 * The same, as fast as `JSON.stringify` where there is no bigint.
 *
 * @internal
 */
export const writeJson = (value: unknown, space?: number): string | undefined => {
  if ("toJSON" in BigInt.prototype) return writeExact(value, space)
  try {
    return JSON.stringify(value, undefined, space)
  } catch {
    return writeExact(value, space)
  }
}
