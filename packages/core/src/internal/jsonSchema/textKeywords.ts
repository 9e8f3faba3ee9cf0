import type { Fields } from "../data/fields.js"
import { type Check, type CheckBuilder, forText, countOf } from "./check.js"
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

const minLength = (limit: number | undefined): ReadonlyArray<Check> =>
  limit === undefined || limit <= 0
    ? []
    : [
        forText((value, ctx) => {
          if (!isLonger(value, limit - 1)) refuse(ctx, `is shorter than ${limit} characters`, "pass a longer text")
        })
      ]

const maxLength = (limit: number | undefined): ReadonlyArray<Check> =>
  limit === undefined
    ? []
    : [
        forText((value, ctx) => {
          if (isLonger(value, limit)) refuse(ctx, `is longer than ${limit} characters`, "pass a shorter text")
        })
      ]

const format = (name: unknown): ReadonlyArray<Check> => {
  const hasFormat = formats.get(name)
  if (hasFormat === undefined) return []
  return [
    forText((value, ctx) => {
      if (!hasFormat(value)) refuse(ctx, `does not have the format ${name}`, `pass text of the format ${name}`)
    })
  ]
}

const patternRule = (source: unknown, at: string, builder: CheckBuilder): ReadonlyArray<Check> => {
  if (typeof source !== "string") return []
  const compiled = pattern(source)
  if (typeof compiled === "string") {
    builder.reportUnchecked(at, `its pattern ${compiled}`)
    return []
  }
  const shown = source.length > 80 ? "its pattern" : `the pattern ${source}`
  return [
    forText((value, ctx) => {
      if (value.length > compiled.maxLength) {
        refuse(ctx, `is too long for ${shown} to be checked`, "pass a shorter text, or validate without `strict`")
      } else if (!compiled.test(value)) refuse(ctx, `does not fit ${shown}`, "correct the text")
    })
  ]
}

/**
 * The checks of `minLength`, `maxLength`, `format` and `pattern`.
 *
 * @internal
 */
export const textKeywords = (schema: Fields, at: string, builder: CheckBuilder): ReadonlyArray<Check> => [
  ...minLength(countOf(schema.minLength)),
  ...maxLength(countOf(schema.maxLength)),
  ...format(schema.format),
  ...patternRule(schema.pattern, at, builder)
]
