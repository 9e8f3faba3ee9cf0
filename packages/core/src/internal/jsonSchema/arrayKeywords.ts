import type { Fields } from "../data/fields.js"
import { canonical } from "./canonical.js"
import { acceptAll, arrayRule, type Check, type CheckBuilder, countOf, explainAt } from "./check.js"
import { isStopped } from "./context.js"

const minItems = (limit: number | undefined): ReadonlyArray<Check> =>
  limit === undefined
    ? []
    : [arrayRule((value) => value.length >= limit, `has fewer than ${limit} elements`, "pass more")]

const maxItems = (limit: number | undefined): ReadonlyArray<Check> =>
  limit === undefined
    ? []
    : [arrayRule((value) => value.length <= limit, `has more than ${limit} elements`, "pass fewer")]

const uniqueItems = arrayRule(
  (value) => value.length < 2 || new Set(value.map(canonical)).size === value.length,
  "holds the same element twice",
  "leave the repeated ones out"
)

// older drafts write `prefixItems` as a list in `items`, and what follows it as `additionalItems`
const items = (schema: Fields, at: string, builder: CheckBuilder): ReadonlyArray<Check> => {
  const prefix: unknown = schema.prefixItems ?? (Array.isArray(schema.items) ? schema.items : undefined)
  const first = Array.isArray(prefix) ? prefix.map((item: unknown) => builder.build(item, at)) : []
  const others = Array.isArray(schema.items) ? schema.additionalItems : schema.items
  const rest = others === undefined ? acceptAll : builder.build(others, at)
  if (first.length === 0 && rest === acceptAll) return []
  return [
    {
      test: (value, budget) => {
        if (!Array.isArray(value)) return true
        const elements: ReadonlyArray<unknown> = value
        let holds = true
        for (let i = 0; i < elements.length && !isStopped(budget); i++) {
          if (!(first[i] ?? rest).test(elements[i], budget)) holds = false
        }
        return holds
      },
      explain: (value, ctx) => {
        if (!Array.isArray(value)) return
        for (let i = 0; i < value.length && !isStopped(ctx); i++) explainAt(ctx, String(i), first[i] ?? rest, value[i])
      }
    }
  ]
}

/**
 * The checks of `minItems`, `maxItems`, `uniqueItems` and the schemas of the elements.
 *
 * @internal
 */
export const arrayKeywords = (schema: Fields, at: string, builder: CheckBuilder): ReadonlyArray<Check> => [
  ...minItems(countOf(schema.minItems)),
  ...maxItems(countOf(schema.maxItems)),
  ...(schema.uniqueItems === true ? [uniqueItems] : []),
  ...items(schema, at, builder)
]
