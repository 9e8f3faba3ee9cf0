/** What stands for `{base}`, `{other}` and `{tmp}` in a vector. */
export type Placeholders = Readonly<Record<string, string>>

/** A text with its places. */
export const filled = (text: string, places: Placeholders): string =>
  Object.entries(places).reduce((done, [name, value]) => done.replaceAll(`{${name}}`, value), text)

/** Data with the places in all of its texts. */
export const filledIn = (value: unknown, places: Placeholders): unknown => {
  if (typeof value === "string") return filled(value, places)
  if (Array.isArray(value)) return value.map((item: unknown) => filledIn(item, places))
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, filledIn(inner, places)]))
}

const anything = /\{[a-z]+(?: [a-z]+)*\}/g

/** Whether a text is as expected; what is left in braces, such as `{boundary}`, stands for any text. */
export const isLike = (expected: string, actual: unknown): boolean => {
  if (typeof actual !== "string") return false
  if (expected === actual) return true
  const fixed = expected.split(anything)
  if (fixed.length === 1) return false
  const pattern = fixed.map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)).join("[\\s\\S]*")
  return new RegExp(`^${pattern}$`).test(actual)
}
