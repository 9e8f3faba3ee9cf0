import { type Fields, isFields } from "../data/fields.js"

const deepest = 4
const mostItems = 20

const textIn = (value: unknown): string | undefined =>
  typeof value === "string" && value.trim() !== "" ? value : undefined

const placeNames = ["loc", "field", "path", "param", "pointer", "property", "name"]

const placeOf = (item: Fields): string | undefined => {
  for (const name of placeNames) {
    const place = item[name]
    const text = Array.isArray(place)
      ? place.filter((step) => typeof step === "string" || typeof step === "number").join(".")
      : place
    if (typeof text === "string" && text !== "") return text
  }
  return undefined
}

const placed = (place: string | undefined, text: string): string => (place === undefined ? text : `${place}: ${text}`)

const itemOf = (item: unknown, depth: number): string | undefined => {
  if (!isFields(item)) return textIn(item)
  const text = inFields(item, depth) ?? textIn(item["code"])
  return text === undefined ? undefined : placed(placeOf(item), text)
}

const joined = (texts: ReadonlyArray<string | undefined>): string | undefined => {
  const found = texts.filter((text) => text !== undefined)
  return found.length === 0 ? undefined : found.join("; ")
}

// a list, or an object of lists by the name of a field
const particulars = (value: unknown, depth: number): string | undefined => {
  if (depth > deepest) return undefined
  if (Array.isArray(value)) return joined(value.slice(0, mostItems).map((item) => itemOf(item, depth + 1)))
  if (!isFields(value)) return undefined
  const own = inFields(value, depth + 1)
  if (own !== undefined) return own
  return joined(
    Object.entries(value)
      .slice(0, mostItems)
      .map(([name, items]) => {
        const text = textIn(items) ?? (Array.isArray(items) ? particulars(items, depth + 1) : undefined)
        return text === undefined ? undefined : placed(name, text)
      })
  )
}

const heads = ["msg", "error_description", "detail", "error", "title", "description"]

const headOf = (fields: Fields, depth: number): string | undefined => {
  const message = textIn(fields["message"])
  if (message !== undefined) return message
  const { error } = fields
  const nested = isFields(error) ? inFields(error, depth + 1) : particulars(error, depth)
  if (nested !== undefined) return nested
  for (const name of heads) {
    const text = textIn(fields[name])
    if (text !== undefined) return text
  }
  return undefined
}

const inFields = (fields: Fields, depth: number): string | undefined => {
  if (depth > deepest) return undefined
  const head = headOf(fields, depth)
  const items = joined(["message", "detail", "errors"].map((name) => particulars(fields[name], depth)))
  return head === undefined ? items : items === undefined ? head : `${head}: ${items}`
}

/**
 * The server's own text in what it says of a failure, as it came: a message, and the places that are wrong.
 *
 * @internal
 */
export const reasonIn = (body: unknown): string | undefined =>
  isFields(body) ? inFields(body, 0) : Array.isArray(body) ? particulars(body, 0) : undefined

/**
 * The same of a single value, which may be the text itself.
 *
 * @internal
 */
export const reasonOf = (value: unknown): string | undefined => textIn(value) ?? reasonIn(value)
