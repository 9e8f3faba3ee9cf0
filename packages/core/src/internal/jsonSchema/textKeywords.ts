import type { Fields } from "../data/fields.js"
import { type Check, type CheckBuilder, countOf, rule, textRule } from "./check.js"
import { refuse } from "./context.js"
import { formats } from "./formats.js"
import { pattern } from "./pattern.js"

/** Whether a text has more code points than the limit: JSON Schema counts those. It is read no further than that. */
const isLonger = (text: string, limit: number): boolean => {
  if (text.length <= limit) return false
  if (text.length > limit * 2) return true
  let count = 0
  for (const _ of text) if (++count > limit) return true
  return false
}

const shortest = (limit: number | undefined): ReadonlyArray<Check> =>
  limit === undefined || limit <= 0
    ? []
    : [textRule((value) => isLonger(value, limit - 1), `is shorter than ${limit} characters`, "pass a longer text")]

const longest = (limit: number | undefined): ReadonlyArray<Check> =>
  limit === undefined
    ? []
    : [textRule((value) => !isLonger(value, limit), `is longer than ${limit} characters`, "pass a shorter text")]

const format = (name: unknown): ReadonlyArray<Check> => {
  const hasFormat = formats.get(name)
  return hasFormat === undefined
    ? []
    : [textRule(hasFormat, `does not have the format ${name}`, `pass text of the format ${name}`)]
}

const patternRule = (source: unknown, at: string, builder: CheckBuilder): ReadonlyArray<Check> => {
  if (typeof source !== "string") return []
  const compiled = pattern(source)
  if (typeof compiled === "string") {
    builder.reportUnchecked(at, `its pattern ${compiled}`)
    return []
  }
  const shown = source.length > 80 ? "its pattern" : `the pattern ${source}`
  const { maxLength, test } = compiled
  const isTooLong = (value: unknown): boolean => typeof value === "string" && value.length > maxLength
  return [
    rule(
      (value) => typeof value !== "string" || (value.length <= maxLength && test(value)),
      (value, ctx) =>
        isTooLong(value)
          ? refuse(ctx, `is too long for ${shown} to be checked`, "pass a shorter text, or validate without `strict`")
          : refuse(ctx, `does not fit ${shown}`, "correct the text")
    )
  ]
}

/**
 * The checks of `minLength`, `maxLength`, `format` and `pattern`.
 *
 * @internal
 */
export const textKeywords = (schema: Fields, at: string, builder: CheckBuilder): ReadonlyArray<Check> => [
  ...shortest(countOf(schema.minLength)),
  ...longest(countOf(schema.maxLength)),
  ...format(schema.format),
  ...patternRule(schema.pattern, at, builder)
]
